//! What Gmail and Microsoft 365 do that others do not, and that we do as they ask.

use super::{Watching, copies, line, received, watching_now};
use crate::servers::{Data, FakeImap, clock, eventually, quick};
use pouch::config::{Account, Config, Login, Receive, Secret};
use pouch::domain::Timestamp;
use pouch::store::{mailbox, traffic};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

const LOGIN: &str = "LOGIN=>$TAG OK\\r\\n";

/// Days that the test's own clock is ahead.
static DAYS: AtomicI64 = AtomicI64::new(0);

fn shifted() -> Timestamp {
    let noon = clock().as_second().div_euclid(86_400) * 86_400 + 43_200;
    Timestamp::from_second(noon + DAYS.load(Ordering::Relaxed) * 86_400).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_days_bytes_are_counted_over_restarts_and_the_first_load_goes_on_the_next_day() {
    // ha-email-sensor#16: Gmail said OVERQUOTA and the client was stuck. 20 messages of 100 kB, 1 MB a day: three days.
    let (data, fake) = (Data::new().await, FakeImap::start(&["--messages", "20", "--size", "100000"]));
    let account = Account { daily_bytes: Some(1_000_000), ..fake.account() };
    let settings = Receive { poll: Duration::from_millis(200), ..quick() };
    let paused = async |day: i64| {
        eventually(&format!("the pause of day {day}"), Duration::from_secs(20), async || {
            let line = line(&data, &account.name, "INBOX").await?;
            let until = shifted().as_second().div_euclid(86_400) + 1;
            let until = Timestamp::from_second(until * 86_400).unwrap().strftime("%Y-%m-%d 00:00:00 UTC").to_string();
            let is_paused = line.state == "paused"
                && line.last_error.is_some_and(|said| said.contains(&format!("paused until {until}")));
            is_paused.then_some(())
        })
        .await;
    };
    let start = || {
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let place = pouch::receive::Place { clock: shifted, ..data.place("test") };
        (stop, tokio::spawn(pouch::receive::watch(account.clone(), settings.clone(), place, stopped)))
    };
    let (stop, task) = start();
    paused(0).await;
    let first = copies(data.store.pool(), &account.name).await.len();
    assert!((1..=9).contains(&first), "{first} messages on the first day");
    let spent = traffic::spent(&data.store, &account.name, shifted()).await.unwrap();
    assert!((first as u64 * 100_000..=1_000_000).contains(&spent), "{spent} bytes");
    stop.send(true).unwrap();
    task.await.unwrap();
    // A restart on the same day fetches no body more.
    let bodies = || fake.commands().iter().filter(|line| line.contains("BODY")).count();
    let before = bodies();
    let (stop, task) = start();
    eventually("it looked again", Duration::from_secs(20), async || {
        (fake.commands().iter().filter(|line| line.starts_with("LOGIN")).count() >= 2).then_some(())
    })
    .await;
    paused(0).await;
    assert_eq!(bodies(), before);
    // The next days, without a restart.
    for day in 1..=2 {
        DAYS.store(day, Ordering::Relaxed);
        if day == 1 {
            eventually("it goes on", Duration::from_secs(20), async || {
                (copies(data.store.pool(), &account.name).await.len() > first).then_some(())
            })
            .await;
            paused(1).await;
        }
    }
    let rows = received(&data, &account.name, 20).await;
    stop.send(true).unwrap();
    task.await.unwrap();
    assert_eq!(rows.len(), 20);
    assert_eq!(bodies(), before + 20 - first, "each is fetched once");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_day_has_an_allowance_the_newest_mail_comes_first() {
    let (data, fake) = (Data::new().await, FakeImap::start(&["--messages", "120", "--size", "50000"]));
    let account = Account { daily_bytes: Some(1_000_000), ..fake.account() };
    let watching = Watching::start(&data, &account, &quick());
    eventually("its allowance is used up", Duration::from_secs(20), async || {
        line(&data, &account.name, "INBOX").await.filter(|line| line.state == "paused")
    })
    .await;
    watching.stop().await;
    let rows = copies(data.store.pool(), &account.name).await;
    assert!(!rows.is_empty() && rows.iter().all(|row| row.uid > 70), "{:?}", rows.first());
}

#[test]
fn gmail_has_a_daily_allowance_by_itself_and_one_folder() {
    let read = |lines: &str| {
        let text = format!("[[account]]\nname = \"chair\"\nuser = \"u\"\npassword_env = \"X\"\n{lines}");
        Config::read(&text, std::path::Path::new(".")).map(|config| config.accounts[0].clone())
    };
    let daily = |lines: &str| read(lines).unwrap().daily_bytes;
    assert_eq!(daily("host = \"imap.gmail.com\"\n"), Some(2_000_000_000));
    assert_eq!(daily("host = \"imap.gmail.com\"\ndaily_mb = 500\n"), Some(500_000_000));
    assert_eq!(daily("host = \"imap.gmail.com\"\ndaily_mb = 0\n"), None);
    assert_eq!(daily("host = \"mail.example.org\"\n"), None);
    assert_eq!(daily("host = \"notgmail.com\"\n"), None);
    assert_eq!(daily("host = \"mail.example.org\"\ndaily_mb = 1\n"), Some(1_000_000));
    let google = "login = \"google\"\nclient_id = \"x\"\nhost = \"127.0.0.1\"\n";
    let text = format!("[[account]]\nname = \"chair\"\nuser = \"u\"\n{google}");
    let by_login = Config::read(&text, std::path::Path::new(".")).unwrap();
    assert_eq!(by_login.accounts[0].daily_bytes, Some(2_000_000_000));
    // mail-archiver#116: labels are folders there.
    let said = read("host = \"imap.gmail.com\"\nfolders = [\"INBOX\", \"Inputs\"]\n").unwrap_err();
    assert!(said[0].contains("labels") && said[0].starts_with("account[1].folders:"), "{said:?}");
    assert_eq!(read("host = \"imap.gmail.com\"\nfolders = [\"\\\\All\"]\n").unwrap().folders, ["\\All"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_mail_is_found_by_its_attribute_and_a_message_with_a_new_label_is_not_fetched_again() {
    // mail-archiver#116: one message, several labels. itop#64: a label given back is a new UID and no new message.
    let data = Data::new().await;
    let list = r#"LIST=>* LIST (\\HasNoChildren) "/" INBOX\r\n* LIST (\\All \\HasNoChildren) "/" "[Gmail]/Alle Nachrichten"\r\n* LIST (\\Junk) "/" "[Gmail]/Spam"\r\n$TAG OK done\r\n"#;
    let fake = FakeImap::start(&["--like", "gmail", "--messages", "3", LOGIN, list]);
    let account = Account { folders: vec!["\\All".into()], junk: true, ..fake.account() };
    let watching = Watching::start(&data, &account, &quick());
    // The junk folder shows the same messages here, under the same ids of Gmail.
    let rows = received(&data, &account.name, 6).await;
    watching.stop().await;
    let examined: Vec<String> = fake.commands().into_iter().filter(|line| line.starts_with("EXAMINE")).collect();
    assert_eq!(examined[..2], [r#"EXAMINE "[Gmail]/Alle Nachrichten""#, r#"EXAMINE "[Gmail]/Spam""#]);
    assert_eq!(rows.iter().filter(|row| row.folder == "\\All").count(), 3);
    assert_eq!(rows[0].digest, rows[3].digest, "another sighting with the same bytes");
    let bodies = fake.commands().iter().filter(|line| line.contains("BODY")).count();
    assert_eq!(bodies, 1, "fetched once for both folders");
    // Without such a folder nothing else is watched in its place.
    let fake = FakeImap::start(&["--messages", "1"]);
    let account = Account { folders: vec!["\\All".into()], ..fake.account() };
    let watching = Watching::start(&data, &account, &quick());
    eventually("it says so", Duration::from_secs(20), async || {
        let line = mailbox::find(&data.store, &account.name, "\\All").await.unwrap()?;
        line.last_error.is_some_and(|said| said.contains("no folder that holds all mail")).then_some(())
    })
    .await;
    watching.stop().await;
    assert_eq!(copies(data.store.pool(), &account.name).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_throttles_is_left_alone_and_its_line_says_until_when() {
    // imapsync#212; ha-email-sensor#16.
    let data = Data::new().await;
    let long = Receive { throttle_pause: Duration::from_secs(3600), ..quick() };
    for (answer, seconds) in [
        ("$TAG NO Request is throttled. Suggested Backoff Time: 299961 milliseconds\\r\\n", 290..=300),
        ("$TAG NO [OVERQUOTA] Account exceeded command or bandwidth limits\\r\\n", 3_590..=3_600),
        ("* BYE [UNAVAILABLE] Account exceeded command or bandwidth limits. (Failure)\\r\\n$CLOSE", 3_590..=3_600),
        ("* 1 FETCH (UID 1)\\r\\n$TAG OK Success [THROTTLED]\\r\\n", 3_590..=3_600),
    ] {
        let fake = FakeImap::start(&["--messages", "1", &format!("UID FETCH .*BODY=>{answer}")]);
        let account = fake.account();
        let watching = Watching::start(&data, &account, &long);
        let said = eventually(answer, Duration::from_secs(20), async || {
            line(&data, &account.name, "INBOX").await.filter(|line| line.state == "throttled")
        })
        .await;
        watching.stop().await;
        let error = said.last_error.unwrap();
        let until = error.split_once("throttled until ").unwrap().1.trim_end_matches(" UTC").replace(' ', "T");
        let until: Timestamp = format!("{until}Z").parse().unwrap();
        let wait = until.duration_since(said.state_since).as_secs();
        assert!(seconds.contains(&wait), "{error}: {wait} s");
        assert_eq!(copies(data.store.pool(), &account.name).await, [], "throttled is not parked");
        assert_eq!(fake.commands().iter().filter(|line| line.starts_with("LOGIN")).count(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bye_anywhere_ends_one_session_and_the_other_account_goes_on() {
    // paperless-ngx#5427: Outlook answered "Command Error. 10" and BYE.
    let data = Data::new().await;
    for state in ["GREETING", "LOGIN", "EXAMINE", "UID FETCH .*BODY", "IDLE"] {
        let fake =
            FakeImap::start(&["--messages", "2", &format!("{state}=>* BYE Connection is closed. 13\\r\\n$CLOSE")]);
        let mut other = FakeImap::start(&["--messages", "1"]);
        let (bad, good) = (fake.account(), other.account());
        let first = Watching::start(&data, &bad, &quick());
        let second = Watching::start(&data, &good, &quick());
        watching_now(&data, &good.name).await;
        eventually(state, Duration::from_secs(20), async || {
            let said = line(&data, &bad.name, "INBOX").await?.last_error?;
            said.contains("Connection is closed. 13").then_some(())
        })
        .await;
        let began = Instant::now();
        other.tell("new");
        assert_eq!(received(&data, &good.name, 2).await.len(), 2);
        assert!(began.elapsed() < Duration::from_secs(1), "{state}: {:?}", began.elapsed());
        first.stop().await;
        second.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn authenticated_but_not_connected_is_told_with_its_three_causes_and_tried_again() {
    // email-oauth2-proxy#275, MailKit#1494, imapflow#314.
    let (data, answer) = (Data::new().await, "3*EXAMINE=>$TAG BAD User is authenticated but not connected.\\r\\n");
    let fake = FakeImap::start(&["--messages", "1", answer]);
    let account = fake.account();
    let watching = Watching::start(&data, &account, &quick());
    let said = eventually("it is told", Duration::from_secs(20), async || {
        line(&data, &account.name, "INBOX").await?.last_error
    })
    .await;
    for cause in ["no right to it", "names another mailbox", "a passing fault or too many connections"] {
        assert!(said.contains(cause), "{cause}: {said}");
    }
    assert!(!said.contains("refused the login"), "{said}");
    received(&data, &account.name, 1).await;
    watching.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_password_is_tried_slower_and_slower_and_a_new_one_at_once() {
    // OpenArchiver's source: repeated rejected logins bring throttling, or lock the account.
    let (data, fake) = (
        Data::new().await,
        FakeImap::start(&["--messages", "1", "LOGIN \\x22fake@example.org\\x22 \\x22wrong=>$TAG NO no\\r\\n"]),
    );
    let file = data.dir.path().join("password");
    std::fs::write(&file, "wrong\n").unwrap();
    let account = Account { login: Login::Password(Secret::File(file.clone())), ..fake.account() };
    let settings = Receive { login_retry: Duration::from_millis(100), ..quick() };
    let watching = Watching::start(&data, &account, &settings);
    let logins = || fake.commands().iter().filter(|line| line.starts_with("LOGIN")).count();
    // At 0, 100, 600 and 2,100 ms; the next ones at 5 and 11 s.
    let began = Instant::now();
    eventually("four tries", Duration::from_secs(20), async || (logins() == 4).then_some(())).await;
    assert!(began.elapsed() >= Duration::from_millis(2_000), "{:?}", began.elapsed());
    tokio::time::sleep(Duration::from_millis(1_000)).await;
    assert_eq!(logins(), 4, "the waits grow");
    std::fs::write(&file, "right\n").unwrap();
    received(&data, &account.name, 1).await;
    watching.stop().await;
    assert_eq!(logins(), 5);
}

#[test]
fn a_password_at_a_provider_that_wants_none_is_warned_of() {
    let at =
        |host: &str| Account { host: host.into(), ..crate::servers::plain_account("a", "a", 1) }.password_warning();
    assert!(at("outlook.office365.com").unwrap().contains("Microsoft"));
    assert!(at("IMAP.gmail.com").unwrap().contains("Google may switch off"));
    assert_eq!((at("mail.example.org"), at("myoutlook.com")), (None, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_notice_that_exchange_hands_out_for_a_message_is_parked_and_a_mail_that_looks_like_it_is_not() {
    // offlineimap#62, freescout#3203: the notice was taken for the message, and the message was lost from sight.
    let data = Data::new().await;
    let to = "To: Chair <chair@example.org>\r\n";
    let subject = "Subject: Retrieval using the IMAP4 protocol failed for the following\r\n message: 1\r\n";
    let notice =
        format!("MIME-Version: 1.0\r\nFrom: Microsoft Exchange Server 2010\r\n{to}{subject}\r\nThe server ...\r\n");
    let in_french = format!("From: \"Microsoft Exchange Server\"\r\n{to}Subject: Echec\r\n\r\nx\r\n");
    let forged = format!(
        "Received: from a by b; Mon, 20 Nov 2023 10:00:00 +0000\r\nFrom: Microsoft Exchange Server\r\n{to}{subject}\r\nx\r\n"
    );
    let quoted = format!("From: ngo@example.net\r\n{to}{subject}\r\nWhat does this mean?\r\n");
    // Under the size of a large message, which is fetched in slices.
    let rule = format!(
        "UID FETCH .*BODY.PEEK\\[\\]<0=>* 1 FETCH (UID 1 BODY[]<0> {{{}}}\\r\\n{})\\r\\n$TAG OK\\r\\n",
        notice.len(),
        notice.replace("\r\n", "\\r\\n")
    );
    let fake = FakeImap::start(&["--messages", "1", "--size", "9000000", &rule]);
    let account = fake.account();
    let watching = Watching::start(&data, &account, &quick());
    let rows = eventually("it is settled", Duration::from_secs(20), async || {
        Some(copies(data.store.pool(), &account.name).await).filter(|rows| !rows.is_empty())
    })
    .await;
    watching.stop().await;
    assert_eq!(rows[0].settlement, "parked", "{rows:?}");
    // By rules of a person's mailbox the notice could not be judged: it must be parked there as well, not left out.
    let only = pouch::domain::rules::Rules {
        take: vec![pouch::domain::rules::Rule {
            name: "all others".into(),
            subject: vec!["no such subject".into()],
            ..Default::default()
        }],
        ..Default::default()
    };
    for (mail, settlement, by_rules) in [
        (&notice, "parked", "parked"),
        (&in_french, "parked", "parked"),
        (&forged, "received", "left-out"),
        (&quoted, "received", "left-out"),
    ] {
        let wire = mail.replace("\r\n", "\\r\\n").replace('"', "\\x22");
        let body = format!(
            "UID FETCH .*BODY.PEEK\\[\\]=>* 1 FETCH (UID 1 BODY[] {{{}}}\\r\\n{wire})\\r\\n$TAG OK\\r\\n",
            mail.len()
        );
        let head: String = mail.split("\r\n\r\n").next().unwrap().into();
        let fields = format!("{head}\r\n\r\n");
        let wire = fields.replace("\r\n", "\\r\\n").replace('"', "\\x22");
        let head = format!(
            "UID FETCH .*HEADER=>* 1 FETCH (UID 1 BODY[HEADER.FIELDS (SUBJECT)]<0> {{{}}}\\r\\n{wire})\\r\\n$TAG OK\\r\\n",
            fields.len()
        );
        for (rules, expected) in [(Default::default(), settlement), (only.clone(), by_rules)] {
            let fake = FakeImap::start(&["--messages", "1", &body, &head]);
            let account = Account { rules, ..fake.account() };
            let watching = Watching::start(&data, &account, &quick());
            let rows = eventually("it is settled", Duration::from_secs(20), async || {
                Some(copies(data.store.pool(), &account.name).await).filter(|rows| !rows.is_empty())
            })
            .await;
            watching.stop().await;
            assert_eq!(rows[0].settlement, expected, "{mail}");
            if expected == "parked" {
                assert!(rows[0].reason.as_ref().unwrap().contains("look at it in Outlook"));
                assert!(data.vault.open_object(pouch::domain::Digest::of(mail.as_bytes())).is_err());
            }
        }
    }
}
