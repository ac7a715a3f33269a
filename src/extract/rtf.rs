//! RTF (1.9.1): text with its code pages and Unicode escapes. Skips what is no text; keeps no formatting.

use super::Read;
use crate::domain::extraction::SegmentKind;
use encoding_rs::{Encoding, WINDOWS_1252};
use std::collections::BTreeMap;

/// Groups whose content is no text of the document.
const SKIPPED: [&str; 22] = [
    "fonttbl",
    "colortbl",
    "stylesheet",
    "info",
    "pict",
    "object",
    "themedata",
    "colorschememapping",
    "datastore",
    "latentstyles",
    "listtable",
    "listoverridetable",
    "rsidtbl",
    "generator",
    "xmlnstbl",
    "fldinst",
    "filetbl",
    "revtbl",
    "nonshppict",
    "objdata",
    "mmathPr",
    "deleted",
];

/// Deeper groups are read as if they were this deep.
const MAX_DEPTH: usize = 2_000;

#[derive(Clone, Copy)]
struct Group {
    skip: bool,
    encoding: &'static Encoding,
    /// Bytes that stand after each Unicode escape for readers without Unicode.
    fallback: usize,
}

/// Reads an RTF file.
pub fn read(bytes: &[u8]) -> Read {
    let mut reader = Rtf {
        bytes,
        at: 0,
        group: Group { skip: false, encoding: WINDOWS_1252, fallback: 1 },
        groups: Vec::new(),
        fonts: BTreeMap::new(),
        in_fonts: 0,
        font: 0,
        default: WINDOWS_1252,
        text: String::new(),
        pending: Vec::new(),
        high: None,
        ignore: 0,
    };
    reader.run();
    Read::one(SegmentKind::Body, reader.text).titled(title(bytes), None)
}

struct Rtf<'a> {
    bytes: &'a [u8],
    at: usize,
    group: Group,
    groups: Vec<Group>,
    /// Charset of each font.
    fonts: BTreeMap<i32, &'static Encoding>,
    /// Depth at which the font table was opened, 0 outside.
    in_fonts: usize,
    font: i32,
    default: &'static Encoding,
    text: String,
    /// Bytes in the current code page that are not decoded yet.
    pending: Vec<u8>,
    /// First half of a surrogate pair.
    high: Option<u16>,
    /// Fallback bytes still to be skipped.
    ignore: usize,
}

impl Rtf<'_> {
    fn run(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'{' => {
                    self.flush();
                    if self.groups.len() < MAX_DEPTH {
                        self.groups.push(self.group);
                    }
                }
                b'}' => {
                    self.flush();
                    if self.in_fonts > 0 && self.groups.len() <= self.in_fonts {
                        self.in_fonts = 0;
                    }
                    if let Some(outer) = self.groups.pop() {
                        self.group = outer;
                    }
                }
                b'\\' => self.control(),
                b'\r' | b'\n' => {}
                byte => self.byte(byte),
            }
        }
        self.flush();
    }

    fn byte(&mut self, byte: u8) {
        if self.ignore > 0 {
            self.ignore -= 1;
        } else if !self.group.skip {
            self.pending.push(byte);
        }
    }

    fn flush(&mut self) {
        if !self.pending.is_empty() {
            let (text, _) = self.group.encoding.decode_without_bom_handling(&self.pending);
            self.text.push_str(&text);
            self.pending.clear();
        }
    }

    fn control(&mut self) {
        let Some(&first) = self.bytes.get(self.at) else { return };
        if !first.is_ascii_alphabetic() {
            self.at += 1;
            return self.symbol(first);
        }
        let start = self.at;
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_alphabetic) {
            self.at += 1;
        }
        let word = String::from_utf8_lossy(&self.bytes[start..self.at]).into_owned();
        let digits = self.at;
        if self.bytes.get(self.at) == Some(&b'-') {
            self.at += 1;
        }
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        let number = std::str::from_utf8(&self.bytes[digits..self.at]).ok().and_then(|text| text.parse::<i32>().ok());
        if self.bytes.get(self.at) == Some(&b' ') {
            self.at += 1;
        }
        self.word(&word, number);
    }

    fn symbol(&mut self, symbol: u8) {
        match symbol {
            b'\'' => {
                let hex = self.bytes.get(self.at..self.at + 2).and_then(|pair| std::str::from_utf8(pair).ok());
                let byte = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
                self.at = (self.at + 2).min(self.bytes.len());
                if let Some(byte) = byte {
                    self.byte(byte);
                }
            }
            b'*' => self.group.skip = true,
            b'~' => self.put("\u{a0}"),
            b'_' => self.put("-"),
            b'\\' | b'{' | b'}' => self.byte(symbol),
            b'\r' | b'\n' => self.put("\n"),
            _ => {}
        }
    }

    fn put(&mut self, text: &str) {
        self.flush();
        if !self.group.skip {
            self.text.push_str(text);
        }
    }

    fn word(&mut self, word: &str, number: Option<i32>) {
        match (word, number) {
            ("u", Some(code)) => self.unicode(code),
            ("uc", Some(bytes)) => self.group.fallback = usize::try_from(bytes).unwrap_or(1).min(16),
            ("par" | "line" | "row" | "sect" | "page", _) => self.put("\n"),
            ("tab" | "cell", _) => self.put("\t"),
            ("emdash", _) => self.put("—"),
            ("endash", _) => self.put("–"),
            ("lquote", _) => self.put("‘"),
            ("rquote", _) => self.put("’"),
            ("ldblquote", _) => self.put("“"),
            ("rdblquote", _) => self.put("”"),
            ("bullet", _) => self.put("•"),
            ("ansicpg", Some(page)) => {
                self.default = code_page(page).unwrap_or(self.default);
                self.group.encoding = self.default;
            }
            ("fonttbl", _) => {
                self.in_fonts = self.groups.len();
                self.group.skip = true;
            }
            ("f", Some(font)) => {
                self.flush();
                self.font = font;
                if self.in_fonts == 0 {
                    self.group.encoding = self.fonts.get(&font).copied().unwrap_or(self.default);
                }
            }
            ("fcharset", Some(charset)) if self.in_fonts > 0 => {
                let encoding = font_charset(charset).unwrap_or(self.default);
                self.fonts.insert(self.font, encoding);
            }
            ("plain", _) => {
                self.flush();
                self.group.encoding = self.default;
            }
            ("bin", Some(length)) => {
                self.at = (self.at + usize::try_from(length).unwrap_or(0)).min(self.bytes.len());
            }
            _ if SKIPPED.contains(&word) && number != Some(0) => {
                self.flush();
                self.group.skip = true;
            }
            _ => {}
        }
    }

    /// `\uN`: a 16-bit code, negative above 32767; pairs make the rarer characters.
    fn unicode(&mut self, code: i32) {
        self.flush();
        let unit = (code & 0xffff) as u16;
        self.ignore = self.group.fallback;
        if self.group.skip {
            return;
        }
        let pair: Vec<u16> = self.high.take().into_iter().chain([unit]).collect();
        if (0xd800..0xdc00).contains(&unit) {
            self.high = Some(unit);
            return;
        }
        self.text.extend(char::decode_utf16(pair).map(|c| c.unwrap_or('\u{fffd}')));
    }
}

fn code_page(number: i32) -> Option<&'static Encoding> {
    let label = match number {
        932 => "shift_jis".to_string(),
        936 => "gbk".to_string(),
        949 => "euc-kr".to_string(),
        950 => "big5".to_string(),
        65001 => "utf-8".to_string(),
        866 => "ibm866".to_string(),
        other => format!("windows-{other}"),
    };
    Encoding::for_label(label.as_bytes())
}

fn font_charset(number: i32) -> Option<&'static Encoding> {
    code_page(match number {
        0 => 1252,
        128 => 932,
        129 => 949,
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        163 => 1258,
        177 => 1255,
        178 => 1256,
        186 => 1257,
        204 => 1251,
        222 => 874,
        238 => 1250,
        _ => return None,
    })
}

/// `{\info{\title ...}}`, where it needs no decoding.
fn title(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(1 << 16)]).into_owned();
    let inside = head.split("{\\title").nth(1)?.split('}').next()?.trim().to_string();
    (!inside.contains('\\') && !inside.is_empty()).then_some(inside)
}
