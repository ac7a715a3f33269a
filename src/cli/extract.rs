//! `pouch extract`: what a reviewer would see of a file, without a mailbox and without a data folder. Keeps nothing.

use super::list::visible;
use super::{Place, open};
use crate::config::Config;
use crate::domain::extraction::{Extraction, PageReading, Role, Segment, SegmentKind};
use crate::domain::message::{Part, PartKind};
use crate::domain::{Finding, Problem, harmless};
use crate::language;
use crate::pipeline::reading;
use crate::sandbox::{Pool, Source};
use anyhow::{Context as _, bail};
use clap::Args;
use serde::Serialize;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Characters of each part that are shown without `--text`.
const EXCERPT: usize = 600;

/// What to read, and how to show it.
#[derive(Debug, Args)]
pub struct What {
    /// Files to read: documents, pictures, archives, mails
    #[arg(required_unless_present = "corpus", value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The whole text
    #[arg(long)]
    pub text: bool,
    #[arg(long)]
    pub json: bool,
    /// Read every file below this folder and say how it went, in sums for each format
    #[arg(long, value_name = "DIR", conflicts_with_all = ["files", "text", "json"])]
    pub corpus: Option<PathBuf>,
    /// With --corpus: a line for each file (CSV) on the standard output; the sums go to the standard error
    #[arg(long, requires = "corpus")]
    pub csv: bool,
}

/// What one file gave.
#[derive(Serialize)]
pub struct FileRead {
    pub file: String,
    pub seconds: f64,
    /// What is odd about the file as a whole (archives, mails).
    pub problems: Vec<Problem>,
    pub parts: Vec<PartRead>,
}

/// What one part of it gave.
#[derive(Serialize)]
pub struct PartRead {
    pub path: String,
    pub name: Option<String>,
    pub media_type: String,
    pub size_bytes: u64,
    #[serde(flatten)]
    pub extraction: Extraction,
    /// What the document says, without comments, deletions and hidden text.
    pub said: String,
}

/// Reads files for the command line.
pub struct Reader {
    pub pool: Pool,
    pub config: Config,
    pub can_recognise: bool,
}

impl Reader {
    /// A reader with the configured limits.
    ///
    /// # Errors
    /// If no child can be started.
    pub async fn start(place: &Place) -> anyhow::Result<Self> {
        let config = match &place.config {
            Some(file) => open::config(file)?,
            None => Config::default(),
        };
        let program = std::env::current_exe().context("the program does not know where it is")?;
        let pool = Pool::start(program, &config.extractor);
        let conditions = pool.conditions().await?;
        conditions.gaps().iter().for_each(|gap| eprintln!("pouch: {gap}"));
        let can_recognise = reading::can_recognise(&pool).await;
        Ok(Self { pool, config, can_recognise })
    }

    /// Reads a file with everything in it.
    ///
    /// # Errors
    /// If it cannot be opened. What its content does wrong is part of the answer.
    pub async fn read(&self, path: &Path) -> anyhow::Result<FileRead> {
        let began = Instant::now();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let file = File::open(path).with_context(|| format!("{} cannot be opened", path.display()))?;
        if file.metadata()?.is_dir() {
            bail!("{} is a folder: name a file, or read all files of it with --corpus", path.display());
        }
        let source = Source::one_file(file, &name)?;
        let shown = path.display().to_string();
        let parsed = match self.pool.parse(&source).await {
            Ok(parsed) => parsed,
            Err(error) => {
                let extraction = Extraction::unreadable("pouch", error.to_string());
                let part = part_read("1".into(), Some(name), "application/octet-stream", source.size_bytes, extraction);
                let seconds = began.elapsed().as_secs_f64();
                return Ok(FileRead { file: shown, seconds, problems: Vec::new(), parts: vec![part] });
            }
        };
        let parts = parsed.all_parts();
        let is_file = |part: &&&Part| matches!(part.kind, PartKind::Attachment | PartKind::Inline);
        let files: Vec<&Part> = parts.iter().filter(is_file).copied().collect();
        let wanted: Vec<(String, u64)> = files.iter().map(|part| (part.path.clone(), part.size_bytes)).collect();
        let limits = &self.config.extractor;
        let extractions = reading::read(&self.pool, &source, &wanted, limits.text_bytes).await?;
        let mut read: Vec<PartRead> = bodies(&parts);
        for (part, mut extraction) in files.into_iter().zip(extractions) {
            if !extraction.pages_awaiting_recognition().is_empty() {
                extraction = if self.can_recognise {
                    let languages = likely_languages(&extraction);
                    reading::recognise(&self.pool, limits, &source, &part.path, extraction, &languages).await
                } else {
                    reading::without_recognition(extraction)
                };
            }
            read.push(part_read(part.path.clone(), part.name.clone(), &part.media_type, part.size_bytes, extraction));
        }
        let mut problems = parsed.problems.clone();
        problems.extend(parts.iter().filter_map(|part| part.message.as_ref()).flat_map(|inner| inner.problems.clone()));
        Ok(FileRead { file: shown, seconds: began.elapsed().as_secs_f64(), problems, parts: read })
    }
}

/// The own texts of messages in the tree.
fn bodies(parts: &[&Part]) -> Vec<PartRead> {
    let inner = parts.iter().filter_map(|part| part.message.as_ref().map(|message| (part, message)));
    inner
        .filter(|(_, message)| !message.body.text.trim().is_empty())
        .map(|(part, message)| {
            let segments = vec![Segment::new(1, SegmentKind::Body, message.body.text.clone())];
            let extraction = Extraction::new("mail", crate::domain::extraction::Extracted::Text { segments });
            let size_bytes = message.body.text.len() as u64;
            part_read(format!("{}.body", part.path), None, "text/plain", size_bytes, extraction)
        })
        .collect()
}

fn part_read(
    path: String,
    name: Option<String>,
    media_type: &str,
    size_bytes: u64,
    extraction: Extraction,
) -> PartRead {
    PartRead { path, name, media_type: media_type.into(), size_bytes, said: extraction.said_text(), extraction }
}

/// The languages that the rest of a document speaks.
fn likely_languages(extraction: &Extraction) -> Vec<String> {
    match language::detect(&extraction.said_text()) {
        "other" | "uncertain" => Vec::new(),
        code => vec![code.into()],
    }
}

/// Reads files and prints what came of each.
pub async fn extract(place: &Place, what: &What) -> anyhow::Result<ExitCode> {
    let reader = Reader::start(place).await?;
    if let Some(folder) = &what.corpus {
        return super::corpus::corpus(&reader, folder, what.csv).await;
    }
    let mut code = ExitCode::SUCCESS;
    for path in &what.files {
        match reader.read(path).await {
            Ok(read) if what.json => println!("{}", serde_json::to_string(&read)?),
            Ok(read) => print(&read, what.text),
            Err(error) => {
                eprintln!("pouch: {error:#}");
                code = ExitCode::FAILURE;
            }
        }
    }
    Ok(code)
}

fn print(read: &FileRead, whole: bool) {
    println!("{}  ({:.2} s)", visible(&read.file), read.seconds);
    for problem in &read.problems {
        println!("  problem   {}", visible(&problem.detail));
    }
    for part in &read.parts {
        let name = part.name.as_deref().map(visible).unwrap_or_default();
        println!("part {}  {name}  {}  {} bytes", part.path, part.media_type, part.size_bytes);
        println!("  status    {}{}", part.extraction.status(), reason(&part.extraction));
        println!("  read by   {}", part.extraction.extractor);
        if let Some(title) = &part.extraction.title {
            println!("  title     {}", visible(&title.text));
        }
        print_pages(&part.extraction.pages);
        for Problem { detail, .. } in &part.extraction.problems {
            println!("  problem   {}", visible(detail));
        }
        for Finding { detail, .. } in &part.extraction.findings {
            println!("  finding   {}", visible(detail));
        }
        print_segments(part.extraction.segments(), whole);
    }
}

fn reason(extraction: &Extraction) -> String {
    match &extraction.extracted {
        crate::domain::extraction::Extracted::Unreadable { reason } => format!(": {}", visible(reason)),
        _ => String::new(),
    }
}

/// Pages that were read in the same way share a line.
fn print_pages(pages: &[PageReading]) {
    let how = |page: &PageReading| {
        let engine = if page.engine.is_empty() { "no text" } else { &page.engine };
        let agreement = page.agreement.map(|share| format!(", agreement {:.0} %", share * 100.0)).unwrap_or_default();
        let confidence = page.confidence.map(|sure| format!(", confidence {sure:.0} of 100")).unwrap_or_default();
        format!("{engine}{agreement}{confidence}")
    };
    let mut rest = pages;
    while let Some(first) = rest.first() {
        let words = how(first);
        let same = rest.iter().take_while(|page| how(page) == words).count();
        let range =
            if same == 1 { format!("{}", first.number) } else { format!("{}-{}", first.number, rest[same - 1].number) };
        let what = if first.kind == SegmentKind::Picture { "picture" } else { "page" };
        println!("  {what:<9} {range}: {words}");
        rest = &rest[same..];
    }
}

/// Prints a text, each segment under its place.
pub fn print_segments(segments: &[Segment], whole: bool) {
    let mut left = if whole { usize::MAX } else { EXCERPT };
    let characters: usize = segments.iter().map(|segment| segment.text.chars().count()).sum();
    for segment in segments {
        if left == 0 {
            break;
        }
        let role = if segment.role == Role::Text { "" } else { segment.role.as_str() };
        let facts = [&place(segment), role, &segment.language].map(str::to_string);
        let facts: Vec<String> = facts.into_iter().filter(|fact| !fact.is_empty()).collect();
        if segment.kind != SegmentKind::Body || !role.is_empty() {
            println!("    [{}]", facts.join(", "));
        }
        let shown: String = segment.text.chars().take(left).collect();
        left -= shown.chars().count();
        shown.lines().for_each(|line| println!("    | {}", harmless(line)));
    }
    if !whole && characters > EXCERPT {
        println!("    | … {} more characters (--text shows all)", characters - EXCERPT);
    }
}

/// As `page 3`, `from paragraph 41`.
pub fn place(segment: &Segment) -> String {
    match segment.kind {
        SegmentKind::Page => format!("page {}", segment.number),
        SegmentKind::Picture => format!("picture {}", segment.number),
        SegmentKind::Slide => format!("slide {}", segment.number),
        SegmentKind::Sheet => format!("sheet {}", segment.number),
        SegmentKind::Paragraphs => format!("from paragraph {}", segment.number),
        SegmentKind::Body => "text".into(),
    }
}

/// Longest time that any file may take before it is called hung: far above every limit.
pub const HUNG: Duration = Duration::from_secs(3600);
