//! The only place with SQL. One static text serves SQLite and PostgreSQL; nothing here decides anything.

pub mod account;
pub mod api_token;
pub mod brought;
pub mod desk;
pub mod erase;
pub mod feed;
pub mod judgement;
pub mod ledger;
pub mod letter;
pub mod mailbox;
pub mod message;
pub mod model;
pub mod redaction;
pub mod relation;
pub mod request;
pub mod rows;
pub mod search;
pub mod sender;
pub mod session;
pub mod setting;
pub mod submission;
pub mod task;
pub mod token;
pub mod traffic;
pub mod waiting;
pub mod webhook;
pub mod wish;

use anyhow::Context as _;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{Any, AnyConnection, AnyPool, Transaction};
use std::collections::BTreeSet;
use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, Notify, OwnedMutexGuard};

/// A writing transaction on either engine; without `commit` nothing of it stays.
pub struct Tx {
    engine: Engine,
    inner: Transaction<'static, Any>,
    /// On SQLite the writers of this process wait here for their turn: its own waiting sleeps in growing steps, which
    /// costs most of the throughput when several write.
    _turn: Option<OwnedMutexGuard<()>>,
    /// What changed in it that the desk shows.
    touched: BTreeSet<String>,
}

impl Tx {
    /// Makes it durable.
    ///
    /// # Errors
    /// If the database does not answer; then nothing of it stays.
    pub async fn commit(mut self) -> Result<()> {
        desk::note(&mut self.inner, std::mem::take(&mut self.touched)).await?;
        Ok(self.inner.commit().await?)
    }

    /// Notes that the rows of the desk in which this shows are to be made anew; written with the change itself.
    fn touch(&mut self, kind: desk::Subject, id: &str) {
        self.touched.insert(kind.noted(id));
    }
}

impl Deref for Tx {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.inner
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.inner
    }
}

/// Which engine is behind the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// What goes wrong in the store.
#[derive(Debug)]
pub enum Error {
    /// Another writer was first (unique key, stale edition); the caller may look again and decide.
    Conflict(String),
    /// Everything else: storage is not there, is full, is broken. Pause, retry, tell the operator.
    Storage(sqlx::Error),
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Conflict(what) => write!(f, "another writer was first: {what}"),
            Self::Storage(error) => write!(f, "the database did not answer as it should: {error}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(db) if db.is_unique_violation() => Self::Conflict(db.message().into()),
            _ => Self::Storage(error),
        }
    }
}

/// A disk that does not answer is as a database that does not.
impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::Storage(sqlx::Error::Io(error))
    }
}

/// The result of a store function.
pub type Result<T> = std::result::Result<T, Error>;

/// Longest wait for a connection.
const WAIT: Duration = Duration::from_secs(30);

/// The same where the server may be away: within it the pool tries again at ever longer intervals, so that a long wait would
/// also mean a late return. Whoever is told that the store does not answer comes again by themselves.
const WAIT_AWAY: Duration = Duration::from_secs(10);

/// The database.
#[derive(Clone, Debug)]
pub struct Store {
    pool: AnyPool,
    engine: Engine,
    /// Rung when this process adds due work, so that its workers need not wait for their next look.
    bell: Arc<Notify>,
    /// Whose turn it is to write, on SQLite.
    turn: Arc<Mutex<()>>,
}

impl Store {
    /// Opens the SQLite file in the data folder, creating it, and brings its tables up to date.
    ///
    /// # Errors
    /// If the file cannot be opened or holds tables of a newer Pouch.
    pub async fn open_sqlite(file: &Path) -> anyhow::Result<Self> {
        let url = format!("sqlite://{}?mode=rwc", file.display());
        Self::open(&url, Engine::Sqlite).await
    }

    /// Opens PostgreSQL by its URL and brings its tables up to date.
    ///
    /// # Errors
    /// If the server does not answer or holds tables of a newer Pouch.
    pub async fn open_postgres(url: &str) -> anyhow::Result<Self> {
        Self::open(url, Engine::Postgres).await
    }

    async fn open(url: &str, engine: Engine) -> anyhow::Result<Self> {
        sqlx::any::install_default_drivers();
        let options = AnyConnectOptions::from_str(url).context("the database address cannot be read")?;
        let pool = AnyPoolOptions::new()
            .max_connections(8)
            .acquire_timeout(match engine {
                Engine::Sqlite => WAIT,
                Engine::Postgres => WAIT_AWAY,
            })
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    if engine == Engine::Sqlite {
                        // FULL: a committed transaction survives a power cut (see the vault for the bytes).
                        for pragma in [
                            "pragma journal_mode = wal",
                            "pragma synchronous = full",
                            "pragma busy_timeout = 30000",
                            "pragma foreign_keys = on",
                            // For each of the connections: what does not fit is in the cache of the system.
                            "pragma cache_size = -4000",
                        ] {
                            sqlx::query(pragma).execute(&mut *connection).await?;
                        }
                    }
                    Ok(())
                })
            })
            .connect_with(options)
            .await
            .context("the database cannot be opened")?;
        sqlx::migrate!().run(&pool).await.context("the tables cannot be brought up to date")?;
        search::prepare(&pool, engine).await.context("the index of words cannot be made")?;
        let store = Self { pool, engine, bell: Arc::new(Notify::new()), turn: Arc::default() };
        desk::fill(&store).await.context("what older versions did not note cannot be noted")?;
        Ok(store)
    }

    /// Begins a writing transaction. On SQLite it takes the write lock at once: a transaction that reads first and
    /// then writes would otherwise fail under contention instead of waiting.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(match self.engine {
            Engine::Sqlite => {
                let turn = Some(self.turn.clone().lock_owned().await);
                Tx {
                    engine: self.engine,
                    inner: self.pool.begin_with("begin immediate").await?,
                    _turn: turn,
                    touched: BTreeSet::new(),
                }
            }
            Engine::Postgres => {
                Tx { engine: self.engine, inner: self.pool.begin().await?, _turn: None, touched: BTreeSet::new() }
            }
        })
    }

    /// Tells this process's workers that there is due work.
    pub fn ring(&self) {
        self.bell.notify_waiters();
    }

    /// Waits until somebody in this process adds due work.
    pub async fn work_added(&self) {
        self.bell.notified().await;
    }

    /// Which engine this is.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// For reads outside a transaction.
    pub fn pool(&self) -> &AnyPool {
        &self.pool
    }
}
