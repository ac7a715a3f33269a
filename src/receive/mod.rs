//! Watches mailboxes over IMAP.
