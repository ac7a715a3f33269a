//! What must not become public: finds it in texts, takes it out of them, and looks whether it is still there. Pure; decides
//! nothing and reads no file format but to unpack it.

mod clean;
mod folded;
mod forms;
mod paper;
mod search;
mod suggest;
mod unpack;
mod words;

pub use clean::{clean_text, mark};
pub use paper::{Paper, is_filled};
pub use search::{Found, Searched, find_in_text, find_removed};
pub use suggest::{Suggestion, suggest};
pub use words::{Words, places};
