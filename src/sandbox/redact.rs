//! What the children do for redaction: they look for words in a stranger's file. Decides nothing about what they find.

use super::{Error, Pool, Source, refusal};
use crate::domain::reader::{Request, Response};

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
}
