//! A catalogue before anybody works with it: its check, and what is proposed from an official report. The reports are
//! invented ones in the layout of the United Nations (fixtures/make-reports); nothing here knows a real one.

use crate::app::Folder;
use crate::extract_same::{pool, read_file};
use pouch::domain::catalogue::Catalogue;
use pouch::domain::catalogue::check::check;
use pouch::domain::extraction::{Extracted, Extraction, Segment, SegmentKind};
use pouch::official::{Report, accept, matches, proposed, with_proposals};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const REPORTS: [&str; 15] = [
    "ar.pdf",
    "ar-indic.pdf",
    "en.pdf",
    "es.pdf",
    "fr.pdf",
    "ru.pdf",
    "zh.pdf",
    "zh-wide.pdf",
    "en-nested.pdf",
    "ar.docx",
    "en.docx",
    "es.docx",
    "fr.docx",
    "ru.docx",
    "zh.docx",
];

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/report").join(name)
}

fn fixture_catalogue() -> String {
    fs::read_to_string(file("catalogue.toml")).unwrap()
}

async fn report(name: &str) -> Report {
    Report::read(&read_file(&pool(), &file(name)).await)
}

fn pouch(words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pouch"));
    command.env_remove("POUCH_DATA").env_remove("POUCH_CONFIG").arg("catalogue").args(words).output().unwrap()
}

fn said(output: &Output) -> (String, String) {
    (String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Blanks between Chinese signs and Latin letters are the typesetter's.
fn letters(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[tokio::test]
async fn every_paragraph_of_a_report_is_read_with_its_number_section_annex_and_words_in_six_languages() {
    let truth: Value = serde_json::from_str(&fs::read_to_string(file("truth.json")).unwrap()).unwrap();
    for name in REPORTS {
        let stem = name.split('.').next().unwrap();
        let report = report(name).await;
        assert_eq!(report.language, &stem[..2], "{name}");
        assert_eq!(report.remarks, [""; 0], "{name}");
        let wanted = truth[stem].as_array().unwrap();
        assert_eq!(report.paragraphs.len(), wanted.len(), "{name}");
        for (one, wanted) in report.paragraphs.iter().zip(wanted) {
            let place = format!("{name}, paragraph {}", one.number);
            assert_eq!(u64::from(one.number), wanted["number"], "{place}");
            let section = one.section.map(|at| report.sections[at].mark.as_str());
            assert_eq!(section, wanted["section"].as_str(), "{place}");
            assert_eq!(one.annex.map(|at| report.annexes[at].mark.as_str()), wanted["annex"].as_str(), "{place}");
            assert_eq!(one.is_step, wanted["step"], "{place}");
            assert_eq!(letters(&one.text), letters(wanted["text"].as_str().unwrap()), "{place}");
            let subs: Vec<(String, String)> =
                one.subs.iter().map(|sub| (sub.letter.to_string(), letters(&sub.text))).collect();
            let of = |sub: &Value, at: usize| letters(sub[at].as_str().unwrap());
            let wanted: Vec<(String, String)> =
                wanted["subs"].as_array().unwrap().iter().map(|sub| (of(sub, 0), of(sub, 1))).collect();
            assert_eq!(subs, wanted, "{place}");
        }
    }
}

#[tokio::test]
async fn sections_annexes_symbol_day_and_pages_are_those_of_the_report() {
    let titles = [
        ("ar.pdf", "الأخطار القائمة والمتوقعة", "المرفق باء", "قائمة تدابير بناء الثقة"),
        ("en.pdf", "Existing and expected hazards", "Annex B", "List of measures that build trust"),
        ("es.pdf", "Peligros existentes y previstos", "Anexo B", "Lista de medidas que fomentan la confianza"),
        ("fr.pdf", "Dangers existants et attendus", "Annexe B", "Liste de mesures qui renforcent la confiance"),
        ("ru.pdf", "Существующие и ожидаемые опасности", "Приложение B", "Перечень мер укрепления доверия"),
        ("zh.pdf", "现有和预期的危险", "附件 B", "建立信任措施清单"),
    ];
    for (name, section, label, title) in titles {
        let report = report(name).await;
        let marks: Vec<&str> = report.sections.iter().map(|one| one.mark.as_str()).collect();
        assert_eq!(marks, ["A", "B", "C", "D"], "{name}");
        assert_eq!(report.sections[1].title, section);
        assert_eq!(report.annexes.len(), 2, "{name}");
        assert_eq!((report.annexes[1].label.as_str(), report.annexes[1].title.as_str()), (label, title));
        let pages: Vec<u32> = report.paragraphs.iter().map(|one| one.page.unwrap()).collect();
        assert_eq!(pages[0], 1, "{name}");
        assert!(pages.is_sorted() && pages[23] >= 5, "{name}: {pages:?}");
        // LibreOffice tears the Latin signs of Arabic pages apart: then nothing is said rather than another symbol.
        let symbol = (name != "ar.pdf").then_some("A/91/417");
        assert_eq!(report.symbol.as_deref(), symbol, "{name}");
        if name != "ar.pdf" {
            assert_eq!(report.issued, Some((2036, 8, 1)), "{name}");
        }
    }
    assert!(report("en.docx").await.paragraphs.iter().all(|one| one.page.is_none()));
    assert_eq!(report("ar.docx").await.symbol.as_deref(), Some("A/91/417"));
    let nested = report("en-nested.pdf").await;
    let marks: Vec<&str> = nested.sections.iter().map(|one| one.mark.as_str()).collect();
    assert_eq!(marks, ["I", "II", "A", "B", "C", "D"]);
    assert_eq!(nested.annexes.iter().map(|one| one.mark.as_str()).collect::<Vec<_>>(), ["", "A", "B"]);
}

#[test]
fn a_file_whose_numbers_the_word_processor_makes_is_refused_with_the_cure() {
    let output = pouch(&["from-report", file("en-auto.docx").to_str().unwrap()]);
    let (out, err) = said(&output);
    assert!(!output.status.success() && out.is_empty(), "{out}");
    assert!(err.contains("no numbered paragraph was found") && err.contains("take the PDF"), "{err}");
}

fn of_text(pages: &[&str]) -> Report {
    let segments = (1..).zip(pages).map(|(number, text)| Segment::new(number, SegmentKind::Page, *text)).collect();
    Report::read(&Extraction::new("test", Extracted::Text { segments }))
}

fn numbers(report: &Report) -> Vec<u32> {
    report.paragraphs.iter().map(|one| one.number).collect()
}

#[test]
fn years_lists_quotations_and_contents_make_no_paragraphs_and_what_is_missing_is_told() {
    let contents =
        "Contents\n\nA. Overview ........ 3\n\nB. Hazards ........ 4\n\nA. Overview\n\nB. Hazards\n\nAnnex A";
    let first = "A. Overview\n\n1. The first paragraph speaks of trains in\n2. class, and of 3.5 per cent,\nof bread,\nand of\n\
                 water.\n\n2. The second one\nhas\na list:\n\n1. one thing;\n\n2. another\nthing;\n\n3. a third\nthing.\n\n\
                 3. Here it goes\non with";
    let second =
        "4. class carriages,\nin words\nthat the page\ncut.\n\nHeading without a letter\n\n4. The\nfourth\nhas lines.";
    let third = "Recommended next steps are in section B.\n\nB. Hazards\n\nRecommended next steps:\n\n6. States act.";
    let report = of_text(&[contents, first, second, third]);
    assert_eq!(numbers(&report), [1, 2, 3, 4, 6]);
    assert_eq!(
        report.paragraphs[0].text,
        "The first paragraph speaks of trains in 2. class, and of 3.5 per cent, of bread, and of water."
    );
    assert_eq!(
        report.paragraphs[1].text,
        "The second one has a list: 1. one thing; 2. another thing; 3. a third thing."
    );
    assert_eq!(report.paragraphs[2].text, "Here it goes on with 4. class carriages, in words that the page cut.");
    assert!(report.remarks.contains(&"paragraph 5 was not found before paragraph 6".into()), "{:?}", report.remarks);
    // A list that ends where the next paragraph begins: nobody can tell, and a person is asked to look.
    let list = of_text(&["1. One:\n\n1. one thing;\n\n2. Two.\n\n3. Three."]);
    assert_eq!(numbers(&list), [1, 2, 3]);
    assert!(list.remarks[0].contains("number 2 may be a paragraph, or belong to a list"), "{:?}", list.remarks);
    assert_eq!(report.sections.iter().map(|one| one.mark.as_str()).collect::<Vec<_>>(), ["A", "B"]);
    assert_eq!(report.steps().map(|one| one.number).collect::<Vec<_>>(), [6]);
    let gap = of_text(&["1. One.\n\n2. Two.\n\n4. Four.\n\n40. No paragraph."]);
    assert_eq!(numbers(&gap), [1, 2, 4]);
    assert!(gap.remarks.contains(&"paragraph 3 was not found before paragraph 4".into()), "{:?}", gap.remarks);
}

#[test]
fn near_variants_of_recommended_next_steps_are_known_and_sentences_are_not() {
    let heads = [
        "Recommended next steps",
        "Proposed next steps",
        "Prochaines étapes recommandées",
        "Mesures recommandées",
        "Próximas medidas recomendadas",
        "Próximos pasos recomendados",
        "Рекомендуемые дальнейшие шаги",
        "Рекомендуемые следующие шаги",
        "建议的下一步行动",
        "建议采取的后续步骤",
        "建议的后续步骤",
        "الخطوات التالية الموصى بها",
        "الخطوات المقبلة الموصى باتخاذها",
    ];
    for head in heads {
        let report = of_text(&[&format!("A. Title\n\n1. One.\n\n{head}\n\n2. Two.")]);
        assert_eq!(report.steps().map(|one| one.number).collect::<Vec<_>>(), [2], "{head}");
    }
    let sentence = of_text(&["A. Title\n\n1. One.\n\nThe recommended next steps were read out.\n\n2. Two."]);
    assert_eq!(sentence.steps().count(), 0);
}

#[tokio::test]
async fn a_proposed_catalogue_passes_the_check_and_its_numbers_are_comments_only() {
    for name in ["ar.pdf", "en.pdf", "es.pdf", "fr.docx", "ru.pdf", "zh-wide.pdf", "en-nested.pdf"] {
        let report = report(name).await;
        let text = proposed(&report, "A/91/417");
        let errors: Vec<_> = check(&text).into_iter().filter(|one| one.is_error).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
        let catalogue = Catalogue::read(&text).unwrap();
        let ids: Vec<&str> = catalogue.recommendations.iter().map(|one| one.id.as_str()).collect();
        assert_eq!(ids, ["b-9", "b-10", "b-11", "c-15", "c-16", "c-17", "d-21", "d-22", "d-23", "d-24"], "{name}");
        assert!(catalogue.recommendations.iter().all(|one| one.paragraph.is_none()), "{name}");
        assert!(text.contains("# proposed paragraph: 23"), "{name}");
        assert!(catalogue.recommendations.iter().all(|one| !one.terms[report.language].is_empty()), "{name}");
    }
}

const WHERE: [(&str, &str); 10] = [
    ("slope-hazards", "9"),
    ("slope-experts", "10"),
    ("incident-register", "11"),
    ("rules-checklist", "15"),
    ("tunnels-viaducts", "16"),
    ("spare-parts", "17"),
    ("voluntary-fund", "21"),
    ("teaching-portal", "22(a)"),
    ("women", "23"),
    ("contact-points", "24"),
];

#[tokio::test]
async fn each_recommendation_is_proposed_its_paragraph_in_six_languages_and_one_that_is_not_there_none() {
    let catalogue = Catalogue::read(&fixture_catalogue()).unwrap();
    for name in REPORTS {
        let report = report(name).await;
        let found = matches(&catalogue, &report);
        let numbers: Vec<(String, String)> = found
            .iter()
            .filter(|one| one.paragraphs.len() == 1)
            .map(|one| {
                let letter = one.sub.map(|letter| format!("({letter})")).unwrap_or_default();
                (one.id.clone(), format!("{}{letter}", report.paragraphs[one.paragraphs[0]].number))
            })
            .collect();
        let wanted = WHERE.map(|(id, number)| (id.to_string(), number.to_string()));
        assert_eq!(numbers, wanted, "{name}");
        assert_eq!(found.last().unwrap().paragraphs, [0_usize; 0], "{name}: ship-lifts");
    }
}

#[test]
fn two_paragraphs_that_fit_alike_are_both_named_and_none_is_chosen() {
    let report = of_text(&[
        "B. Hazards\n\n1. Old words about nothing.\n\nRecommended next steps\n\n2. Rockfall and avalanches are watched.\n\n\
                            3. Avalanches and rockfall are measured.\n\n4. Other matters of weather.",
    ]);
    let text = fixture_catalogue();
    let found = matches(&Catalogue::read(&text).unwrap(), &report);
    assert_eq!(found[0].paragraphs, [1, 2]);
    let written = with_proposals(&text, &report, &found).unwrap();
    assert!(written.contains("# proposed paragraph: not clear, one of 2, 3"), "{written}");
    assert!(written.contains("# proposed paragraph: none found, look yourself"), "{written}");
}

#[tokio::test]
async fn proposals_stand_beside_the_recommendations_change_nothing_and_are_renewed() {
    let (text, report) = (fixture_catalogue(), report("en.pdf").await);
    let before = Catalogue::read(&text).unwrap();
    let found = matches(&before, &report);
    let once = with_proposals(&text, &report, &found).unwrap();
    assert_eq!(Catalogue::read(&once).unwrap().digest(), before.digest());
    let beside = once.split("id = \"rules-checklist\"").next().unwrap().rsplit("[[recommendation]]").next().unwrap();
    assert!(beside.contains("# proposed paragraph: 15, page 5, section C; words in common: "), "{beside}");
    assert!(beside.contains("# proposed text: The secretariat is requested to draft a checklist"), "{beside}");
    assert_eq!(with_proposals(&once, &report, &found).unwrap(), once, "a second run adds nothing");
    let own: String = once.split_inclusive('\n').filter(|line| !line.starts_with("# proposed ")).collect();
    assert_eq!(own, text, "every other line stays");
}

#[test]
fn what_stands_in_a_report_cannot_leave_its_comment() {
    let hostile = "B. Hazards\n\nRecommended next steps\n\n1. Rockfall and avalanches\rparagraph = \"99\"\u{2028}landslides\u{7}.\n\n2. Other. \"\"\" ' \\ end.";
    let report = of_text(&[hostile]);
    let text = fixture_catalogue();
    let before = Catalogue::read(&text).unwrap();
    let written = with_proposals(&text, &report, &matches(&before, &report)).unwrap();
    assert_eq!(Catalogue::read(&written).unwrap(), before);
    let made = Catalogue::read(&proposed(&report, "A/91/417")).unwrap();
    assert!(made.recommendations.iter().all(|one| one.paragraph.is_none()));
}

#[tokio::test]
async fn only_a_number_that_a_person_accepts_and_the_report_has_is_written_as_verified() {
    let (text, report) = (fixture_catalogue(), report("en.pdf").await);
    let give = |pairs: &[(&str, &str)]| {
        let pairs: Vec<(String, String)> = pairs.iter().map(|(id, number)| ((*id).into(), (*number).into())).collect();
        accept(&text, &report, &pairs)
    };
    let written = give(&[("women", "23"), ("teaching-portal", "22(a)"), ("slope-hazards", "9-11")]).unwrap();
    let after = Catalogue::read(&written).unwrap();
    let verified: Vec<(&str, &str)> =
        after.recommendations.iter().filter_map(|one| Some((one.id.as_str(), one.paragraph.as_deref()?))).collect();
    assert_eq!(verified, [("slope-hazards", "9-11"), ("teaching-portal", "22(a)"), ("women", "23")]);
    let pair = [("women".to_string(), "24".to_string())];
    let again = Catalogue::read(&accept(&written, &report, &pair).unwrap()).unwrap();
    assert_eq!(again.find("women").unwrap().paragraph.as_deref(), Some("24"), "a later word replaces the earlier");
    for (id, number, why) in [
        ("women", "25", "the report has no such paragraph"),
        ("women", "22(c)", "no such paragraph with that letter"),
        ("women", "para 23", "a paragraph is written as"),
        ("men", "23", "there is no recommendation men"),
    ] {
        let refused = give(&[(id, number)]).unwrap_err();
        assert!(refused.contains(why), "{refused}");
    }
}

#[test]
fn the_command_shows_a_table_writes_the_file_and_never_overwrites_another() {
    let folder = Folder::new();
    let at = |name: &str| folder.0.join(name).display().to_string();
    let (pdf, out) = (file("en.pdf").display().to_string(), at("new.toml"));
    let first = pouch(&["from-report", &pdf, "--out", &out]);
    let (_, err) = said(&first);
    assert!(first.status.success(), "{err}");
    assert!(
        err.contains("29 paragraphs, 10 of them recommended next steps; sections A, B, C, D; annexes Annex A, Annex B"),
        "{err}"
    );
    assert!(err.contains("22     page 6   section D"), "{err}");
    let again = pouch(&["from-report", &pdf, "--out", &out]);
    assert!(!again.status.success() && said(&again).1.contains("exists already"), "{again:?}");
    let (own, catalogue) = (at("own.toml"), fixture_catalogue());
    fs::write(&own, &catalogue).unwrap();
    let words = ["from-report", &pdf, "--catalogue", &own, "--out", &own, "--accept", "women=23,spare-parts=17"];
    let accepted = pouch(&words);
    let (_, err) = said(&accepted);
    assert!(accepted.status.success(), "{err}");
    assert!(err.contains("10 with one proposal, 0 not clear, 1 without"), "{err}");
    let (out, _) = said(&pouch(&["check", &own]));
    assert!(
        out.contains(
            "A/91/417, edition fixture-1: 3 sections, 11 recommendations, 2 of them with a verified paragraph"
        ),
        "{out}"
    );
    let other = pouch(&["from-report", &pdf, "--catalogue", "catalogue/second-apr.toml"]);
    assert!(said(&other).1.contains("the report calls itself A/91/417, not A/78/265"), "{other:?}");
    let torn = pouch(&["from-report", &file("ar.pdf").display().to_string()]);
    assert!(!torn.status.success() && said(&torn).1.contains("say it with --symbol"), "{torn:?}");
}

#[test]
fn all_that_is_wrong_with_a_catalogue_is_said_at_once_with_its_lines() {
    // What is changed, what must be said, whether it is an error.
    let cases = [
        ("symbol = \"A/91/417\"", "symbol = \"91-417\"", "error in line 4: the symbol \"91-417\" is not written", true),
        ("adopted = 2036-07-28", "adopted = \"28 July\"", "error in line 6: adopted is not a date", true),
        ("adopted = 2036-07-28\n", "", "error: the catalogue does not say when the report was adopted", true),
        (
            "adopted = 2036-07-28",
            "adopted = 1900-01-01",
            "warning in line 6: adopted = 1900-01-01 does not look like",
            false,
        ),
        ("adopted = 2036-07-28", "adopted = ", "error in line 6: this is not TOML", true),
        ("edition = ", "editoin = ", "the catalogue has no field \"editoin\"", true),
        ("title = \"Rules of the line\"", "title = \" \"", "error in line 16: title of a section is empty", true),
        ("id = \"C\"", "id = \"B\"", "two sections have the id B", true),
        ("id = \"spare-parts\"", "id = \"women\"", "error in line 143: two recommendations have the id women", true),
        ("id = \"women\"", "id = \"Women!\"", "the id \"Women!\" may hold only a-z", true),
        (
            "id = \"women\"\nsection = \"D\"",
            "id = \"women\"\nsection = \"Q\"",
            "names the section Q, which is not listed",
            true,
        ),
        ("title = \"Money for repairs\"", "title = \"\"", "title of recommendation voluntary-fund is empty", true),
        ("title = \"Money for repairs\"\n", "", "recommendation voluntary-fund has no title", true),
        ("standing = \"likely\"", "standing = \"sure\"", "it is confirmed, likely or uncertain", true),
        (
            "en = [\"tunnels\"",
            "xx = [\"tunnels\"",
            "\"xx\" below terms of recommendation tunnels-viaducts is none of the languages",
            true,
        ),
        ("en = [\"tunnels\", \"viaducts\"]\n", "", "recommendation tunnels-viaducts has no terms in en", false),
        ("\"tunnels\"", "\"\"", "a term of recommendation tunnels-viaducts in en is empty", true),
        ("\"viaducts\"]", "\"Tunnels\"]", "stands twice under recommendation tunnels-viaducts", false),
        (
            "addressed_to",
            "paragraph = \"para 9\"\naddressed_to",
            "paragraph \"para 9\" of recommendation slope-hazards is not written",
            true,
        ),
        (
            "addressed_to",
            "paragraph = 9\naddressed_to",
            "paragraph of recommendation slope-hazards is not a text",
            true,
        ),
        ("addressed_to = \"States\"", "addressed_to = \"To be filled in\"", "is still to be filled in", false),
    ];
    let folder = Folder::new();
    let path = folder.0.join("one.toml");
    for (old, new, wanted, is_error) in cases {
        let text = fixture_catalogue().replacen(old, new, 1);
        assert_ne!(text, fixture_catalogue(), "{old}");
        fs::write(&path, text).unwrap();
        let output = pouch(&["check", path.to_str().unwrap()]);
        let (out, _) = said(&output);
        assert!(out.contains(wanted), "{wanted}:\n{out}");
        assert_eq!(output.status.code(), Some(i32::from(is_error)), "{wanted}:\n{out}");
        assert_eq!(out.contains("error"), is_error, "{out}");
    }
    let both = fixture_catalogue().replacen("edition = ", "editoin = ", 1).replacen("\"Money for repairs\"", "\"\"", 1);
    fs::write(&path, both).unwrap();
    let (out, _) = said(&pouch(&["check", path.to_str().unwrap()]));
    assert!(
        out.contains("editoin")
            && out.contains("has no edition")
            && out.contains("title of recommendation voluntary-fund"),
        "{out}"
    );
}

#[test]
fn a_term_under_many_recommendations_and_a_paragraph_given_twice_are_warnings() {
    let text = fixture_catalogue()
        .replace("addressed_to", "paragraph = \"34(b)\"\naddressed_to")
        .replace("en = [", "en = [\"railway\", ");
    let said = check(&text);
    assert!(said.iter().all(|one| !one.is_error), "{said:?}");
    let has = |words: &str| said.iter().any(|one| one.sentence.contains(words) && one.line.is_some());
    assert!(has("the term \"railway\" (en) stands under 11 recommendations and tells none of them apart"), "{said:?}");
    assert!(has("paragraph 34(b) is given for"), "{said:?}");
}

#[test]
fn paragraphs_are_written_in_three_ways() {
    let sound = pouch::domain::catalogue::check::is_paragraph;
    assert!(["34", "34-36", "34(b)", "7"].into_iter().all(sound));
    assert!(
        !["", "0", "034", "36-34", "34-34", "34 (b)", "34(B)", "34(bb)", "b", "34-", "34(b", "3400"]
            .into_iter()
            .any(sound)
    );
}

#[test]
fn the_catalogue_in_the_program_is_in_order_and_said_so_for_scripts_too() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogue/second-apr.toml");
    let output = pouch(&["check", path.to_str().unwrap(), "--json"]);
    assert!(output.status.success(), "{output:?}");
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    let digest = Catalogue::read(&fs::read_to_string(path).unwrap()).unwrap().digest().to_string();
    assert_eq!(
        (&said["good"], &said["complaints"], &said["digest"]),
        (&true.into(), &Value::Array(vec![]), &digest.into())
    );
}
