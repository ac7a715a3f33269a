//! What no honest sender makes: each ends within the child's limits as a stated outcome, and the rest of the mail is read.

use super::make::{self, mail, zip};
use super::problems;
use crate::app::Folder;
use pouch::config::{Config, Extractor};
use pouch::domain::ProblemCode;
use pouch::domain::message::{ParsedMessage, PartKind};
use std::time::Duration;

fn tight() -> Extractor {
    Extractor {
        memory_bytes: 512 << 20,
        memory_most_bytes: 512 << 20,
        workers: 1,
        time: Duration::from_secs(300),
        ..Config::default().extractor
    }
}

async fn through_child(raw: &[u8]) -> ParsedMessage {
    let folder = Folder::new();
    let path = folder.0.join("mail");
    std::fs::write(&path, raw).unwrap();
    let pool = pouch::sandbox::Pool::start(env!("CARGO_BIN_EXE_pouch").into(), &tight());
    let source = pouch::sandbox::Source::message(std::fs::File::open(path).unwrap(), raw.len() as u64);
    pool.parse(&source).await.unwrap()
}

/// IPED#352, insights-core-messaging#11: each level was fast, the tree endless.
#[tokio::test]
async fn bombs_end_within_the_childs_limits_and_the_rest_of_the_mail_is_read() {
    let zeros = make::deflated(&vec![0_u8; 40 << 20]);
    let flat = make::Entry { method: 8, ..make::Entry::stored(b"zeros.bin", &zeros) };
    let flat = make::raw_zip(&[flat, make::Entry::stored(b"beside.txt", b"small")]);
    let dense = make::deflated(&make::dense(30 << 20));
    let names: Vec<String> = (0..20).map(|number| format!("{number}.bin")).collect();
    let wide: Vec<_> =
        names.iter().map(|name| make::Entry { method: 8, ..make::Entry::stored(name.as_bytes(), &dense) }).collect();
    let wide = make::raw_zip(&wide);
    let layer = |inner: &[u8]| {
        let names: Vec<String> = (0..16).map(|number| format!("{number}.zip")).collect();
        zip(&names.iter().map(|name| (name.as_str(), inner)).collect::<Vec<_>>())
    };
    let nested = layer(&layer(&layer(&layer(&zip(&[("0.bin", &vec![0_u8; 1 << 20])])))));
    let overlapping = make::overlapping(2_000, 1 << 20);
    let endless = make::endless();
    for (what, bomb) in
        [("flat", flat), ("wide", wide), ("nested", nested), ("overlapping", overlapping), ("endless", endless)]
    {
        let parsed = through_child(&mail(&[("bomb.zip", &bomb), ("good.txt", b"the rest")])).await;
        assert_eq!(parsed.parts.len(), 2, "{what}");
        assert_eq!(parsed.parts[0].kind, PartKind::Archive, "{what}");
        assert!(!problems(&parsed, ProblemCode::ArchiveCut).is_empty(), "{what}: {:?}", parsed.problems);
        assert!(parsed.all_parts().len() < 2_100, "{what}");
    }
}

/// A compound file whose tables say what the test wants: sector `at` of the table of sectors follows on itself or leads
/// back.
fn compound(change: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
    use std::io::Write as _;
    let mut file = cfb::CompoundFile::create_with_version(cfb::Version::V3, std::io::Cursor::new(Vec::new())).unwrap();
    for name in ["/__properties_version1.0", "/__substg1.0_1000001F", "/__substg1.0_0037001F"] {
        file.create_stream(name).unwrap().write_all(&[b'a'; 9_000]).unwrap();
    }
    file.flush().unwrap();
    let mut bytes = file.into_inner().into_inner();
    change(&mut bytes);
    bytes
}

fn put(bytes: &mut [u8], at: usize, value: u32) {
    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
}

#[tokio::test]
async fn compound_files_that_lead_in_circles_or_name_a_table_a_thousand_times_are_no_danger() {
    let table = |bytes: &[u8]| (u32::from_le_bytes(bytes[76..80].try_into().unwrap()) as usize + 1) * 512;
    let circle = compound(|bytes| {
        let table = table(bytes);
        (3..40).for_each(|sector| put(bytes, table + sector * 4, if sector == 20 { 5 } else { sector as u32 + 1 }));
    });
    let directory_circle = compound(|bytes| {
        let (table, first) = (table(bytes), u32::from_le_bytes(bytes[48..52].try_into().unwrap()));
        put(bytes, table + first as usize * 4, first);
    });
    // Table sectors that name the same sector over and over: a hundred times the file, if all are read.
    let amplified = compound(|bytes| {
        let (first, sectors) = (bytes.len() / 512 - 1, 8_000);
        put(bytes, 68, first as u32);
        put(bytes, 72, sectors);
        (1..109).for_each(|entry| put(bytes, 76 + entry * 4, 1));
        for sector in 0..sectors {
            bytes.extend([1, 0, 0, 0].repeat(127));
            bytes.extend((if sector + 1 == sectors { 0xffff_fffe } else { first as u32 + sector + 1 }).to_le_bytes());
        }
    });
    for (what, bytes) in [("circle", circle), ("directory", directory_circle), ("amplified", amplified)] {
        let parsed = through_child(&mail(&[("a.msg", &bytes), ("good.txt", b"the rest")])).await;
        assert_eq!(parsed.parts.len(), 2, "{what}");
        assert_eq!(parsed.parts[0].media_type, "application/vnd.ms-outlook", "{what}");
    }
}

#[tokio::test]
async fn winmail_dat_with_lengths_beyond_the_end_keeps_what_came_before() {
    let begin = [0x78, 0x9f, 0x3e, 0x22, 1, 0];
    let endless = |level: u8, tag: u32, length: u32| [&[level][..], &tag.to_le_bytes(), &length.to_le_bytes()].concat();
    let counts =
        [&endless(1, 0x0006_9003, 12)[..], &u32::MAX.to_le_bytes(), &[0x1f, 0, 0x37, 0], &u32::MAX.to_le_bytes()];
    let cases = [
        [&begin[..], &endless(2, 0x0006_800f, u32::MAX)].concat(),
        [&begin[..], &counts.concat()].concat(),
        [&begin[..], &endless(1, 0x0006_9004, 4), &u32::MAX.to_le_bytes()].concat(),
        [&begin[..], &[0xff; 5_000]].concat(),
        [&begin[..], &endless(2, 0x0006_9002, 0).repeat(60_000)].concat(),
    ];
    for stream in cases {
        let parsed = through_child(&mail(&[("winmail.dat", &stream), ("good.txt", b"the rest")])).await;
        assert_eq!(parsed.parts.len(), 2);
        assert!(!parsed.problems.is_empty(), "nothing is said of it");
    }
}

#[tokio::test]
async fn two_thousand_messages_and_a_hundred_thousand_parts_end_in_the_child() {
    let mut deep = String::from("Subject: innermost\r\n\r\nx");
    for level in 0..2_000 {
        deep = format!("Subject: {level}\r\nContent-Type: message/rfc822\r\n\r\n{deep}");
    }
    let parsed = through_child(deep.as_bytes()).await;
    assert!(parsed.all_parts().len() <= 11, "{}", parsed.all_parts().len());
    let mut wide = String::from("Content-Type: multipart/mixed; boundary=b\r\nSubject: S\r\n\r\n");
    wide.push_str(&"--b\r\nContent-Type: application/pdf\r\n\r\nx\r\n".repeat(100_000));
    let parsed = through_child(wide.as_bytes()).await;
    assert_eq!(parsed.parts.len(), 1_000);
    assert!(parsed.problems.iter().any(|one| one.code == ProblemCode::TooManyParts));
}
