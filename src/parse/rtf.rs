//! The HTML or text that Outlook wraps into RTF ([MS-OXRTFEX], RTF 1.9.1), or the plain words of other RTF. Only for
//! bodies of mails; RTF files are read elsewhere. Lays nothing out.

use encoding_rs::Encoding;
use std::collections::BTreeMap;

/// Groups in each other that are told apart; deeper ones are part of the last.
const MAX_DEPTH: usize = 500;

/// Most text that is taken, in bytes.
const MAX_TEXT: usize = 32 << 20;

/// What was wrapped.
pub enum Unwrapped {
    Html(String),
    Text(String),
}

/// Takes a body out of RTF; `None`: it is no RTF.
pub fn unwrap(rtf: &[u8]) -> Option<Unwrapped> {
    rtf.starts_with(b"{\\rtf").then_some(())?;
    let mut reader = Reader { rtf, groups: vec![Group::default()], ..Reader::default() };
    reader.read();
    reader.flush();
    Some(if reader.is_html { Unwrapped::Html(reader.out) } else { Unwrapped::Text(reader.out) })
}

#[derive(Clone, Copy)]
struct Group {
    skipped: bool,
    /// In `\*\htmltag`: its words are HTML.
    is_tag: bool,
    /// Between `\htmlrtf` and `\htmlrtf0`: only for readers of RTF.
    only_rtf: bool,
    is_font_table: bool,
    /// Signs that stand for one `\u` in older readers.
    replaced: usize,
    encoding: Option<&'static Encoding>,
}

impl Default for Group {
    fn default() -> Self {
        Self { skipped: false, is_tag: false, only_rtf: false, is_font_table: false, replaced: 1, encoding: None }
    }
}

#[derive(Default)]
struct Reader<'r> {
    rtf: &'r [u8],
    at: usize,
    groups: Vec<Group>,
    too_deep: usize,
    is_html: bool,
    default_encoding: Option<&'static Encoding>,
    fonts: BTreeMap<i64, &'static Encoding>,
    font: i64,
    /// Bytes whose charset makes characters of them only together.
    pending: Vec<u8>,
    /// First half of a character beyond the first plane.
    high: Option<u16>,
    /// Signs still to be passed over after a `\u`.
    pass: usize,
    out: String,
}

impl Reader<'_> {
    fn group(&mut self) -> &mut Group {
        if self.groups.is_empty() {
            self.groups.push(Group::default());
        }
        let last = self.groups.len() - 1;
        &mut self.groups[last]
    }

    fn read(&mut self) {
        while let Some(&byte) = self.rtf.get(self.at) {
            if self.out.len() > MAX_TEXT {
                return;
            }
            self.at += 1;
            match byte {
                b'{' => self.begin(),
                b'}' => self.end(),
                b'\\' => self.control(),
                b'\r' | b'\n' => {}
                byte => self.byte(byte),
            }
        }
    }

    fn begin(&mut self) {
        self.flush();
        self.pass = 0;
        if self.groups.len() >= MAX_DEPTH {
            self.too_deep += 1;
            return;
        }
        let group = *self.group();
        self.groups.push(group);
    }

    fn end(&mut self) {
        self.flush();
        self.pass = 0;
        if self.too_deep > 0 {
            self.too_deep -= 1;
        } else if self.groups.len() > 1 {
            self.groups.pop();
        }
    }

    fn is_silent(&mut self) -> bool {
        let html = self.is_html;
        let group = self.group();
        group.skipped || html && group.only_rtf && !group.is_tag
    }

    fn byte(&mut self, byte: u8) {
        if self.pass > 0 {
            self.pass -= 1;
        } else if !self.is_silent() {
            self.pending.push(byte);
        }
    }

    fn say(&mut self, text: &str) {
        self.flush();
        if !self.is_silent() {
            self.out.push_str(text);
        }
    }

    fn flush(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        let bytes = std::mem::take(&mut self.pending);
        let encoding = self.group().encoding.or(self.default_encoding).unwrap_or(encoding_rs::WINDOWS_1252);
        self.out.push_str(&encoding.decode_without_bom_handling(&bytes).0);
    }

    fn control(&mut self) {
        let Some(&sign) = self.rtf.get(self.at) else { return };
        if !sign.is_ascii_alphabetic() {
            self.at += 1;
            match sign {
                b'\'' => {
                    let digits = self.rtf.get(self.at..self.at + 2).and_then(|two| std::str::from_utf8(two).ok());
                    if let Some(byte) = digits.and_then(|two| u8::from_str_radix(two, 16).ok()) {
                        self.at += 2;
                        self.byte(byte);
                    }
                }
                b'\\' | b'{' | b'}' => self.byte(sign),
                b'~' => self.say("\u{a0}"),
                b'_' => self.say("\u{2011}"),
                b'*' => self.star(),
                b'\r' | b'\n' => self.say("\n"),
                _ => {}
            }
            return;
        }
        let (word, number) = self.word();
        self.obey(&word, number);
    }

    /// A control word, its number, and the blank that ends it.
    fn word(&mut self) -> (String, Option<i64>) {
        let rest = &self.rtf[self.at..];
        let letters = rest.iter().take(32).take_while(|byte| byte.is_ascii_alphabetic()).count();
        let word = String::from_utf8_lossy(&rest[..letters]).into_owned();
        let sign = usize::from(rest.get(letters) == Some(&b'-'));
        let digits = rest[letters + sign..].iter().take(10).take_while(|byte| byte.is_ascii_digit()).count();
        let mut end = letters;
        let mut number = None;
        if digits > 0 {
            end += sign + digits;
            number = std::str::from_utf8(&rest[letters..end]).ok().and_then(|text| text.parse().ok());
        }
        if rest.get(end) == Some(&b' ') {
            end += 1;
        }
        self.at += end;
        (word, number)
    }

    /// A destination that older readers pass over: of these only the HTML is wanted.
    fn star(&mut self) {
        let rest = &self.rtf[self.at..];
        let blanks = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let is_html = self.is_html;
        let group = self.group();
        if is_html && rest[blanks..].starts_with(b"\\htmltag") {
            group.is_tag = true;
        } else {
            group.skipped = true;
        }
    }

    fn obey(&mut self, word: &str, number: Option<i64>) {
        match word {
            "fromhtml" if self.out.is_empty() => self.is_html = true,
            "htmlrtf" => {
                self.flush();
                self.group().only_rtf = number != Some(0);
            }
            "htmltag" => {}
            "ansicpg" => self.default_encoding = number.and_then(code_page),
            "fonttbl" => {
                let group = self.group();
                (group.is_font_table, group.skipped) = (true, true);
            }
            "f" => {
                self.flush();
                let number = number.unwrap_or(0);
                self.font = number;
                let known = self.fonts.get(&number).copied();
                self.group().encoding = known;
            }
            "fcharset" => {
                let font = self.font;
                if self.group().is_font_table
                    && let Some(encoding) = number.and_then(font_charset)
                {
                    self.fonts.insert(font, encoding);
                }
            }
            "colortbl" | "stylesheet" | "info" | "pict" | "object" | "header" | "footer" | "headerl" | "headerr"
            | "footerl" | "footerr" | "listtable" | "listoverridetable" | "fldinst" => self.group().skipped = true,
            "uc" => self.group().replaced = number.and_then(|count| usize::try_from(count).ok()).unwrap_or(1).min(16),
            "u" => self.unicode(number.unwrap_or(0)),
            "bin" => self.at = self.at.saturating_add(number.and_then(|n| usize::try_from(n).ok()).unwrap_or(0)),
            "par" | "line" | "row" | "sect" | "page" => self.say("\n"),
            "tab" | "cell" => self.say("\t"),
            "lquote" => self.say("\u{2018}"),
            "rquote" => self.say("\u{2019}"),
            "ldblquote" => self.say("\u{201c}"),
            "rdblquote" => self.say("\u{201d}"),
            "bullet" => self.say("\u{2022}"),
            "endash" => self.say("\u{2013}"),
            "emdash" => self.say("\u{2014}"),
            _ => {}
        }
    }

    fn unicode(&mut self, number: i64) {
        self.flush();
        self.pass = self.group().replaced;
        if self.is_silent() {
            return;
        }
        // Numbers above 32,767 are written as negative ones.
        let unit = (number & 0xffff) as u16;
        let units = match self.high.take() {
            Some(high) => vec![high, unit],
            None if (0xd800..0xdc00).contains(&unit) => {
                self.high = Some(unit);
                return;
            }
            None => vec![unit],
        };
        self.out.push_str(&String::from_utf16_lossy(&units));
    }
}

/// The charset of a Windows code page.
pub fn code_page(number: i64) -> Option<&'static Encoding> {
    let label = match number {
        932 => "shift_jis".into(),
        936 => "gbk".into(),
        949 => "euc-kr".into(),
        950 => "big5".into(),
        866 => "ibm866".into(),
        1250..=1258 => format!("windows-{number}"),
        10_000 => "macintosh".into(),
        20_127 | 20_269 => "windows-1252".into(),
        20_866 => "koi8-r".into(),
        21_866 => "koi8-u".into(),
        20_936 => "gb2312".into(),
        28_591..=28_605 => format!("iso-8859-{}", number - 28_590),
        50_220..=50_222 => "iso-2022-jp".into(),
        51_932 => "euc-jp".into(),
        51_949 => "euc-kr".into(),
        54_936 => "gb18030".into(),
        65_001 => "utf-8".into(),
        _ => return None,
    };
    Encoding::for_label(label.as_bytes())
}

fn font_charset(number: i64) -> Option<&'static Encoding> {
    let page = match number {
        0 => 1252,
        77 => 10_000,
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
    };
    code_page(page)
}
