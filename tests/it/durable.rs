//! What "durable" means, as the kernel saw it: the order of syncs, renames and writes of a real take-in under strace.

use crate::receive::{Watching, copies, mail, received};
use crate::servers::{Data, Dovecot, TestDir, User, quick};
use pouch::store::Store;
use pouch::vault::Vault;
use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

/// A system call: its text, and the lines of the trace where it began and ended.
#[derive(Debug)]
struct Call {
    text: String,
    began: usize,
    ended: usize,
}

/// The calls of a trace of `strace -f -y`, in the order of their ends. A call that others interrupt stands in two lines.
fn calls(trace: &str) -> Vec<Call> {
    let mut open: HashMap<&str, (usize, String)> = HashMap::new();
    let mut calls = Vec::new();
    for (at, line) in trace.lines().enumerate() {
        let (pid, rest) = line.split_once(' ').unwrap_or((line, ""));
        let rest = rest.trim_start();
        if let Some(begun) = rest.strip_suffix("<unfinished ...>") {
            open.insert(pid, (at, begun.into()));
        } else if rest.starts_with("<...") {
            if let Some((began, text)) = open.remove(pid) {
                calls.push(Call { text: format!("{text}{rest}"), began, ended: at });
            }
        } else {
            calls.push(Call { text: rest.into(), began: at, ended: at });
        }
    }
    calls
}

/// Whether every object was synced, renamed, its folder synced, and only then named in the database, which was synced.
fn in_order(calls: &[Call], dir: &Path, digests: &[String]) -> Result<(), String> {
    let dir = dir.display().to_string();
    let first = |after: usize, what: &str, words: &[&str]| {
        calls
            .iter()
            .filter(|call| call.began > after || after == 0)
            .find(|call| words.iter().all(|word| call.text.contains(word)))
            .ok_or(format!("no {what}"))
    };
    let sync_of = |after: usize, what: &str, path: &str| {
        let path = format!("<{path}>");
        first(after, what, &["fsync(", &path]).or_else(|_| first(after, what, &["fdatasync(", &path]))
    };
    for digest in digests {
        let folder = format!("{dir}/vault/{}", &digest[..1]);
        let object = format!("{folder}/{digest}");
        let rename = first(0, "rename to the object", &["rename", &format!("\"{object}\"")])?;
        let temporary = rename.text.split('"').nth(1).ok_or("a rename without names")?;
        let synced = sync_of(0, "sync of the file", temporary)?;
        let folder_synced = sync_of(rename.ended, "sync of the folder after the rename", &folder)?;
        let named = first(0, "row in the log of the database", &["pwrite64(", "pouch.db-wal>", digest])?;
        let committed = sync_of(named.ended, "sync of the log after the row", &format!("{dir}/pouch.db-wal"))?;
        let order = [("file sync", synced), ("rename", rename), ("folder sync", folder_synced), ("row", named)];
        for pair in order.windows(2) {
            if pair[0].1.ended >= pair[1].1.began {
                return Err(format!("{} before {} of {digest}: {:?}", pair[1].0, pair[0].0, pair));
            }
        }
        if named.ended >= committed.began {
            return Err(format!("the row of {digest} is not synced"));
        }
    }
    Ok(())
}

const CHILD: &str = "POUCH_TEST_TRACED";
const SELF: &str = "durable::bytes_are_on_disk_before_the_transaction_that_names_them_and_that_is_on_disk_too";

/// paperless-ngx#2396: what is said to be taken is on the disk.
#[tokio::test(flavor = "multi_thread")]
async fn bytes_are_on_disk_before_the_transaction_that_names_them_and_that_is_on_disk_too() {
    let dovecot = Dovecot::shared();
    if let Ok(told) = std::env::var(CHILD) {
        return take_in(&told, &dovecot).await;
    }
    let (user, dir) = (dovecot.user(), TestDir::on_disk());
    for number in 0..3 {
        user.deliver("INBOX", &mail(number));
    }
    let file = dir.path().join("trace");
    let done = Command::new("strace")
        .args(["-f", "-y", "-s", "20000", "-e", "signal=none", "-o"])
        .arg(&file)
        .args(["-e", "trace=fsync,fdatasync,rename,renameat,renameat2,openat,pwrite64,write"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", SELF])
        .env(CHILD, format!("{} {}", dir.path().display(), user.name))
        .output()
        .expect("strace is needed: install strace");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
    let trace = String::from_utf8_lossy(&std::fs::read(&file).unwrap()).into_owned();
    let calls = calls(&trace);
    let digests: Vec<String> = (0..3).map(|number| pouch::domain::Digest::of(&mail(number)).to_string()).collect();
    in_order(&calls, dir.path(), &digests).unwrap();
    // The check itself must see each sync that is missing.
    for gone in ["/vault/tmp/", "/vault/", "pouch.db-wal"] {
        let synced = |call: &Call| call.text.starts_with("fsync(") || call.text.starts_with("fdatasync(");
        let left = calls.iter().filter(|call| !(synced(call) && call.text.contains(gone)));
        let left: Vec<Call> =
            left.map(|call| Call { text: call.text.clone(), began: call.began, ended: call.ended }).collect();
        assert!(in_order(&left, dir.path(), &digests).is_err(), "a missing sync of {gone} is not seen");
    }
}

/// The child: one watcher takes three messages in.
async fn take_in(told: &str, dovecot: &Dovecot) {
    let (dir, user) = told.split_once(' ').unwrap();
    let dir = Path::new(dir);
    let store = Store::open_sqlite(&dir.join("pouch.db")).await.unwrap();
    let data = Data { store, vault: Vault::open(&dir.join("vault")).unwrap(), dir: TestDir::new() };
    let account = User { name: user.into(), dovecot }.account();
    let watching = Watching::start(&data, &account, &quick());
    received(&data, user, 3).await;
    watching.stop().await;
    assert_eq!(copies(data.store.pool(), user).await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_connection_to_sqlite_syncs_at_each_commit() {
    let data = Data::new().await;
    let mut held = Vec::new();
    for _ in 0..data.store.pool().options().get_max_connections() {
        let mut connection = data.store.pool().acquire().await.unwrap();
        let (synchronous,): (i64,) = sqlx::query_as("pragma synchronous").fetch_one(&mut *connection).await.unwrap();
        let (journal,): (String,) = sqlx::query_as("pragma journal_mode").fetch_one(&mut *connection).await.unwrap();
        // 2 is FULL: with a write-ahead log a sync at every commit.
        assert_eq!((synchronous, journal.as_str()), (2, "wal"));
        held.push(connection);
    }
    assert!(held.len() > 1);
}
