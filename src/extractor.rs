//! The extractor child: answers requests about one message at a time on its standard input and output. It limits itself
//! before it reads the first byte, and it opens no file and no connection.

use crate::config;
use crate::domain::extraction::{Extraction, Request, Response};
use crate::{extract, parse};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::process::ExitCode;
use std::sync::Arc;

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

fn answer_all(output: std::fs::File, text_bytes: usize) -> io::Result<()> {
    let mut input = BufReader::with_capacity(1 << 16, io::stdin());
    let mut output = BufWriter::with_capacity(1 << 16, output);
    let mut loaded: Arc<Vec<u8>> = Arc::default();
    while let Some(request) = read_request(&mut input)? {
        match request {
            Request::Load { size_bytes } => {
                // The old message goes first, so that two never stand side by side.
                drop(std::mem::take(&mut loaded));
                let mut raw = Vec::with_capacity(usize::try_from(size_bytes).unwrap_or(0).min(1 << 26));
                (&mut input).take(size_bytes).read_to_end(&mut raw)?;
                loaded = Arc::new(raw);
                write_frame(&mut output, &Response::Loaded)?;
            }
            Request::Bytes { path } => match parse::part_bytes(&loaded, &path) {
                Some(bytes) => {
                    write_frame(&mut output, &Response::Bytes { size_bytes: bytes.len() as u64 })?;
                    output.write_all(&bytes)?;
                }
                None => write_frame(&mut output, &Response::Refused { reason: format!("there is no part {path}") })?,
            },
            Request::Parse | Request::Extract { .. } => {
                let raw = loaded.clone();
                write_frame(&mut output, &read_apart(raw, request, text_bytes))?;
            }
        }
        output.flush()?;
    }
    Ok(())
}

/// Parses or extracts on a thread of its own: a panic of a library becomes an answer.
fn read_apart(raw: Arc<Vec<u8>>, request: Request, text_bytes: usize) -> Response {
    let is_extract = matches!(request, Request::Extract { .. });
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(move || match request {
        Request::Extract { path } => match parse::part(&raw, &path) {
            Some((part, bytes)) => {
                let extraction = extract::extract(&part.media_type, part.name.as_deref(), &bytes, text_bytes);
                Response::Extracted { extraction }
            }
            None => Response::Refused { reason: format!("there is no part {path}") },
        },
        Request::Parse | Request::Load { .. } | Request::Bytes { .. } => {
            Response::Parsed { message: Box::new(parse::parse(&raw)) }
        }
    });
    match thread.map(std::thread::JoinHandle::join) {
        Ok(Ok(response)) => response,
        Ok(Err(_)) if is_extract => {
            Response::Extracted { extraction: Extraction::unreadable("pouch", "the file broke the reader") }
        }
        Ok(Err(_)) => Response::Refused { reason: "the mail broke the parser".into() },
        Err(error) => Response::Refused { reason: format!("no thread could be started: {error}") },
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
