//! Mails that lie inside their own S/MIME signature (RFC 8551 3.5.2): takes the mail out. Checks no signature and opens
//! nothing that is encrypted.

use super::source::{Node, Source};
use super::walk::{Place, Walk, shown};
use crate::domain::message::{Part, PartKind};
use crate::domain::{Digest, Problem, ProblemCode};
use std::borrow::Cow;
use std::sync::Arc;

/// Structures in each other that are followed.
const MAX_DEPTH: usize = 16;

/// 1.2.840.113549.1.7, to which a number is added (RFC 5652 4 to 6).
const PKCS7: [u8; 8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07];
/// 1.2.840.113549.1.9.16.1.23: encrypted as newer programs do it (RFC 5083).
const AUTH_ENVELOPED: [u8; 11] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x17];
const SIGNED: u8 = 2;
const ENVELOPED: u8 = 3;

/// What a file of the type application/pkcs7-mime holds.
enum Wrapped<'b> {
    Signed(Cow<'b, [u8]>),
    Encrypted,
}

impl Walk {
    /// A signature beside what it signs.
    pub fn signature(&mut self, part: &Part) {
        let detail = format!("{} is a signature over the mail; Pouch has not checked it.", shown(part));
        self.note(ProblemCode::SignedNotVerified, detail);
    }

    /// A signed mail becomes a message in its part; what is encrypted says so.
    pub fn signed(&mut self, part: &mut Part, bytes: &[u8], inside: Place) {
        match unwrap(bytes) {
            Some(Wrapped::Signed(mail)) => {
                let detail = format!("{} is a signed mail; Pouch has not checked the signature.", shown(part));
                self.note(ProblemCode::SignedNotVerified, detail);
                let source = match &mail {
                    Cow::Borrowed(piece) => Source::piece_of(bytes, piece),
                    Cow::Owned(_) => None,
                };
                // The mail itself is no part that anybody could choose: it has no path.
                let hidden = Part { path: String::new(), digest: Digest::of(&mail), ..part.clone() };
                let source = source.unwrap_or_else(|| Source::Held(Arc::new(mail.to_vec())));
                let at = self.hide(Node { part: hidden, container: inside.container, source });
                let below = Place { container: Some(at), ..inside };
                part.message = Some(Box::new(self.message(&mail, &format!("{}.", part.path), below)));
                part.kind = PartKind::Message;
            }
            Some(Wrapped::Encrypted) => {
                let detail = format!("{} is an encrypted mail; ask the sender to send it unencrypted.", shown(part));
                self.note(ProblemCode::PartUnreadable, detail);
            }
            None => {}
        }
    }
}

/// What there is to say of a text that is encrypted where it stands (RFC 9580 6.2).
pub fn encrypted_text(text: &str) -> Option<Problem> {
    let detail = "The text of the mail is encrypted (OpenPGP); ask the sender to send it unencrypted.";
    let begins = text.lines().any(|line| line.trim_end() == "-----BEGIN PGP MESSAGE-----");
    begins.then(|| Problem::new(ProblemCode::PartUnreadable, detail))
}

fn unwrap(bytes: &[u8]) -> Option<Wrapped<'_>> {
    let (kind, rest) = fields(bytes)?;
    match kind {
        SIGNED => {
            // Version, algorithms, and then what was signed.
            let content = inside(rest, 0xa0)?;
            let content = inside(content, 0x30)?;
            let (_, _, rest) = element(content, 0)?;
            let (_, _, rest) = element(rest, 0)?;
            let signed = inside(rest, 0x30)?;
            let (_, _, rest) = element(signed, 0)?;
            let explicit = inside(rest, 0xa0)?;
            let (tag, content, _) = element(explicit, 0)?;
            Some(Wrapped::Signed(octets(tag, content, 0)?))
        }
        ENVELOPED => Some(Wrapped::Encrypted),
        _ => None,
    }
}

/// The kind of content, and what follows it.
fn fields(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let (tag, name, rest) = element(inside(bytes, 0x30)?, 0)?;
    if tag == 0x06 && name == AUTH_ENVELOPED {
        return Some((ENVELOPED, rest));
    }
    let kind = name.strip_prefix(&PKCS7)?;
    (tag == 0x06 && kind.len() == 1).then(|| (kind[0], rest))
}

fn inside(bytes: &[u8], wanted: u8) -> Option<&[u8]> {
    let (tag, content, _) = element(bytes, 0)?;
    (tag == wanted).then_some(content)
}

/// Tag, content and rest (X.690 8.1); also those whose end is marked and not counted.
fn element(bytes: &[u8], depth: usize) -> Option<(u8, &[u8], &[u8])> {
    let (tag, first) = (*bytes.first()?, *bytes.get(1)?);
    let after = &bytes[2..];
    if first == 0x80 {
        if depth >= MAX_DEPTH {
            return None;
        }
        let mut rest = after;
        while !rest.starts_with(&[0, 0]) {
            rest = element(rest, depth + 1)?.2;
        }
        return Some((tag, &after[..after.len() - rest.len()], &rest[2..]));
    }
    let (length, after) = match first {
        0..=0x7f => (usize::from(first), after),
        _ => {
            let count = usize::from(first & 0x7f);
            let digits = after.get(..count)?;
            let length =
                digits.iter().try_fold(0_usize, |sum, byte| sum.checked_mul(256)?.checked_add((*byte).into()))?;
            (length, &after[count..])
        }
    };
    let (content, rest) = after.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// Octets in one piece or in several.
fn octets(tag: u8, content: &[u8], depth: usize) -> Option<Cow<'_, [u8]>> {
    match tag {
        0x04 => Some(Cow::Borrowed(content)),
        0x24 if depth < MAX_DEPTH => {
            let (mut whole, mut rest) = (Vec::new(), content);
            while !rest.is_empty() {
                let (tag, piece, after) = element(rest, depth)?;
                whole.extend_from_slice(&octets(tag, piece, depth + 1)?);
                rest = after;
            }
            Some(Cow::Owned(whole))
        }
        _ => None,
    }
}
