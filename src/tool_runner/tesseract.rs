//! Words in a picture by tesseract: which language models, how sure, in which order. Reads one page; draws nothing.

use super::program::Program;
use crate::domain::reader::{Place, Response};
use crate::language;
use std::path::PathBuf;

/// A page whose words are at least this sure (of 100) was read with the right model: wrong ones stay below 50, but the
/// Chinese one, which reads Latin letters too (measured on pages of six languages).
const SURE: f64 = 80.0;

/// Most that one page may say, in bytes.
const LIMIT_BYTES: u64 = 32 << 20;

/// The program with what it can read.
pub struct Tesseract {
    pub program: Program,
    /// Language models that are installed, as `eng`.
    pub models: Vec<String>,
}

impl Tesseract {
    /// Looks for it and its models.
    pub fn find(places: &[PathBuf]) -> Option<Self> {
        let program = Program::find(places, "tesseract", "--version")?;
        let ran = program.run(&["--list-langs"], &[], 1 << 16).ok()?;
        let said = String::from_utf8_lossy(&ran.output).into_owned() + &ran.words;
        let models = said.lines().skip(1).map(str::trim).filter(|line| !line.is_empty()).map(String::from).collect();
        Some(Self { program, models })
    }

    /// Recognises the words of a page; `languages` are the likely ones (ISO 639-1), the likeliest first.
    pub fn recognise(&self, picture: &[u8], languages: &[String]) -> Response {
        match self.best(picture, languages) {
            Ok((model, page)) => Response::Recognised {
                engine: format!("tesseract {} ({model})", self.program.version),
                confidence: (page.words > 0).then_some(page.confidence),
                text: page.text,
            },
            Err(reason) => Response::Refused { reason },
        }
    }

    /// The same, with the place of each word.
    pub fn locate(&self, picture: &[u8], languages: &[String]) -> Response {
        match self.best(picture, languages) {
            Ok((_, page)) => Response::Located { words: page.placed },
            Err(reason) => Response::Refused { reason },
        }
    }

    fn best(&self, picture: &[u8], languages: &[String]) -> Result<(String, Page), String> {
        let mut best: Option<(String, Page)> = None;
        let mut tried: Vec<String> = Vec::new();
        let mut wanted = languages.first().and_then(|code| model_of(code)).map(String::from);
        // The mail's own language, then what the script says, then what the recognised words say.
        for _ in 0..3 {
            let model = match wanted.take() {
                Some(model) => model,
                None => by_script(&self.program, picture),
            };
            let model = self.installed(&model);
            if model.is_empty() || tried.contains(&model) {
                break;
            }
            tried.push(model.clone());
            let page = read(&self.program, picture, &model)?;
            let said = language::detect(&page.text);
            let is_right =
                page.confidence >= SURE && model_of(said).is_none_or(|right| model.split('+').any(|one| one == right));
            if !is_right && page.confidence >= SURE {
                wanted = model_of(said).map(String::from);
            }
            // Words that are many and sure: a wrong model finds few that are.
            let is_better = best.as_ref().is_none_or(|(_, other)| page.sure_words() >= other.sure_words());
            if is_better {
                best = Some((model, page));
            }
            if is_right {
                break;
            }
        }
        best.ok_or_else(|| "tesseract has no model for the six languages; install its language packages".into())
    }

    /// Of models joined by `+`, those that are there.
    fn installed(&self, model: &str) -> String {
        let there: Vec<&str> = model.split('+').filter(|one| self.models.iter().any(|model| model == one)).collect();
        there.join("+")
    }
}

fn model_of(language: &str) -> Option<&'static str> {
    Some(match language {
        "ar" => "ara",
        "en" => "eng",
        "es" => "spa",
        "fr" => "fra",
        "ru" => "rus",
        "zh" => "chi_sim",
        _ => return None,
    })
}

/// The models of the script that tesseract sees, which it does well; where it sees none, the Latin ones.
fn by_script(program: &Program, picture: &[u8]) -> String {
    let seen = program.run(&["stdin", "stdout", "--psm", "0"], picture, 1 << 16);
    let seen = seen.map(|ran| String::from_utf8_lossy(&ran.output).into_owned()).unwrap_or_default();
    let script = seen.lines().find_map(|line| line.strip_prefix("Script: ")).unwrap_or_default();
    match script.trim() {
        "Cyrillic" => "rus",
        "Arabic" => "ara",
        "Han" | "HanS" | "HanT" | "Japanese" => "chi_sim+eng",
        _ => "eng+fra+spa",
    }
    .into()
}

/// What one run read.
#[derive(Default)]
struct Page {
    text: String,
    words: usize,
    /// Mean of the words, from 0 to 100.
    confidence: f64,
    placed: Vec<(String, Place)>,
}

impl Page {
    fn sure_words(&self) -> f64 {
        self.confidence * self.text.chars().filter(|c| c.is_alphanumeric()).count() as f64
    }
}

fn read(program: &Program, picture: &[u8], model: &str) -> Result<Page, String> {
    // psm 1 finds out how the page lies before it reads; 200 dpi is how pages are drawn.
    let arguments = ["stdin", "stdout", "-l", model, "--psm", "1", "--dpi", "200", "tsv"];
    let ran = program
        .run(&arguments, picture, LIMIT_BYTES)
        .map_err(|error| format!("tesseract cannot be started: {error}"))?;
    if !ran.succeeded && ran.output.is_empty() {
        return Err("tesseract gave up on the page".into());
    }
    Ok(page_of(&String::from_utf8_lossy(&ran.output)))
}

/// Puts tesseract's table together again: words to lines, lines to paragraphs.
fn page_of(table: &str) -> Page {
    let mut page = Page::default();
    let mut sum = 0.0;
    let mut at = ("", "", "");
    let mut size = (1.0, 1.0);
    for row in table.lines().skip(1) {
        let cells: Vec<&str> = row.splitn(12, '\t').collect();
        let [level, _, block, paragraph, line, _, left, top, width, height, confidence, word] = cells[..] else {
            continue;
        };
        let [left, top, width, height] = [left, top, width, height].map(|side| side.parse::<f64>().unwrap_or(0.0));
        if level == "1" && width > 0.0 && height > 0.0 {
            size = (width, height);
        }
        let (Ok(confidence), word) = (confidence.parse::<f64>(), word.trim()) else { continue };
        if confidence < 0.0 || word.is_empty() {
            continue;
        }
        if !page.text.is_empty() {
            let is_dense =
                |c: Option<char>| c.is_some_and(|c| matches!(c, '\u{3000}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}'));
            if (block, paragraph) != (at.0, at.1) {
                page.text.push_str("\n\n");
            } else if line != at.2 {
                page.text.push('\n');
            } else if !(is_dense(page.text.chars().last()) && is_dense(word.chars().next())) {
                page.text.push(' ');
            }
        }
        at = (block, paragraph, line);
        page.text.push_str(word);
        let place = [left / size.0, top / size.1, (left + width) / size.0, (top + height) / size.1];
        page.placed.push((word.into(), place));
        page.words += 1;
        sum += confidence;
    }
    if page.words > 0 {
        page.confidence = sum / page.words as f64;
    }
    page
}
