//! The extractor child: answers requests about one message or file at a time on its standard input and output. It limits
//! itself before it reads the first byte, and it opens no file and no connection.

use crate::confine::{Child, Limits, confine};
use crate::domain::extraction::Extraction;
use crate::domain::message::{ParsedMessage, Part};
use crate::domain::reader::{CoveredPage, Place, Programs, Protections, Request, Response};
use crate::frames::{read_raw, read_request, write_response};
use crate::redact::{Words, find_removed, places};
use crate::{extract, parse};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write};
use std::process::ExitCode;
use std::sync::{Arc, OnceLock, mpsc};

/// Stack of the thread that reads: deep nesting ends as an answer more often than as a crash.
const STACK_BYTES: usize = 64 << 20;

/// Runs until its standard input ends.
pub fn run(limits: &Limits) -> ExitCode {
    let answered =
        confine(Child::Extractor, limits).and_then(|(output, protections)| answer_all(output, protections, limits));
    match answered {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pouch extractor: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What the next requests are about.
#[derive(Default)]
struct Loaded {
    raw: Vec<u8>,
    /// Set if it is one file and no message.
    file_name: Option<String>,
    /// The way to each part of it, once it was opened.
    opened: OnceLock<parse::Opened>,
}

impl Loaded {
    fn parse(&self) -> ParsedMessage {
        let (message, opened) = parse::open(&self.raw, self.file_name.as_deref());
        let _ = self.opened.set(opened);
        message
    }

    fn part(&self, path: &str) -> Option<(Part, Vec<u8>)> {
        let open = || parse::open(&self.raw, self.file_name.as_deref()).1;
        self.opened.get_or_init(open).part(&self.raw, path)
    }
}

fn answer_all(output: File, protections: Protections, limits: &Limits) -> io::Result<()> {
    let mut input = BufReader::with_capacity(1 << 16, io::stdin());
    let mut output = BufWriter::with_capacity(1 << 16, output);
    let mut loaded: Arc<Loaded> = Arc::default();
    while let Some(request) = read_request(&mut input)? {
        match request {
            Request::Hello => {
                let (protections, programs) = (protections.clone(), Programs::default());
                write_response(&mut output, &Response::Hello { protections, programs })?;
            }
            Request::Load { size_bytes, file_name } => {
                // The old message goes first, so that two never stand side by side.
                drop(std::mem::take(&mut loaded));
                limits.allow(size_bytes)?;
                loaded = Arc::new(Loaded { raw: read_raw(&mut input, size_bytes)?, file_name, ..Loaded::default() });
                write_response(&mut output, &Response::Loaded)?;
            }
            request => {
                limits.allow(loaded.raw.len() as u64)?;
                answer_apart(&mut output, loaded.clone(), request, limits.text_bytes)?;
            }
        }
        output.flush()?;
    }
    Ok(())
}

/// What a reading thread says: how far it is, or its answer with the raw bytes that follow it.
enum Said {
    Progress(u32),
    Answer(Box<Response>, Vec<u8>),
}

/// Reads on a thread of its own: a panic of a library becomes an answer.
fn answer_apart(output: &mut impl Write, loaded: Arc<Loaded>, request: Request, text_bytes: usize) -> io::Result<()> {
    let broken = match request {
        Request::Extract { .. } => Response::Extracted {
            extraction: Extraction::unreadable("pouch", "the file broke the reader"),
            readings: Vec::new(),
        },
        _ => Response::Refused { reason: "these bytes broke the reader".into() },
    };
    let (say, said) = mpsc::channel();
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(move || {
        let (response, bytes) = answer(&loaded, request, text_bytes, &mut |pages| {
            let _ = say.send(Said::Progress(pages));
        });
        let _ = say.send(Said::Answer(Box::new(response), bytes));
    })?;
    for word in said {
        match word {
            Said::Progress(pages) => {
                write_response(output, &Response::Progress { pages })?;
                output.flush()?;
            }
            Said::Answer(response, bytes) => {
                let _ = thread.join();
                write_response(output, &response)?;
                return output.write_all(&bytes);
            }
        }
    }
    write_response(output, &broken)
}

fn answer(
    loaded: &Loaded,
    request: Request,
    text_bytes: usize,
    progress: extract::Progress<'_>,
) -> (Response, Vec<u8>) {
    let refused = |reason: String| (Response::Refused { reason }, Vec::new());
    let no_part = |path: &str| refused(format!("there is no part {path}"));
    match request {
        Request::Parse => (Response::Parsed { message: Box::new(loaded.parse()) }, Vec::new()),
        Request::Extract { path, again } => match loaded.part(&path) {
            Some((part, bytes)) => {
                let how = extract::How { text_limit: text_bytes, draws: !again };
                let (extraction, readings) =
                    extract::extract(&part.media_type, part.name.as_deref(), &bytes, how, progress);
                (Response::Extracted { extraction, readings }, Vec::new())
            }
            None => no_part(&path),
        },
        Request::Bytes { path } => match loaded.part(&path) {
            Some((_, bytes)) => (Response::Bytes { size_bytes: bytes.len() as u64 }, bytes),
            None => no_part(&path),
        },
        Request::Render { path, page } => match loaded.part(&path) {
            Some((part, bytes)) => match extract::render(&part.media_type, &bytes, page) {
                Ok(picture) => (Response::Picture { size_bytes: picture.len() as u64 }, picture),
                Err(reason) => refused(reason),
            },
            None => no_part(&path),
        },
        Request::Pages { path } => match loaded.part(&path) {
            Some((part, bytes)) => match extract::pages_to_see(&part.media_type, &bytes) {
                Ok(count) => (Response::Pages { count }, Vec::new()),
                Err(reason) => refused(reason),
            },
            None => no_part(&path),
        },
        Request::Screen { path, page } => match loaded.part(&path) {
            Some((part, bytes)) => match extract::screen(&part.media_type, &bytes, page) {
                Ok(extract::Screen { png, width, height }) => {
                    (Response::Screen { size_bytes: png.len() as u64, width, height }, png)
                }
                Err(reason) => refused(reason),
            },
            None => no_part(&path),
        },
        Request::Cover { path, page, words, places, anyway } => match loaded.part(&path) {
            Some((part, bytes)) => cover(&part.media_type, &bytes, page, &words, places, anyway)
                .unwrap_or_else(|reason| (Response::Refused { reason }, Vec::new())),
            None => no_part(&path),
        },
        Request::Search { path, words } => match loaded.part(&path) {
            Some((_, bytes)) => (searched(&bytes, &words), Vec::new()),
            None => no_part(&path),
        },
        Request::KeyNames => (Response::KeyNames { names: parse::key_names(&loaded.raw) }, Vec::new()),
        Request::Signatures { keys } => {
            (Response::Signatures { checks: parse::verify(&loaded.raw, &keys) }, Vec::new())
        }
        Request::Hello
        | Request::Load { .. }
        | Request::PdfText
        | Request::Locate { .. }
        | Request::Recognise { .. }
        | Request::Print { .. } => refused("the extractor runs no programs".into()),
    }
}

fn searched(bytes: &[u8], words: &[String]) -> Response {
    let words: Vec<Words> = words.iter().filter_map(|words| Words::of(words)).collect();
    let searched = find_removed(bytes, &words);
    let found = searched.found.into_iter().map(|one| (one.words, one.place)).collect();
    Response::Searched { found, complete: searched.complete }
}

/// A page with the places filled where words stand. What is not seen on it is filled, too; only what is seen counts.
fn cover(
    media_type: &str,
    bytes: &[u8],
    page: u32,
    wanted: &[(String, usize)],
    mut filled: Vec<Place>,
    anyway: bool,
) -> Result<(Response, Vec<u8>), String> {
    let mut missing = Vec::new();
    let read = extract::letters(media_type, bytes, page)?;
    for (at, (said, times)) in wanted.iter().enumerate() {
        let words: Vec<Words> = Words::of(said).into_iter().collect();
        for (letters, counts) in [(&read.seen, true), (&read.all, false)] {
            let found = places(&letters.text, &words);
            if counts && found.len() < *times {
                missing.push(at);
            }
            filled.extend(found.into_iter().flat_map(|span| letters.places_of(span.start, span.end)));
        }
    }
    if !missing.is_empty() && !anyway {
        return Ok((Response::Covered { size_bytes: 0, page: CoveredPage::default(), missing }, Vec::new()));
    }
    let (page, stream) = extract::covered(media_type, bytes, page, filled)?;
    Ok((Response::Covered { size_bytes: stream.len() as u64, page, missing }, stream))
}
