//! An evaluation for a terminal of 100 columns. Shows quotes made harmless and cut; the whole is in the JSON.

use super::labels::Strength;
use super::report::{Evaluation, MissedOne, Score, Share, Table, WrongOne};
use crate::domain::harmless;
use std::fmt::{self, Write as _};

/// Width of the terminal.
const COLUMNS: usize = 100;

/// Of each list of errors.
const MOST: usize = 12;

/// As text. What is written into a `String` cannot fail.
pub fn text(report: &Evaluation) -> String {
    let mut out = String::new();
    let _ = write(&mut out, report);
    out
}

fn write(out: &mut String, report: &Evaluation) -> fmt::Result {
    writeln!(out, "{}", fit(&format!("{} mails of {}", report.mails.evaluated, report.folder), COLUMNS))?;
    writeln!(out, "{}", fit(&format!("by {} with {}", report.classifier, report.catalogue), COLUMNS))?;
    for note in &report.notes {
        for (at, line) in lines(note, COLUMNS - 6).iter().enumerate() {
            writeln!(out, "{} {line}", if at == 0 { "note:" } else { "     " })?;
        }
    }
    writeln!(out)?;
    summary(out, report)?;
    scores(out, "Recommendations (those labelled or assigned)", &report.recommendations)?;
    scores(out, "Sections (once an input)", &report.sections)?;
    scores(out, "Languages (main language of the label)", &report.languages)?;
    calibration(out, report)?;
    writeln!(out, "\nConfusions: in how many inputs the first was missed and the second assigned wrongly")?;
    if report.pairs.is_empty() {
        writeln!(out, "  none")?;
    }
    for pair in report.pairs.iter().take(MOST) {
        writeln!(out, "  {:>3}  {:<32} {}", pair.count, fit(&pair.wanted, 32), fit(&pair.got, 58))?;
    }
    more(out, report.pairs.len())?;
    errors(out, report)?;
    kinds(out, report)
}

fn summary(out: &mut String, report: &Evaluation) -> fmt::Result {
    let mut line = |name: &str, value: &str| writeln!(out, "  {name:<18}{}", fit(value, COLUMNS - 20));
    let (mails, micro) = (&report.mails, &report.recommendations.micro);
    let about = match mails.off_topic {
        0 => String::new(),
        count => format!(", of these {count} about something else"),
    };
    line("inputs", &format!("{}{about}; other mails {}", mails.inputs, mails.evaluated - mails.inputs))?;
    let interval = report.f1_interval.map(|(low, high)| format!("  (95 % of samples: {low:.3} to {high:.3})"));
    line("micro F1", &format!("{}{}", three(micro.f1), interval.unwrap_or_default()))?;
    line("precision, recall", &format!("{}, {}", three(micro.precision), three(micro.recall)))?;
    if let Some(mean) = report.recommendations.mean {
        let rows = mean.rows;
        line("macro F1", &format!("{:.3}  (mean of the {rows} recommendations with a label)", mean.f1))?;
    }
    line("primary recall", &share(report.primary))?;
    line("secondary recall", &share(report.secondary))?;
    line("top is primary", &share(report.top))?;
    line("left empty", &format!("{} about something else", share(report.left_empty)))?;
    let alarm = if report.evidence.not_verbatim.is_empty() { "" } else { "  NOT ALL: this must not be" };
    line("quotes verbatim", &format!("{}{alarm}", share(report.evidence.verbatim)))?;
    let unfound = match report.evidence.not_located {
        0 => String::new(),
        count => format!("; {count} more could not be compared"),
    };
    line("quotes overlap", &format!("{} right assignments{unfound}", share(report.evidence.overlapping)))?;
    let time = &report.time;
    let worst = format!("longest {:.1} s ({})", time.longest, time.longest_of);
    line("time", &format!("{:.1} s; a mail {:.2} s (median), {worst}", time.all, time.median))?;
    for one in &report.evidence.not_verbatim {
        writeln!(out, "  NOT VERBATIM      {}", fit(one, COLUMNS - 20))?;
    }
    Ok(())
}

fn scores(out: &mut String, head: &str, table: &Table) -> fmt::Result {
    writeln!(out, "\n{head:<50}  label  right wrong missed   prec. recall     F1")?;
    let counted = |row: &&Score| row.support > 0 || row.counts.wrong > 0;
    for row in table.rows.iter().filter(counted) {
        let name = match (row.section.is_empty(), row.title.is_empty()) {
            (false, _) => format!("{}  {}", row.section, row.id),
            (true, false) => format!("{}  {}", row.id, row.title),
            (true, true) => row.id.clone(),
        };
        writeln!(out, "  {}", score(&name, row))?;
    }
    writeln!(out, "  {}", score("micro", &table.micro))?;
    if let Some(mean) = table.mean {
        writeln!(out, "  {:<74}{:>6.3} {:>6.3} {:>6.3}", "macro", mean.precision, mean.recall, mean.f1)?;
    }
    Ok(())
}

fn score(name: &str, row: &Score) -> String {
    let name = fit(name, 48);
    let gap = 48 - width(&name);
    format!(
        "{name}{:gap$}  {:>5} {:>6} {:>5} {:>6}  {:>6} {:>6} {:>6}",
        "",
        row.support,
        row.counts.right,
        row.counts.wrong,
        row.counts.missed,
        three(row.precision),
        three(row.recall),
        three(row.f1)
    )
}

fn calibration(out: &mut String, report: &Evaluation) -> fmt::Result {
    let all = &report.calibration;
    writeln!(
        out,
        "\nConfidence against truth ({} guesses; Brier score {}, expected calibration error {})",
        all.count,
        three(all.brier),
        three(all.expected_error)
    )?;
    for bin in all.bins.iter().filter(|bin| bin.count > 0) {
        let (sure, right) = (three(bin.mean_confidence), three(bin.share_right));
        let range = format!("{:.1} to {:.1}", bin.from, bin.to);
        writeln!(out, "  {range}   confidence {sure}   right {right}   {:>4} of {:>4}", bin.right, bin.count)?;
    }
    Ok(())
}

fn errors(out: &mut String, report: &Evaluation) -> fmt::Result {
    writeln!(out, "\nWrong assignments, surest first")?;
    for one in report.wrong.iter().take(MOST) {
        let WrongOne { input, language, recommendation, confidence, quote, labelled } = one;
        writeln!(out, "{}", fit(&format!("  {confidence:.2}  {recommendation}  in {input} ({language})"), COLUMNS))?;
        quoted(out, quote)?;
        let labelled = if labelled.is_empty() { "nothing".into() } else { labelled.join(", ") };
        writeln!(out, "        labelled: {}", fit(&labelled, COLUMNS - 18))?;
    }
    more(out, report.wrong.len())?;
    let primary: Vec<&MissedOne> = report.missed.iter().filter(|one| one.strength == Strength::Primary).collect();
    writeln!(out, "\nMissed primary labels")?;
    for one in primary.iter().take(MOST) {
        let MissedOne { input, language, recommendation, evidence, confidence, assigned, .. } = one;
        let sure = confidence.map(|sure| format!(", candidate at {sure:.2}")).unwrap_or_default();
        writeln!(out, "{}", fit(&format!("  {recommendation}  in {input} ({language}){sure}"), COLUMNS))?;
        quoted(out, evidence)?;
        let assigned = if assigned.is_empty() { "nothing".into() } else { assigned.join(", ") };
        writeln!(out, "        assigned: {}", fit(&assigned, COLUMNS - 18))?;
    }
    more(out, primary.len())
}

fn more(out: &mut String, count: usize) -> fmt::Result {
    match count.saturating_sub(MOST) {
        0 => Ok(()),
        rest => writeln!(out, "  and {rest} more (--json, --html)"),
    }
}

/// Two lines of a quote at most.
fn quoted(out: &mut String, quote: &str) -> fmt::Result {
    let lines = lines(&harmless(quote), COLUMNS - 10);
    for (at, line) in lines.iter().take(2).enumerate() {
        let goes_on = if at == 1 && lines.len() > 2 { "…" } else { "" };
        writeln!(out, "        {line}{goes_on}")?;
    }
    Ok(())
}

fn kinds(out: &mut String, report: &Evaluation) -> fmt::Result {
    writeln!(out, "\nKinds")?;
    writeln!(out, "  labelled         Pouch says       outcome       mails  with assignments")?;
    for row in &report.kinds {
        let (labelled, got, outcome) = (&row.labelled, &row.got, &row.outcome);
        writeln!(out, "  {labelled:<16} {got:<16} {outcome:<12} {:>6}  {:>16}", row.count, row.with_assignments)?;
    }
    Ok(())
}

fn three(number: Option<f64>) -> String {
    number.map_or("-".into(), |number| format!("{number:.3}"))
}

fn share(share: Share) -> String {
    format!("{}  ({} of {})", three(share.ratio()), share.part, share.whole)
}

/// Columns that a sign takes: two for Chinese, Japanese and Korean (UAX 11), one for others.
fn columns(c: char) -> usize {
    match c {
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

fn width(text: &str) -> usize {
    text.chars().map(columns).sum()
}

/// At most so many columns, with a sign where something was cut.
fn fit(text: &str, most: usize) -> String {
    let text = harmless(text);
    if width(&text) <= most {
        return text;
    }
    let mut left = most.saturating_sub(1);
    let kept = text.chars().take_while(|c| {
        let fits = columns(*c) <= left;
        left = left.saturating_sub(columns(*c));
        fits
    });
    kept.chain(['…']).collect()
}

/// Broken into lines, at blanks where there are some.
fn lines(text: &str, most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let (mut line, mut used) = (String::new(), 0);
    for word in text.split_whitespace() {
        if used > 0 && used + 1 + width(word) > most {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        let blank = if used > 0 { " " } else { "" };
        for c in blank.chars().chain(word.chars()) {
            if used + columns(c) > most {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push(c);
            used += columns(c);
        }
    }
    lines.push(line);
    lines
}
