//! What only one of the two forms of a mail says, its plain text or its HTML: lines that the other form has not, and words
//! that differ. Wrapping, links, list marks, signs and the usual footers do not count. Judges no meaning, changes no text.

use std::collections::{HashMap, HashSet};
use std::iter::once;
use unicode_normalization::UnicodeNormalization as _;

/// What a line must weigh to be missed: four words, or eight Chinese signs.
const MISSED: usize = 8;

/// What a word that is written with letters weighs; a Chinese sign is one.
const WORD: usize = 2;

/// Bytes in which lines are looked for; then words in threes have to do.
const MAX_SOUGHT: usize = 100_000_000;

/// Longest line that is taken for a footer, in words, and what such lines say.
const FOOTER_WORDS: usize = 25;
const FOOTERS: [&str; 29] = [
    "unsubscribe",
    "in your browser",
    "in a browser",
    "view online",
    "enable html",
    "support html",
    "supports html",
    "shows html",
    "show html",
    "display html",
    "displays html",
    "se désabonner",
    "désinscrire",
    "version en ligne",
    "dans votre navigateur",
    "darse de baja",
    "cancelar la suscripción",
    "en el navegador",
    "en su navegador",
    "отписаться",
    "отказаться от рассылки",
    "в браузере",
    "退订",
    "取消订阅",
    "在浏览器中",
    "إلغاء الاشتراك",
    "في المتصفح",
    "sent from my",
    "get outlook for",
];

/// What one form has and the other has not.
#[derive(Debug, Default)]
pub struct Only {
    /// Whole sentences or lines.
    pub lines: Vec<String>,
    /// A sentence that the other form has in other words, the first of them.
    pub other_words: Option<String>,
}

/// A form as it is looked through.
pub struct Form {
    /// Letters and digits only, in lower case.
    squeezed: String,
    numbers: HashMap<String, u32>,
    threes: HashSet<[u32; 3]>,
}

impl Form {
    /// Takes in a text.
    pub fn of(text: &str) -> Self {
        let mut form = Self { squeezed: String::new(), numbers: HashMap::new(), threes: HashSet::new() };
        let mut stream = Vec::new();
        for word in text.lines().flat_map(words) {
            form.squeezed.push_str(&word);
            let next = form.numbers.len() as u32 + 1;
            stream.push(*form.numbers.entry(word).or_insert(next));
        }
        form.threes = threes(&stream).collect();
        form
    }

    /// What of another text this form has not.
    pub fn lacks(&self, text: &str) -> Only {
        let mut only = Only::default();
        let mut sought = 0;
        let sentences = sentences(text);
        // Each word with those around it, across sentences: what surrounds a word that differs is the same.
        let stream: Vec<Vec<Vec<String>>> =
            sentences.iter().map(|one| one.lines.iter().map(|line| words(line)).collect()).collect();
        let flat: Vec<u32> =
            stream.iter().flatten().flatten().map(|word| self.numbers.get(word).copied().unwrap_or_default()).collect();
        let is_known = self.known(&flat);
        let mut has = |words: &mut dyn Iterator<Item = &String>| {
            let squeezed: String = words.map(String::as_str).collect();
            sought += self.squeezed.len();
            sought <= MAX_SOUGHT && self.squeezed.contains(&squeezed)
        };
        let (mut at, mut run) = (0, Run::default());
        for (sentence, lines) in sentences.iter().zip(&stream) {
            let begin = at;
            at += lines.iter().map(Vec::len).sum::<usize>();
            let known = &is_known[begin..at];
            if is_footer(sentence, known.len()) || has(&mut lines.iter().flatten()) {
                run.end(&mut only);
                continue;
            }
            let whole = sentence.lines.join(" ");
            let verdict = judge(lines.iter().flatten().zip(known.iter().copied()));
            if verdict == Verdict::New {
                let weight = lines.iter().flatten().map(|word| weight(word)).sum::<usize>();
                run.take(whole, weight, sentence.paragraph, &mut only);
                continue;
            }
            run.end(&mut only);
            let mut begin = begin;
            for (line, words) in sentence.lines.iter().zip(lines) {
                let known = &is_known[begin..begin + words.len()];
                begin += words.len();
                if has(&mut words.iter()) {
                    continue;
                }
                match judge(words.iter().zip(known.iter().copied())) {
                    Verdict::New if words.iter().map(|word| weight(word)).sum::<usize>() >= MISSED => {
                        only.lines.push((*line).to_string());
                    }
                    Verdict::New | Verdict::OtherWords => {
                        only.other_words.get_or_insert_with(|| whole.clone());
                    }
                    Verdict::Partly => only.lines.push(whole.clone()),
                    Verdict::Same => {}
                }
            }
            // A sentence of which two lines are new is said once.
            only.lines.dedup();
        }
        run.end(&mut only);
        only
    }

    /// Of each word, whether it stands in this form between the same words.
    fn known(&self, stream: &[u32]) -> Vec<bool> {
        let mut known: Vec<bool> = vec![false; stream.len()];
        for (at, three) in threes(stream).enumerate() {
            if self.threes.contains(&three) {
                // The stream of threes begins before the first word.
                (at..=at + 2).filter_map(|at| at.checked_sub(1)).for_each(|at| {
                    if let Some(one) = known.get_mut(at) {
                        *one = true;
                    }
                });
            }
        }
        known
    }
}

/// All words in threes; the first and the last word stand beside a word that is none.
fn threes(stream: &[u32]) -> impl Iterator<Item = [u32; 3]> {
    let number = |at: usize| at.checked_sub(1).map_or(u32::MAX, |at| stream.get(at).copied().unwrap_or(u32::MAX));
    (0..stream.len()).map(move |at| [number(at), number(at + 1), number(at + 2)])
}

#[derive(PartialEq, Eq)]
enum Verdict {
    Same,
    /// Some words are others.
    OtherWords,
    /// It holds more than a few words that are new.
    Partly,
    /// Most of it is new.
    New,
}

fn judge<'w>(words: impl Iterator<Item = (&'w String, bool)>) -> Verdict {
    let (mut new, mut all, mut row, mut longest) = (0, 0, 0, 0);
    for (word, is_known) in words {
        let weight = weight(word);
        all += weight;
        if is_known {
            row = 0;
        } else {
            new += weight;
            row += weight;
            longest = longest.max(row);
        }
    }
    match () {
        () if new == 0 => Verdict::Same,
        () if new * 2 > all => Verdict::New,
        () if longest >= MISSED => Verdict::Partly,
        () => Verdict::OtherWords,
    }
}

/// New sentences in a row: short ones count together.
#[derive(Default)]
struct Run {
    sentences: Vec<String>,
    weight: usize,
    paragraph: usize,
}

impl Run {
    fn take(&mut self, sentence: String, weight: usize, paragraph: usize, only: &mut Only) {
        if paragraph != self.paragraph {
            self.end(only);
        }
        self.paragraph = paragraph;
        self.weight += weight;
        self.sentences.push(sentence);
    }

    fn end(&mut self, only: &mut Only) {
        let sentences = std::mem::take(&mut self.sentences);
        if std::mem::take(&mut self.weight) >= MISSED {
            only.lines.extend(sentences);
        }
    }
}

struct Sentence<'t> {
    lines: Vec<&'t str>,
    paragraph: usize,
}

/// Sentences, which go over line ends but not over empty lines.
fn sentences(text: &str) -> Vec<Sentence<'_>> {
    let (mut sentences, mut paragraph) = (Vec::new(), 0);
    let mut lines = Vec::new();
    for line in text.lines().chain(once("")) {
        let mut line = line.trim_start_matches([' ', '\t', '>']).trim_end();
        // What was decoded wrongly cannot be compared.
        if line.is_empty() || line.contains('\u{fffd}') {
            sentences.push(Sentence { lines: std::mem::take(&mut lines), paragraph });
            paragraph += 1;
            continue;
        }
        while let Some(end) = end_of_sentence(line) {
            lines.push(line[..end].trim());
            sentences.push(Sentence { lines: std::mem::take(&mut lines), paragraph });
            line = line[end..].trim_start();
        }
        if !line.is_empty() {
            lines.push(line);
        }
    }
    sentences.retain(|one| !one.lines.is_empty());
    sentences
}

fn end_of_sentence(line: &str) -> Option<usize> {
    let ends = |(at, sign): &(usize, char)| {
        let rest = &line[at + sign.len_utf8()..];
        matches!(sign, '。' | '！' | '？' | '؟' | '۔')
            || matches!(sign, '.' | '!' | '?') && rest.starts_with(|next: char| next.is_whitespace())
    };
    line.char_indices().find(ends).map(|(at, sign)| at + sign.len_utf8())
}

fn is_footer(sentence: &Sentence<'_>, words: usize) -> bool {
    words <= FOOTER_WORDS && {
        let lower = sentence.lines.join(" ").to_lowercase();
        FOOTERS.iter().any(|one| lower.contains(one))
    }
}

/// The words of a line that count, in lower case; Chinese sign by sign.
fn words(line: &str) -> Vec<String> {
    let line = without_notes(without_mark(line.trim_start_matches([' ', '\t', '>'])));
    let mut words = Vec::new();
    for token in line.split(|sign: char| sign.is_whitespace() || matches!(sign, '<' | '>' | '[' | ']' | '(' | ')')) {
        if is_address(token) {
            continue;
        }
        let mut word = String::new();
        for sign in token.nfkc().flat_map(char::to_lowercase) {
            if is_alone(sign) || !sign.is_alphanumeric() {
                words.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
                words.extend(is_alone(sign).then(|| sign.to_string()));
            } else {
                word.push(sign);
            }
        }
        words.extend((!word.is_empty()).then_some(word));
    }
    words
}

/// A line without what marks it as one of a list, and without the number of a link in a list of links.
fn without_mark(line: &str) -> &str {
    let rest = line.trim_start_matches(|sign: char| sign.is_ascii_digit());
    let is_number = (1..=3).contains(&(line.len() - rest.len()));
    match rest.strip_prefix(['.', ')']).filter(|_| is_number) {
        Some(rest) if rest.starts_with(' ') => rest,
        _ => line.strip_prefix("o ").unwrap_or(line),
    }
}

/// A line without the marks that programs put for links and pictures: `[1]`, `[cid:...]`, `[image: ...]`.
fn without_notes(line: &str) -> String {
    let (mut kept, mut rest) = (String::new(), line);
    while let Some((before, after)) = rest.split_once('[') {
        kept.push_str(before);
        kept.push(' ');
        rest = after;
        let Some((inner, behind)) = after.split_once(']') else { break };
        let is_number = (1..=3).contains(&inner.len()) && inner.bytes().all(|byte| byte.is_ascii_digit());
        if is_number || inner.starts_with("cid:") || inner.starts_with("image:") {
            rest = behind;
        }
    }
    kept + rest
}

/// A web address, the name of a picture in the mail, or a piece of one that was wrapped; no word.
fn is_address(token: &str) -> bool {
    let lower = token.to_ascii_lowercase();
    let begins = ["mailto:", "cid:", "www.", "tel:"].iter().any(|one| lower.starts_with(one));
    begins || lower.contains("://") || (lower.len() >= 20 && lower.contains(['/', '=', '%', '&']) && lower.is_ascii())
}

fn is_alone(sign: char) -> bool {
    matches!(sign, '\u{2e80}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
        && sign.is_alphanumeric()
}

fn weight(word: &str) -> usize {
    if word.chars().next().is_some_and(is_alone) { 1 } else { WORD }
}
