//! Two calls run beside each other: two services with their own configuration, data folder and catalogue, at one mail
//! server, some mail in a mailbox that both watch. Nothing of one shows in the other.

use crate::app::{App, Folder, Serving, wait_for};
use crate::journey::account_config;
use crate::servers::{Dovecot, PASSWORD, User};
use pouch::domain::catalogue::Catalogue;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// A call with a catalogue of its own, or the one in the program.
fn call(accounts: &[(&str, &User<'_>)], catalogue: Option<&Path>, listen: &str) -> App {
    let app = App { folder: Folder::new() };
    fs::create_dir_all(app.data()).unwrap();
    let catalogue = catalogue.map(|path| format!("catalogue_file = \"{}\"\n", path.display())).unwrap_or_default();
    let blocks: String = accounts.iter().map(|(name, user)| account_config(user, name, "password")).collect();
    let config = format!(
        "listen = \"{listen}\"\n{catalogue}[receive]\npoll = \"1s\"\nbackoff_least = \"50ms\"\n[publish]\ndelay = \"0s\"\n{blocks}"
    );
    fs::write(app.data().join("pouch.toml"), config).unwrap();
    fs::write(app.data().join("password"), format!("{PASSWORD}\n")).unwrap();
    app
}

fn mail(number: u32, text: &str) -> String {
    format!(
        "From: Body {number} <a{number}@body{number}.example>\r\nTo: call@example.org\r\nSubject: Written input of body {number}\r\n\
         Message-ID: <call-{number}@body.example>\r\nDate: Tue, 28 Nov 2023 10:00:00 +0000\r\n\r\n\
         Dear Chair,\r\n\r\nPlease find below the written input of body {number}.\r\n\r\n{text}\r\n\r\nBody {number}\r\n"
    )
}

const RAILWAY: &str = "We recommend that a voluntary fund be set up without delay, from which poorer lines can pay for repairs; the \
    voluntary fund must be open to small operators. We further propose that States go on talking about rockfall, avalanches \
    and landslides, and that every operator may enter them into a shared register of incidents.";
const CYBER: &str = "We recommend that States strengthen the integrity of the ICT supply chain and coordinated vulnerability \
    disclosure. Critical infrastructure and critical information infrastructure need protection from malicious ICT activity, \
    and a global points of contact directory should be used by CERTs.";

fn arrived(app: &App, number: u32) -> Value {
    let id = format!("call-{number}@");
    wait_for(&id, || app.list().into_iter().find(|item| item["message_id_headers"].to_string().contains(&id)))
}

fn assigned(item: &Value) -> BTreeSet<String> {
    let all = item["assignments"].as_array().unwrap();
    all.iter().map(|one| one["recommendation"].as_str().unwrap().to_string()).collect()
}

fn ids(catalogue: &Path) -> BTreeSet<String> {
    let catalogue = Catalogue::read(&fs::read_to_string(catalogue).unwrap()).unwrap();
    catalogue.recommendations.into_iter().map(|one| one.id).collect()
}

fn copies(app: &App) -> Vec<String> {
    app.sql("select digest from copies where settlement <> 'gone' order by digest")
}

#[test]
fn a_second_call_with_another_catalogue_runs_beside_the_first_and_shares_nothing() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (ours, other) = (root.join("catalogue/second-apr.toml"), root.join("fixtures/report/catalogue.toml"));
    let dovecot = Dovecot::shared();
    let (chair, railway, both) = (dovecot.user(), dovecot.user(), dovecot.user());
    let first = call(&[("chair", &chair), ("both", &both)], None, "127.0.0.1:0");
    let second = call(&[("railway", &railway), ("both", &both)], Some(&other), "127.0.0.1:0");
    let running: [Serving; 2] = [first.serve(), second.serve()];
    assert_ne!(running[0].address, running[1].address);

    chair.append("INBOX", mail(1, CYBER).as_bytes());
    railway.append("INBOX", mail(2, RAILWAY).as_bytes());
    // One that is both calls' matter, in the mailbox that both watch.
    both.append("INBOX", mail(3, &format!("{CYBER}\r\n\r\n{RAILWAY}")).as_bytes());
    let here = [arrived(&first, 1), arrived(&first, 3)];
    let there = [arrived(&second, 2), arrived(&second, 3)];

    // Each by its own catalogue: no id of the other is ever assigned.
    for item in &here {
        let found = assigned(item);
        assert!(!found.is_empty() && found.is_subset(&ids(&ours)), "{found:?}");
    }
    for item in &there {
        // The model has never seen these: the catalogue's terms find them.
        let found = assigned(item);
        assert!(found.is_subset(&ids(&other)), "{found:?}");
        assert!(found.contains("voluntary-fund") && found.contains("incident-register"), "{found:?}");
    }
    assert!(assigned(&here[1]).contains("norms-supply-chain"), "{:?}", here[1]["assignments"]);

    // Each took each message once, and none of the other's own.
    assert_eq!((first.list().len(), second.list().len()), (2, 2));
    assert_eq!((copies(&first).len(), copies(&second).len()), (2, 2));

    // What one publishes, the other knows nothing of.
    let id = there[1]["id"].as_str().unwrap();
    second.decide(&["approve", id]);
    let page = second.public(&format!("inputs/{id}/index.html"));
    wait_for("the public page", || page.exists().then_some(()));
    assert!(!first.public(&format!("inputs/{id}")).exists());
    assert_eq!(arrived(&first, 3)["state"], "queued");
    first.refused(&["show", id]);
    let front = |app: &App| fs::read_to_string(app.public("index.html")).unwrap_or_default();
    assert!(front(&second).contains("A/91/417") && !front(&second).contains("A/78/265"), "{}", front(&second));
    second.run(&["catalogue", "confirm", "--by", "Rana Reviewer"]);
    let confirmed = "select value from settings where name = 'catalogue confirmed'";
    assert_eq!((first.sql(confirmed).len(), second.sql(confirmed).len()), (0, 1));

    // One ends; the other goes on.
    let [one, two] = running;
    one.stop();
    both.append("INBOX", mail(4, RAILWAY).as_bytes());
    arrived(&second, 4);
    let one = first.serve();
    arrived(&first, 4);
    one.stop();
    two.stop();
    assert_eq!((first.list().len(), second.list().len()), (3, 3));
    assert_eq!((copies(&first).len(), copies(&second).len()), (3, 3));
    assert!(first.verify().contains("In order") && second.verify().contains("In order"));
}

#[test]
fn a_second_service_at_the_same_address_says_so_and_takes_nothing() {
    let dovecot = Dovecot::shared();
    let user = dovecot.user();
    user.append("INBOX", mail(1, CYBER).as_bytes());
    let first = call(&[("chair", &user)], None, "127.0.0.1:0");
    let running = first.serve();
    let second = call(&[("chair", &user)], None, &running.address);
    let refused = second.refused(&["serve"]);
    assert!(refused.contains(&format!("the review desk cannot be served at {}", running.address)), "{refused}");
    assert_eq!(copies(&second), [""; 0]);
    running.stop();
}
