//! What a child that reads strangers' bytes cannot do, and what becomes of a child that goes wrong.

use crate::app::{App, Folder, wait_for};
use pouch::config::{Config, Extractor};
use pouch::sandbox::{Pool, Source};
use std::fs::File;
use std::path::PathBuf;

fn pool(limits: &Extractor) -> Pool {
    Pool::start(PathBuf::from(env!("CARGO_BIN_EXE_pouch")), limits)
}

fn one_file(folder: &Folder, name: &str, bytes: &[u8]) -> Source {
    let path = folder.0.join(name);
    std::fs::write(&path, bytes).unwrap();
    Source::one_file(File::open(path).unwrap(), name).unwrap()
}

/// Ids of the living processes whose command line names this word of a child.
fn alive(parent: u32, word: &str) -> Vec<u32> {
    let numbers =
        std::fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let is_it = |pid: &u32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let after = stat.rsplit(") ").next().unwrap_or_default().split(' ').nth(1).map(str::to_string);
        let line = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        after.is_some_and(|ppid| ppid == parent.to_string()) && line.contains(word)
    };
    numbers.filter(is_it).collect()
}

/// paperless-ngx#10284, #4419; gotenberg#1435: a converter asked the network. No child has one.
#[tokio::test]
async fn a_child_has_tried_every_door_and_found_it_closed() {
    let conditions = pool(&Config::default().extractor).conditions().await.unwrap();
    for (name, protections) in [("extractor", &conditions.extractor), ("tool runner", &conditions.tool_runner)] {
        assert!(protections.missing.is_empty(), "{name}: {:?}", protections.missing);
        let shut = ["no file of the system", "no writing of files", "no connections", "Landlock", "no new privileges"];
        for door in shut.iter().chain(&["system calls filtered", "limit on memory", "limit on processor time"]) {
            assert!(protections.active.iter().any(|one| one == door), "{name}: {door} is not active");
        }
    }
    assert!(conditions.extractor.active.iter().any(|one| one == "no other programs"));
    assert!(conditions.programs.pdftotext.is_some(), "scripts/install test brings pdftotext");
    for model in ["ara", "chi_sim", "eng", "fra", "rus", "spa", "osd"] {
        assert!(conditions.programs.models.iter().any(|one| one == model), "{model} is not installed");
    }
}

#[test]
fn what_whoever_starts_pouch_left_open_reaches_no_child() {
    let app = App::new();
    let secret = app.folder.0.join("secret.txt");
    std::fs::write(&secret, "for the operator only").unwrap();
    let starter = ["-c", "exec 9<\"$1\"; shift; exec \"$@\"", "sh", secret.to_str().unwrap()];
    let serve = app.command(&["serve"]);
    let mut serving = std::process::Command::new("sh")
        .args(starter)
        .arg(serve.get_program())
        .args(serve.get_args())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let child = wait_for("a child", || alive(serving.id(), "\0extractor\0").first().copied());
    let open: Vec<PathBuf> = std::fs::read_dir(format!("/proc/{child}/fd"))
        .unwrap()
        .filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok())
        .collect();
    let settings = std::fs::read(format!("/proc/{}/environ", serving.id())).unwrap();
    serving.kill().unwrap();
    serving.wait().unwrap();
    assert!(open.len() >= 3 && !open.contains(&secret), "{open:?}");
    // The service started itself anew so that it takes little memory.
    assert!(String::from_utf8_lossy(&settings).contains("MALLOC_ARENA_MAX=1"));
}

#[tokio::test]
async fn the_kernel_confirms_what_a_child_says_of_itself() {
    let pool = pool(&Extractor { workers: 1, ..Config::default().extractor });
    let folder = Folder::new();
    pool.parse(&one_file(&folder, "a.txt", b"words")).await.unwrap();
    let child = alive(std::process::id(), "\0extractor\0");
    let status = std::fs::read_to_string(format!("/proc/{}/status", child[0])).unwrap();
    for line in ["NoNewPrivs:\t1", "Seccomp:\t2"] {
        assert!(status.contains(line), "{status}");
    }
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", child[0])).unwrap();
    let row = |name: &str| limits.lines().find(|line| line.starts_with(name)).unwrap().to_string();
    assert!(row("Max address space").split_whitespace().any(|word| word == (3_u64 << 30).to_string()), "{limits}");
    for name in ["Max file size", "Max core file size"] {
        assert!(row(name).split_whitespace().filter(|word| *word == "0").count() == 2, "{limits}");
    }
    assert!(!row("Max cpu time").split_whitespace().nth(3).unwrap().contains("unlimited"), "{limits}");
}
