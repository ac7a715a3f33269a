//! One input as seven mail programs build it: every PDF is a file with its name, every logo comes last, none is lost.

use crate::app::{App, fixture};
use pouch::domain::message::{ParsedMessage, PartKind};
use pouch::parse::{parse, part_bytes};

fn parsed(name: &str) -> (Vec<u8>, ParsedMessage) {
    let raw = std::fs::read(fixture(&format!("layout-{name}.eml"))).unwrap();
    let parsed = parse(&raw);
    (raw, parsed)
}

const WITH_PDFS: [&str; 7] =
    ["apple-ios", "apple-macos", "apple-object", "outlook-desktop", "outlook-web", "gmail", "thunderbird"];

/// stalwartlabs/mail-parser#58; docspell#1950: no file name found; only the picture came, not the PDFs.
/// paperless-ng#70, paperless-ngx#865, docspell#1398: inline PDFs were skipped, or every logo was imported.
#[test]
fn every_mail_program_s_pdfs_are_files_with_their_names_and_its_logos_are_none() {
    for name in WITH_PDFS {
        let (raw, parsed) = parsed(name);
        let of = |kind: PartKind| -> Vec<&str> {
            let parts = parsed.all_parts().into_iter().filter(|part| part.kind == kind);
            parts.map(|part| part.name.as_deref().unwrap_or("no name")).collect()
        };
        assert_eq!(of(PartKind::Attachment), ["Written input Élan.pdf", "Annex B.pdf"], "{name}");
        let logos = usize::from(!["apple-ios", "apple-macos"].contains(&name));
        assert_eq!(of(PartKind::Inline).len(), logos, "{name}");
        assert_eq!(parsed.all_parts().len(), 2 + logos, "{name}");
        assert!(parsed.problems.is_empty(), "{name}: {:?}", parsed.problems);
        assert!(parsed.body.text.contains("Dear colleagues"), "{name}: {}", parsed.body.text);
        for part in parsed.all_parts() {
            let bytes = part_bytes(&raw, &part.path).unwrap();
            assert_eq!(pouch::domain::Digest::of(&bytes), part.digest, "{name}: the bytes are not the part's");
        }
    }
}

#[test]
fn pages_that_stand_in_the_text_by_cid_are_files_and_a_sign_is_none_wherever_it_stands() {
    let (_, parsed) = parsed("photographed");
    let kinds: Vec<(&str, PartKind)> =
        parsed.parts.iter().map(|part| (part.name.as_deref().unwrap(), part.kind)).collect();
    let wanted = [
        ("IMG_0001.png", PartKind::Attachment),
        ("logo.png", PartKind::Inline),
        ("IMG_0002.png", PartKind::Attachment),
        ("dot.png", PartKind::Inline),
    ];
    assert_eq!(kinds, wanted);
}

#[test]
fn logos_are_listed_last_are_not_proposed_and_can_be_chosen_by_a_person() {
    let app = App::new();
    app.import(&["layout-outlook-desktop.eml", "layout-apple-object.eml"]);
    for name in ["layout-outlook-desktop@", "layout-apple-object@"] {
        let item = app.item(name);
        let listed: Vec<(&str, bool)> = item["attachments"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (one["media_type"].as_str().unwrap(), one["chosen"].as_bool().unwrap()))
            .collect();
        assert_eq!(listed, [("application/pdf", true), ("application/pdf", true), ("image/png", false)], "{name}");
    }
    let item = app.item("layout-outlook-desktop@");
    let (id, logo) = (item["id"].as_str().unwrap(), item["attachments"][2]["part"].as_str().unwrap());
    app.decide(&["edit", id, "--part", item["attachments"][0]["part"].as_str().unwrap(), "--part", logo]);
    let chosen = |at: usize| app.item("layout-outlook-desktop@")["attachments"][at]["chosen"].as_bool().unwrap();
    assert_eq!([chosen(0), chosen(1), chosen(2)], [true, false, true]);
}
