//! Pages of files as pictures for a reviewer's browser: drawn when they are asked for, by children that do nothing else,
//! and kept for the next time. Never has words recognised, and shows only parts of messages that are known.

mod office;
mod shelf;

use super::Tools;
use super::steps::source;
use crate::domain::{Digest, MessageId};
use crate::extract;
use crate::sandbox::{self, Source};
use crate::store::message::PartLine;
use crate::store::{self, message};
use shelf::Kept;
use std::fmt;

pub use shelf::Shelf;

/// A page to look at. It holds pixels and nothing else of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// `image/png`.
    pub png: Vec<u8>,
    /// In pixels.
    pub width: u32,
    pub height: u32,
}

/// Why there is no picture.
#[derive(Debug)]
pub enum NoPicture {
    /// No such message, part or page: not found.
    Unknown,
    /// It cannot be drawn; in words for the reviewer, who has its text.
    Reason(String),
    /// The store does not answer.
    Store(store::Error),
}

impl fmt::Display for NoPicture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("there is no such page"),
            Self::Reason(reason) => f.write_str(reason),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for NoPicture {}

impl From<store::Error> for NoPicture {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

/// Whether pages of parts of this type (by content) can be shown here at all, and if not why. Looks at no file.
///
/// # Errors
/// The reason in words, for where the picture would be.
pub async fn has_pages(tools: &Tools, media_type: &str) -> Result<(), String> {
    if extract::can_be_seen(media_type) {
        return Ok(());
    }
    if office::ending(media_type).is_none() {
        return Err(extract::NOT_SEEN.into());
    }
    match tools.pool.conditions().await.unwrap_or_default().programs.office {
        Some(_) => Ok(()),
        None => Err("there is no picture of it, as LibreOffice is not installed here; its text is shown".into()),
    }
}

/// Why a page of a part cannot be drawn, if that was tried lately; 0: none of its pages can. Draws nothing.
pub fn known_reason(tools: &Tools, part: Digest, number: u32) -> Option<String> {
    match tools.pages.find(part, number) {
        Some(Kept::Reason(reason)) => Some(reason),
        Some(Kept::Picture { .. }) | None => None,
    }
}

/// How many pages a part of a message has. Draws none; the first time a child opens the file.
///
/// # Errors
/// See [`NoPicture`].
pub async fn page_count(tools: &Tools, message: &MessageId, path: &str) -> Result<u32, NoPicture> {
    let wanted = known_part(tools, message, path).await?;
    counted(tools, &wanted).await
}

/// A page (from 1) of a part of a message. Two who ask for the same page at once get the same drawing, and one who no
/// longer waits leaves it for the next.
///
/// # Errors
/// See [`NoPicture`].
pub async fn page_picture(tools: &Tools, message: &MessageId, path: &str, number: u32) -> Result<Picture, NoPicture> {
    let wanted = known_part(tools, message, path).await?;
    // Nobody fills the shelf with pages that are not.
    if !(1..=counted(tools, &wanted).await?).contains(&number) {
        return Err(NoPicture::Unknown);
    }
    let part = wanted.part.digest;
    if tools.pages.find(part, number).is_none() {
        on_its_own(draw(tools.clone(), wanted, number)).await?;
    }
    match tools.pages.find(part, number) {
        Some(Kept::Picture { png, width, height }) => Ok(Picture { png, width, height }),
        Some(Kept::Reason(reason)) => Err(NoPicture::Reason(reason)),
        // Erased while it was drawn.
        None => Err(NoPicture::Unknown),
    }
}

/// A part of a message that is known.
#[derive(Clone)]
struct Wanted {
    message: MessageId,
    /// Of the message's bytes.
    whole: Digest,
    part: PartLine,
}

async fn known_part(tools: &Tools, message: &MessageId, path: &str) -> Result<Wanted, NoPicture> {
    let line = message::line(&tools.store, message).await?.ok_or(NoPicture::Unknown)?;
    let part = line.summary.parts.into_iter().find(|part| part.path == path).ok_or(NoPicture::Unknown)?;
    Ok(Wanted { message: message.clone(), whole: line.digest, part })
}

async fn counted(tools: &Tools, wanted: &Wanted) -> Result<u32, NoPicture> {
    has_pages(tools, &wanted.part.media_type).await.map_err(NoPicture::Reason)?;
    let part = wanted.part.digest;
    if tools.pages.count(part).is_none() && tools.pages.find(part, shelf::WHOLE_FILE).is_none() {
        on_its_own(count(tools.clone(), wanted.clone())).await?;
    }
    match (tools.pages.count(part), tools.pages.find(part, shelf::WHOLE_FILE)) {
        (Some(count), _) => Ok(count),
        (None, Some(Kept::Reason(reason))) => Err(NoPicture::Reason(reason)),
        (None, _) => Err(NoPicture::Unknown),
    }
}

/// Whoever asks may go away; what was begun is finished and kept.
async fn on_its_own(work: impl Future<Output = Result<(), NoPicture>> + Send + 'static) -> Result<(), NoPicture> {
    tokio::spawn(work).await.unwrap_or_else(|_| Err(NoPicture::Reason("drawing it broke off".into())))
}

async fn count(tools: Tools, wanted: Wanted) -> Result<(), NoPicture> {
    let part = wanted.part.digest;
    let _turn = tools.pages.turn(part, shelf::WHOLE_FILE).await;
    if tools.pages.count(part).is_some() || tools.pages.find(part, shelf::WHOLE_FILE).is_some() {
        return Ok(());
    }
    let (source, path) = drawable(&tools, &wanted).await?;
    match tools.pool.pages(&source, &path).await {
        Ok(count) => tools.pages.keep_count(part, count).map_err(unwritable)?,
        Err(error) => keep_reason(&tools, part, shelf::WHOLE_FILE, error)?,
    }
    forget_if_erased(&tools, &wanted).await
}

async fn draw(tools: Tools, wanted: Wanted, number: u32) -> Result<(), NoPicture> {
    let part = wanted.part.digest;
    let _turn = tools.pages.turn(part, number).await;
    if tools.pages.find(part, number).is_some() {
        return Ok(());
    }
    let (source, path) = drawable(&tools, &wanted).await?;
    match tools.pool.screen(&source, &path, number).await {
        Ok(screen) => tools.pages.keep_picture(part, number, &screen.png).map_err(unwritable)?,
        Err(error) => keep_reason(&tools, part, number, error)?,
    }
    forget_if_erased(&tools, &wanted).await
}

/// What a child can draw, and the path in it: the part itself, or the PDF that is made of it.
async fn drawable(tools: &Tools, wanted: &Wanted) -> Result<(Source, String), NoPicture> {
    let whole = source(tools, wanted.whole).map_err(unreachable_bytes)?;
    let (part, path) = (wanted.part.digest, wanted.part.path.clone());
    let Some(ending) = office::ending(&wanted.part.media_type) else { return Ok((whole, path)) };
    let _turn = tools.pages.turn(part, shelf::PRINTED).await;
    if tools.pages.printed(part).is_err() {
        match tools.pool.print(&whole, &path, ending, &tools.pages.workshop()).await {
            Ok(pdf) => tools.pages.keep_printed(part, &pdf).map_err(unwritable)?,
            Err(error) => {
                let reason = error.to_string();
                keep_reason(tools, part, shelf::WHOLE_FILE, error)?;
                return Err(NoPicture::Reason(reason));
            }
        }
    }
    let printed = tools.pages.printed(part).and_then(|file| Source::one_file(file, "printed.pdf"));
    Ok((printed.map_err(unreachable_bytes)?, "1".into()))
}

/// A file that cannot be drawn is not tried again with every look at it.
fn keep_reason(tools: &Tools, part: Digest, number: u32, error: sandbox::Error) -> Result<(), NoPicture> {
    match error {
        sandbox::Error::Io(error) => Err(unreachable_bytes(error)),
        error @ (sandbox::Error::TimedOut | sandbox::Error::Died(_) | sandbox::Error::Refused(_)) => {
            tools.pages.keep_reason(part, number, &error.to_string()).map_err(unwritable)
        }
    }
}

/// It may have been erased while it was drawn; then its pages go, too.
async fn forget_if_erased(tools: &Tools, wanted: &Wanted) -> Result<(), NoPicture> {
    let is_there = known_part(tools, &wanted.message, &wanted.part.path).await;
    if matches!(is_there, Err(NoPicture::Unknown)) {
        tools.pages.remove(wanted.part.digest).map_err(unwritable)?;
    }
    Ok(())
}

fn unreachable_bytes(error: std::io::Error) -> NoPicture {
    NoPicture::Reason(sandbox::Error::Io(error).to_string())
}

fn unwritable(error: std::io::Error) -> NoPicture {
    NoPicture::Reason(format!("the picture cannot be kept in the data folder: {error}"))
}
