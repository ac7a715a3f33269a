//! The words of the interface in its languages: English and French are in the program, more come from a folder. Says nothing
//! that is not in a file.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;

/// The languages in the program; English is complete and stands in for what another one lacks.
const OWN: [(&str, &str); 2] =
    [("en", include_str!("../../templates/words/en.toml")), ("fr", include_str!("../../templates/words/fr.toml"))];

/// One language.
#[derive(Debug)]
pub struct Words {
    /// BCP 47, as `fr`.
    pub code: String,
    /// By key, as `nav.queue`.
    texts: BTreeMap<String, String>,
    fallback: Option<Arc<Self>>,
}

impl Words {
    /// The text of a key; a key that no language has is shown as it is, so that it is seen.
    pub fn t<'a>(&'a self, key: &'a str) -> &'a str {
        match self.texts.get(key) {
            Some(text) => text,
            None => self.fallback.as_ref().map_or(key, |other| other.t(key)),
        }
    }

    /// The text of a key with `{name}`s filled in.
    pub fn f(&self, key: &str, values: &[(&str, &dyn Display)]) -> String {
        values.iter().fold(self.t(key).to_string(), |text, (name, value)| {
            text.replace(&format!("{{{name}}}"), &value.to_string())
        })
    }

    /// The text for a number: `KEY.one` for one (in French for none, too), else `KEY.other`, with `{n}` filled in.
    pub fn n(&self, key: &str, count: usize) -> String {
        let is_one = count == 1 || (count == 0 && self.code.starts_with("fr"));
        let form = if is_one { "one" } else { "other" };
        self.f(&format!("{key}.{form}"), &[("n", &count)])
    }

    /// `ltr` or `rtl`.
    pub fn direction(&self) -> &str {
        match self.texts.get("meta.direction") {
            Some(direction) => direction,
            None => "ltr",
        }
    }

    /// What the language calls itself.
    pub fn name(&self) -> &str {
        self.texts.get("meta.name").map_or(&self.code, String::as_str)
    }

    /// All keys.
    pub fn keys(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts.iter().map(|(key, text)| (key.as_str(), text.as_str()))
    }
}

/// All languages of the interface; the first is English.
#[derive(Debug)]
pub struct Languages(Vec<Arc<Words>>);

impl Languages {
    /// Those of the program, and those of a folder.
    ///
    /// # Errors
    /// The file that cannot be read, and why.
    pub fn load(folder: Option<&Path>) -> anyhow::Result<Self> {
        let mut all: Vec<Arc<Words>> = Vec::new();
        for (code, text) in OWN {
            all.push(Arc::new(Words { code: code.into(), texts: texts_of(text)?, fallback: all.first().cloned() }));
        }
        let files = match folder {
            Some(folder) => std::fs::read_dir(folder)
                .and_then(Iterator::collect::<Result<Vec<_>, _>>)
                .map_err(|error| anyhow::anyhow!("[desk] words: {}: {error}", folder.display()))?,
            None => Vec::new(),
        };
        let mut paths: Vec<_> = files.into_iter().map(|entry| entry.path()).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
        paths.sort();
        for path in paths {
            let wrong = |error: anyhow::Error| error.context(format!("{} cannot be used", path.display()));
            let text = std::fs::read_to_string(&path).map_err(|error| wrong(error.into()))?;
            let texts = texts_of(&text).map_err(wrong)?;
            let code = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_string();
            all.retain(|one| one.code != code || code == "en");
            all.push(Arc::new(Words { code, texts, fallback: all.first().cloned() }));
        }
        Ok(Self(all))
    }

    /// The one with this code; else the first that a browser asks for (RFC 9110 12.5.4); else English.
    pub fn choose(&self, code: Option<&str>, accepted: &str) -> Arc<Words> {
        let find = |wanted: &str| {
            let main = wanted.split('-').next().unwrap_or_default();
            self.0.iter().find(|one| one.code.eq_ignore_ascii_case(wanted) || one.code.eq_ignore_ascii_case(main))
        };
        let asked = accepted.split(',').filter_map(|one| find(one.split(';').next().unwrap_or_default().trim())).next();
        code.and_then(find).or(asked).unwrap_or(&self.0[0]).clone()
    }

    /// All of them.
    pub fn all(&self) -> &[Arc<Words>] {
        &self.0
    }
}

fn texts_of(text: &str) -> anyhow::Result<BTreeMap<String, String>> {
    let table: toml::Table = text.parse()?;
    let mut texts = BTreeMap::new();
    flatten("", &table, &mut texts)?;
    Ok(texts)
}

fn flatten(prefix: &str, table: &toml::Table, into: &mut BTreeMap<String, String>) -> anyhow::Result<()> {
    for (key, value) in table {
        let name = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match value {
            toml::Value::String(text) => drop(into.insert(name, text.clone())),
            toml::Value::Table(inner) => flatten(&name, inner, into)?,
            other => anyhow::bail!("{name} must be a text, not {other}"),
        }
    }
    Ok(())
}
