//! The code pages of RTF (1.9.1, character set): by number, and by the charset of a font. Guesses nothing.

use encoding_rs::{Encoding, WINDOWS_1252};

/// How bytes become characters.
#[derive(Clone, Copy, Debug)]
pub(super) enum Charset {
    Known(&'static Encoding),
    /// A code page of DOS: the characters of the bytes from 128.
    Table(&'static str),
}

/// Code page 437 (US DOS).
const CP437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

/// Code page 850 (Western European DOS).
const CP850: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}";

impl Charset {
    /// Western European Windows: what is meant where nothing is said.
    pub const WESTERN: Self = Self::Known(WINDOWS_1252);

    /// The characters of bytes.
    pub fn decode(self, bytes: &[u8], into: &mut String) {
        match self {
            Self::Known(encoding) => into.push_str(&encoding.decode_without_bom_handling(bytes).0),
            Self::Table(table) => into.extend(bytes.iter().map(|byte| match byte {
                128.. => table.chars().nth(usize::from(byte - 128)).unwrap_or('\u{fffd}'),
                ascii => char::from(*ascii),
            })),
        }
    }

    /// A code page by its number, as `\ansicpg1251` names it.
    pub fn of_page(number: i32) -> Option<Self> {
        let label = match number {
            437 => return Some(Self::Table(CP437)),
            850 | 858 => return Some(Self::Table(CP850)),
            708 | 709 | 710 | 720 | 864 => "windows-1256".to_string(),
            932 => "shift_jis".to_string(),
            936 => "gbk".to_string(),
            949 => "euc-kr".to_string(),
            950 => "big5".to_string(),
            1361 => "euc-kr".to_string(),
            10000 => "macintosh".to_string(),
            10007 => "x-mac-cyrillic".to_string(),
            20866 => "koi8-r".to_string(),
            54936 => "gb18030".to_string(),
            65001 => "utf-8".to_string(),
            866 => "ibm866".to_string(),
            other => format!("windows-{other}"),
        };
        Encoding::for_label(label.as_bytes()).map(Self::Known)
    }

    /// The code page of a font's charset, as `\fcharset204` names it.
    pub fn of_font(number: i32) -> Option<Self> {
        Self::of_page(match number {
            0 => 1252,
            77 => 10000,
            78 | 128 => 932,
            129 => 949,
            130 => 1361,
            134 => 936,
            136 => 950,
            161 => 1253,
            162 => 1254,
            163 => 1258,
            177 => 1255,
            178..=180 => 1256,
            186 => 1257,
            204 => 1251,
            222 => 874,
            238 => 1250,
            254 => 437,
            255 => 850,
            _ => return None,
        })
    }
}
