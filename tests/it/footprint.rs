//! How much memory the service holds while much mail comes. A child's memory is limited by the kernel; this is about the
//! service itself, which lives for months.

use crate::app::{App, PATIENCE, wait_up_to};
use crate::journey::account_config;
use crate::servers::{Dovecot, PASSWORD};
use std::fs;

/// Mails of the test. `bench/run` takes 10,000 and says how much memory that took.
const MAILS: u64 = 2_400;

/// Most that the service may ever have held, in bytes.
const MOST: u64 = 256 << 20;

/// Most that it may hold more after all mails than after the first third of them, and for the large one.
const GROWTH: u64 = 30 << 20;

fn held(pid: u32, what: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(what)?.strip_prefix(':')).unwrap();
    line.split_whitespace().next().unwrap().parse::<u64>().unwrap() << 10
}

/// mail-archiver#118, #557: memory grew until the machine fell over.
#[test]
fn memory_stays_the_same_however_much_mail_comes() {
    let dovecot = Dovecot::shared();
    let user = dovecot.user();
    let app = App::with_config("");
    let path = app.data().join("pouch.toml");
    let config = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{config}[receive]\npoll = \"1s\"\n{}", account_config(&user, "chair", "password")))
        .unwrap();
    fs::write(app.data().join("password"), format!("{PASSWORD}\n")).unwrap();
    let deliver = |from: u64, to: u64| {
        for number in from..to {
            let mail = format!(
                "From: A <a{number}@body.example>\r\nSubject: Written input {number}\r\nMessage-ID: <many-{number}@body.example>\r\n\
                 Date: Tue, 28 Nov 2023 10:00:00 +0000\r\n\r\n{}\r\nNumber {number}.\r\n",
                "Our written input is on capacity-building, norms and threats. ".repeat(20)
            );
            user.deliver("INBOX", mail.as_bytes());
        }
    };
    let serving = app.serve();
    let pid = serving.child.id();
    let through = |count: u64| {
        let wanted = count.to_string();
        wait_up_to(3 * PATIENCE, &format!("{count} inputs"), || {
            (app.sql("select cast(count(*) as text) from messages where submission_id is not null")
                == [wanted.as_str()])
            .then_some(())
        });
        held(pid, "VmRSS")
    };
    deliver(0, MAILS / 3);
    let early = through(MAILS / 3);
    deliver(MAILS / 3, MAILS);
    let late = through(MAILS);
    let usual = held(pid, "VmHWM");
    // One of 50 MB among them: it is never held as a whole.
    let large = "From: B <b@body.example>\r\nSubject: Written input with a film\r\nMessage-ID: <film@body.example>\r\n\
                 Date: Tue, 28 Nov 2023 10:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
                 --b\r\nContent-Type: text/plain\r\n\r\nOur written input is on capacity-building, norms and threats.\r\n\
                 --b\r\nContent-Type: video/mp4; name=film.mp4\r\nContent-Transfer-Encoding: base64\r\n\r\n";
    let line = format!("{}\r\n", "AAH+".repeat(19));
    let film = [large.as_bytes(), line.repeat(50_000_000 / line.len()).as_bytes(), b"--b--\r\n"].concat();
    user.deliver("INBOX", &film);
    through(MAILS + 1);
    let most = held(pid, "VmHWM");
    println!(
        "{} MB after a third, {} MB after all; at most {}, then {} MB",
        early >> 20,
        late >> 20,
        usual >> 20,
        most >> 20
    );
    assert!(most < usual + GROWTH, "{} MB for one of 50 MB", (most - usual) >> 20);
    assert!(late < early + GROWTH, "{} MB after a third, {} MB after all", early >> 20, late >> 20);
    assert!(most < MOST, "{} MB at most", most >> 20);
    serving.stop();
}
