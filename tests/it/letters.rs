//! Mail that Pouch writes, through a real Exim: receipts, alarms, notices, the digest, and what came by hand.

use crate::app::{App, Folder, Serving, fixture, wait_for};
use crate::journey::account_config;
use crate::servers::{Dovecot, PASSWORD, User, testbed};
use pouch::domain::message::{Address, Body, ParsedMessage};
use pouch::letters::alarm::{Limits, Watched, alarms, of_secrets};
use pouch::letters::receipt::{Circumstances, recipient};
use serde_json::Value;
use std::fs;
use std::process::Command;
use std::time::Duration;

/// An Exim of the test's own.
struct Exim {
    folder: Folder,
    facts: Value,
}

impl Exim {
    fn start() -> Self {
        let folder = Folder::new();
        let output = Command::new(testbed("exim-sandbox")).arg("start").arg(&folder.0).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Self { facts: serde_json::from_slice(&output.stdout).unwrap(), folder }
    }

    /// Lines of configuration that name it; `more` are further lines of `[smtp]`.
    fn config(&self, more: &str) -> String {
        format!(
            "[smtp]\nhost = \"localhost\"\nport = {}\nca_file = \"{}\"\nfrom = \"Pouch <pouch@desk.example>\"\n{more}\n",
            self.facts["port"],
            self.facts["ca"].as_str().unwrap()
        )
    }

    /// What was delivered to an address so far, whole.
    fn mail_to(&self, address: &str) -> Vec<String> {
        let files = fs::read_dir(self.folder.0.join("mail/new")).into_iter().flatten();
        let texts = files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
        let mut found: Vec<String> = texts.filter(|text| text.contains(&format!("Envelope-to: {address}\n"))).collect();
        found.sort();
        found
    }

    fn one_to(&self, address: &str) -> String {
        wait_for(&format!("a letter to {address}"), || self.mail_to(address).pop())
    }
}

impl Drop for Exim {
    fn drop(&mut self) {
        let _ = Command::new(testbed("exim-sandbox")).arg("stop").arg(&self.folder.0).output();
    }
}

/// An app that watches one mailbox and writes mail.
fn app_for(user: &User<'_>, exim: &Exim, lines: &str) -> App {
    let app = App::with_config("");
    let config = fs::read_to_string(app.data().join("pouch.toml")).unwrap();
    let quick = "[receive]\npoll = \"1s\"\nbackoff_least = \"50ms\"\nbackoff_most = \"1s\"\n";
    let account = account_config(user, "chair", "password");
    let call = "[call]\ncode = \"OEWG-2023\"\ntime_zone = \"America/New_York\"\naddresses = [\"call@desk.example\"]\n";
    let all = format!("{config}{quick}{call}{account}{}{lines}", exim.config(""));
    fs::write(app.data().join("pouch.toml"), all).unwrap();
    fs::write(app.data().join("password"), format!("{PASSWORD}\n")).unwrap();
    app
}

pub const INPUT: &str = "We welcome the second annual progress report (A/78/265) and submit this written input. States should \
    nominate points of contact for the global directory and exercise it every year, so that a call in a crisis reaches \
    somebody. Capacity-building must follow the needs of the States that ask for it, and the confidence-building measures \
    need a calendar. Our association has worked with incident response teams in nine countries on ransomware against \
    hospitals, and we offer to share what we learned with any State that wants to hear it. International law applies.";

fn mail_from(from: &str, number: u32, headers: &str) -> Vec<u8> {
    format!(
        "From: {from}\r\nTo: The Call <call@desk.example>\r\nSubject: Written input {number}\r\nDate: Tue, 05 Dec 2023 10:00:00 -0500\r\n\
         Message-ID: <input-{number}@sender.example>\r\n{headers}Content-Type: text/plain; charset=utf-8\r\n\r\n{INPUT} ({number})\r\n"
    )
    .into_bytes()
}

fn header<'a>(mail: &'a str, name: &str) -> &'a str {
    mail.lines()
        .find_map(|line| line.strip_prefix(&format!("{name}: ")))
        .unwrap_or_else(|| panic!("no {name} in {mail}"))
}

#[test]
fn a_sender_gets_one_receipt_a_day_with_number_and_digests() {
    let (dovecot, exim) = (Dovecot::shared(), Exim::start());
    let user = dovecot.user();
    let app = app_for(&user, &exim, "[acknowledge]\non = true\n");
    let serving = app.serve();
    user.append("INBOX", &mail_from("Ana Writer <ana@sender.example>", 1, "References: <earlier@sender.example>\r\n"));
    let receipt = exim.one_to("ana@sender.example");
    assert!(receipt.starts_with("Return-path: <>\n"), "{receipt}");
    assert_eq!(header(&receipt, "Auto-Submitted"), "auto-replied");
    assert_eq!(header(&receipt, "In-Reply-To"), "<input-1@sender.example>");
    assert_eq!(header(&receipt, "References"), "<earlier@sender.example> <input-1@sender.example>");
    assert_eq!(header(&receipt, "Subject"), "Auto: Written input 1");
    assert!(receipt.contains("Receipt number: OEWG-2023/1\n"), "{receipt}");
    // The digest is that of the text as `show` prints it.
    let item = app.item("input-1@");
    let shown: Value = serde_json::from_str(&app.run(&["show", item["id"].as_str().unwrap(), "--json"])).unwrap();
    let text = shown["texts"][0]["text"].as_str().unwrap();
    let unfolded = receipt.replace("=\n", "");
    assert!(unfolded.contains(&pouch::domain::Digest::of(text.as_bytes()).to_string()), "{receipt}");
    assert!(!receipt.contains("confidence-building"), "a receipt must not repeat what a stranger wrote");

    // The second mail of that day is a submission like the first, with the next number and no letter.
    user.append("INBOX", &mail_from("ana@sender.example", 2, ""));
    let why = wait_for("the second receipt to be withheld", || {
        let found = app.run(&["letters", "--all"]);
        found.lines().find(|line| line.contains("withheld") && line.contains("today already")).map(String::from)
    });
    assert!(why.contains("acknowledgement"), "{why}");
    assert_eq!(app.item("input-2@")["receipt_number"], "OEWG-2023/2");
    assert_eq!(exim.mail_to("ana@sender.example").len(), 1);
    let shown = app.run(&["show", item["id"].as_str().unwrap()]);
    assert!(shown.contains("number     OEWG-2023/1, receipt sent to ana@sender.example"), "{shown}");
    serving.stop();
    assert!(app.verify().contains("In order"));
}

/// freescout#3670, #634, #4250, #4143; frappe/helpdesk#3628: loops with no-reply senders, lists and bounces.
#[test]
fn no_receipt_goes_where_a_machine_or_nobody_reads() {
    let (dovecot, exim) = (Dovecot::shared(), Exim::start());
    let user = dovecot.user();
    let app = app_for(&user, &exim, "[acknowledge]\non = true\n");
    let unwanted = [
        ("list@sender.example", "List-Id: <inputs.sender.example>\r\n"),
        ("bulk@sender.example", "Precedence: bulk\r\n"),
        ("null@sender.example", "Return-Path: <>\r\n"),
        ("quiet@sender.example", "X-Auto-Response-Suppress: All\r\n"),
        ("no-reply@sender.example", ""),
        ("call@desk.example", ""),
        ("pouch@desk.example", ""),
        ("\"odd name\"@sender.example", ""),
    ];
    for (number, (from, headers)) in unwanted.iter().enumerate() {
        user.append("INBOX", &mail_from(from, 10 + u32::try_from(number).unwrap(), headers));
    }
    user.append("Junk", &mail_from("junk@sender.example", 30, ""));
    let old = std::time::SystemTime::now() - Duration::from_secs(30 * 24 * 3600);
    user.deliver_at("INBOX", &mail_from("old@sender.example", 31, ""), old);
    let serving = app.serve();
    // One that wants a receipt comes last: when it is there, the others were decided upon.
    user.append("INBOX", &mail_from("yes@sender.example", 40, ""));
    exim.one_to("yes@sender.example");
    let decided = wait_for("every input to be decided upon", || {
        let items = app.list();
        let made = items.iter().filter(|item| item["receipt_number"].is_string()).count();
        let found = app.run(&["letters", "--all"]);
        (made > 0 && found.lines().filter(|line| line.contains("acknowledgement")).count() == made).then_some(found)
    });
    assert_eq!(decided.lines().filter(|line| line.contains("  sent ")).count(), 1, "{decided}");
    assert!(decided.lines().filter(|line| line.contains("withheld ")).count() >= 6, "{decided}");
    assert_eq!(fs::read_dir(exim.folder.0.join("mail/new")).unwrap().count(), 1);
    drop(serving);
}

fn message(from: &str) -> ParsedMessage {
    let address = |text: &str| Address { name: None, address: text.into() };
    ParsedMessage {
        from: vec![address(from)],
        to: vec![address("call@desk.example")],
        ..ParsedMessage::empty(Body::nothing())
    }
}

#[test]
fn the_rules_of_receipts_stand_one_by_one() {
    let own = ["call@desk.example".to_string()];
    let decide = |message: &ParsedMessage, outside_junk, by_mail, age_seconds| {
        recipient(&Circumstances { message, own: &own, outside_junk, by_mail, age_seconds, newest_seconds: 100 })
    };
    let plain = message("ana@sender.example");
    assert_eq!(decide(&plain, true, true, 50).unwrap(), "ana@sender.example");
    assert!(decide(&plain, false, true, 50).unwrap_err().contains("junk"));
    assert!(decide(&plain, true, false, 50).unwrap_err().contains("by mail"));
    assert!(decide(&plain, true, true, 101).unwrap_err().contains("too long ago"));
    for nobody in ["noreply@a.example", "Do-Not-Reply@a.example", "mailer-daemon@a.example", "bounce+x@a.example"] {
        assert!(decide(&message(nobody), true, true, 50).unwrap_err().contains("nobody reads"), "{nobody}");
    }
    for odd in ["ana@localhost", "a b@c.example", "@c.example", "a\r\nRCPT TO:<b@c.example>@d.example", "ana"] {
        assert!(decide(&message(odd), true, true, 50).unwrap_err().contains("cannot be written"), "{odd}");
    }
    // Reply-To counts at the same domain only.
    let mut elsewhere = plain.clone();
    elsewhere.reply_to = vec![Address { name: None, address: "mallory@evil.example".into() }];
    assert_eq!(decide(&elsewhere, true, true, 50).unwrap(), "ana@sender.example");
    elsewhere.reply_to = vec![Address { name: None, address: "desk@SENDER.example".into() }];
    assert_eq!(decide(&elsewhere, true, true, 50).unwrap(), "desk@SENDER.example");
    let mut not_to_us = plain.clone();
    not_to_us.to.clear();
    assert!(decide(&not_to_us, true, true, 50).unwrap_err().contains("not addressed"));
    let mut several = plain;
    several.from.push(Address { name: None, address: "ben@sender.example".into() });
    assert!(decide(&several, true, true, 50).is_err());
}

/// Two copies of Pouch writing to each other stop after one mail each.
#[test]
fn two_pouches_that_write_to_each_other_stop() {
    let (dovecot, exim) = (Dovecot::shared(), Exim::start());
    let (left, right) = (dovecot.user(), dovecot.user());
    let pouch = |user: &User<'_>, own: &str| {
        let app = app_for(user, &exim, "[acknowledge]\non = true\n");
        let file = app.data().join("pouch.toml");
        let config = fs::read_to_string(&file).unwrap().replace("call@desk.example", own);
        fs::write(file, config.replace("pouch@desk.example", own)).unwrap();
        app
    };
    let apps = [pouch(&left, "left@l.example"), pouch(&right, "right@r.example")];
    let running: Vec<Serving> = apps.iter().map(App::serve).collect();
    // Somebody forges a mail of the right one to the left one; what it answers is delivered to the right one, and so on.
    let forged = mail_from("right@r.example", 50, "");
    left.append("INBOX", String::from_utf8(forged).unwrap().replace("call@desk.example", "left@l.example").as_bytes());
    let answer = exim.one_to("right@r.example");
    right.append("INBOX", answer.replace('\n', "\r\n").as_bytes());
    let seen = wait_for("the answer to be read", || {
        apps[1].list().into_iter().find(|item| item["subject"].as_str().is_some_and(|text| text.starts_with("Auto:")))
    });
    assert_eq!(seen["outcome"], "set-aside", "{seen}");
    assert_eq!(seen["kind"], "auto-reply", "{seen}");
    // Even a person who takes the answer for an input makes no second letter.
    apps[1].decide(&["accept", seen["id"].as_str().unwrap()]);
    let decided = wait_for("a decision on a receipt", || {
        let found = apps[1].run(&["letters", "--all"]);
        found.contains("acknowledgement").then_some(found)
    });
    assert!(decided.contains("machines must not answer it"), "{decided}");
    assert!(exim.mail_to("left@l.example").is_empty());
    assert_eq!(exim.mail_to("right@r.example").len(), 1);
    drop(running);
}

/// A crash while the server takes a receipt: not lost from sight, and not sent twice.
#[test]
fn a_kill_while_the_server_takes_a_receipt_doubles_nothing() {
    let (dovecot, exim) = (Dovecot::shared(), Exim::start());
    let user = dovecot.user();
    let app = app_for(&user, &exim, "[acknowledge]\non = true\n");
    let mut serving = app.serve();
    // The server takes its time to answer to a mail for `slow`.
    user.append("INBOX", &mail_from("slow@sender.example", 60, ""));
    wait_for("the letter to be under way", || {
        let states = app.sql("select state from letters");
        states.contains(&"sending".to_string()).then_some(())
    });
    serving.child.kill().unwrap();
    serving.child.wait().unwrap();
    let serving = app.serve();
    let said = wait_for("the letter to be called unsure", || {
        let found = app.run(&["letters"]);
        found.lines().find(|line| line.contains("unsure") && line.contains("slow@")).map(String::from)
    });
    assert!(said.contains("not sent again by itself"), "{said}");
    assert!(exim.mail_to("slow@sender.example").len() <= 1);
    // A person may say that it goes again.
    let id = said.split_whitespace().next().unwrap();
    app.run(&["letters", "--resend", id]);
    wait_for("the letter to be sent", || app.run(&["letters"]).contains("1 sent").then_some(()));
    serving.stop();
    assert!(app.verify().contains("In order"));
}

#[test]
fn a_letter_that_is_refused_says_so_and_one_that_is_put_off_goes_later() {
    let (dovecot, exim) = (Dovecot::shared(), Exim::start());
    let user = dovecot.user();
    let app = app_for(&user, &exim, "[acknowledge]\non = true\n");
    let serving = app.serve();
    user.append("INBOX", &mail_from("never@sender.example", 70, ""));
    user.append("INBOX", &mail_from("later@sender.example", 71, ""));
    wait_for("both answers of the server", || {
        let found = app.run(&["letters"]);
        let refused = found.lines().any(|line| line.contains("refused") && line.contains("no such person"));
        let waits = found.lines().any(|line| line.contains("waiting") && line.contains("try again later"));
        (refused && waits).then_some(())
    });
    // Nobody has to look for it: the page and the health answer say so.
    let page = crate::visitor::front(&serving);
    assert!(page.contains("letters that did not go: 1"), "{page}");
    assert!(crate::web::get(&serving, "/healthz", &serving.address).contains("\"letters_not_sent\":1"));
    drop(serving);
}

#[test]
fn the_server_is_spoken_to_over_tls_with_a_password_and_never_without() {
    let exim = Exim::start();
    let app = App::with_config("");
    let file = app.data().join("pouch.toml");
    let base = fs::read_to_string(&file).unwrap();
    fs::write(app.data().join("smtp.password"), "letters\n").unwrap();
    let login = "security = \"tls\"\nuser = \"pouch\"\npassword_file = \"smtp.password\"\n";
    let config = exim.config(login).replace(&exim.facts["port"].to_string(), &exim.facts["tls_port"].to_string());
    fs::write(&file, format!("{base}{config}")).unwrap();
    app.run(&["letters", "--test", "ops@desk.example"]);
    assert!(exim.one_to("ops@desk.example").contains("Whoever runs Pouch"));
    // A wrong password is named as such, and does not appear.
    fs::write(app.data().join("smtp.password"), "wrong-word\n").unwrap();
    let said = app.refused(&["letters", "--test", "ops@desk.example"]);
    assert!(said.contains("the login was refused") && !said.contains("wrong-word"), "{said}");
    // A certificate of somebody else ends it before a word is said.
    let ca = exim.facts["ca"].as_str().unwrap();
    let strange = Dovecot::shared().ca();
    fs::write(&file, format!("{base}{}", exim.config("").replace(ca, strange.to_str().unwrap()))).unwrap();
    let said = app.refused(&["letters", "--test", "ops@desk.example"]);
    assert!(said.contains("certificate"), "{said}");
    // Without encryption only on loopback, and alarms never through the mailbox that they are about.
    let wrong = "[smtp]\nhost = \"mail.example.org\"\nsecurity = \"off\"\nfrom = \"a@b.example\"\nuser = \"chair@b.example\"\n\
                 password_env = \"X\"\n[notify]\noperator = [\"it@b.example\"]\n[[account]]\nname = \"chair\"\nhost = \"h\"\n\
                 user = \"chair@b.example\"\npassword_env = \"X\"\n";
    fs::write(&file, wrong).unwrap();
    let said = app.refused(&["config", "check", file.to_str().unwrap()]);
    assert!(said.contains("loopback") && said.contains("no alarm could be sent"), "{said}");
}

/// osTicket/osTicket#6455: token renewal failed and ten days passed before anyone knew.
#[test]
fn the_operator_hears_of_a_failing_mailbox_once_and_of_its_end() {
    let (dovecot, exim) = (Dovecot::shared(), Exim::start());
    let user = dovecot.user();
    let notify = "[notify]\noperator = [\"never@desk.example\", \"ops@desk.example\"]\nfailing = \"1s\"\nlook = \"200ms\"\nlink = \"https://desk.example/\"\n";
    let app = app_for(&user, &exim, notify);
    fs::remove_file(app.data().join("password")).unwrap();
    let serving = app.serve();
    let alarm = exim.one_to("ops@desk.example");
    assert_eq!(header(&alarm, "Auto-Submitted"), "auto-generated");
    assert!(header(&alarm, "Subject").starts_with("Pouch: chair/INBOX is failing"), "{alarm}");
    assert!(alarm.contains("https://desk.example/"), "{alarm}");
    fs::write(app.data().join("password"), format!("{PASSWORD}\n")).unwrap();
    let texts = wait_for("the letter that it is over", || {
        let texts = exim.mail_to("ops@desk.example");
        (texts.iter().any(|text| text.contains("In order again"))).then_some(texts)
    });
    assert_eq!(texts.iter().filter(|text| text.contains("is failing since")).count(), 1, "{texts:?}");
    drop(serving);
}

#[test]
fn a_wish_is_told_at_once_with_the_place_where_lists_show_it() {
    let (dovecot, exim) = (Dovecot::shared(), Exim::start());
    let user = dovecot.user();
    let notify = "[notify]\nreviewers = [\"desk@desk.example\"]\ndigest = \"off\"\nlook = \"200ms\"\nlink = \"https://desk.example/\"\n";
    let app = app_for(&user, &exim, notify);
    let serving = app.serve();
    let mail = String::from_utf8(mail_from("ana@sender.example", 80, "")).unwrap();
    user.append("INBOX", mail.replace("We welcome", "Please do not publish our input.\r\n\r\nWe welcome").as_bytes());
    let notice = exim.one_to("desk@desk.example").replace("=\n", "");
    assert_eq!(header(&notice, "Subject"), "Pouch: 1 with a wish of the sender");
    let id = app.item("input-80@")["id"].as_str().unwrap().to_string();
    assert!(notice.contains(&format!("- wish: https://desk.example/inputs/{id}")), "{notice}");
    assert!(crate::visitor::front(&serving).contains(&format!("id=\"{id}\"")));
    drop(serving);
}

fn watched(state: &str, since: &str, last_check: Option<&str>) -> Watched {
    Watched {
        name: "chair/INBOX".into(),
        account: "chair".into(),
        state: state.into(),
        since: since.parse().unwrap(),
        error: None,
        last_check: last_check.map(|text| text.parse().unwrap()),
        watched_since: "2023-12-01T00:00:00Z".parse().unwrap(),
    }
}

/// bichon#232: a scheduled sync hung for 10 h with no error.
#[test]
fn an_alarm_is_raised_by_the_states_and_the_clock() {
    let limits = Limits { failing: Duration::from_secs(900), unchecked: Duration::from_secs(2700) };
    let keys = |one: &Watched, now: &str| -> Vec<String> {
        alarms(std::slice::from_ref(one), limits, now.parse().unwrap()).into_iter().map(|alarm| alarm.key).collect()
    };
    let well = watched("watching", "2023-12-01T00:00:00Z", Some("2023-12-05T10:00:00Z"));
    assert!(keys(&well, "2023-12-05T10:44:00Z").is_empty());
    assert_eq!(keys(&well, "2023-12-05T10:46:00Z"), ["unchecked chair/INBOX"]);
    let failing = watched("failing", "2023-12-05T10:00:00Z", Some("2023-12-05T10:00:00Z"));
    assert!(keys(&failing, "2023-12-05T10:14:00Z").is_empty());
    assert_eq!(keys(&failing, "2023-12-05T10:15:00Z"), ["failing chair/INBOX"]);
    // A mailbox that wants a login is an alarm at once, and one for all its folders.
    let login = watched("needs-login", "2023-12-05T10:00:00Z", None);
    assert_eq!(keys(&login, "2023-12-05T10:00:01Z"), ["needs-login chair"]);
    let junk = Watched { name: "chair/Junk".into(), ..login.clone() };
    assert_eq!(alarms(&[login, junk], limits, "2023-12-05T10:00:01Z".parse().unwrap()).len(), 1);
    // A stop over the weekend is no alarm of the first minute.
    let stopped = Watched {
        watched_since: "2023-12-05T10:00:00Z".parse().unwrap(),
        ..watched("stopped", "2023-12-01T10:00:00Z", Some("2023-12-01T10:00:00Z"))
    };
    assert!(keys(&stopped, "2023-12-05T10:01:00Z").is_empty());
}

/// freescout#4465: the client secret had expired, and nobody was told before.
#[test]
fn a_secret_that_ends_is_told_thirty_fourteen_and_three_days_before() {
    let told = |today: &str| {
        let ends = [("office".to_string(), "2023-12-31".parse().unwrap())];
        of_secrets(&ends, today.parse().unwrap()).pop().map(|alarm| alarm.key)
    };
    assert_eq!(told("2023-11-30"), None);
    assert_eq!(told("2023-12-01").as_deref(), Some("secret office 2023-12-31 30"));
    assert_eq!(told("2023-12-16"), told("2023-12-01"));
    assert_eq!(told("2023-12-17").as_deref(), Some("secret office 2023-12-31 14"));
    assert_eq!(told("2023-12-28").as_deref(), Some("secret office 2023-12-31 3"));
    assert_eq!(told("2024-01-05").as_deref(), Some("secret office 2023-12-31 0"));
}

#[test]
fn reviewers_hear_of_held_items_and_of_the_day_without_contents() {
    let (dovecot, exim) = (Dovecot::shared(), Exim::start());
    let user = dovecot.user();
    let notify = "[notify]\nreviewers = [\"desk@desk.example\"]\ndigest = \"00:00\"\nlook = \"200ms\"\nlink = \"https://desk.example/\"\n";
    let app = app_for(&user, &exim, notify);
    let serving = app.serve();
    user.append("INBOX", &fs::read(fixture("empty-body.eml")).unwrap());
    let texts = wait_for("notice and digest", || {
        let texts = exim.mail_to("desk@desk.example");
        (texts.len() >= 2).then_some(texts)
    });
    let notice = texts.iter().find(|text| header(text, "Subject") == "Pouch: 1 held").unwrap();
    let held = app.list().into_iter().find(|item| item["outcome"] == "held").unwrap();
    assert!(
        notice.replace("=\n", "").contains(&format!("https://desk.example/inputs/{}", held["id"].as_str().unwrap())),
        "{notice}"
    );
    let digest = texts.iter().find(|text| header(text, "Subject").contains("received")).unwrap();
    assert!(digest.contains("chair/INBOX: watching") || digest.contains("chair/INBOX:"), "{digest}");
    for text in &texts {
        // The word stands in the address of the entry's page, too.
        let told = text.replace("desk.example/inputs/", "");
        assert!(!told.contains(held["subject"].as_str().unwrap()), "a letter tells what a stranger wrote: {text}");
    }
    // The same is not told twice: not by the looks that came since, and not after a new start.
    serving.stop();
    let serving = app.serve();
    let checked = app.sql("select cast(last_check_at as text) from mailboxes where folder = 'INBOX'");
    wait_for("another round", || {
        (app.sql("select cast(last_check_at as text) from mailboxes where folder = 'INBOX'") != checked).then_some(())
    });
    assert_eq!(app.sql("select id from letters where kind = 'notice'").len(), 1);
    assert_eq!(app.sql("select id from letters where kind = 'digest'").len(), 1);
    drop(serving);
}
