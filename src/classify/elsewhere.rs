//! Content that a mail does not bring: links in the place of files, texts that are encrypted, and mails that only tell a
//! password. Fetches nothing, and says no password.

use super::kind::Verdict;
use super::links::{self, Link};
use super::passage::split;
use super::passcode::gives_code;
use super::services::{Place, place};
use super::{Input, Reading};
use crate::domain::classification::MessageKind;
use crate::domain::message::{ParsedMessage, Part, PartKind};
use crate::domain::missing::{Delivery, Lack, Missing};
use crate::normal::normal_text;

/// A mail's own text up to this is a note that goes with something; a Chinese sign counts as three.
const NOTE: usize = 1_200;

/// Up to this it has no room for more than "here it is".
const BRIEF: usize = 500;

/// Most links that are told of.
const MOST: usize = 20;

/// The sender hands something over: in comparable text.
const HANDS_OVER: [&str; 70] = [
    "download",
    "attached",
    "enclosed",
    "our input",
    "our written",
    "our submission",
    "our contribution",
    "our paper",
    "our statement",
    "our position",
    "our comments",
    "our response",
    "our file",
    "the file",
    "our document",
    "written input",
    "too large",
    "too big",
    "shared with you",
    "shared a",
    "link below",
    "link expires",
    "expires on",
    "available until",
    "you can find",
    "please find",
    "find our",
    "accessible here",
    "accessed here",
    "télécharg",
    "telecharg",
    "ci joint",
    "notre contribution",
    "notre document",
    "le fichier",
    "lien suivant",
    "lien ci dessous",
    "trop volumineux",
    "veuillez trouver",
    "descarg",
    "adjunt",
    "nuestro aporte",
    "nuestra contribución",
    "nuestro documento",
    "siguiente enlace",
    "el archivo",
    "demasiado grande",
    "скача",
    "по ссылке",
    "наш вклад",
    "нашего вклада",
    "наши предложения",
    "файл",
    "прилага",
    "вложен",
    "направляем",
    "下载",
    "文件见",
    "附件",
    "书面意见",
    "提交",
    "意见书",
    "链接如下",
    "分享的文件",
    "网盘",
    "تحميل",
    "تنزيل",
    "مرفق",
    "مساهمتنا",
    "الملف",
];

/// The address is named, and not handed over: somebody else's document.
const CITES: [&str; 36] = [
    "see also",
    "according to",
    "cited",
    "as stated in",
    "as described in",
    "as noted in",
    "referenc",
    "a study",
    "the study",
    "your letter",
    "chair's letter",
    "your document",
    "your form",
    "you sent",
    "you shared",
    "you published",
    "by the united nations",
    "register",
    "voir aussi",
    "selon ",
    "une étude",
    "votre lettre",
    "inscri",
    "véase",
    "según ",
    "un estudio",
    "su carta",
    "согласно",
    "см. также",
    "ваше письмо",
    "исследовани",
    "参见",
    "根据",
    "贵方",
    "انظر",
    "وفقا",
];

/// Only "download" and the like make a page of somebody's own a place for a file.
const FETCH: [&str; 14] = [
    "download",
    "télécharg",
    "telecharg",
    "descarg",
    "скача",
    "загрузить",
    "下载",
    "تحميل",
    "تنزيل",
    "too large",
    "trop volumineux",
    "demasiado grande",
    "слишком больш",
    "过大",
];

/// What the texts of a message say of how its content comes.
pub fn delivery(input: &Input<'_>) -> Delivery {
    let mut found = Delivery { is_note: true, ..Delivery::default() };
    let papers = papers(input.message);
    let mut length = 0;
    for (path, message) in bodies(input.message) {
        let own = links::own_words(message);
        let links = links::links(message, &own);
        let text = links::without_addresses(&own);
        length += weight(&text);
        let code = gives_code(&format!("{}\n{}", message.subject, split(&own, 6_000).0));
        found.gives_code |= code;
        if is_encrypted_text(&own) {
            let name = "the text of the mail".to_string();
            found.missing.push(Missing { lack: Lack::Encrypted, part: path, name, link: None, code_given: false });
            continue;
        }
        let scene = Scene { has_paper: papers > 0, is_note: weight(&text) <= NOTE, is_brief: weight(&text) <= BRIEF };
        for link in links {
            let Some(name) = scene.holds_a_file(&link) else { continue };
            let code_given = code || link.path.contains("pwd=");
            found.missing.push(Missing {
                lack: Lack::Elsewhere,
                part: path.clone(),
                name,
                link: Some(link.url.chars().take(500).collect()),
                code_given,
            });
        }
    }
    found.is_note = length <= NOTE;
    found.missing.extend(encrypted_parts(input));
    found.missing.truncate(MOST);
    found
}

/// What decides whether a link stands for a file.
struct Scene {
    has_paper: bool,
    is_note: bool,
    is_brief: bool,
}

impl Scene {
    /// The name of the place, if the link stands for a file that should have come with the mail.
    fn holds_a_file(&self, link: &Link) -> Option<String> {
        let around = normal_text(&link.around);
        let has = |list: &[&str]| list.iter().any(|one| around.contains(one));
        if has(&CITES) {
            return None;
        }
        match place(&link.host, &link.path) {
            Place::Service(name) => {
                // Beside a paper or in a long text a link is often a source.
                let is_all = self.is_brief && !self.has_paper;
                (is_all || has(&HANDS_OVER)).then_some(name)
            }
            Place::Page(host) => {
                let is_one = self.is_note && !self.has_paper && has(&FETCH) && names_a_file(&link.path);
                is_one.then_some(host)
            }
            Place::Nothing => None,
        }
    }
}

/// A path that leads to one thing, and not to a page of a site.
fn names_a_file(path: &str) -> bool {
    let last =
        path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let is_file = [".pdf", ".doc", ".docx", ".odt", ".rtf", ".zip", ".ppt", ".pptx", ".xls", ".xlsx"]
        .iter()
        .any(|ending| last.to_lowercase().ends_with(ending));
    let is_token = last.len() >= 5 && last.contains(|c: char| c.is_ascii_digit());
    is_file || is_token || path.contains("token=") || path.contains("id=")
}

/// The message's own text and those of attached messages, with their paths.
fn bodies(message: &ParsedMessage) -> Vec<(String, &ParsedMessage)> {
    let mut all = vec![("body".to_string(), message)];
    for part in message.all_parts() {
        if let Some(inner) = &part.message {
            all.push((format!("{}.body", part.path), inner));
        }
    }
    all
}

/// Files that could be a paper.
fn papers(message: &ParsedMessage) -> usize {
    let is_paper = |part: &&Part| {
        part.kind == PartKind::Attachment
            && !part.media_type.starts_with("image/")
            && !is_pgp(part)
            && !matches!(
                part.media_type.as_str(),
                "text/calendar" | "text/vcard" | "application/pkcs7-signature" | "application/pkcs7-mime"
            )
    };
    message.all_parts().into_iter().filter(is_paper).count()
}

/// Parts of PGP/MIME (RFC 3156) and keys.
fn is_pgp(part: &Part) -> bool {
    matches!(
        part.claimed_type.as_str(),
        "application/pgp-encrypted" | "application/pgp-signature" | "application/pgp-keys"
    )
}

fn is_encrypted_text(text: &str) -> bool {
    text.contains("-----BEGIN PGP MESSAGE-----")
}

/// PGP's mail comes in two parts: one says so, the other is the mail.
fn encrypted_parts(input: &Input<'_>) -> Vec<Missing> {
    let parts = input.message.all_parts();
    let is_control = |part: &&&Part| part.claimed_type == "application/pgp-encrypted";
    let has_control = parts.iter().filter(is_control).count() > 0;
    let armoured = |part: &&&Part| {
        let text = input.texts.iter().find(|text| text.path == part.path);
        text.is_some_and(|text| text.segments.iter().take(2).any(|segment| is_encrypted_text(&segment.text)))
    };
    let is_it = |part: &&&Part| {
        part.kind == PartKind::Attachment
            && (armoured(part) || is_control(part) || (has_control && part.claimed_type == "application/octet-stream"))
    };
    let missing = |part: &&Part| Missing {
        lack: Lack::Encrypted,
        part: part.path.clone(),
        name: part.name.clone().unwrap_or_else(|| format!("part {}", part.path)),
        link: None,
        code_given: false,
    };
    parts.iter().filter(is_it).map(missing).collect()
}

/// Characters, a Chinese sign as three.
fn weight(text: &str) -> usize {
    text.chars().map(|c| if ('\u{4e00}'..='\u{9fff}').contains(&c) { 3 } else { 1 }).sum()
}

/// A mail whose content is elsewhere, or that only tells a password, never goes aside by what else it says.
/// A password that it tells is never quoted in the reason.
pub fn temper(mut verdict: Verdict, input: &Input<'_>, read: &[Reading], delivery: &Delivery) -> Verdict {
    if delivery.gives_code
        && let Some(at) = verdict.reason.find('"')
    {
        verdict.reason.truncate(at);
        verdict.reason = verdict.reason.trim_end_matches([':', ' ', '(']).into();
    }
    let is_empty = papers(input.message) == 0 && delivery.is_note;
    let is_sure_to_be_none = match verdict.kind {
        MessageKind::Calendar | MessageKind::Bounce | MessageKind::Withdrawal | MessageKind::Recall => !verdict.unsure,
        MessageKind::Spam => !verdict.unsure && verdict.confidence >= 0.8,
        // Services for files write in their users' place, with all the signs of bulk mail.
        MessageKind::AutoReply | MessageKind::Newsletter => !delivery.gives_code && delivery.missing.is_empty(),
        MessageKind::Submission
        | MessageKind::Correction
        | MessageKind::Query
        | MessageKind::Registration
        | MessageKind::Personal
        | MessageKind::Acknowledgement
        | MessageKind::Unknown => false,
    };
    if is_sure_to_be_none || !is_empty {
        return verdict;
    }
    let held =
        |reason: String| Verdict { kind: MessageKind::Unknown, confidence: 0.4, reason, unsure: true, also: None };
    let Some(first) = delivery.missing.first() else {
        if !delivery.gives_code || (verdict.kind == MessageKind::Submission && !verdict.unsure) {
            return verdict;
        }
        return held(
            "it gives a password or a code, and brings no file: look for a locked file or a link of the same sender"
                .into(),
        );
    };
    if matches!(verdict.kind, MessageKind::Submission | MessageKind::Correction) && !verdict.unsure {
        return verdict;
    }
    let subject = super::cues::scan(&normal_text(&input.message.subject));
    let scans = std::iter::once(&subject).chain(read.iter().map(|one| &one.scan));
    let named = scans.flat_map(|scan| scan.of("submission").first()).next();
    match named {
        Some(named) => Verdict {
            kind: MessageKind::Submission,
            confidence: 0.7,
            reason: format!("it calls itself \"{named}\", but its content was not received: {}", first.words(false)),
            unsure: false,
            also: None,
        },
        None => held(format!("its content was not received: {}", first.words(false))),
    }
}
