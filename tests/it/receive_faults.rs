//! Broken lines and odd servers: whatever they do, every message comes in once and the watcher goes on.

mod sweep;
