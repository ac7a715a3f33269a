//! An evaluation as a page of its own: nothing is asked from elsewhere, no script runs, all text of strangers is escaped.

use super::labels::Strength;
use super::plot::{self, Bars, Curve, Heat};
use super::report::{Evaluation, MissedOne, Share};
use crate::domain::harmless;
use askama::Template;
use base64::Engine as _;
use sha2::{Digest as _, Sha256};

/// The page's only style; the policy names its digest, so that none can be put in.
const STYLE: &str = include_str!("../../templates/evaluation.css");

/// Wrong assignments shown with their text.
const MOST_ERRORS: usize = 40;

#[derive(Template)]
#[template(path = "evaluation.html")]
struct Page<'a> {
    report: &'a Evaluation,
    style: &'static str,
    style_hash: String,
    recommendations: Bars,
    languages: Bars,
    curve: Curve,
    heat: Heat,
    missed: Vec<&'a MissedOne>,
    missed_secondary: usize,
    more_wrong: usize,
}

impl Page<'_> {
    fn three(&self, number: &Option<f64>) -> String {
        number.map_or("–".into(), |number| format!("{number:.3}"))
    }

    fn two(&self, number: &f64) -> String {
        format!("{number:.2}")
    }

    fn one(&self, number: &f64) -> String {
        format!("{number:.1}")
    }

    fn number(&self, number: &f64) -> String {
        format!("{number:.3}")
    }

    fn ratio(&self, share: &Share) -> String {
        self.three(&share.ratio())
    }

    /// A stranger's text in one line, whole.
    fn plain(&self, text: &str) -> String {
        harmless(text)
    }

    fn list(&self, ids: &[String]) -> String {
        if ids.is_empty() { "nothing".into() } else { ids.join(", ") }
    }
}

/// The page.
///
/// # Errors
/// If the template fails.
pub fn html(report: &Evaluation) -> askama::Result<String> {
    let missed: Vec<&MissedOne> = report.missed.iter().filter(|one| one.strength == Strength::Primary).collect();
    let page = Page {
        report,
        style: STYLE,
        style_hash: base64::engine::general_purpose::STANDARD.encode(Sha256::digest(STYLE)),
        recommendations: plot::bars(&report.recommendations, &report.sections.rows),
        languages: plot::bars(&report.languages, &[]),
        curve: plot::curve(&report.calibration),
        heat: plot::heat(&report.pairs),
        missed_secondary: report.missed.len() - missed.len(),
        missed,
        more_wrong: report.wrong.len().saturating_sub(MOST_ERRORS),
    };
    page.render()
}
