//! Somebody's own mailbox: what the operator's rules leave out is never fetched and never stored, and yet every UID has its
//! row.

use super::{Watching, copies, received, settlements, watching_now};
use crate::app::App;
use crate::servers::{Data, Dovecot, FakeImap, PASSWORD, clock, eventually, quick};
use pouch::config::{Account, Config};
use pouch::domain::Digest;
use pouch::domain::rules::{Rule, Rules};
use pouch::receive;
use std::time::Duration;

fn rule(name: &str, subject: &[&str], sender: &[&str]) -> Rule {
    let words = |list: &[&str]| list.iter().map(|one| (*one).to_string()).collect();
    Rule { name: name.into(), subject: words(subject), sender: words(sender) }
}

/// To this address, about the call, and not from the family.
fn rules() -> Rules {
    Rules {
        addresses: vec!["Inputs@Example.org".into()],
        take: vec![rule("the call", &["written input", "contribución"], &[]), rule("the chair", &[], &["@un.example"])],
        leave_out: vec![rule("family", &[], &["aunt mary"])],
        ..Rules::default()
    }
}

fn mail(header: &str, secret: &str) -> Vec<u8> {
    format!("{header}\r\nMessage-ID: <{}@example.net>\r\n\r\n{secret}\r\n", Digest::of(header.as_bytes())).into_bytes()
}

/// Each mail with what becomes of it, and why.
fn mails() -> Vec<(Vec<u8>, Result<(), &'static str>)> {
    let to = "To: inputs@example.org\r\n";
    vec![
        (mail(&format!("From: a@ngo.example\r\n{to}Subject: Written  INPUT of us"), "one"), Ok(())),
        // RFC 2047, and an address list that is folded.
        (
            mail(
                "From: b@ngo.example\r\nTo: x@example.org,\r\n \"I, n\" <INPUTS@example.org>\r\n\
                 Subject: =?utf-8?Q?Contribuci=C3=B3n?=",
                "two",
            ),
            Ok(()),
        ),
        // Bcc: only the server says that it was for us.
        (mail("Delivered-To: inputs@example.org\r\nFrom: C <c@un.example>\r\nSubject: lunch", "three"), Ok(())),
        (mail("From: d@ngo.example\r\nTo: me@example.org\r\nSubject: written input", "SECRET4"), Err("“addresses”")),
        (mail(&format!("From: e@ngo.example\r\n{to}Subject: Zaubertrank"), "SECRET5"), Err("“take”")),
        (
            mail(&format!("From: =?utf-8?B?QXVudCBNYXJ5?= <m@home.example>\r\n{to}Subject: written input"), "SECRET6"),
            Err("“family”"),
        ),
        // No field that could be judged: no input may be lost for that.
        (b"X-Odd: yes\r\n\r\nseven\r\n".to_vec(), Ok(())),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_rules_leave_out_is_never_stored_and_its_row_holds_no_word_of_a_sender() {
    let (data, dovecot) = (Data::new().await, Dovecot::shared());
    let user = dovecot.user();
    for (message, _) in &mails() {
        user.append("INBOX", message);
    }
    let account = Account { rules: rules(), ..user.plain() };
    let watching = Watching::start(&data, &account, &quick());
    let rows = received(&data, &account.name, 4).await;
    let line = watching_now(&data, &account.name).await;
    watching.stop().await;
    assert_eq!(rows.len(), 7);
    for (row, (message, expected)) in rows.iter().zip(mails()) {
        let bytes = Digest::of(&message);
        match expected {
            Ok(()) => assert_eq!(row.digest, Some(bytes.to_string())),
            Err(name) => {
                assert_eq!((row.settlement.as_str(), &row.digest, row.internal_date), ("left-out", &None, None));
                assert_eq!(row.size_bytes, Some(message.len() as i64));
                let reason = row.reason.as_ref().unwrap();
                assert!(reason.contains(name), "{reason} is not by {name}");
                assert!(data.vault.open_object(bytes).is_err(), "its bytes are in the vault");
            }
        }
    }
    assert!(line.last_error.unwrap().contains("1 messages could not be judged"));
    // Nowhere in the folder: not in the database, its log, or the vault.
    let secrets = ["SECRET4", "SECRET5", "SECRET6", "Zaubertrank", "home.example", "QXVudCBNYXJ5"];
    let mut folders = vec![data.dir.path().to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            let holds = |secret: &&str| bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert_eq!(secrets.iter().find(|secret| holds(secret)), None, "{}", path.display());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_fields_that_rules_look_at_are_asked_for_and_no_body_of_what_is_left_out() {
    let leave = Rules { leave_out: vec![rule("even", &["fake 2", "fake 4"], &[])], ..Rules::default() };
    let (data, fake) = (Data::new().await, FakeImap::start(&["--messages", "5"]));
    let account = Account { rules: leave, ..fake.account() };
    let watching = Watching::start(&data, &account, &quick());
    received(&data, &account.name, 3).await;
    watching.stop().await;
    let asked: Vec<String> = fake.commands().into_iter().filter(|line| line.contains("BODY")).collect();
    let fields = "FROM SENDER TO CC RESENT-TO RESENT-CC DELIVERED-TO X-ORIGINAL-TO ENVELOPE-TO SUBJECT DATE";
    let header = format!("UID FETCH 1:5 (UID BODY.PEEK[HEADER.FIELDS ({fields})]<0.65536>)");
    assert_eq!(asked, [header, "UID FETCH 1,3,5 (UID BODY.PEEK[])".into()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn wider_rules_bring_in_what_the_narrow_ones_left_out_and_equal_ones_ask_for_nothing_again() {
    let (data, fake) = (Data::new().await, FakeImap::start(&["--messages", "4"]));
    let only = |words: &[&str]| Rules { take: vec![rule("some", words, &[])], ..Rules::default() };
    let headers = || fake.commands().iter().filter(|line| line.contains("HEADER.FIELDS")).count();
    let account = Account { rules: only(&["fake 1"]), ..fake.account() };
    for round in 1..=2 {
        let watching = Watching::start(&data, &account, &quick());
        received(&data, &account.name, 1).await;
        watching_now(&data, &account.name).await;
        watching.stop().await;
        assert_eq!(headers(), 1, "round {round}");
    }
    let wider = Account { rules: only(&["fake 1", "fake 3"]), ..account.clone() };
    let preview = receive::check(&wider, &quick(), Some(&data.store), None, clock()).await.unwrap();
    assert_eq!((preview[0].known, preview[0].would_take), (1, 1), "a check says so before");
    let watching = Watching::start(&data, &wider, &quick());
    let rows = received(&data, &account.name, 2).await;
    eventually("all are judged by the new rules", Duration::from_secs(10), async || {
        let known = pouch::store::mailbox::find(&data.store, &account.name, "INBOX").await.unwrap().unwrap();
        let known = pouch::store::mailbox::known_uids(&data.store, &known.id, known.uidvalidity.unwrap(), 1, 9).await;
        let new = wider.rules.digest();
        known.unwrap().iter().all(|one| one.rules.is_none_or(|rules| rules == new)).then_some(())
    })
    .await;
    watching.stop().await;
    assert_eq!(settlements(&rows), ["1 received", "2 left-out", "3 received", "4 left-out"]);
    // Narrower again: what was taken stays.
    let watching = Watching::start(&data, &account, &quick());
    watching_now(&data, &account.name).await;
    watching.stop().await;
    assert_eq!(settlements(&copies(data.store.pool(), &account.name).await), settlements(&rows));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_whose_header_is_not_handed_out_is_taken_and_not_left_out() {
    let none = Rules { take: vec![rule("none", &["no such subject"], &[])], ..Rules::default() };
    for answer in ["", "* 1 FETCH (UID 1)\\r\\n", "* 1 FETCH (UID 1 BODY[HEADER.FIELDS (SUBJECT)] NIL)\\r\\n"] {
        let (data, rule) = (Data::new().await, format!("UID FETCH .*HEADER=>{answer}$TAG OK\\r\\n"));
        let fake = FakeImap::start(&["--messages", "1", &rule]);
        let account = Account { rules: none.clone(), ..fake.account() };
        let watching = Watching::start(&data, &account, &quick());
        received(&data, &account.name, 1).await;
        watching.stop().await;
    }
}

fn config(text: &str) -> Result<Config, Vec<String>> {
    let account = "[[account]]\nname = \"chair\"\nhost = \"h\"\nuser = \"u\"\npassword_env = \"X\"\n";
    Config::read(&format!("{account}{text}"), std::path::Path::new("."))
}

#[test]
fn rules_that_would_fit_everything_or_nothing_are_refused() {
    let read = config(
        "start = 2023-11-20\nend = 2023-12-31\n[account.rules]\naddresses = [\"a@b\"]\n\
         [[account.rules.take]]\nname = \"n\"\nsubject = [\"s\"]\n",
    );
    let rules = &read.unwrap().accounts[0].rules;
    assert_eq!(rules.end, Some("2024-01-01T00:00:00Z".parse().unwrap()), "the end day is still taken");
    assert_eq!((rules.take[0].name.as_str(), rules.addresses.len()), ("n", 1));
    let take = "[account.rules]\n[[account.rules.take]]\n";
    for (wrong, named) in [
        ("start = 2023-12-01\nend = 2023-11-01\n", "account[1].end"),
        (&format!("{take}name = \"n\"\n"), "account[1].rules.take[1].subject"),
        (&format!("{take}name = \"n\"\nsubject = [\" \"]\n"), "account[1].rules.take[1].subject"),
        (&format!("{take}subject = [\"s\"]\n"), "account[1].rules.take[1].name"),
        (&format!("{take}name = \"n\"\nsubject = [\"s\"]\nsubjekt = [\"s\"]\n"), "account[1].rules.take[1].subjekt"),
        ("[account.rules]\naddresses = [\"me\"]\n", "account[1].rules.addresses"),
    ] {
        let said = config(wrong).unwrap_err();
        assert!(said.iter().any(|line| line.starts_with(named)), "{named} is not named: {said:?}");
    }
}

#[test]
fn the_end_date_and_the_words_are_judged_as_a_reader_would() {
    use pouch::domain::rules::Fields;
    let start = "2023-11-20T00:00:00Z".parse().unwrap();
    let end = "2023-12-01T00:00:00Z".parse().unwrap();
    let dates = Rules { start: Some(start), end: Some(end), ..Rules::default() };
    let last = end - Duration::from_secs(1);
    assert!(dates.left_out_by_date(start - Duration::from_secs(1)).unwrap().contains("before the start date"));
    assert_eq!((dates.left_out_by_date(start), dates.left_out_by_date(last)), (None, None));
    assert!(dates.left_out_by_date(end).unwrap().contains("after the end date"));
    let fits = |word: &str, subject: &str| {
        let rules = Rules { take: vec![rule("n", &[word], &[])], ..Rules::default() };
        rules.left_out_by(&Fields { subject: subject.into(), ..Fields::default() }).is_none()
    };
    // Full width, composed and decomposed, capital letters of other scripts, spaces.
    assert!(fits("oewg", "Re: ＯＥＷＧ") && fits("contribución", "CONTRIBUCIO\u{301}N") && fits("вклад", "ВКЛАД"));
    assert!(fits("written input", "written\u{a0}\tinput") && !fits("written input", "written an input"));
    // Two rules are never taken for each other: the digest holds names, words and where they stand.
    let one = Rules { take: vec![rule("a", &["b"], &[])], ..Rules::default() };
    let other = [
        Rules { take: vec![rule("a", &[], &["b"])], ..Rules::default() },
        Rules { leave_out: one.take.clone(), ..Rules::default() },
        Rules { take: vec![rule("b", &["b"], &[])], ..Rules::default() },
        Rules::default(),
    ];
    assert!(other.iter().all(|two| two.digest() != one.digest()));
}

#[test]
fn a_check_shows_what_each_rule_would_leave_out_and_keeps_nothing() {
    // zammad#539: a dry run with counts before the first import.
    let dovecot = Dovecot::shared();
    let user = dovecot.user();
    for (message, _) in &mails() {
        user.append("INBOX", message);
    }
    let app = App::with_config(&format!(
        "[[account]]\nname = \"chair\"\nhost = \"127.0.0.1\"\nport = {}\ntls = false\njunk = false\nuser = \"{}\"\n\
         password_file = \"password\"\n[account.rules]\naddresses = [\"inputs@example.org\"]\n\
         [[account.rules.leave_out]]\nname = \"family\"\nsender = [\"aunt mary\"]\n",
        dovecot.imap(),
        user.name
    ));
    std::fs::write(app.data().join("password"), PASSWORD).unwrap();
    let said = app.run(&["check"]);
    for words in [
        "7 messages on the server, 0 known already",
        "would take 5 messages",
        "Contribución",
        "would leave out 1 messages",
        "the rule “family” leaves it out",
        "Aunt Mary <m@home.example>  written input",
        "the rule “addresses” leaves it out",
        "1 could not be judged",
        "Nothing was taken.",
    ] {
        assert!(said.contains(words), "{words} is not in:\n{said}");
    }
    assert_eq!(app.sql("select count(*) || '' from copies"), ["0"]);
    assert_eq!(app.sql("select count(*) || '' from mailboxes"), ["0"]);
    assert_eq!(app.sql("select count(*) || '' from ledger"), ["0"]);
}
