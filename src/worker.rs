//! Takes due tasks and hands them to the pipeline; keeps claims alive; seals the ledger. Decides nothing.

use crate::domain::Timestamp;
use crate::pipeline::{self, Tools};
use crate::review::{by_hand, desk};
use crate::store::task::{self, Stage};
use crate::store::{self, Engine, Store};
use std::time::Duration;
use tokio::sync::watch::Receiver;

/// Tasks of one claim: what one durable transaction carries.
const BATCH: i64 = 64;

/// How long to rest when nothing is due and nobody calls.
const REST: Duration = Duration::from_millis(500);

/// How often to look whether a missing program was installed.
const LOOK_FOR_PROGRAMS: Duration = Duration::from_secs(30);

/// How often to look for what is due to be erased.
const LOOK_FOR_DUE_ERASURE: Duration = Duration::from_secs(3_600);

/// The clock; only `main` has one.
pub type Clock = fn() -> Timestamp;

/// The name under which this process claims work: it says which process to look for when the claim outlives it.
pub fn owner() -> String {
    format!("{}-{}", std::process::id(), uuid::Uuid::new_v4())
}

/// Takes back what processes of this machine left behind when they were killed. Only for SQLite: there, all processes
/// are on this machine.
///
/// # Errors
/// If the store does not answer.
pub async fn release_the_dead(store: &Store, now: Timestamp) -> store::Result<()> {
    if store.engine() == Engine::Postgres {
        return Ok(());
    }
    for owner in task::all_owners(store, now).await? {
        let pid = owner.split('-').next().unwrap_or_default();
        if !std::path::Path::new("/proc").join(pid).exists() {
            task::release(store, &owner).await?;
        }
    }
    Ok(())
}

/// Works due tasks until told to stop; a batch that was begun is ended first.
pub async fn run(tools: Tools, owner: String, clock: Clock, mut stop: Receiver<bool>) {
    // Before anything happens: an endpoint that is new hears of everything from now on.
    look_for_events(&tools, clock).await;
    let mut loops = tokio::task::JoinSet::new();
    let mut owners = vec![owner.clone()];
    let mut claimer = || {
        owners.push(format!("{owner}-{}", owners.len()));
        Claimer { tools: tools.clone(), owner: owners[owners.len() - 1].clone(), clock, in_doubt: false }
    };
    // One more than children: while one batch is written to the disk, the others are read.
    for _ in 0..=tools.config.extractor.workers.clamp(1, 4) {
        loops.spawn(work_on(claimer(), stop.clone()));
    }
    loops.spawn(send_on(claimer(), Stage::Send, stop.clone()));
    loops.spawn(send_on(claimer(), Stage::Tell, stop.clone()));
    loops.spawn(recognise_on(claimer(), stop.clone()));
    loops.spawn(keep_alive(tools.clone(), owners.clone(), clock, stop.clone()));
    loops.spawn(seal_on(tools.clone(), owner.clone(), clock, stop.clone()));
    loops.spawn(show_on(tools.clone(), clock, stop.clone()));
    loops.spawn(note_on(tools.clone(), clock, stop.clone()));
    loops.spawn(erase_on(tools.clone(), owner.clone(), clock, stop.clone()));
    let _ = stop.wait_for(|stopped| *stopped).await;
    while loops.join_next().await.is_some() {}
    for owner in owners {
        if let Err(error) = task::release(&tools.store, &owner).await {
            tracing::warn!(%error, "claims could not be given back; they run out by themselves");
        }
    }
}

/// A loop that claims work under a name of its own.
struct Claimer {
    tools: Tools,
    owner: String,
    clock: Clock,
    /// Whether a round failed: what it had claimed is not being worked on.
    in_doubt: bool,
}

impl Claimer {
    /// One round. Claims of a round that failed are given back first: this process lives, so that they would be prolonged
    /// for ever and never done.
    async fn round(&mut self, mine: impl Fn(Stage) -> bool) -> store::Result<bool> {
        if self.in_doubt {
            task::release(&self.tools.store, &self.owner).await?;
        }
        self.in_doubt = true;
        let worked = round(&self.tools, &self.owner, self.clock, mine).await?;
        self.in_doubt = false;
        Ok(worked)
    }
}

async fn work_on(mut claimer: Claimer, mut stop: Receiver<bool>) {
    while !*stop.borrow() {
        match claimer.round(|stage| !matches!(stage, Stage::Recognise | Stage::Send | Stage::Tell)).await {
            Ok(true) => {}
            Ok(false) => {
                tokio::select! {
                    () = claimer.tools.store.work_added() => {}
                    () = tokio::time::sleep(REST) => {}
                    _ = stop.wait_for(|stopped| *stopped) => {}
                }
            }
            Err(error) => {
                // Disk full, database away: nothing is lost; look again after a while.
                tracing::error!(%error, "work is paused: the store does not answer");
                tokio::select! {
                    () = tokio::time::sleep(REST * 10) => {}
                    _ = stop.wait_for(|stopped| *stopped) => {}
                }
            }
        }
    }
}

/// Recognition takes long: it has a loop of its own, so that no mail waits behind a scan.
async fn recognise_on(mut claimer: Claimer, mut stop: Receiver<bool>) {
    let mut looked: Option<tokio::time::Instant> = None;
    while !*stop.borrow() {
        if looked.is_none_or(|at| at.elapsed() > LOOK_FOR_PROGRAMS) {
            if let Err(error) = look_for_programs(&claimer.tools, claimer.clock).await {
                tracing::warn!(%error, "the scans that wait for recognition could not be looked up");
            }
            looked = Some(tokio::time::Instant::now());
        }
        match claimer.round(|stage| stage == Stage::Recognise).await {
            Ok(true) => {}
            Ok(false) | Err(_) => {
                tokio::select! {
                    () = tokio::time::sleep(REST) => {}
                    _ = stop.wait_for(|stopped| *stopped) => {}
                }
            }
        }
    }
}

/// A server for mail may be slow to answer: letters have a loop of their own too; and so has what others are told.
async fn send_on(mut claimer: Claimer, own: Stage, mut stop: Receiver<bool>) {
    while !*stop.borrow() {
        if !matches!(claimer.round(|stage| stage == own).await, Ok(true)) {
            tokio::select! {
                () = tokio::time::sleep(REST) => {}
                _ = stop.wait_for(|stopped| *stopped) => {}
            }
        }
    }
}

/// A program that was installed since is found, and what waited for it is done.
async fn look_for_programs(tools: &Tools, clock: Clock) -> store::Result<()> {
    if !pipeline::reading::can_recognise(&tools.pool).await {
        let _ = tools.pool.look_again().await;
    }
    if pipeline::reading::can_recognise(&tools.pool).await {
        pipeline::recognise_what_waits(&tools.store, clock()).await?;
    }
    Ok(())
}

/// One round over the stages, the last first, so that what was begun is ended; true if there was work.
///
/// # Errors
/// If the store does not answer.
pub async fn work_once(tools: &Tools, owner: &str, clock: Clock) -> store::Result<bool> {
    round(tools, owner, clock, |stage| !matches!(stage, Stage::Send | Stage::Tell)).await
}

async fn round(tools: &Tools, owner: &str, clock: Clock, mine: impl Fn(Stage) -> bool) -> store::Result<bool> {
    let mut worked = false;
    let due = task::due_stages(&tools.store, clock()).await?;
    for stage in Stage::ALL.into_iter().rev().filter(|stage| due.contains(stage) && mine(*stage)) {
        // The pages of the site are written by one process at a time.
        if stage == Stage::Site && !task::lease(&tools.store, "site", owner, clock()).await? {
            continue;
        }
        let most = if matches!(stage, Stage::Recognise | Stage::Send | Stage::Tell) { 1 } else { BATCH };
        let tasks = task::claim(&tools.store, stage, owner, most, clock()).await?;
        if tasks.is_empty() {
            if stage == Stage::Site {
                task::give_back(&tools.store, "site", owner).await?;
            }
            continue;
        }
        worked = true;
        pipeline::work(tools, stage, &tasks, clock()).await?;
        if stage == Stage::Site {
            task::give_back(&tools.store, "site", owner).await?;
        }
    }
    Ok(worked)
}

async fn keep_alive(tools: Tools, owners: Vec<String>, clock: Clock, mut stop: Receiver<bool>) {
    while !*stop.borrow() {
        tokio::select! {
            () = tokio::time::sleep(task::LEASE / 4) => {}
            _ = stop.wait_for(|stopped| *stopped) => return,
        }
        for owner in &owners {
            if let Err(error) = task::keep(&tools.store, owner, clock()).await {
                tracing::error!(%error, "claims could not be prolonged");
            }
        }
    }
}

async fn seal_on(tools: Tools, owner: String, clock: Clock, mut stop: Receiver<bool>) {
    while !*stop.borrow() {
        tokio::select! {
            () = tokio::time::sleep(REST * 2) => {}
            _ = stop.wait_for(|stopped| *stopped) => {}
        }
        if let Err(error) = seal_once(&tools.store, &owner, clock()).await {
            tracing::warn!(%error, "the ledger was not sealed in this round");
        }
        look_for_events(&tools, clock).await;
    }
}

/// Looks in the sealed ledger for what programs elsewhere are to be told.
async fn look_for_events(tools: &Tools, clock: Clock) {
    if let Err(error) = pipeline::look_for_events(tools, clock()).await {
        tracing::warn!(%error, "what others are to be told was not looked for in this round");
    }
}

/// Makes the rows of the desk anew where something changed.
async fn show_on(tools: Tools, clock: Clock, mut stop: Receiver<bool>) {
    let mut is_prepared = false;
    while !*stop.borrow() {
        let round = async {
            if !is_prepared {
                desk::prepare(&tools).await?;
            }
            desk::round(&tools, clock()).await
        };
        match round.await {
            Ok(true) => is_prepared = true,
            Ok(false) => {
                is_prepared = true;
                tokio::select! {
                    () = tools.store.work_added() => {}
                    () = tokio::time::sleep(REST) => {}
                    _ = stop.wait_for(|stopped| *stopped) => {}
                }
            }
            Err(error) => {
                tracing::warn!(%error, "the rows of the desk were not made anew in this round");
                tokio::select! {
                    () = tokio::time::sleep(REST * 10) => {}
                    _ = stop.wait_for(|stopped| *stopped) => {}
                }
            }
        }
    }
}

/// Notes who brought what came by hand, once it is through: whoever brought it need not wait, and no end of a process loses it.
async fn note_on(tools: Tools, clock: Clock, mut stop: Receiver<bool>) {
    while !*stop.borrow() {
        let left = by_hand::note(&tools, clock()).await;
        if let Err(error) = &left {
            tracing::warn!(%error, "who brought something was not noted in this round");
        }
        // While somebody may wait for it, looked at more often.
        let rest = if matches!(left, Ok(1..)) { REST / 5 } else { REST };
        tokio::select! {
            () = tokio::time::sleep(rest) => {}
            _ = stop.wait_for(|stopped| *stopped) => {}
        }
    }
}

/// Erases what the operator wants erased: what is due is looked for every hour, and files go within a minute.
async fn erase_on(tools: Tools, owner: String, clock: Clock, mut stop: Receiver<bool>) {
    let mut looked: Option<tokio::time::Instant> = None;
    while !*stop.borrow() {
        let is_time = looked.is_none_or(|at| at.elapsed() >= LOOK_FOR_DUE_ERASURE);
        match erase_once(&tools, &owner, clock(), is_time).await {
            Ok(()) if is_time => looked = Some(tokio::time::Instant::now()),
            Ok(()) => {}
            Err(error) => tracing::warn!("what is due was not erased in this round: {error:#}"),
        }
        tokio::select! {
            () = tokio::time::sleep(REST * 120) => {}
            _ = stop.wait_for(|stopped| *stopped) => {}
        }
    }
}

/// One round of erasing, if no other process is at it.
///
/// # Errors
/// If the store or the vault does not answer.
pub async fn erase_once(tools: &Tools, owner: &str, now: Timestamp, look_for_due: bool) -> anyhow::Result<()> {
    if !task::lease(&tools.store, "eraser", owner, now).await? {
        return Ok(());
    }
    if look_for_due {
        let count = pipeline::erase_what_is_due(tools, now).await?;
        if count > 0 {
            tracing::info!(count, "set-aside messages were erased");
        }
    }
    pipeline::remove_erased_files(tools, now).await?;
    task::give_back(&tools.store, "eraser", owner).await?;
    Ok(())
}

/// Seals what waits, if no other process is the sealer.
///
/// # Errors
/// If the store does not answer.
pub async fn seal_once(store: &Store, owner: &str, now: Timestamp) -> store::Result<()> {
    if !task::lease(store, "sealer", owner, now).await? {
        return Ok(());
    }
    while pipeline::seal(store, now).await? > 0 {}
    Ok(())
}

/// Does what is due now and waits for what another process of this store has begun, so that a person who acted sees
/// the effect when the prompt returns.
///
/// # Errors
/// If the store does not answer.
pub async fn settle_down(tools: &Tools, clock: Clock) -> store::Result<()> {
    let owner = owner();
    // A task that was put off after a failure is not waited for: its reason is shown in the list. Letters are the
    // service's to send: a slow server must not keep a person waiting.
    let prompt: Vec<Stage> =
        Stage::ALL.into_iter().filter(|stage| !matches!(stage, Stage::Send | Stage::Tell)).collect();
    while task::is_busy(&tools.store, &prompt, clock()).await? {
        if !work_once(tools, &owner, clock).await? {
            tokio::time::sleep(REST / 10).await;
        }
    }
    seal_once(&tools.store, &owner, clock()).await?;
    task::release(&tools.store, &owner).await
}
