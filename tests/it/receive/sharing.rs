//! Two processes on one store, a process that is killed, and storage that fails.

use super::{Watching, copies, line, mail, received, watching_now};
use crate::servers::{Data, Dovecot, FakeImap, TestDir, clock, eventually, postgres_store, quick};
use pouch::config::Receive;
use pouch::domain::mailbox::{Arrival, MailboxRole, Settlement, Unsettled};
use pouch::domain::{Digest, Timestamp};
use pouch::store::{Store, mailbox as rows};
use pouch::vault::Vault;
use std::process::{Command, Stdio};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_second_process_waits_for_the_lease_and_then_goes_on() {
    // mail-archiver#21: a second sync began before the first one ended.
    let dir = TestDir::new();
    let vault = Vault::open(&dir.path().join("vault")).unwrap();
    let shared = Data { store: postgres_store().await, vault, dir };
    for data in [Data::new().await, shared] {
        let mut fake = FakeImap::start(&["--messages", "3"]);
        let account = fake.account();
        let logins = || fake.commands().iter().filter(|line| line.starts_with("LOGIN")).count();
        let settings = Receive { backoff: (Duration::from_millis(10), Duration::from_millis(50)), ..quick() };
        let first = Watching::owned(&data, &account, &settings, "one");
        received(&data, &account.name, 3).await;
        let second = Watching::owned(&data, &account, &settings, "two");
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert_eq!(logins(), 1, "the second one does not even connect");
        assert_eq!(watching_now(&data, &account.name).await.last_error, None, "nor does it spoil the state line");
        first.stop().await;
        eventually("the second one takes over", Duration::from_secs(5), async || (logins() == 2).then_some(())).await;
        fake.tell("new");
        assert_eq!(received(&data, &account.name, 4).await.len(), 4);
        second.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_that_cannot_be_written_is_a_pause_with_its_reason_and_heals_by_itself() {
    // bichon#120: after the repair the service stayed broken.
    let (data, dovecot) = (Data::new().await, Dovecot::shared());
    let user = dovecot.user();
    for number in 0..60 {
        user.deliver("INBOX", &mail(number));
    }
    let (inside, aside) = (data.dir.path().join("vault/tmp"), data.dir.path().join("aside"));
    std::fs::rename(&inside, &aside).unwrap();
    let account = user.account();
    let watching = Watching::start(&data, &account, &quick());
    let paused = eventually("it pauses", Duration::from_secs(10), async || {
        line(&data, &account.name, "INBOX").await.filter(|line| line.state == "paused")
    })
    .await;
    assert!(paused.last_error.unwrap().contains("the vault does not take it"));
    assert_eq!(copies(data.store.pool(), &account.name).await, [], "and nobody else is to blame");
    std::fs::rename(&aside, &inside).unwrap();
    assert_eq!(received(&data, &account.name, 60).await.len(), 60);
    assert_eq!(watching_now(&data, &account.name).await.last_error, None);
    watching.stop().await;
}

const CHILD: &str = "POUCH_TEST_KILLED";

/// paperless-ngx#872: the worker was killed and its mail not asked for again. `scripts/kill-9` does it to the whole service.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_killed_again_and_again_takes_each_message_exactly_once() {
    if let Ok(told) = std::env::var(CHILD) {
        return watch_until_killed(&told).await;
    }
    let (data, dovecot) = (Data::new().await, Dovecot::shared());
    let user = dovecot.user();
    let told = format!("{} {}", data.dir.path().display(), user.name);
    let mut sent = 0;
    for round in 0..25_u64 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "receive::sharing::a_process_that_is_killed_again_and_again_takes_each_message_exactly_once",
            ])
            .env(CHILD, &told)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        for _ in 0..12 {
            user.deliver("INBOX", &mail(sent));
            sent += 1;
        }
        tokio::time::sleep(Duration::from_millis(20 + round * 37 % 150)).await;
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let watching = Watching::start(&data, &user.account(), &quick());
    let all = received(&data, &user.name, sent).await;
    watching.stop().await;
    assert_eq!(all.len(), sent);
    let mut digests: Vec<_> = all.iter().map(|row| row.digest.clone().unwrap()).collect();
    digests.sort();
    let mut expected: Vec<_> = (0..sent).map(|number| Digest::of(&mail(number)).to_string()).collect();
    expected.sort();
    assert_eq!(digests, expected);
    assert!(all.iter().all(|row| data.vault.verify(row.digest.as_ref().unwrap().parse().unwrap()).unwrap()));
}

/// The child: a watcher with the same owner, as a restarted process of the same machine is.
async fn watch_until_killed(told: &str) {
    let (dir, user) = told.split_once(' ').unwrap();
    let dir = std::path::Path::new(dir);
    let store = Store::open_sqlite(&dir.join("pouch.db")).await.unwrap();
    let vault = Vault::open(&dir.join("vault")).unwrap();
    let dovecot = Dovecot::shared();
    let account = crate::servers::User { name: user.into(), dovecot: &dovecot }.account();
    let (_stop, stopped) = tokio::sync::watch::channel(false);
    let token_key = pouch::oauth::TokenKey::find(None, dir);
    let place = pouch::receive::Place { store, vault, token_key, clock, owner: "test".into() };
    pouch::receive::watch(account, quick(), place, stopped).await;
}

fn arrival(uid: u64, text: &str) -> Arrival {
    Arrival {
        uidvalidity: 7,
        uid,
        digest: Digest::of(text.as_bytes()),
        size_bytes: 4,
        internal_date: None,
        provider_id: Some("p".into()),
    }
}

fn unsettled(uid: u64, settlement: Settlement, try_at: Option<Timestamp>) -> Unsettled {
    Unsettled { uid, settlement, reason: "why".into(), size_bytes: Some(1), internal_date: None, try_at, rules: None }
}

/// Every function of `store::mailbox`, on either engine.
async fn every_function(store: &Store) {
    let now: Timestamp = "2026-06-01T10:00:00Z".parse().unwrap();
    let later = now + Duration::from_secs(60);
    let mut tx = store.begin().await.unwrap();
    let (id, new) = rows::find_or_add(&mut tx, "chair", "INBOX", MailboxRole::Inbox, now).await.unwrap();
    assert!(new);
    assert_eq!(
        rows::find_or_add(&mut tx, "chair", "INBOX", MailboxRole::Inbox, now).await.unwrap(),
        (id.clone(), false)
    );
    assert!(rows::insert_received(&mut tx, &id, &arrival(1, "a"), now).await.unwrap());
    assert!(!rows::insert_received(&mut tx, &id, &arrival(1, "b"), now).await.unwrap(), "known");
    assert!(rows::settle(&mut tx, &id, 7, &unsettled(2, Settlement::Parked, Some(now)), now).await.unwrap());
    assert!(rows::settle(&mut tx, &id, 7, &unsettled(2, Settlement::Parked, Some(now)), now).await.unwrap());
    assert!(rows::settle(&mut tx, &id, 7, &unsettled(3, Settlement::LeftOut, None), now).await.unwrap());
    assert!(!rows::settle(&mut tx, &id, 7, &unsettled(1, Settlement::Gone, None), now).await.unwrap(), "it is held");
    assert!(rows::settle(&mut tx, &id, 7, &unsettled(4, Settlement::Gone, None), now).await.unwrap());
    assert!(rows::mark_vanished(&mut tx, &id, 7, 3, now).await.unwrap());
    assert!(!rows::mark_vanished(&mut tx, &id, 7, 3, now).await.unwrap(), "once");
    tx.commit().await.unwrap();

    let known = rows::known_uids(store, &id, 7, 2, 3).await.unwrap();
    assert_eq!(
        known.iter().map(|one| (one.uid, one.settlement, one.vanished)).collect::<Vec<_>>(),
        [(2, Settlement::Parked, false), (3, Settlement::LeftOut, true)]
    );
    assert_eq!(rows::parked_due(store, &id, 7, now).await.unwrap(), [rows::ParkedUid { uid: 2, tries: 2 }]);
    assert_eq!(rows::parked_due(store, &id, 7, now - Duration::from_secs(1)).await.unwrap(), []);
    let stale = rows::stale_uids(store, &id, 8, 10).await.unwrap();
    assert_eq!(stale.iter().map(|one| (one.uidvalidity, one.uid)).collect::<Vec<_>>(), [(7, 1), (7, 2)]);
    let mut tx = store.begin().await.unwrap();
    assert!(rows::insert_received(&mut tx, &id, &arrival(2, "b"), now).await.unwrap(), "parked becomes received");
    tx.commit().await.unwrap();
    let sums = rows::sums(store).await.unwrap().remove(0);
    assert_eq!((sums.seen, sums.received, sums.left_out, sums.parked, sums.gone, sums.vanished), (4, 2, 1, 0, 1, 1));
    assert_eq!((sums.mailbox, sums.taken, sums.copies), (id.clone(), 0, 0));

    let lease = Duration::from_secs(30);
    assert!(rows::lease(store, &id, "one", now, lease).await.unwrap());
    assert!(!rows::lease(store, &id, "two", now, lease).await.unwrap());
    assert!(rows::lease(store, &id, "one", now, lease).await.unwrap(), "renewed");
    assert!(rows::lease(store, &id, "two", later, lease).await.unwrap(), "run out");
    rows::release(store, &id, "one").await.unwrap();
    assert!(!rows::lease(store, &id, "one", later, lease).await.unwrap(), "not its own any more");
    rows::release(store, &id, "two").await.unwrap();
    assert!(rows::lease(store, &id, "one", later, lease).await.unwrap());

    rows::set_uidvalidity(store, &id, u32::MAX).await.unwrap();
    rows::set_state(store, &id, "failing", Some("why"), now).await.unwrap();
    rows::set_state(store, &id, "failing", Some("why else"), later).await.unwrap();
    let shown = rows::find(store, "chair", "INBOX").await.unwrap().unwrap();
    assert_eq!(
        (shown.state.as_str(), shown.state_since, shown.last_error.as_deref()),
        ("failing", now, Some("why else"))
    );
    rows::checked(store, &id, 5, true, None, later).await.unwrap();
    rows::checked(store, &id, 6, false, Some("odd"), later + lease).await.unwrap();
    let shown = rows::all(store).await.unwrap().remove(0);
    assert_eq!((shown.state.as_str(), shown.state_since, shown.uidvalidity), ("watching", later, Some(u32::MAX)));
    assert_eq!((shown.last_check_at, shown.last_message_at), (Some(later + lease), Some(later)));
    assert_eq!((shown.server_count, shown.last_error.as_deref()), (Some(6), Some("odd")));
    assert_eq!(rows::find(store, "chair", "Junk").await.unwrap(), None);
}

#[tokio::test]
async fn the_rows_of_mailboxes_are_the_same_on_both_engines() {
    every_function(&Data::new().await.store).await;
    every_function(&postgres_store().await).await;
}
