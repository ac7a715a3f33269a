//! Rows of mailboxes and UIDs.
