//! Office files as PDF by LibreOffice. It is the one program that needs a folder to write to: it gets an empty one, that
//! nobody else uses and that is removed afterwards, and a runner of its own. Opens no other file.

use super::program::become_program_of;
use crate::confine::{Child, Limits, confine};
use crate::domain::reader::{Programs, Request, Response};
use crate::frames::{read_raw, read_request, write_response};
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};

/// Largest PDF that is taken from it, in bytes.
const MOST_BYTES: u64 = 64 << 20;

/// How it ends when it only made its profile and wants to be started again.
const AGAIN: i32 = 81;

/// The program behind `soffice`, and its version, if it is installed; it is not started.
pub fn find(places: &[PathBuf]) -> Option<(PathBuf, String)> {
    let soffice = places.iter().map(|place| place.join("soffice")).find_map(|path| path.canonicalize().ok())?;
    // What is called soffice is a script that looks for a desktop; it starts this one.
    let program = soffice.with_file_name("soffice.bin");
    let says = fs::read_to_string(soffice.with_file_name("bootstraprc")).unwrap_or_default();
    let version = says.lines().find_map(|line| line.strip_prefix("ProductKey=LibreOffice "));
    program.is_file().then(|| (program, version.unwrap_or("of an unknown version").trim().to_string()))
}

/// Runs until its standard input ends.
pub fn run(limits: &Limits) -> ExitCode {
    match confine(Child::OfficeRunner, limits).and_then(|(output, protections)| {
        let hello = Response::Hello { protections, programs: Programs::default() };
        answer_all(output, &hello, limits)
    }) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pouch office-runner: {error}");
            ExitCode::FAILURE
        }
    }
}

fn answer_all(output: File, hello: &Response, limits: &Limits) -> io::Result<()> {
    let mut input = BufReader::with_capacity(1 << 16, io::stdin());
    let mut output = BufWriter::with_capacity(1 << 16, output);
    let mut loaded = Vec::new();
    while let Some(request) = read_request(&mut input)? {
        let mut pdf = Vec::new();
        let response = match request {
            Request::Hello => hello.clone(),
            Request::Load { size_bytes, .. } => {
                loaded = read_raw(&mut input, size_bytes)?;
                Response::Loaded
            }
            Request::Print { ending } => {
                limits.allow(limits.memory_most_bytes)?;
                match print(&std::mem::take(&mut loaded), &ending, limits) {
                    Ok(bytes) => {
                        pdf = bytes;
                        Response::Bytes { size_bytes: pdf.len() as u64 }
                    }
                    Err(reason) => Response::Refused { reason },
                }
            }
            _ => Response::Refused { reason: "the office runner only prints".into() },
        };
        write_response(&mut output, &response)?;
        output.write_all(&pdf)?;
        output.flush()?;
    }
    Ok(())
}

fn print(file: &[u8], ending: &str, limits: &Limits) -> Result<Vec<u8>, String> {
    let failed = |error: io::Error| format!("LibreOffice cannot be started: {error}");
    let (program, _) = find(&limits.program_dirs).ok_or("LibreOffice is not installed")?;
    let folder = limits.work_dir.as_deref().ok_or("the office runner has no folder")?;
    if !ending.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Err("no such kind of file".into());
    }
    let name = format!("in.{ending}");
    fs::write(folder.join(&name), file).map_err(failed)?;
    // The first start in a new profile makes it and ends.
    for _ in 0..2 {
        if start(&program, folder, &name).map_err(failed)? != Some(AGAIN) {
            break;
        }
    }
    let mut pdf = Vec::new();
    let read = File::open(folder.join("in.pdf")).and_then(|printed| printed.take(MOST_BYTES).read_to_end(&mut pdf));
    match read {
        Ok(1..) => Ok(pdf),
        _ if matches!(ending, "docx" | "dotx" | "docm" | "odt" | "ott" | "fodt" | "rtf" | "doc") => {
            Err("LibreOffice cannot print this file; its text is shown".into())
        }
        _ => Err(
            "LibreOffice cannot print this file (for tables and slides it needs its packages calc and impress); its \
                  text is shown"
                .into(),
        ),
    }
}

/// How it ended.
fn start(program: &Path, folder: &Path, name: &str) -> io::Result<Option<i32>> {
    let profile = format!("-env:UserInstallation=file://{}/profile", folder.display());
    let status = become_program_of(program)?
        // The door for a second start of itself; relative, since such names must be short.
        .args([&profile, "-env:OSL_SOCKET_PATH=.", "--headless", "--norestore", "--nologo", "--nolockcheck"])
        .args(["--convert-to", "pdf", "--outdir", ".", name])
        .env_clear()
        .env("LC_ALL", "C.UTF-8")
        .env("SAL_USE_VCLPLUGIN", "svp")
        .env("HOME", folder)
        .env("TMPDIR", folder)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    Ok(status.code())
}
