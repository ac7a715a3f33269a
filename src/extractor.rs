//! The extractor child: answers requests about one message or file at a time on its standard input and output. It limits
//! itself before it reads the first byte, and it opens no file and no connection.

use crate::config;
use crate::domain::extraction::Extraction;
use crate::domain::message::{ParsedMessage, Part};
use crate::domain::reader::{Programs, Protections, Request, Response};
use crate::{extract, parse};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::process::ExitCode;
use std::sync::{Arc, OnceLock, mpsc};

/// Stack of the thread that reads: deep nesting ends as an answer more often than as a crash.
const STACK_BYTES: usize = 64 << 20;

/// Longest request, in bytes.
const MAX_REQUEST: u32 = 1 << 20;

/// Runs until its standard input ends.
pub fn run(memory_bytes: Option<u64>, text_bytes: Option<usize>) -> ExitCode {
    let limits = config::Config::default().extractor;
    let text_bytes = text_bytes.unwrap_or(limits.text_bytes);
    match limit(memory_bytes.unwrap_or(limits.memory_bytes)).and_then(|output| answer_all(output, text_bytes)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pouch extractor: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Limits this process, before any thread is started, and moves its output away from what libraries print to.
fn limit(memory_bytes: u64) -> io::Result<std::fs::File> {
    use rlimit::Resource;
    Resource::AS.set(memory_bytes, memory_bytes)?;
    Resource::CORE.set(0, 0)?;
    Resource::NOFILE.set(16, 16)?;
    // Nothing is ever written to a file; pipes are not files.
    Resource::FSIZE.set(0, 0)?;
    // A child of a killed service must not live on.
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    // A library that prints would break the frames: the frames get a descriptor of their own.
    let output = rustix::io::dup(io::stdout())?;
    rustix::stdio::dup2_stdout(io::stderr())?;
    std::panic::set_hook(Box::new(|_| {}));
    Ok(output.into())
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

fn answer_all(output: std::fs::File, text_bytes: usize) -> io::Result<()> {
    let mut input = BufReader::with_capacity(1 << 16, io::stdin());
    let mut output = BufWriter::with_capacity(1 << 16, output);
    let mut loaded: Arc<Loaded> = Arc::default();
    while let Some(request) = read_request(&mut input)? {
        match request {
            Request::Hello => {
                let (protections, programs) = (Protections::default(), Programs::default());
                write_frame(&mut output, &Response::Hello { protections, programs })?;
            }
            Request::Load { size_bytes, file_name } => {
                // The old message goes first, so that two never stand side by side.
                drop(std::mem::take(&mut loaded));
                let mut raw = Vec::with_capacity(usize::try_from(size_bytes).unwrap_or(0).min(1 << 26));
                (&mut input).take(size_bytes).read_to_end(&mut raw)?;
                loaded = Arc::new(Loaded { raw, file_name, ..Loaded::default() });
                write_frame(&mut output, &Response::Loaded)?;
            }
            request => answer_apart(&mut output, loaded.clone(), request, text_bytes)?,
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
                write_frame(output, &Response::Progress { pages })?;
                output.flush()?;
            }
            Said::Answer(response, bytes) => {
                let _ = thread.join();
                write_frame(output, &response)?;
                return output.write_all(&bytes);
            }
        }
    }
    write_frame(output, &broken)
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
        Request::Extract { path } => match loaded.part(&path) {
            Some((part, bytes)) => {
                let (extraction, readings) =
                    extract::extract(&part.media_type, part.name.as_deref(), &bytes, text_bytes, progress);
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
        Request::Hello | Request::Load { .. } | Request::PdfText | Request::Recognise { .. } => {
            refused("the extractor runs no programs".into())
        }
    }
}

fn read_request(input: &mut impl Read) -> io::Result<Option<Request>> {
    let mut length = [0; 4];
    match input.read_exact(&mut length) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let length = u32::from_be_bytes(length);
    if length > MAX_REQUEST {
        return Err(io::Error::other("a request is too long"));
    }
    let mut frame = vec![0; length as usize];
    input.read_exact(&mut frame)?;
    serde_json::from_slice(&frame).map(Some).map_err(io::Error::other)
}

fn write_frame(output: &mut impl Write, response: &Response) -> io::Result<()> {
    let json = serde_json::to_vec(response).map_err(io::Error::other)?;
    output.write_all(&(json.len() as u32).to_be_bytes())?;
    output.write_all(&json)
}
