//! Selectors (Selectors 4), read and matched against the elements that are open. What an element's later content would
//! decide, as `:has()`, is not followed, and says so.

mod matching;

use cssparser::{ParseError, Parser, Token};
use std::collections::HashSet;
use std::rc::Rc;

/// Longest selector, in compounds, and deepest `:is()` in `:is()`.
const MAX_COMPOUNDS: usize = 32;
const MAX_DEPTH: u8 = 6;

/// What selectors can ask of an element.
#[derive(Debug, Default)]
pub struct Traits {
    pub name: String,
    pub id: Option<String>,
    pub classes: Vec<String>,
    /// Only those that a selector of the page asks for.
    pub attributes: Vec<(String, String)>,
    /// Place among its siblings, from 1, and from the end; 0 where it is not known.
    pub place: u32,
    pub place_from_end: u32,
}

/// The elements around one: what a selector is matched against.
pub trait Lineage {
    /// The open element at a depth, or one `back` places before it among its siblings.
    fn traits(&self, depth: usize, back: usize) -> Option<&Traits>;
    /// Takes steps from the budget; false when it is used up.
    fn spend(&self, steps: usize) -> bool;
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Combinator {
    Descendant,
    Child,
    Next,
    Later,
}

#[derive(Clone, Debug, PartialEq)]
enum Ask {
    There,
    Is,
    Word,
    Dash,
    Starts,
    Ends,
    Holds,
}

#[derive(Clone, Debug)]
enum Part {
    Name(String),
    Id(String),
    Class(String),
    Attribute {
        name: String,
        ask: Ask,
        value: String,
        folds: bool,
    },
    Is(Rc<Vec<Selector>>),
    Not(Rc<Vec<Selector>>),
    Root,
    /// `an+b`, from the front or from the end.
    Nth {
        a: i32,
        b: i32,
        from_end: bool,
    },
    /// True only while a reader does something, or never.
    Never,
    Always,
}

/// What a selector chooses of its element.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    Element,
    /// `::before` or `::after`.
    Generated,
    /// The first line or letter.
    First,
    /// Something that holds no words of the page.
    Other,
}

/// A selector: compounds from the subject outwards, each with what joins it to the next.
#[derive(Clone, Debug)]
pub struct Selector {
    compounds: Vec<(Vec<Part>, Combinator)>,
    pub specificity: u32,
    pub target: Target,
}

/// The surest trait that a compound asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Key<'s> {
    Id(&'s str),
    Class(&'s str),
    Name(&'s str),
    Any,
}

/// Why a selector cannot be used.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bad {
    Invalid,
    /// Valid, but not followed here.
    Unfollowed,
}

/// What was met in selectors beside themselves.
#[derive(Debug, Default)]
pub struct Noted {
    /// Selectors that are valid, but not followed.
    pub unfollowed: u32,
    /// Attributes that are asked for.
    pub attributes: HashSet<String>,
    /// Whether siblings before an element count.
    pub siblings: bool,
}

/// Reads a list of selectors. `parents` is what `&` stands for, within another rule. What is not followed is counted and
/// left out.
///
/// # Errors
/// One invalid selector makes the whole list so, as in browsers.
pub fn parse(text: &str, parents: Option<&Rc<Vec<Selector>>>, noted: &mut Noted) -> Result<Vec<Selector>, Bad> {
    list(&mut Parser::new(text), parents, 0, noted)
}

fn list(
    input: &mut Parser<'_>,
    parents: Option<&Rc<Vec<Selector>>>,
    depth: u8,
    noted: &mut Noted,
) -> Result<Vec<Selector>, Bad> {
    let mut found = Vec::new();
    loop {
        let mut reader = Reader {
            parents,
            depth,
            noted: &mut *noted,
            part: Vec::new(),
            compounds: Vec::new(),
            sum: [0; 3],
            target: Target::Element,
            has_parent: false,
        };
        let ended = reader.selector(input);
        match ended.and_then(|more| Ok((more, reader.finish()?))) {
            Ok((more, selector)) => {
                found.push(selector);
                if !more {
                    return Ok(found);
                }
            }
            Err(Bad::Invalid) => return Err(Bad::Invalid),
            Err(Bad::Unfollowed) => {
                noted.unfollowed += 1;
                if !skip_to_comma(input) {
                    return Ok(found);
                }
            }
        }
    }
}

fn skip_to_comma(input: &mut Parser<'_>) -> bool {
    while let Ok(token) = input.next() {
        if *token == Token::Comma {
            return true;
        }
    }
    false
}

struct Reader<'p> {
    parents: Option<&'p Rc<Vec<Selector>>>,
    depth: u8,
    noted: &'p mut Noted,
    part: Vec<Part>,
    compounds: Vec<(Vec<Part>, Combinator)>,
    sum: [u32; 3],
    target: Target,
    has_parent: bool,
}

impl Reader<'_> {
    /// Reads one selector, up to a comma (true) or the end.
    fn selector(&mut self, input: &mut Parser<'_>) -> Result<bool, Bad> {
        let mut blank = false;
        loop {
            let Ok(token) = input.next_including_whitespace() else { return Ok(false) };
            let token = token.clone();
            let joined = match &token {
                Token::WhiteSpace(_) => {
                    blank = true;
                    continue;
                }
                Token::Comma => return Ok(true),
                Token::Delim('>') => Some(Combinator::Child),
                Token::Delim('+') => Some(Combinator::Next),
                Token::Delim('~') => Some(Combinator::Later),
                _ if blank && !self.part.is_empty() => {
                    self.end_compound(Combinator::Descendant)?;
                    None
                }
                _ => None,
            };
            match joined {
                Some(combinator) => {
                    if self.part.is_empty() && self.compounds.is_empty() && self.parents.is_some() {
                        self.parent()?;
                    }
                    self.end_compound(combinator)?;
                }
                None => self.simple(&token, input)?,
            }
            blank = false;
        }
    }

    fn end_compound(&mut self, combinator: Combinator) -> Result<(), Bad> {
        if self.part.is_empty() {
            return Err(Bad::Invalid);
        }
        self.noted.siblings |= matches!(combinator, Combinator::Next | Combinator::Later);
        self.compounds.push((std::mem::take(&mut self.part), combinator));
        if self.compounds.len() >= MAX_COMPOUNDS { Err(Bad::Unfollowed) } else { Ok(()) }
    }

    fn simple(&mut self, token: &Token<'_>, input: &mut Parser<'_>) -> Result<(), Bad> {
        let next_ident = |input: &mut Parser<'_>| match input.next_including_whitespace() {
            Ok(Token::Ident(name)) => Ok(name.to_string()),
            _ => Err(Bad::Invalid),
        };
        match token {
            Token::Ident(name) => {
                self.sum[2] += 1;
                self.part.push(Part::Name(name.to_ascii_lowercase()));
            }
            Token::Delim('*') => self.part.push(Part::Always),
            Token::Delim('&') => self.parent()?,
            Token::IDHash(id) | Token::Hash(id) => {
                self.sum[0] += 1;
                self.part.push(Part::Id(id.to_string()));
            }
            Token::Delim('.') => {
                self.sum[1] += 1;
                self.part.push(Part::Class(next_ident(input)?));
            }
            // A namespace, as in `svg|text`: the name behind it counts.
            Token::Delim('|') => {}
            Token::SquareBracketBlock => {
                self.sum[1] += 1;
                let read = input.parse_nested_block(|input| -> Result<_, ParseError<()>> { Ok(attribute(input)) });
                let part = read.unwrap_or(Err(Bad::Invalid))?;
                if let Part::Attribute { name, .. } = &part {
                    self.noted.attributes.insert(name.clone());
                }
                self.part.push(part);
            }
            Token::Colon => self.pseudo(input)?,
            _ => return Err(Bad::Invalid),
        }
        Ok(())
    }

    /// `&`: what the rule around this one chooses.
    fn parent(&mut self) -> Result<(), Bad> {
        self.has_parent = true;
        match self.parents {
            Some(parents) => {
                let most = parents.iter().map(|one| one.specificity).max().unwrap_or(0);
                self.add(most);
                self.part.push(Part::Is(Rc::clone(parents)));
            }
            None => self.part.push(Part::Root),
        }
        Ok(())
    }

    fn add(&mut self, specificity: u32) {
        for (at, shift) in [20, 10, 0].into_iter().enumerate() {
            self.sum[at] += (specificity >> shift) & 0x3ff;
        }
    }

    fn pseudo(&mut self, input: &mut Parser<'_>) -> Result<(), Bad> {
        let token = input.next_including_whitespace().map_err(|_| Bad::Invalid)?.clone();
        match &token {
            Token::Colon => {
                self.sum[2] += 1;
                let token = input.next_including_whitespace().map_err(|_| Bad::Invalid)?.clone();
                let name = match &token {
                    Token::Ident(name) => name.to_ascii_lowercase(),
                    Token::Function(name) => {
                        let _ = input.parse_nested_block(|input| -> Result<(), ParseError<()>> {
                            while input.next().is_ok() {}
                            Ok(())
                        });
                        name.to_ascii_lowercase()
                    }
                    _ => return Err(Bad::Invalid),
                };
                self.target = target(&name);
                self.part.push(Part::Always);
            }
            Token::Ident(name) => {
                let name = name.to_ascii_lowercase();
                if matches!(name.as_str(), "before" | "after" | "first-line" | "first-letter") {
                    self.sum[2] += 1;
                    self.target = target(&name);
                    self.part.push(Part::Always);
                    return Ok(());
                }
                self.sum[1] += 1;
                let part = state(&name)?;
                if let Part::Attribute { name, .. } = &part {
                    self.noted.attributes.insert(name.clone());
                }
                self.part.push(part);
            }
            Token::Function(name) => {
                let name = name.to_ascii_lowercase();
                let read = input.parse_nested_block(|input| -> Result<_, ParseError<()>> {
                    let part = self.function(&name, input);
                    while input.next().is_ok() {}
                    Ok(part)
                });
                self.part.push(read.unwrap_or(Err(Bad::Invalid))?);
            }
            _ => return Err(Bad::Invalid),
        }
        Ok(())
    }

    fn function(&mut self, name: &str, input: &mut Parser<'_>) -> Result<Part, Bad> {
        match name {
            "is" | "where" | "not" | "matches" | "-webkit-any" | "-moz-any" => {
                if self.depth >= MAX_DEPTH {
                    return Err(Bad::Unfollowed);
                }
                let before = self.noted.unfollowed;
                let inner = list(input, self.parents, self.depth + 1, self.noted)?;
                if self.noted.unfollowed > before {
                    // Counted with the whole selector.
                    self.noted.unfollowed = before;
                    return Err(Bad::Unfollowed);
                }
                if name != "where" {
                    self.add(inner.iter().map(|one| one.specificity).max().unwrap_or(0));
                }
                let inner = Rc::new(inner);
                Ok(if name == "not" { Part::Not(inner) } else { Part::Is(inner) })
            }
            "nth-child" | "nth-last-child" => {
                self.sum[1] += 1;
                let (a, b) = cssparser::parse_nth(input).map_err(|_| Bad::Invalid)?;
                if !input.is_exhausted() {
                    return Err(Bad::Unfollowed);
                }
                Ok(Part::Nth { a, b, from_end: name == "nth-last-child" })
            }
            _ => Err(Bad::Unfollowed),
        }
    }

    fn finish(&mut self) -> Result<Selector, Bad> {
        if self.part.is_empty() {
            return Err(Bad::Invalid);
        }
        if self.parents.is_some() && !self.has_parent && self.depth == 0 {
            // A rule within a rule is about what is inside of what that one chooses.
            let inner = std::mem::take(&mut self.part);
            let rest = std::mem::take(&mut self.compounds);
            self.parent()?;
            self.end_compound(Combinator::Descendant)?;
            self.compounds.extend(rest);
            self.part = inner;
        }
        let mut compounds = Vec::with_capacity(self.compounds.len() + 1);
        let mut subject = std::mem::take(&mut self.part);
        while let Some((outer, combinator)) = self.compounds.pop() {
            compounds.push((std::mem::replace(&mut subject, outer), combinator));
        }
        compounds.push((subject, Combinator::Descendant));
        let [a, b, c] = self.sum.map(|count| count.min(0x3ff));
        Ok(Selector { compounds, specificity: a << 20 | b << 10 | c, target: self.target })
    }
}

fn target(name: &str) -> Target {
    match name {
        "before" | "after" => Target::Generated,
        "first-line" | "first-letter" => Target::First,
        _ => Target::Other,
    }
}

/// A pseudo-class without argument, of a page that lies still with nobody at it.
fn state(name: &str) -> Result<Part, Bad> {
    let attribute =
        |name: &str| Part::Attribute { name: name.into(), ask: Ask::There, value: String::new(), folds: false };
    let nth = |from_end| Part::Nth { a: 0, b: 1, from_end };
    Ok(match name {
        "root" | "scope" => Part::Root,
        "hover" | "focus" | "focus-within" | "focus-visible" | "active" | "visited" | "target" | "target-within"
        | "fullscreen" | "modal" | "autofill" | "-webkit-autofill" | "user-invalid" | "user-valid" | "popover-open"
        | "empty" | "local-link" => Part::Never,
        "link" | "any-link" | "-webkit-any-link" | "-moz-any-link" => attribute("href"),
        "checked" => attribute("checked"),
        "disabled" => attribute("disabled"),
        "required" => attribute("required"),
        "open" => attribute("open"),
        "defined" => Part::Always,
        "first-child" => nth(false),
        "last-child" => nth(true),
        "enabled" | "only-child" | "first-of-type" | "last-of-type" | "only-of-type" | "optional" | "read-only"
        | "read-write" | "placeholder-shown" | "default" | "indeterminate" | "valid" | "invalid" | "in-range"
        | "out-of-range" | "host" | "has-slotted" => return Err(Bad::Unfollowed),
        _ => return Err(Bad::Invalid),
    })
}

fn attribute(input: &mut Parser<'_>) -> Result<Part, Bad> {
    let mut name = String::new();
    let mut ask = Ask::There;
    while let Ok(token) = input.next() {
        match token {
            Token::Ident(word) => name = word.to_ascii_lowercase(),
            // A namespace.
            Token::Delim('|' | '*') => {}
            sign => {
                ask = match sign {
                    Token::Delim('=') => Ask::Is,
                    Token::IncludeMatch => Ask::Word,
                    Token::DashMatch => Ask::Dash,
                    Token::PrefixMatch => Ask::Starts,
                    Token::SuffixMatch => Ask::Ends,
                    Token::SubstringMatch => Ask::Holds,
                    _ => return Err(Bad::Invalid),
                };
                break;
            }
        }
    }
    let mut value = String::new();
    if ask != Ask::There {
        value = input.expect_ident_or_string().map_err(|_| Bad::Invalid)?.to_string();
    }
    let said = matches!(input.next(), Ok(Token::Ident(word)) if word.eq_ignore_ascii_case("i"));
    // Values that HTML itself compares without regard to case (WHATWG HTML 4.16.2), the frequent ones.
    let folds = said
        || matches!(
            name.as_str(),
            "type" | "dir" | "lang" | "align" | "color" | "bgcolor" | "rel" | "media" | "method"
        );
    if name.is_empty() { Err(Bad::Invalid) } else { Ok(Part::Attribute { name, ask, value, folds }) }
}

impl Selector {
    /// The trait of its subject by which it is found.
    pub fn key(&self) -> Key<'_> {
        self.key_of(0)
    }

    /// A trait that some element around its subject must have.
    pub fn key_around(&self) -> Key<'_> {
        let joined =
            self.compounds.iter().take_while(|(_, one)| matches!(one, Combinator::Descendant | Combinator::Child));
        let around = (1..=joined.count()).filter(|at| *at < self.compounds.len()).map(|at| self.key_of(at));
        let rank = |key: &Key<'_>| match key {
            Key::Id(_) => 3,
            Key::Class(_) => 2,
            Key::Name(_) => 1,
            Key::Any => 0,
        };
        around.max_by_key(rank).unwrap_or(Key::Any)
    }

    /// Whether it chooses nothing on a page that lies still.
    pub fn is_never(&self) -> bool {
        self.compounds.iter().any(|(parts, _)| parts.iter().any(|part| matches!(part, Part::Never)))
    }

    fn key_of(&self, at: usize) -> Key<'_> {
        let mut key = Key::Any;
        for part in self.compounds.get(at).map_or(&[][..], |(parts, _)| parts.as_slice()) {
            match (part, &key) {
                (Part::Id(id), _) => return Key::Id(id),
                (Part::Class(class), Key::Any | Key::Name(_)) => key = Key::Class(class),
                (Part::Name(name), Key::Any) => key = Key::Name(name),
                _ => {}
            }
        }
        key
    }
}
