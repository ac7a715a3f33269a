//! Scans through the whole program: recognised before they are classified, later if tesseract comes later, and never over
//! what a person did. What runs too long ends with everything that it started.

use crate::app::{App, Folder, wait_for};
use pouch::config::{Config, Extractor};
use pouch::sandbox::{Error, Pool, Source};
use serde_json::Value;
use std::fs::File;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Duration;

fn scan(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/scans").join(name)
}

/// A mail with one scan and hardly a word of its own.
fn mail_with(folder: &Path, id: &str, name: &str) -> String {
    let encoded =
        base64::Engine::encode(&base64::engine::general_purpose::STANDARD, std::fs::read(scan(name)).unwrap());
    let lines: Vec<&str> = encoded.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let mail = format!(
        "From: Office <office@harbour.example>\r\nTo: chair@oewg.example\r\nSubject: Written input\r\n\
         Date: Thu, 30 Nov 2023 10:00:00 +0000\r\nMessage-ID: <{id}@harbour.example>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nPlease find our written \
         input attached.\r\n--b\r\nContent-Type: application/octet-stream\r\n\
         Content-Disposition: attachment; filename={name}\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n--b--\r\n",
        lines.join("\r\n")
    );
    let path = folder.join(format!("{id}.eml"));
    std::fs::write(&path, mail).unwrap();
    path.display().to_string()
}

fn item(app: &App, id: &str) -> Value {
    app.item(&format!("{id}@harbour.example"))
}

fn problems(item: &Value) -> Vec<&str> {
    item["problems"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect()
}

#[test]
fn a_scan_is_recognised_before_its_message_is_classified() {
    let app = App::new();
    let Folder(folder) = &Folder::new();
    app.run(&["import", &mail_with(folder, "scan", "en.jpg")]);
    let item = item(&app, "scan");
    assert_eq!(item["attachments"][0]["status"], "text");
    assert!(item["attachments"][0]["confidence"].as_f64().unwrap() > 80.0);
    let evidence: Vec<&Value> =
        item["assignments"].as_array().unwrap().iter().flat_map(|one| one["evidence"].as_array().unwrap()).collect();
    assert!(evidence.iter().any(|one| one["part"] == "2"), "no assignment stands on the scan: {item}");
    assert!(app.run(&["show", item["id"].as_str().unwrap()]).contains("page 1"));
    app.verify();
}

/// paperless-ngx#10284: the converter was away, and the mail counted as processed.
#[test]
fn without_tesseract_a_scan_says_so_and_is_recognised_once_it_is_there() {
    let Folder(folder) = &Folder::new();
    let programs = folder.join("bin");
    std::fs::create_dir(&programs).unwrap();
    let app = App::with_config(&format!("[extractor]\nprogram_dirs = [\"{}\"]\n", programs.display()));
    for id in ["untouched", "edited"] {
        // Two contents, so that each is recognised for itself.
        let name = if id == "edited" { "fr.jpg" } else { "en.jpg" };
        app.run(&["import", &mail_with(folder, id, name)]);
        let waiting = item(&app, id);
        assert!(problems(&waiting).contains(&"program-missing"), "{waiting}");
        assert_eq!(waiting["attachments"][0]["status"], "no-text");
        if waiting["outcome"] == "held" {
            app.run(&["accept", waiting["id"].as_str().unwrap(), "--by", "Ada", "--reason", "an input"]);
        }
    }
    let edited = item(&app, "edited");
    let id = edited["id"].as_str().unwrap().to_string();
    app.run(&["edit", &id, "--title", "The title of Ada", "--by", "Ada", "--reason", "better"]);

    let serving = app.serve();
    symlink("/usr/bin/tesseract", programs.join("tesseract")).unwrap();
    let read = wait_for("both scans to be recognised", || {
        let both = [item(&app, "untouched"), item(&app, "edited")];
        both.iter().all(|one| one["attachments"][0]["status"] == "text").then_some(both)
    });
    for one in &read {
        assert!(!problems(one).contains(&"program-missing"), "{one}");
    }
    let untouched = wait_for("the untouched one to be proposed anew", || {
        let one = item(&app, "untouched");
        (!one["assignments"].as_array().unwrap().is_empty()).then_some(one)
    });
    assert_eq!(untouched["seen"], "1.2", "a new edition, in the ledger");
    assert_eq!(read[1]["title"], "The title of Ada");
    assert_eq!(read[1]["seen"], "1.2", "the edit of a person is the last one");
    serving.stop();
    app.verify();
}

/// Processes of this group that can still do something. One that a signal has killed cannot, though it may take a moment
/// until it is gone: its exit code, the last field of proc(5)'s stat, says so.
fn group(group: u32) -> Vec<String> {
    let entries = std::fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let stats = entries.filter_map(|entry| std::fs::read_to_string(entry.path().join("stat")).ok());
    let is_in = |stat: &String| {
        let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
        fields.first() != Some(&"Z")
            && fields.last() != Some(&"9\n")
            && fields.get(2) == Some(&group.to_string().as_str())
    };
    stats.filter(is_in).collect()
}

/// The tool runner that this copy of the program has started.
fn runner_of(program: &Path) -> Option<u32> {
    let entries = std::fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let wanted = format!("{}\0tool-runner\0", program.display());
    pids.into_iter()
        .find(|pid| std::fs::read_to_string(format!("/proc/{pid}/cmdline")).is_ok_and(|line| line.starts_with(&wanted)))
}

/// OpenArchiver#173: what "timed out" went on.
#[tokio::test(flavor = "multi_thread")]
async fn what_takes_too_long_is_killed_with_every_program_that_it_started() {
    let Folder(folder) = &Folder::new();
    // A copy of the program of its own tells our children from those of other tests.
    let program = folder.join("pouch");
    std::fs::hard_link(env!("CARGO_BIN_EXE_pouch"), &program)
        .or_else(|_| std::fs::copy(env!("CARGO_BIN_EXE_pouch"), &program).map(drop))
        .unwrap();
    let limits = Extractor { workers: 1, page_time: Duration::from_millis(300), ..Config::default().extractor };
    let pool = Pool::start(program.clone(), &limits);
    let source = Source::one_file(File::open(scan("zh.jpg")).unwrap(), "zh.jpg").unwrap();
    let reading = {
        let (pool, source) = (pool.clone(), source.clone());
        tokio::spawn(async move { pool.recognise(&source, "1", &[1], &["zh".to_string()]).await })
    };
    let runner = wait_for("the tool runner", || runner_of(&program));
    let result = reading.await.unwrap().remove(0).1;
    assert!(matches!(result, Err(Error::TimedOut)), "{result:?}");
    assert_eq!(group(runner), Vec::<String>::new(), "something of it goes on");
    // And the next one is served.
    let text = Source::one_file(File::open(scan("en.truth")).unwrap(), "a.txt").unwrap();
    assert_eq!(pool.parse(&text).await.unwrap().parts.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_files_that_are_recognised_at_once_do_not_wait_for_each_other() {
    let limits = Extractor { workers: 2, ..Config::default().extractor };
    let pool = Pool::start(PathBuf::from(env!("CARGO_BIN_EXE_pouch")), &limits);
    let source = || Source::one_file(File::open(scan("two-pages.tiff")).unwrap(), "two-pages.tiff").unwrap();
    let (one, two) = (source(), source());
    let pages = [1, 2, 1, 2, 1, 2];
    let both = async { tokio::join!(pool.recognise(&one, "1", &pages, &[]), pool.recognise(&two, "1", &pages, &[])) };
    let (one, two) = tokio::time::timeout(Duration::from_secs(90), both).await.expect("they wait for each other");
    assert!(one.iter().chain(&two).all(|(_, result)| result.is_ok()), "{one:?} {two:?}");
    assert_eq!(one.len() + two.len(), 12);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_whose_reader_died_is_recognised_all_the_same() {
    let Folder(folder) = &Folder::new();
    let program = folder.join("pouch");
    std::fs::copy(env!("CARGO_BIN_EXE_pouch"), &program).unwrap();
    let pool = Pool::start(program.clone(), &Extractor { workers: 1, ..Config::default().extractor });
    let source = Source::one_file(File::open(scan("en.jpg")).unwrap(), "en.jpg").unwrap();
    let reading = tokio::spawn(async move { pool.recognise(&source, "1", &[1], &["en".to_string()]).await });
    let runner = wait_for("a program at work", || {
        runner_of(&program).filter(|runner| group(*runner).iter().any(|stat| stat.contains("(tesseract)")))
    });
    assert!(std::process::Command::new("kill").args(["-9", &runner.to_string()]).status().unwrap().success());
    let recognised = reading.await.unwrap().remove(0).1.unwrap();
    assert!(recognised.confidence.unwrap() > 80.0, "{recognised:?}");
}

#[test]
fn programs_end_with_a_service_that_is_killed() {
    let Folder(folder) = &Folder::new();
    let program = folder.join("pouch");
    std::fs::copy(env!("CARGO_BIN_EXE_pouch"), &program).unwrap();
    let mut reading = std::process::Command::new(&program)
        .arg("extract")
        .arg(scan("zh.jpg"))
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let runner = wait_for("a program at work", || {
        runner_of(&program).filter(|runner| group(*runner).iter().any(|stat| stat.contains("(tesseract)")))
    });
    reading.kill().unwrap();
    reading.wait().unwrap();
    wait_for("the end of all that it started", || group(runner).is_empty().then_some(()));
}
