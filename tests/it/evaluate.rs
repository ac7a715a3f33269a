//! `pouch evaluate`: numbers computed by hand, pages that let nothing in, and the built program on a small corpus.

use crate::app::{App, Folder};
use base64::Engine as _;
use pouch::domain::catalogue::Catalogue;
use pouch::domain::classification::MessageKind;
use pouch::domain::ledger::Outcome;
use pouch::domain::message::Span;
use pouch::evaluate::{
    About, Counts, Evaluation, Got, Input, Place, Quoted, Strength, Wanted, calibration, counted, evaluate,
    f1_interval, html, mean, read, text,
};
use serde_json::Value;
use sha2::Digest as _;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn catalogue() -> Catalogue {
    Catalogue::read(include_str!("../../catalogue/second-apr.toml")).unwrap()
}

fn place(start: usize, end: usize) -> Place {
    Place { part: "body".into(), span: Span { start, end } }
}

/// An input with labels (primary ones carry a star) at characters 0 to 10, and assignments that quote 5 to 20.
fn input(id: &str, language: &str, wanted: &[&str], got: &[(&str, f64)]) -> Input {
    let label = |name: &&str| {
        let strength = if name.starts_with('*') { Strength::Primary } else { Strength::Secondary };
        let recommendation = name.trim_start_matches('*').to_string();
        (Wanted { recommendation, strength, evidence: "labelled words".into() }, vec![place(0, 10)])
    };
    let quoted = Quoted { quote: "quoted words".into(), place: place(5, 20), is_verbatim: true };
    let assignment = |(name, confidence): &(&str, f64)| Got {
        recommendation: (*name).into(),
        confidence: *confidence,
        evidence: vec![quoted.clone()],
    };
    Input {
        id: id.into(),
        language: language.into(),
        labelled: MessageKind::Submission,
        is_input: true,
        is_off_topic: wanted.is_empty(),
        wanted: wanted.iter().map(label).collect(),
        got: MessageKind::Submission,
        outcome: Outcome::Submission,
        assignments: got.iter().map(assignment).collect(),
        candidates: got.iter().map(|(name, confidence)| ((*name).into(), *confidence)).collect(),
        is_read: true,
        seconds: 1.0,
    }
}

/// Two right, two wrong, two missed.
fn four() -> Vec<Input> {
    vec![
        input("a", "en", &["*il-capacity", "cb-gender"], &[("il-capacity", 0.9), ("cb-portal", 0.6)]),
        input("b", "fr", &["*cb-portal"], &[("cb-gender", 0.8), ("cb-portal", 0.5)]),
        input("c", "fr", &["*norms-survey"], &[]),
        input("d", "en", &[], &[]),
    ]
}

fn report(inputs: &[Input]) -> Evaluation {
    evaluate(inputs, &catalogue(), About { folder: "a folder".into(), ..About::default() })
}

fn is_near(number: impl Into<Option<f64>>, expected: f64) {
    let number = number.into();
    assert!(number.is_some_and(|number| (number - expected).abs() < 1e-9), "{number:?} is not {expected}");
}

fn row<'a>(table: &'a pouch::evaluate::Table, id: &str) -> &'a pouch::evaluate::Score {
    table.rows.iter().find(|row| row.id == id).unwrap()
}

#[test]
fn ratios_are_those_of_the_textbook_and_of_nothing_there_is_none() {
    let set = |ids: &[&'static str]| ids.iter().copied().collect::<BTreeSet<&str>>();
    let counts = counted(&set(&["a", "b", "c"]), &set(&["b", "c", "d", "e", "f"]));
    assert_eq!(counts, Counts { right: 2, wrong: 3, missed: 1 });
    is_near(counts.precision(), 0.4);
    is_near(counts.recall(), 2.0 / 3.0);
    is_near(counts.f1(), 0.5);
    let nothing = Counts::default();
    assert_eq!((nothing.precision(), nothing.recall(), nothing.f1()), (None, None, None));
    let all_wrong = Counts { right: 0, wrong: 2, missed: 0 };
    assert_eq!((all_wrong.precision(), all_wrong.recall(), all_wrong.f1()), (Some(0.0), None, Some(0.0)));
}

#[test]
fn the_mean_is_over_what_is_labelled_and_what_was_never_assigned_counts_as_nought() {
    let rows = [
        Counts { right: 1, wrong: 1, missed: 0 },
        Counts { right: 0, wrong: 0, missed: 3 },
        Counts { right: 0, wrong: 9, missed: 0 },
    ];
    let mean = mean(&rows).unwrap();
    assert_eq!(mean.rows, 2);
    is_near(mean.precision, 0.25);
    is_near(mean.recall, 0.5);
    is_near(mean.f1, 1.0 / 3.0);
    assert_eq!(pouch::evaluate::mean(&rows[2..]), None);
}

#[test]
fn four_inputs_give_the_numbers_that_a_person_computes() {
    let report = report(&four());
    let micro = &report.recommendations.micro;
    assert_eq!(micro.counts, Counts { right: 2, wrong: 2, missed: 2 });
    is_near(micro.f1, 0.5);
    let mean = report.recommendations.mean.unwrap();
    assert_eq!(mean.rows, 4);
    is_near(mean.precision, 0.375);
    is_near(mean.recall, 0.5);
    is_near(mean.f1, (1.0 + 2.0 / 3.0) / 4.0);
    assert_eq!(row(&report.recommendations, "cb-gender").counts, Counts { right: 0, wrong: 1, missed: 1 });
    assert_eq!(row(&report.recommendations, "cb-mapping").f1, None);
    // cb-portal for cb-gender is the right section, and two recommendations of a section are one.
    assert_eq!(row(&report.sections, "F").counts, Counts { right: 2, wrong: 0, missed: 0 });
    is_near(report.sections.micro.f1, 6.0 / 7.0);
    let languages: Vec<(&str, Counts)> =
        report.languages.rows.iter().map(|row| (row.id.as_str(), row.counts)).collect();
    let one_each = Counts { right: 1, wrong: 1, missed: 1 };
    assert_eq!(languages, [("en", one_each), ("fr", one_each)]);
    let shares = [report.primary, report.secondary, report.top, report.left_empty];
    assert_eq!(shares.map(|share| (share.part, share.whole)), [(2, 3), (0, 1), (1, 3), (1, 1)]);
    is_near(report.calibration.brier, (0.01 + 0.36 + 0.64 + 0.25) / 4.0);
    is_near(report.calibration.expected_error, (0.1 + 0.6 + 0.8 + 0.5) / 4.0);
    let rows: Vec<_> = report.inputs.iter().map(|one| (one.right.len(), one.wrong.len(), one.missed.len())).collect();
    assert_eq!(rows, [(1, 1, 1), (1, 1, 0), (0, 0, 1), (0, 0, 0)]);
    assert_eq!((report.mails.evaluated, report.mails.inputs, report.mails.off_topic), (4, 4, 1));
}

#[test]
fn the_surest_assignment_must_be_a_primary_one_and_of_equals_it_is_the_first() {
    let top = |got: &[(&str, f64)]| report(&[input("a", "en", &["*cb-gender", "cb-portal"], got)]).top.part;
    assert_eq!(top(&[("cb-gender", 0.9), ("cb-portal", 0.8)]), 1);
    assert_eq!(top(&[("cb-portal", 0.8), ("cb-gender", 0.9)]), 1);
    assert_eq!(top(&[("cb-portal", 0.9), ("cb-gender", 0.8)]), 0);
    assert_eq!(top(&[("cb-gender", 0.9), ("cb-portal", 0.9)]), 1);
    assert_eq!(top(&[("cb-portal", 0.9), ("cb-gender", 0.9)]), 0);
}

#[test]
fn what_is_labelled_as_no_input_counts_in_the_kinds_alone() {
    let mut mails = four();
    let query = input("q", "en", &["*cb-funding"], &[("cb-mapping", 0.9)]);
    mails.push(Input { labelled: MessageKind::Query, is_input: false, outcome: Outcome::Held, ..query });
    let report = report(&mails);
    assert_eq!(report.recommendations.micro.counts, Counts { right: 2, wrong: 2, missed: 2 });
    assert_eq!((report.mails.evaluated, report.mails.inputs), (5, 4));
    let kinds: Vec<(&str, &str, u64, u64)> = report
        .kinds
        .iter()
        .map(|row| (row.labelled.as_str(), row.outcome.as_str(), row.count, row.with_assignments))
        .collect();
    assert_eq!(kinds, [("submission", "submission", 4, 2), ("query", "held", 1, 1)]);
}

#[test]
fn confidences_fall_into_tenths_and_their_edges_into_the_upper_one() {
    let guesses =
        [(0.3, true), (0.35, false), (0.1 + 0.2, true), (1.0, true), (0.0, false), (0.899, true), (1.0 - 0.9, false)];
    let all = calibration(&guesses);
    let counts: Vec<u64> = all.bins.iter().map(|bin| bin.count).collect();
    assert_eq!(counts, [1, 1, 0, 3, 0, 0, 0, 0, 1, 1]);
    assert_eq!((all.bins[3].right, all.bins[3].from, all.bins[3].to), (2, 0.3, 0.4));
    is_near(all.bins[3].share_right, 2.0 / 3.0);
    is_near(all.bins[3].mean_confidence, 0.95 / 3.0);
    assert_eq!(all.bins[2].share_right, None);
    // The bin of 0.3 weighs three times as much as those of 0.899 and 0.1; the others are right on the line.
    is_near(all.expected_error, (3.0 * (2.0 / 3.0 - 0.95 / 3.0) + 0.101 + 0.1) / 7.0);
    assert_eq!((calibration(&[]).brier, calibration(&[]).expected_error), (None, None));
}

#[test]
fn the_interval_is_the_same_each_time_and_as_wide_as_the_inputs_differ() {
    let (right, wrong) = (Counts { right: 1, wrong: 0, missed: 0 }, Counts { right: 0, wrong: 1, missed: 0 });
    // A quarter of all draws of two takes the same one twice.
    assert_eq!(f1_interval(&[right, wrong]), Some((0.0, 1.0)));
    assert_eq!(f1_interval(&[right; 9]), Some((1.0, 1.0)));
    assert_eq!(f1_interval(&[]), None);
    assert_eq!(f1_interval(&[Counts::default()]), None);
    let many: Vec<Counts> = (0..100).map(|at| if at < 70 { right } else { wrong }).collect();
    let (low, high) = f1_interval(&many).unwrap();
    // F1 is 2 * 0.7 / (2 * 0.7 + 0.3) = 0.824; of 0.61 and 0.79 right, two standard deviations off, 0.758 and 0.883.
    assert!((0.73..0.78).contains(&low) && (0.86..0.91).contains(&high), "{low} {high}");
    assert_eq!(f1_interval(&many), Some((low, high)));
}

#[test]
fn a_pair_is_what_was_missed_and_what_was_assigned_in_the_same_input() {
    let inputs = [
        input("a", "en", &["*cb-gender", "cb-funding"], &[("cb-portal", 0.9)]),
        input("b", "en", &["*cb-gender"], &[("cb-portal", 0.9), ("il-capacity", 0.4)]),
        input("c", "en", &["*cb-mapping", "cb-portal"], &[("cb-mapping", 0.9)]),
        input("d", "en", &["*cb-mapping"], &[("cb-mapping", 0.9), ("cb-portal", 0.7)]),
    ];
    let report = report(&inputs);
    let pairs: Vec<(&str, &str, u64)> =
        report.pairs.iter().map(|pair| (pair.wanted.as_str(), pair.got.as_str(), pair.count)).collect();
    assert_eq!(pairs, [("cb-gender", "cb-portal", 2), ("cb-funding", "cb-portal", 1), ("cb-gender", "il-capacity", 1)]);
}

#[test]
fn quotes_are_compared_by_place_and_those_not_found_in_the_text_are_told() {
    let mut inputs = four();
    // Beside the labelled words, in another part, and without a place.
    inputs.push(input("near", "en", &["*cb-mapping"], &[("cb-mapping", 0.9)]));
    inputs[4].assignments[0].evidence[0].place = place(10, 20);
    inputs.push(input("part", "en", &["*cb-mapping"], &[("cb-mapping", 0.9)]));
    inputs[5].assignments[0].evidence[0].place.part = "2".into();
    inputs.push(input("lost", "en", &["*cb-mapping"], &[("cb-mapping", 0.9)]));
    inputs[6].wanted[0].1.clear();
    inputs[6].assignments[0].evidence[0].is_verbatim = false;
    let report = report(&inputs);
    let evidence = &report.evidence;
    assert_eq!((evidence.overlapping.part, evidence.overlapping.whole, evidence.not_located), (2, 4, 1));
    assert_eq!((evidence.verbatim.part, evidence.verbatim.whole), (6, 7));
    assert_eq!(evidence.not_verbatim, ["lost, cb-mapping: quoted words"]);
    assert!(text(&report).contains("NOT ALL") && html(&report).unwrap().contains("do not stand in their source"));
}

#[test]
fn the_worst_errors_come_first() {
    let report = report(&four());
    let wrong: Vec<(&str, f64)> =
        report.wrong.iter().map(|one| (one.recommendation.as_str(), one.confidence)).collect();
    assert_eq!(wrong, [("cb-gender", 0.8), ("cb-portal", 0.6)]);
    let missed: Vec<(&str, Strength)> =
        report.missed.iter().map(|one| (one.recommendation.as_str(), one.strength)).collect();
    assert_eq!(missed, [("norms-survey", Strength::Primary), ("cb-gender", Strength::Secondary)]);
    let said = text(&report);
    for words in ["quoted words", "labelled words", "labelled: cb-portal", "norms-survey  in c (fr)"] {
        assert!(said.contains(words), "{words} is not in\n{said}");
    }
}

#[test]
fn a_candidate_below_the_line_counts_in_the_calibration_and_is_named_where_it_was_missed() {
    let mut inputs = four();
    inputs[2].candidates.push(("norms-survey".into(), 0.25));
    let report = report(&inputs);
    assert_eq!((report.calibration.count, report.calibration.bins[2].right), (5, 1));
    assert_eq!(report.missed[0].confidence, Some(0.25));
    assert_eq!(report.recommendations.micro.counts.missed, 2);
}

/// Columns of a terminal, for the signs that stand in these tests.
fn columns(line: &str) -> usize {
    line.chars().map(|c| if ('\u{2e80}'..='\u{ffe6}').contains(&c) { 2 } else { 1 }).sum()
}

#[test]
fn the_text_stays_within_a_hundred_columns_whatever_was_quoted() {
    let mut inputs = four();
    for (at, quote) in ["信息库".repeat(90), "word ".repeat(90), "x".repeat(500)].into_iter().enumerate() {
        let id = format!("{at}-{}", "长".repeat(70));
        inputs.push(input(&id, "zh", &["*cb-mapping"], &[("cb-portal", 0.9)]));
        let last = inputs.last_mut().unwrap();
        last.assignments[0].evidence[0].quote = quote.clone();
        last.wanted[0].0.evidence = format!("{quote}\u{202e}");
    }
    let about = About { folder: "f/".repeat(80), notes: vec!["a note ".repeat(40)], ..About::default() };
    let report = evaluate(&inputs, &catalogue(), about);
    let said = text(&report);
    for line in said.lines() {
        assert!(columns(line) <= 100, "{} columns: {line}", columns(line));
    }
    assert!(!said.contains('\u{202e}'), "a sign turns the line round");
}

#[test]
fn the_page_lets_nothing_in_and_asks_nobody() {
    let mut inputs = four();
    let hostile = "<script>alert(1)</script><img onerror=y>\u{202e}";
    inputs[0].id = hostile.into();
    inputs[0].assignments[1].evidence[0].quote = hostile.into();
    inputs[2].wanted[0].0.evidence = hostile.into();
    inputs[1].language = hostile.into();
    let about = About { folder: hostile.into(), notes: vec![hostile.into()], ..About::default() };
    let page = html(&evaluate(&inputs, &catalogue(), about)).unwrap();
    for bad in ["<script", "<img", "http:", "https:", " src=", " href=", " style=", " onerror=y>", "url(", "@import"] {
        assert!(!page.contains(bad), "{bad} stands in the page");
    }
    let style = page.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
    let hash = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(style));
    let policy = format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'");
    assert!(page.contains(&format!("content=\"{policy}\"")), "the policy does not name the style");
    // Each plot says what it is and has its numbers in a table.
    assert_eq!(page.matches("<svg").count(), page.matches("role=\"img\" aria-labelledby").count());
    assert_eq!((page.matches("<svg").count(), page.matches("as a table</summary>").count()), (4, 5));
    assert!(style.contains("prefers-color-scheme: dark"));
}

#[test]
fn an_empty_result_has_a_page_and_a_text_too() {
    let report = report(&[]);
    assert!(html(&report).unwrap().contains("No input has a missed label"));
    assert!(text(&report).contains("micro F1          -"));
    let again: Evaluation = serde_json::from_str(&serde_json::to_string(&report).unwrap()).unwrap();
    assert_eq!(again, report);
}

#[test]
fn labels_are_read_strictly_and_what_does_not_count_is_told() {
    let catalogue = catalogue();
    let of = |labels: &str| format!("{{\"m\": {{\"kind\": \"submission\", \"labels\": [{labels}]}}}}");
    let label =
        |id: &str, strength: &str| format!("{{\"id\":\"{id}\",\"strength\":\"{strength}\",\"evidence\":\"x\"}}");
    for (text, words) in [
        ("[]".to_string(), "no JSON object of mails"),
        ("{".into(), "no JSON object of mails"),
        ("{\"m\": {}}".into(), "at the mail m: missing field `kind`"),
        ("{\"m\": {\"kind\": \"letter\"}}".into(), "at the mail m: unknown variant `letter`"),
        (of(&label("cb-gender", "strong")), "at the mail m: unknown variant `strong`"),
        (of("{\"id\":\"cb-gender\",\"strength\":\"primary\"}"), "at the mail m: missing field `evidence`"),
    ] {
        let error = read(&text, &catalogue).unwrap_err();
        assert!(error.contains(words), "{text}: {error}");
    }
    let twice = format!("{},{}", label("cb-gender", "secondary"), label("cb-gender", "primary"));
    let found = read(&of(&format!("{twice},{0},{0}", label("cb-nonsense", "primary"))), &catalogue).unwrap();
    let wanted = &found.by_id["m"].wanted;
    assert_eq!(wanted.iter().map(|one| one.strength).collect::<Vec<_>>(), [Strength::Primary]);
    assert_eq!(found.notes.len(), 2);
    assert!(found.notes[1].contains("\"cb-nonsense\" 2 times"), "{:?}", found.notes);
    // A submission that lost all its labels so is not about something else.
    let lost = read(&of(&label("cb-nonsense", "primary")), &catalogue).unwrap();
    assert!(!lost.by_id["m"].is_off_topic && read(&of(""), &catalogue).unwrap().by_id["m"].is_off_topic);
}

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/evaluate")
}

/// A copy of the fixture corpus that a test may spoil.
fn copied() -> Folder {
    let folder = Folder::new();
    for entry in std::fs::read_dir(corpus()).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, folder.0.join(path.file_name().unwrap())).unwrap();
    }
    folder
}

fn run(dir: &Path, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pouch"));
    command.arg("evaluate").arg(dir).args(more).env_remove("POUCH_DATA").env_remove("POUCH_CONFIG");
    command.current_dir(std::env::temp_dir()).output().unwrap()
}

fn told(output: &Output) -> (String, String) {
    (String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn refusal(dir: &Path, more: &[&str]) -> String {
    let output = run(dir, more);
    let (out, err) = told(&output);
    assert!(!output.status.success() && out.is_empty(), "it should have been refused: {out}");
    err
}

fn result(dir: &Path) -> (String, Value) {
    let json = dir.join("out.json");
    let output = run(dir, &["--json", json.to_str().unwrap()]);
    let (out, err) = told(&output);
    assert!(output.status.success(), "{err}");
    (out, serde_json::from_str(&std::fs::read_to_string(json).unwrap()).unwrap())
}

#[test]
fn the_program_reads_six_mails_in_three_languages_and_all_quotes_stand_in_them() {
    let folder = copied();
    let (page, json) = (folder.0.join("page.html"), folder.0.join("run.json"));
    let files = ["--html", page.to_str().unwrap(), "--json", json.to_str().unwrap()];
    let output = run(&folder.0, &files);
    let (out, err) = told(&output);
    assert!(output.status.success(), "{err}");
    let report: Evaluation = serde_json::from_str(&std::fs::read_to_string(&json).unwrap()).unwrap();
    assert_eq!((report.mails.evaluated, report.mails.inputs, report.mails.off_topic), (6, 5, 1));
    assert_eq!((report.mails.unread, report.notes.as_slice()), (0, &[][..]));
    let labels: Vec<u64> = report.languages.rows.iter().map(|row| row.support).collect();
    assert_eq!(labels, [5, 2, 1]);
    assert!(report.evidence.verbatim.whole > 0 && report.evidence.not_verbatim.is_empty(), "{:?}", report.evidence);
    assert_eq!(report.evidence.verbatim.part, report.evidence.verbatim.whole);
    // The Word file was read: its labelled quotes are found in it, and so is some of its labels.
    assert_eq!(report.evidence.not_located, 0);
    let word = report.inputs.iter().find(|one| one.id == "input-en-docx").unwrap();
    assert!(!word.right.is_empty(), "{word:?}");
    assert!(out.contains("micro F1") && std::fs::read_to_string(&page).unwrap().contains("How good the classifier is"));
}

#[test]
fn it_assigns_what_an_import_of_the_same_mails_proposes() {
    let app = App::new();
    app.run(&["import", corpus().to_str().unwrap()]);
    let folder = copied();
    let (_, report) = result(&folder.0);
    let inputs = report["inputs"].as_array().unwrap();
    for id in ["input-en-docx", "en-gender", "fr-droit", "zh-threats"] {
        let ids = |of: &Value| of.as_array().unwrap().iter().map(Value::to_string).collect::<BTreeSet<String>>();
        let one = inputs.iter().find(|one| one["id"] == id).unwrap();
        let evaluated: BTreeSet<String> = ids(&one["right"]).union(&ids(&one["wrong"])).cloned().collect();
        let item = app.item(&format!("{id}@"));
        let names: Vec<Value> =
            item["assignments"].as_array().unwrap().iter().map(|one| one["recommendation"].clone()).collect();
        assert_eq!(evaluated, ids(&names.into()), "{id}");
        assert_eq!((&one["outcome"], &one["got"]), (&item["outcome"], &item["kind"]), "{id}");
    }
}

#[test]
fn it_opens_no_database_and_makes_no_data_folder() {
    let folder = copied();
    let data = folder.0.join("data");
    let output = run(&folder.0, &["--data", data.to_str().unwrap()]);
    assert!(output.status.success() && !data.exists());
    // What is configured there holds all the same.
    std::fs::create_dir(&data).unwrap();
    std::fs::write(data.join("pouch.toml"), "catalogue_file = \"/nowhere/at-all.toml\"\n").unwrap();
    let error = refusal(&folder.0, &["--data", data.to_str().unwrap()]);
    assert!(error.contains("/nowhere/at-all.toml"), "{error}");
    assert_eq!(std::fs::read_dir(&data).unwrap().count(), 1);
}

#[test]
fn a_folder_that_is_none_or_lacks_something_is_refused_in_a_sentence() {
    let folder = copied();
    let missing = refusal(&folder.0.join("nowhere"), &[]);
    assert!(missing.contains("nowhere is no folder that can be read"), "{missing}");
    let empty = Folder::new();
    assert!(refusal(&empty.0, &[]).contains("there is no mail (*.eml) in"));
    std::fs::remove_file(folder.0.join("labels.json")).unwrap();
    assert!(refusal(&folder.0, &[]).contains("without labels there is nothing to compare with"));
    std::fs::write(folder.0.join("labels.json"), "{\"x\": {\"kind\": \"letter\"}}").unwrap();
    assert!(refusal(&folder.0, &[]).contains("at the mail x: unknown variant"));
    std::fs::write(folder.0.join("labels.json"), "{}").unwrap();
    assert!(refusal(&folder.0, &[]).contains("no mail in"));
}

#[test]
fn a_mail_without_a_label_and_a_label_without_a_mail_are_told_and_counted() {
    let folder = copied();
    let mut labels: Value =
        serde_json::from_str(&std::fs::read_to_string(folder.0.join("labels.json")).unwrap()).unwrap();
    labels.as_object_mut().unwrap().remove("zh-threats");
    labels["ghost"] = labels["en-gender"].clone();
    labels["en-gender"]["labels"][1]["id"] = "cb-nonsense".into();
    // No Message-ID: its file's name is what it goes by.
    labels["nameless"] = serde_json::json!({"kind": "query"});
    std::fs::write(folder.0.join("nameless.eml"), "From: a@b.example\r\nSubject: x\r\n\r\nWhere is the room?\r\n")
        .unwrap();
    std::fs::copy(folder.0.join("fr-droit.eml"), folder.0.join("fr-droit-again.eml")).unwrap();
    std::fs::write(folder.0.join("labels.json"), labels.to_string()).unwrap();
    let (out, report) = result(&folder.0);
    let notes: Vec<&str> = report["notes"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
    for words in [
        "The labels name \"cb-nonsense\" once, which the catalogue does not have",
        "fr-droit.eml is a second mail with the label fr-droit",
        "Mails without a label, left out (1): zh-threats.eml.",
        "Labels without a mail, left out (1): ghost.",
    ] {
        assert!(notes.iter().any(|note| note.contains(words)), "{words} is not in {notes:?}");
    }
    assert_eq!(out.matches("note:").count(), 4, "{out}");
    assert_eq!((&report["mails"]["evaluated"], &report["mails"]["inputs"]), (&6.into(), &4.into()));
    let gender = report["recommendations"]["rows"].as_array().unwrap().iter().find(|row| row["id"] == "cb-funding");
    assert_eq!(gender.unwrap()["support"], 0);
}
