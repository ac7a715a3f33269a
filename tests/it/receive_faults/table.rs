//! What hostile servers and lines cost, as a table: `bench/hostile-server` prints it. Each run must end with exactly the
//! messages that are there, none twice, and take in one more that comes afterwards, within two minutes of its start.

use crate::receive::{Copy, Watching, copies, watching_now};
use crate::servers::{Data, FakeImap, eventually, quick};
use futures::StreamExt as _;
use pouch::config::{Config, Receive};
use pouch::domain::Digest;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// From the start of the watcher to the end of a run.
pub const LIMIT: Duration = Duration::from_secs(120);

/// Runs at the same time.
const AT_ONCE: usize = 12;

/// Whether the waits are those that hold without a configuration: most of a run is then waiting.
pub fn is_bench() -> bool {
    std::env::var_os("POUCH_HOSTILE_DEFAULTS").is_some()
}

/// One line of the table.
#[derive(Clone, Copy, Debug, Default)]
struct Line {
    runs: u32,
    lost: usize,
    doubled: usize,
    slowest: Duration,
}

static TABLE: Mutex<BTreeMap<String, Line>> = Mutex::new(BTreeMap::new());

/// What of the expected messages is not there, and what of them is there more than once.
pub fn lost_and_doubled(rows: &[Copy], expected: &[Digest]) -> (usize, usize) {
    let live = rows.iter().filter(|row| row.settlement == "received" && row.vanished_at.is_none());
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for row in live {
        *counts.entry(row.digest.clone().unwrap_or_default()).or_default() += 1;
    }
    let lost = expected.iter().filter(|digest| !counts.contains_key(&digest.to_string())).count();
    (lost, counts.values().map(|count| count - 1).sum())
}

/// Adds a run.
pub fn put(case: &str, lost: usize, doubled: usize, took: Duration) {
    let mut table = TABLE.lock().unwrap_or_else(PoisonError::into_inner);
    let line = table.entry(case.into()).or_default();
    line.runs += 1;
    line.lost += lost;
    line.doubled += doubled;
    line.slowest = line.slowest.max(took);
}

/// Prints a case, and fails if it does not hold.
pub fn close(case: &str) {
    let line = TABLE.lock().unwrap_or_else(PoisonError::into_inner).get(case).copied().unwrap_or_default();
    let (runs, slowest) = (line.runs, line.slowest.as_secs_f32());
    println!("| {case} | {runs} | {} | {} | {slowest:.1} |", line.lost, line.doubled);
    assert!(runs > 0 && line.lost == 0 && line.doubled == 0 && line.slowest <= LIMIT, "{case}: {line:?}");
}

/// Short waits, or, for the table, those that hold without a configuration.
pub fn settings() -> Receive {
    if is_bench() { Config::default().receive } else { short() }
}

fn short() -> Receive {
    let second = Duration::from_secs(1);
    Receive { poll: second, compare: second, read_timeout: second, connect_timeout: second, ..quick() }
}

/// The message that the scripted server has under a UID.
fn body(uid: usize) -> Digest {
    let head = format!(
        "From: a@example.net\r\nTo: chair@example.org\r\nSubject: fake {uid}\r\nMessage-ID: <fake-{uid}@example.net>\r\n\r\n"
    );
    let mut bytes = format!("{head}{}\r\n", "x".repeat(76)).into_bytes();
    bytes.resize(1_998, b'y');
    bytes.extend_from_slice(b"\r\n");
    Digest::of(&bytes)
}

/// Messages at the start of a run.
const MESSAGES: usize = 5;

/// Waits until the expected messages are there; the rows at the end of the wait, whatever it was.
async fn wait_for_all(data: &Data, account: &str, expected: &[Digest], began: Instant) -> Vec<Copy> {
    loop {
        let rows = copies(data.store.pool(), account).await;
        if lost_and_doubled(&rows, expected) == (0, 0) || began.elapsed() > LIMIT {
            return rows;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// One watcher at one scripted server, and one more message once it has recovered.
async fn run(case: &str, rules: Vec<String>, change: Option<&'static str>) {
    let (data, mut arguments) = (Data::new().await, vec!["--messages".to_string(), MESSAGES.to_string()]);
    arguments.extend(rules);
    let mut fake = FakeImap::start(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    let account = fake.account();
    let mut expected: Vec<Digest> = (1..=MESSAGES).map(body).collect();
    let began = Instant::now();
    let watching = Watching::start(&data, &account, &settings());
    if let Some(change) = change {
        wait_for_all(&data, &account.name, &expected, began).await;
        fake.tell(change);
        expected = if change == "uidvalidity" { expected } else { expected[1..].to_vec() };
    } else {
        wait_for_all(&data, &account.name, &expected, began).await;
    }
    fake.tell("new");
    expected.push(body(MESSAGES + 1));
    let rows = wait_for_all(&data, &account.name, &expected, began).await;
    let took = began.elapsed();
    watching.stop().await;
    let (lost, doubled) = lost_and_doubled(&rows, &expected);
    if lost + doubled > 0 {
        println!("{case}: {arguments:?}: {rows:#?} {:#?}", fake.commands());
    }
    put(case, lost, doubled, took);
}

async fn all(case: &str, each: Vec<Vec<String>>) {
    futures::stream::iter(each).for_each_concurrent(AT_ONCE, |rules| run(case, rules, None)).await;
    close(case);
}

/// The commands of a session.
const STATES: [&str; 9] =
    ["GREETING", "LOGIN", "CAPABILITY", "ID", "EXAMINE", "UID SEARCH", "UID FETCH .*SIZE", "UID FETCH .*BODY", "IDLE"];

fn rules(states: &[&str], answers: &[&str]) -> Vec<Vec<String>> {
    let pairs = states.iter().flat_map(|state| answers.iter().map(move |answer| (state, answer)));
    pairs.map(|(state, answer)| vec![format!("1*{state} ?=>{answer}")]).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_or_an_end_in_any_command_costs_a_session() {
    // paperless-ngx#5427: BYE is legal anywhere. async-imap#94: the end of a stream is no end of a list.
    let answers = [
        "$TAG NO Server Unavailable\\r\\n",
        "$TAG BAD Command Error. 10\\r\\n",
        "* BYE gone\\r\\n$CLOSE",
        "$CLOSE",
        "$RESET",
    ];
    all("NO, BAD, BYE, end or RST in each command", rules(&STATES, &answers)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_without_an_end_in_any_command_is_noticed() {
    // async-imap#63, chatmail-core#5096: after NAT forgot the line, the client hung for ever.
    let mut each = rules(&STATES, &["$HANG"]);
    each.extend(rules(
        &["UID FETCH .*BODY"],
        &["* 1 FETCH (UID 1 BODY[] {2000}\\r\\nFrom: $HANG", "* 1 FETCH (UID $HANG", "$NEXT* 9$HANG"],
    ));
    all("silence with no RST in each command and in a literal", each).await;
    all(
        "silence with no RST in IDLE",
        rules(&["IDLE"], &["+ idling\\r\\n$HANG", "+ idling\\r\\n* OK Still here\\r\\n$HANG"]),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_literal_that_ends_early_or_late_is_no_message() {
    let whole = "* 1 FETCH (UID 1 BODY[] {2000}\\r\\n";
    let mut answers: Vec<String> = Vec::new();
    for had in [0, 1, 2, 77, 1_000, 1_999] {
        for end in ["$CLOSE", "$RESET", "* BYE gone\\r\\n$CLOSE"] {
            answers.push(format!("{whole}{}{end}", "z".repeat(had)));
        }
    }
    // Shorter than the message, longer than it, and no number at all.
    for size in ["3", "1999", "2001", "2003", "99999999999", "-1", "x", ""] {
        let text = "z".repeat(2_000);
        answers.push(format!("* 1 FETCH (UID 1 BODY[] {{{size}}}\\r\\n{text})\\r\\n$TAG OK\\r\\n$CLOSE"));
    }
    let answers: Vec<&str> = answers.iter().map(String::as_str).collect();
    all("literal truncated, too short or too long", rules(&["UID FETCH .*BODY"], &answers)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_asked_for_changes_nothing() {
    let untrue = [
        "* 1 EXPUNGE\\r\\n$NEXT",
        "* 3 EXPUNGE\\r\\n* 3 EXPUNGE\\r\\n* 4 EXISTS\\r\\n$NEXT",
        "* 2 FETCH (FLAGS (\\\\Seen))\\r\\n$NEXT",
        "* 2 FETCH (UID 2 FLAGS (\\\\Deleted))\\r\\n* 5 EXPUNGE\\r\\n$NEXT",
        "* 9 FETCH (UID 99 RFC822.SIZE 7 INTERNALDATE \\x2201-Jun-2026 10:00:00 +0000\\x22 BODY[] {1}\\r\\nx)\\r\\n$NEXT",
        "* SEARCH 77 78\\r\\n$NEXT",
        "* 0 RECENT\\r\\n* FLAGS ()\\r\\n* OK [ALERT] quota\\r\\n* NO [ALERT] quota\\r\\n$NEXT",
        "* CAPABILITY IMAP4rev1\\r\\n$NEXT",
    ];
    // Once each, and at every command of the kind for ever.
    let mut each = rules(&STATES[4..], &untrue);
    let for_ever = each.clone().into_iter().map(|rules| rules.iter().map(|rule| rule[2..].to_string()).collect());
    let is_harmless = |rules: &Vec<String>| !rules[0].contains("* SEARCH");
    each.extend(for_ever.filter(is_harmless).collect::<Vec<_>>());
    all("unasked-for FETCH, EXPUNGE, SEARCH and others at each command", each).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_of_messages_that_is_not_true_hides_none() {
    // bichon#144: a provider showed fewer messages than there were.
    let lies = ["0", "1", "4", "6", "4000", "4294967295"];
    let opened = |lie: &str| format!("EXAMINE=>* {lie} EXISTS\\r\\n* OK [UIDVALIDITY 5] x\\r\\n$TAG OK\\r\\n");
    let mut each: Vec<Vec<String>> =
        lies.iter().flat_map(|lie| [vec![opened(lie)], vec![format!("1*{}", opened(lie))]]).collect();
    each.extend(rules(
        &["IDLE", "UID SEARCH", "UID FETCH .*BODY"],
        &lies.map(|lie| format!("* {lie} EXISTS\\r\\n$NEXT")).each_ref().map(String::as_str),
    ));
    all("EXISTS that is too small, too large or zero", each).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_that_is_renumbered_is_read_again_and_counted_once() {
    // paperless-ngx#8944.
    let during = "UIDVALIDITY changes while it is watched";
    let runs =
        futures::stream::iter(0..6).for_each_concurrent(AT_ONCE, |_| run(during, Vec::new(), Some("uidvalidity")));
    runs.await;
    close(during);
    let between = "UIDVALIDITY changes between sessions";
    // Each session is ended after another command, and the next one finds other numbers.
    let each = STATES[4..].iter().map(|state| {
        let first = "1*EXAMINE=>* 5 EXISTS\\r\\n* OK [UIDVALIDITY 4] x\\r\\n$TAG OK\\r\\n".to_string();
        vec![first, format!("1*{state} ?=>$CLOSE")]
    });
    futures::stream::iter(each).for_each_concurrent(AT_ONCE, |rules| run(between, rules, None)).await;
    close(between);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_removed_while_others_are_fetched_takes_none_with_it() {
    let case = "a message is removed at the server while it is watched";
    futures::stream::iter(0..4).for_each_concurrent(AT_ONCE, |_| run(case, Vec::new(), Some("expunge 1"))).await;
    close(case);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_itself_sees_what_is_lost_and_what_is_doubled() {
    let (data, fake) = (Data::new().await, FakeImap::start(&["--messages", "2"]));
    let account = fake.account();
    let watching = Watching::start(&data, &account, &settings());
    let rows = wait_for_all(&data, &account.name, &[body(1), body(2)], Instant::now()).await;
    watching_now(&data, &account.name).await;
    watching.stop().await;
    assert_eq!(lost_and_doubled(&rows, &[body(1), body(2), body(3)]), (1, 0));
    assert_eq!(lost_and_doubled(&[rows.clone(), rows.clone()].concat(), &[body(1)]), (0, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_that_is_said_to_be_empty_and_is_not_loses_no_message() {
    let lie = "EXAMINE=>* 0 EXISTS\\r\\n* OK [UIDVALIDITY 5] x\\r\\n$TAG OK\\r\\n";
    let (data, fake) = (Data::new().await, FakeImap::start(&["--messages", "5", lie]));
    let account = fake.account();
    let expected: Vec<Digest> = (1..=MESSAGES).map(body).collect();
    let watching = Watching::start(&data, &account, &short());
    wait_for_all(&data, &account.name, &expected, Instant::now()).await;
    // Compared several times since: with short waits each round compares.
    let opened = || fake.commands().iter().filter(|line| line.starts_with("EXAMINE")).count();
    let so_far = opened();
    eventually("more rounds", Duration::from_secs(30), async || (opened() >= so_far + 4).then_some(())).await;
    let rows = copies(data.store.pool(), &account.name).await;
    watching.stop().await;
    assert_eq!(lost_and_doubled(&rows, &expected), (0, 0), "{rows:#?}");
}
