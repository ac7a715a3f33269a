//! Wishes of senders: found, quoted, told from footers and from talk about the theme, and kept until somebody decides.

use crate::app::App;
use crate::classify::classified;
use pouch::domain::wish::WishKind;
use serde_json::Value;
use std::collections::BTreeMap;

/// One sentence of `fixtures/wishes/sentences.jsonl`.
struct Sentence {
    kind: Option<WishKind>,
    language: String,
    text: String,
    until: Option<String>,
}

fn sentences() -> Vec<Sentence> {
    let lines = include_str!("../../fixtures/wishes/sentences.jsonl").lines();
    lines
        .map(|line| {
            let value: Value = serde_json::from_str(line).unwrap();
            Sentence {
                kind: serde_json::from_value(value["kind"].clone()).unwrap(),
                language: value["language"].as_str().unwrap().into(),
                text: value["text"].as_str().unwrap().into(),
                until: value["until"].as_str().map(String::from),
            }
        })
        .collect()
}

/// A covering mail around a sentence, in its language.
fn mail_with(sentence: &Sentence) -> String {
    let (before, after) = match sentence.language.as_str() {
        "fr" => ("Madame, Monsieur,\n\nNous vous adressons ci-joint notre contribution écrite.", "Cordialement"),
        "es" => ("Estimada Secretaría:\n\nAdjuntamos nuestro aporte escrito.", "Atentamente"),
        "ru" => ("Уважаемые коллеги!\n\nНаправляем наш письменный вклад.", "С уважением"),
        "zh" => ("尊敬的秘书处：\n\n现提交我们的书面意见。", "此致敬礼"),
        "ar" => ("تحية طيبة وبعد،\n\nنرفق مساهمتنا الخطية.", "مع التقدير"),
        _ => ("Dear secretariat,\n\nWe attach our written input.", "Kind regards"),
    };
    format!("{before}\n\n{}\n\n{after}", sentence.text)
}

#[test]
fn wishes_are_found_in_six_languages_and_footers_and_talk_are_none() {
    let mut missed = Vec::new();
    let mut invented = Vec::new();
    let mut counts: BTreeMap<(String, String), (usize, usize)> = BTreeMap::new();
    for sentence in sentences() {
        let (found, whole) = classified("Written input", &mail_with(&sentence));
        for wish in &found.wishes {
            assert!(pouch::classify::check_evidence(&whole, &wish.evidence), "{wish:?}");
            assert!(sentence.text.contains(&wish.evidence.quote), "{wish:?}");
        }
        let kinds: Vec<WishKind> = found.wishes.iter().map(|wish| wish.kind).collect();
        let Some(kind) = sentence.kind else {
            if !kinds.is_empty() {
                invented.push(format!("{} {kinds:?}", sentence.text));
            }
            continue;
        };
        let count = counts.entry((kind.as_str().into(), sentence.language.clone())).or_default();
        count.1 += 1;
        let until = found.wishes.iter().find_map(|wish| wish.until).map(|date| date.to_string());
        if kinds.contains(&kind) && (kind != WishKind::Embargo || until == sentence.until) {
            count.0 += 1;
        } else {
            missed.push(format!("{} {}: {kinds:?} {until:?}", kind.as_str(), sentence.text));
        }
        let others: Vec<&WishKind> = kinds.iter().filter(|one| **one != kind).collect();
        if !others.is_empty() {
            invented.push(format!("{} {others:?}", sentence.text));
        }
    }
    for ((kind, language), (found, all)) in &counts {
        println!("{kind:<20} {language}  {found} of {all}");
    }
    assert!(missed.is_empty() && invented.is_empty(), "missed: {missed:#?}\ninvented: {invented:#?}");
}

#[test]
fn every_pattern_of_the_wishes_can_be_read() {
    let lists: BTreeMap<String, Vec<String>> =
        toml::from_str(include_str!("../../src/classify/data/wishes.toml")).unwrap();
    for (list, patterns) in lists.iter().filter(|(list, _)| *list != "triggers") {
        for pattern in patterns {
            let read = regex::Regex::new(pattern).unwrap_or_else(|error| panic!("{list}: {error}"));
            assert!(!read.as_str().contains("\\\\"), "{list}: {pattern} has a backslash too many");
        }
    }
}

const INPUT: &str = "Every State should nominate its points of contact, diplomatic and technical, for the global points of contact \
    directory, keep the entries up to date, and take part in the ping tests.";

/// A mail with two files, as text.
fn mail_file(app: &App, name: &str, cover: &str) -> String {
    let mail = format!(
        "From: Ana Writer <ana@lantern.example>\nTo: call@desk.example\nSubject: Written input on the directory\n\
         Date: Tue, 05 Dec 2023 10:00:00 +0000\nMessage-ID: <{name}@lantern.example>\nMIME-Version: 1.0\n\
         Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n\
         Dear secretariat,\n\nPlease find attached our written input.\n\n{cover}\n\nKind regards\nAna Writer\n\
         --b\nContent-Type: text/plain; charset=utf-8\nContent-Disposition: attachment; filename=\"position.txt\"\n\n{INPUT}\n\
         --b\nContent-Type: text/plain; charset=utf-8\nContent-Disposition: attachment; filename=\"annex-cases.txt\"\n\n\
         Cases of our members.\n\n{INPUT}\n--b--\n"
    );
    let path = app.folder.0.join(format!("{name}.eml"));
    std::fs::write(&path, mail).unwrap();
    path.display().to_string()
}

fn refused_approval(app: &App, id: &str) -> String {
    app.refused(&["approve", id, "--findings-seen", "--by", "Rana Reviewer", "--reason", "complete"])
}

fn wish(app: &App, id: &str, words: &[&str]) {
    let mut all = vec!["wish", id];
    all.extend(words);
    app.decide(&all);
}

#[test]
fn a_file_that_is_not_for_publication_stays_out_until_a_person_decides() {
    let app = App::new();
    app.run(&["import", &mail_file(&app, "annex", "Please do not publish the annex, it names members of ours.")]);
    let item = app.item("annex@");
    let id = item["id"].as_str().unwrap();
    assert_eq!(item["wishes"][0]["kind"], "not-for-publication", "{item}");
    assert_eq!(item["wishes"][0]["concerns"], "3", "{item}");
    assert_eq!(item["wishes"][0]["decision"], Value::Null);
    let why = refused_approval(&app, id);
    assert!(why.contains("Please do not publish the annex") && why.contains("pouch wish"), "{why}");
    // Heeded, the file still must not go out with the rest; without it, the rest may.
    wish(&app, id, &["1", "--heed"]);
    assert!(refused_approval(&app, id).contains("Choose other parts"));
    app.decide(&["edit", id, "--part", "2"]);
    app.decide(&["approve", id]);
    let pages = app.public(&format!("inputs/{id}"));
    let files: Vec<String> =
        std::fs::read_dir(&pages).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    let annex = item["attachments"][1]["digest"].as_str().unwrap();
    assert!(!files.iter().any(|name| name.contains(annex)), "{files:?}");
    assert!(app.run(&["show", id]).contains("wish 1 heeded: as agreed in the meeting"));
    assert!(app.verify().contains("In order"));
    // Whoever changes the row behind Pouch's back is found out.
    app.sql("update wishes set decision = '{\"decision\":\"overruled\"}' returning kind");
    assert!(app.output(&["audit", "verify"]).stdout.windows(5).any(|words| words == b"WRONG"));
}

#[test]
fn a_wish_that_is_overruled_by_name_stands_in_nobodys_way() {
    let app = App::new();
    app.run(&["import", &mail_file(&app, "all", "Please do not publish our input.")]);
    let item = app.item("all@");
    let id = item["id"].as_str().unwrap();
    assert!(refused_approval(&app, id).contains("do not publish our input"));
    app.decide(&["edit", id, "--part", "2"]);
    assert!(refused_approval(&app, id).contains("do not publish our input"), "the wish is about all of it");
    wish(&app, id, &["1", "--overrule"]);
    app.decide(&["approve", id]);
    assert!(app.public(&format!("inputs/{id}/index.html")).exists());
}

#[test]
fn an_embargo_that_is_heeded_waits_for_its_day_in_the_zone_of_the_call() {
    let app = App::with_config("[call]\ntime_zone = \"America/New_York\"\n");
    app.run(&["import", &mail_file(&app, "wait", "Please do not post it before 15 February 2099.")]);
    let item = app.item("wait@");
    let id = item["id"].as_str().unwrap();
    assert_eq!(
        (item["wishes"][0]["kind"].as_str(), item["wishes"][0]["until"].as_str()),
        (Some("embargo"), Some("2099-02-15"))
    );
    assert!(refused_approval(&app, id).contains("15 February 2099"));
    wish(&app, id, &["1", "--heed"]);
    let said = app.decide(&["approve", id]);
    assert!(said.contains("2099-02-15 00:00 (America/New_York)"), "{said}");
    assert!(!app.public(&format!("inputs/{id}/index.html")).exists());
    app.run(&["publish"]);
    assert!(!app.public(&format!("inputs/{id}/index.html")).exists());
    // A wish without a day wants one.
    app.run(&["import", &mail_file(&app, "later", "Our paper is under embargo until our assembly has met.")]);
    let item = app.item("later@");
    let id = item["id"].as_str().unwrap();
    // The files are those of the first mail; that is another question.
    app.decide(&["relate", id, app.item("wait@")["id"].as_str().unwrap(), "--refuse"]);
    let why = app.refused(&["wish", id, "1", "--heed", "--by", "Rana", "--reason", "yes"]);
    assert!(why.contains("--until"), "{why}");
    wish(&app, id, &["1", "--heed", "--until", "2023-12-31"]);
    app.decide(&["approve", id]);
    assert!(app.public(&format!("inputs/{id}/index.html")).exists(), "its day is past");
}

#[test]
fn who_wants_to_be_anonymous_is_not_named_on_the_page() {
    let app = App::new();
    app.run(&["import", &mail_file(&app, "anon", "We ask you to publish it without our name.")]);
    let item = app.item("anon@");
    let id = item["id"].as_str().unwrap();
    assert_eq!(item["wishes"][0]["kind"], "anonymous", "{item}");
    wish(&app, id, &["1", "--heed"]);
    app.decide(&["edit", id, "--submitter", "Office of ANA WRITER"]);
    assert!(refused_approval(&app, id).contains("stays anonymous"));
    app.decide(&["edit", id, "--submitter", "A civil society organization", "--part", "2"]);
    app.decide(&["approve", id]);
    let html = std::fs::read_to_string(app.public(&format!("inputs/{id}/index.html"))).unwrap();
    assert!(!html.contains("Ana") && html.contains("civil society"), "{html}");
}

#[test]
fn a_wish_found_after_the_approval_stops_the_publication() {
    let app = App::with_config("");
    let config = std::fs::read_to_string(app.data().join("pouch.toml")).unwrap();
    std::fs::write(app.data().join("pouch.toml"), config.replace("\"0s\"", "\"1h\"")).unwrap();
    app.run(&["import", &mail_file(&app, "late", "It may be published as it is.")]);
    let item = app.item("late@");
    assert_eq!(item["wishes"], serde_json::json!([]), "{item}");
    let id = item["id"].as_str().unwrap();
    app.decide(&["approve", id]);
    // As when a scan is recognised later and says so.
    let found = r#"{"kind":"embargo","evidence":{"quote":"x","part":"2","digest":"DIGEST","segment":1,"start":0,"end":1},"concerns":null,"until":null}"#;
    let digest = item["attachments"][0]["digest"].as_str().unwrap();
    let insert = format!(
        "insert into wishes (message_id, number, kind, wish) values ('{}', 1, 'embargo', '{}') returning kind",
        item["messages"][0].as_str().unwrap(),
        found.replace("DIGEST", digest)
    );
    app.sql(Box::leak(insert.into_boxed_str()));
    app.sql("update tasks set due_at = 0 where stage = 'publish' returning id");
    app.run(&["publish"]);
    assert!(!app.public(&format!("inputs/{id}/index.html")).exists());
    let list = app.run(&["list", "--all"]);
    assert!(list.contains("was found since it was approved"), "{list}");
    // What is approved is not decided upon behind its approval.
    let why = app.refused(&["wish", id, "1", "--overrule", "--by", "Rana", "--reason", "no"]);
    assert!(why.contains("pouch reopen"), "{why}");
    app.decide(&["reopen", id]);
    wish(&app, id, &["1", "--overrule"]);
    app.decide(&["approve", id]);
}

/// freescout#2753: names of files are written in two forms of Unicode; a wish in one form is about a file in the other.
#[test]
fn a_wish_names_its_file_whichever_way_accents_are_written() {
    for (file, named) in
        [("e\u{301}tude cas.txt", "\u{e9}tude cas.txt"), ("\u{e9}tude cas.txt", "e\u{301}tude cas.txt")]
    {
        let app = App::new();
        let path = mail_file(&app, "accents", &format!("Please do not publish the file {named}."));
        let mail = std::fs::read_to_string(&path).unwrap().replace("annex-cases.txt", file);
        std::fs::write(&path, mail).unwrap();
        app.run(&["import", &path]);
        let item = app.item("accents@");
        assert_eq!(item["attachments"][1]["name"], file);
        assert_eq!(item["wishes"][0]["concerns"], "3", "{named}: {}", item["wishes"]);
    }
}
