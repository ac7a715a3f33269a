//! Charsets of texts and file names, labelled rightly, wrongly or not at all, as mail programs write them.

use encoding_rs::Encoding;
use pouch::domain::ProblemCode;
use pouch::domain::message::ParsedMessage;
use pouch::parse::parse;

/// A sentence of each language, long enough to be known by.
const SAID: [(&str, &str); 8] = [
    ("ar", "نرحب بالتقرير المرحلي ونقدم هذه المساهمة الخطية بشأن بناء القدرات والقانون الدولي في الفضاء السيبراني."),
    ("zh", "我们欢迎年度进展报告，并就能力建设和国际法提交本书面意见，请各国重视信息安全。"),
    ("en", "We welcome the progress report and submit this written input on capacity-building and law."),
    (
        "fr",
        "Nous saluons le rapport d'étape et présentons cette contribution écrite à propos du droit, là où il s'applique.",
    ),
    ("ru", "Мы приветствуем ежегодный доклад и представляем этот письменный вклад о наращивании потенциала."),
    (
        "es",
        "Acogemos con satisfacción el informe y presentamos esta contribución sobre la creación de capacidad. ¿Cuándo?",
    ),
    ("ja", "私たちは年次報告書を歓迎し、能力構築と国際法に関する書面による意見を提出します。"),
    ("ko", "우리는 연례 진전 보고서를 환영하며 역량 강화와 국제법에 관한 서면 의견을 제출합니다."),
];

fn said(language: &str) -> &'static str {
    SAID.iter().find(|(one, _)| *one == language).unwrap().1
}

/// Labels as programs write them, with the charset whose bytes stand under them.
const LABELS: [(&str, &str, &str); 30] = [
    ("ar", "utf-8", "utf-8"),
    ("ar", "windows-1256", "windows-1256"),
    ("ar", "iso-8859-6", "iso-8859-6"),
    ("zh", "utf-8", "utf-8"),
    ("zh", "gb2312", "gbk"),
    ("zh", "GBK", "gbk"),
    ("zh", "gb18030", "gb18030"),
    ("en", "us-ascii", "utf-8"),
    ("en", "iso-8859-1", "utf-8"),
    ("fr", "iso-8859-1", "windows-1252"),
    ("fr", "ISO-8859-15", "iso-8859-15"),
    ("fr", "Windows-1252", "windows-1252"),
    ("fr", "macintosh", "macintosh"),
    ("fr", "utf-8", "utf-8"),
    ("ru", "windows-1251", "windows-1251"),
    ("ru", "cp1251", "windows-1251"),
    ("ru", "koi8-r", "koi8-r"),
    ("ru", "iso-8859-5", "iso-8859-5"),
    ("ru", "cp866", "ibm866"),
    ("ru", "utf-8", "utf-8"),
    ("es", "iso-8859-1", "windows-1252"),
    ("es", "utf-8", "utf-8"),
    ("ja", "iso-2022-jp", "iso-2022-jp"),
    ("ja", "shift_jis", "shift_jis"),
    ("ja", "euc-jp", "euc-jp"),
    ("ja", "utf-8", "utf-8"),
    ("ko", "euc-kr", "euc-kr"),
    ("ko", "ks_c_5601-1987", "euc-kr"),
    ("ko", "KS_C_5601-1987", "euc-kr"),
    ("ko", "utf-8", "utf-8"),
];

fn bytes(text: &str, charset: &str) -> Vec<u8> {
    let (bytes, _, lossy) = Encoding::for_label(charset.as_bytes()).unwrap().encode(text);
    assert!(!lossy, "{charset} cannot write {text}");
    bytes.into_owned()
}

/// A mail whose text is these bytes, in each transfer encoding that can carry them.
fn mails(content_type: &str, text: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    use base64::Engine as _;
    let head = |encoding: &str| {
        format!(
            "From: A <a@example.org>\r\nDate: Tue, 28 Nov 2023 10:00:00 +0000\r\nMessage-ID: <x@y>\r\nSubject: S\r\n\
             MIME-Version: 1.0\r\n{content_type}Content-Transfer-Encoding: {encoding}\r\n\r\n"
        )
    };
    let base64 = base64::engine::general_purpose::STANDARD.encode(text);
    let quoted: String = text
        .iter()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || *byte == b' ' {
                char::from(*byte).to_string()
            } else {
                format!("={byte:02X}=\r\n")
            }
        })
        .collect();
    [("8bit", text.to_vec()), ("base64", base64.into_bytes()), ("quoted-printable", quoted.into_bytes())]
        .into_iter()
        .map(|(encoding, body)| (encoding, [head(encoding).as_bytes(), &body, b"\r\n"].concat()))
        .collect()
}

fn guessed(message: &ParsedMessage) -> bool {
    message.problems.iter().any(|one| one.code == ProblemCode::WrongCharset)
}

/// freescout#3185, #5408, #4282, #3089; stalwart#888, #70: garbled texts, and once the body was lost.
#[test]
fn texts_of_eight_languages_come_out_whole_under_their_labels() {
    let mut wrong = Vec::new();
    for (language, label, charset) in LABELS {
        let text = said(language);
        for (kind, sent) in [("plain", text.to_string()), ("html", format!("<html><body><p>{text}</p></body></html>"))]
        {
            let content_type = format!("Content-Type: text/{kind}; charset=\"{label}\"\r\n");
            for (encoding, mail) in mails(&content_type, &bytes(&sent, charset)) {
                let found = parse(&mail);
                if found.body.text.trim() != text || guessed(&found) {
                    wrong.push(format!("{label} {kind} {encoding}: {} {:?}", found.body.text, found.problems));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// The same reports: the label is wrong, unknown or absent.
#[test]
fn texts_under_a_wrong_label_or_none_are_guessed_and_that_is_said() {
    let mut wrong = Vec::new();
    let sent = [
        ("ar", "windows-1256"),
        ("ar", "utf-8"),
        ("zh", "gbk"),
        ("zh", "gb18030"),
        ("fr", "windows-1252"),
        ("fr", "utf-8"),
        ("ru", "windows-1251"),
        ("ru", "koi8-r"),
        ("ru", "utf-8"),
        ("es", "windows-1252"),
        ("es", "utf-8"),
        ("ja", "iso-2022-jp"),
        ("ja", "shift_jis"),
        ("ja", "euc-jp"),
        ("ko", "euc-kr"),
    ];
    let labels = ["", "utf-8", "us-ascii", "unknown-8bit", "x-unknown", "iso-8859-1", "windows-1252"];
    for ((language, charset), label) in sent.into_iter().flat_map(|one| labels.map(|label| (one, label))) {
        let text = said(language);
        let field = if label.is_empty() { String::new() } else { format!("; charset={label}") };
        // What is UTF-8 is so whatever it is called, and this charset is what is meant by the others.
        let is_no_guess = charset == "utf-8" || charset == "windows-1252" && !["", "utf-8"].contains(&label);
        for (encoding, mail) in mails(&format!("Content-Type: text/plain{field}\r\n"), &bytes(text, charset)) {
            let found = parse(&mail);
            if found.body.text.trim() != text || !(is_no_guess || guessed(&found)) {
                wrong.push(format!("{charset} as {label:?} {encoding}: {} {:?}", found.body.text, found.problems));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// A mail with one attachment whose two fields are these bytes.
fn with_file(content_type: &[u8], disposition: &[u8]) -> Vec<u8> {
    [
        b"From: A <a@example.org>\r\nDate: Tue, 28 Nov 2023 10:00:00 +0000\r\nMessage-ID: <x@y>\r\nSubject: S\r\nMIME-Version: 1.0\r\n\
          Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nText.\r\n--b\r\nContent-Type: application/pdf"
            .as_slice(),
        content_type,
        b"\r\nContent-Disposition: attachment",
        disposition,
        b"\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjQK\r\n--b--\r\n",
    ]
    .concat()
}

fn percent(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("%{byte:02X}")).collect()
}

fn word(bytes: &[u8], charset: &str, how: char) -> String {
    use base64::Engine as _;
    let coded = match how {
        'B' => base64::engine::general_purpose::STANDARD.encode(bytes),
        _ => bytes.iter().map(|byte| format!("={byte:02X}")).collect(),
    };
    format!("=?{charset}?{how}?{coded}?=")
}

/// freescout#2753, #2123; stalwart#3247: attachments missing or their names mangled.
#[test]
fn file_names_come_out_whole_however_they_are_written() {
    let mut wrong = Vec::new();
    let names = [
        ("Письменный вклад.pdf", vec!["utf-8", "windows-1251", "koi8-r", "iso-8859-5"]),
        ("书面意见.pdf", vec!["utf-8", "gb2312", "gbk", "gb18030"]),
        ("意見書.pdf", vec!["utf-8", "iso-2022-jp", "shift_jis", "euc-jp"]),
        ("서면 의견.pdf", vec!["utf-8", "euc-kr", "ks_c_5601-1987"]),
        ("مساهمة خطية.pdf", vec!["utf-8", "windows-1256"]),
        ("Contribution écrite à l'étape.pdf", vec!["utf-8", "iso-8859-1", "windows-1252"]),
        ("e\u{301}tape \u{439}.pdf", vec!["utf-8"]),
        ("\u{438}\u{306}.pdf", vec!["utf-8"]),
    ];
    for (name, charsets) in names {
        for charset in charsets {
            let raw = bytes(name, charset);
            let half = raw.len() / 2;
            let (one, two) = (percent(&raw[..half]), percent(&raw[half..]));
            let whole = percent(&raw);
            let letters: Vec<String> = name.chars().map(|c| c.to_string()).collect();
            let words: Vec<String> =
                letters.chunks(6).map(|some| word(&bytes(&some.concat(), charset), charset, 'B')).collect();
            let forms: Vec<(&str, Vec<u8>, Vec<u8>)> = vec![
                ("2231", vec![], format!("; filename*={charset}''{whole}").into_bytes()),
                (
                    "2231 split",
                    vec![],
                    format!(";\r\n filename*0*={charset}''{one};\r\n filename*1*={two}").into_bytes(),
                ),
                (
                    "2231 split, other order",
                    vec![],
                    format!(";\r\n filename*1*={two};\r\n filename*0*={charset}''{one}").into_bytes(),
                ),
                ("2231 in name", format!(";\r\n name*0*={charset}''{one};\r\n name*1*={two}").into_bytes(), vec![]),
                (
                    "2231 beside plain",
                    vec![],
                    format!("; filename=\"_.pdf\"; filename*={charset}''{whole}").into_bytes(),
                ),
                ("2047 B", vec![], format!("; filename=\"{}\"", word(&raw, charset, 'B')).into_bytes()),
                ("2047 Q", vec![], format!("; filename=\"{}\"", word(&raw, charset, 'Q')).into_bytes()),
                ("2047 bare", vec![], format!("; filename={}", word(&raw, charset, 'B')).into_bytes()),
                ("2047 folded", vec![], format!(";\r\n filename=\"{}\"", words.join("\r\n ")).into_bytes()),
                ("2047 in name", format!("; name=\"{}\"", word(&raw, charset, 'B')).into_bytes(), vec![]),
            ];
            for (form, content_type, disposition) in forms {
                let found = parse(&with_file(&content_type, &disposition));
                let got = found.parts.first().and_then(|part| part.name.clone());
                if got.as_deref() != Some(name) {
                    wrong.push(format!("{charset} {form}: {got:?}, not {name:?}"));
                }
            }
        }
    }
    // Raw bytes, with no word of what they are.
    for (name, charset) in [
        ("Письменный вклад.pdf", "utf-8"),
        ("Письменный вклад.pdf", "windows-1251"),
        ("Письменный вклад.pdf", "koi8-r"),
        ("书面意见.pdf", "utf-8"),
        ("书面意见.pdf", "gbk"),
        ("서면 의견서.pdf", "euc-kr"),
        ("Contribution écrite à propos.pdf", "windows-1252"),
        ("e\u{301}tape.pdf", "utf-8"),
    ] {
        let raw = bytes(name, charset);
        let quoted = [b"; filename=\"", raw.as_slice(), b"\""].concat();
        let in_name = [b"; name=\"", raw.as_slice(), b"\""].concat();
        for (form, mail) in [
            ("raw", with_file(b"", &quoted)),
            ("raw in name", with_file(&in_name, b"")),
            ("raw in both", with_file(&in_name, &quoted)),
        ] {
            let found = parse(&mail);
            let got = found.parts.first().and_then(|part| part.name.clone());
            if got.as_deref() != Some(name) {
                wrong.push(format!("{charset} {form}: {got:?}, not {name:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn subjects_and_senders_come_out_whole_however_they_are_written() {
    let mut wrong = Vec::new();
    for (language, label, charset) in LABELS {
        let text: String = said(language).chars().take(24).collect();
        let text = text.trim();
        let raw = bytes(text, charset);
        let words = |how: char, label: &str| {
            let letters: Vec<char> = text.chars().collect();
            let words =
                letters.chunks(7).map(|some| word(&bytes(&some.iter().collect::<String>(), charset), label, how));
            words.collect::<Vec<_>>().join("\r\n ").into_bytes()
        };
        let mut forms = vec![("B", words('B', label)), ("Q", words('Q', label))];
        // A few raw Chinese signs say too little for a guess.
        if ["utf-8", "windows-1251", "koi8-r", "iso-2022-jp", "windows-1256", "windows-1252"].contains(&charset) {
            forms.push(("raw", raw));
        }
        if ["windows-1251", "koi8-r", "gbk", "shift_jis"].contains(&charset) {
            forms.push(("wrong label", words('B', "iso-8859-1")));
        }
        for (form, field) in forms {
            let from =
                [b"From: ".as_slice(), &field, b" <a@example.org>\r\nSubject: ", &field, b"\r\n\r\nText.\r\n"].concat();
            let found = parse(&from);
            let name = found.from.first().and_then(|one| one.name.clone()).unwrap_or_default();
            if found.subject != text {
                wrong.push(format!("{label} {form} subject: {}", found.subject));
            }
            // A bare name ends at a comma, and raw Japanese holds signs that mean something there.
            let is_bare = text.contains([',', '.', '\'']) || (form, charset) == ("raw", "iso-2022-jp");
            if name != text && !is_bare {
                wrong.push(format!("{label} {form} sender: {name}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
