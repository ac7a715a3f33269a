//! Mail bytes to values: identity across servers, what is quoted, names and charsets. The fixtures test the rest.

use crate::app::fixture;
use pouch::domain::message::{Automatic, ParsedMessage, PartKind};
use pouch::domain::{Digest, ProblemCode};
use pouch::parse::{parse, part_bytes};

fn parsed(name: &str) -> ParsedMessage {
    parse(&std::fs::read(fixture(name)).unwrap())
}

fn mail(headers: &str, body: &str) -> ParsedMessage {
    parse(format!("From: A <a@example.org>\r\nDate: Tue, 28 Nov 2023 10:00:00 +0000\r\nMessage-ID: <x@y>\r\n{headers}\r\n{body}").as_bytes())
}

#[test]
fn the_same_mail_from_two_servers_has_one_fingerprint() {
    let (gmail, exchange, list) =
        (parsed("pair-gmail.eml"), parsed("pair-exchange.eml"), parsed("pair-list-footer.eml"));
    assert_eq!(gmail.fingerprint, exchange.fingerprint);
    assert_ne!(gmail.fingerprint, list.fingerprint, "a footer is other text");
    assert_eq!(gmail.kinship, list.kinship, "a footer and a tag do not change whose mail it is");
}

#[test]
fn what_the_sender_says_makes_the_fingerprint_and_what_servers_add_does_not() {
    let base = mail("Subject: S\r\n", "Our input.\r\n").fingerprint;
    let same =
        ["Received: by b; Tue, 28 Nov 2023 10:00:05 +0000\r\nSubject: S\r\n", "Subject:\r\n S\r\nX-MS-Any: thing\r\n"];
    for headers in same {
        assert_eq!(mail(headers, "Our \r\n input.\r\n\r\n").fingerprint, base, "{headers}");
    }
    for (headers, body) in [("Subject: T\r\n", "Our input.\r\n"), ("Subject: S\r\n", "Our other input.\r\n")] {
        assert_ne!(mail(headers, body).fingerprint, base, "{headers}{body}");
    }
}

fn own(text: &str) -> (String, String) {
    let body = mail("Subject: S\r\nContent-Type: text/plain; charset=utf-8\r\n", text).body;
    let chars: Vec<char> = body.text.chars().collect();
    let pick = |spans: &[pouch::domain::message::Span]| -> String {
        spans.iter().map(|span| chars[span.start..span.end].iter().collect::<String>()).collect()
    };
    assert_eq!(
        pick(&body.own).chars().count() + pick(&body.quoted).chars().count(),
        chars.len(),
        "the spans do not cover the text"
    );
    (pick(&body.own), pick(&body.quoted))
}

/// talon#129; EmailReplyParser#89: cutting quotes and signatures removed what was meant to be read.
#[test]
fn quoted_text_is_folded_in_every_language_and_never_cut() {
    for announcement in [
        "On Mon, 20 Nov 2023, the Chair wrote:",
        "Le 20 novembre 2023, le Président a écrit :",
        "El 20 de noviembre de 2023, la Presidencia escribió:",
        "20 ноября 2023 г. Председатель написал:",
        "主席于2023年11月20日写道：",
        "في 20 نوفمبر 2023 كتب:",
    ] {
        let (mine, theirs) =
            own(&format!("Our answer.\r\n\r\n{announcement}\r\n> the letter\r\n> its second line\r\n"));
        assert!(mine.contains("Our answer.") && !mine.contains("letter"), "{announcement}: {mine}");
        assert!(theirs.contains(announcement) && theirs.contains("second line"), "{announcement}: {theirs}");
    }
    let (mine, theirs) = own(
        "New words.\r\n\r\nDe : Chair <chair@oewg.example>\r\nEnvoyé : lundi\r\nObjet : lettre\r\n\r\nOld words\r\n",
    );
    assert!(mine.contains("New words.") && theirs.contains("Old words"), "{mine} | {theirs}");
    let (letter, _) = own("Dear Chair,\r\n\r\nFrom: Our Institute\r\nDate: 27 November 2023\r\n\r\nOur input.\r\n");
    assert!(letter.contains("Our input."), "a formal letter's head was taken for an old mail: {letter}");
}

/// EmailReplyParser#89: inline answers were lost.
#[test]
fn answers_between_quoted_lines_are_the_senders_own() {
    let (mine, theirs) = own("> first question\r\nfirst answer\r\n> second question\r\nsecond answer\r\n");
    assert_eq!(mine, "first answer\nsecond answer");
    assert!(theirs.contains("first question") && theirs.contains("second question"));
}

#[test]
fn what_is_handed_on_is_the_senders_concern() {
    let (mine, _) = own("---------- Forwarded message ---------\r\nFrom: NGO\r\nDate: Mon\r\n\r\nTheir input.\r\n");
    assert!(mine.contains("Their input."), "{mine}");
    let text = "Please see below.\r\n\r\nFrom: NGO\r\nSent: Monday 10:15\r\nSubject: x\r\n\r\nTheir input.\r\n";
    let forwarded = mail("Subject: FW: input\r\n", text).body;
    assert!(forwarded.own_text().contains("Their input."), "{forwarded:?}");
    let answered = mail("Subject: RE: input\r\n", text).body;
    assert!(!answered.own_text().contains("Their input."), "{answered:?}");
}

/// mail-parser#84, #78, #9.
#[test]
fn attached_messages_are_opened_down_to_their_files_in_any_encoding() {
    for name in [
        "nested-mission-forwards-ngo-7bit.eml",
        "nested-mission-forwards-ngo-base64.eml",
        "nested-eml-as-octet-stream.eml",
        "nested-three-levels.eml",
    ] {
        let message = parsed(name);
        let files: Vec<_> =
            message.all_parts().into_iter().filter(|part| part.kind == PartKind::Attachment).cloned().collect();
        assert_eq!(files.len(), 1, "{name}");
        let bytes = part_bytes(&std::fs::read(fixture(name)).unwrap(), &files[0].path).unwrap();
        assert_eq!(pouch::domain::Digest::of(&bytes), files[0].digest, "{name}: the bytes are not the part's");
    }
}

/// mail-parser#84, #78, #9: an attached message had wrong contents, or was counted twice, or failed in an encoding.
#[test]
fn an_attached_message_is_the_same_message_in_every_transfer_encoding_and_stands_there_once() {
    use base64::Engine as _;
    let inner = "From: N <n@ngo.example>\r\nSubject: =?utf-8?B?0JLQutC70LDQtA==?=\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n\
                 --i\r\nContent-Type: text/plain\r\n\r\nTheir input = theirs.\r\n--i\r\nContent-Type: application/octet-stream\r\n\
                 Content-Disposition: attachment; filename=a.bin\r\nContent-Transfer-Encoding: base64\r\n\r\nAAECAw==\r\n--i--\r\n";
    let quoted: String =
        inner.lines().map(|line| line.replace('=', "=3D").replace("input", "in=\r\nput") + "\r\n").collect();
    let base64 = base64::engine::general_purpose::STANDARD.encode(inner);
    let mut seen = Vec::new();
    for (encoding, sent) in
        [("7bit", inner), ("8bit", inner), ("binary", inner), ("base64", &base64), ("quoted-printable", &quoted)]
    {
        let raw = format!(
            "From: A <a@example.org>\r\nMessage-ID: <x@y>\r\nSubject: FW\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=o\r\n\r\n\
             --o\r\nContent-Type: text/plain\r\n\r\nSee below.\r\n--o\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n\
             {sent}\r\n--o--\r\n"
        );
        let message = parse(raw.as_bytes());
        let paths: Vec<&str> = message.all_parts().iter().map(|part| part.path.as_str()).collect();
        assert_eq!(paths, ["2", "2.2"], "{encoding}");
        let found = message.parts[0].message.as_ref().unwrap();
        assert_eq!((found.subject.as_str(), found.body.text.trim()), ("Вклад", "Their input = theirs."), "{encoding}");
        assert_eq!(part_bytes(raw.as_bytes(), "2.2").unwrap(), [0, 1, 2, 3], "{encoding}");
        let bytes = part_bytes(raw.as_bytes(), "2").unwrap();
        seen.push(String::from_utf8(bytes).unwrap().trim_end().to_string());
        assert!(message.body.text.trim() == "See below.", "{encoding}: {}", message.body.text);
    }
    assert!(seen.iter().all(|one| one == inner.trim_end()), "{seen:#?}");
}

#[test]
fn a_hundred_thousand_parts_and_endless_levels_end_as_a_problem() {
    let mut wide = String::from("Content-Type: multipart/mixed; boundary=b\r\nSubject: S\r\n\r\n");
    wide.push_str(&"--b\r\nContent-Type: application/pdf\r\n\r\nx\r\n".repeat(100_000));
    wide.push_str("--b--\r\n");
    let message = parse(wide.as_bytes());
    assert_eq!(message.parts.len(), 1_000);
    assert!(message.problems.iter().any(|one| one.code == ProblemCode::TooManyParts));
    let mut deep = String::from("Subject: innermost\r\n\r\nx");
    for level in 0..40 {
        deep = format!(
            "Subject: {level}\r\nContent-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\nContent-Type: message/rfc822\r\n\r\n{deep}\r\n--b{level}--\r\n"
        );
    }
    let message = parse(deep.as_bytes());
    assert_eq!(message.all_parts().len(), 11);
    let innermost = message.all_parts().last().map(|part| part.path.clone()).unwrap();
    assert!(innermost.starts_with("1.1.1.1"), "{innermost}");
}

#[test]
fn any_bytes_give_a_message_with_its_problems_said() {
    let whole = std::fs::read(fixture("pair-gmail.eml")).unwrap();
    for end in (0..whole.len()).step_by(97) {
        let message = parse(&whole[..end]);
        assert!(message.all_parts().len() < 5);
    }
    let nothing = parse(b"");
    assert!(!nothing.problems.is_empty());
    assert!(!parse(&[0xff; 5_000]).problems.is_empty());
    assert_ne!(parse(b"a").fingerprint, parse(b"b").fingerprint);
}

#[test]
fn a_machines_mail_is_known_by_its_headers() {
    let kind = |headers: &str| mail(headers, "x\r\n").automatic.map(|(kind, _)| kind);
    assert_eq!(kind("Auto-Submitted: auto-replied\r\nSubject: S\r\n"), Some(Automatic::AutoReply));
    assert_eq!(kind("Auto-Submitted: no\r\nSubject: Our input\r\n"), None);
    assert_eq!(kind("Subject: Réponse automatique : absence\r\n"), Some(Automatic::AutoReply));
    assert_eq!(kind("Subject: On automatic replies as a norm\r\n"), None);
    let report = "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n";
    assert_eq!(kind(&format!("{report}Subject: S\r\n")), Some(Automatic::Bounce));
    assert_eq!(kind("Content-Type: text/calendar; method=REQUEST\r\nSubject: S\r\n"), Some(Automatic::Calendar));
}

#[test]
fn a_word_split_over_two_encoded_words_comes_out_whole() {
    // The second letter's two bytes stand in different words (RFC 2047 forbids it, programs do it).
    let subject = "Subject: =?utf-8?q?=D0=94=D0?= =?utf-8?q?=BE=D0=B3=D0=BE=D0=B2=D0=BE=D1=80?=\r\n";
    assert_eq!(mail(subject, "x").subject, "Договор");
}

#[test]
fn a_boundary_within_a_line_or_another_boundary_ends_no_part() {
    let mail = |boundary: &str, parts: &str| {
        format!(
            "From: a@example.org\r\nSubject: Input\r\nMessage-ID: <b@example.org>\r\nDate: Wed, 6 Dec 2023 10:00:00 +0000\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/mixed; boundary={boundary}\r\n\r\n{parts}"
        )
    };
    let text = "Content-Type: text/plain\r\n\r\n";
    let file =
        "Content-Type: application/octet-stream; name=a.bin\r\nContent-Disposition: attachment; filename=a.bin\r\n\r\n";
    let raw = mail(
        "b",
        &format!("--b\r\n{text}We say x--b and y{{--b:1}},\r\n--bogus too.\r\n--b\r\n{file}1--b2\r\n--b3\r\n--b--\r\n"),
    );
    let parsed = parse(raw.as_bytes());
    assert_eq!(parsed.body.text, "We say x--b and y{--b:1},\n--bogus too.");
    let bytes = b"1--b2\r\n--b3";
    assert_eq!((parsed.parts.len(), parsed.parts[0].digest), (1, Digest::of(bytes)));
    assert_eq!(part_bytes(raw.as_bytes(), &parsed.parts[0].path).unwrap(), bytes);
    assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);

    // An inner boundary that begins like the outer one, as two programs one after the other make them.
    let inner = format!("--out-1\r\n{text}The words of the mail.\r\n--out-1--\r\n");
    let nested = format!(
        "--out\r\nContent-Type: multipart/alternative; boundary=\"out-1\"\r\n\r\n{inner}--out\r\n{file}xyz\r\n--out--\r\n"
    );
    let parsed = parse(mail("out", &nested).as_bytes());
    assert_eq!((parsed.body.text.as_str(), parsed.parts.len()), ("The words of the mail.", 1));

    // A forwarded message keeps its bytes, and a text that quotes a header its words.
    let forwarded = mail("b", &format!("--b\r\n{text}Inner a--b c; boundary=b is quoted.\r\n--b--\r\n"));
    let outer = format!(
        "--b0\r\n{text}See boundary=b0, and--b0.\r\n--b0\r\nContent-Type: message/rfc822\r\n\r\n{forwarded}\r\n--b0--\r\n"
    );
    let raw = mail("b0", &outer);
    let parsed = parse(raw.as_bytes());
    assert_eq!(parsed.body.text, "See boundary=b0, and--b0.");
    let message = parsed.parts[0].message.as_ref().unwrap();
    assert_eq!(message.body.text, "Inner a--b c; boundary=b is quoted.");
    let bytes = part_bytes(raw.as_bytes(), &parsed.parts[0].path).unwrap();
    assert_eq!((bytes.as_slice(), parsed.parts[0].digest), (forwarded.as_bytes(), Digest::of(forwarded.as_bytes())));
}

/// A mail in two forms.
fn alternative(plain: &str, html: &str) -> ParsedMessage {
    let part = |kind: &str, text: &str| format!("--edge\r\nContent-Type: text/{kind}; charset=utf-8\r\n\r\n{text}\r\n");
    let parts = part("plain", plain) + &part("html", html) + "--edge--\r\n";
    mail("Subject: S\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=edge\r\n", &parts)
}

/// The sentences about forms that differ.
fn differ(mail: &ParsedMessage) -> String {
    let found = mail.problems.iter().filter(|one| one.code == ProblemCode::BodiesDiffer);
    found.map(|one| one.detail.as_str()).collect::<Vec<_>>().join(" ")
}

#[test]
fn lines_that_only_one_form_of_a_mail_has_are_kept_and_told() {
    let greeting = "We thank the secretariat for its letter of March and send our greetings to all who read this.";
    let plain = format!("{greeting}\r\n");
    let both = alternative(
        &plain,
        &format!(
            "<p>{greeting}</p><p>We ask states to fund open data. The portal must be free for all.</p><p>我们建议各国公布这些数据。</p>"
        ),
    );
    let end = "We ask states to fund open data.\nThe portal must be free for all.\n我们建议各国公布这些数据。";
    assert_eq!(both.body.text, format!("{greeting}\n\n{end}"));
    assert!(both.body.own_text().ends_with(end) && both.body.quoted.is_empty());
    assert!(differ(&both).contains("say different things"), "{:?}", both.problems);
    let same = alternative(&plain, &format!("<p>{greeting}</p>"));
    assert_eq!((same.fingerprint, differ(&same)), (both.fingerprint, String::new()), "what is added counts for nobody");

    // What only the other form quotes is quoted, and what it says below an old mail is not folded away with that.
    let old = "-----Original Message-----\r\nFrom: b@example.org\r\nDear all, please send your inputs to us.\r\n";
    let html = format!(
        "<p>{greeting}</p><p>We ask states to fund open data.</p><blockquote>Your call names seven questions to states.</blockquote>"
    );
    let answer = alternative(&format!("{greeting}\r\n\r\n{old}"), &html);
    assert!(answer.body.own_text().contains("fund open data"), "{:?}", answer.body);
    assert!(!answer.body.own_text().contains("seven questions") && answer.body.text.contains("seven questions"));

    // The plain form of a mail that is shown as HTML.
    let many: String = (0..30).map(|n| format!("<p>Paragraph{n} asks office{n} for answer{n}.</p>")).collect();
    let short = alternative("Our country withdraws its former statement today.", &many);
    assert!(short.body.text.ends_with("Our country withdraws its former statement today."), "{}", short.body.text);
    assert!(differ(&short).contains("say different things"));
}

#[test]
fn words_in_which_the_forms_of_a_mail_differ_are_told_and_layout_is_not() {
    let rest = "It has been with us for years, and we know it well.";
    for (plain, html) in [
        ("We do support number 3 of the draft.", "We do not support number 3 of the draft."),
        ("We do not support number 3 of the draft.", "We do support number 3 of the draft."),
        ("We support 3. We do not support 4 at all.", "We do not support 3 at all. We support 4."),
        ("We agree.", "We disagree."),
        ("我们支持第三项建议。", "我们不支持第三项建议。"),
    ] {
        let mail =
            alternative(&format!("Dear all,\r\n{plain} {rest}\r\n"), &format!("<p>Dear all,</p><p>{html} {rest}</p>"));
        assert!(differ(&mail).contains("differ in words"), "{plain} {html} {:?}", mail.problems);
    }
    // As Gmail, Outlook and newsletters write the same thing twice.
    let plain = "Dear all,\r\n\r\nPlease find our *input* on open data at this link\r\n<https://example.org/a/very/long?address=1>, as we said in our letter [1]\r\nof May.\r\n\r\n   * first point of ours\r\n   * second point of ours\r\n\r\n[image: Logo of the house in green]\r\nAna Sol<mailto:ana@example.org>\r\nHead of office\r\n+41 22 000 00 00\r\n\r\n> We ask for\r\n> inputs by June.\r\n\r\nUnsubscribe: https://example.org/u\r\n";
    let html = "<div>Dear all,<br><br>Please find our <b>input</b> on open&nbsp;data at <a href='https://example.org/a'>this link</a>, as we said in our letter of May.</div><ol><li>first point of ours</li><li>second point of ours</li></ol><table><tr><td><img alt='Logo of the house in green' src='cid:x'></td><td>Ana Sol<br>Head of office<br>+41 22 000 00 00</td></tr></table><blockquote>We ask for inputs by June.</blockquote><p>If you no longer want this, <a href='u'>unsubscribe</a> here.</p>";
    let mail = alternative(plain, html);
    assert_eq!((differ(&mail), mail.body.text.contains("no longer want")), (String::new(), false));
    // A list puts its footer beside both forms.
    let edge = "Subject: S\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=out\r\n";
    let forms = format!(
        "--in\r\nContent-Type: text/plain\r\n\r\n{rest}\r\n--in\r\nContent-Type: text/html\r\n\r\n<p>{rest}</p>\r\n--in--\r\n"
    );
    let parts = format!(
        "--out\r\nContent-Type: multipart/alternative; boundary=in\r\n\r\n{forms}--out\r\nContent-Type: text/plain\r\n\r\nThis list is run by volunteers in Geneva.\r\n--out--\r\n"
    );
    assert_eq!(differ(&crate::parse::mail(edge, &parts)), "");
}

#[test]
fn a_part_without_the_empty_line_behind_its_header_loses_no_word() {
    let multipart = "Subject: S\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=edge\r\n";
    let file = "--edge\r\nContent-Type: text/plain; name=a.txt\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nwords of the file\r\n--edge--\r\n";
    for (part, text) in [
        (
            "Dear all, we ask: fund open data.\r\n\r\nSecond paragraph.",
            "Dear all, we ask: fund open data.\n\nSecond paragraph.",
        ),
        ("Content-Type: text/plain\r\nDear all, we ask for\r\nopen data.", "Dear all, we ask for\nopen data."),
        ("Dear all, without a paragraph.", "Dear all, without a paragraph."),
        ("Content-Type: text/plain;\r\n charset=utf-8", ""),
    ] {
        let body = format!("--edge\r\n{part}\r\n{file}");
        let found = mail(multipart, &body);
        assert_eq!(found.body.text, text, "{part}");
        assert_eq!((found.parts.len(), found.parts[0].digest), (1, Digest::of(b"words of the file")), "{part}");
        let told = found.problems.iter().any(|one| one.detail.contains("empty line"));
        assert_eq!(told, !text.is_empty(), "an empty part is nothing odd: {part}");
        let raw = format!("From: a@example.org\r\n{multipart}\r\n{body}");
        assert_eq!(part_bytes(raw.as_bytes(), &found.parts[0].path).unwrap(), b"words of the file");
    }
    let whole = parse(b"From: a@example.org\nSubject: S\nDear all, we ask for open data.\n\nSecond.\n");
    assert_eq!((whole.subject.as_str(), whole.body.text.as_str()), ("S", "Dear all, we ask for open data.\n\nSecond."));
    // A line of a header that was broken on its way ends no header, and its words are told.
    let broken = parse(b"From: a@example.org\nX-Long: begins\nand goes on\nSubject: S\n\nText.\n");
    assert_eq!((broken.subject.as_str(), broken.body.text.as_str()), ("S", "Text."));
    assert!(broken.problems.iter().any(|one| one.detail.contains("and goes on")), "{:?}", broken.problems);
}

#[test]
fn a_file_called_html_with_a_tag_in_it_is_a_page() {
    let late = format!("{}<p style='display:none'>x</p>", "words ".repeat(2_000));
    let wide: Vec<u8> = "<p>We ask</p>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let cases: [(&str, &[u8], &str); 8] = [
        ("a.html", b"<p>We ask</p>", "text/html"),
        ("a.HTM", b"<!-- c --><b>We ask</b>", "text/html"),
        ("a.html", late.as_bytes(), "text/html"),
        ("a.html", &[&[0xff, 0xfe], &wide[..]].concat(), "text/html"),
        ("a.html", b"<?xml version='1.0'?><div>We ask</div>", "text/html"),
        ("a.html", b"We ask for 1 < 2", "text/plain"),
        ("a.txt", b"We ask for <b> to be shown", "text/plain"),
        ("a.html", b"%PDF-1.4 <p>", "application/pdf"),
    ];
    for (name, bytes, kind) in cases {
        assert_eq!(pouch::parse::parse_file(bytes, name).parts[0].media_type, kind, "{name}");
    }
    let claimed = "Subject: S\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\nContent-Disposition: attachment; filename=page\r\n";
    let mail = mail(claimed, &late);
    assert_eq!(mail.parts[0].media_type, "text/html");
}

/// talon#129: what stands below a signature, a rule or a phone's line is not cut off.
#[test]
fn what_follows_a_signature_or_a_rule_is_still_the_senders_own() {
    for before in [
        "-- \r\nIda Kestrel\r\nRound Table\r\n",
        "--\r\nIda\r\n",
        "________________________________\r\n",
        "Sent from my iPhone\r\n",
        "Best regards,\r\nIda\r\n\r\n* * *\r\n",
        "As the Chair wrote:\r\n",
        "On Monday, the Chair wrote to us.\r\n",
    ] {
        let (mine, theirs) = own(&format!("First part.\r\n\r\n{before}\r\nSecond part: our input on norms.\r\n"));
        assert!(mine.contains("First part.") && mine.contains("our input on norms"), "{before}: {mine} | {theirs}");
    }
}
