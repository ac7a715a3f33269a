//! Who sent a mail: what servers wrote into it counts only under their own name, signatures are checked with keys from a
//! real question to a name server, and what should make a person look holds the item.

use crate::app::{App, wait_for};
use crate::journey::account_config;
use crate::servers::{Dovecot, PASSWORD};
use base64::Engine as _;
use mail_auth::arc::ArcSealer;
use mail_auth::common::crypto::Ed25519Key;
use mail_auth::common::headers::HeaderWriter as _;
use mail_auth::dkim::DkimSigner;
use mail_auth::{ArcOutput, AuthenticatedMessage, AuthenticationResults};
use pouch::domain::ProblemCode;
use pouch::parse::parse;
use pouch::sender::{Rules, believed, problems};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::net::UdpSocket;

fn message(headers: &str) -> pouch::domain::message::ParsedMessage {
    parse(
        format!("{headers}Subject: x\r\nDate: Tue, 05 Dec 2023 10:00:00 +0000\r\nMessage-ID: <a@b>\r\n\r\ntext\r\n")
            .as_bytes(),
    )
}

/// nylas and others: a forged inner header was trusted (Nine-Minds/alga-psa#3242, jbostoen/itop#223).
#[test]
fn only_the_topmost_results_of_the_mailboxs_own_server_count() {
    let mail = message(
        "Authentication-Results: mx.other.example; dmarc=pass header.from=un.org\r\n\
         Authentication-Results: MX.Google.com;\r\n       dkim=pass (2048-bit key) header.i=@sender.example header.s=x;\r\n       \
         spf=pass (google.com: domain of a@sender.example (nested) designates 192.0.2.1) smtp.mailfrom=a@sender.example;\r\n       \
         dmarc=fail (p=NONE sp=NONE dis=NONE) header.from=un.org\r\n\
         Authentication-Results: mx.google.com; dmarc=pass header.from=un.org\r\nFrom: A <a@un.org>\r\n",
    );
    let ours = ["mx.google.com".to_string()];
    let counts = believed(&mail, &ours).unwrap();
    assert_eq!(counts.of("dmarc").unwrap().result, "fail", "the one further down is the sender's own");
    assert_eq!(counts.of("dkim").unwrap().domain, "sender.example");
    assert_eq!(counts.of("spf").unwrap().domain, "sender.example");
    assert!(believed(&mail, &[]).is_none(), "without a configured name nothing is believed");
    // Microsoft 365 names itself nowhere.
    let office = message(
        "Authentication-Results: spf=pass (sender IP is 192.0.2.1)\r\n smtp.mailfrom=un.org; dkim=none; dmarc=pass action=none header.from=un.org;compauth=pass\r\nFrom: A <a@un.org>\r\n",
    );
    assert_eq!(believed(&office, &["unnamed".to_string()]).unwrap().of("dmarc").unwrap().result, "pass");
    assert!(believed(&office, &ours).is_none());
}

fn codes(headers: &str) -> Vec<ProblemCode> {
    let ours = ["mx.google.com".to_string()];
    let (own, official) = (["cyberchair@gmail.com".to_string()], ["mission-example.org".to_string()]);
    let rules = Rules { authserv_ids: &ours, official_domains: &official, own_addresses: &own };
    problems(&message(headers), &rules).into_iter().map(|one| one.code).collect()
}

#[test]
fn what_should_make_a_person_look_is_told_and_ordinary_mail_is_not() {
    use ProblemCode::{NameImitates, ReplyElsewhere, SenderNotProven};
    let results = |text: &str| format!("Authentication-Results: mx.google.com; {text}\r\n");
    let cases: [(&str, String, &[ProblemCode]); 17] = [
        ("a host called go", results("dmarc=none") + "From: A <a@go.shop.fr>\r\n", &[]),
        ("plain", "From: Ana <ana@ngo.example>\r\n".into(), &[]),
        ("not checked, official", "From: A <a@mfa.gov.xx>\r\n".into(), &[]),
        ("official, proven", results("dmarc=pass header.from=mfa.gov.xx") + "From: A <a@mfa.gov.xx>\r\n", &[]),
        ("official, not proven", results("spf=none; dmarc=none") + "From: A <a@diplomatie.gouv.fr>\r\n", &[SenderNotProven]),
        ("official by the operator's list", results("dmarc=none") + "From: A <a@mission-example.org>\r\n", &[SenderNotProven]),
        ("anybody, failing", results("dmarc=fail header.from=ngo.example") + "From: A <a@ngo.example>\r\n", &[SenderNotProven]),
        ("anybody, unsigned", results("dkim=none; spf=softfail; dmarc=none") + "From: A <a@ngo.example>\r\n", &[]),
        ("a list broke the signature", results("dkim=fail header.d=ngo.example; dmarc=none") + "From: A <a@ngo.example>\r\n", &[]),
        ("own address as a name", "From: \"cyberchair@gmail.com\" <x@evil.example>\r\n".into(), &[NameImitates]),
        ("the secretariat's name", "From: UNODA OEWG Secretariat <office@evil.example>\r\n".into(), &[NameImitates]),
        ("the secretariat", "From: UNODA <office@un.org>\r\n".into(), &[]),
        ("a mission at a free address", "From: Permanent Mission of Z <z.mission@gmail.com>\r\n".into(), &[NameImitates]),
        ("the same in Russian", "From: =?utf-8?B?0J/QvtGB0YLQvtGP0L3QvdC+0LUg0L/RgNC10LTRgdGC0LDQstC40YLQtdC70YzRgdGC0LLQvg==?= <z@mail.ru>\r\n".into(), &[NameImitates]),
        ("a mission at its own", "From: Permanent Mission of Z <un@zmission.example>\r\n".into(), &[]),
        ("answers elsewhere", "From: A <a@ngo.example>\r\nReply-To: b@evil.example\r\n".into(), &[ReplyElsewhere]),
        ("answers below", "From: A <a@ngo.example>\r\nReply-To: b@mail.ngo.example\r\n".into(), &[]),
    ];
    for (what, headers, expected) in cases {
        assert_eq!(codes(&headers), expected, "{what}");
    }
    // A list sets Reply-To to itself.
    assert_eq!(
        codes("From: A <a@ngo.example>\r\nReply-To: list@lists.example\r\nList-Id: <list.lists.example>\r\n"),
        []
    );
}

/// Answers questions for text records until the test ends; the address to ask.
fn name_server(records: BTreeMap<String, String>) -> std::net::SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut buffer = [0; 1500];
        while let Ok((length, from)) = socket.recv_from(&mut buffer) {
            let question = &buffer[..length];
            let (mut at, mut labels) = (12, Vec::new());
            while question[at] != 0 {
                let size = usize::from(question[at]);
                labels.push(String::from_utf8_lossy(&question[at + 1..at + 1 + size]).to_lowercase());
                at += 1 + size;
            }
            let end = at + 5;
            let text = records.get(&labels.join("."));
            // Header (RFC 1035 4.1.1): an answer, authoritative; 3: no such name.
            let mut answer = vec![question[0], question[1], 0x85, if text.is_some() { 0x80 } else { 0x83 }];
            answer.extend([0, 1, 0, u8::from(text.is_some()), 0, 0, 0, 0]);
            answer.extend(&question[12..end]);
            if let Some(text) = text {
                answer.extend([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60]);
                let pieces: Vec<&[u8]> = text.as_bytes().chunks(255).collect();
                let size = pieces.iter().map(|piece| piece.len() + 1).sum::<usize>();
                answer.extend(u16::try_from(size).unwrap().to_be_bytes());
                for piece in pieces {
                    answer.push(u8::try_from(piece.len()).unwrap());
                    answer.extend(piece);
                }
            }
            let _ = socket.send_to(&answer, from);
        }
    });
    address
}

/// A key for signing, and what its owner publishes.
fn key() -> (Vec<u8>, String) {
    let secret = Ed25519Key::generate_pkcs8().unwrap();
    let public = Ed25519Key::from_pkcs8_der(&secret).unwrap().public_key();
    (secret, format!("v=DKIM1; k=ed25519; p={}", base64::prelude::BASE64_STANDARD.encode(public)))
}

fn signed(secret: &[u8], domain: &str, mail: &str) -> String {
    let signer = DkimSigner::from_key(Ed25519Key::from_pkcs8_der(secret).unwrap());
    let signature =
        signer.domain(domain).selector("s1").headers(["From", "To", "Subject", "Date"]).sign(mail.as_bytes());
    format!("{}{mail}", signature.unwrap().to_header())
}

fn mail(name: &str, from: &str) -> String {
    format!(
        "From: {from}\r\nTo: call@desk.example\r\nSubject: Written input {name}\r\nDate: Tue, 05 Dec 2023 10:00:00 +0000\r\n\
         Message-ID: <{name}@x.example>\r\n\r\n{}\r\nTested twice a year.\r\n",
        crate::letters::INPUT
    )
}

fn checks(app: &App, name: &str) -> String {
    app.item(&format!("{name}@"))["sender_checks"].to_string()
}

#[test]
fn signatures_are_checked_with_keys_from_a_name_server() {
    let (secret, public) = key();
    let (forwarder, forwarders) = key();
    let records = [
        ("s1._domainkey.lantern.example".to_string(), public.clone()),
        ("s1._domainkey.lists.example".to_string(), forwarders),
        // Far more than fits one string of a record (RFC 6376 3.6.2.2).
        ("s1._domainkey.long.example".to_string(), format!("{public}; n={}", "x".repeat(300))),
    ];
    let server = name_server(records.into());
    let app = App::with_config(&format!("[resolve]\ndns = \"{server}\"\n"));
    let plain = mail("holds", "Ana <ana@lantern.example>");
    let holds = signed(&secret, "lantern.example", &plain);
    let other = signed(&secret, "lantern.example", &mail("other", "Ana <ana@un.example>"));
    let broken =
        signed(&secret, "lantern.example", &mail("broken", "Ana <ana@lantern.example>")).replace("twice", "once");
    let keyless = signed(&secret, "nowhere.example", &mail("keyless", "Ana <ana@nowhere.example>"));
    let long = signed(&secret, "long.example", &mail("long", "Ana <ana@long.example>"));
    // A forwarder seals what it got, and changes it.
    let sealed = {
        let mail = mail("sealed", "Ana <ana@lantern.example>");
        let parsed = AuthenticatedMessage::parse(mail.as_bytes()).unwrap();
        let results = AuthenticationResults::new("lists.example");
        let signer = ArcSealer::from_key(Ed25519Key::from_pkcs8_der(&forwarder).unwrap());
        let set = signer.domain("lists.example").selector("s1").headers(["From", "To", "Subject"]);
        format!("{}{mail}", set.seal(&parsed, &results, &ArcOutput::default()).unwrap().to_header())
    };
    let unsigned = mail("unsigned", "Ana <ana@lantern.example>");
    let names = pouch::parse::key_names(holds.as_bytes());
    assert_eq!(names, ["s1._domainkey.lantern.example"]);
    let keys = BTreeMap::from([(names[0].clone(), Some(public.clone()))]);
    assert_eq!(
        pouch::parse::verify(holds.as_bytes(), &keys)[0].words("lantern.example"),
        "The signature of lantern.example holds."
    );
    let named = [holds, other, broken, keyless, long, sealed, unsigned];
    for (number, text) in named.iter().enumerate() {
        fs::write(app.folder.0.join(format!("{number}.eml")), text).unwrap();
    }
    app.run(&["import", app.folder.0.to_str().unwrap()]);
    let said = |name: &str, words: &str| {
        let checks = checks(&app, name);
        assert!(checks.contains(words), "{name}: {checks}");
    };
    said("holds", "The signature of lantern.example holds.");
    said("other", "The signature of lantern.example holds, but the mail says that it comes from un.example.");
    said("broken", "The signature of lantern.example does not hold");
    said("keyless", "The signature of nowhere.example was not checked");
    said("long", "The signature of long.example holds.");
    said("sealed", "The chain of forwarders that ends with lists.example holds.");
    said("unsigned", "Not checked.");
    // A broken signature of an ordinary sender is told, and holds nobody up: lists break them.
    assert_eq!(app.item("broken@")["outcome"], "submission");
    assert!(
        app.run(&["show", app.item("holds@")["id"].as_str().unwrap()]).contains("sender     The signature of lantern")
    );
}

/// zammad#6217 and others: a failed check lost the mail; a check never stops intake.
#[test]
fn a_name_server_that_is_silent_stops_no_mail() {
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let app = App::with_config(&format!("[resolve]\ndns = \"{}\"\n", silent.local_addr().unwrap()));
    let (secret, _) = key();
    let path = app.folder.0.join("a.eml");
    fs::write(&path, signed(&secret, "lantern.example", &mail("a", "Ana <ana@lantern.example>"))).unwrap();
    for number in 0..20 {
        let (name, domain) = (format!("more{number}"), format!("d{number}.example"));
        let mail = signed(&secret, &domain, &mail(&name, &format!("Ana <ana@{domain}>")));
        fs::write(app.folder.0.join(format!("{name}.eml")), mail).unwrap();
    }
    app.run(&["import", app.folder.0.to_str().unwrap()]);
    // Nor does each mail wait for it: after the first silence nobody is asked for a while.
    silent.set_nonblocking(true).unwrap();
    let asked = std::iter::from_fn(|| silent.recv_from(&mut [0; 512]).ok()).count();
    assert!((1..10).contains(&asked), "{asked} questions");
    assert_eq!(app.item("a@")["outcome"], "submission");
    assert!(checks(&app, "a").contains("was not checked"));
    // Nobody was asked anything where the operator did not say so.
    let quiet = App::new();
    quiet.run(&["import", path.to_str().unwrap()]);
    assert!(checks(&quiet, "a").contains("Not checked."));
}

#[test]
fn an_official_sender_that_is_not_proven_waits_for_a_person() {
    let dovecot = Dovecot::shared();
    let user = dovecot.user();
    let app = App::with_config("");
    let config = fs::read_to_string(app.data().join("pouch.toml")).unwrap();
    let account = account_config(&user, "chair", "password");
    let all = format!("{config}[receive]\npoll = \"1s\"\n{account}authserv_ids = [\"mx.desk.example\"]\n");
    fs::write(app.data().join("pouch.toml"), all).unwrap();
    fs::write(app.data().join("password"), format!("{PASSWORD}\n")).unwrap();
    let with = |result: &str, name: &str| {
        format!(
            "Authentication-Results: mx.desk.example; dmarc={result} header.from=mfa.gov.xx\r\n{}",
            mail(name, "A <a@mfa.gov.xx>")
        )
    };
    user.append("INBOX", with("fail", "forged").as_bytes());
    user.append("INBOX", with("pass", "proven").as_bytes());
    let serving = app.serve();
    let items = wait_for("both mails", || {
        let items: Vec<Value> = app.list();
        (items.len() == 2).then_some(items)
    });
    let of = |name: &str| items.iter().find(|item| item["message_id_headers"].to_string().contains(name)).unwrap();
    assert_eq!(of("forged")["outcome"], "held", "{}", of("forged"));
    assert!(of("forged")["problems"].to_string().contains("sender-not-proven"));
    assert!(of("forged")["reason"].as_str().unwrap().contains("mfa.gov.xx"));
    assert_eq!(of("proven")["outcome"], "submission");
    assert!(of("proven")["sender_checks"].to_string().contains("mx.desk.example says: DMARC pass for mfa.gov.xx"));
    // A person lets it through, by name.
    app.decide(&["accept", of("forged")["id"].as_str().unwrap()]);
    wait_for("the accepted one", || (app.item("forged@")["state"] == "queued").then_some(()));
    drop(serving);
}
