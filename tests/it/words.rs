//! The words of the interface: every language says the same things, and what a page asks for is there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

type Texts = BTreeMap<String, String>;

fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn texts(code: &str) -> Texts {
    let text = fs::read_to_string(top().join(format!("templates/words/{code}.toml"))).unwrap();
    let table: toml::Table = text.parse().unwrap();
    let mut all = Texts::new();
    flatten("", &table, &mut all);
    all
}

fn flatten(prefix: &str, table: &toml::Table, into: &mut Texts) {
    for (key, value) in table {
        let name = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match value {
            toml::Value::Table(inner) => flatten(&name, inner, into),
            other => drop(into.insert(name, other.as_str().unwrap().to_string())),
        }
    }
}

/// What is filled in: `{n}`, `{x}`.
fn places(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name)).collect()
}

fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, into);
        } else {
            into.push(path);
        }
    }
}

/// Keys that stand in the pages and their code as they are: `t("nav.queue")`, `x("...", ...)`, `n("...", ...)`.
fn keys_asked_for() -> BTreeSet<String> {
    let mut all = Vec::new();
    files(&top().join("templates/desk"), &mut all);
    files(&top().join("src/web"), &mut all);
    let mut keys = BTreeSet::new();
    for file in all.iter().filter(|file| !file.ends_with("desk.js")) {
        let text = fs::read_to_string(file).unwrap();
        for (call, ending) in [(".t(\"", ""), (".x(\"", ""), (".n(\"", ".one")] {
            for rest in text.split(call).skip(1) {
                let key = rest.split('"').next().unwrap();
                if key.contains('.') && !key.contains('{') {
                    keys.insert(format!("{key}{ending}"));
                }
            }
        }
    }
    keys
}

#[test]
fn every_language_has_every_text_with_the_same_places_to_fill_in() {
    let (english, french) = (texts("en"), texts("fr"));
    let keys = |texts: &Texts| texts.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(keys(&english), keys(&french));
    for (key, text) in &english {
        assert_eq!(places(text), places(&french[key]), "{key}");
        assert!(!text.trim().is_empty() && !french[key].trim().is_empty(), "{key}");
    }
}

#[test]
fn what_a_page_says_stands_in_the_words() {
    let (english, asked) = (texts("en"), keys_asked_for());
    assert!(asked.len() > 200, "only {} were found", asked.len());
    let missing: Vec<_> = asked.iter().filter(|key| !english.contains_key(*key)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
