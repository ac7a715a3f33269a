//! The bytes between us and the server: TCP or TLS, with a limit on silence and on the size of one answer. Lines are
//! passed on whole, as the parser takes some half lines (ID) for broken ones. It knows lines and literals and nothing
//! else of IMAP; it must never let a server decide how much memory we use.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};
use tokio_rustls::client::TlsStream;

/// One answer, literals included, may have this many bytes: twice the largest message that is fetched whole.
pub(super) const ANSWER_LIMIT_BYTES: u64 = 16 << 20;

/// One line without its literals: a SEARCH answer with some hundred thousand UIDs.
const LINE_LIMIT_BYTES: u64 = 4 << 20;

/// TCP, with TLS or, on loopback only, without.
#[derive(Debug)]
pub(super) enum Socket {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// The guarded stream that async-imap reads from and we write to.
#[derive(Debug)]
pub(super) struct Wire {
    socket: Socket,
    guard: Guard,
    /// Read, and not yet passed on; up to `ready` it may be.
    held: Vec<u8>,
    ready: usize,
    /// All that came so far.
    read_bytes: u64,
    /// Longest silence while we wait.
    limit: Duration,
    deadline: Pin<Box<Sleep>>,
    waiting: bool,
}

impl Wire {
    pub(super) fn new(socket: Socket, limit: Duration) -> Self {
        let deadline = Box::pin(tokio::time::sleep(limit));
        Self {
            socket,
            guard: Guard::default(),
            held: Vec::new(),
            ready: 0,
            read_bytes: 0,
            limit,
            deadline,
            waiting: false,
        }
    }

    /// From now on a silence of this length is an error.
    pub(super) fn set_limit(&mut self, limit: Duration) {
        self.limit = limit;
        self.waiting = false;
    }

    /// The silence that is an error now.
    pub(super) fn limit(&self) -> Duration {
        self.limit
    }

    /// Bytes that came from the server so far.
    pub(super) fn read_bytes(&self) -> u64 {
        self.read_bytes
    }

    /// The clock of silence runs only while we wait; so it is set when a wait begins, not at each byte.
    fn overdue(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        if !self.waiting {
            self.waiting = true;
            self.deadline.as_mut().reset(Instant::now() + self.limit);
        }
        self.deadline.as_mut().poll(cx).map(|()| io::ErrorKind::TimedOut.into())
    }
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        while this.ready == 0 {
            let mut scratch = [0; READ_BYTES];
            let mut scratch = ReadBuf::new(&mut scratch);
            let read = match &mut this.socket {
                Socket::Plain(socket) => Pin::new(socket).poll_read(cx, &mut scratch),
                Socket::Tls(socket) => Pin::new(socket).poll_read(cx, &mut scratch),
            };
            match read {
                Poll::Pending => return this.overdue(cx).map(Err),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Ready(Ok(())) if scratch.filled().is_empty() => {
                    let whole = this.held.is_empty();
                    return Poll::Ready(if whole { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) });
                }
                Poll::Ready(Ok(())) => {
                    this.waiting = false;
                    this.read_bytes += scratch.filled().len() as u64;
                    this.guard.pass(scratch.filled())?;
                    this.held.extend_from_slice(scratch.filled());
                    this.ready = this.held.len() - this.guard.open_bytes;
                }
            }
        }
        this.pass_on(buf);
        Poll::Ready(Ok(()))
    }
}

impl Wire {
    /// As much as fits, ending with a line if one ends in it.
    fn pass_on(&mut self, buf: &mut ReadBuf<'_>) {
        let mut count = self.ready.min(buf.remaining());
        if count < self.ready
            && let Some(end) = self.held[..count].iter().rposition(|byte| *byte == b'\n')
        {
            count = end + 1;
        }
        buf.put_slice(&self.held[..count]);
        self.held.drain(..count);
        self.ready -= count;
    }
}

/// What is read at once; a TLS record has at most as much.
const READ_BYTES: usize = 1 << 14;

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = match &mut this.socket {
            Socket::Plain(socket) => Pin::new(socket).poll_write(cx, bytes),
            Socket::Tls(socket) => Pin::new(socket).poll_write(cx, bytes),
        };
        match written {
            Poll::Pending => this.overdue(cx).map(Err),
            Poll::Ready(done) => {
                this.waiting = false;
                Poll::Ready(done)
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let flushed = match &mut this.socket {
            Socket::Plain(socket) => Pin::new(socket).poll_flush(cx),
            Socket::Tls(socket) => Pin::new(socket).poll_flush(cx),
        };
        match flushed {
            Poll::Pending => this.overdue(cx).map(Err),
            Poll::Ready(done) => {
                this.waiting = false;
                Poll::Ready(done)
            }
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().socket {
            Socket::Plain(socket) => Pin::new(socket).poll_shutdown(cx),
            Socket::Tls(socket) => Pin::new(socket).poll_shutdown(cx),
        }
    }
}

/// Follows lines and literals (RFC 9051 4.3) as they pass, so that an announced size is refused before anyone
/// reserves memory for it.
#[derive(Debug, Default)]
struct Guard {
    /// Bytes of the present literal that are still to come.
    literal_left: u64,
    /// Bytes of the present answer, literals included.
    answer_bytes: u64,
    /// Bytes of the present answer outside literals.
    line_bytes: u64,
    /// Bytes of the present line since its begin or the end of its last literal; no line end came yet.
    open_bytes: usize,
    /// The end of the present line, long enough for `{4294967295}` and its line end.
    tail: Vec<u8>,
}

impl Guard {
    fn pass(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            if self.literal_left > 0 {
                let skip = bytes.len().min(usize::try_from(self.literal_left).unwrap_or(usize::MAX));
                self.literal_left -= skip as u64;
                bytes = &bytes[skip..];
                continue;
            }
            let end = bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| at + 1);
            self.line(&bytes[..end])?;
            bytes = &bytes[end..];
        }
        Ok(())
    }

    /// A line, or a piece of one: only the last byte can be a line feed.
    fn line(&mut self, piece: &[u8]) -> io::Result<()> {
        self.open_bytes += piece.len();
        self.line_bytes += piece.len() as u64;
        self.answer_bytes += piece.len() as u64;
        if self.line_bytes > LINE_LIMIT_BYTES || self.answer_bytes > ANSWER_LIMIT_BYTES {
            return Err(too_large(format!("a line of more than {LINE_LIMIT_BYTES} bytes")));
        }
        self.tail.extend_from_slice(&piece[piece.len().saturating_sub(TAIL_BYTES)..]);
        self.tail.drain(..self.tail.len().saturating_sub(TAIL_BYTES));
        if piece.last() == Some(&b'\n') {
            self.open_bytes = 0;
            match announced(&self.tail) {
                Some(size) => {
                    self.answer_bytes = self.answer_bytes.saturating_add(size);
                    if self.answer_bytes > ANSWER_LIMIT_BYTES {
                        return Err(too_large(format!("{size} bytes announced at once")));
                    }
                    self.literal_left = size;
                }
                None => (self.line_bytes, self.answer_bytes) = (0, 0),
            }
            self.tail.clear();
        }
        Ok(())
    }
}

const TAIL_BYTES: usize = 32;

/// The size in `{n}` at the end of a line. One that is too long for a number is as large as can be.
fn announced(tail: &[u8]) -> Option<u64> {
    let line = tail.strip_suffix(b"\n")?;
    let line = line.strip_suffix(b"\r").unwrap_or(line).strip_suffix(b"}")?;
    let open = line.iter().rposition(|byte| *byte == b'{')?;
    let digits = line[open + 1..].strip_suffix(b"+").unwrap_or(&line[open + 1..]);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(std::str::from_utf8(digits).ok()?.parse().unwrap_or(u64::MAX))
}

fn too_large(text: String) -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, text)
}
