//! The frames between the service and its reading children, as a child sees them: a length of four bytes (big-endian) and
//! JSON. Knows nothing of what they say.

use crate::domain::reader::{Request, Response};
use std::io::{self, Read, Write};

/// Longest request, in bytes.
const MAX_REQUEST: u32 = 1 << 20;

/// The next request; `None` when the service has closed the pipe.
///
/// # Errors
/// If the pipe breaks within a frame, or what comes is no request.
pub fn read_request(input: &mut impl Read) -> io::Result<Option<Request>> {
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

/// The raw bytes that follow a request.
///
/// # Errors
/// If the pipe breaks.
pub fn read_raw(input: &mut impl Read, size_bytes: u64) -> io::Result<Vec<u8>> {
    let mut raw = Vec::with_capacity(usize::try_from(size_bytes).unwrap_or(0).min(1 << 26));
    input.take(size_bytes).read_to_end(&mut raw)?;
    Ok(raw)
}

/// Writes an answer; whoever calls flushes.
///
/// # Errors
/// If the pipe breaks.
pub fn write_response(output: &mut impl Write, response: &Response) -> io::Result<()> {
    let json = serde_json::to_vec(response).map_err(io::Error::other)?;
    output.write_all(&(json.len() as u32).to_be_bytes())?;
    output.write_all(&json)
}
