//! Measures how fast documents are classified, how long the classifier takes to be ready, and the memory that it holds:
//! `bench/classify`, in the repository's folder. Says nothing about whether the answers are right.

use anyhow::Context as _;
use pouch::classify::{Classifier, Input};
use pouch::domain::Digest;
use pouch::domain::catalogue::Catalogue;
use pouch::domain::classification::TextPart;
use pouch::domain::extraction::{Segment, SegmentKind};
use pouch::domain::message::{Body, BodySource, ParsedMessage, Part, PartKind, Span};
use rustix::time::{ClockId, clock_gettime};
use serde::Deserialize;
use std::fs;
use std::hint::black_box;
use std::time::{Duration, Instant};

const LANGUAGES: [&str; 6] = ["ar", "en", "es", "fr", "ru", "zh"];

/// Words of a document, and the Chinese signs that say as much.
const WORDS: usize = 1_000;
const SIGNS: usize = 1_700;

/// Times that all documents are classified; the median counts, since others use the machine, too.
const ROUNDS: usize = 15;

fn main() -> anyhow::Result<()> {
    let began = Instant::now();
    let rounds =
        std::env::args().nth(1).map_or(Ok(ROUNDS), |text| text.parse()).context("usage: classify_speed [ROUNDS]")?;
    let before = resident_kb();
    let text = fs::read_to_string("catalogue/second-apr.toml").context("run it in the repository's folder")?;
    let catalogue = Catalogue::read(&text).map_err(|problems| anyhow::anyhow!(problems.join("\n")))?;
    let classifier = Classifier::new(&catalogue, &["chair@call.example".into()], "");
    // Word lists are read when they are first needed.
    let first =
        Document::new(0, "A statement", "Dear Chair, we propose a directory of points of contact, paragraph 43.");
    black_box(first.classify(&classifier));
    let (wall, processor) = (began.elapsed(), clock(ClockId::ProcessCPUTime));
    let held = resident_kb().zip(before).map(|(after, before)| after.saturating_sub(before) / 1024);
    println!("ready after {} ms, {} ms of processor time", wall.as_millis(), processor.as_millis());
    println!("model and word lists hold {} MB", held.map_or("unknown".into(), |held| held.to_string()));
    let sets = LANGUAGES.map(documents).into_iter().collect::<anyhow::Result<Vec<Vec<Document>>>>()?;
    // The first time fills caches.
    sets.iter().flatten().for_each(|one| drop(black_box(one.classify(&classifier))));
    let mut rounds: Vec<Vec<Duration>> =
        (0..rounds).map(|_| sets.iter().map(|set| time(set, &classifier)).collect()).collect();
    for (at, language) in LANGUAGES.iter().enumerate() {
        print(language, sets[at].len(), median(rounds.iter().map(|round| round[at]).collect()));
    }
    let all = median(rounds.drain(..).map(|round| round.iter().sum()).collect());
    print("all", sets.iter().map(Vec::len).sum(), all);
    Ok(())
}

fn print(name: &str, documents: usize, time: Duration) {
    let each = documents as f64 / time.as_secs_f64();
    let words = each * WORDS as f64 / 1e6;
    println!(
        "{name:>4}: {documents} documents of {WORDS} words, {each:.0} a second of processor time, {words:.2} million words"
    );
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// Processor time of this thread.
fn time(documents: &[Document], classifier: &Classifier) -> Duration {
    let began = clock(ClockId::ThreadCPUTime);
    documents.iter().for_each(|one| drop(black_box(one.classify(classifier))));
    clock(ClockId::ThreadCPUTime).saturating_sub(began)
}

fn clock(id: ClockId) -> Duration {
    Duration::try_from(clock_gettime(id)).unwrap_or_default()
}

/// Memory of this process that is in use, the program itself included.
fn resident_kb() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[derive(Deserialize)]
struct Material {
    subject: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    paragraphs: Vec<Paragraph>,
}

#[derive(Deserialize)]
struct Paragraph {
    text: String,
}

/// A mail with its extracted text.
struct Document {
    message: ParsedMessage,
    texts: Vec<TextPart>,
}

impl Document {
    /// Every other one is the mail itself; the rest are files that come with a short one.
    fn new(number: usize, subject: &str, text: &str) -> Self {
        let in_file = number % 2 == 1;
        let covering = if in_file { "Dear Chair, please find our input attached." } else { text };
        let own = vec![Span { start: 0, end: covering.chars().count() }];
        let body = Body { text: covering.into(), source: BodySource::Plain, own: own.clone(), ..Body::nothing() };
        let mut message = ParsedMessage::empty(body);
        message.subject = subject.into();
        let mut texts = vec![part("body", covering, SegmentKind::Body, Some(own))];
        if in_file {
            texts.push(part("2", text, SegmentKind::Page, None));
            message.parts.push(Part {
                path: "2".into(),
                kind: PartKind::Attachment,
                name: Some("input.pdf".into()),
                claimed_type: "application/pdf".into(),
                media_type: "application/pdf".into(),
                digest: texts[1].digest,
                size_bytes: text.len() as u64,
                message: None,
                parts: Vec::new(),
            });
        }
        Self { message, texts }
    }

    fn classify(&self, classifier: &Classifier) -> pouch::domain::classification::Classification {
        classifier.classify(&Input { message: &self.message, texts: self.texts.clone() })
    }
}

fn part(path: &str, text: &str, kind: SegmentKind, own: Option<Vec<Span>>) -> TextPart {
    let segments = vec![Segment::new(1, kind, text)];
    TextPart { path: path.into(), name: None, digest: Digest::of(text.as_bytes()), segments, own, title: None }
}

/// Documents of one language, put together from the paragraphs of training inputs.
fn documents(language: &str) -> anyhow::Result<Vec<Document>> {
    let (mut made, mut paragraphs, mut length) = (Vec::new(), Vec::new(), 0);
    let enough = if language == "zh" { SIGNS } else { WORDS };
    for folder in ["inputs", "weighed"] {
        let path = format!("training/{folder}/{language}.jsonl");
        let lines = fs::read_to_string(&path).with_context(|| path.clone())?;
        for line in lines.lines().filter(|line| !line.trim().is_empty()) {
            let one: Material = serde_json::from_str(line).with_context(|| path.clone())?;
            let own = one.text.split("\n\n").map(String::from).chain(one.paragraphs.into_iter().map(|one| one.text));
            for paragraph in own.filter(|text| !text.trim().is_empty()) {
                length +=
                    if language == "zh" { paragraph.chars().count() } else { paragraph.split_whitespace().count() };
                paragraphs.push(paragraph);
                if length >= enough {
                    made.push(Document::new(made.len(), &one.subject, &paragraphs.join("\n\n")));
                    (paragraphs, length) = (Vec::new(), 0);
                }
            }
        }
    }
    Ok(made)
}
