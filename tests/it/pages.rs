//! Pages for a reviewer's eyes: the picture is right, holds nothing but pixels, is kept, and goes with what is erased.

use crate::app::{App, Folder};
use crate::endless::endless_pdf;
use crate::erase;
use crate::extract_pictures::{jpeg_with_exif, tiff_of_two_pages};
use crate::papers::{Paper, page_of};
use base64::Engine as _;
use image::GrayImage;
use pouch::config::{Config, Extractor};
use pouch::domain::{Digest, MessageId};
use pouch::pipeline::Tools;
use pouch::pipeline::pages::{NoPicture, Picture, Shelf, page_count, page_picture};
use pouch::sandbox::{Error, Pool, Screen, Source};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Black letters of two inches' length at the upper left, in a rectangle of a page of 600 x 800 points.
const WORDS: &str = "BT /F 40 Tf 60 700 Td (HARBOUR) Tj ET";

/// Where they stand, as shares of the page: left, top, right, bottom.
const THERE: [f64; 4] = [0.08, 0.07, 0.48, 0.14];

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)).unwrap()
}

fn pool_with(limits: Extractor) -> Pool {
    Pool::start(PathBuf::from(env!("CARGO_BIN_EXE_pouch")), &limits)
}

fn pool() -> Pool {
    pool_with(Config::default().extractor)
}

/// A file as a child is given it.
struct Given {
    _folder: Folder,
    source: Source,
}

fn given(bytes: &[u8]) -> Given {
    let folder = Folder::new();
    let path = folder.0.join("file");
    std::fs::write(&path, bytes).unwrap();
    let source = Source::one_file(File::open(path).unwrap(), "file").unwrap();
    Given { _folder: folder, source }
}

async fn drawn(bytes: &[u8], page: u32) -> Result<Screen, Error> {
    pool().screen(&given(bytes).source, "1", page).await
}

async fn refused(bytes: &[u8]) -> String {
    drawn(bytes, 1).await.unwrap_err().to_string()
}

fn grey(png: &[u8]) -> GrayImage {
    image::load_from_memory(png).unwrap().into_luma8()
}

/// Share of the pixels in a rectangle (shares of the page) that are dark.
fn dark(picture: &GrayImage, [left, top, right, bottom]: [f64; 4]) -> f64 {
    let (width, height) = (f64::from(picture.width()), f64::from(picture.height()));
    let inside = picture.enumerate_pixels().filter(|(x, y, _)| {
        let (x, y) = (f64::from(*x) / width, f64::from(*y) / height);
        x >= left && x < right && y >= top && y < bottom
    });
    let (mut all, mut dark) = (0.0, 0.0);
    for (_, _, pixel) in inside {
        all += 1.0;
        dark += f64::from(u8::from(pixel.0[0] < 100));
    }
    dark / f64::max(all, 1.0)
}

/// Names of the chunks of a PNG (ISO/IEC 15948, 5.3), in order.
fn chunks(png: &[u8]) -> Vec<String> {
    let (mut at, mut names) = (8, Vec::new());
    while at < png.len() {
        let length = u32::from_be_bytes(png[at..at + 4].try_into().unwrap()) as usize;
        names.push(String::from_utf8(png[at + 4..at + 8].to_vec()).unwrap());
        at += length + 12;
    }
    names
}

#[tokio::test]
async fn a_page_shows_its_words_where_they_stand_and_nothing_elsewhere() {
    let screen = drawn(&page_of(WORDS), 1).await.unwrap();
    let picture = grey(&screen.png);
    assert_eq!((picture.width(), picture.height()), (screen.width, screen.height));
    assert!((916..=918).contains(&screen.width), "110 dots an inch: {}", screen.width);
    assert!(dark(&picture, THERE) > 0.1, "the words are not there: {}", dark(&picture, THERE));
    assert_eq!(dark(&picture, [0.0, 0.16, 1.0, 1.0]), 0.0, "something stands where nothing is");
    assert!(screen.png.len() < 20_000, "{} bytes", screen.png.len());

    // A page that is to be shown turned to the right: its upper left corner is its upper right one.
    let mut paper = Paper::new();
    paper.annotations = "]/Rotate 90/Unused[".into();
    let turned = drawn(&paper.page(WORDS).finish(), 1).await.unwrap();
    assert!(turned.width > turned.height);
    let picture = grey(&turned.png);
    let [left, top, right, bottom] = THERE;
    assert!(dark(&picture, [1.0 - bottom, left, 1.0 - top, right]) > 0.1, "the words were not turned");
    assert_eq!(dark(&picture, [0.0, 0.0, 0.84, 1.0]), 0.0);
}

#[tokio::test]
async fn colours_stay_what_they_are() {
    let content = format!("{WORDS} 1 0 0 rg 0 0 300 400 re f 0.2 0.4 0.8 rg 300 0 300 400 re f");
    let screen = drawn(&page_of(&content), 1).await.unwrap();
    let picture = image::load_from_memory(&screen.png).unwrap().into_rgb8();
    let at = |x: f64, y: f64| {
        let place = |share: f64, side: u32| (share * f64::from(side)) as u32;
        picture.get_pixel(place(x, picture.width()), place(y, picture.height())).0
    };
    assert_eq!([at(0.25, 0.75), at(0.75, 0.75), at(0.5, 0.3)], [[255, 0, 0], [51, 102, 204], [255, 255, 255]]);
}

#[tokio::test]
async fn no_page_is_larger_than_a_screen_needs() {
    // 200 inches each way: 484 million pixels.
    let mut wall = Paper::new().sized(14_400, 14_400);
    let wall = drawn(&wall.page("0 0 7200 7200 re f").finish(), 1).await.unwrap();
    assert_eq!((wall.width, wall.height), (1_600, 1_600));
    assert!(dark(&grey(&wall.png), [0.0, 0.5, 0.5, 1.0]) > 0.99);
    let mut ribbon = Paper::new().sized(100, 14_400);
    let ribbon = drawn(&ribbon.page("").finish(), 1).await.unwrap();
    assert!(ribbon.height <= 2_300 && ribbon.width >= 1, "{} x {}", ribbon.width, ribbon.height);
    let scan = drawn(&fixture("scans/en.jpg"), 1).await.unwrap();
    assert!(u64::from(scan.width) * u64::from(scan.height) <= 1_500_000, "{} x {}", scan.width, scan.height);
}

#[tokio::test]
async fn what_cannot_be_drawn_says_why() {
    assert!(refused(&fixture("files/locked.pdf")).await.contains("damaged or locked"));
    assert!(refused(b"%PDF-1.7\nno more than this").await.contains("damaged or locked"));
    assert!(refused(&fixture_png()[..60]).await.contains("damaged"));
    let flat = Paper::new().sized(0, 0).page("").finish();
    let said = drawn(&flat, 1).await.map(|screen| (screen.width, screen.height));
    assert!(said.as_ref().is_ok_and(|(width, height)| *width <= 1_600 && *height <= 2_300) || said.is_err());
    assert!(drawn(&page_of(WORDS), 2).await.unwrap_err().to_string().contains("no page 2"));
    assert!(drawn(&page_of(WORDS), 0).await.is_err());
    // A PDF that only forbids copying is shown.
    assert!(dark(&grey(&drawn(&fixture("files/restricted.pdf"), 1).await.unwrap().png), [0.0, 0.0, 1.0, 1.0]) > 0.001);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_without_end_is_stopped_and_the_next_one_is_drawn() {
    let time = Duration::from_secs(4);
    let pool = pool_with(Extractor { time, time_most: time, workers: 1, ..Config::default().extractor });
    let began = Instant::now();
    let error = pool.screen(&given(&endless_pdf()).source, "1", 1).await.unwrap_err();
    assert!(matches!(error, Error::TimedOut), "{error}");
    assert!(began.elapsed() < time * 3, "{:?}", began.elapsed());
    assert!(pool.screen(&given(&page_of(WORDS)).source, "1", 1).await.is_ok());
}

#[tokio::test]
async fn a_picture_that_unpacks_to_gigabytes_is_refused() {
    // A PNG of 60,000 x 60,000 pixels that says so in its header, and one that keeps below the sides but not below the sum.
    for (width, height) in [(60_000_u32, 60_000_u32), (29_000, 29_000)] {
        let mut png = fixture_png();
        png[16..20].copy_from_slice(&width.to_be_bytes());
        png[20..24].copy_from_slice(&height.to_be_bytes());
        let mut sum = flate2::Crc::new();
        sum.update(&png[12..29]);
        png[29..33].copy_from_slice(&sum.sum().to_be_bytes());
        let said = refused(&png).await;
        assert!(said.contains("too large"), "{width} x {height}: {said}");
    }
}

fn fixture_png() -> Vec<u8> {
    let mut png = std::io::Cursor::new(Vec::new());
    let picture = image::RgbaImage::from_pixel(300, 300, image::Rgba([9, 9, 9, 255]));
    picture.write_to(&mut png, image::ImageFormat::Png).unwrap();
    png.into_inner()
}

#[tokio::test]
async fn no_byte_of_a_photograph_but_its_pixels_reaches_a_browser() {
    let jpeg = jpeg_with_exif();
    assert!(jpeg.windows(11).any(|window| window == b"Ann Picture"));
    let screen = drawn(&jpeg, 1).await.unwrap();
    assert_eq!(chunks(&screen.png), ["IHDR", "PLTE", "IDAT", "IEND"]);
    assert!(!screen.png.windows(3).any(|window| window == b"Ann"));
    // It lay on its side: what was left is above.
    let picture = grey(&screen.png);
    assert!(picture.width() < picture.height());
    assert!(dark(&picture, [0.0, 0.0, 1.0, 0.49]) > 0.99);
    assert!(dark(&picture, [0.0, 0.51, 1.0, 1.0]) < 0.01);
}

#[tokio::test]
async fn every_page_of_a_fax_is_shown() {
    let (pool, fax) = (pool(), given(&tiff_of_two_pages()));
    assert_eq!(pool.pages(&fax.source, "1").await.unwrap(), 2);
    for (page, shade) in [(1, 10), (2, 200)] {
        let screen = pool.screen(&fax.source, "1", page).await.unwrap();
        let seen = grey(&screen.png).get_pixel(100, 100).0[0];
        assert!(seen.abs_diff(shade) < 4, "page {page} is {seen}");
    }
    assert!(pool.screen(&fax.source, "1", 3).await.is_err());
}

#[tokio::test]
async fn a_page_in_the_middle_of_a_long_document_comes_quickly() {
    let mut paper = Paper::new();
    for number in 1..=200_u32 {
        let lines: String = (0..40).map(|line| format!("0 -15 Td (Line {line} of leaf {number}) Tj ")).collect();
        paper.page(&format!("BT /F 12 Tf 50 780 Td {lines}ET {} 0 2.9 10 re f", number * 3 - 3));
    }
    let (pool, given) = (pool(), given(&paper.finish()));
    assert_eq!(pool.pages(&given.source, "1").await.unwrap(), 200);
    let began = Instant::now();
    let screen = pool.screen(&given.source, "1", 150).await.unwrap();
    let taken = began.elapsed();
    println!("page 150 of 200: {taken:?}, {} bytes", screen.png.len());
    // Each page has its bar at the foot, 3 of 600 points wide: it is this page and no neighbour.
    let seen = grey(&screen.png);
    let bar = |number: f64| dark(&seen, [(number * 3.0 - 2.5) / 600.0, 0.99, (number * 3.0 - 0.6) / 600.0, 0.999]);
    assert_eq!([149.0, 150.0, 151.0].map(bar), [0.0, 1.0, 0.0]);
    assert!(taken < Duration::from_secs(5), "{taken:?}");
}

/// A mail with these files; the path of part `n` is `n + 2`.
fn mail_with(app: &App, id: &str, files: &[(&str, &[u8])]) -> String {
    let mut mail = format!(
        "From: Office <office@harbour.example>\r\nTo: chair@oewg.example\r\nSubject: Written input\r\n\
         Date: Thu, 30 Nov 2023 10:00:00 +0000\r\nMessage-ID: <{id}@harbour.example>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nPlease find our written \
         input attached.\r\n"
    );
    for (name, bytes) in files {
        let encoded = base64::engine::general_purpose::STANDARD.encode(bytes);
        let lines: Vec<&str> = encoded.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
        mail.push_str(&format!(
            "--b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename={name}\r\n\
             Content-Transfer-Encoding: base64\r\n\r\n{}\r\n",
            lines.join("\r\n")
        ));
    }
    let path = app.folder.0.join(format!("{id}.eml"));
    std::fs::write(&path, mail + "--b--\r\n").unwrap();
    path.display().to_string()
}

/// A mail with these files that was taken in, and what looks at it.
struct Taken {
    app: App,
    message: MessageId,
}

impl Taken {
    fn new(files: &[(&str, &[u8])]) -> Self {
        let app = App::new();
        app.run(&["import", &mail_with(&app, "one", files)]);
        let message = app.item("one@harbour.example")["messages"][0].as_str().unwrap().to_string();
        Self { app, message: MessageId(message) }
    }

    async fn tools(&self) -> Tools {
        erase::tools(&self.app, Some(1)).await
    }

    /// Files of the pages that are kept.
    fn kept(&self, ending: &str) -> Vec<PathBuf> {
        kept(&self.app.data().join("pages"), ending)
    }
}

fn kept(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let inside = |folder: &Path| std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    let files = inside(folder).flat_map(|one| inside(&one).collect::<Vec<_>>());
    files.filter(|path| path.to_string_lossy().ends_with(ending)).collect()
}

fn is_unknown(answer: &Result<Picture, NoPicture>) -> bool {
    matches!(answer, Err(NoPicture::Unknown))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_drawn_once_and_shown_only_for_a_known_part() {
    let taken = Taken::new(&[("input.pdf", &page_of(WORDS)), ("notes.txt", b"Our notes.")]);
    let tools = taken.tools().await;
    let see = |path: &'static str, page| page_picture(&tools, &taken.message, path, page);
    assert_eq!(page_count(&tools, &taken.message, "2").await.unwrap(), 1);
    assert_eq!(taken.kept(".png").len(), 0, "counting draws nothing");
    let first = see("2", 1).await.unwrap();
    assert!(dark(&grey(&first.png), THERE) > 0.1);
    assert_eq!(taken.kept(".png").len(), 1);
    assert_eq!(see("2", 1).await.unwrap(), first);
    // The second time nobody draws: what lies there is what is shown.
    let other = fixture_png();
    std::fs::write(&taken.kept(".png")[0], &other).unwrap();
    let again = see("2", 1).await.unwrap();
    assert_eq!((again.png, again.width, again.height), (other, 300, 300));

    for (path, page) in [("2", 0), ("2", 2), ("2", u32::MAX), ("4", 1), ("../2", 1), ("", 1)] {
        assert!(is_unknown(&see(path, page).await), "{path} {page}");
    }
    let nobody = MessageId("../../../etc".into());
    assert!(is_unknown(&page_picture(&tools, &nobody, "2", 1).await));
    let Err(NoPicture::Reason(reason)) = see("3", 1).await else { panic!("a text has a page") };
    assert_eq!(reason, "there is no picture for this kind of file; its text is shown");
    assert_eq!(taken.kept(".png").len(), 1);
}

/// datashare#625: looking at a page started recognition.
#[test]
fn looking_at_a_scan_starts_no_recognition() {
    let app = App::with_config("[extractor]\nprogram_dirs = []\n");
    app.run(&["import", &mail_with(&app, "scan", &[("scan.jpg", &fixture("scans/en.jpg"))])]);
    let message = MessageId(app.item("scan@harbour.example")["messages"][0].as_str().unwrap().into());
    let state = |app: &App| app.sql("select stage || subject from tasks union all select extraction from extractions");
    let before = state(&app);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let seen = async { page_picture(&erase::tools(&app, None).await, &message, "2", 1).await };
    runtime.block_on(seen).unwrap();
    assert_eq!(state(&app), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_ask_at_once_wait_for_one_drawing_and_a_reason_is_not_found_again_each_time() {
    let taken = Taken::new(&[("bomb.pdf", &endless_pdf())]);
    let time = Duration::from_secs(3);
    let limits = Extractor { time, time_most: time, workers: 1, ..Config::default().extractor };
    let tools = Tools { pool: pool_with(limits), ..taken.tools().await };
    let see = || page_picture(&tools, &taken.message, "2", 1);
    let began = Instant::now();
    let (one, two) = tokio::join!(see(), see());
    // Drawn twice, it would take six seconds with one child.
    assert!(began.elapsed() < time * 2, "{:?}", began.elapsed());
    let began = Instant::now();
    for answer in [one, two, see().await] {
        assert!(answer.unwrap_err().to_string().contains("took too long"));
    }
    assert!(began.elapsed() < time);
    // After an hour it is tried again.
    let reason = &taken.kept(".txt")[0];
    let old = std::time::SystemTime::now() - Duration::from_secs(3_700);
    File::options().write(true).open(reason).unwrap().set_modified(old).unwrap();
    let began = Instant::now();
    assert!(see().await.is_err());
    assert!(began.elapsed() >= time);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_goes_away_leaves_the_drawing_for_the_next() {
    let taken = Taken::new(&[("input.pdf", &page_of(WORDS))]);
    let tools = taken.tools().await;
    page_count(&tools, &taken.message, "2").await.unwrap();
    let mut seeing = Box::pin(page_picture(&tools, &taken.message, "2", 1));
    // Asked, and given up at once: long before a child could start.
    let given_up = tokio::time::timeout(Duration::from_millis(5), &mut seeing).await;
    drop(seeing);
    if given_up.is_err() {
        crate::app::wait_for("the picture that nobody waits for", || (!taken.kept(".png").is_empty()).then_some(()));
    }
}

#[test]
fn what_is_erased_has_no_pages_any_more() {
    let (input, shared) = (page_of("BT /F 20 Tf 60 700 Td (our weekly news unsubscribe) Tj ET"), page_of(WORDS));
    let taken = Taken::new(&[("own.pdf", &input), ("shared.pdf", &shared)]);
    let app = &taken.app;
    app.run(&["import", &mail_with(app, "two", &[("shared.pdf", &shared), ("more.pdf", &page_of("0 0 9 9 re f"))])]);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let see = |path: &'static str| {
        runtime.block_on(async { page_picture(&taken.tools().await, &taken.message, path, 1).await })
    };
    see("2").unwrap();
    see("3").unwrap();
    assert_eq!(taken.kept(".png").len(), 2);
    app.decide(&["set-aside", &taken.message.0, "--kind", "newsletter"]);
    assert_eq!(erase::after(app, Some(1), 2), 1);
    // The file that another message has, too, stays.
    let left = taken.kept("");
    let shared = Digest::of(&shared).to_string();
    assert!(!left.is_empty() && left.iter().all(|path| path.to_string_lossy().contains(&shared)), "{left:?}");
    assert!(is_unknown(&see("2")) && is_unknown(&see("3")), "what was erased is shown");
}

#[test]
fn the_oldest_pages_go_when_there_are_too_many() {
    let folder = Folder::new();
    let shelf = Shelf::new(&folder.0.join("pages"), 400_000);
    let part = |number: u32| Digest::of(&number.to_be_bytes());
    for number in 1..=100_u32 {
        shelf.keep_picture(part(number), 1, &fixture_png().repeat(20)[..10_000]).unwrap();
        let file = &kept(&folder.0.join("pages").join("..").join("pages"), "1-1.png");
        assert!(file.iter().map(|path| path.metadata().unwrap().len()).sum::<u64>() < 450_000);
        // Files of one moment have no order.
        let newest = folder.0.join("pages").join(part(number).to_string()).join("1-1.png");
        let at = std::time::SystemTime::now() - Duration::from_secs(u64::from(1_000 - number));
        File::options().write(true).open(newest).unwrap().set_modified(at).unwrap();
    }
    let is_there = |number: u32| shelf.find(part(number), 1).is_some();
    assert!(!is_there(1) && !is_there(50) && is_there(90) && is_there(100));
    let folders = std::fs::read_dir(folder.0.join("pages")).unwrap().count();
    assert!(folders <= 45, "{folders} folders are left");
}

/// Measures, and keeps the pictures for a person to look at: POUCH_LOOK=DIR.
#[tokio::test]
async fn pages_of_all_kinds_are_small_enough() {
    let files = [
        ("same/en/libreoffice.pdf", 1),
        ("same/ar/typst.pdf", 1),
        ("same/zh/chromium.pdf", 1),
        ("same/ru/weasyprint.pdf", 1),
        ("same/fr/libreoffice.pdf", 1),
        ("files/en-ports.pdf", 1),
        ("files/scan.pdf", 1),
        ("scans/mixed.pdf", 1),
        ("scans/turned.pdf", 1),
        ("scans/two-pages.tiff", 2),
        ("scans/en.jpg", 1),
        ("scans/hopeless.jpg", 1),
    ];
    let pool = pool();
    for (name, page) in files {
        let given = given(&fixture(name));
        pool.pages(&given.source, "1").await.unwrap();
        let began = Instant::now();
        let screen = pool.screen(&given.source, "1", page).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        let (millis, bytes) = (began.elapsed().as_millis(), screen.png.len());
        println!("{name:<28} {:>5} x {:<5} {millis:>6} ms {:>6} KB", screen.width, screen.height, bytes / 1000);
        if let Some(folder) = std::env::var_os("POUCH_LOOK") {
            std::fs::write(Path::new(&folder).join(format!("{}.png", name.replace('/', "-"))), &screen.png).unwrap();
        }
        let seen = grey(&screen.png);
        let (darkest, brightest) =
            seen.pixels().fold((255, 0), |(low, high), pixel| (low.min(pixel.0[0]), high.max(pixel.0[0])));
        assert!(brightest - darkest > 40, "{name} is blank");
        let most = if name.starts_with("scans") || name.contains("scan") { 1_000_000 } else { 150_000 };
        assert!(bytes < most, "{name} has {bytes} bytes");
    }
}

/// The same text in every format that LibreOffice prints; the program that reads strangers' files in it has no connection,
/// and writes nowhere but in a folder that goes with it.
#[tokio::test(flavor = "multi_thread")]
async fn office_files_are_shown_as_they_would_be_printed() {
    let names = ["docx", "odt", "rtf", "doc"].map(|ending| format!("document.{ending}"));
    let slides = ["slides.pptx", "slides.odp", "table.xlsx", "table.ods"].map(String::from);
    let names: Vec<String> = names.into_iter().chain(slides).collect();
    let files: Vec<(String, Vec<u8>)> =
        names.into_iter().map(|name| (name.clone(), fixture(&format!("same/fr/{name}")))).collect();
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let taken = Taken::new(&files);
    let tools = taken.tools().await;
    let programs = tools.pool.conditions().await.unwrap().programs;
    println!("LibreOffice {:?}", programs.office);
    for (number, (name, _)) in files.iter().enumerate() {
        let path = (number + 2).to_string();
        let began = Instant::now();
        let seen = page_picture(&tools, &taken.message, &path, 1).await;
        let Some(_) = &programs.office else {
            assert!(seen.unwrap_err().to_string().contains("LibreOffice is not installed here"));
            continue;
        };
        let printed = began.elapsed();
        let picture = match seen {
            Ok(picture) => picture,
            // Its packages for tables and slides are not everywhere.
            Err(error) if number >= 4 && error.to_string().contains("calc and impress") => continue,
            Err(error) => panic!("{name}: {error}"),
        };
        let pages = page_count(&tools, &taken.message, &path).await.unwrap();
        let began = Instant::now();
        page_picture(&tools, &taken.message, &path, 1).await.unwrap();
        println!("{name:<14} {pages} pages, {printed:?}, again {:?}, {} KB", began.elapsed(), picture.png.len() / 1000);
        if let Some(folder) = std::env::var_os("POUCH_LOOK") {
            std::fs::write(Path::new(&folder).join(format!("office-{name}.png")), &picture.png).unwrap();
        }
        assert!(dark(&grey(&picture.png), [0.0, 0.0, 1.0, 1.0]) > 0.002, "{name} is blank");
        assert_eq!(chunks(&picture.png), ["IHDR", "PLTE", "IDAT", "IEND"]);
        assert!(began.elapsed() < printed, "it was printed again");
    }
    // Each was printed in a folder that is gone.
    let workshop = taken.app.data().join("printing");
    assert_eq!(std::fs::read_dir(workshop).into_iter().flatten().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_office_file_that_cannot_be_printed_says_so_and_is_gone_with_its_folder() {
    let mut broken = fixture("same/en/document.docx");
    let half = broken.len() / 2;
    broken[half..].fill(0);
    let folder = Folder::new();
    let pool = pool();
    let programs = pool.conditions().await.unwrap().programs;
    let below = folder.0.join("printing");
    let said = pool.print(&given(&broken).source, "1", "docx", &below).await;
    assert!(programs.office.is_some() || said.is_err());
    // Salvaged or refused: either way there is an answer, and nothing is left.
    println!("{:?}", said.map(|pdf| pdf.len()).map_err(|error| error.to_string()));
    assert_eq!(std::fs::read_dir(&below).into_iter().flatten().count(), 0);
    // Stopped in the midst of it.
    let second = Duration::from_secs(1);
    let hasty = pool_with(Extractor { page_time: second, ..Config::default().extractor });
    let began = Instant::now();
    let said = hasty.print(&given(&fixture("same/fr/document.docx")).source, "1", "docx", &below).await;
    assert!(said.is_err(), "a second is not enough for its first start");
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    assert_eq!(std::fs::read_dir(&below).into_iter().flatten().count(), 0);
}
