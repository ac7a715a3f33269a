//! Pages for a screen: children that nobody else waits for draw them, one at a time each. Keeps none, and never asks for
//! recognition.

use super::{Error, Lease, Pool, Source, refusal};
use crate::domain::reader::{Request, Response};

/// A page to look at, as PNG.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Screen {
    pub png: Vec<u8>,
    /// In pixels.
    pub width: u32,
    pub height: u32,
}

impl Pool {
    /// How many pages a part has.
    ///
    /// # Errors
    /// If it cannot be opened; in words.
    pub async fn pages(&self, source: &Source, path: &str) -> Result<u32, Error> {
        let mut lease = self.screens.lease(false).await?;
        lease.worker.load(source).await?;
        let answer = lease.worker.ask(&Request::Pages { path: path.into() }, source.size_bytes).await?;
        lease.give_back();
        match answer {
            Response::Pages { count } => Ok(count),
            other => Err(refusal(other)),
        }
    }

    /// Draws a page (from 1) of a part. One that ended its child, mostly for want of memory, is tried once more on a new one
    /// that may take the most.
    ///
    /// # Errors
    /// If it cannot be drawn; in words.
    pub async fn screen(&self, source: &Source, path: &str, page: u32) -> Result<Screen, Error> {
        let request = Request::Screen { path: path.into(), page };
        for alone in [false, true] {
            let mut lease = self.screens.lease(alone).await?;
            match draw(&mut lease, source, &request).await {
                Err(Error::Died(_)) if !alone => {}
                Err(error @ (Error::Died(_) | Error::TimedOut | Error::Io(_))) => return Err(error),
                drawn => {
                    if !alone {
                        lease.give_back();
                    }
                    return drawn;
                }
            }
        }
        Err(Error::Died("ended the reader".into()))
    }
}

async fn draw(lease: &mut Lease<'_>, source: &Source, request: &Request) -> Result<Screen, Error> {
    lease.worker.load(source).await?;
    match lease.worker.ask(request, source.size_bytes).await? {
        Response::Screen { size_bytes, width, height } => {
            let mut png = Vec::new();
            lease.worker.receive(size_bytes, &mut png).await?;
            Ok(Screen { png, width, height })
        }
        other => Err(refusal(other)),
    }
}
