//! Style sheets into rules: blocks, nesting, media, custom properties. Loads nothing: what a sheet imports is only named.

use super::declaration::{self, Prop, Value};
use super::media;
use super::selector::{self, Noted, Selector, Target};
use cssparser::{Delimiter, ParseError, Parser, Token};
use std::collections::HashMap;
use std::rc::Rc;

/// Most of all sheets together that is read, in bytes.
const MAX_BYTES: usize = 4 << 20;

/// Most rules that count for what is seen; what comes later is not followed, and a finding says so.
const MAX_RULES: usize = 100_000;

/// Deepest blocks in blocks.
const MAX_DEPTH: u8 = 32;

/// Deepest `var()` in custom properties.
const MAX_VARIABLES: u8 = 6;

/// Most sheets that are imported and named.
const MAX_IMPORTS: usize = 100;

/// A declaration as it stands.
pub struct Declared {
    /// In lower case, but for custom properties.
    pub name: String,
    pub value: String,
    pub is_important: bool,
}

/// A rule with what it says of the properties that count.
pub struct Rule {
    pub selectors: Rc<Vec<Selector>>,
    pub declared: Vec<Declared>,
    /// The bits of the media in which it holds.
    pub media: u8,
    pub is_layered: bool,
}

/// Everything that the sheets of a page say.
#[derive(Default)]
pub struct Sheets {
    pub rules: Vec<Rule>,
    /// What `--name` stands for; nothing where several rules differ.
    custom: HashMap<String, Option<String>>,
    pub noted: Noted,
    /// Rules that may hide words, but of which it is not known whether they hold.
    pub unfollowed: u32,
    /// There was more than is read.
    pub is_cut: bool,
    /// Addresses of sheets that are imported.
    pub imports: Vec<String>,
    /// A sheet is linked to that is not in the file.
    pub lacks: bool,
    bytes: usize,
}

#[derive(Clone)]
struct Context {
    parents: Option<Rc<Vec<Selector>>>,
    media: u8,
    is_layered: bool,
    /// In a block of which it is not known whether it holds.
    is_doubtful: bool,
}

impl Sheets {
    /// Adds a sheet that holds in some media (a query list).
    pub fn add(&mut self, text: &str, queries: &str) {
        if self.bytes + text.len() > MAX_BYTES {
            self.is_cut = true;
            return;
        }
        self.bytes += text.len();
        let known = media::media(queries);
        let context = Context {
            parents: None,
            media: known.unwrap_or(media::SCREEN | media::PRINT),
            is_layered: false,
            is_doubtful: known.is_none(),
        };
        self.block(&mut Parser::new(text), &context, 0);
    }

    /// The rules, blocks and declarations up to the end of a block or sheet; the declarations come back.
    fn block(&mut self, input: &mut Parser<'_>, context: &Context, depth: u8) -> Vec<Declared> {
        let mut found = Vec::new();
        loop {
            input.skip_whitespace();
            let start = input.state();
            let Ok(token) = input.next() else { return found };
            match token {
                Token::Semicolon | Token::CDO | Token::CDC | Token::CloseCurlyBracket | Token::CurlyBracketBlock => {}
                Token::AtKeyword(name) => {
                    let name = name.to_ascii_lowercase();
                    found.extend(self.at_rule(&name, input, context, depth));
                }
                _ => {
                    let is_custom = matches!(token, Token::Ident(name) if name.starts_with("--"));
                    input.reset(&start);
                    let ends = match &context.parents {
                        Some(_) if is_custom => Delimiter::Semicolon,
                        Some(_) => Delimiter::Semicolon | Delimiter::CurlyBracketBlock,
                        None => Delimiter::CurlyBracketBlock,
                    };
                    let text = slice(input, ends);
                    match input.next() {
                        Ok(Token::CurlyBracketBlock) => self.rule(text, input, context, depth),
                        _ if context.parents.is_some() => found.extend(declared(text)),
                        _ => {}
                    }
                }
            }
        }
    }

    fn rule(&mut self, prelude: &str, input: &mut Parser<'_>, context: &Context, depth: u8) {
        let before = std::mem::take(&mut self.noted.unfollowed);
        let selectors = selector::parse(prelude, context.parents.as_ref(), &mut self.noted);
        let left_out = std::mem::replace(&mut self.noted.unfollowed, before);
        let Ok(selectors) = selectors else { return };
        let selectors = Rc::new(selectors);
        let inner = Context { parents: Some(Rc::clone(&selectors)), ..context.clone() };
        let declared = self.nested(input, &inner, depth);
        if left_out > 0 && hides(&declared) {
            self.unfollowed += 1;
        }
        self.keep(selectors, declared, context);
    }

    fn nested(&mut self, input: &mut Parser<'_>, context: &Context, depth: u8) -> Vec<Declared> {
        let read = input.parse_nested_block(|input| -> Result<_, ParseError<()>> {
            if depth >= MAX_DEPTH {
                self.is_cut = true;
                while input.next().is_ok() {}
                return Ok(Vec::new());
            }
            Ok(self.block(input, context, depth + 1))
        });
        read.unwrap_or_default()
    }

    fn keep(&mut self, selectors: Rc<Vec<Selector>>, declared: Vec<Declared>, context: &Context) {
        if declared.is_empty() || selectors.is_empty() {
            return;
        }
        if context.is_doubtful {
            self.unfollowed += u32::from(hides(&declared));
            return;
        }
        if context.media == 0 {
            return;
        }
        // A rule about the first line or letter hides only these.
        if selectors.iter().any(|one| one.target == Target::First) && hides(&declared) {
            self.unfollowed += 1;
        }
        for one in declared.iter().filter(|one| one.name.starts_with("--")) {
            self.custom
                .entry(one.name.clone())
                .and_modify(|known| {
                    if known.as_ref() != Some(&one.value) {
                        *known = None;
                    }
                })
                .or_insert_with(|| Some(one.value.clone()));
        }
        if self.rules.len() >= MAX_RULES {
            self.is_cut = true;
            return;
        }
        self.rules.push(Rule { selectors, declared, media: context.media, is_layered: context.is_layered });
    }

    /// A block or statement with `@`; what it says of the element around it comes back.
    fn at_rule(&mut self, name: &str, input: &mut Parser<'_>, context: &Context, depth: u8) -> Vec<Declared> {
        let prelude = slice(input, Delimiter::Semicolon | Delimiter::CurlyBracketBlock);
        let has_block = matches!(input.next(), Ok(Token::CurlyBracketBlock));
        if !has_block {
            if name == "import" {
                self.import(prelude);
            }
            return Vec::new();
        }
        let mut inner = context.clone();
        match name {
            "media" => match media::media(prelude) {
                Some(media) => inner.media &= media,
                None => inner.is_doubtful = true,
            },
            "supports" => {
                let is_not = prelude.trim_start().to_ascii_lowercase().starts_with("not");
                inner.media = if is_not { 0 } else { inner.media };
            }
            "layer" => inner.is_layered = true,
            "container" | "scope" | "document" | "-moz-document" => inner.is_doubtful = true,
            "keyframes" | "-webkit-keyframes" => {
                // Where an animation ends is not followed.
                inner.parents = None;
                inner.is_doubtful = true;
                self.keyframes(input, depth);
                return Vec::new();
            }
            _ => return Vec::new(),
        }
        let declared = self.nested(input, &inner, depth);
        if let Some(parents) = &context.parents {
            // Declarations within a rule's own block with a condition.
            self.keep(Rc::clone(parents), declared, &inner);
        }
        Vec::new()
    }

    fn keyframes(&mut self, input: &mut Parser<'_>, depth: u8) {
        let mut apart = Self::default();
        let parents = Some(Rc::new(Vec::new()));
        let context = Context { parents, media: 0, is_layered: false, is_doubtful: false };
        let _ = input.parse_nested_block(|input| -> Result<(), ParseError<()>> {
            while !input.is_exhausted() {
                let text = slice(input, Delimiter::CurlyBracketBlock).to_ascii_lowercase();
                let _ = input.next();
                let declared = apart.nested(input, &context, depth.max(MAX_DEPTH - 2));
                if (text.contains("to") || text.contains("100%")) && hides(&declared) {
                    self.unfollowed += 1;
                }
            }
            Ok(())
        });
    }

    fn import(&mut self, prelude: &str) {
        let mut input = Parser::new(prelude);
        let url = input.expect_url_or_string().map(|url| url.to_string());
        if let (Ok(url), true) = (url, self.imports.len() < MAX_IMPORTS) {
            self.imports.push(url);
        }
    }

    /// Reads the imported sheets that `read` knows; whether others are missing.
    pub fn take_imports(&mut self, read: impl Fn(&str) -> Option<String>) -> bool {
        let mut at = 0;
        while let Some(address) = self.imports.get(at) {
            match read(address) {
                Some(text) => self.add(&text, ""),
                None => self.lacks = true,
            }
            at += 1;
        }
        self.lacks
    }

    /// The values of a declaration, with variables put in.
    pub fn values(&mut self, one: &Declared, set: &mut impl FnMut(Prop, Value)) {
        if !one.value.contains("var(") {
            declaration::declare(&one.name, &one.value, set);
            return;
        }
        match self.put_in(&one.value, 0) {
            Some(value) => declaration::declare(&one.name, &value, set),
            None => {
                // Colours by variables are the rule, and say nothing.
                let by_colour = one.name.contains("color") || one.name.contains("background") || one.name == "font";
                if matches!(one.name.as_str(), "color" | "-webkit-text-fill-color") {
                    set(Prop::Colour, Value::Unknown);
                } else if by_colour {
                    set(Prop::GroundImage, Value::Flag(true));
                }
                let takes_away = matches!(one.name.as_str(), "display" | "visibility" | "opacity" | "font-size");
                self.unfollowed += u32::from(takes_away);
            }
        }
    }

    fn put_in(&self, value: &str, depth: u8) -> Option<String> {
        let Some((before, after)) = value.split_once("var(") else { return Some(value.to_string()) };
        if depth >= MAX_VARIABLES || value.len() > 4_096 {
            return None;
        }
        let mut open = 1usize;
        let end = after.char_indices().find_map(|(at, c)| {
            open = match c {
                '(' => open + 1,
                ')' => open - 1,
                _ => open,
            };
            (open == 0).then_some(at)
        })?;
        let (inner, rest) = (&after[..end], &after[end + 1..]);
        let (name, fallback) = inner.split_once(',').map_or((inner, None), |(name, other)| (name, Some(other)));
        let known = match self.custom.get(name.trim()) {
            Some(known) => known.as_deref()?,
            None => fallback?,
        };
        self.put_in(&format!("{before}{known}{rest}"), depth + 1)
    }
}

/// Whether declarations may make words vanish.
fn hides(declared: &[Declared]) -> bool {
    let mut hides = false;
    for one in declared {
        declaration::declare(&one.name, &one.value, |prop, value| hides |= value.can_hide(prop));
    }
    hides
}

/// What stands before one of the delimiters; the parser is then before it.
fn slice<'i>(input: &mut Parser<'i>, ends: cssparser::Delimiters) -> &'i str {
    let from = input.position();
    let _ = input.parse_until_before(ends, |input| -> Result<(), ParseError<()>> {
        while input.next_including_whitespace_and_comments().is_ok() {}
        Ok(())
    });
    input.slice_from(from)
}

/// One declaration, if it is one of a property that counts.
fn declared(text: &str) -> Option<Declared> {
    let mut input = Parser::new(text);
    let name = input.expect_ident().ok()?.to_string();
    input.expect_colon().ok()?;
    let is_custom = name.starts_with("--");
    let name = if is_custom { name } else { name.to_ascii_lowercase() };
    if !is_custom && !declaration::is_known(&name) {
        return None;
    }
    let from = input.position();
    let _ = slice(&mut input, if is_custom { Delimiter::None } else { Delimiter::Bang });
    let value = input.slice_from(from).trim().to_string();
    let is_important = cssparser::parse_important(&mut input).is_ok();
    Some(Declared { name, value, is_important })
}

/// The declarations of a `style` attribute that count.
pub fn declarations(style: &str) -> Vec<Declared> {
    let mut input = Parser::new(style);
    let mut found = Vec::new();
    while !input.is_exhausted() {
        found.extend(declared(slice(&mut input, Delimiter::Semicolon)));
        let _ = input.next();
    }
    found
}
