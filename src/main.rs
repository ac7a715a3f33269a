//! Wiring, and nothing else: the TLS provider first, then the extractor child or the command line. The only clock.

use clap::Parser as _;
use pouch::cli::{self, Cli, Command};
use pouch::extractor;
use std::process::ExitCode;

fn main() -> ExitCode {
    // Both ring and aws-lc-rs may be in the tree; without a choice the first TLS configuration would panic.
    let _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
    let cli = Cli::parse();
    if let Command::Extractor { memory_bytes, text_bytes } = cli.command {
        return extractor::run(memory_bytes, text_bytes);
    }
    let filter = tracing_subscriber::EnvFilter::try_from_env("POUCH_LOG")
        // async-imap's trace would hold logins; it is never asked for.
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("pouch=info,warn,async_imap=off"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false).init();
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(cli::run(cli, jiff::Timestamp::now)),
        Err(error) => {
            eprintln!("pouch: the runtime cannot start: {error}");
            ExitCode::FAILURE
        }
    }
}
