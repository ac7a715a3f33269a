//! One text in six languages and every format that people attach gives the same words in the same order. The files are
//! made by fixtures/make-documents; nothing here knows how a reader works.

use pouch::config::Config;
use pouch::domain::extraction::Extraction;
use pouch::pipeline::reading;
use pouch::sandbox::{Pool, Source};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs::File;
use std::path::{Path, PathBuf};
use unicode_normalization::UnicodeNormalization as _;

const LANGUAGES: [&str; 6] = ["ar", "en", "es", "fr", "ru", "zh"];

/// File, what must come out of it.
const FORMATS: [(&str, &str); 19] = [
    ("document.docx", "text"),
    ("document.odt", "text"),
    ("document.rtf", "text"),
    ("document.doc", "text"),
    ("page.html", "text"),
    ("libreoffice.html", "text"),
    ("utf-8.txt", "text"),
    ("utf-16.txt", "text"),
    ("legacy.txt", "text"),
    ("libreoffice.pdf", "text"),
    ("typst.pdf", "text"),
    ("chromium.pdf", "text"),
    ("weasyprint.pdf", "text"),
    ("slides.pptx", "slides"),
    ("slides.odp", "slides"),
    ("slides.ppt", "slides"),
    ("table.xlsx", "table"),
    ("table.ods", "table"),
    ("table.xls", "table"),
];

/// Least share of the words that must come out, and of the pairs of neighbouring words that must still be neighbours.
const WORDS: f64 = 0.99;
const ORDER: f64 = 0.98;

#[tokio::test]
async fn the_same_text_comes_out_of_every_format_in_every_language() {
    let pool = pool();
    let names = FORMATS.map(|(name, _)| name);
    let mut figures = HashMap::new();
    for language in LANGUAGES {
        for (name, truth) in FORMATS {
            let extraction = read_file(&pool, &folder(language).join(name)).await;
            figures.insert((name, language), Figures::of(&extraction, language, truth));
        }
    }
    let table = table(&names, &figures);
    println!("{table}");
    assert!(figures.values().all(Figures::suffice), "words lost or out of order:\n{table}");
}

/// The children as the service starts them.
pub fn pool() -> Pool {
    Pool::start(PathBuf::from(env!("CARGO_BIN_EXE_pouch")), &Config::default().extractor)
}

/// What one file gave.
struct Figures {
    /// Share of the words of the truth that came out.
    words: f64,
    /// Share of its neighbouring words that are neighbours still, or of its words that come in order, whichever is less.
    order: f64,
    status: &'static str,
}

impl Figures {
    fn of(extraction: &Extraction, language: &str, truth: &str) -> Self {
        let said = words(&extraction.said_text());
        let lines: Vec<Vec<String>> = truth_lines(language, truth).iter().map(|line| words(line)).collect();
        let elsewhere: Vec<Vec<String>> =
            truth_lines(language, &format!("{truth}-notes")).iter().map(|line| words(line)).collect();
        let all = || lines.iter().chain(&elsewhere);
        let wanted: Vec<&String> = all().flatten().collect();
        let pairs: Vec<(&String, &String)> = all().flat_map(|line| line.iter().zip(&line[1..])).collect();
        let in_a_row = common_in_order(&lines.concat(), &said) as f64 / lines.concat().len() as f64;
        Self {
            words: recall(&wanted, &said.iter().collect::<Vec<_>>()),
            order: recall(&pairs, &said.iter().zip(said.iter().skip(1)).collect::<Vec<_>>()).min(in_a_row),
            status: extraction.status(),
        }
    }

    fn suffice(&self) -> bool {
        self.words >= WORDS && self.order >= ORDER
    }
}

/// The lines of fixtures/same/LANGUAGE/NAME.truth, none if there is no such file.
fn truth_lines(language: &str, name: &str) -> Vec<String> {
    let text = std::fs::read_to_string(folder(language).join(format!("{name}.truth"))).unwrap_or_default();
    text.lines().map(String::from).collect()
}

fn folder(language: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/same").join(language)
}

/// What the service makes of one file, with recognition of the words in its pictures.
pub async fn read_file(pool: &Pool, path: &Path) -> Extraction {
    let limits = Config::default().extractor;
    let name = path.file_name().unwrap().to_str().unwrap();
    let source = Source::one_file(File::open(path).unwrap(), name).unwrap();
    let parts = [("1".to_string(), source.size_bytes)];
    let extraction = reading::read(pool, &source, &parts, limits.text_bytes).await.unwrap().remove(0);
    if extraction.pages_awaiting_recognition().is_empty() {
        return extraction;
    }
    reading::recognise(pool, &limits, &source, "1", extraction, &[]).await
}

/// Words as they are compared: compatibility forms folded, lower case, without invisible marks; a Chinese sign is a word.
pub fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for c in text.nfkc().flat_map(char::to_lowercase) {
        match c {
            '\u{640}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' => {}
            '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' if c.is_alphanumeric() => {
                words.extend([c.to_string(), String::new()]);
            }
            c if c.is_alphanumeric() => words.last_mut().unwrap().push(c),
            _ => words.push(String::new()),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Share of `wanted` that is in `found`, each as often as it is wanted.
pub fn recall<T: std::hash::Hash + Eq + Copy>(wanted: &[T], found: &[T]) -> f64 {
    let mut there = HashMap::<T, usize>::new();
    for one in found {
        *there.entry(*one).or_default() += 1;
    }
    let mut hits = 0;
    for one in wanted {
        if let Some(left) = there.get_mut(one).filter(|left| **left > 0) {
            *left -= 1;
            hits += 1;
        }
    }
    hits as f64 / wanted.len().max(1) as f64
}

/// How many words of `wanted` stand in `found` in the same order, whatever stands between them.
fn common_in_order(wanted: &[String], found: &[String]) -> usize {
    let mut before = vec![0; found.len() + 1];
    for word in wanted {
        let mut now = vec![0; found.len() + 1];
        for (at, other) in found.iter().enumerate() {
            now[at + 1] = if word == other { before[at] + 1 } else { before[at + 1].max(now[at]) };
        }
        before = now;
    }
    before[found.len()]
}

/// Formats down, languages across: words/order in per cent, with `!` where it is too little.
fn table(names: &[&str], figures: &HashMap<(&str, &str), Figures>) -> String {
    let mut table = format!("{:<18}", "");
    for language in LANGUAGES {
        let _ = write!(table, "{language:>14}");
    }
    for name in names {
        let _ = write!(table, "\n{name:<18}");
        for language in LANGUAGES {
            let one = &figures[&(*name, language)];
            let cell = match one.status {
                "text" => format!("{:.1}/{:.1}", one.words * 100.0, one.order * 100.0),
                other => other.to_string(),
            };
            let _ = write!(table, "{:>14}", format!("{}{cell}", if one.suffice() { "" } else { "!" }));
        }
    }
    table
}
