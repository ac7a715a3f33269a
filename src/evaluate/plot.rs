//! The places of bars, points and cells in the plots of the page. Numbers only; the template draws, and escapes.

use super::calibrate::Calibration;
use super::report::{Pair, Score, Table};

/// Where the bars begin, and how long the longest is, in the plot's own units.
const BARS_FROM: f64 = 250.0;
const BAR: f64 = 330.0;

/// Height of a row.
const ROW: f64 = 22.0;

/// A row of bars: a bar with its name, or a heading.
pub struct BarRow {
    pub name: String,
    /// Longer words for the name, shown on a hint.
    pub title: String,
    pub is_heading: bool,
    /// Of the text's base line.
    pub y: f64,
    pub bar_y: f64,
    pub bar: f64,
    pub value: String,
    /// Where the value is written.
    pub value_x: f64,
}

/// Bars under each other.
pub struct Bars {
    pub rows: Vec<BarRow>,
    pub height: f64,
    /// Lines at 0, 0.25, ... with their words.
    pub marks: Vec<(f64, &'static str)>,
    pub from: f64,
}

/// Cuts to one digit, so that the page stays small and readable.
fn tenth(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

/// Bars of F1 by recommendation under their sections, or of the rows alone if they lie in none.
pub fn bars(table: &Table, sections: &[Score]) -> Bars {
    let mut rows: Vec<BarRow> = Vec::new();
    let mut y = ROW;
    let mut open = String::new();
    for row in &table.rows {
        if row.section != open {
            open.clone_from(&row.section);
            let section = sections.iter().find(|one| one.id == open);
            let title = section.map(|one| one.title.clone()).unwrap_or_default();
            y += ROW / 2.0;
            rows.push(bar(&format!("{open}  {title}"), section, y, true));
            y += ROW;
        }
        rows.push(bar(&row.id, Some(row), y, false));
        y += ROW;
    }
    let marks = [(0.0, "0"), (0.25, "0.25"), (0.5, "0.5"), (0.75, "0.75"), (1.0, "1")];
    Bars {
        rows,
        height: tenth(y),
        marks: marks.map(|(at, words)| (tenth(BARS_FROM + at * BAR), words)).to_vec(),
        from: BARS_FROM,
    }
}

fn bar(name: &str, score: Option<&Score>, y: f64, is_heading: bool) -> BarRow {
    let length = score.and_then(|one| one.f1).unwrap_or(0.0) * BAR;
    let value = match score {
        Some(one) if one.f1.is_some() => {
            let counts = one.counts;
            let f1 = one.f1.unwrap_or_default();
            format!("{f1:.2}  ({} right, {} wrong, {} missed)", counts.right, counts.wrong, counts.missed)
        }
        _ => "not labelled, not assigned".into(),
    };
    BarRow {
        name: name.into(),
        title: score.map(|one| one.title.clone()).unwrap_or_default(),
        is_heading,
        y: tenth(y + 15.0),
        bar_y: tenth(y + 4.0),
        bar: tenth(length),
        value,
        value_x: tenth(BARS_FROM + length + 6.0),
    }
}

/// Side of the square of the calibration curve, and its margins.
const SIDE: f64 = 300.0;
const MARGIN: f64 = 44.0;

/// A bin of confidences as a point.
pub struct Point {
    pub x: f64,
    pub y: f64,
    /// Its surface grows with the number of guesses in it.
    pub radius: f64,
    pub words: String,
}

/// The calibration curve.
pub struct Curve {
    pub points: Vec<Point>,
    /// As `x,y x,y`.
    pub line: String,
    /// Places of the marks on both axes: x of the lower, y of the left one, and their words.
    pub marks: Vec<(f64, f64, &'static str)>,
    pub low: f64,
    pub high: f64,
    pub size: f64,
}

/// Draws the bins that hold something.
pub fn curve(calibration: &Calibration) -> Curve {
    let most = calibration.bins.iter().map(|bin| bin.count).max().unwrap_or(0).max(1) as f64;
    let (across, up) = (|share: f64| tenth(MARGIN + share * SIDE), |share: f64| tenth(10.0 + (1.0 - share) * SIDE));
    let points = calibration.bins.iter().filter_map(|bin| {
        let (sure, right) = (bin.mean_confidence?, bin.share_right?);
        Some(Point {
            x: across(sure),
            y: up(right),
            radius: tenth(3.0 + 11.0 * (bin.count as f64 / most).sqrt()),
            words: format!("confidence {sure:.2}: {} of {} right ({right:.2})", bin.right, bin.count),
        })
    });
    let points: Vec<Point> = points.collect();
    let line: Vec<String> = points.iter().map(|point| format!("{},{}", point.x, point.y)).collect();
    let marks = [(0.0, "0"), (0.2, "0.2"), (0.4, "0.4"), (0.6, "0.6"), (0.8, "0.8"), (1.0, "1")];
    Curve {
        points,
        line: line.join(" "),
        marks: marks.map(|(at, words)| (across(at), up(at), words)).to_vec(),
        low: up(0.0),
        high: up(1.0),
        size: tenth(SIDE + MARGIN + 20.0),
    }
}

/// Side of a cell, and room for the names.
const CELL: f64 = 34.0;
const NAMES: f64 = 205.0;
const TOP: f64 = 160.0;

/// Most pairs that are drawn.
const MOST_PAIRS: usize = 24;

/// A pair of recommendations.
pub struct Cell {
    pub x: f64,
    pub y: f64,
    /// Of the middle, for the number.
    pub middle: (f64, f64),
    /// From 0 to 1.
    pub opacity: f64,
    pub is_dark: bool,
    pub pair: Pair,
}

/// The heat map of the most frequent confusions.
pub struct Heat {
    /// Missed: name and base line.
    pub rows: Vec<(String, f64)>,
    /// Assigned in its place: name and middle of the column.
    pub columns: Vec<(String, f64)>,
    pub cells: Vec<Cell>,
    pub width: f64,
    pub height: f64,
    /// Where the cells begin, across and down.
    pub from: f64,
    pub top: f64,
    pub cell: f64,
}

/// Draws the most frequent pairs.
pub fn heat(pairs: &[Pair]) -> Heat {
    let shown = &pairs[..pairs.len().min(MOST_PAIRS)];
    let names = |of: fn(&Pair) -> &String| {
        let mut names: Vec<String> = shown.iter().map(|pair| of(pair).clone()).collect();
        names.sort();
        names.dedup();
        names
    };
    let (wanted, got) = (names(|pair| &pair.wanted), names(|pair| &pair.got));
    let most = shown.first().map_or(1, |pair| pair.count).max(1) as f64;
    let at =
        |names: &[String], name: &String| names.iter().position(|one| one == name).unwrap_or_default() as f64 * CELL;
    let cells = shown.iter().map(|pair| {
        let (x, y) = (NAMES + at(&got, &pair.got), TOP + at(&wanted, &pair.wanted));
        let opacity = 0.15 + 0.85 * pair.count as f64 / most;
        let middle = (tenth(x + CELL / 2.0), tenth(y + CELL / 2.0 + 5.0));
        Cell { x, y, middle, opacity: tenth(opacity * 10.0) / 10.0, is_dark: opacity > 0.55, pair: pair.clone() }
    });
    let cells = cells.collect();
    let middles = |names: &[String], from: f64| -> Vec<(String, f64)> {
        names.iter().zip(0u8..).map(|(name, at)| (name.clone(), tenth(from + (f64::from(at) + 0.5) * CELL))).collect()
    };
    Heat {
        rows: middles(&wanted, TOP),
        columns: middles(&got, NAMES),
        cells,
        // The turned names of the last columns need room on the right.
        width: tenth(NAMES + got.len() as f64 * CELL + 130.0),
        height: tenth(TOP + wanted.len() as f64 * CELL + 4.0),
        from: NAMES,
        top: TOP,
        cell: CELL,
    }
}
