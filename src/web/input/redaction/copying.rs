//! Copies that are being made for reviewers who do not wait for them. Kept in memory: after a restart the page says that they
//! are not made, and offers it.

use crate::domain::{SubmissionId, Timestamp};
use crate::pipeline::Tools;
use crate::review::redaction::make_copies;
use crate::review::{Act, Error};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// So long whoever struck something waits for small copies; then the page says that they are being made.
const WAIT: Duration = Duration::from_secs(2);

#[derive(Debug)]
enum Run {
    /// `again`: something was struck since it began.
    UnderWay {
        again: bool,
    },
    Failed(String),
}

/// The submissions whose copies are being made, and those whose copies could not be.
#[derive(Clone, Debug, Default)]
pub struct Copying(Arc<Mutex<BTreeMap<String, Run>>>);

impl Copying {
    fn change<T>(&self, what: impl FnOnce(&mut BTreeMap<String, Run>) -> T) -> T {
        what(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether they are being made, and why they could not be the last time.
    pub fn standing(&self, id: &str) -> (bool, Option<String>) {
        self.change(|runs| match runs.get(id) {
            Some(Run::UnderWay { .. }) => (true, None),
            Some(Run::Failed(why)) => (false, Some(why.clone())),
            None => (false, None),
        })
    }

    /// Has them made for what is marked now, and again if more is marked meanwhile. Waits a moment, as most are small.
    pub async fn begin(&self, tools: &Arc<Tools>, id: &SubmissionId, act: &Act, clock: fn() -> Timestamp) {
        let is_running = self.change(|runs| match runs.get_mut(id.as_str()) {
            Some(Run::UnderWay { again }) => {
                *again = true;
                true
            }
            Some(Run::Failed(_)) | None => {
                runs.insert(id.0.clone(), Run::UnderWay { again: false });
                false
            }
        });
        if is_running {
            return;
        }
        let (runs, tools, id, act) = (self.clone(), tools.clone(), id.clone(), act.clone());
        let work = tokio::spawn(async move { runs.make(&tools, &id, &act, clock).await });
        // Whoever goes away does not end it.
        let _ = tokio::time::timeout(WAIT, work).await;
    }

    async fn make(&self, tools: &Tools, id: &SubmissionId, act: &Act, clock: fn() -> Timestamp) {
        loop {
            let made = make_copies(tools, id, &Act { seen: None, now: clock(), ..act.clone() }).await;
            let is_done = self.change(|runs| match runs.get_mut(id.as_str()) {
                Some(Run::UnderWay { again }) if *again => {
                    *again = false;
                    false
                }
                _ => {
                    match &made {
                        // It was decided meanwhile: nothing is to be made.
                        Ok(_) | Err(Error::Stale { .. } | Error::NotAllowed(_)) => runs.remove(id.as_str()),
                        Err(error) => runs.insert(id.0.clone(), Run::Failed(error.to_string())),
                    };
                    true
                }
            });
            if is_done {
                break;
            }
        }
    }
}
