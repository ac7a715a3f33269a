//! Makes mails and archives for the tests, whole ones and such as no honest program writes.

use std::io::Write as _;

pub const DOCX_TYPES: &str = r#"<Types><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"#;

/// A mail with a short text and these files.
pub fn mail(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut mail = b"From: A <a@body.example>\r\nSubject: Papers\r\nDate: Tue, 28 Nov 2023 10:00:00 +0000\r\nMessage-ID: <m@body.example>\r\n\
        MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"outer-\"\r\n\r\n\
        --outer-\r\nContent-Type: text/plain\r\n\r\nSee the files.\r\n"
        .to_vec();
    // A boundary that no inner mail of this maker has.
    let boundary = format!("outer-{}", files.iter().map(|(_, bytes)| bytes.len()).sum::<usize>());
    mail = String::from_utf8(mail).unwrap().replace("outer-", &boundary).into_bytes();
    for (name, bytes) in files {
        mail.extend(
            format!("--{boundary}\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"{name}\"\r\nContent-Transfer-Encoding: base64\r\n\r\n")
                .as_bytes(),
        );
        use base64::Engine as _;
        mail.extend(base64::engine::general_purpose::STANDARD.encode(bytes).as_bytes());
        mail.extend(b"\r\n");
    }
    mail.extend(format!("--{boundary}--\r\n").as_bytes());
    mail
}

/// An archive as an ordinary program writes it.
pub fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated)
        .compression_level(Some(1))
        .last_modified_time(zip::DateTime::default());
    for (name, bytes) in files {
        if name.ends_with('/') {
            archive.add_directory(*name, options).unwrap();
            continue;
        }
        archive.start_file(*name, options).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// An entry of an archive that is written byte by byte.
pub struct Entry<'b> {
    pub name: &'b [u8],
    pub content: &'b [u8],
    pub flags: u16,
    pub method: u16,
}

impl<'b> Entry<'b> {
    pub fn stored(name: &'b [u8], content: &'b [u8]) -> Self {
        Self { name, content, flags: 0, method: 0 }
    }
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

fn local(entry: &Entry<'_>) -> Vec<u8> {
    let mut out = b"PK\x03\x04\x14\0".to_vec();
    out.extend(entry.flags.to_le_bytes());
    out.extend(entry.method.to_le_bytes());
    out.extend([0; 4]);
    out.extend(crc(entry.content).to_le_bytes());
    out.extend((entry.content.len() as u32).to_le_bytes());
    out.extend((entry.content.len() as u32).to_le_bytes());
    out.extend((entry.name.len() as u16).to_le_bytes());
    out.extend([0; 2]);
    out.extend(entry.name);
    out
}

fn central(entry: &Entry<'_>, place: usize, size: usize) -> Vec<u8> {
    let mut out = b"PK\x01\x02\x14\0\x14\0".to_vec();
    out.extend(entry.flags.to_le_bytes());
    out.extend(entry.method.to_le_bytes());
    out.extend([0; 4]);
    out.extend(crc(entry.content).to_le_bytes());
    out.extend((size as u32).to_le_bytes());
    out.extend((size as u32).to_le_bytes());
    out.extend((entry.name.len() as u16).to_le_bytes());
    out.extend([0; 12]);
    out.extend((place as u32).to_le_bytes());
    out.extend(entry.name);
    out
}

fn end(count: usize, start: usize, size: usize) -> Vec<u8> {
    let mut out = b"PK\x05\x06\0\0\0\0".to_vec();
    out.extend((count as u16).to_le_bytes());
    out.extend((count as u16).to_le_bytes());
    out.extend((size as u32).to_le_bytes());
    out.extend((start as u32).to_le_bytes());
    out.extend([0; 2]);
    out
}

/// An archive of these entries, names and flags as they are.
pub fn raw_zip(entries: &[Entry<'_>]) -> Vec<u8> {
    let (mut files, mut directory) = (Vec::new(), Vec::new());
    for entry in entries {
        directory.extend(central(entry, files.len(), entry.content.len()));
        files.extend(local(entry));
        files.extend(entry.content);
    }
    let ending = end(entries.len(), files.len(), directory.len());
    [files, directory, ending].concat()
}

/// RFC 1951.
pub fn deflated(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// Many entries that all lead to the same packed bytes.
pub fn overlapping(count: usize, size: usize) -> Vec<u8> {
    let packed = deflated(&dense(size));
    let entry = Entry { name: b"x", content: &packed, flags: 0, method: 8 };
    let files = [local(&entry), packed.clone()].concat();
    let directory: Vec<u8> = (0..count).flat_map(|_| central(&entry, 0, packed.len())).collect();
    let ending = end(count, files.len(), directory.len());
    [files, directory, ending].concat()
}

/// Archives in each other, as many as one likes, which costs a few bytes each.
pub fn endless() -> Vec<u8> {
    (0..100).fold(zip(&[("deepest.txt", b"x")]), |inner, _| zip(&[("again.zip", &inner)]))
}

/// Bytes that shrink, but not as a bomb does.
pub fn dense(size: usize) -> Vec<u8> {
    let mut state = 7_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let block: Vec<u8> = (0..1024).map(|_| next()).collect();
    block.iter().cycle().take(size).enumerate().map(|(at, byte)| byte ^ ((at >> 17) as u8)).collect()
}
