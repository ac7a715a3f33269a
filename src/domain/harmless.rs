//! A stranger's text for one line of a terminal or a cell of a table. Changes how it is shown, never what is stored.

/// A stranger's text with no control characters and none that turn the writing direction or cannot be seen.
pub fn harmless(text: &str) -> String {
    let one = |c: char| match c {
        '\n' | '\t' => ' ',
        '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => {
            '\u{fffd}'
        }
        c if c.is_control() => '\u{fffd}',
        c => c,
    };
    text.chars().map(one).collect()
}

/// A cell of a table that no spreadsheet takes for a formula, and no sign in it turns the others round.
pub fn harmless_cell(text: &str) -> String {
    let one_line = harmless(text);
    if one_line.starts_with(['=', '+', '-', '@', '\t']) { format!("'{one_line}") } else { one_line }
}

/// At most the first 200 bytes of the first line, without control characters: what of a server's words goes into an error.
pub fn clip(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    line[..line.floor_char_boundary(200)].chars().filter(|c| !c.is_control()).collect()
}
