//! Recognition of scanned pages: one child draws them, one after the other; several have tesseract read them. Each page
//! flows from child to child; the service never holds one.

use super::{Error, Lease, Pool, Source, refusal};
use crate::domain::reader::{Request, Response};
use futures::StreamExt as _;
use tokio::sync::Mutex;

/// What was recognised on one page.
#[derive(Clone, Debug, PartialEq)]
pub struct Recognised {
    /// As `tesseract 5.3.0 (eng)`.
    pub engine: String,
    pub text: String,
    /// Mean of the words, from 0 to 100; `None`: no words.
    pub confidence: Option<f64>,
}

impl Pool {
    /// Recognises pages of a part; `languages` are the likely ones. In the order of the pages; each page fails alone, after
    /// one that ended a child was tried once more on a new one that may take the most.
    pub async fn recognise(
        &self,
        source: &Source,
        path: &str,
        pages: &[u32],
        languages: &[String],
    ) -> Vec<(u32, Result<Recognised, Error>)> {
        let _turn = self.recognising.lock().await;
        let renderer = Mutex::new(Renderer { pool: self, source, lease: None });
        let at_once = self.tool_runners.limits.workers.max(1);
        futures::stream::iter(pages.iter().copied())
            .map(|page| {
                let renderer = &renderer;
                async move {
                    let first = self.recognise_page(renderer, path, page, languages, false).await;
                    let result = match first {
                        Err(Error::TimedOut | Error::Died(_)) => {
                            self.recognise_page(renderer, path, page, languages, true).await
                        }
                        other => other,
                    };
                    (page, result)
                }
            })
            .buffered(at_once)
            .collect()
            .await
    }

    async fn recognise_page(
        &self,
        renderer: &Mutex<Renderer<'_>>,
        path: &str,
        page: u32,
        languages: &[String],
        alone: bool,
    ) -> Result<Recognised, Error> {
        let mut runner = self.tool_runners.lease(alone).await?;
        renderer.lock().await.render(path, page, &mut runner, alone).await?;
        let answer = runner.worker.ask(&Request::Recognise { languages: languages.to_vec() }, 0).await?;
        if !alone {
            runner.give_back();
        }
        match answer {
            Response::Recognised { engine, text, confidence } => Ok(Recognised { engine, text, confidence }),
            other => Err(refusal(other)),
        }
    }
}

/// Draws pages of one source; a new child takes over where one died.
struct Renderer<'p> {
    pool: &'p Pool,
    source: &'p Source,
    lease: Option<Lease<'p>>,
}

impl Renderer<'_> {
    async fn render(&mut self, path: &str, page: u32, into: &mut Lease<'_>, alone: bool) -> Result<(), Error> {
        let mut lease = match self.lease.take() {
            Some(lease) => lease,
            None => {
                let mut lease = self.pool.renderers.lease(alone).await?;
                lease.worker.load(self.source).await?;
                lease
            }
        };
        let request = Request::Render { path: path.into(), page };
        match lease.worker.ask(&request, self.source.size_bytes).await? {
            Response::Picture { size_bytes } => into.worker.load_from(&mut lease.worker, size_bytes).await?,
            other => {
                self.lease = Some(lease);
                return Err(refusal(other));
            }
        }
        self.lease = Some(lease);
        Ok(())
    }
}

impl Drop for Renderer<'_> {
    fn drop(&mut self) {
        if let Some(lease) = self.lease.take() {
            lease.give_back();
        }
    }
}
