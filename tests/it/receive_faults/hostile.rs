//! Servers and messages that want our memory, our time or our secrets.

use crate::receive::{Watching, copies, mail, reason, received, settlements};
use crate::servers::{Data, Dovecot, FakeImap, User, clock, eventually, plain_account, quick};
use pouch::config::Account;
use pouch::receive;
use std::io::Write;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

const CHILD: &str = "POUCH_TEST_MEMORY";

/// What a process of its own reports after it has watched: its rows, and the most memory it ever had, in bytes.
fn measured(test: &str, told: &str) -> (Vec<String>, u64) {
    let done = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(CHILD, told)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    let line = text.lines().find_map(|line| line.split_once("MEASURED ")).unwrap_or_else(|| panic!("{text}")).1;
    let (peak, rows) = line.split_once(' ').unwrap();
    (rows.split(", ").map(String::from).collect(), peak.parse::<u64>().unwrap())
}

/// The child: watches until so many UIDs are settled, and reports.
async fn report(account: Account, count: usize) {
    let data = Data::new().await;
    let watching = Watching::start(&data, &account, &quick());
    let rows = eventually("all are settled", Duration::from_secs(100), async || {
        Some(copies(data.store.pool(), &account.name).await).filter(|rows| rows.len() == count)
    })
    .await;
    watching.stop().await;
    for row in &rows {
        if let Some(digest) = &row.digest {
            assert!(data.vault.verify(digest.parse().unwrap()).unwrap());
        }
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap().trim();
    let kilobytes: u64 = peak.strip_suffix(" kB").unwrap().parse().unwrap();
    let rows = rows.iter().map(|row| format!("{} {} {}", row.uid, row.settlement, row.size_bytes.unwrap_or(0)));
    println!("MEASURED {} {}", kilobytes * 1024, rows.collect::<Vec<_>>().join(", "));
}

/// mail-archiver#118, #557.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_of_150_megabytes_streams_to_disk_in_little_memory() {
    let dovecot = Dovecot::shared();
    if let Ok(name) = std::env::var(CHILD) {
        return report(User { name, dovecot: &dovecot }.account(), 2).await;
    }
    let user = dovecot.user();
    let line = format!("{}\r\n", "0123456789".repeat(7));
    let large = [mail(0), line.repeat(150_000_000 / line.len()).into_bytes()].concat();
    user.append("INBOX", &large);
    user.append("INBOX", &mail(1));
    let test = "receive_faults::hostile::a_message_of_150_megabytes_streams_to_disk_in_little_memory";
    let (rows, peak) = measured(test, &user.name);
    assert_eq!(rows, [format!("1 received {}", large.len()), format!("2 received {}", mail(1).len())]);
    println!("peak {} MB", peak >> 20);
    // Some 50 MB of it is the program of the tests itself.
    assert!(peak < 96 << 20, "{peak} bytes");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_announced_size_takes_no_memory() {
    let endless = "UID FETCH (1:3|2|1:2|2:3) .*BODY=>* 2 FETCH (UID 2 BODY[] {500000000}\\r\\nxx$HANG";
    let fake = FakeImap::start(&["--messages", "3", endless]);
    if let Ok(port) = std::env::var(CHILD) {
        return report(Account { port: port.parse().unwrap(), ..fake.account() }, 3).await;
    }
    let test = "receive_faults::hostile::an_announced_size_takes_no_memory";
    let (rows, peak) = measured(test, &fake.port.to_string());
    assert_eq!(rows, ["1 received 2000", "2 parked 0", "3 received 2000"]);
    assert!(peak < 96 << 20, "{peak} bytes");
}

/// A server that answers the first command with a beginning and then the same bytes for ever.
async fn flood(beginning: &'static str, bytes: Vec<u8>) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let _ = client.write_all(b"* OK ready\r\n").await;
            let _ = client.read(&mut [0; 100]).await;
            let _ = client.write_all(beginning.as_bytes()).await;
            while client.write_all(&bytes).await.is_ok() {}
        }
    });
    port
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_a_line_without_end_nor_literal_after_literal_is_read_for_ever() {
    let data = Data::new().await;
    let literal = [&b" X {1000000}\r\n"[..], &[b'x'; 1_000_000]].concat();
    let cases = [
        ("a line", "* SEARCH", b" 1234567890".repeat(1_000)),
        ("literals", "* 1 FETCH (UID 1", literal),
        ("a number", "* 1 FETCH (UID 1 X {99999999999999999999}\r\n", b"x".repeat(100)),
    ];
    for (name, beginning, bytes) in cases {
        let account = plain_account(name, "flooded", flood(beginning, bytes).await);
        let watching = Watching::start(&data, &account, &quick());
        reason(&data, name, "is too large").await;
        watching.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn uids_are_asked_for_in_windows_and_gaps_are_crossed_in_one_step() {
    let fake = FakeImap::start(&["--messages", "200000", "--size", "200"]);
    let preview = receive::check(&fake.account(), &quick(), None, None, clock()).await.unwrap();
    assert_eq!((preview[0].on_server, preview[0].would_take, preview[0].size_bytes), (200_000, 200_000, 40_000_000));
    let searches: Vec<String> = fake.commands().into_iter().filter(|line| line.starts_with("UID SEARCH")).collect();
    assert_eq!(searches.len(), 4, "{searches:?}");
    assert_eq!(searches[3], "UID SEARCH UID 150001:200000");

    let (data, sparse) = (Data::new().await, FakeImap::start(&["--messages", "4", "--gap", "1400000000"]));
    let account = sparse.account();
    let watching = Watching::start(&data, &account, &quick());
    let rows = received(&data, &account.name, 4).await;
    watching.stop().await;
    assert_eq!(rows.iter().map(|row| row.uid).collect::<Vec<_>>(), [1, 1_400_000_001, 2_800_000_001, 4_200_000_001]);
    let searches = sparse.commands().iter().filter(|line| line.starts_with("UID SEARCH")).count();
    assert!(searches < 12, "{searches} searches");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_makes_the_parser_panic_costs_a_session_and_no_more() {
    let data = Data::new().await;
    let rules = [
        "1*UID FETCH .*SIZE=>* 1 FETCH (UID 1 RFC822.SIZE 5 INTERNALDATE NIL)\\r\\n$TAG OK\\r\\n",
        "1*EXAMINE=>* OK [READ-ONLY]\\xc3\\xa9 8-bit\\r\\n$NEXT",
        "1*ID=>* ID (\\x22name\\x22 NIL)\\r\\n$TAG OK\\r\\n",
    ];
    for rule in rules {
        let fake = FakeImap::start(&["--messages", "1", rule]);
        let account = fake.account();
        let watching = Watching::start(&data, &account, &quick());
        let rows = received(&data, &account.name, 1).await;
        watching.stop().await;
        assert_eq!(settlements(&rows), ["1 received"], "{rule}");
    }
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// On one thread, so that the log of this test is all that its subscriber sees.
#[tokio::test]
async fn no_password_and_no_word_of_a_message_stands_in_a_log_or_an_error() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let data = Data::new().await;
    let rules = [
        // A literal that is shorter than the message: the rest looks like an answer.
        "UID FETCH .*BODY=>* 1 FETCH (UID 1 BODY[] {3}\\r\\nabc CONFIDENTIAL) CONFIDENTIAL\\r\\n",
        "UID FETCH .*BODY=>* CONFIDENTIAL words of a message\\r\\n",
        "UID FETCH .*HEADER=>* 1 FETCH (UID 1 BODY[HEADER.FIELDS (SUBJECT)] {3}\\r\\nSub CONFIDENTIAL) x\\r\\n",
        "LOGIN=>$TAG NO fake@example.org secret is wrong\\r\\n",
        "LOGIN=>* LOGIN secret is what you sent\\r\\n",
    ];
    for rule in rules {
        let fake = FakeImap::start(&["--messages", "1", rule]);
        let mut account = fake.account();
        if rule.contains("HEADER") {
            account.rules.addresses.push("inputs@example.org".into());
        }
        let watching = Watching::start(&data, &account, &quick());
        let shown = reason(&data, &account.name, "next try").await.last_error.unwrap();
        watching.stop().await;
        assert!(!shown.contains("CONFIDENTIAL") && !shown.contains("secret"), "{shown}");
    }
    let log = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(log.contains("cannot be read"), "the log is seen: {log}");
    let own = log.lines().filter(|line| line.contains("pouch") || line.contains("async_imap"));
    for line in own {
        assert!(!line.contains("CONFIDENTIAL") && !line.contains("secret"), "{line}");
    }
    // What a server says in a line of its own is cut, so that it cannot flood the log.
    let long = format!("EXAMINE=>$TAG NO {}\\r\\n", "x".repeat(5_000));
    let fake = FakeImap::start(&["--messages", "1", &long]);
    let account = fake.account();
    let watching = Watching::start(&data, &account, &quick());
    let shown = reason(&data, &account.name, "refused EXAMINE").await.last_error.unwrap();
    watching.stop().await;
    assert!(shown.len() < 300, "{} bytes", shown.len());
}
