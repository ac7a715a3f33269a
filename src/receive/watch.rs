//! The watcher of one account: one connection, all its folders in turn, IDLE in between, for ever. It must never do
//! anything at the server that a person there could notice.

use super::backoff::Backoff;
use super::budget::Budget;
use super::compare::{compare, forget_earlier};
use super::connect::{self, Proof};
use super::door::{Door, Due};
use super::error::{Error, minute};
use super::folders::{self, Folder};
use super::judge::Judge;
use super::session::{IdleEnd, Session};
use super::suspects::Suspects;
use super::wait;
use crate::config::{Account, Login, Receive};
use crate::domain::{MailboxId, Timestamp};
use crate::oauth::{self, Keeper, TokenKey};
use crate::store::Store;
use crate::store::mailbox as rows;
use crate::vault::Vault;
use std::time::Duration;
use tokio::sync::watch::Receiver;
use tokio::time::{Instant, sleep, sleep_until, timeout};

/// A process that was killed keeps others out for so long.
const LEASE: Duration = Duration::from_secs(30);
const LEASE_RENEWAL: Duration = Duration::from_secs(10);
/// After the word to stop, an orderly end may take this long.
const GRACE: Duration = Duration::from_secs(1);
/// With so many to fetch, the state line says so.
const MANY: usize = 50;

/// Where a watcher works.
#[derive(Clone, Debug)]
pub struct Place {
    pub store: Store,
    pub vault: Vault,
    pub token_key: TokenKey,
    pub clock: fn() -> Timestamp,
    /// Names this process in the lease.
    pub owner: String,
}

struct Watcher {
    account: Account,
    receive: Receive,
    store: Store,
    vault: Vault,
    clock: fn() -> Timestamp,
    owner: String,
    /// Of an account that logs in by OAuth2.
    keeper: Option<Keeper>,
    /// The first is the one that IDLE listens to and whose row holds the account's lease.
    folders: Vec<Folder>,
    suspects: Suspects,
    budget: Budget,
    /// The last login was taken.
    logged_in: bool,
    /// Messages of this process that no rule could judge.
    unjudged: u64,
    /// This server refused IDLE.
    no_idle: bool,
    /// What a person should know although all is well.
    warning: Option<String>,
}

/// Watches the mailboxes of one account until `stop` says true; ends within two seconds of that. Whatever goes wrong
/// stands in the mailboxes' state lines, and is tried again.
pub async fn watch(account: Account, receive: Receive, place: Place, mut stop: Receiver<bool>) {
    let mut backoff = Backoff::new(&receive);
    let Place { store, vault, token_key, clock, owner } = place;
    let keeper = Keeper::of(&account, &store, &token_key);
    let mut watcher = Watcher {
        budget: Budget::of(&account),
        logged_in: false,
        unjudged: 0,
        account,
        receive,
        store,
        vault,
        clock,
        owner,
        keeper,
        folders: Vec::new(),
        suspects: Suspects::default(),
        no_idle: false,
        warning: None,
    };
    while !*stop.borrow() {
        let began = Instant::now();
        let mut idle_stop = stop.clone();
        let end = tokio::select! {
            end = watcher.life(&mut idle_stop) => end,
            () = overdue(stop.clone()) => Ok(End::Stop),
        };
        let error = match end {
            Ok(End::Stop) => break,
            Ok(End::TokenAged) => continue,
            Err(error) if watcher.has_another_token(&error) => continue,
            Err(error) => error,
        };
        watcher.suspects.session_broke(&error);
        if std::mem::take(&mut watcher.logged_in) {
            backoff.logged_in();
        }
        let wait = backoff.after(began.elapsed(), &error);
        tokio::select! {
            () = watcher.failed(&error, wait) => {}
            _ = stop.wait_for(|stop| *stop) => {}
        }
        tokio::select! {
            () = wait::pause(clock, wait, &error) => {}
            () = wait::somebody_logs_in(&watcher.account.login, watcher.keeper.as_ref(), &error) => {}
            _ = stop.wait_for(|stop| *stop) => {}
        }
    }
    let _ = timeout(GRACE / 2, watcher.stopped()).await;
}

/// Why a session ended without an error.
enum End {
    Stop,
    /// The token ends soon: the next session begins with a fresh one, before the server cuts this one off.
    TokenAged,
}

async fn overdue(mut stop: Receiver<bool>) {
    // A sender that is gone can no longer say "go on": that is a stop as well.
    let _ = stop.wait_for(|stop| *stop).await;
    sleep(GRACE).await;
}

/// Renews the lease for as long as it can.
async fn keep_lease(store: &Store, mailbox: &MailboxId, owner: &str, clock: fn() -> Timestamp) -> Error {
    loop {
        sleep(LEASE_RENEWAL).await;
        match rows::lease(store, mailbox, owner, clock(), LEASE).await {
            Ok(true) => {}
            Ok(false) => return Error::Leased,
            Err(error) => return error.into(),
        }
    }
}

impl Watcher {
    /// The server ended a session for its token, or refused it: true if another one is worth a try at once.
    fn has_another_token(&mut self, error: &Error) -> bool {
        let is_about_token = match error {
            Error::Token(_) => true,
            Error::Bye(text) | Error::Refused { text, .. } => text.contains("AccessTokenExpired"),
            _ => false,
        };
        let now = (self.clock)();
        is_about_token && self.keeper.as_mut().is_some_and(|keeper| keeper.refused(now))
    }

    /// One session, from the lease to its end.
    async fn life(&mut self, stop: &mut Receiver<bool>) -> Result<End, Error> {
        // Those of the session before stay until LIST is read, so that their state lines tell what is wrong meanwhile.
        if self.folders.is_empty() {
            self.folders = folders::named(&self.account);
        }
        if let Some(first) = self.folders.first_mut() {
            first.open(&self.store, &self.account.name, (self.clock)()).await?;
        }
        let Some(first) = self.folders.first().and_then(|folder| folder.mailbox.clone()) else {
            return Err(Error::Mailbox("there is no folder to watch".into()));
        };
        if !rows::lease(&self.store, &first, &self.owner, (self.clock)(), LEASE).await? {
            return Err(Error::Leased);
        }
        let (store, owner, clock) = (self.store.clone(), self.owner.clone(), self.clock);
        tokio::select! {
            end = self.connected(stop) => end,
            error = keep_lease(&store, &first, &owner, clock) => Err(error),
        }
    }

    async fn connected(&mut self, stop: &mut Receiver<bool>) -> Result<End, Error> {
        let now = (self.clock)();
        let proof = Proof::of(&self.account, self.keeper.as_mut(), now).await?;
        let mut session = connect::open(&self.account, &self.receive, &proof, now).await?;
        drop(proof);
        self.logged_in = true;
        // One that was refused once may have been refused by chance.
        self.no_idle = false;
        let mut folders = folders::named(&self.account);
        self.warning = self.account.password_warning();
        if folders::ask_for_list(&self.account) {
            let listed = session.list().await?;
            folders::find_all(&mut folders, &listed)?;
            if self.account.junk {
                self.warning = folders::add_junk(&mut folders, &listed).or(self.warning.take());
            }
        }
        if let Login::OAuth(oauth) = &self.account.login {
            let clock = self.keeper.as_ref().and_then(Keeper::clock_warning);
            self.warning = clock.or_else(|| oauth::secret_warning(oauth, now)).or(self.warning.take());
        }
        self.folders = folders;
        for folder in &mut self.folders {
            folder.open(&self.store, &self.account.name, (self.clock)()).await?;
        }
        self.visit(&mut session, 0).await?;
        // A single folder is open still; with several, the first one has to be opened again as the last.
        let mut fresh = self.folders.len() == 1;
        loop {
            let poll_at = Instant::now() + self.receive.poll;
            // The first folder comes last, as it is the one that stays open.
            for at in (0..self.folders.len()).rev() {
                if !fresh && !*stop.borrow() {
                    self.visit(&mut session, at).await?;
                }
            }
            fresh = false;
            if self.listen(&mut session, poll_at, stop).await? {
                session.logout().await;
                return Ok(End::Stop);
            }
            let now = (self.clock)();
            if self.keeper.as_ref().is_some_and(|keeper| keeper.is_aged(now)) {
                session.logout().await;
                return Ok(End::TokenAged);
            }
        }
    }

    /// Waits for news of the first folder, and takes them in, until it is time for the next round; true: stop.
    async fn listen(
        &mut self,
        session: &mut Session,
        poll_at: Instant,
        stop: &mut Receiver<bool>,
    ) -> Result<bool, Error> {
        let can_idle = session.offers("IDLE") && !self.no_idle;
        loop {
            if *stop.borrow() {
                return Ok(true);
            }
            let left = poll_at.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(false);
            }
            if session.news {
                self.look(session, 0).await?;
                continue;
            }
            if !can_idle || self.no_idle {
                tokio::select! {
                    () = sleep_until(poll_at) => return Ok(false),
                    _ = stop.wait_for(|stop| *stop) => return Ok(true),
                }
            }
            match session.idle(left.min(self.receive.idle), stop).await {
                Ok(IdleEnd::Stop) => return Ok(true),
                Ok(IdleEnd::News) => self.look(session, 0).await?,
                // Searched also after an IDLE without news: some servers forget to tell.
                Ok(IdleEnd::Time) if Instant::now() < poll_at => self.look(session, 0).await?,
                Ok(IdleEnd::Time) => return Ok(false),
                Err(Error::Refused { .. }) => self.no_idle = true,
                Err(other) => return Err(other),
            }
        }
    }

    /// Opens a folder and takes in what is new; compares all of it when that is due.
    async fn visit(&mut self, session: &mut Session, at: usize) -> Result<(), Error> {
        let now = (self.clock)();
        let folder = &mut self.folders[at];
        let Some(mailbox) = folder.mailbox.clone() else { return Ok(()) };
        let opened = match session.examine(folder.on_server()).await {
            Ok(opened) => opened,
            // A folder that cannot be opened must not keep the inbox from us.
            Err(error @ (Error::Refused { .. } | Error::Mailbox(_))) if at > 0 => {
                rows::set_state(&self.store, &mailbox, "failing", Some(&error.to_string()), now).await?;
                return Ok(());
            }
            Err(other) => return Err(other),
        };
        if folder.uidvalidity != Some(opened.uidvalidity) {
            rows::set_uidvalidity(&self.store, &mailbox, opened.uidvalidity).await?;
            forget_earlier(&self.store, &mailbox, opened.uidvalidity, now).await?;
            folder.uidvalidity = Some(opened.uidvalidity);
            folder.compared = None;
        }
        if folder.compared.is_none_or(|compared| compared.elapsed() >= self.receive.compare) {
            let found =
                compare(session, &self.store, &mailbox, opened.uidvalidity, self.account.rules.digest(), now).await?;
            let folder = &mut self.folders[at];
            // A half answer is worth asking again at the next round; one that stays half is not, until the timer.
            let again = !found.complete && folder.listed.is_none();
            folder.listed = (!found.complete).then(|| {
                format!("the server says that it holds {} messages but listed another number", session.exists)
            });
            let doubt = self.take(session, at, found.missing).await?;
            let folder = &mut self.folders[at];
            folder.cursor = found.highest.saturating_add(1);
            folder.compared = (!again && !doubt).then(Instant::now);
            return Ok(());
        }
        self.look(session, at).await
    }

    /// A short look for what came after the cursor. `n:*` always names the last message as well, also one below n.
    async fn look(&mut self, session: &mut Session, at: usize) -> Result<(), Error> {
        let cursor = self.folders[at].cursor;
        let mut uids = session.search(&format!("{cursor}:*")).await?;
        uids.retain(|uid| *uid >= cursor);
        let highest = uids.last().copied();
        let doubt = self.take(session, at, uids.into_iter().map(|uid| Due { uid, tries: 0 }).collect()).await?;
        if doubt {
            self.folders[at].compared = None;
        }
        if let Some(highest) = highest {
            self.folders[at].cursor = highest.saturating_add(1);
        }
        Ok(())
    }

    /// Takes in what is due, parked ones whose time has come included, and writes the state line. True: the server
    /// contradicted itself for the first time, so what it lists should be compared again soon.
    async fn take(&mut self, session: &mut Session, at: usize, mut due: Vec<Due>) -> Result<bool, Error> {
        let folder = &self.folders[at];
        let (Some(mailbox), Some(uidvalidity)) = (&folder.mailbox, folder.uidvalidity) else { return Ok(false) };
        for parked in rows::parked_due(&self.store, mailbox, uidvalidity, (self.clock)()).await? {
            if let Ok(uid) = u32::try_from(parked.uid) {
                due.push(Due { uid, tries: parked.tries });
            }
        }
        due.sort_unstable_by_key(|one| one.uid);
        if due.len() >= MANY {
            rows::set_state(&self.store, mailbox, "fetching", None, (self.clock)()).await?;
        }
        let mut door = Door {
            store: &self.store,
            vault: &self.vault,
            receive: &self.receive,
            clock: self.clock,
            mailbox,
            uidvalidity,
            judge: Judge { rules: &self.account.rules, unjudged: &mut self.unjudged },
            budget: &self.budget,
            account: &self.account.name,
            suspects: &mut self.suspects,
            contradicted: false,
        };
        let took = door.take(session, &due).await?;
        let contradicted = door.contradicted;
        let unjudged = (self.unjudged > 0)
            .then(|| format!("{} messages could not be judged by the rules and were taken", self.unjudged));
        let of_account = unjudged.as_deref().or(self.warning.as_deref()).filter(|_| at == 0);
        let warning = folder.listed.as_deref().or(of_account);
        let exists = u64::from(session.exists);
        rows::checked(&self.store, mailbox, exists, took, warning, (self.clock)()).await?;
        let doubt = contradicted && !self.folders[at].doubted;
        self.folders[at].doubted |= contradicted;
        Ok(doubt)
    }

    /// Says once, in the log and in the state lines, why it does not go on, and when it tries again.
    async fn failed(&self, error: &Error, wait: Duration) {
        if *error == Error::Leased {
            // The line belongs to the process that watches.
            tracing::debug!(account = self.account.name, "another process watches this account");
            return;
        }
        let state = match error {
            Error::Storage(_) | Error::Budget { .. } => "paused",
            Error::Throttled { .. } => "throttled",
            Error::Consent(_) => "needs-login",
            _ => "failing",
        };
        tracing::warn!(account = self.account.name, state, wait_ms = wait.as_millis(), "{error}");
        let line = match error {
            Error::Budget { .. } => error.to_string(),
            Error::Throttled { .. } => {
                let until = (self.clock)().checked_add(wait).map_or("?".into(), minute);
                format!("{error}; throttled until {until}")
            }
            _ => format!("{error}; next try in {} s", wait.as_secs_f32().ceil()),
        };
        for mailbox in self.folders.iter().filter_map(|folder| folder.mailbox.as_ref()) {
            // If even this cannot be written, the log has said it.
            let _ = rows::set_state(&self.store, mailbox, state, Some(&line), (self.clock)()).await;
        }
    }

    /// Gives the lease back.
    async fn stopped(&self) {
        if let Some(mailbox) = self.folders.first().and_then(|folder| folder.mailbox.as_ref()) {
            let _ = rows::release(&self.store, mailbox, &self.owner).await;
        }
        for mailbox in self.folders.iter().filter_map(|folder| folder.mailbox.as_ref()) {
            let _ = rows::set_state(&self.store, mailbox, "stopped", None, (self.clock)()).await;
        }
    }
}
