//! Wiring, and nothing else: the TLS provider first, then a reading child or the command line. The only clock.

use clap::Parser as _;
use pouch::cli::{self, Cli, Command};
use pouch::{extractor, memory, tool_runner};
use std::process::ExitCode;

fn main() -> ExitCode {
    // Both ring and aws-lc-rs may be in the tree; without a choice the first TLS configuration would panic.
    let _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
    let cli = Cli::parse();
    match &cli.command {
        Command::Extractor(limits) => return extractor::run(limits),
        Command::ToolRunner(limits) => return tool_runner::run(limits),
        Command::OfficeRunner(limits) => return tool_runner::run_office(limits),
        Command::BecomeProgram { program, arguments } => return tool_runner::become_program(program, arguments),
        _ => {}
    }
    // What whoever starts Pouch has left open is nothing for the children that read strangers' bytes.
    close_fds::set_fds_cloexec(3, &[]);
    // As it is, it works as well; it only takes more memory.
    let _ = memory::keep_small();
    end_quietly_with_the_reader();
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

/// `pouch list | head` ends when `head` has seen enough, without the words of a panic; 141 is what a shell expects.
fn end_quietly_with_the_reader() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let said = panic.payload().downcast_ref::<String>();
        if said.is_some_and(|words| words.starts_with("failed printing to stdout") && words.contains("Broken pipe")) {
            std::process::exit(141);
        }
        usual(panic);
    }));
}
