//! One mail read and classified as the stages do it, but without a store: for `pouch evaluate`. Keeps nothing, and drops
//! no quote: whether it stands in the source is for the caller to see.

use super::files::likely_languages;
use super::steps::{body_text, file_text, is_card, joined, leave_beginning};
use super::{outcome_of, reading};
use crate::classify::{Classifier, Input};
use crate::config;
use crate::domain::Digest;
use crate::domain::classification::{Classification, TextPart};
use crate::domain::extraction::Extraction;
use crate::domain::ledger::Outcome;
use crate::domain::message::{ParsedMessage, Part, PartKind};
use crate::sandbox::{Pool, Source};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What reads and judges; the same for every mail.
pub struct Judge {
    pub pool: Pool,
    pub limits: config::Extractor,
    /// Whether the words in pictures can be recognised here.
    pub can_recognise: bool,
    pub classifier: Arc<Classifier>,
}

/// A mail as the pipeline would see it before a person does.
pub struct Judged {
    pub message: ParsedMessage,
    pub says: Classification,
    /// Every recommendation with its probability, also below the line.
    pub candidates: Vec<(String, f64)>,
    pub outcome: Outcome,
    /// The texts that were classified, whole, by the path of their part.
    pub texts: Vec<(String, String)>,
}

impl Judge {
    /// Parses, reads and classifies one mail.
    ///
    /// # Errors
    /// In words for a person: the mail ended its reader, or the classifier broke down.
    pub async fn judge(&self, source: &Source) -> Result<Judged, String> {
        let message = self.pool.parse(source).await.map_err(|error| error.to_string())?;
        let extractions = self.extractions(source, &message).await?;
        let mut texts = texts(&message, &extractions);
        leave_beginning(&mut texts);
        let classifier = self.classifier.clone();
        // Pure work on a stranger's text, on a thread of its own: a panic ends this mail and nothing else.
        let work = tokio::task::spawn_blocking(move || {
            let input = Input { message: &message, texts: texts.clone() };
            let (says, candidates) = classifier.judge(&input);
            (message, says, candidates, texts)
        });
        let (message, mut says, candidates, texts) =
            work.await.map_err(|_| "the classifier broke down on this text".to_string())?;
        says.unsure |= message.problems.iter().any(|one| one.code.holds());
        let texts = texts.iter().map(|text| (text.path.clone(), joined(&text.segments))).collect();
        let outcome = outcome_of(&says);
        Ok(Judged { message, says, candidates, outcome, texts })
    }

    /// What each file of the mail gave, by its digest.
    async fn extractions(
        &self,
        source: &Source,
        message: &ParsedMessage,
    ) -> Result<BTreeMap<Digest, Extraction>, String> {
        let mut files: Vec<&Part> = Vec::new();
        for part in message.all_parts().into_iter().filter(|part| part.kind == PartKind::Attachment) {
            if !files.iter().any(|known| known.digest == part.digest) {
                files.push(part);
            }
        }
        let wanted: Vec<(String, u64)> = files.iter().map(|part| (part.path.clone(), part.size_bytes)).collect();
        let read = reading::read(&self.pool, source, &wanted, self.limits.text_bytes).await;
        let mut extractions = BTreeMap::new();
        for (part, mut extraction) in files.into_iter().zip(read.map_err(|error| error.to_string())?) {
            if self.can_recognise && !extraction.pages_awaiting_recognition().is_empty() {
                let languages = likely_languages(message);
                extraction =
                    reading::recognise(&self.pool, &self.limits, source, &part.path, extraction, &languages).await;
            }
            extractions.insert(part.digest, extraction);
        }
        Ok(extractions)
    }
}

/// The texts in the order of reading, without invitations and contact cards.
fn texts(message: &ParsedMessage, extractions: &BTreeMap<Digest, Extraction>) -> Vec<TextPart> {
    let mut texts = vec![body_text("body".into(), message)];
    for part in message.all_parts().into_iter().filter(|part| !is_card(&part.media_type)) {
        match &part.message {
            Some(inner) => texts.push(body_text(format!("{}.body", part.path), inner)),
            None if part.kind == PartKind::Attachment => {
                let extraction = extractions.get(&part.digest).cloned();
                texts.extend(extraction.and_then(|extraction| file_text(part, extraction)));
            }
            None => {}
        }
    }
    texts
}
