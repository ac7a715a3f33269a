//! Mail server and database are stopped and started again while mail arrives. Nothing is lost, held or done by hand.

use crate::app::{App, Folder, PATIENCE, wait_for, wait_up_to};
use crate::journey::account_config;
use crate::servers::{Dovecot, PASSWORD, User};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

/// A PostgreSQL of the test's own, which keeps its port.
struct Postgres(Folder);

impl Postgres {
    fn start() -> (Self, String) {
        let own = Self(Folder::new());
        let said = own.run("start");
        let url = said.split('\'').nth(1).unwrap().to_string();
        // The servers of the tests may forget what they committed last when they crash; this one may not.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut admin = <sqlx::PgConnection as sqlx::Connection>::connect(&url).await.unwrap();
            sqlx::query("create database own").execute(&mut admin).await.unwrap();
            sqlx::query("alter database own set synchronous_commit = on").execute(&mut admin).await.unwrap();
        });
        (own, format!("{}/own", url.rsplit_once('/').unwrap().0))
    }

    fn run(&self, action: &str) -> String {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/test-servers");
        let done = Command::new(script).arg(action).arg(&self.0.0).arg("postgres").output().unwrap();
        assert!(done.status.success(), "{action}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.run("stop");
    }
}

/// Delivers into the Maildir, which works whether the server runs or not.
fn deliver(user: &User<'_>, numbers: std::ops::Range<u32>) {
    for number in numbers {
        let mail = format!(
            "From: A <a{number}@body.example>\r\nSubject: Written input {number}\r\nMessage-ID: <restart-{number}@body.example>\r\n\
             Date: Tue, 28 Nov 2023 10:00:00 +0000\r\n\r\n{}\r\nNumber {number}.\r\n",
            "Our written input is on capacity-building, norms and threats. ".repeat(6)
        );
        user.deliver("INBOX", mail.as_bytes());
    }
}

#[test]
fn every_dependency_may_be_restarted_while_mail_arrives() {
    // paperless-ngx#2926, #3739: after a restart of the broker the mail task was "revoked" for months.
    let (dovecot, (postgres, url)) = (Dovecot::own(&[]), Postgres::start());
    let user = dovecot.user();
    let app = App::with_config("");
    let path = app.data().join("pouch.toml");
    let account = account_config(&user, "chair", "password");
    let quick = "[receive]\npoll = \"1s\"\nbackoff_least = \"50ms\"\nbackoff_most = \"1s\"\n";
    let config = format!("postgres_url = \"{url}\"\n{}{quick}{account}", fs::read_to_string(&path).unwrap());
    fs::write(&path, config).unwrap();
    fs::write(app.data().join("password"), format!("{PASSWORD}\n")).unwrap();
    let serving = app.serve();
    wait_for("a first message", || {
        if user.files("INBOX").is_empty() {
            deliver(&user, 0..1);
        }
        (app.list().len() == 1).then_some(())
    });
    let mut next = 1;
    let mut some = || {
        deliver(&user, next..next + 5);
        next += 5;
    };
    for how in [&[][..], &["--hard"]] {
        some();
        dovecot.sandbox("stop", how);
        some();
        dovecot.sandbox("start", &[]);
        some();
        postgres.run("stop");
        some();
        postgres.run("start");
    }
    // Both at once, and for so long that the workers have given up for a while.
    some();
    dovecot.sandbox("stop", &[]);
    postgres.run("stop");
    some();
    wait_for("the service to notice", || serving.log.lock().unwrap().contains("work is paused").then_some(()));
    dovecot.sandbox("start", &[]);
    some();
    postgres.run("start");
    some();
    let all = next as usize;
    // What did not go is put off for some seconds more.
    let items = wait_up_to(3 * PATIENCE, "every message", || {
        let items = app.list();
        (items.len() >= all && items.iter().all(|item| item["outcome"] != "pending")).then_some(items)
    });
    assert_eq!(items.len(), all);
    let not_in_queue: Vec<&Value> = items.iter().filter(|item| item["state"] != "queued").collect();
    assert!(not_in_queue.is_empty(), "{not_in_queue:?}");
    assert!(items.iter().all(|item| item["mailboxes"].as_array().unwrap().len() == 1));
    wait_for("a mailbox that is well", || {
        crate::web::get(&serving, "/healthz", &serving.address).starts_with("HTTP/1.1 200").then_some(())
    });
    serving.stop();
    let verified = app.verify();
    assert!(verified.contains("In order"), "{verified}");
}

#[test]
fn work_that_a_failing_store_broke_off_is_done_by_the_same_process_when_the_store_works_again() {
    let dovecot = Dovecot::shared();
    let user = dovecot.user();
    let app = App::with_config("");
    let path = app.data().join("pouch.toml");
    let config = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{config}[receive]\npoll = \"1s\"\n{}", account_config(&user, "chair", "password")))
        .unwrap();
    fs::write(app.data().join("password"), format!("{PASSWORD}\n")).unwrap();
    let serving = app.serve();
    // Neither the message can be written nor that it could not: the claim stays.
    app.sql("create trigger full before insert on messages begin select raise(abort, 'disk full'); end");
    deliver(&user, 0..1);
    wait_for("the service to notice", || serving.log.lock().unwrap().contains("work is paused").then_some(()));
    app.sql("drop trigger full");
    // Within the patience of a test, which is as long as a claim holds: it is given back, not waited for.
    wait_for("the message", || {
        (app.sql("select count(*) || '' from messages where submission_id is not null") == ["1"]).then_some(())
    });
    serving.stop();
}
