//! The text layer of a PDF by pdftotext (poppler). Decides nothing: whoever asked compares it with the other readers.

use super::program::Program;
use crate::domain::reader::Response;

/// Reads all pages.
pub fn read(program: &Program, pdf: &[u8], text_limit: usize) -> Response {
    // Twice the limit: an answer that is cut has at least the pages before.
    let ran = match program.run(&["-enc", "UTF-8", "-q", "-", "-"], pdf, text_limit as u64 * 2) {
        Ok(ran) => ran,
        Err(error) => return Response::Refused { reason: format!("pdftotext cannot be started: {error}") },
    };
    if ran.output.is_empty() && !ran.succeeded {
        return Response::Refused { reason: "pdftotext cannot read it".into() };
    }
    // Each page ends with a form feed; what stands after the last one is no page.
    let text = String::from_utf8_lossy(&ran.output);
    let mut pages: Vec<String> = text.split('\u{c}').map(String::from).collect();
    pages.pop();
    Response::PdfText { engine: format!("pdftotext {}", program.version), pages }
}
