//! The command line: what people and scripts ask for. Holds no rule of its own; every act is a call into `review`.

mod acts;
mod add;
mod audits;
mod catalogue;
mod corpus;
mod draft;
mod erase;
mod evaluate;
mod extract;
mod letters;
mod list;
mod login;
mod models;
mod open;
mod redact;
mod relations;
mod serve;
mod show;

use crate::confine::Limits;
use crate::domain::Timestamp;
use crate::domain::classification::{MessageKind, SubmitterKind};
use crate::domain::relation::RelationKind;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use std::process::ExitCode;

/// Pouch takes written inputs from mailboxes to a public page.
#[derive(Debug, Parser)]
#[command(name = "pouch", version, about, disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    pub place: Place,
    #[command(subcommand)]
    pub command: Command,
}

/// Where everything is.
#[derive(Clone, Debug, Args)]
pub struct Place {
    /// The one folder that holds everything
    #[arg(long, global = true, env = "POUCH_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The configuration (without it, pouch.toml in the data folder if there is one)
    #[arg(long, global = true, env = "POUCH_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Who decides, and why.
#[derive(Clone, Debug, Args)]
pub struct By {
    /// Your name
    #[arg(long, value_name = "NAME")]
    pub by: String,
    /// Why, in a sentence
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// The revision and edition that you looked at, as `pouch show` prints it (1.1): refused if it has changed since
    #[arg(long, value_name = "N.E")]
    pub seen: Option<String>,
}

/// What can be asked.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Watch the mailboxes, work, and serve the review list
    Serve,
    /// Connect to each mailbox and say what would be taken; takes nothing
    Check,
    /// Log an account in at Google or Microsoft, once; checks that the token opens the right mailbox
    Login {
        /// Its name in the configuration
        #[arg(value_name = "ACCOUNT")]
        account: String,
        /// By a code that is typed in on any machine (Microsoft only)
        #[arg(long)]
        device: bool,
        /// Where the browser's answer comes to on this machine; 0: any free port
        #[arg(long, default_value_t = 0)]
        port: u16,
    },
    /// Take in .eml files, mbox files and Maildirs
    Import {
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
    },
    /// Add an input that came on paper, by a link or through a colleague
    Add(add::What),
    /// Show what Pouch reads in a file: its text, what lies hidden in it, and how it was read
    Extract(extract::What),
    /// How good the classifier is on labelled mails: numbers, plots, and its worst errors with their text
    Evaluate(evaluate::What),
    /// Train a model for the recommendations, from what comes with the program; changes nothing that is read by
    Train(models::Training),
    /// The models, and which one reads
    Models {
        #[command(subcommand)]
        what: Option<ModelsCommand>,
        #[arg(long)]
        json: bool,
    },
    /// What waits for review
    List(list::Filter),
    /// One submission or message in full
    Show {
        id: String,
        /// The whole text of every part
        #[arg(long)]
        text: bool,
        #[arg(long)]
        json: bool,
    },
    /// The answer to a sender whose content was not received (a link, a locked file), for you to send; sends nothing
    Draft {
        id: String,
        /// Also write it as a message that a mail program opens
        #[arg(long, value_name = "FILE")]
        eml: Option<PathBuf>,
    },
    /// Approve a submission for publication
    Approve {
        id: String,
        /// I have seen what lies hidden in its files (comments, tracked changes, covered words ...) and what did not come with
        /// it, and it may be public
        #[arg(long)]
        findings_seen: bool,
        #[command(flatten)]
        by: By,
    },
    /// Reject a submission
    Reject {
        id: String,
        /// It is the same input as this submission
        #[arg(long, value_name = "ID")]
        duplicate_of: Option<String>,
        /// Why, from the closed list
        #[arg(long, value_enum, default_value = "other")]
        because: Because,
        #[command(flatten)]
        by: By,
    },
    /// Withdraw a submission; if it is public, the page then says so with the reason, and its files are gone
    Withdraw {
        id: String,
        #[command(flatten)]
        by: By,
    },
    /// Put a decided submission back into the queue
    Reopen {
        id: String,
        #[command(flatten)]
        by: By,
    },
    /// Assign a recommendation, with the words that show it
    Assign {
        id: String,
        recommendation: String,
        /// Words from the submission
        #[arg(long, value_name = "TEXT")]
        quote: String,
        #[command(flatten)]
        by: By,
    },
    /// Take a recommendation away
    Unassign {
        id: String,
        recommendation: String,
        #[command(flatten)]
        by: By,
    },
    /// Correct title, submitter, kind, languages, or which parts are published
    Edit {
        id: String,
        #[arg(long)]
        title: Option<String>,
        #[arg(long)]
        submitter: Option<String>,
        #[arg(long, value_parser = parse_submitter_kind)]
        kind: Option<SubmitterKind>,
        /// ISO 639-1 codes, main one first
        #[arg(long, value_delimiter = ',')]
        languages: Option<Vec<String>>,
        /// A part to publish (repeat it): body, or a number as `pouch show` prints it
        #[arg(long = "part", value_name = "PART")]
        parts: Option<Vec<String>>,
        #[command(flatten)]
        by: By,
    },
    /// Strike words before publication: list what is offered, mark, make the copies without them
    Redact(redact::What),
    /// Make this submission the next revision of another
    Revise {
        id: String,
        #[arg(long, value_name = "ID")]
        of: String,
        #[command(flatten)]
        by: By,
    },
    /// Make parts of a submission a submission of their own
    Split {
        id: String,
        #[arg(long = "part", required = true, value_name = "PART")]
        parts: Vec<String>,
        #[command(flatten)]
        by: By,
    },
    /// Join a submission into another one (an annex that came later)
    Merge {
        id: String,
        #[arg(long, value_name = "ID")]
        into: String,
        #[command(flatten)]
        by: By,
    },
    /// A set-aside or held message is a submission after all
    Accept {
        id: String,
        #[command(flatten)]
        by: By,
    },
    /// A message is no submission
    SetAside {
        id: String,
        /// What it is
        #[arg(long, value_parser = parse_message_kind)]
        kind: MessageKind,
        #[command(flatten)]
        by: By,
    },
    /// A held message may go on, as the kind that Pouch took it for
    Release {
        id: String,
        #[command(flatten)]
        by: By,
    },
    /// Read a held message again
    Retry {
        id: String,
        #[command(flatten)]
        by: By,
    },
    /// Part two messages that were joined
    Part {
        id: String,
        /// Digest of the copy to take out (else all that differ from the first)
        #[arg(long, value_name = "DIGEST")]
        copy: Option<String>,
        #[command(flatten)]
        by: By,
    },
    /// Decide on what a sender wishes (not to be published, to be anonymous, to wait)
    Wish {
        id: String,
        /// Its number, as `pouch show` prints it
        number: u32,
        /// Do as the sender wishes
        #[arg(long, conflicts_with = "overrule", required_unless_present = "overrule")]
        heed: bool,
        /// It is no wish, or is not followed
        #[arg(long)]
        overrule: bool,
        /// For an embargo: the first day on which it may be public
        #[arg(long, value_name = "DAY")]
        until: Option<jiff::civil::Date>,
        #[command(flatten)]
        by: By,
    },
    /// How messages belong together: corrections, the same once more, annexes; of one message with what changed
    Relations {
        id: Option<String>,
        /// Those that are decided, and those that need no decision, too
        #[arg(long)]
        all: bool,
    },
    /// Groups of nearly the same text by many senders
    Groups,
    /// Say whether two messages belong together, and do what follows
    Relate {
        /// The newer message
        id: String,
        /// The older one
        other: String,
        /// It is so: a revision becomes the next version, the same once more and an annex are joined
        #[arg(long, conflicts_with = "refuse", required_unless_present = "refuse")]
        confirm: bool,
        /// It is not so
        #[arg(long)]
        refuse: bool,
        /// What the first is to the second, if Pouch proposes nothing or something else
        #[arg(long = "as", value_name = "KIND", value_parser = relation_kind)]
        kind: Option<RelationKind>,
        #[command(flatten)]
        by: By,
    },
    /// Bring the public pages up to date now
    Publish,
    /// Mail that Pouch writes: receipts, alarms, notices, digests
    Letters(letters::What),
    /// Erase now what people set aside long enough ago ([erase] in the configuration); `serve` does it by itself
    Erase {
        /// Only say what is due
        #[arg(long)]
        dry_run: bool,
    },
    /// The list of recommendations
    Catalogue {
        #[command(subcommand)]
        what: CatalogueCommand,
    },
    /// Prove that nothing was lost or changed
    Audit {
        #[command(subcommand)]
        what: AuditCommand,
    },
    /// Reports for auditors
    Report {
        #[command(subcommand)]
        what: ReportCommand,
    },
    /// The configuration
    Config {
        #[command(subcommand)]
        what: ConfigCommand,
    },
    /// Reads strangers' bytes for the service; not for people
    #[command(hide = true)]
    Extractor(Limits),
    /// Runs programs that read strangers' bytes; not for people
    #[command(hide = true)]
    ToolRunner(Limits),
    /// Runs the program that prints strangers' office files; not for people
    #[command(hide = true)]
    OfficeRunner(Limits),
    /// Turns into another program, within the tool runner's limits; not for people
    #[command(hide = true)]
    BecomeProgram {
        program: PathBuf,
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<std::ffi::OsString>,
    },
}

/// Closed reasons for a rejection.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Because {
    OutOfScope,
    NotReadable,
    Other,
}

#[derive(Debug, Subcommand)]
pub enum CatalogueCommand {
    /// Print the recommendations
    List,
    /// Say that the list was compared with the official document
    Confirm {
        #[arg(long, value_name = "NAME")]
        by: String,
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Say all that is wrong with a catalogue file
    Check {
        file: PathBuf,
        #[arg(long)]
        json: bool,
    },
    /// Read an official report: propose a catalogue, or the paragraphs of a catalogue's recommendations
    FromReport(catalogue::FromReport),
}

#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Recompute the chain, replay it against the stored states, re-hash the vault
    Verify {
        /// A head that you kept from a report or the public page, as NUMBER:HASH
        #[arg(long, value_name = "N:HASH")]
        expect: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub enum ReportCommand {
    /// Every message received, with the sums of each mailbox
    Received {
        /// First day (UTC), as 2023-11-20
        #[arg(long)]
        from: Option<jiff::civil::Date>,
        /// Last day (UTC)
        #[arg(long)]
        to: Option<jiff::civil::Date>,
        #[arg(long, value_enum, default_value = "csv")]
        format: ReportFormat,
    },
}

/// Forms of a report.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ReportFormat {
    Csv,
    Html,
    Json,
}

#[derive(Debug, Subcommand)]
pub enum ModelsCommand {
    /// Have a model read from now on; what is decided or was touched stays as it is
    Use {
        /// As `pouch models` lists it; `shipped` is the one that comes with the program
        version: String,
        #[arg(long, value_name = "NAME")]
        by: String,
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print a commented configuration
    Example,
    /// Say what is wrong with a configuration
    Check { file: PathBuf },
}

fn parse_submitter_kind(text: &str) -> Result<SubmitterKind, String> {
    let known = SubmitterKind::ALL.into_iter().find(|kind| kind.as_str() == text);
    known.ok_or_else(|| format!("one of {}", SubmitterKind::ALL.map(SubmitterKind::as_str).join(", ")))
}

fn parse_message_kind(text: &str) -> Result<MessageKind, String> {
    let known = MessageKind::ALL.into_iter().find(|kind| kind.as_str() == text);
    known.ok_or_else(|| format!("one of {}", MessageKind::ALL.map(MessageKind::as_str).join(", ")))
}

fn relation_kind(text: &str) -> Result<RelationKind, String> {
    let known = RelationKind::ALL.into_iter().find(|kind| kind.as_str() == text);
    known.ok_or_else(|| format!("one of {}", RelationKind::ALL.map(RelationKind::as_str).join(", ")))
}

/// Does what was asked; the exit code is 0 for success, 1 for a refusal or a failure, 2 for words that make no sense.
pub async fn run(cli: Cli, clock: fn() -> Timestamp) -> ExitCode {
    match answer(cli, clock).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("pouch: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn answer(cli: Cli, clock: fn() -> Timestamp) -> anyhow::Result<ExitCode> {
    let place = &cli.place;
    match cli.command {
        Command::Serve => serve::serve(place, clock).await,
        Command::Check => serve::check(place, clock).await,
        Command::Login { account, device, port } => login::login(place, &account, device, port, clock).await,
        Command::Import { paths } => serve::import(place, &paths, clock).await,
        Command::Add(what) => add::add(place, &what, clock).await,
        Command::Extract(what) => extract::extract(place, &what).await,
        Command::Evaluate(what) => evaluate::evaluate(place, &what, clock).await,
        Command::Train(what) => models::train(place, &what, clock).await,
        Command::Models { what: Some(ModelsCommand::Use { version, by, reason }), .. } => {
            models::choose(place, &version, &by, &reason, clock).await
        }
        Command::Models { what: None, json } => models::list(place, json).await,
        Command::List(filter) => list::list(place, &filter).await,
        Command::Show { id, text, json } => show::show(place, &id, text, json).await,
        Command::Draft { id, eml } => draft::draft(place, &id, eml.as_deref(), clock).await,
        Command::Redact(what) => redact::redact(place, &what, clock).await,
        Command::Erase { dry_run } => erase::erase(place, dry_run, clock).await,
        Command::Relations { id, all } => relations::relations(place, id.as_deref(), all).await,
        Command::Groups => relations::groups(place).await,
        Command::Publish => serve::publish(place, clock).await,
        Command::Letters(what) => letters::letters(place, &what, clock).await,
        Command::Catalogue { what } => catalogue::catalogue(place, what, clock).await,
        Command::Audit { what: AuditCommand::Verify { expect } } => {
            audits::verify(place, expect.as_deref(), clock).await
        }
        Command::Report { what: ReportCommand::Received { from, to, format } } => {
            audits::received(place, from, to, format, clock).await
        }
        Command::Config { what: ConfigCommand::Example } => {
            print!("{}", crate::config::EXAMPLE);
            Ok(ExitCode::SUCCESS)
        }
        Command::Config { what: ConfigCommand::Check { file } } => {
            open::config(&file)?;
            println!("{} is in order.", file.display());
            Ok(ExitCode::SUCCESS)
        }
        // `main` answers these before any thread is started.
        Command::Extractor(_) | Command::ToolRunner(_) | Command::OfficeRunner(_) | Command::BecomeProgram { .. } => {
            Ok(ExitCode::FAILURE)
        }
        act => acts::act(place, act, clock).await,
    }
}
