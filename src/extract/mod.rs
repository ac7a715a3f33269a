//! Text out of attachments.
