//! The tool runner: a child that has programs of the system read what libraries cannot, pdftotext and tesseract. It limits
//! itself first, and the programs inherit its limits; it gives them bytes through pipes and never writes a file.

mod office;
mod pdftotext;
mod program;
mod tesseract;

use crate::confine::{Child, Limits, confine};
use crate::domain::reader::{Programs, Protections, Request, Response};
use crate::frames::{read_raw, read_request, write_response};
use program::Program;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use tesseract::Tesseract;

pub use office::run as run_office;
pub use program::become_program;

/// Runs until its standard input ends.
pub fn run(limits: &Limits) -> ExitCode {
    let answered =
        confine(Child::ToolRunner, limits).and_then(|(output, protections)| answer_all(output, &protections, limits));
    match answered {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pouch tool-runner: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What is installed, looked up once in a life.
struct Installed {
    pdftotext: Option<Program>,
    tesseract: Option<Tesseract>,
    /// LibreOffice's version; another runner starts it.
    office: Option<String>,
}

impl Installed {
    fn find(places: &[PathBuf]) -> Self {
        Self {
            pdftotext: Program::find(places, "pdftotext", "-v"),
            tesseract: Tesseract::find(places),
            office: office::find(places).map(|(_, version)| version),
        }
    }

    fn names(&self) -> Programs {
        Programs {
            pdftotext: self.pdftotext.as_ref().map(|program| program.version.clone()),
            tesseract: self.tesseract.as_ref().map(|found| found.program.version.clone()),
            office: self.office.clone(),
            models: self.tesseract.as_ref().map(|found| found.models.clone()).unwrap_or_default(),
        }
    }
}

fn answer_all(output: File, protections: &Protections, limits: &Limits) -> io::Result<()> {
    let mut input = BufReader::with_capacity(1 << 16, io::stdin());
    let mut output = BufWriter::with_capacity(1 << 16, output);
    let installed = Installed::find(&limits.program_dirs);
    let refused = |reason: &str| Response::Refused { reason: reason.into() };
    let mut loaded = Vec::new();
    while let Some(request) = read_request(&mut input)? {
        limits.allow(loaded.len() as u64)?;
        let response = match (request, &installed) {
            (Request::Hello, _) => Response::Hello { protections: protections.clone(), programs: installed.names() },
            (Request::Load { size_bytes, .. }, _) => {
                // The old bytes go first, so that two never stand side by side.
                drop(std::mem::take(&mut loaded));
                limits.allow(size_bytes)?;
                loaded = read_raw(&mut input, size_bytes)?;
                Response::Loaded
            }
            (Request::PdfText, Installed { pdftotext: Some(program), .. }) => {
                pdftotext::read(program, &std::mem::take(&mut loaded), limits.text_bytes)
            }
            (Request::PdfText, _) => refused("pdftotext is not installed"),
            (Request::Recognise { languages }, Installed { tesseract: Some(tesseract), .. }) => {
                tesseract.recognise(&std::mem::take(&mut loaded), &languages)
            }
            (Request::Locate { languages }, Installed { tesseract: Some(tesseract), .. }) => {
                tesseract.locate(&std::mem::take(&mut loaded), &languages)
            }
            (Request::Recognise { .. } | Request::Locate { .. }, _) => refused("tesseract is not installed"),
            (
                Request::KeyNames
                | Request::Signatures { .. }
                | Request::Parse
                | Request::Extract { .. }
                | Request::Bytes { .. }
                | Request::Search { .. }
                | Request::Cover { .. }
                | Request::Render { .. }
                | Request::Pages { .. }
                | Request::Print { .. }
                | Request::Screen { .. },
                _,
            ) => refused("the tool runner only runs programs"),
        };
        write_response(&mut output, &response)?;
        output.flush()?;
    }
    Ok(())
}
