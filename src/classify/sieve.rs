//! Which of many patterns a text may have, found in one pass: each match of a pattern holds one of a few pieces of text, and
//! where none of them stands, nothing is searched for. Decides nothing else; whether a pattern matches is `regex`'s to say.

use aho_corasick::AhoCorasick;
use regex_syntax::hir::{Hir, HirKind};

/// A shorter piece, in bytes, stands nearly everywhere.
const SHORTEST: usize = 2;

/// Patterns, by the pieces that their matches hold.
pub struct Sieve {
    /// Finds all pieces; none if there is nothing to be found.
    finder: Option<AhoCorasick>,
    /// The pattern of each piece.
    owners: Vec<usize>,
    /// Those of which no piece is known: any text may have them.
    without: Vec<bool>,
}

impl Sieve {
    /// Of patterns in the order of their numbers.
    pub fn of<'a>(patterns: impl Iterator<Item = &'a str>) -> Self {
        let (mut pieces, mut owners, mut without) = (Vec::new(), Vec::new(), Vec::new());
        for (number, pattern) in patterns.enumerate() {
            let needed = regex_syntax::parse(pattern).ok().and_then(|pattern| needed(&pattern));
            without.push(needed.is_none());
            for piece in needed.into_iter().flatten() {
                pieces.push(piece);
                owners.push(number);
            }
        }
        let finder = AhoCorasick::new(&pieces).ok();
        if finder.is_none() {
            without.fill(true);
        }
        Self { finder, owners, without }
    }

    /// For each pattern whether a text may have it.
    pub fn may_have(&self, text: &str) -> Vec<bool> {
        let mut may = self.without.clone();
        for found in self.finder.iter().flat_map(|finder| finder.find_overlapping_iter(text)) {
            may[self.owners[found.pattern().as_usize()]] = true;
        }
        may
    }
}

/// Pieces of which each match holds one; `None`: there is none that every match has.
fn needed(pattern: &Hir) -> Option<Vec<Vec<u8>>> {
    match pattern.kind() {
        HirKind::Literal(literal) => (literal.0.len() >= SHORTEST).then(|| vec![literal.0.to_vec()]),
        HirKind::Repetition(one) if one.min > 0 => needed(&one.sub),
        HirKind::Capture(one) => needed(&one.sub),
        // All of it has to be there: the longer a piece, the rarer it is.
        HirKind::Concat(all) => all.iter().filter_map(needed).max_by_key(|pieces| pieces.iter().map(Vec::len).min()),
        HirKind::Alternation(all) => {
            let all = all.iter().map(needed).collect::<Option<Vec<_>>>()?;
            Some(all.into_iter().flatten().collect())
        }
        HirKind::Repetition(_) | HirKind::Empty | HirKind::Look(_) | HirKind::Class(_) => None,
    }
}
