//! Approved inputs to pages.
