//! Watching real mailboxes: what is taken in, when, and that nothing at the server changes. Spoiled lines and odd servers
//! are in `receive_faults`.

mod habits;
mod liveness;
mod rules;
mod sharing;

use crate::servers::{Data, Dovecot, FakeImap, clock, eventually, quick};
use pouch::config::{Account, Receive};
use pouch::domain::Timestamp;
use pouch::domain::rules::Rules;
use pouch::receive;
use pouch::store::mailbox::MailboxLine;
use sqlx::AnyPool;
use std::time::{Duration, SystemTime};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A row of `copies` as tests look at it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Copy {
    pub folder: String,
    pub role: String,
    pub uidvalidity: i64,
    pub uid: i64,
    pub settlement: String,
    pub digest: Option<String>,
    pub size_bytes: Option<i64>,
    pub internal_date: Option<i64>,
    pub reason: Option<String>,
    pub tries: i64,
    pub try_at: Option<i64>,
    pub vanished_at: Option<i64>,
    pub provider_id: Option<String>,
}

/// All rows of an account, in order.
pub async fn copies(pool: &AnyPool, account: &str) -> Vec<Copy> {
    sqlx::query_as(
        "select folder, role, copies.uidvalidity, uid, settlement, digest, size_bytes, internal_date, reason, tries,
                try_at, vanished_at, provider_id
         from copies
         join mailboxes on mailboxes.id = mailbox_id
         where account = $1
         order by folder, copies.uidvalidity, uid",
    )
    .bind(account)
    .fetch_all(pool)
    .await
    .unwrap()
}

/// A running watcher, stopped with the test.
pub struct Watching {
    stop: watch::Sender<bool>,
    pub task: JoinHandle<()>,
}

impl Watching {
    pub fn start(data: &Data, account: &Account, receive: &Receive) -> Self {
        Self::owned(data, account, receive, "test")
    }

    pub fn owned(data: &Data, account: &Account, receive: &Receive, owner: &str) -> Self {
        let (stop, stopped) = watch::channel(false);
        let (account, receive) = (account.clone(), receive.clone());
        let watcher = receive::watch(account, receive, data.place(owner), stopped);
        Self { stop, task: tokio::spawn(watcher) }
    }

    pub async fn stop(self) {
        self.stop.send(true).unwrap();
        self.task.await.unwrap();
    }
}

/// Waits until the account has `count` rows that are received, and returns all rows.
pub async fn received(data: &Data, account: &str, count: usize) -> Vec<Copy> {
    eventually(&format!("{count} messages of {account}"), Duration::from_secs(30), async || {
        let all = copies(data.store.pool(), account).await;
        (all.iter().filter(|one| one.settlement == "received").count() >= count).then_some(all)
    })
    .await
}

/// A small message.
pub fn mail(number: usize) -> Vec<u8> {
    format!("From: a@example.net\r\nSubject: {number}\r\nMessage-ID: <{number}@example.net>\r\n\r\nText {number}\r\n")
        .into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_of_inbox_and_junk_are_taken_in_byte_for_byte() {
    let (data, dovecot) = (Data::new().await, Dovecot::shared());
    let user = dovecot.user();
    for number in 0..3 {
        user.deliver("INBOX", &mail(number));
    }
    user.deliver("Junk", &mail(9));
    let account = user.account();
    let watching = Watching::start(&data, &account, &quick());
    let rows = received(&data, &account.name, 4).await;
    watching.stop().await;
    let digests: Vec<_> = rows.iter().map(|row| row.digest.clone().unwrap()).collect();
    let expected: Vec<_> = [0, 1, 2, 9].map(|number| pouch::domain::Digest::of(&mail(number)).to_string()).to_vec();
    assert_eq!(digests, expected);
    assert_eq!(rows.iter().map(|row| row.role.as_str()).collect::<Vec<_>>(), ["inbox", "inbox", "inbox", "junk"]);
    for row in &rows {
        assert!(data.vault.verify(row.digest.as_ref().unwrap().parse().unwrap()).unwrap());
    }
}

/// The state line of an account's mailbox.
pub async fn line(data: &Data, account: &str, folder: &str) -> Option<MailboxLine> {
    pouch::store::mailbox::find(&data.store, account, folder).await.unwrap()
}

/// Waits for a state line of the inbox whose reason holds these words.
pub async fn reason(data: &Data, account: &str, words: &str) -> MailboxLine {
    eventually(&format!("the reason {words:?} of {account}"), Duration::from_secs(20), async || {
        let line = line(data, account, "INBOX").await?;
        line.last_error.as_deref().is_some_and(|error| error.contains(words)).then_some(line)
    })
    .await
}

/// Waits until the inbox was checked in full at least once and is being watched.
pub async fn watching_now(data: &Data, account: &str) -> MailboxLine {
    eventually(&format!("{account} is watched"), Duration::from_secs(20), async || {
        line(data, account, "INBOX").await.filter(|line| line.state == "watching")
    })
    .await
}

/// The settlements of all rows, as `1 received`.
pub fn settlements(rows: &[Copy]) -> Vec<String> {
    rows.iter().map(|row| format!("{} {}", row.uid, row.settlement)).collect()
}

fn digest(number: usize) -> Option<String> {
    Some(pouch::domain::Digest::of(&mail(number)).to_string())
}

/// paperless-ngx#2396: the mail was deleted though its document was lost. Here nothing changes at all.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_at_the_server_changes_even_with_two_watchers_at_once() {
    let (one, two, dovecot) = (Data::new().await, Data::new().await, Dovecot::shared());
    let user = dovecot.user();
    for number in 0..3 {
        user.deliver("INBOX", &mail(number));
    }
    let ask = ["EXAMINE INBOX", "FETCH 1:* (UID FLAGS)", "STATUS Junk (MESSAGES UNSEEN)"];
    let (before, files) = (user.imap(&ask), user.files("INBOX"));
    let account = user.account();
    let (first, second) = (Watching::start(&one, &account, &quick()), Watching::start(&two, &account, &quick()));
    received(&one, &account.name, 3).await;
    received(&two, &account.name, 3).await;
    first.stop().await;
    second.stop().await;
    let untimed = |text: &str| text.lines().filter(|line| line.starts_with('*')).collect::<Vec<_>>().join("\n");
    assert_eq!(untimed(&user.imap(&ask)), untimed(&before));
    assert!(before.contains("* 3 RECENT"), "{before}");
    assert_eq!(user.files("INBOX"), files);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_known_is_neither_fetched_nor_stored_again() {
    // bichon#273: `n:*` names the last message for ever. paperless-ngx#13173: bodies were fetched again at each run.
    let (data, fake) = (Data::new().await, FakeImap::start(&["--messages", "7"]));
    let account = fake.account();
    let often = Receive { poll: Duration::from_millis(15), compare: Duration::from_millis(200), ..quick() };
    let watching = Watching::start(&data, &account, &often);
    let rows = received(&data, &account.name, 7).await;
    let searches = || fake.commands().iter().filter(|line| line.starts_with("UID SEARCH")).count();
    eventually("100 looks", Duration::from_secs(20), async || (searches() > 100).then_some(())).await;
    watching.stop().await;
    let watching = Watching::start(&data, &account, &often);
    eventually("200 looks", Duration::from_secs(20), async || (searches() > 200).then_some(())).await;
    watching.stop().await;
    assert_eq!(copies(data.store.pool(), &account.name).await, rows);
    let bodies = fake.commands().iter().filter(|line| line.contains("BODY")).count();
    assert_eq!(bodies, 1, "one FETCH of the seven, none later");
}

#[tokio::test(flavor = "multi_thread")]
async fn gaps_are_normal_and_what_vanished_is_marked() {
    let (data, dovecot) = (Data::new().await, Dovecot::shared());
    let user = dovecot.user();
    for number in 0..5 {
        user.append("INBOX", &mail(number));
    }
    user.imap(&["SELECT INBOX", "STORE 2 +FLAGS (\\Deleted)", "EXPUNGE"]);
    let account = user.plain();
    let settings = Receive { poll: Duration::from_millis(100), compare: Duration::from_millis(100), ..quick() };
    let watching = Watching::start(&data, &account, &settings);
    received(&data, &account.name, 4).await;
    user.imap(&["SELECT INBOX", "STORE 3 +FLAGS (\\Deleted)", "EXPUNGE"]);
    user.append("INBOX", &mail(5));
    let rows = eventually("4 is marked, 6 is there", Duration::from_secs(10), async || {
        let rows = copies(data.store.pool(), &account.name).await;
        (rows.len() == 5 && rows.iter().any(|row| row.vanished_at.is_some())).then_some(rows)
    })
    .await;
    watching.stop().await;
    assert_eq!(settlements(&rows), ["1 received", "3 received", "4 received", "5 received", "6 received"]);
    let vanished: Vec<i64> = rows.iter().filter(|row| row.vanished_at.is_some()).map(|row| row.uid).collect();
    assert_eq!(vanished, [4]);
    assert_eq!(rows[4].digest, digest(5));
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_message_ids_with_other_content_and_equal_messages_without_one_are_all_kept() {
    // freescout#5591, freescout#311: identity is by bytes; what the sender claims drops nothing.
    let (data, dovecot) = (Data::new().await, Dovecot::shared());
    let user = dovecot.user();
    let messages = [
        b"Message-ID: <same@example.net>\r\nSubject: s\r\n\r\none\r\n".to_vec(),
        b"Message-ID: <same@example.net>\r\nSubject: s\r\n\r\nother\r\n".to_vec(),
        b"Subject: none\r\n\r\nequal\r\n".to_vec(),
        b"Subject: none\r\n\r\nequal\r\n".to_vec(),
    ];
    for message in &messages {
        user.append("INBOX", message);
    }
    let account = user.plain();
    let watching = Watching::start(&data, &account, &quick());
    let rows = received(&data, &account.name, 4).await;
    watching.stop().await;
    let expected: Vec<_> = messages.iter().map(|one| Some(pouch::domain::Digest::of(one).to_string())).collect();
    assert_eq!(rows.into_iter().map(|row| row.digest).collect::<Vec<_>>(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renumbered_mailbox_is_read_again_and_its_old_numbers_are_closed() {
    // paperless-ngx#8944: UIDs mean something only within one UIDVALIDITY. All three while the watcher idles.
    let (data, dovecot) = (Data::new().await, Dovecot::shared());
    for (change, left) in [("--value=77", 3), ("--recreate", 3), ("--empty", 0)] {
        let user = dovecot.user();
        for number in 0..3 {
            user.append("INBOX", &mail(number));
        }
        let account = user.plain();
        let settings = Receive { poll: Duration::from_millis(200), ..quick() };
        let watching = Watching::start(&data, &account, &settings);
        let before = received(&data, &account.name, 3).await;
        dovecot.sandbox("uidvalidity", &["-u", &user.name, change]);
        user.append("INBOX", &mail(8));
        let rows = eventually(change, Duration::from_secs(20), async || {
            let rows = copies(data.store.pool(), &account.name).await;
            let old = rows.iter().filter(|row| row.uidvalidity == before[0].uidvalidity);
            let closed = old.filter(|row| row.vanished_at.is_some()).count() == 3;
            (closed && rows.len() == 3 + left + 1).then_some(rows)
        })
        .await;
        watching.stop().await;
        let new: Vec<_> = rows
            .iter()
            .filter(|row| row.uidvalidity != before[0].uidvalidity)
            .map(|row| (row.digest.clone(), row.vanished_at))
            .collect();
        let mut expected: Vec<_> = (0..left).map(|number| (digest(number), None)).collect();
        expected.push((digest(8), None));
        assert_eq!(new, expected, "{change}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_before_the_start_date_is_left_out_and_what_is_too_large_is_parked() {
    let (data, dovecot) = (Data::new().await, Dovecot::shared());
    let user = dovecot.user();
    let start: Timestamp = "2026-06-01T00:00:00Z".parse().unwrap();
    user.deliver_at("INBOX", &mail(0), SystemTime::from(start) - Duration::from_secs(60));
    user.imap(&["EXAMINE INBOX"]);
    user.deliver_at("INBOX", &mail(1), SystemTime::from(start));
    user.imap(&["EXAMINE INBOX"]);
    user.deliver("INBOX", &[mail(2), b"x".repeat(1 << 20)].concat());
    let account = Account { rules: Rules { start: Some(start), ..Rules::default() }, ..user.plain() };
    let settings = Receive { max_message_bytes: 1 << 20, ..quick() };
    let preview = receive::check(&account, &settings, Some(&data.store), None, clock()).await.unwrap();
    assert_eq!(copies(data.store.pool(), &account.name).await, [], "a check takes nothing");
    assert_eq!(line(&data, &account.name, "INBOX").await, None, "a check writes nothing");
    let watching = Watching::start(&data, &account, &settings);
    let rows = eventually("three rows", Duration::from_secs(10), async || {
        Some(copies(data.store.pool(), &account.name).await).filter(|rows| rows.len() == 3)
    })
    .await;
    watching.stop().await;
    assert_eq!(settlements(&rows), ["1 left-out", "2 received", "3 parked"]);
    assert!(rows[0].reason.as_ref().unwrap().contains("before the start date 2026-06-01"), "{:?}", rows[0]);
    assert!(rows[2].reason.as_ref().unwrap().contains("larger than max_message_mb"), "{:?}", rows[2]);
    assert_eq!(rows[1].internal_date, Some(start.as_microsecond()));
    // The check had said so before.
    let [preview] = &preview[..] else { panic!("one mailbox: {preview:?}") };
    assert_eq!((preview.on_server, preview.would_take, preview.left_out.len(), preview.too_large), (3, 1, 1, 1));
    assert_eq!((preview.oldest, preview.newest), (Some(start), Some(start)));
    assert_eq!(preview.size_bytes, mail(1).len() as u64);
    let again = receive::check(&account, &settings, Some(&data.store), None, clock()).await.unwrap();
    assert_eq!((again[0].known, again[0].would_take), (3, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_junk_folder_is_found_by_its_attribute_whatever_its_name() {
    let data = Data::new().await;
    let rules = [
        r#"LIST=>* LIST (\\HasNoChildren) "/" INBOX\r\n* LIST (\\Junk) "/" "&BCEEPwQwBDw-"\r\n$TAG OK done\r\n"#,
        r#"LIST=>* LIST (\\HasNoChildren) "/" INBOX\r\n* LIST () "/" "INBOX/Junk Email"\r\n$TAG OK done\r\n"#,
        r#"LIST=>* LIST (\\Sent) "/" Sent\r\n* LIST () "/" Spam\r\n$TAG OK done\r\n"#,
    ];
    for (rule, junk) in rules.into_iter().zip([Some("Спам"), Some("INBOX/Junk Email"), None]) {
        let fake = FakeImap::start(&["--messages", "1", rule]);
        // Named by the operator as well, it is the junk folder all the same.
        let folders = if junk == Some("Спам") { vec!["INBOX".into(), "Спам".into()] } else { Vec::new() };
        let account = Account { junk: true, folders, ..fake.account() };
        let watching = Watching::start(&data, &account, &quick());
        received(&data, &account.name, if junk.is_some() { 2 } else { 1 }).await;
        let inbox = watching_now(&data, &account.name).await;
        watching.stop().await;
        if let Some(name) = junk {
            let found = line(&data, &account.name, name).await.unwrap_or_else(|| panic!("{name} is not watched"));
            assert_eq!(found.role.as_str(), "junk");
            assert_eq!(inbox.last_error, None);
        } else {
            assert!(inbox.last_error.unwrap().contains("names no junk folder"));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_state_line_says_whether_it_is_alive() {
    let (data, dovecot) = (Data::new().await, Dovecot::shared());
    let user = dovecot.user();
    user.append("INBOX", &mail(0));
    let account = user.account();
    let began = clock();
    let watching = Watching::start(&data, &account, &quick());
    received(&data, &account.name, 1).await;
    let alive = watching_now(&data, &account.name).await;
    watching.stop().await;
    assert_eq!((alive.server_count, alive.last_error.as_deref()), (Some(1), None));
    assert!(alive.last_check_at.unwrap() >= began && alive.last_message_at.unwrap() >= began);
    assert!(alive.state_since >= began && alive.uidvalidity.unwrap() > 0);
    assert_eq!(line(&data, &account.name, "INBOX").await.unwrap().state, "stopped");
    let junk = line(&data, &account.name, "Junk").await.unwrap();
    assert_eq!((junk.server_count, junk.last_message_at), (Some(0), None));
    let sums = pouch::store::mailbox::sums(&data.store).await.unwrap();
    assert_eq!((sums.len(), sums[0].seen, sums[0].received), (1, 1, 1));
}
