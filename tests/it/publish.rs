//! The public pages: right, harmless, complete, and nothing that nobody approved.

use crate::app::{App, fixture};
use pouch::domain::classification::{Submitter, SubmitterKind};
use pouch::domain::publication::{Page, PublicFile, PublicInput, PublicRecommendation, PublicStatus, Site};
use pouch::domain::{Digest, SubmissionId, Timestamp};
use pouch::publish::{PublicForm, front, input_page, public_form, safe_name, shard_of, shard_pages};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

fn recommendation(id: &str, paragraph: Option<&str>) -> PublicRecommendation {
    PublicRecommendation {
        id: id.into(),
        section: "F".into(),
        title: format!("Working title of {id}"),
        paragraph: paragraph.map(String::from),
    }
}

fn site(confirmed: bool) -> Site {
    Site {
        title: "Inputs".into(),
        base_url: None,
        report: "Second report, A/78/265".into(),
        catalogue_confirmed: confirmed,
        recommendations: vec![recommendation("cb-gender", None), recommendation("cb-funding", Some("47"))],
        sections: vec![("F".into(), "Capacity-Building".into())],
        ledger_head: Some((5, Digest::of(b"head"))),
    }
}

fn input(number: u64) -> PublicInput {
    let digest = Digest::of(&number.to_be_bytes());
    PublicInput {
        submission: SubmissionId(format!("0000-{number}")),
        number,
        revision: 1,
        status: PublicStatus::Public,
        title: format!("Title {number}"),
        submitter: Submitter { name: "Body & Sons".into(), kind: SubmitterKind::Ngo, on_behalf_of: None },
        received_at: Timestamp::UNIX_EPOCH,
        published_at: Timestamp::from_second(60).unwrap(),
        updated_at: Timestamp::from_second(60 + number as i64).unwrap(),
        languages: vec!["ar".into()],
        recommendations: vec![recommendation("cb-gender", None)],
        files: vec![PublicFile {
            label: "paper.pdf".into(),
            file_name: safe_name(digest, "application/pdf"),
            media_type: "application/pdf".into(),
            size_bytes: 2_000,
            digest,
            text_only: false,
        }],
        body_text: Some("Words of the mail".into()),
    }
}

/// The whole site of some inputs of the first shard.
fn whole_site(site: &Site, inputs: &[PublicInput]) -> BTreeMap<String, String> {
    let counts = BTreeMap::from([("cb-gender".to_string(), inputs.len() as u64)]);
    let mut pages: Vec<Page> = inputs.iter().map(|one| input_page(site, one).unwrap()).collect();
    pages.extend(shard_pages(site, 1, 1, inputs).unwrap());
    pages.extend(front(site, 1, inputs, inputs, &counts, inputs.len() as u64).unwrap());
    pages.into_iter().map(|page| (page.path, String::from_utf8(page.bytes).unwrap())).collect()
}

fn html_of<'a>(pages: &'a BTreeMap<String, String>, path: &str) -> &'a str {
    pages.get(path).unwrap_or_else(|| panic!("there is no page {path}"))
}

#[test]
fn a_strangers_title_is_never_markup_and_turns_no_direction() {
    let mut hostile = input(1);
    hostile.title = format!("<script>alert(1)</script>\u{202e}gnp.exe\u{200b} {}", "x".repeat(4096));
    hostile.submitter.name = "\"><img src=x onerror=alert(1)>".into();
    hostile.files[0].label = "\u{202e}fdp.<b>exe".into();
    hostile.body_text = Some("</div><script>x</script>".into());
    for (path, text) in whole_site(&site(false), &[hostile]) {
        for bad in ["<script", "<img", "<b>exe", "\u{202e}", "\u{200b}"] {
            assert!(
                !text.contains(bad) || (path.ends_with(".json") || path.ends_with(".csv")) && bad.starts_with('<'),
                "{bad} stands in {path}"
            );
        }
    }
}

#[test]
fn every_page_is_well_formed_and_every_relative_link_leads_somewhere() {
    let inputs: Vec<PublicInput> = (1..=3).map(input).collect();
    let pages = whole_site(&site(false), &inputs);
    let mut known: BTreeSet<String> = pages.keys().cloned().collect();
    known.extend(inputs.iter().map(|one| format!("inputs/{}/{}", one.submission, one.files[0].file_name)));
    for (path, text) in pages.iter().filter(|(path, _)| path.ends_with(".html") || path.ends_with(".xml")) {
        let mut reader = quick_xml::Reader::from_str(text);
        // HTML's void elements need no end.
        reader.config_mut().check_end_names = path.ends_with(".xml");
        reader.config_mut().allow_unmatched_ends = true;
        let mut open: Vec<String> = Vec::new();
        loop {
            let event = reader.read_event().unwrap_or_else(|error| panic!("{path}: {error}"));
            let element = match &event {
                quick_xml::events::Event::Eof => break,
                quick_xml::events::Event::Start(start) => start.clone(),
                quick_xml::events::Event::Empty(empty) => empty.clone(),
                quick_xml::events::Event::End(end) => {
                    let name = end.name().as_ref().to_string();
                    assert_eq!(open.pop(), Some(name), "{path} closes another element than it opened");
                    continue;
                }
                _ => continue,
            };
            let name = element.name().as_ref().to_string();
            let void = path.ends_with(".html") && matches!(name.as_str(), "meta" | "link" | "br" | "img");
            if matches!(event, quick_xml::events::Event::Start(_)) && !void {
                open.push(name);
            }
            for attribute in element.attributes().flatten() {
                if attribute.key.as_ref() == "href" && path.ends_with(".html") {
                    let target = resolve(path, &attribute.value);
                    assert!(known.contains(&target), "{path} links to {target}, which is not there");
                }
            }
        }
        assert!(open.is_empty(), "{path} leaves {open:?} open");
    }
}

fn resolve(from: &str, link: &str) -> String {
    let mut pieces: Vec<&str> = from.split('/').collect();
    pieces.pop();
    for piece in link.split('/') {
        match piece {
            ".." => {
                pieces.pop();
            }
            piece => pieces.push(piece),
        }
    }
    pieces.join("/")
}

#[test]
fn lists_data_and_feed_name_the_same_inputs() {
    let inputs: Vec<PublicInput> = (1..=3).map(input).collect();
    let pages = whole_site(&site(false), &inputs);
    for path in [
        "index.html",
        "list-1.html",
        "inputs.json",
        "inputs-1.json",
        "inputs.csv",
        "feed.xml",
        "recommendations/cb-gender/index.html",
    ] {
        for one in &inputs {
            assert!(html_of(&pages, path).contains(one.submission.as_str()), "{} is not in {path}", one.submission);
        }
    }
    assert!(!html_of(&pages, "recommendations/cb-funding/index.html").contains("0000-1"));
}

#[test]
fn a_withdrawn_input_says_so_and_links_no_file() {
    let mut gone = input(1);
    gone.status =
        PublicStatus::Withdrawn { at: Timestamp::from_second(86_400).unwrap(), reason: "at its author's wish".into() };
    let pages = whole_site(&site(false), &[gone]);
    let page = html_of(&pages, "inputs/0000-1/index.html");
    assert!(
        page.contains("Withdrawn on 2 January 1970") && page.contains("at its author's wish")
            || page.contains("at its author&#39;s wish"),
        "{page}"
    );
    assert!(pages.values().all(|text| !text.contains(".pdf")), "a file is still linked");
    assert!(html_of(&pages, "feed.xml").contains("Withdrawn: Title 1"));
}

#[test]
fn working_titles_are_called_so_until_the_catalogue_is_confirmed() {
    let sentence = "Grouped by the secretariat's working list";
    let has = |text: &str| text.contains(sentence) || text.contains("Grouped by the secretariat&#39;s working list");
    let (before, after) = (whole_site(&site(false), &[input(1)]), whole_site(&site(true), &[input(1)]));
    for path in [
        "index.html",
        "recommendations/index.html",
        "recommendations/cb-gender/index.html",
        "inputs/0000-1/index.html",
        "inputs.json",
    ] {
        assert!(has(html_of(&before, path)), "{path} does not say so");
        assert!(!has(html_of(&after, path)), "{path} still says so");
    }
}

#[test]
fn one_more_input_costs_the_same_whatever_the_archive_holds() {
    assert_eq!((shard_of(1), shard_of(100), shard_of(101)), (1, 1, 2));
    let pages = |newest: u64| {
        let inputs: Vec<PublicInput> = ((newest - 1) * 100 + 1..=newest * 100).map(input).collect();
        let latest = &inputs[..50];
        let counts = BTreeMap::new();
        let mut pages = shard_pages(&site(false), newest, newest, &inputs).unwrap();
        pages.extend(front(&site(false), newest, &inputs, latest, &counts, newest * 100).unwrap());
        (pages.len(), pages.iter().map(|page| page.bytes.len()).sum::<usize>())
    };
    let (few, small) = pages(1);
    let (many, large) = pages(100);
    assert_eq!(few, many);
    assert!(large < small * 2, "a hundred times the archive makes {large} bytes of {small}");
}

#[test]
fn no_cell_is_a_formula_and_no_file_runs_in_a_browser() {
    let mut hostile = input(1);
    hostile.title = "=cmd|' /C calc'!A0".into();
    hostile.submitter.name = "@SUM(1)".into();
    let pages = whole_site(&site(false), &[hostile]);
    assert!(html_of(&pages, "inputs.csv").contains("'=cmd") && html_of(&pages, "inputs.csv").contains("'@SUM"));
    for kind in [
        "text/html",
        "image/svg+xml",
        "application/xml",
        "application/xhtml+xml",
        "text/xml",
        "text/javascript",
        "message/rfc822",
    ] {
        assert_eq!(public_form(kind), PublicForm::TextOnly, "{kind}");
    }
    let digest = Digest::of(b"x");
    assert_eq!(safe_name(digest, "application/x-../../etc"), format!("{digest}.bin"));
}

/// Every file below the public folder with its bytes as text.
fn all_public(app: &App) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut due = vec![app.public("")];
    while let Some(folder) = due.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                due.push(path);
            } else {
                let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
                found.push((path.display().to_string(), text));
            }
        }
    }
    found
}

#[test]
fn nothing_of_what_nobody_approved_is_ever_written() {
    let app = App::new();
    app.import(&["input-en-pdf.eml", "input-fr-pdf.eml"]);
    app.run(&["publish"]);
    let (approved, waiting) = (app.item("input-en-pdf@"), app.item("input-fr-pdf@"));
    app.decide(&["approve", approved["id"].as_str().unwrap()]);
    app.run(&["publish"]);
    let (id, digest) = (waiting["id"].as_str().unwrap(), waiting["attachments"][0]["digest"].as_str().unwrap());
    for (path, text) in all_public(&app) {
        for secret in [id, digest, "Aurore"] {
            assert!(!text.contains(secret) && !path.contains(secret), "{secret} stands in {path}");
        }
    }
    let digest = approved["attachments"][0]["digest"].as_str().unwrap();
    let file = app.public(&format!("inputs/{}/{digest}.pdf", approved["id"].as_str().unwrap()));
    assert_eq!(Digest::of(&fs::read(file).unwrap()).to_string(), digest);
}

#[test]
fn publishing_says_what_has_a_page_and_what_waits_until_when() {
    let app = App::new();
    app.import(&["input-es-body.eml", "input-ru-body.eml"]);
    let ids = ["input-es-body@", "input-ru-body@"].map(|name| app.item(name)["id"].as_str().unwrap().to_string());
    app.decide(&["approve", &ids[0]]);
    let said = app.run(&["publish"]);
    assert!(said.contains("1 input has a page") && !said.contains("approved"), "{said}");
    let config = app.data().join("pouch.toml");
    fs::write(&config, fs::read_to_string(&config).unwrap().replace("delay = \"0s\"", "delay = \"1h\"")).unwrap();
    app.decide(&["approve", &ids[1]]);
    let said = app.run(&["publish"]);
    assert!(said.contains("1 input has a page"), "{said}");
    assert!(said.contains("1 approved input waits: it is due by 20") && said.contains(" UTC;"), "{said}");
    app.decide(&["withdraw", &ids[0]]);
    let said = app.run(&["publish"]);
    assert!(said.contains("0 inputs have a page"), "{said}");
}

#[test]
fn a_file_that_browsers_run_is_published_as_text() {
    let app = App::new();
    app.import(&["input-en-html-file.eml"]);
    let item = app.item("input-en-html-file@");
    app.decide(&["approve", item["id"].as_str().unwrap()]);
    let files: Vec<String> =
        all_public(&app).into_iter().map(|(path, _)| path).filter(|path| path.contains("/inputs/")).collect();
    assert!(files.iter().any(|path| path.ends_with(".txt")), "{files:?}");
    assert!(files.iter().all(|path| path.ends_with(".txt") || path.ends_with("index.html")), "{files:?}");
}

#[test]
fn a_next_revision_replaces_the_files_and_an_uncertain_recommendation_is_never_shown() {
    let app = App::new();
    app.import(&["input-en-pdf.eml", "input-en-docx.eml"]);
    let (old, new) = (app.item("input-en-pdf@"), app.item("input-en-docx@"));
    let (old_id, new_id) = (old["id"].as_str().unwrap(), new["id"].as_str().unwrap());
    let text = fs::read_to_string(fixture("input-en-docx.eml")).unwrap();
    assert!(text.contains("input-en-docx"));
    app.decide(&["assign", old_id, "cb-funding", "--quote", "Breakwater Harbour"]);
    app.decide(&["approve", old_id]);
    assert!(all_public(&app).iter().all(|(_, text)| !text.contains("cb-funding")), "an uncertain one is shown");
    app.decide(&["revise", new_id, "--of", old_id]);
    app.decide(&["approve", old_id]);
    let folder = app.public(&format!("inputs/{old_id}"));
    let names: Vec<String> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(names.iter().any(|name| name.ends_with(".docx")), "{names:?}");
    assert!(fs::read_to_string(folder.join("index.html")).unwrap().contains("revision 2"));
    let revisions = app.sql("select state_name from revisions order by number");
    assert_eq!(revisions, ["superseded", "published"]);
    app.verify();
}
