//! Names of files in archives: their charset, and what is odd about them. A name is only shown; it leads nowhere.

use super::charset;

/// Signs of the IBM PC from 0x80 on (code page 437), for old programs' names in Western languages.
const PC: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

/// Decodes names that have no charset with them; `all` are the names of one archive, as one name alone is too short for
/// a guess.
pub fn decode(name: &[u8], is_utf8: bool, all: &[u8]) -> String {
    if is_utf8 || std::str::from_utf8(name).is_ok() {
        return String::from_utf8_lossy(name).into_owned();
    }
    match guess(all) {
        Some(encoding) => encoding.decode_without_bom_handling(name).0.into_owned(),
        None => {
            let one = |byte: &u8| match byte.checked_sub(0x80) {
                Some(at) => PC.chars().nth(at.into()).unwrap_or('\u{fffd}'),
                None => char::from(*byte),
            };
            name.iter().map(one).collect()
        }
    }
}

/// The charset of names; `None`: code page 437.
fn guess(all: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let runs: Vec<&[u8]> = all.split(u8::is_ascii).filter(|run| !run.is_empty()).collect();
    let (high, count) = (runs.iter().map(|run| run.len()).sum::<usize>(), runs.len());
    let all_in = |is_one: fn(&u8) -> bool| runs.iter().all(|run| run.iter().all(is_one));
    // Chinese: pairs of the common part of GB 2312.
    let paired = |run: &&[u8]| {
        run.len() % 2 == 0 && run.chunks(2).all(|pair| (0xa1..=0xf7).contains(&pair[0]) && pair[1] >= 0xa1)
    };
    // Letters of other charsets make pairs too, but of characters that are rare.
    let common = runs.iter().flat_map(|run| run.chunks(2)).filter(|pair| (0xb0..=0xd7).contains(&pair[0])).count();
    if runs.iter().all(paired) && common * 3 >= high {
        return Some(encoding_rs::GBK);
    }
    // Russian under DOS: its letters only, several in a row.
    if all_in(|byte| matches!(byte, 0x80..=0xaf | 0xe0..=0xf1)) && high >= 2 * count {
        return Some(encoding_rs::IBM866);
    }
    // Western letters of the PC stand alone between plain ones.
    if all_in(|byte| matches!(byte, 0x80..=0xa8 | 0xe1)) && high < 2 * count {
        return None;
    }
    encoding_rs::Encoding::for_label(charset::guess(all).1.as_bytes())
}

/// The name as it is shown, with its folders, and whether it was one that no file should have.
pub fn shown(name: &str) -> (Option<String>, bool) {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    let unified = name.replace('\\', "/");
    let drive = unified.as_bytes().get(1) == Some(&b':');
    let mut odd = unified.starts_with('/') || drive || unified.contains(hidden);
    let clean: String = unified.chars().filter(|c| !hidden(*c)).collect();
    let clean = if drive { clean.get(2..).unwrap_or_default() } else { &clean };
    let mut pieces = Vec::new();
    for piece in clean.split('/').map(str::trim).filter(|piece| !piece.is_empty() && *piece != ".") {
        if piece == ".." {
            odd = true;
            continue;
        }
        odd |= is_device(piece);
        pieces.push(piece);
    }
    let joined: String = pieces.join("/");
    let count = joined.chars().count();
    // The end of a long name says more: the ending is there.
    let short: String = joined.chars().skip(count.saturating_sub(255)).collect();
    odd |= short.is_empty() || count > 255;
    ((!short.is_empty()).then_some(short), odd)
}

/// Names that mean a device under Windows.
fn is_device(piece: &str) -> bool {
    let stem = piece.split('.').next().unwrap_or_default().trim().to_ascii_lowercase();
    let numbered = stem.strip_prefix("com").or(stem.strip_prefix("lpt"));
    matches!(stem.as_str(), "con" | "prn" | "aux" | "nul")
        || numbered.is_some_and(|number| number.len() == 1 && number.as_bytes()[0].is_ascii_digit())
}
