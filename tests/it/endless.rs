//! A file that keeps its reader busy without end: the processor is free again soon after the limit, and whoever stops waiting
//! stops the work.

use crate::app::{Folder, wait_for};
use pouch::config::{Config, Extractor};
use pouch::domain::extraction::Extracted;
use pouch::sandbox::{Pool, Source};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How soon after its limit nothing may run any more.
const SOON: Duration = Duration::from_secs(5);

/// A page that is drawn by a form, which is drawn ten times by another one, and so on over twelve levels.
pub fn endless_pdf() -> Vec<u8> {
    let mut pdf = String::from(
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
         3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>/XObject<</X 10 0 R>>>>>>endobj\n\
         5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n",
    );
    let words = "BT /F 12 Tf 50 700 Td (Words without end) Tj ET\n".repeat(2_000);
    let ten = "/X Do\n".repeat(10);
    pdf.push_str(&format!("4 0 obj<</Length {}>>stream\n{ten}endstream endobj\n", ten.len()));
    for level in 10..22 {
        let (content, next) =
            if level == 21 { (&words, String::new()) } else { (&ten, format!("/XObject<</X {} 0 R>>", level + 1)) };
        pdf.push_str(&format!(
            "{level} 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 600 800]/Resources<</Font<</F 5 0 R>>{next}>>/Length {}>>stream\n{content}endstream endobj\n",
            content.len()
        ));
    }
    pdf.push_str("trailer<</Root 1 0 R>>\n%%EOF");
    pdf.into_bytes()
}

/// A page with three million words.
fn endless_text() -> Vec<u8> {
    let mut content = String::from("BT /F 12 Tf ");
    (0..3_000_000).for_each(|_| content.push_str("1 0 Td (x) Tj "));
    let mut pdf = format!(
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
         3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj\n\
         5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n4 0 obj<</Length {}>>stream\n",
        content.len()
    );
    pdf.push_str(&content);
    pdf.push_str("\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF");
    pdf.into_bytes()
}

/// A copy of the program of the test's own, which tells its children from those of other tests.
fn program(folder: &Folder) -> PathBuf {
    let program = folder.0.join("pouch");
    std::fs::copy(env!("CARGO_BIN_EXE_pouch"), &program).unwrap();
    program
}

/// Number and processor time, in ticks, of each living child of this copy.
fn children(program: &Path) -> Vec<(u32, u64)> {
    let entries = std::fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let wanted = format!("{}\0extractor\0", program.display());
    let is_ours =
        |pid: &u32| std::fs::read_to_string(format!("/proc/{pid}/cmdline")).is_ok_and(|line| line.starts_with(&wanted));
    let one = |pid: u32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let fields: Vec<String> = stat.rsplit(") ").next()?.split(' ').map(String::from).collect();
        let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
        Some((pid, ticks(11) + ticks(12)))
    };
    pids.filter(is_ours).filter_map(one).collect()
}

fn is_busy(program: &Path) -> Option<()> {
    // Half a second of a processor: it reads, and is no longer at its start.
    children(program).iter().any(|(_, ticks)| *ticks > 50).then_some(())
}

fn source(folder: &Folder, bytes: &[u8]) -> Source {
    let path = folder.0.join("endless.pdf");
    std::fs::write(&path, bytes).unwrap();
    Source::one_file(File::open(path).unwrap(), "endless.pdf").unwrap()
}

fn limits(time: Duration) -> Extractor {
    Extractor { time, time_most: time, workers: 1, ..Config::default().extractor }
}

/// OpenArchiver#173: parsing "timed out" and went on in the process at 100 % of a processor.
#[tokio::test(flavor = "multi_thread")]
async fn the_processor_is_free_again_soon_after_the_limit() {
    for (what, file) in [("forms", endless_pdf()), ("text", endless_text())] {
        let folder = Folder::new();
        let (program, source) = (program(&folder), source(&folder, &file));
        let limit = Duration::from_secs(1);
        let pool = Pool::start(program.clone(), &limits(limit));
        let began = Instant::now();
        let read = pool.extract(&source, &[("1".to_string(), file.len() as u64)]).await.unwrap();
        let Extracted::Unreadable { reason } = &read[0].0.extracted else { panic!("{what} was read: {:?}", read[0].0) };
        assert!(reason.contains("took too long"), "{what}: {reason}");
        // Loaded and asked, and once more alone: four times the limit at most.
        assert!(began.elapsed() < limit * 4 + SOON, "{what}: {:?}", began.elapsed());
        // Killed and waited for before the answer was given: nothing of it is left to burn anything.
        assert_eq!(children(&program), [], "{what}");
        let good = folder.0.join("good.txt");
        std::fs::write(&good, "Good words.").unwrap();
        let good = Source::one_file(File::open(good).unwrap(), "good.txt").unwrap();
        assert_eq!(pool.parse(&good).await.unwrap().parts.len(), 1, "the pool does not go on");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_stops_waiting_stops_the_work() {
    let folder = Folder::new();
    let file = endless_pdf();
    let (program, source) = (program(&folder), source(&folder, &file));
    let pool = Pool::start(program.clone(), &limits(Duration::from_secs(600)));
    let reading =
        tokio::spawn(async move { pool.extract(&source, &[("1".to_string(), file.len() as u64)]).await.is_ok() });
    wait_for("a child at work", || is_busy(&program));
    reading.abort();
    let began = Instant::now();
    wait_for("its end", || children(&program).is_empty().then_some(()));
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
}

#[test]
fn a_service_that_is_killed_leaves_no_reader_at_work() {
    let folder = Folder::new();
    let program = program(&folder);
    let path = folder.0.join("endless.pdf");
    std::fs::write(&path, endless_pdf()).unwrap();
    let mut service =
        Command::new(&program).arg("extract").arg(&path).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wait_for("a child at work", || is_busy(&program));
    service.kill().unwrap();
    service.wait().unwrap();
    let began = Instant::now();
    wait_for("its end", || children(&program).is_empty().then_some(()));
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
}
