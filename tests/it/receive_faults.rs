//! Broken lines and odd servers: whatever they do, every message comes in once and the watcher goes on.

mod hostile;
mod sweep;
mod table;

use crate::receive::{Watching, copies, line, mail, reason, received, settlements, watching_now};
use crate::servers::{Data, Dovecot, FakeImap, FaultProxy, clock, eventually, quick};
use pouch::config::{Account, Login, Receive};
use std::time::{Duration, Instant};

/// A watcher over a scripted server until it holds `count` messages; the settlements and the commands sent.
async fn scripted(arguments: &[&str], settings: &Receive, count: usize) -> (Vec<String>, Vec<String>) {
    let (data, fake) = (Data::new().await, FakeImap::start(arguments));
    let account = fake.account();
    let watching = Watching::start(&data, &account, settings);
    received(&data, &account.name, count).await;
    watching_now(&data, &account.name).await;
    let rows = copies(data.store.pool(), &account.name).await;
    watching.stop().await;
    (settlements(&rows), fake.commands())
}

const THREE: [&str; 3] = ["1 received", "2 received", "3 received"];

#[tokio::test(flavor = "multi_thread")]
async fn no_bad_bye_or_an_end_in_any_state_is_never_an_empty_answer() {
    // paperless-ngx#5427: BYE is legal anywhere. async-imap#94, #95: the end of the line is no end of a list.
    let ways = [
        "$TAG NO Server Unavailable\\r\\n",
        "$TAG BAD Command Error. 10\\r\\n",
        "* BYE gone\\r\\n$CLOSE",
        "$CLOSE",
        "$RESET",
    ];
    for state in ["LOGIN", "CAPABILITY", "ID", "EXAMINE", "UID SEARCH", "UID FETCH .*SIZE", "UID FETCH .*BODY", "IDLE"]
    {
        for way in ways {
            let rule = format!("1*{state} ?=>{way}");
            let (settled, _) = scripted(&["--messages", "3", &rule], &quick(), 3).await;
            assert_eq!(settled, THREE, "{rule}");
        }
    }
    for greeting in ["* BYE busy\\r\\n$CLOSE", "* PREAUTH hello\\r\\n", "220 mail.example.org ESMTP\\r\\n", "$CLOSE"] {
        let rule = format!("1*GREETING=>{greeting}");
        assert_eq!(scripted(&["--messages", "3", &rule], &quick(), 3).await.0, THREE, "{rule}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_fetch_is_repeated_and_a_warning_is_only_a_warning() {
    let half = r"1*UID FETCH .*BODY=>* 1 FETCH (UID 1 BODY[] {4}\r\nabcd)\r\n* BYE Session expired\r\n$CLOSE";
    assert_eq!(scripted(&["--messages", "3", half], &quick(), 3).await.0, THREE);
    let warning = r"EXAMINE=>* NO [ALERT] quota\r\n$NEXT";
    let (settled, commands) = scripted(&["--messages", "3", warning], &quick(), 3).await;
    assert_eq!(settled, THREE);
    assert_eq!(commands.iter().filter(|line| line.starts_with("LOGIN")).count(), 1, "no second session");
}

#[tokio::test(flavor = "multi_thread")]
async fn sizes_come_first_and_bodies_in_bounded_sets_with_nothing_that_servers_get_wrong() {
    // MailKit#919, go-imap#659: a broken BODYSTRUCTURE of one mail ended the client.
    let (_, commands) = scripted(&["--like", "plain", "--messages", "120"], &quick(), 120).await;
    let fetches: Vec<&String> = commands.iter().filter(|line| line.contains("FETCH")).collect();
    assert_eq!(
        fetches,
        [
            "UID FETCH 1:120 (UID RFC822.SIZE INTERNALDATE)",
            "UID FETCH 1:50 (UID BODY.PEEK[])",
            "UID FETCH 51:100 (UID BODY.PEEK[])",
            "UID FETCH 101:120 (UID BODY.PEEK[])",
        ]
    );
    assert!(commands.iter().any(|line| line.starts_with(r#"ID ("name" "pouch" "version" "#)), "{commands:?}");
    assert!(commands.iter().any(|line| line.contains(r#""contact" "fake@example.org""#)), "{commands:?}");
    for word in ["SELECT", "ENVELOPE", "BODYSTRUCTURE", "STORE", "EXPUNGE", "BODY[", "RETURN"] {
        assert!(!commands.iter().any(|line| line.contains(word)), "{word}: {commands:?}");
    }
    // 3 MB each: two fit into 8 MB.
    let (_, commands) = scripted(&["--messages", "5", "--size", "3000000"], &quick(), 5).await;
    let bodies: Vec<&str> = commands.iter().filter_map(|line| line.strip_suffix(" (UID BODY.PEEK[])")).collect();
    assert_eq!(bodies, ["UID FETCH 1:2", "UID FETCH 3:4", "UID FETCH 5"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn gmails_own_id_is_kept_beside_the_copy() {
    let (data, fake) =
        (Data::new().await, FakeImap::start(&["--like", "gmail", "--messages", "1", "LOGIN=>$TAG OK\\r\\n"]));
    let account = fake.account();
    let watching = Watching::start(&data, &account, &quick());
    let rows = received(&data, &account.name, 1).await;
    watching.stop().await;
    assert_eq!(rows[0].provider_id.as_deref(), Some("1800000000000000001"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_does_not_hand_out_is_parked_tried_five_times_and_then_daily() {
    // offlineimap#62: OK and no data, for ever. It must neither loop nor hold up the others.
    let data = Data::new().await;
    for answer in
        ["* 2 FETCH (UID 2)\\r\\n", "", "* 2 FETCH (UID 2 BODY[] NIL)\\r\\n", "* 2 FETCH (UID 2 BODY[] \"\")\\r\\n"]
    {
        let alone = format!("UID FETCH 2 .*BODY=>{answer}$TAG OK done\\r\\n");
        let others = "* 1 FETCH (UID 1 BODY[] {1}\\r\\na)\\r\\n* 3 FETCH (UID 3 BODY[] {1}\\r\\nb)\\r\\n";
        let all = format!("UID FETCH 1:3 .*BODY=>{others}{answer}$TAG OK done\\r\\n");
        let fake = FakeImap::start(&["--messages", "3", &alone, &all]);
        let account = fake.account();
        let settings = Receive { park_retry: Duration::from_millis(30), poll: Duration::from_millis(30), ..quick() };
        let watching = Watching::start(&data, &account, &settings);
        let row = eventually("five tries", Duration::from_secs(20), async || {
            let rows = copies(data.store.pool(), &account.name).await;
            rows.into_iter().find(|row| row.tries == 5)
        })
        .await;
        received(&data, &account.name, 2).await;
        watching.stop().await;
        assert_eq!((row.uid, row.settlement.as_str()), (2, "parked"), "{answer}");
        assert!(row.reason.unwrap().contains("does not hand it out"));
        let wait = row.try_at.unwrap() - clock().as_microsecond();
        assert!((86_000_000_000..=86_400_000_000).contains(&wait), "a day: {wait}");
        let tries = fake.commands().iter().filter(|line| line.starts_with("UID FETCH 2 (UID BODY")).count();
        assert_eq!(tries, 4, "one with the others, four alone");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_gone_before_it_is_fetched_is_gone_by_a_tagged_ok() {
    let rules = [
        "1*UID SEARCH=>* SEARCH 1 2 3 9\\r\\n$TAG OK done\\r\\n",
        "EXAMINE=>* 4 EXISTS\\r\\n* OK [UIDVALIDITY 5] x\\r\\n$TAG OK\\r\\n",
    ];
    let (settled, _) = scripted(&["--messages", "3", rules[0], rules[1]], &quick(), 3).await;
    assert_eq!(settled, ["1 received", "2 received", "3 received", "9 gone"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_that_proves_wrong_is_asked_for_again_soon_and_not_for_ever() {
    // Without TLS a digit may change on the way: 47 is no message, and 3 is one that was not listed.
    let settings = Receive { poll: Duration::from_millis(100), compare: Duration::from_secs(600), ..quick() };
    let began = Instant::now();
    let wrong = "UID SEARCH UID 1:50000=>* SEARCH 1 2 47\\r\\n$TAG OK done\\r\\n";
    let (settled, _) = scripted(&["--messages", "3", &format!("1*{wrong}")], &settings, 3).await;
    assert_eq!(settled, ["1 received", "2 received", "3 received", "47 gone"]);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    // A server that says so for ever is not compared at each look.
    let (data, fake) = (Data::new().await, FakeImap::start(&["--messages", "3", wrong]));
    let watching = Watching::start(&data, &fake.account(), &settings);
    let looks = || fake.commands().iter().filter(|line| line.starts_with("EXAMINE")).count();
    eventually("some looks", Duration::from_secs(20), async || (looks() > 20).then_some(())).await;
    watching.stop().await;
    let compared = fake.commands().iter().filter(|line| line.contains("SEARCH UID 1:50000")).count();
    assert_eq!(compared, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_breaks_every_session_is_parked_and_the_others_come_in() {
    // chatwoot, docspell#2376: one odd mail must not block the rest, again and again.
    let breaks = r"UID FETCH (1:4|1:3|2:4|1:2|2:3|3|2) .*BODY=>* 2 FETCH (UID 2 BODY[] ~{1}\r\nx)\r\n";
    let only_two = r"UID FETCH 3 .*BODY=>$NEXT";
    let (data, fake) = (Data::new().await, FakeImap::start(&["--messages", "4", only_two, breaks]));
    let account = fake.account();
    let watching = Watching::start(&data, &account, &quick());
    let rows = received(&data, &account.name, 3).await;
    let rows = if rows.len() == 4 {
        rows
    } else {
        eventually("it is parked", Duration::from_secs(10), async || {
            Some(copies(data.store.pool(), &account.name).await).filter(|rows| rows.len() == 4)
        })
        .await
    };
    watching.stop().await;
    assert_eq!(settlements(&rows), ["1 received", "2 parked", "3 received", "4 received"]);
    assert!(rows[1].reason.as_ref().unwrap().contains("cannot be read"), "{:?}", rows[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn unsolicited_answers_odd_order_and_unknown_items_are_taken_for_what_they_are() {
    let rule = r#"UID FETCH .*BODY=>* 2 FETCH (FLAGS (\\Seen))\r\n* 2 FETCH (UID 2 FLAGS (\\Seen))\r\n* 7 EXISTS\r\n* 1 FETCH (X-NEW (a "b") BODY[] {5}\r\nhello UID 1 FLAGS ())\r\n* 2 FETCH (BODY[] "x" UID 2)\r\n* 9 FETCH (UID 99 BODY[] "not asked for")\r\n$TAG OK done\r\n"#;
    let (data, fake) = (Data::new().await, FakeImap::start(&["--messages", "2", rule]));
    let account = fake.account();
    let watching = Watching::start(&data, &account, &quick());
    let rows = received(&data, &account.name, 2).await;
    watching.stop().await;
    let digests: Vec<_> = rows.iter().map(|row| row.digest.clone().unwrap()).collect();
    let expected = [&b"hello"[..], b"x"].map(|bytes| pouch::domain::Digest::of(bytes).to_string());
    assert_eq!(digests, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_uidvalidity_that_is_absent_zero_or_too_large_is_an_error_and_uidnext_is_not_needed() {
    // paperless-ngx#12839: without one, no UID means anything; that is said, and nothing is taken or skipped by guess.
    let data = Data::new().await;
    for code in ["", "* OK [UIDVALIDITY 0] x\\r\\n", "* OK [UIDVALIDITY 4294967296] x\\r\\n"] {
        let fake = FakeImap::start(&["--messages", "1", &format!("EXAMINE=>* 1 EXISTS\\r\\n{code}$TAG OK\\r\\n")]);
        let account = fake.account();
        let watching = Watching::start(&data, &account, &quick());
        assert_eq!(reason(&data, &account.name, "UIDVALIDITY").await.state, "failing");
        watching.stop().await;
        assert_eq!(copies(data.store.pool(), &account.name).await, []);
    }
    // Courier gives no UIDNEXT.
    let rule = "EXAMINE=>* 3 EXISTS\\r\\n* OK [UIDVALIDITY 4294967295] x\\r\\n$TAG OK\\r\\n";
    assert_eq!(scripted(&["--messages", "3", rule], &quick(), 3).await.0, THREE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_half_listing_is_no_deletion_and_the_gap_is_shown() {
    // bichon#144: the provider showed fewer messages than it had, and nothing said so.
    let (data, whole) = (Data::new().await, FakeImap::start(&["--messages", "3"]));
    let account = whole.account();
    let watching = Watching::start(&data, &account, &quick());
    received(&data, &account.name, 3).await;
    watching.stop().await;
    let validity = line(&data, &account.name, "INBOX").await.unwrap().uidvalidity.unwrap();
    let opened = format!("EXAMINE=>* 3 EXISTS\\r\\n* OK [UIDVALIDITY {validity}] x\\r\\n$TAG OK\\r\\n");
    let fake = FakeImap::start(&["--messages", "3", "UID SEARCH=>* SEARCH 1\\r\\n$TAG OK\\r\\n", &opened]);
    let account = Account { port: fake.port, ..account };
    let watching = Watching::start(&data, &account, &quick());
    let shown = reason(&data, &account.name, "listed another number").await;
    watching.stop().await;
    assert_eq!((shown.state.as_str(), shown.server_count), ("watching", Some(3)));
    assert!(copies(data.store.pool(), &account.name).await.iter().all(|row| row.vanished_at.is_none()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_asks_to_slow_down_is_left_alone_for_as_long_as_it_says() {
    // imapsync#212: Office 365 names the wait in milliseconds. node-imap#546: Gmail says OK and leaves the body out.
    let named = "1*UID SEARCH=>$TAG NO Request is throttled. Suggested Backoff Time: 700 milliseconds\\r\\n";
    let began = Instant::now();
    assert_eq!(scripted(&["--messages", "3", named], &quick(), 3).await.0, THREE);
    assert!(began.elapsed() >= Duration::from_millis(700), "{:?}", began.elapsed());
    let lacking = "1*UID FETCH .*BODY=>* 1 FETCH (UID 1)\\r\\n$TAG OK Success [THROTTLED]\\r\\n";
    let (settled, commands) = scripted(&["--messages", "3", lacking], &quick(), 3).await;
    assert_eq!(settled, THREE, "throttled is not parked");
    assert_eq!(commands.iter().filter(|line| line.starts_with("LOGIN")).count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_way_to_fail_has_its_own_words_in_the_state_line() {
    let (data, shared) = (Data::new().await, Dovecot::shared());
    let user = shared.user();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let ca_as_server = FakeImap::start_tls_self_signed();
    let gone = FakeImap::start(&["GREETING=>* BYE no service today\\r\\n$CLOSE"]);
    let connected = FakeImap::start(&["EXAMINE=>$TAG BAD User is authenticated but not connected.\\r\\n"]);
    let missing = pouch::config::Secret::Env("POUCH_NO_SUCH_VARIABLE".into());
    let cases = [
        (user.through(closed), "no connection to the server"),
        (Account { host: "no-such-host.invalid".into(), ..user.plain() }, "name cannot be resolved"),
        (Account { tls: true, ..user.plain() }, "TLS with the server failed"),
        (Account { ca_file: None, ..user.account() }, "an authority that is not known here"),
        (ca_as_server.account_tls(), "marked as an authority (CA:TRUE)"),
        (Account { login: Login::Password(FakeImap::wrong_password()), ..user.plain() }, "refused the login"),
        (Account { login: Login::Password(missing), ..user.plain() }, "POUCH_NO_SUCH_VARIABLE"),
        (gone.account(), "no service today"),
        (connected.account(), "does not open the mailbox"),
        (Account { folders: vec!["Nowhere".into()], ..user.plain() }, "refused EXAMINE"),
    ];
    for (at, (account, words)) in cases.into_iter().enumerate() {
        let folder = account.folders.first().cloned().unwrap_or_else(|| "INBOX".into());
        let account = Account { name: format!("case {at}"), ..account };
        let watching = Watching::start(&data, &account, &quick());
        let shown = eventually(words, Duration::from_secs(20), async || {
            line(&data, &account.name, &folder).await.filter(|line| line.last_error.is_some())
        })
        .await;
        watching.stop().await;
        let error = shown.last_error.unwrap();
        assert!(error.contains(words) && error.contains("next try in"), "{words}: {error}");
        assert_eq!(shown.state, "failing");
        assert!(!error.contains("wrong-pass"), "no password in an error: {error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_connections_are_told_apart_from_a_wrong_password() {
    let (data, dovecot) = (Data::new().await, Dovecot::own(&["--max-connections", "1"]));
    let user = dovecot.user();
    let account = user.account();
    let first = Watching::start(&data, &account, &quick());
    watching_now(&data, &account.name).await;
    let other = Account { name: "other".into(), ..account };
    let second = Watching::start(&data, &other, &quick());
    reason(&data, "other", "allows no more connections").await;
    first.stop().await;
    watching_now(&data, "other").await;
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_come_one_at_a_time_are_the_same_message() {
    // chatmail/async-imap#66: a read that ended at a bad place broke the session.
    let (data, dovecot) = (Data::new().await, Dovecot::shared());
    let user = dovecot.user();
    for number in 0..3 {
        user.deliver("INBOX", &mail(number));
    }
    let proxy = FaultProxy::start(dovecot.imap(), &["chunk:1"]);
    let account = user.through(proxy.port);
    let watching = Watching::start(&data, &account, &quick());
    received(&data, &account.name, 3).await;
    let shown = watching_now(&data, &account.name).await;
    watching.stop().await;
    assert_eq!((proxy.count(), shown.last_error), (1, None));
}
