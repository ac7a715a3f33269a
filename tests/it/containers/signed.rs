//! Mails inside their own signature, made here field by field (RFC 5652).

use super::make::mail;
use super::{opened, problems};
use pouch::domain::ProblemCode;
use pouch::domain::message::PartKind;
use pouch::parse::part_bytes;

fn field(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len() as u32;
    [&[tag, 0x84][..], &length.to_be_bytes(), content].concat()
}

/// A field whose end is marked and not counted.
fn open_field(tag: u8, content: &[u8]) -> Vec<u8> {
    [&[tag, 0x80][..], content, &[0, 0]].concat()
}

fn name(number: u8) -> Vec<u8> {
    [&[0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07][..], &[number]].concat()
}

type Write = fn(u8, &[u8]) -> Vec<u8>;

fn signed(content: &[u8], write: Write) -> Vec<u8> {
    let octets = if write(0, b"")[1] == 0x84 {
        field(0x04, content)
    } else {
        let (one, other) = content.split_at(content.len() / 2);
        open_field(0x24, &[field(0x04, one), field(0x04, other)].concat())
    };
    let inner = write(0x30, &[name(1), write(0xa0, &octets)].concat());
    let data = [vec![0x02, 1, 1], field(0x31, &[]), inner, field(0x31, &[])].concat();
    write(0x30, &[name(2), write(0xa0, &write(0x30, &data))].concat())
}

/// A mail that is nothing but this.
fn whole(bytes: &[u8]) -> Vec<u8> {
    use base64::Engine as _;
    let body = base64::engine::general_purpose::STANDARD.encode(bytes);
    format!("From: A <a@body.example>\r\nSubject: Signed\r\nDate: Tue, 28 Nov 2023 10:00:00 +0000\r\nMessage-ID: <s@body.example>\r\n\
        MIME-Version: 1.0\r\nContent-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\r\n\
        Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=smime.p7m\r\n\r\n{body}\r\n")
    .into_bytes()
}

/// zammad#6376, #4742; mail-archiver#438: opaque signed mail showed as empty with an smime.p7m.
#[test]
fn a_mail_inside_its_signature_is_read_and_said_to_be_unverified() {
    let inner = b"Content-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\nContent-Type: text/plain\r\n\r\nOur signed input on norms.\r\n\
        --i\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=annex.txt\r\n\r\nThe annex.\r\n--i--\r\n";
    for write in [field as Write, open_field as Write] {
        let raw = whole(&signed(inner, write));
        let parsed = opened(&raw);
        assert_eq!(parsed.body.text.trim(), "Our signed input on norms.");
        assert_eq!(parsed.parts[0].kind, PartKind::Archive);
        let annex = &parsed.parts[0].parts[0];
        assert_eq!(annex.name.as_deref(), Some("annex.txt"));
        assert_eq!(part_bytes(&raw, &annex.path).unwrap(), b"The annex.");
        assert_eq!(problems(&parsed, ProblemCode::SignedNotVerified).len(), 1);
    }
}

/// zammad#6217; freescout#2540: a failed check lost the mail.
#[test]
fn an_encrypted_mail_says_so_and_a_damaged_one_breaks_nothing() {
    let encrypted = field(0x30, &[name(3), field(0xa0, b"secret")].concat());
    let parsed = opened(&whole(&encrypted));
    assert!(problems(&parsed, ProblemCode::PartUnreadable)[0].contains("encrypted"));
    assert_eq!(parsed.parts[0].kind, PartKind::Attachment);
    for write in [field as Write, open_field as Write] {
        let sound = signed(b"Content-Type: text/plain\r\n\r\nWords.\r\n", write);
        for at in 0..sound.len() {
            let mut turned = sound.clone();
            turned[at] ^= 0xff;
            opened(&mail(&[("smime.p7m", &turned), ("other.p7m", &sound[..at])]));
        }
    }
    opened(&mail(&[("smime.p7m", &[0x30, 0x80].repeat(100_000))]));
}
