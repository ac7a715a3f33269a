//! One input as a page: its recommendations, and its text with the sentences that show them marked in place. Shows, changes
//! nothing.

use super::Error;
use crate::pipeline::{Tools, texts_of};
use crate::review::marked::{Run, marked};
use crate::review::queue::{Item, item_of};
use crate::store::message;
use askama::Template;

/// Characters of one part that the page shows; `pouch show --text` shows all.
const MOST: usize = 400_000;

#[derive(Template)]
#[template(path = "input.html")]
struct InputPage {
    item: Item,
    /// Working title of each assignment's recommendation.
    titles: Vec<String>,
    parts: Vec<Part>,
}

struct Part {
    name: String,
    runs: Vec<Run>,
    is_cut: bool,
}

impl InputPage {
    fn plain(&self, text: &str) -> String {
        super::layout::plain(text)
    }

    fn title(&self, at: &usize) -> &str {
        self.titles.get(*at).map_or("", String::as_str)
    }

    /// Whether a quote of an assignment stands in a text of the page.
    fn has_quote(&self, at: &usize, number: &usize) -> bool {
        self.parts.iter().flat_map(|part| &part.runs).any(|run| run.begins.contains(&(*at, *number)))
    }

    fn names(&self, of: &[usize]) -> String {
        let names = of.iter().filter_map(|at| self.item.assignments.get(*at));
        names.map(|one| one.recommendation.as_str()).collect::<Vec<_>>().join(", ")
    }

    fn percent(&self, confidence: &f64) -> String {
        format!("{:.0}", confidence * 100.0)
    }
}

/// The page of an input, by its id; `None`: there is none.
pub async fn page(tools: &Tools, id: &str) -> Result<Option<String>, Error> {
    let Some(item) = item_of(&tools.store, &tools.config, id).await? else { return Ok(None) };
    let mut parts = Vec::new();
    for message in &item.messages {
        let parsed = message::parsed(&tools.store, message).await?;
        for text in texts_of(tools, &parsed).await? {
            let name = match text.path.as_str() {
                "body" => "the mail's own text".to_string(),
                _ => text.name.clone().unwrap_or_else(|| format!("part {}", text.path)),
            };
            let mut left = MOST;
            let mut runs = marked(&item, &text);
            let whole: usize = runs.iter().map(|run| run.text.chars().count()).sum();
            for run in &mut runs {
                run.text = super::layout::legible(&run.text.chars().take(left).collect::<String>());
                left = left.saturating_sub(run.text.chars().count());
            }
            parts.push(Part { name, runs, is_cut: whole > MOST });
        }
    }
    let title = |id: &str| tools.catalogue.find(id).map_or_else(String::new, |one| one.title.clone());
    let titles = item.assignments.iter().map(|one| title(&one.recommendation)).collect();
    Ok(Some(InputPage { item, titles, parts }.render()?))
}
