//! What the children do for redaction: they look for words in a stranger's file, and draw its pages with places filled.
//! Decides nothing about what they find.

use super::{Error, Pool, Source, refusal};
use crate::domain::reader::{CoveredPage, Place, Request, Response};

/// A page with filled places.
pub struct Covered {
    pub page: CoveredPage,
    /// The picture as one stream of a PDF; empty if words are missing.
    pub stream: Vec<u8>,
    /// Which of the words were not found as often as they must be.
    pub missing: Vec<usize>,
}

impl Pool {
    /// Looks for removed words in the bytes of a part and in what is packed in them. Gives the words that were found with
    /// their places, and whether all of the part was looked at.
    ///
    /// # Errors
    /// If there is no such part or the child did not answer; then nobody knows.
    pub async fn search(
        &self,
        source: &Source,
        path: &str,
        words: &[String],
    ) -> Result<(Vec<(String, String)>, bool), Error> {
        let request = Request::Search { path: path.into(), words: words.to_vec() };
        let mut answer = Err(Error::TimedOut);
        for alone in [false, true] {
            let mut lease = self.extractors.lease(alone).await?;
            lease.worker.load(source).await?;
            answer = lease.worker.ask(&request, source.size_bytes).await;
            if answer.is_ok() {
                if !alone {
                    lease.give_back();
                }
                break;
            }
        }
        match answer? {
            Response::Searched { found, complete } => Ok((found, complete)),
            other => Err(refusal(other)),
        }
    }

    /// A page with the places filled where words stand, each found as often as it must be, and further places. With
    /// `anyway` there is a picture though words are missing.
    ///
    /// # Errors
    /// If there is no such page, or the child did not answer.
    pub async fn cover(
        &self,
        source: &Source,
        (path, page): (&str, u32),
        words: &[(String, usize)],
        places: &[Place],
        anyway: bool,
    ) -> Result<Covered, Error> {
        let request =
            Request::Cover { path: path.into(), page, words: words.to_vec(), places: places.to_vec(), anyway };
        let mut lease = self.renderers.lease(false).await?;
        lease.worker.load(source).await?;
        match lease.worker.ask(&request, source.size_bytes).await? {
            Response::Covered { size_bytes, page, missing } => {
                let mut stream = Vec::new();
                lease.worker.receive(size_bytes, &mut stream).await?;
                lease.give_back();
                Ok(Covered { page, stream, missing })
            }
            other => Err(refusal(other)),
        }
    }

    /// A page in grey, as recognition sees it (PGM).
    ///
    /// # Errors
    /// If there is no such page, or the child did not answer.
    pub async fn drawn(&self, source: &Source, path: &str, page: u32) -> Result<Vec<u8>, Error> {
        let mut lease = self.renderers.lease(false).await?;
        lease.worker.load(source).await?;
        match lease.worker.ask(&Request::Render { path: path.into(), page }, source.size_bytes).await? {
            Response::Picture { size_bytes } => {
                let mut picture = Vec::new();
                lease.worker.receive(size_bytes, &mut picture).await?;
                lease.give_back();
                Ok(picture)
            }
            other => Err(refusal(other)),
        }
    }

    /// The words that are recognised on a page, each with its place.
    ///
    /// # Errors
    /// If there is no such page, recognition is not installed, or a child did not answer.
    pub async fn locate(
        &self,
        source: &Source,
        path: &str,
        page: u32,
        languages: &[String],
    ) -> Result<Vec<(String, Place)>, Error> {
        let _turn = self.recognising.lock().await;
        let mut runner = self.tool_runners.lease(false).await?;
        let mut lease = self.renderers.lease(false).await?;
        lease.worker.load(source).await?;
        match lease.worker.ask(&Request::Render { path: path.into(), page }, source.size_bytes).await? {
            Response::Picture { size_bytes } => runner.worker.load_from(&mut lease.worker, size_bytes).await?,
            other => return Err(refusal(other)),
        }
        lease.give_back();
        match runner.worker.ask(&Request::Locate { languages: languages.to_vec() }, 0).await? {
            Response::Located { words } => {
                runner.give_back();
                Ok(words)
            }
            other => Err(refusal(other)),
        }
    }
}
