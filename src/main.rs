//! Wiring: the first line of `main` installs the TLS provider; then the command line decides.
fn main() {}
