//! What the classifier says: kinds, languages, evidence; and that it declines rather than guesses.

use crate::app::App;
use pouch::classify::{Classifier, Input, check_evidence, find_quote};
use pouch::domain::Digest;
use pouch::domain::catalogue::Catalogue;
use pouch::domain::classification::{Classification, Evidence, MessageKind, SubmitterKind, TextPart};
use pouch::domain::extraction::{Segment, SegmentKind};
use pouch::domain::message::Span;
use pouch::parse::parse;
use std::sync::OnceLock;

const CATALOGUE: &str = include_str!("../../catalogue/second-apr.toml");

pub fn classifier() -> &'static Classifier {
    static CLASSIFIER: OnceLock<Classifier> = OnceLock::new();
    CLASSIFIER.get_or_init(|| Classifier::new(&Catalogue::read(CATALOGUE).unwrap(), &["chair@example.org".into()], ""))
}

/// Classifies a mail with this text, and gives the text that evidence counts in.
pub fn classified(subject: &str, text: &str) -> (Classification, String) {
    classified_by(classifier(), "A Person <a@body.example>", subject, text)
}

fn classified_by(classifier: &Classifier, from: &str, subject: &str, text: &str) -> (Classification, String) {
    let raw = format!(
        "From: {from}\r\nSubject: {subject}\r\nDate: Tue, 28 Nov 2023 10:00:00 +0000\r\nMessage-ID: <x@y>\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    );
    let message = parse(raw.as_bytes());
    let whole = message.body.text.clone();
    let part = TextPart {
        path: "body".into(),
        name: None,
        digest: Digest::of(whole.as_bytes()),
        segments: vec![Segment::new(1, SegmentKind::Body, whole.clone())],
        own: Some(message.body.own.clone()),
        title: None,
    };
    (classifier.classify(&Input { message: &message, texts: vec![part] }), whole)
}

fn ids(classification: &Classification) -> Vec<&str> {
    classification.assignments.iter().map(|one| one.recommendation.as_str()).collect()
}

/// One plain paragraph on the directory of points of contact in each language, in the report's own words.
const DIRECTORY: [(&str, &str); 6] = [
    (
        "en",
        "We submit this written input. The global points of contact directory must work at night. States should nominate technical and diplomatic points of contact for the directory, and test the points of contact directory twice a year.",
    ),
    (
        "fr",
        "Nous soumettons cette contribution écrite. Le répertoire mondial de points de contact doit fonctionner la nuit. Les États devraient désigner des points de contact techniques et diplomatiques pour le répertoire mondial de points de contact.",
    ),
    (
        "es",
        "Enviamos este aporte escrito. El directorio mundial de puntos de contacto debe funcionar de noche. Los Estados deberían designar puntos de contacto técnicos y diplomáticos para el directorio mundial de puntos de contacto.",
    ),
    (
        "ru",
        "Направляем письменный вклад. Глобальный реестр контактных пунктов должен работать ночью. Государствам следует назначить технические и дипломатические контактные пункты для глобального реестра контактных пунктов.",
    ),
    (
        "zh",
        "现提交书面意见。全球联络点名录必须在夜间可用。各国应指定技术联络点和外交联络点，并每年两次测试全球联络点名录。",
    ),
    (
        "ar",
        "نتقدم بمساهمة خطية. يجب أن يعمل الدليل العالمي لجهات الاتصال ليلا. وينبغي للدول أن تعين جهات الاتصال التقنية والدبلوماسية في الدليل العالمي لجهات الاتصال.",
    ),
];

#[test]
fn a_plain_point_is_found_in_each_of_the_six_languages_with_its_sentence() {
    for (language, text) in DIRECTORY {
        let (found, whole) = classified("Input", text);
        assert_eq!(found.languages, [language], "{text}");
        assert!(ids(&found).iter().any(|id| id.starts_with("cbm-poc")), "{language}: {:?}", ids(&found));
        for evidence in found.assignments.iter().flat_map(|one| &one.evidence) {
            assert!(check_evidence(&whole, evidence), "{language}: {evidence:?}");
        }
    }
}

#[test]
fn a_text_about_something_else_gets_nothing() {
    for text in [
        "We submit this written input on the harvest. The apples were small this year and the cider will be sour. Nothing else is to be said about apples, and the pears were worse.",
        "Направляем письменный вклад о погоде. Осень была сухой, яблоки мелкими, а груши ещё хуже. Больше сказать нечего.",
        "",
    ] {
        assert_eq!(ids(&classified("Input", text).0), Vec::<&str>::new(), "{text}");
    }
}

#[test]
fn a_text_about_another_process_gets_nothing_and_says_why() {
    let text = "We submit our comments on the draft convention. The ad hoc committee should limit the cybercrime convention to core crimes. \
        The draft convention must protect human rights.\n\nThe Ad Hoc Committee meets again; the cybercrime convention needs safeguards.\n\n\
        We thank the ad hoc committee for the draft convention on the use of ICTs for criminal purposes.";
    let (found, _) = classified("Comments on the draft convention", text);
    assert_eq!(ids(&found), Vec::<&str>::new());
    assert!(found.reason.contains("another process"), "{}", found.reason);
}

#[test]
fn a_paragraph_number_is_mapped_only_where_a_person_verified_one() {
    let text = "This is our written input to the Chair of the working group. We refer to paragraph 47 of A/78/265 and to nothing else in that report.";
    let (found, _) = classified("Input", text);
    assert_eq!(ids(&found), Vec::<&str>::new());
    assert!(found.citations.iter().any(|one| one.paragraphs == ["47"]), "{:?}", found.citations);
    let verified = CATALOGUE.replace("id = \"cb-gender\"", "id = \"cb-gender\"\nparagraph = \"47\"");
    let with_number = Classifier::new(&Catalogue::read(&verified).unwrap(), &[], "");
    let (found, _) = classified_by(&with_number, "A <a@b.example>", "Input", text);
    assert_eq!(ids(&found), ["cb-gender"]);
}

#[test]
fn kinds_are_told_apart_and_doubt_goes_to_a_person() {
    let kind = |subject: &str, text: &str| classified(subject, text).0;
    for (subject, text, expected) in [
        ("Link", "Could you please send the connection link again? I have not received it.", MessageKind::Query),
        ("Inscription", "Je souhaite m'inscrire au dialogue informel du 6 décembre.", MessageKind::Registration),
        ("Offer", "You have been selected. Click here to claim your prize, limited offer.", MessageKind::Spam),
        (
            "Withdrawal",
            "Please withdraw our paper of 28 November and do not publish the paper.",
            MessageKind::Withdrawal,
        ),
        ("Re: your letter", "Muchas gracias por su respuesta.", MessageKind::Acknowledgement),
    ] {
        let found = kind(subject, text);
        assert_eq!((found.kind, found.unsure), (expected, false), "{subject}: {}", found.reason);
        assert!(found.reason.contains('"'), "the reason quotes nothing: {}", found.reason);
    }
    let doubtful = kind("Hm", "The blue one is on the left side of the other one, as always.");
    assert!(doubtful.unsure, "{}", doubtful.reason);
    let own = classified_by(classifier(), "Chair <chair@example.org>", "x", DIRECTORY[0].1).0;
    assert!(own.unsure, "mail from the call's own address is no submission by itself");
}

#[test]
fn the_submitter_is_taken_from_the_signature_with_its_kind() {
    let text = format!("{}\r\n\r\nIda Marsh\r\nUniversity of Upper Fen\r\n", DIRECTORY[0].1);
    let found = classified_by(classifier(), "Ida Marsh <ida@upper-fen.example>", "Input", &text).0;
    assert_eq!(
        (found.submitter.name.as_str(), found.submitter.kind),
        ("University of Upper Fen", SubmitterKind::Academia)
    );
}

#[test]
fn words_that_are_quoted_from_the_letter_are_not_the_senders_point() {
    let quoted: String = DIRECTORY[0].1.split(". ").map(|line| format!("> {line}.\r\n")).collect();
    let text = format!(
        "Dear Chair, this is our written input about apples and pears, which we grow and press.\r\n\r\nOn Monday the Chair wrote:\r\n{quoted}"
    );
    assert_eq!(ids(&classified("Re: dialogue", &text).0), Vec::<&str>::new());
}

#[test]
fn a_quote_is_found_across_line_ends_and_a_wrong_one_is_refused() {
    let text = "One two\nthree four. Été à la mer.";
    assert_eq!(find_quote(text, "two three"), Some(Span { start: 4, end: 13 }));
    assert_eq!(find_quote(text, "Été"), Some(Span { start: 20, end: 23 }));
    assert_eq!(find_quote(text, "five"), None);
    assert_eq!(find_quote(text, "  "), None);
    let evidence = |quote: &str, start, end| Evidence {
        quote: quote.into(),
        part: "body".into(),
        digest: Digest::of(b""),
        segment: 1,
        span: Span { start, end },
    };
    assert!(check_evidence(text, &evidence("Été", 20, 23)));
    for wrong in [evidence("Été", 19, 22), evidence("été", 20, 23), evidence("", 3, 3), evidence("mer.", 30, 99)] {
        assert!(!check_evidence(text, &wrong), "{wrong:?}");
    }
}

#[test]
fn the_same_mail_is_always_classified_alike() {
    let once = classified("Input", DIRECTORY[3].1).0;
    assert_eq!(classified("Input", DIRECTORY[3].1).0, once);
}

#[test]
fn every_quote_of_every_fixture_stands_in_its_part() {
    let app = App::new();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/mail");
    app.output(&["import", folder.to_str().unwrap()]);
    let mut checked = 0;
    for item in app.list().into_iter().filter(|item| item["state"] == "queued").step_by(4) {
        let shown: serde_json::Value =
            serde_json::from_str(&app.run(&["show", item["id"].as_str().unwrap(), "--json"])).unwrap();
        for evidence in
            item["assignments"].as_array().unwrap().iter().flat_map(|one| one["evidence"].as_array().unwrap())
        {
            let texts = shown["texts"].as_array().unwrap();
            let text = texts.iter().find(|text| text["part"] == evidence["part"]).unwrap()["text"].as_str().unwrap();
            let (start, end) =
                (evidence["start"].as_u64().unwrap() as usize, evidence["end"].as_u64().unwrap() as usize);
            let words: String = text.chars().skip(start).take(end - start).collect();
            assert_eq!(words, evidence["quote"].as_str().unwrap());
            checked += 1;
        }
    }
    assert!(checked > 20, "only {checked} quotes were there to check");
}

#[test]
fn a_covering_sentence_is_no_submitter() {
    for sentence in [
        "Please find attached the written input of the Breakwater Association",
        "نرفق لكم المساهمة الخطية من مؤسسة جسر النور",
    ] {
        let text = format!("{sentence}\r\n\r\n{}\r\n", DIRECTORY[0].1);
        let found = classified_by(classifier(), "Tamsin Orrell <t@breakwater.example>", "Input", &text).0;
        assert_eq!(found.submitter.name, "Tamsin Orrell");
    }
}

#[test]
fn of_a_text_without_end_the_beginning_is_classified_and_the_entry_says_so() {
    let app = App::new();
    let sentence = "We will help States to nominate points of contact for the global directory. ";
    let filler = "The harbour of our town was quiet that year. ".repeat(30_000);
    let mail = |name: &str, text: &str| {
        let raw = format!(
            "From: office@example.org\r\nSubject: Written input on the directory\r\nMessage-ID: <{name}@example.org>\r\n\
             Date: Tue, 28 Nov 2023 10:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\
             \r\n--x\r\nContent-Type: text/plain\r\n\r\nPlease find attached our written input.\r\n--x\r\n\
             Content-Type: text/plain; name=input.txt\r\nContent-Disposition: attachment; filename=input.txt\r\n\r\n{text}\r\n--x--\r\n"
        );
        let path = app.folder.0.join(format!("{name}.eml"));
        std::fs::write(&path, raw).unwrap();
        app.run(&["import", path.to_str().unwrap()]);
        app.item(&format!("{name}@"))
    };
    let cut = "only the beginning was looked at";
    let found = mail("first", &format!("{sentence}\n\n{filler}"));
    assert_eq!(found["assignments"][0]["recommendation"], "cbm-poc-directory", "{found}");
    assert!(found["reason"].as_str().unwrap().contains(cut), "{}", found["reason"]);
    let missed = mail("last", &format!("{filler}\n\n{sentence}"));
    assert_eq!(missed["assignments"].as_array().unwrap().len(), 0, "{missed}");
    assert!(missed["reason"].as_str().unwrap().contains(cut), "{}", missed["reason"]);
    let short = mail("short", &format!("{sentence}\n\n{}", &filler[..9_000]));
    assert!(!short["reason"].as_str().unwrap().contains(cut), "{}", short["reason"]);
}

#[test]
fn who_is_addressed_is_no_evidence() {
    let text = "Dear secretariat of the directory of points of contact,\n\nPlease find our written input attached.\n";
    let (found, _) = classified("Written input", text);
    let quotes: Vec<&str> =
        found.assignments.iter().flat_map(|one| &one.evidence).map(|one| one.quote.as_str()).collect();
    assert!(quotes.iter().all(|quote| !quote.contains("Dear")), "{quotes:?}");
    // The same words in a sentence are.
    let text = "We will help to fill the global directory of points of contact, and to keep it up to date.\n";
    let (found, _) = classified("Written input", text);
    assert_eq!(found.assignments[0].recommendation, "cbm-poc-directory");
}

/// A letter of this test's own, as an operator would name it in the configuration.
const LETTER: &str = "Every State should nominate its points of contact, diplomatic and technical, for the global points of \
    contact directory, keep the entries up to date, and take part in the ping tests, as delegations agreed in July.";

#[test]
fn the_letter_of_the_call_is_not_the_senders_word_even_without_a_mark() {
    let catalogue = Catalogue::read(CATALOGUE).unwrap();
    let own = "This is our written input to the open-ended working group. International law applies to the use of ICTs by States, and we \
        suggest workshops at which lawyers read scenarios together and write down where their views on the Charter differ.";
    let mail = format!("Dear secretariat,\n\nYou wrote:\n\n{LETTER}\n\n{own}\n\nKind regards\nAna");
    let directory = |classifier: &Classifier| {
        let (said, _) = classified_by(classifier, "A <a@b.example>", "Written input", &mail);
        ids(&said).iter().any(|id| id.starts_with("cbm-poc"))
    };
    assert!(!directory(&Classifier::new(&catalogue, &[], LETTER)));
    // Whoever does not know the letter takes it for the sender's: this is what the setting is for.
    assert!(directory(&Classifier::new(&catalogue, &[], "")));
    let knows = Classifier::new(&catalogue, &[], LETTER);
    // What a sender says in words of their own about the same thing stays theirs.
    let said = "Dear secretariat,\n\nThis is our written input. Governments should nominate a diplomatic and a technical point of \
        contact for the global points of contact directory, and our engineers would train them.\n\nKind regards\nAna";
    assert!(!ids(&classified_by(&knows, "A <a@b.example>", "Our input", said).0).is_empty());
}

#[test]
fn signatures_and_legal_footers_are_no_evidence_and_a_postscript_is_read() {
    let footers = [
        (
            "en",
            "Kind regards",
            "This e-mail and any attachments are confidential and intended only for the addressee; our points of contact directory lists whom to notify, delete it if received in error.",
        ),
        (
            "fr",
            "Cordialement",
            "Ce message et ses pièces jointes sont confidentiels; si vous n'êtes pas le destinataire, avertissez les points de contact du répertoire mondial de points de contact.",
        ),
        (
            "es",
            "Atentamente",
            "Este mensaje y sus anexos son confidenciales; si no es el destinatario, avise a los puntos de contacto del directorio mundial de puntos de contacto.",
        ),
        (
            "ru",
            "С уважением",
            "Это сообщение конфиденциально; если вы не адресат, уведомите контактные пункты из глобального реестра контактных пунктов.",
        ),
        ("zh", "此致", "本邮件及其附件属机密，如误收请通知全球联络点名录中的联络点并删除。"),
        (
            "ar",
            "مع التقدير",
            "هذه الرسالة ومرفقاتها سرية؛ إن لم تكن المرسل إليه فأخطر جهات الاتصال في الدليل العالمي لجهات الاتصال.",
        ),
    ];
    for (language, closing, footer) in footers {
        let own = "This is our written input to the open-ended working group. States should share their national views on how \
            international law applies to the use of ICTs, publish them and compare them at the next session.";
        let sign = "Ana Writer\nDirector, Global Points of Contact Directory Office";
        let (said, _) = classified("Written input", &format!("{own}\n\n{closing}\n{sign}\n\n{footer}"));
        let found = ids(&said);
        assert!(!found.is_empty() && !found.iter().any(|id| id.starts_with("cbm-poc")), "{language}: {found:?}");
    }
    let (said, _) = classified(
        "Written input",
        "Please find our written input below. Every State should nominate points of contact for the global points of contact directory, \
         keep the entries up to date, and take part in ping tests.\n\nKind regards\nAna\n\nP.S. Could you please tell me in which room the dialogue takes place?",
    );
    assert_eq!(said.also, Some(MessageKind::Query), "{said:?}");
}

#[test]
fn a_sentence_that_never_ends_is_cut_so_that_its_quote_can_be_read() {
    let point =
        "we ask every State to name its points of contact for the global directory and to keep the names current ";
    for text in
        [point.repeat(3_000), format!("请各国指定联络点并更新全球联络点名录{}", "妇女参与能力建设".repeat(20_000))]
    {
        let (found, source) = classified("Written input", &text);
        assert!(!found.assignments.is_empty(), "{}", found.reason);
        for evidence in found.assignments.iter().flat_map(|one| &one.evidence) {
            assert!(check_evidence(&source, evidence) && evidence.quote.chars().count() <= 1_401, "{evidence:?}");
        }
    }
}
