//! One input, many mails: what belongs together is proposed with its reason, what does not stays apart, and a person's word
//! does the rest.

use crate::app::App;
use serde_json::Value;
use std::process::Command;

/// Paragraphs about the themes, of which papers are made.
const PARAGRAPHS: [&str; 6] = [
    "Every State should nominate its points of contact, diplomatic and technical, for the global points of contact directory, \
     keep the entries up to date, and take part in the ping tests that the secretariat proposes to hold twice a year.",
    "Our members run the networks of eleven ports. In their experience an attack on critical infrastructure is noticed by \
     engineers first, and the ministry learns of it from the newspaper; a checklist of who calls whom would help.",
    "International law applies to the use of ICTs by States. We suggest short regional workshops at which lawyers and \
     engineers read the same three scenarios and write down where they disagree, so that delegations can build on that.",
    "Capacity-building should begin with what a country asks for. A portal that lists offers without needs repeats what \
     exists already; we would rather see five requests answered well than fifty courses announced.",
    "The norms of responsible behaviour need examples. We have collected nineteen incidents from public sources and noted \
     for each which norm it touches and what the affected operator could have been told a day earlier.",
    "Stakeholders should hear in advance which questions the group would like to discuss, in all six languages, and be told \
     afterwards which of their proposals were taken up and which were not, with a sentence that says why.",
];

struct Mail<'a> {
    name: &'a str,
    from: &'a str,
    subject: &'a str,
    /// A header line more, with its line feed.
    more: String,
    cover: &'a str,
    /// Name and text of the file.
    paper: Option<(&'a str, String)>,
    day: u32,
}

impl Mail<'_> {
    fn write(&self, app: &App) -> String {
        let Self { name, from, subject, more, cover, day, .. } = self;
        let paper = self.paper.as_ref().map(|(file, text)| {
            format!("--b\nContent-Type: text/plain; charset=utf-8\nContent-Disposition: attachment; filename=\"{file}\"\n\n{text}\n")
        });
        let mail = format!(
            "From: {from}\nTo: call@desk.example\nSubject: {subject}\nDate: {day:02} Nov 2023 10:00:00 +0000\n\
             Message-ID: <{name}@relations.example>\n{more}MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n\
             --b\nContent-Type: text/plain; charset=utf-8\n\n{cover}\n{}--b--\n",
            paper.unwrap_or_default()
        );
        let path = app.folder.0.join(format!("{name}.eml"));
        std::fs::write(&path, mail).unwrap();
        path.display().to_string()
    }
}

fn paper(title: &str, paragraphs: &[usize]) -> String {
    let text: Vec<&str> = paragraphs.iter().map(|at| PARAGRAPHS[*at]).collect();
    format!("{title}\n\n{}", text.join("\n\n"))
}

const COVER: &str = "Dear secretariat,\n\nPlease find attached our written input to the open-ended working group.\n\nKind regards\nAna Writer";
const ANA: &str = "Ana Writer <ana@lantern.example>";
const TITLE: &str = "Calling each other in a crisis";

fn first(app: &App) {
    let paper = Some(("position.txt", paper(TITLE, &[0, 1, 2, 3])));
    let mail =
        Mail { name: "first", from: ANA, subject: "Written input", more: String::new(), cover: COVER, paper, day: 5 };
    app.run(&["import", &mail.write(app)]);
}

fn then(app: &App, mail: &Mail<'_>) -> Value {
    app.run(&["import", &mail.write(app)]);
    app.item(&format!("{}@", mail.name))
}

fn kinds(item: &Value) -> Vec<&str> {
    item["relations"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect()
}

fn refused_approval(app: &App, id: &str) -> String {
    app.refused(&["approve", id, "--findings-seen", "--by", "Rana Reviewer", "--reason", "complete"])
}

#[test]
fn a_correction_is_proposed_as_the_next_version_and_a_person_makes_it_one() {
    let app = App::new();
    first(&app);
    let cover =
        "Dear secretariat,\n\nPlease replace our input of last week by the attached corrected version.\n\nAna Writer";
    let text = paper(TITLE, &[0, 1, 2, 3]).replace("twice a year", "four times a year");
    let mail = Mail {
        name: "second",
        from: ANA,
        subject: "Corrected input",
        more: String::new(),
        cover,
        paper: Some(("position.txt", text)),
        day: 9,
    };
    let item = then(&app, &mail);
    let id = item["id"].as_str().unwrap();
    assert_eq!(kinds(&item), ["revision"], "{item}");
    assert!(
        item["relations"][0]["reason"].as_str().unwrap().contains("Please replace our input of last week"),
        "{item}"
    );
    // Neither becomes public before a person has decided.
    let older = app.item("first@");
    let old = older["id"].as_str().unwrap();
    for id in [id, old] {
        let why = refused_approval(&app, id);
        assert!(why.contains("is a new version of") && why.contains("pouch relate"), "{why}");
    }
    let said = app.run(&["relations", id]);
    assert!(said.contains("[-twice-] {+four times+} a year"), "{said}");
    assert!(app.run(&["list"]).contains("is a new version of"));
    app.decide(&["relate", id, old, "--confirm"]);
    let item = app.item("second@");
    assert_eq!((item["id"].as_str(), item["seen"].as_str()), (Some(old), Some("2.1")), "{item}");
    assert_eq!(item["relations"][0]["decision"], "confirmed");
    app.decide(&["approve", old]);
    assert!(app.public(&format!("inputs/{old}/index.html")).exists());
    assert!(app.run(&["relations"]).contains("0 shown"));
    assert!(app.run(&["show", old]).contains("decided: it is so that it is a new version of"));
    assert!(app.verify().contains("In order"));
    app.sql("update relations set decision = 'refused' returning kind");
    assert!(app.output(&["audit", "verify"]).stdout.windows(5).any(|words| words == b"WRONG"));
}

#[test]
fn a_near_identical_text_of_the_same_sender_is_a_version_even_if_nobody_says_so() {
    let app = App::new();
    first(&app);
    let text = paper(TITLE, &[0, 1, 2, 3]).replace("eleven ports", "twelve ports");
    let mail = Mail {
        name: "quiet",
        from: ANA,
        subject: "Written input",
        more: String::new(),
        cover: COVER,
        paper: Some(("input-final.txt", text)),
        day: 9,
    };
    let item = then(&app, &mail);
    assert_eq!(kinds(&item), ["revision"], "{item}");
    assert!(item["relations"][0]["similarity"].as_u64().unwrap() > 80, "{item}");
    // Refused, both may become public by themselves.
    let id = item["id"].as_str().unwrap();
    app.decide(&["relate", id, app.item("first@")["id"].as_str().unwrap(), "--refuse"]);
    app.decide(&["approve", id]);
    app.decide(&["approve", app.item("first@")["id"].as_str().unwrap()]);
    assert!(app.verify().contains("In order"));
}

#[test]
fn monthly_papers_of_one_sender_with_one_subject_are_two_inputs() {
    // paperless-ngx#6110
    let app = App::new();
    first(&app);
    let mail = Mail {
        name: "other",
        from: ANA,
        subject: "Written input",
        more: String::new(),
        cover: COVER,
        paper: Some(("norms.txt", paper("Nineteen incidents and the norms they touch", &[4, 5]))),
        day: 30,
    };
    assert_eq!(then(&app, &mail)["relations"], serde_json::json!([]));
    assert_eq!(app.item("first@")["relations"], serde_json::json!([]));
}

#[test]
fn the_same_sent_again_a_day_later_becomes_one_more_way_of_one_submission() {
    // freescout#4748, alaveteli#5673
    let app = App::new();
    first(&app);
    let mail = Mail {
        name: "again",
        from: "Ana Writer <ana.writer@lantern.example>",
        subject: "Fwd: Written input",
        more: String::new(),
        cover: COVER,
        paper: Some(("position.txt", paper(TITLE, &[0, 1, 2, 3]))),
        day: 6,
    };
    let item = then(&app, &mail);
    let id = item["id"].as_str().unwrap();
    assert!(matches!(kinds(&item)[..], ["forwarded"] | ["duplicate"]), "{item}");
    assert!(refused_approval(&app, id).contains("Decide on that first"));
    let old = app.item("first@");
    app.decide(&["relate", id, old["id"].as_str().unwrap(), "--confirm"]);
    let item = app.item("first@");
    assert_eq!(item["messages"].as_array().unwrap().len(), 2, "both mails stay on record: {item}");
    assert_eq!(app.sql("select id from revisions where state_name = 'queued'").len(), 1, "one waits, not two");
    app.decide(&["approve", item["id"].as_str().unwrap()]);
    let files = std::fs::read_dir(app.public(&format!("inputs/{}", item["id"].as_str().unwrap()))).unwrap();
    let papers = files.filter(|file| file.as_ref().unwrap().file_name().to_string_lossy().ends_with(".txt")).count();
    assert!(papers <= 1, "the same file twice");
    assert!(app.verify().contains("In order"));
}

#[test]
fn a_file_that_nobody_can_read_yet_is_something_new_and_the_same_text_in_another_format_is_not() {
    let app = App::new();
    let long = format!("{COVER}\n\n{}", PARAGRAPHS[5]);
    let with = |name: &'static str, more: &str| {
        let mail = Mail {
            name,
            from: ANA,
            subject: "Written input",
            more: String::new(),
            cover: &long,
            paper: Some(("position.txt", format!("{}{more}", paper(TITLE, &[0, 1, 2, 3])))),
            day: 9,
        };
        mail.write(&app)
    };
    app.run(&["import", &with("one", "")]);
    // The same words, other bytes.
    app.run(&["import", &with("two", "\n\n\n")]);
    assert_eq!(kinds(&app.item("two@")), ["duplicate"], "{}", app.item("two@"));
    app.decide(&[
        "relate",
        app.item("two@")["id"].as_str().unwrap(),
        app.item("one@")["id"].as_str().unwrap(),
        "--confirm",
    ]);
    // The same mail with a file more, which is locked.
    let path = with("three", "");
    let locked = std::fs::read_to_string(crate::app::fixture("file-locked-pdf.eml")).unwrap();
    let at = locked.find("Content-Type: application/pdf").unwrap();
    let end = at + locked[at..].find("\r\n--").unwrap();
    let mail = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, mail.replace("--b--", &format!("--b\n{}\n--b--", &locked[at..end]))).unwrap();
    app.run(&["import", &path]);
    let item = app.item("three@");
    assert_eq!(item["attachments"][1]["status"], "locked", "{item}");
    assert!(!kinds(&item).contains(&"duplicate"), "{item}");
}

#[test]
fn an_annex_that_comes_later_is_proposed_and_joins() {
    let app = App::new();
    first(&app);
    let mail = Mail {
        name: "annex",
        from: ANA,
        subject: "Re: Written input",
        more: "In-Reply-To: <first@relations.example>\n".into(),
        cover: "Dear secretariat,\n\nI forgot to attach the annex to our written input on the points of contact directory; here it is.\n\nAna Writer",
        paper: Some(("annex.txt", paper("Annex: nineteen incidents", &[4]))),
        day: 7,
    };
    let item = then(&app, &mail);
    let id = item["id"].as_str().unwrap();
    assert_eq!(kinds(&item), ["annex"], "{item}");
    app.decide(&["relate", id, app.item("first@")["id"].as_str().unwrap(), "--confirm"]);
    let item = app.item("first@");
    let chosen = item["attachments"].as_array().unwrap().iter().filter(|file| file["published"] != Value::Bool(false));
    assert_eq!((item["messages"].as_array().unwrap().len(), chosen.count()), (2, 2), "{item}");
    assert!(app.verify().contains("In order"));
}

#[test]
fn a_mission_that_hands_on_a_mail_as_an_attachment_is_one_more_way_of_the_same_input() {
    let app = App::new();
    first(&app);
    let original = std::fs::read_to_string(app.folder.0.join("first.eml")).unwrap();
    let path = app.folder.0.join("mission.eml");
    let mail = format!(
        "From: Permanent Mission <mission@state.example>\nTo: call@desk.example\nSubject: Input of an organization of our country\n\
         Date: 07 Nov 2023 10:00:00 +0000\nMessage-ID: <mission@state.example>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n\
         --x\nContent-Type: text/plain\n\nWe hand on the written input of an association of our country to the working group.\n\
         --x\nContent-Type: message/rfc822\n\n{original}\n--x--\n"
    );
    std::fs::write(&path, mail).unwrap();
    app.run(&["import", &path.display().to_string()]);
    let item = app.item("mission@state");
    assert_eq!(kinds(&item), ["forwarded"], "{item}");
    app.decide(&["relate", item["id"].as_str().unwrap(), app.item("first@")["id"].as_str().unwrap(), "--confirm"]);
    assert_eq!(app.item("first@")["id"], app.item("mission@state")["id"]);
}

#[test]
fn the_same_paper_of_a_second_member_is_linked_and_both_may_be_published() {
    let app = App::new();
    first(&app);
    let mail = Mail {
        name: "member",
        from: "Office <office@harbour.example>",
        subject: "Joint paper",
        more: String::new(),
        cover: "Dear colleagues,\n\nWe attach the written input that we made together with others, for our association.\n\nThe office",
        paper: Some(("position.txt", paper(TITLE, &[0, 1, 2, 3]))),
        day: 8,
    };
    let item = then(&app, &mail);
    assert_eq!(kinds(&item), ["same-document"], "{item}");
    assert_eq!(item["relations"][0]["waits"], false);
    app.decide(&["approve", item["id"].as_str().unwrap()]);
}

#[test]
fn a_campaign_is_one_group_with_its_count_and_its_differences_and_nobody_is_dropped() {
    let app = App::new();
    let towns = ["Averna", "Bellmoor", "Castro Novo", "Dunfell", "Eskilby"];
    let paths: Vec<String> = towns
        .iter()
        .enumerate()
        .map(|(at, town)| {
            let text = format!("My name is a citizen of {town}.\n\n{}\n\nI sign for {town}.", paper("", &[0, 1, 5]));
            let path = app.folder.0.join(format!("c{at}.eml"));
            let mail = format!(
                "From: Citizen {at} <citizen{at}@mail{at}.example>\nTo: call@desk.example\nSubject: Input to the working group from {town}\n\
                 Date: {:02} Nov 2023 10:00:00 +0000\nMessage-ID: <c{at}@mail{at}.example>\nContent-Type: text/plain; charset=utf-8\n\n{text}\n",
                at + 1
            );
            std::fs::write(&path, mail).unwrap();
            path.display().to_string()
        })
        .collect();
    let mut words = vec!["import"];
    words.extend(paths.iter().map(String::as_str));
    app.run(&words);
    let said = app.run(&["groups"]);
    assert!(said.contains("5 mails with nearly the same text") && said.contains("1 group(s)"), "{said}");
    assert!(said.contains("Averna") && said.contains("{+Dunfell"), "{said}");
    assert_eq!(app.list().len(), 5, "each stays an entry of its own");
    let listed = app.run(&["list"]);
    assert_eq!(listed.matches("is a near-copy of").count(), 5, "each says so: {listed}");
    assert!(
        app.list().iter().all(|item| item["relations"].as_array().unwrap().iter().all(|one| one["waits"] == false))
    );
}

#[test]
fn a_withdrawal_by_a_colleague_stops_the_publication_until_a_person_decides() {
    let app = App::new();
    first(&app);
    let id = app.item("first@")["id"].as_str().unwrap().to_string();
    let mail = Mail {
        name: "back",
        from: "Board <board@lantern.example>",
        subject: "Withdrawal of our input",
        more: String::new(),
        cover: "Dear secretariat,\n\nPlease withdraw our input \"Calling each other in a crisis\"; our board has not agreed to it.\n\nThe board",
        paper: None,
        day: 12,
    };
    let item = then(&app, &mail);
    assert_eq!((item["outcome"].as_str(), kinds(&item)), (Some("held"), vec!["withdrawal"]), "{item}");
    assert!(item["relations"][0]["reason"].as_str().unwrap().contains("names this title"));
    assert!(refused_approval(&app, &id).contains("takes back"));
    let said = app.decide(&["relate", item["id"].as_str().unwrap(), &id, "--confirm"]);
    assert!(said.contains("pouch withdraw"), "{said}");
}

#[test]
fn what_is_taken_back_after_its_approval_does_not_become_public_by_itself() {
    let app = App::new();
    let config = app.data().join("pouch.toml");
    std::fs::write(&config, std::fs::read_to_string(&config).unwrap().replace("delay = \"0s\"", "delay = \"1h\""))
        .unwrap();
    first(&app);
    let id = app.item("first@")["id"].as_str().unwrap().to_string();
    app.decide(&["approve", &id]);
    let mail = Mail {
        name: "back",
        from: ANA,
        subject: "Withdrawal",
        more: String::new(),
        cover: "Dear secretariat,\n\nPlease withdraw our input.\n\nAna",
        paper: None,
        day: 12,
    };
    let back = then(&app, &mail);
    app.sql("update tasks set due_at = 1 where stage = 'publish' returning subject");
    app.run(&["publish"]);
    assert_eq!(app.item("first@")["state"], "approved");
    assert!(app.run(&["list"]).contains("seems to take it back"), "{}", app.run(&["list"]));
    app.decide(&["relate", back["id"].as_str().unwrap(), &id, "--refuse"]);
    app.sql("update tasks set due_at = 1 where stage = 'publish' returning subject");
    app.run(&["publish"]);
    assert_eq!(app.item("first@")["state"], "published");
}

#[test]
fn what_one_says_of_two_mails_must_make_sense() {
    let app = App::new();
    first(&app);
    let mail = Mail {
        name: "else",
        from: "Else <else@other.example>",
        subject: "Other input",
        more: String::new(),
        cover: COVER,
        paper: Some(("norms.txt", paper("Nineteen incidents and the norms they touch", &[4, 5]))),
        day: 30,
    };
    let other = then(&app, &mail)["id"].as_str().unwrap().to_string();
    let id = app.item("first@")["id"].as_str().unwrap().to_string();
    let by = ["--by", "Rana Reviewer", "--reason", "seen"];
    let say = |words: &[&str]| app.refused(&[words, &by].concat());
    assert!(say(&["relate", &other, &id, "--confirm"]).contains("--as"));
    assert!(say(&["relate", &id, &id, "--confirm", "--as", "revision"]).contains("itself"));
    app.decide(&["relate", &other, &id, "--confirm", "--as", "revision"]);
    assert_eq!(app.item("first@")["seen"], "2.1");
    assert!(app.verify().contains("In order"));
}

/// The passages of one language, some words of each.
fn passages(language: &str) -> Vec<String> {
    let path = format!("{}/training/passages/{language}.jsonl", env!("CARGO_MANIFEST_DIR"));
    let lines = std::fs::read_to_string(path).unwrap();
    lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["text"].as_str().unwrap().to_string())
        .collect()
}

#[test]
fn near_copies_are_told_from_other_papers_in_six_languages() {
    for language in ["en", "fr", "es", "ru", "zh", "ar"] {
        let passages = passages(language);
        let text = |range: std::ops::Range<usize>| passages[range].join("\n\n");
        let sketch = |text: &str| pouch::relate::sketch("body", text).unwrap();
        let (one, other) = (sketch(&text(0..8)), sketch(&text(20..28)));
        // One passage of eight is another one, and something stands before it.
        let changed = sketch(&format!("{}\n\n{}", passages[40], text(0..7)));
        let alike = pouch::relate::similarity(&one, &changed);
        assert!(alike > 0.55, "{language}: {alike}");
        let apart = pouch::relate::similarity(&one, &other);
        assert!(apart < 0.15, "{language}: {apart}");
        let common = pouch::relate::bands(&one).filter(|band| pouch::relate::bands(&changed).any(|one| one == *band));
        assert!(common.count() > 0, "{language}: the index does not find it");
        assert!(pouch::relate::sketch("body", &passages[0].chars().take(20).collect::<String>()).is_none());
    }
}

#[test]
fn differences_are_shown_word_by_word_and_are_bounded() {
    let old: Vec<String> = (0..20_000).map(|at| format!("word{at}")).collect();
    let new: Vec<String> =
        (0..20_000).map(|at| if at % 10 == 0 { format!("other{at}") } else { format!("word{at}") }).collect();
    let found = pouch::relate::difference(&old.join(" "), &new.join(" "));
    assert_eq!((found.added, found.removed), (2_000, 2_000));
    assert!(found.changes.len() <= 40 && found.changes.len() + found.more >= 1, "{}", found.changes.len());
    assert_eq!(pouch::relate::difference("the same\nwords", "the same words").changes, Vec::<String>::new());
}

#[test]
fn erasing_a_mail_erases_what_made_it_comparable_and_what_was_said_of_it() {
    let app = App::new();
    first(&app);
    let text = paper(TITLE, &[0, 1, 2, 3]).replace("eleven ports", "twelve ports");
    let paper = Some(("input-final.txt", text));
    let mail =
        Mail { name: "quiet", from: ANA, subject: "Written input", more: String::new(), cover: COVER, paper, day: 9 };
    assert_eq!(kinds(&then(&app, &mail)), ["revision"]);
    let item = app.item("first@");
    app.decide(&["set-aside", item["id"].as_str().unwrap(), "--kind", "personal"]);
    assert_eq!(app.sql("select message_id from likenesses").len(), 2);
    let said = "select text from commitments where text like '%ana@lantern.example%'";
    assert_eq!(app.sql(said).len(), 1, "the newer mail's reason names the sender");
    assert_eq!(crate::erase::after(&app, Some(30), 31), 1);
    assert_eq!(app.sql("select message_id from likenesses").len(), 1);
    assert_eq!(app.sql("select distinct message_id from likeness_keys").len(), 1);
    assert!(app.sql(said).is_empty());
    assert!(app.verify().contains("In order"));
}

#[test]
fn an_input_comes_into_the_queue_only_after_it_was_compared() {
    let app = App::new();
    first(&app);
    let text = paper(TITLE, &[0, 1, 2, 3]).replace("eleven ports", "twelve ports");
    let paper = Some(("input-final.txt", text));
    let mail =
        Mail { name: "quiet", from: ANA, subject: "Written input", more: String::new(), cover: COVER, paper, day: 9 };
    then(&app, &mail);
    // The order of things on its way stands in the ledger: the proposal before the queue.
    let events = app.sql("select event from ledger order by id");
    let at = |mark: &str| events.iter().rposition(|event| event.contains(mark)).unwrap();
    assert!(at("relation-found") < at("\"event\":\"queued\""), "{events:#?}");
}

#[test]
fn the_words_of_relations_are_in_the_manual() {
    let manual = std::fs::read_to_string(format!("{}/docs/list-json.md", env!("CARGO_MANIFEST_DIR"))).unwrap();
    for kind in pouch::domain::relation::RelationKind::ALL {
        assert!(manual.contains(&format!("`{}`", kind.as_str())), "{}", kind.as_str());
    }
    let help = Command::new(env!("CARGO_BIN_EXE_pouch")).args(["relate", "--help"]).output().unwrap();
    assert!(String::from_utf8_lossy(&help.stdout).contains("The newer message"));
}
