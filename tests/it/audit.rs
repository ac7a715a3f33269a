//! The chain, the replay, and the proof through the built program: whatever is changed is found.

use crate::app::App;
use pouch::audit::agreement::{Agreement, Decided};
use pouch::audit::chain::{Chain, GENESIS, next_hash};
use pouch::audit::received::{CopyRow, Report, Row, Sums};
use pouch::audit::replay::{Facts, Replay};
use pouch::domain::classification::MessageKind;
use pouch::domain::ledger::{Actor, Event, LedgerEntry, Outcome};
use pouch::domain::mailbox::{Settlement, UidKey};
use pouch::domain::submission::{Change, State};
use pouch::domain::{Digest, MailboxId, MessageId, PersonId, RevisionId, SubmissionId, Timestamp};

fn entries() -> Vec<LedgerEntry> {
    (1..=5)
        .map(|number| LedgerEntry {
            id: format!("e{number}"),
            number: Some(number),
            at: Timestamp::from_second(number as i64).unwrap(),
            actor: Actor::Pouch,
            event: Event::CatalogueConfirmed { catalogue: Digest::of(&[number as u8]), reason: None },
        })
        .collect()
}

fn head_of(entries: &[LedgerEntry]) -> (u64, Digest) {
    (entries.len() as u64, entries.iter().fold(GENESIS, next_hash))
}

fn broken(entries: &[LedgerEntry], seals: &[(u64, Digest)], expected: Option<(u64, Digest)>) -> Vec<String> {
    let mut chain = Chain::new(seals, expected);
    entries.iter().for_each(|entry| chain.take(entry));
    chain.finish()
}

#[test]
fn an_untouched_chain_is_in_order_and_meets_a_head_that_was_kept() {
    let entries = entries();
    let head = head_of(&entries);
    let earlier = head_of(&entries[..3]);
    assert_eq!(broken(&entries, &[earlier, head], Some(earlier)), Vec::<String>::new());
}

#[test]
fn a_changed_removed_moved_or_added_entry_breaks_the_chain() {
    let good = entries();
    let seals = [head_of(&good)];
    let mut changed = good.clone();
    changed[1].at = Timestamp::from_second(999).unwrap();
    let mut other_actor = good.clone();
    other_actor[4].actor = Actor::Person(PersonId("x".into()));
    let mut removed = good.clone();
    removed.remove(2);
    let mut closed_up = removed.clone();
    closed_up.iter_mut().zip(1..).for_each(|(entry, number)| entry.number = Some(number));
    let mut moved = good.clone();
    moved.swap(1, 2);
    let mut added = good.clone();
    added.insert(2, LedgerEntry { id: "new".into(), ..good[0].clone() });
    added.iter_mut().zip(1..).for_each(|(entry, number)| entry.number = Some(number));
    let cases = [
        ("changed", changed),
        ("by another actor", other_actor),
        ("removed", removed),
        ("removed and closed up", closed_up),
        ("moved", moved),
        ("added", added),
        ("cut off", good[..4].to_vec()),
    ];
    for (what, entries) in cases {
        assert!(!broken(&entries, &seals, None).is_empty(), "an entry {what} was not found");
    }
}

#[test]
fn a_head_that_differs_or_lies_beyond_the_end_is_found() {
    let entries = entries();
    assert_eq!(broken(&entries, &[], Some((3, Digest::of(b"other")))).len(), 1);
    assert_eq!(broken(&entries, &[], Some((9, Digest::of(b"later")))).len(), 1);
}

fn uid() -> UidKey {
    UidKey { mailbox: MailboxId("m".into()), uidvalidity: 1, uid: 7 }
}

/// A mail that came, was queued, approved and published.
fn story() -> Vec<Event> {
    let (message, submission, revision) = (MessageId("a".into()), SubmissionId("s".into()), RevisionId("r".into()));
    let at = Timestamp::UNIX_EPOCH;
    let manifest = Digest::of(b"manifest");
    vec![
        Event::Received { uid: uid(), digest: Digest::of(b"raw"), size_bytes: 3 },
        Event::Joined { uid: uid(), settlement: Settlement::Taken, message: message.clone() },
        Event::OutcomeSet {
            message,
            outcome: Outcome::Submission,
            kind: MessageKind::Submission,
            reason: Digest::of(b"because"),
        },
        Event::Queued { submission, revision: revision.clone(), number: 1, parts: vec![], content: Digest::of(b"c") },
        Event::Changed {
            revision: revision.clone(),
            change: Change::Approve { by: PersonId("p".into()), at, manifest },
            reason: None,
        },
        Event::Changed { revision, change: Change::Publish { at }, reason: None },
    ]
}

fn replayed(events: &[Event]) -> Replay {
    let mut replay = Replay::default();
    events.iter().zip(1..).for_each(|(event, number)| replay.take(number, event));
    replay
}

fn stored() -> Facts {
    replayed(&story()).facts
}

#[test]
fn a_faithful_store_is_what_the_ledger_says() {
    assert_eq!(replayed(&story()).compare(&stored()), Vec::<String>::new());
    let facts = stored();
    assert!(matches!(facts.revisions[&RevisionId("r".into())].state, State::Published { .. }));
    assert_eq!(facts.uids[&uid()].settlement, Settlement::Taken);
}

#[test]
fn every_stored_fact_that_differs_is_found() {
    type Spoil = fn(&mut Facts);
    let spoils: [(&str, Spoil); 9] = [
        ("settlement", |facts| facts.uids.get_mut(&uid()).unwrap().settlement = Settlement::Gone),
        ("digest", |facts| facts.uids.get_mut(&uid()).unwrap().digest = Some(Digest::of(b"other"))),
        ("a lost UID", |facts| facts.uids.clear()),
        ("an outcome", |facts| facts.messages.values_mut().for_each(|one| one.0 = Outcome::SetAside)),
        ("a kind", |facts| facts.messages.values_mut().for_each(|one| one.1 = MessageKind::Spam)),
        ("a state", |facts| facts.revisions.values_mut().for_each(|one| one.state = State::Queued)),
        ("content", |facts| facts.revisions.values_mut().for_each(|one| one.content = Digest::of(b"other"))),
        ("a joining", |facts| {
            facts.merged.insert(SubmissionId("x".into()), SubmissionId("y".into()));
        }),
        ("a confirmation", |facts| facts.confirmed_catalogue = Some(Digest::of(b"x"))),
    ];
    for (what, spoil) in spoils {
        let mut facts = stored();
        spoil(&mut facts);
        assert!(!replayed(&story()).compare(&facts).is_empty(), "{what} was not found");
    }
}

#[test]
fn a_move_that_no_rule_allows_is_found() {
    let mut events = story();
    events.remove(4);
    let said = replayed(&events).compare(&replayed(&events).facts);
    assert!(said.iter().any(|sentence| sentence.contains("cannot be published")), "{said:?}");
}

fn report(seen: u64, subject: &str) -> Report {
    let copy = CopyRow {
        mailbox: "chair/INBOX".into(),
        uidvalidity: 1,
        uid: 7,
        settlement: "taken".into(),
        server_date: String::new(),
        sha256: String::new(),
        gone_since: String::new(),
    };
    let row = Row {
        id: "a".into(),
        sent: String::new(),
        relayed: String::new(),
        first_seen: "2023-11-28T10:00:00Z".into(),
        from: "A <a@example.org>".into(),
        subject: subject.into(),
        message_id_header: String::new(),
        outcome: "submission".into(),
        kind: "submission".into(),
        reason: String::new(),
        state: "queued".into(),
        submission: "s".into(),
        copies: vec![copy],
    };
    let sums = Sums {
        mailbox: "chair/INBOX".into(),
        seen,
        taken: 1,
        copies: 0,
        left_out: 0,
        parked: 0,
        gone: 0,
        under_way: 0,
        gone_since: 0,
    };
    Report {
        period: "All days".into(),
        made: "now".into(),
        head: Some((3, Digest::of(b"h"))),
        rows: vec![row],
        sums: vec![sums],
        agreement: Agreement::default(),
    }
}

#[test]
fn a_sum_that_does_not_close_says_so_in_every_form() {
    let (good, bad) = (report(1, "x"), report(2, "x"));
    assert!(good.csv().unwrap().contains(",yes,") && bad.csv().unwrap().contains(",NO,"));
    assert!(!good.html().unwrap().contains(">NO<") && bad.html().unwrap().contains(">NO<"));
    for form in [good.csv().unwrap(), good.html().unwrap(), good.json().unwrap()] {
        assert!(form.contains(&Digest::of(b"h").to_string()), "no ledger head in {form}");
    }
}

#[test]
fn a_subject_is_neither_a_formula_nor_markup_in_a_report() {
    let hostile = report(1, "=HYPERLINK(\"http://x\")<script>alert(1)</script>");
    assert!(hostile.csv().unwrap().contains("'=HYPERLINK"));
    assert!(!hostile.html().unwrap().contains("<script>"));
    let turned = report(1, "Input \u{202e}fdp.exe").csv().unwrap();
    assert!(turned.contains("Input \u{fffd}fdp.exe"), "{turned}");
}

fn head_in(said: &str) -> String {
    said.lines().find_map(|line| line.strip_prefix("Head ")).unwrap().to_string()
}

#[test]
fn a_kept_head_still_holds_after_more_work_and_another_hash_does_not() {
    let app = App::new();
    app.import(&["input-en-pdf.eml"]);
    let head = head_in(&app.verify());
    app.import(&["input-fr-pdf.eml"]);
    assert!(app.run(&["audit", "verify", "--expect", &head]).contains("In order"));
    let other = format!("{}:{}", head.split(':').next().unwrap(), Digest::of(b"other"));
    let output = app.output(&["audit", "verify", "--expect", &other]);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).contains("the head that you kept"));
}

#[test]
fn a_byte_changed_in_the_vault_is_found() {
    let app = App::new();
    app.import(&["input-en-pdf.eml"]);
    let folders = std::fs::read_dir(app.data().join("vault")).unwrap().map(|entry| entry.unwrap().path());
    let mut files = folders.filter(|path| !path.ends_with("tmp")).flat_map(|path| std::fs::read_dir(path).unwrap());
    let file = files.next().unwrap().unwrap().path();
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[10] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let output = app.output(&["audit", "verify"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!output.status.success() && said.contains(file.file_name().unwrap().to_str().unwrap()), "{said}");
    std::fs::remove_file(&file).unwrap();
    assert!(!app.output(&["audit", "verify"]).status.success(), "a removed object was not found");
}

#[tokio::test]
async fn a_row_changed_behind_the_ledgers_back_is_found() {
    let changes = [
        "update messages set outcome = 'set-aside'",
        "update copies set settlement = 'gone'",
        "delete from copies",
        "update revisions set content = replace(content, 'Breakwater', 'Somebody')",
        "update commitments set text = 'another reason'",
        "update ledger set at = at + 1 where number = 2",
        "delete from ledger where number = 3",
        "delete from ledger where number = (select max(number) from ledger)",
    ];
    let app = App::new();
    app.import(&["input-en-pdf.eml"]);
    app.verify();
    let (file, aside) = (app.data().join("pouch.db"), app.data().join("aside.db"));
    for change in changes {
        let url = format!("sqlite://{}", file.display());
        let mut database = <sqlx::SqliteConnection as sqlx::Connection>::connect(&url).await.unwrap();
        sqlx::query("pragma wal_checkpoint(truncate)").execute(&mut database).await.unwrap();
        std::fs::copy(&file, &aside).unwrap();
        let changed = sqlx::query(sqlx::AssertSqlSafe(change)).execute(&mut database).await.unwrap();
        assert!(changed.rows_affected() > 0, "{change} changed nothing");
        sqlx::Connection::close(database).await.unwrap();
        let output = app.output(&["audit", "verify"]);
        assert!(!output.status.success(), "{change} was not found");
        assert!(String::from_utf8_lossy(&output.stdout).contains("WRONG"), "{change}");
        for ending in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(app.data().join(format!("pouch.db{ending}")));
        }
        std::fs::rename(&aside, &file).unwrap();
    }
    app.verify();
}

#[test]
fn no_name_or_address_stands_in_the_ledger() {
    let app = App::new();
    app.import(&["input-en-pdf.eml"]);
    let id = app.list()[0]["id"].as_str().unwrap().to_string();
    app.decide(&["approve", &id]);
    app.run(&["catalogue", "confirm", "--by", "Rana Reviewer"]);
    let rows = app.sql("select actor || ' ' || event from ledger");
    assert!(rows.len() > 6);
    for row in rows {
        for name in ["Rana", "agreed", "@", "Breakwater", "fixtures", "example"] {
            assert!(!row.contains(name), "{name} stands in the ledger: {row}");
        }
    }
}

#[tokio::test]
async fn an_approved_manifest_that_was_changed_is_found() {
    let app = App::new();
    app.import(&["input-en-pdf.eml"]);
    let id = app.item("input-en-pdf@")["id"].as_str().unwrap().to_string();
    app.decide(&["approve", &id]);
    app.verify();
    let url = format!("sqlite://{}", app.data().join("pouch.db").display());
    let mut database = <sqlx::SqliteConnection as sqlx::Connection>::connect(&url).await.unwrap();
    let change = "update revisions set manifest = replace(manifest, 'Breakwater', 'Somebody')";
    sqlx::query(change).execute(&mut database).await.unwrap();
    let output = app.output(&["audit", "verify"]);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).contains("what was approved of revision"));
}

fn decided(is_approved: bool, proposed: &[&str], stands: &[&str], taken_away: &[&str]) -> Decided {
    let set = |ids: &[&str]| ids.iter().map(|id| (*id).to_string()).collect();
    Decided { is_approved, proposed: set(proposed), stands: set(stands), taken_away: set(taken_away) }
}

#[test]
fn what_reviewers_kept_removed_and_added_is_counted_by_recommendation() {
    let found = Agreement::of(&[
        // y was taken away and assigned again: it stands. z went with a part, and nobody judged it.
        decided(true, &["x", "y", "z"], &["x", "y"], &["y"]),
        decided(true, &["x"], &["w"], &["x"]),
        // A person took away what a person had assigned: no proposal was judged.
        decided(false, &["x"], &["x"], &["w"]),
    ]);
    let rows: Vec<_> =
        found.rows.iter().map(|one| (one.recommendation.as_str(), one.kept, one.removed, one.added)).collect();
    assert_eq!(rows, [("w", 0, 0, 1), ("x", 2, 1, 0), ("y", 1, 0, 0)]);
    assert_eq!((found.approved, found.rejected), (2, 1));
    assert_eq!((found.all.kept, found.all.removed, found.all.added, found.all.judgements), (3, 1, 1, 5));
    assert_eq!((found.all.precision, found.all.recall), (Some(0.75), Some(0.75)));
    assert_eq!((found.rows[0].precision, found.rows[0].recall), (None, Some(0.0)));
    assert!(found.rows.iter().all(|one| one.is_small));
    let many = Agreement::of(&vec![decided(true, &["x"], &["x"], &[]); 30]);
    assert!(!many.all.is_small && Agreement::of(&vec![decided(true, &["x"], &["x"], &[]); 29]).all.is_small);
}

#[test]
fn the_report_says_how_reviewers_and_classifier_agree_on_what_was_decided() {
    let app = App::new();
    app.import(&["input-en-docx.eml", "input-fr-docx.eml", "input-en-pdf.eml"]);
    let item = app.item("input-en-docx@");
    let id = item["id"].as_str().unwrap();
    let proposed: Vec<&str> =
        item["assignments"].as_array().unwrap().iter().map(|one| one["recommendation"].as_str().unwrap()).collect();
    assert!(proposed.len() > 1 && !proposed.contains(&"cb-foundational"), "{proposed:?}");
    app.decide(&["unassign", id, proposed[0]]);
    app.decide(&["assign", id, proposed[1], "--quote", "The Secretariat will need a small and steady team"]);
    app.decide(&["assign", id, "cb-foundational", "--quote", "a contact that cannot read a log file"]);
    app.decide(&["approve", id]);
    // A second one is rejected as it is; the third waits, and counts nowhere.
    let other = app.item("input-fr-docx@");
    app.decide(&["reject", other["id"].as_str().unwrap()]);
    let kept = proposed.len() - 1 + other["assignments"].as_array().unwrap().len();
    let report: serde_json::Value =
        serde_json::from_str(&app.run(&["report", "received", "--format", "json"])).unwrap();
    let agreement = &report["agreement"];
    assert_eq!((&agreement["approved"], &agreement["rejected"]), (&1.into(), &1.into()));
    let all = &agreement["all"];
    assert_eq!((&all["kept"], &all["removed"], &all["added"]), (&kept.into(), &1.into(), &1.into()));
    let row = |id: &str| agreement["rows"].as_array().unwrap().iter().find(|one| one["recommendation"] == id).unwrap();
    assert_eq!(row(proposed[0])["removed"], 1);
    assert_eq!((&row(proposed[1])["added"], &row("cb-foundational")["added"]), (&0.into(), &1.into()));
    let csv = app.run(&["report", "received"]);
    assert!(csv.contains("cb-foundational,0,0,1,1,,0.00,small sample"), "{csv}");
    let page = app.run(&["report", "received", "--format", "html"]);
    assert!(page.contains("a person approved: 1, rejected: 1") && page.contains("small sample"), "{page}");
}
