//! `pouch serve` and what uses the same machinery once: `check`, `import`, `publish`. Wiring only.

use super::{Place, open};
use crate::domain::{SubmissionId, Timestamp};
use crate::oauth::{Keeper, TokenKey};
use crate::pipeline::{self, Tools};
use crate::receive;
use crate::store::task::{self, Stage};
use crate::store::{Engine, submission};
use crate::{notify, web, worker};
use anyhow::{Context as _, bail};
use std::fs::File;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use tokio::sync::watch;

/// Runs until interrupted: watchers, workers, the page.
pub async fn serve(place: &Place, clock: fn() -> Timestamp) -> anyhow::Result<ExitCode> {
    let tools = open::tools(place).await?;
    let (data, config) = open::place(place)?;
    let _only_one = match tools.store.engine() {
        Engine::Sqlite => Some(only_one(&data)?),
        Engine::Postgres => None,
    };
    tools.vault.clear_leftovers().context("the vault's folder cannot be read")?;
    worker::release_the_dead(&tools.store, clock()).await?;
    let lost = pipeline::take_up(&tools.store, clock()).await?;
    if lost > 0 {
        tracing::warn!(lost, "messages had no end state and no step due; they are taken up again");
    }
    let conditions = tools.pool.conditions().await.context("the children that read mail do not start")?;
    conditions.gaps().iter().for_each(|gap| tracing::warn!("{gap}"));
    let listener = web::listen(config.listen).await?;
    let token_key = TokenKey::find(config.token_key_file.as_deref(), &data);
    let (stop, stopped) = watch::channel(false);
    let desk = web::desk(&listener, Arc::new(tools.clone()), token_key.clone(), clock, stopped.clone())?;
    let mut running = tokio::task::JoinSet::new();
    let owner = worker::owner();
    let at = receive::Place {
        store: tools.store.clone(),
        vault: tools.vault.clone(),
        token_key,
        clock,
        owner: owner.clone(),
    };
    for account in config.accounts {
        running.spawn(receive::watch(account, config.receive.clone(), at.clone(), stopped.clone()));
    }
    running.spawn(worker::run(tools.clone(), owner.clone(), clock, stopped.clone()));
    running.spawn(notify::run(tools.clone(), owner, clock, stopped.clone()));
    println!("The review desk is at {}", web::address(&desk));
    if let Some(link) = web::first_link(&desk).await? {
        println!(
            "Make the first account there, which can invite the others, with this link (it works once, for a day):"
        );
        println!("  {link}");
    }
    println!("The public pages are in {}", tools.public_dir.display());
    std::io::stdout().flush()?;
    running.spawn(web::serve(listener, desk));
    interrupted().await?;
    println!("Stopping.");
    stop.send_replace(true);
    while running.join_next().await.is_some() {}
    Ok(ExitCode::SUCCESS)
}

/// With SQLite one service works on a data folder; the lock ends with the process, however it ends.
fn only_one(data: &Path) -> anyhow::Result<File> {
    let path = data.join("serve.lock");
    let file = File::create(&path).with_context(|| format!("{} cannot be written", path.display()))?;
    match rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(_) => bail!("another `pouch serve` works on {}; stop it first", data.display()),
    }
}

async fn interrupted() -> anyhow::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        ended = tokio::signal::ctrl_c() => ended.context("the interrupt cannot be waited for"),
        _ = terminate.recv() => Ok(()),
    }
}

/// Says what each mailbox would give; takes nothing.
pub async fn check(place: &Place, clock: fn() -> Timestamp) -> anyhow::Result<ExitCode> {
    // Without a data folder everything on the server is new; looking needs no place to keep things.
    let (kept, config) = match (&place.data, &place.config) {
        (None, Some(file)) => (None, open::config(file)?),
        _ => {
            let (data, config) = open::place(place)?;
            let key = TokenKey::find(config.token_key_file.as_deref(), &data);
            (Some((open::store(&data, &config).await?, key)), config)
        }
    };
    if config.accounts.is_empty() {
        bail!("no account is configured; see `pouch config example`");
    }
    let mut code = ExitCode::SUCCESS;
    for account in &config.accounts {
        let mut keeper = kept.as_ref().and_then(|(store, key)| Keeper::of(account, store, key));
        let store = kept.as_ref().map(|(store, _)| store);
        if let Some(warning) = account.password_warning() {
            println!("{}: {warning}", account.name);
        }
        match receive::check(account, &config.receive, store, keeper.as_mut(), clock()).await {
            Ok(previews) => {
                previews.iter().for_each(print_preview);
                let bytes: u64 = previews.iter().map(|one| one.size_bytes).sum();
                if let Some(daily) = account.daily_bytes.filter(|daily| bytes > *daily) {
                    let days = bytes.div_ceil(daily);
                    println!("  at {} MB a day (daily_mb) that takes {days} days, the newest first", daily / 1_000_000);
                }
            }
            Err(error) => {
                println!("{}: {error}", account.name);
                code = ExitCode::FAILURE;
            }
        }
    }
    println!("Nothing was taken.");
    Ok(code)
}

fn print_preview(one: &receive::MailboxPreview) {
    let day = |time: Option<Timestamp>| time.map_or("-".into(), |time| time.strftime("%Y-%m-%d").to_string());
    println!(
        "{}/{} ({}): {} messages on the server, {} known already",
        one.account,
        one.folder,
        one.role.as_str(),
        one.on_server,
        one.known
    );
    println!(
        "  would take {} messages, {} bytes, from {} to {}",
        one.would_take,
        one.size_bytes,
        day(one.oldest),
        day(one.newest)
    );
    one.samples.iter().for_each(print_sample);
    for (rule, of_rule) in &one.left_out {
        println!("  would leave out {} messages, {} bytes: {rule}", of_rule.count, of_rule.size_bytes);
        of_rule.samples.iter().for_each(print_sample);
    }
    if one.unjudged > 0 {
        println!("  of those taken, {} could not be judged by the rules: the server hands out no header", one.unjudged);
    }
    if one.too_large > 0 {
        println!("  would park {}: they are larger than the limit", one.too_large);
    }
}

fn print_sample(one: &receive::Sample) {
    let day = one.date.map_or("-".into(), |time| time.strftime("%Y-%m-%d").to_string());
    let short = |text: &str| text.chars().take(70).collect::<String>();
    println!("    {day}  {}  {}", short(&one.sender), short(&one.subject));
}

/// Imports files and waits until they are through.
pub async fn import(place: &Place, paths: &[PathBuf], clock: fn() -> Timestamp) -> anyhow::Result<ExitCode> {
    let tools = open::tools(place).await?;
    let code = through(&tools, clock, import_all(&tools, paths, clock)).await?;
    println!("All through. `pouch list` shows what waits for review.");
    Ok(code)
}

/// Takes in what `take` takes in, while workers run, and waits until it is through.
pub async fn through<T>(tools: &Tools, clock: fn() -> Timestamp, take: impl Future<Output = T>) -> anyhow::Result<T> {
    worker::release_the_dead(&tools.store, clock()).await?;
    let (stop, stopped) = watch::channel(false);
    let working = tokio::spawn(worker::run(tools.clone(), worker::owner(), clock, stopped));
    let taken = take.await;
    wait_until_through(tools, clock).await?;
    stop.send_replace(true);
    working.await?;
    worker::settle_down(tools, clock).await?;
    Ok(taken)
}

async fn import_all(tools: &Tools, paths: &[PathBuf], clock: fn() -> Timestamp) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for path in paths {
        let shown = path.display();
        let imported =
            receive::import(&tools.store, &tools.vault, path, clock(), |count| progress("read", count)).await;
        match imported {
            Ok(imported) => {
                println!("{shown}: {} messages read", imported.messages);
                for (file, why) in imported.skipped {
                    println!("{}: {why}", file.display());
                }
            }
            Err(error) => {
                println!("{shown}: {error:#}");
                code = ExitCode::FAILURE;
            }
        }
    }
    code
}

/// What a message goes through before a person sees it.
const BEFORE_REVIEW: [Stage; 6] =
    [Stage::Parse, Stage::Extract, Stage::Recognise, Stage::Classify, Stage::Relate, Stage::Queue];

async fn wait_until_through(tools: &Tools, clock: fn() -> Timestamp) -> anyhow::Result<()> {
    while task::is_busy(&tools.store, &BEFORE_REVIEW, clock()).await? {
        let left: i64 = task::counts(&tools.store).await?.iter().map(|(_, count)| count).sum();
        progress("steps left", left as u64);
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    Ok(())
}

/// One line that is written over, on a terminal only.
fn progress(what: &str, count: u64) {
    if std::io::stderr().is_terminal() {
        eprint!("\r{count} {what}   ");
    }
}

/// Brings all public pages up to date, at once.
pub async fn publish(place: &Place, clock: fn() -> Timestamp) -> anyhow::Result<ExitCode> {
    let tools = open::tools(place).await?;
    let now = clock();
    let ids: Vec<SubmissionId> = submission::publication_ids(&tools.store).await?;
    let mut tx = tools.store.begin().await?;
    for id in &ids {
        task::renew(&mut tx, Stage::Site, id.as_str(), now).await?;
    }
    tx.commit().await?;
    worker::settle_down(&tools, clock).await?;
    crate::pipeline::write_front(&tools, clock()).await?;
    // What was approved may have come due in the meantime.
    // A withdrawn input keeps its page, which only says so.
    let (_, public) = submission::publication_totals(&tools.store).await?;
    println!(
        "{public} {} a page in {}",
        if public == 1 { "input has" } else { "inputs have" },
        tools.public_dir.display()
    );
    if let Some((count, last)) = task::last_due(&tools.store, Stage::Publish).await? {
        let (inputs, all) = if count == 1 { ("input waits", "it is") } else { ("inputs wait", "all of them are") };
        let until = last.strftime("%Y-%m-%d %H:%M:%S UTC");
        println!(
            "{count} approved {inputs}: {all} due by {until}; run `pouch publish` again then, unless `pouch serve` runs."
        );
    }
    Ok(ExitCode::SUCCESS)
}
