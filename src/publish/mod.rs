//! stub
pub fn is_text_only(_: &str) -> bool { false }
