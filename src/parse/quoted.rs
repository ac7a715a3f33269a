//! What a sender wrote apart from what they quoted. Folds, never cuts: the two lists of spans cover the whole text.

use crate::domain::message::Span;

/// Lines that announce the quoted mail below: how mail programs write "on that day X wrote", by its last words.
const WROTE: [&str; 12] = [
    "wrote:",
    "a écrit :",
    "a écrit:",
    "escribió:",
    "ha escrito:",
    "написал:",
    "написала:",
    "пишет:",
    "写道：",
    "写道:",
    "كتب:",
    "schrieb:",
];

/// Lines after which everything is an older mail.
const ORIGINAL: [&str; 10] = [
    "original message",
    "message d'origine",
    "message d’origine",
    "message original",
    "mensaje original",
    "исходное сообщение",
    "原始邮件",
    "原邮件",
    "الرسالة الأصلية",
    "ursprüngliche nachricht",
];

/// Lines after which everything was handed on: the sender's concern, so their own.
const FORWARDED: [&str; 9] = [
    "forwarded message",
    "message transféré",
    "mensaje reenviado",
    "пересылаемое сообщение",
    "пересланное сообщение",
    "转发的邮件",
    "转发邮件",
    "رسالة معاد توجيهها",
    "weitergeleitete nachricht",
];

/// First and second field of the block that Outlook puts over the mail that is answered.
const BLOCK: [(&[&str], &[&str]); 6] = [
    (&["from:"], &["sent:", "date:"]),
    (&["de :", "de:"], &["envoyé :", "envoyé:", "date :", "date:"]),
    (&["de:"], &["enviado:", "enviado el:", "fecha:"]),
    (&["от:"], &["отправлено:", "дата:"]),
    (&["发件人:", "发件人："], &["发送时间:", "发送时间：", "日期:", "日期："]),
    (&["من:"], &["تم الإرسال:", "التاريخ:", "أرسلت:"]),
];

/// How subjects of mails that are handed on begin.
const FORWARD_SUBJECTS: [&str; 9] = ["fw:", "fwd:", "tr:", "tr :", "rv:", "wg:", "转发:", "转发：", "إعادة توجيه:"];

/// Whether a subject says that the mail hands another one on.
pub fn is_forward(subject: &str) -> bool {
    let lower = subject.trim().to_lowercase();
    FORWARD_SUBJECTS.iter().any(|prefix| lower.starts_with(prefix))
}

/// Splits a text into what is own and what is quoted, in characters. In a mail that hands another one on, that one's
/// words are the sender's concern, so their own.
pub fn split(text: &str, forwards: bool) -> (Vec<Span>, Vec<Span>) {
    let lines: Vec<&str> = text.split('\n').collect();
    let (mut own, mut quoted) = (Vec::new(), Vec::new());
    let (mut at, mut rest_is_old) = (0, false);
    for (number, line) in lines.iter().enumerate() {
        // The line feed belongs to its line; the last line has none.
        let length = line.chars().count() + usize::from(number + 1 < lines.len());
        rest_is_old = rest_is_old || (!forwards && begins_old_mail(&lines, number));
        let is_quoted = rest_is_old || is_quoted_line(line) || announces_quote(&lines, number);
        let into = if is_quoted { &mut quoted } else { &mut own };
        extend(into, at, at + length);
        at += length;
    }
    if own.iter().all(|span: &Span| text.chars().skip(span.start).take(span.end - span.start).all(char::is_whitespace))
    {
        // Nothing but a quotation: then the quotation is what was sent.
        let whole = Span { start: 0, end: at };
        return (if at == 0 { Vec::new() } else { vec![whole] }, Vec::new());
    }
    (own, quoted)
}

fn extend(spans: &mut Vec<Span>, start: usize, end: usize) {
    if start == end {
        return;
    }
    match spans.last_mut() {
        Some(last) if last.end == start => last.end = end,
        _ => spans.push(Span { start, end }),
    }
}

fn is_quoted_line(line: &str) -> bool {
    line.trim_start().starts_with('>')
}

/// "On ... X wrote:" just above a quoted line, maybe wrapped over two lines.
fn announces_quote(lines: &[&str], number: usize) -> bool {
    let wrote = |line: &str| {
        let line = line.trim().to_lowercase();
        WROTE.iter().any(|words| line.ends_with(words))
    };
    let quote_follows = |from: usize| {
        lines.iter().skip(from).find(|line| !line.trim().is_empty()).is_some_and(|line| is_quoted_line(line))
    };
    let line = lines[number];
    (wrote(line) && quote_follows(number + 1))
        || (!line.trim().is_empty() && lines.get(number + 1).is_some_and(|next| wrote(next)) && {
            let day = line.trim().to_lowercase();
            let opens =
                ["on ", "le ", "el ", "am ", "am\u{a0}", "в ", "在", "في"].iter().any(|word| day.starts_with(word));
            opens && quote_follows(number + 2)
        })
}

/// Whether a line has a time of day: digits, a colon, two digits.
fn has_time(line: &str) -> bool {
    let bytes = line.as_bytes();
    bytes
        .windows(4)
        .any(|four| four[0].is_ascii_digit() && four[1] == b':' && four[2].is_ascii_digit() && four[3].is_ascii_digit())
}

/// "-----Original Message-----", or the block of fields that Outlook writes, with no mark on the lines below.
fn begins_old_mail(lines: &[&str], number: usize) -> bool {
    let line = lines[number].trim().to_lowercase();
    let bare = line.trim_matches(['-', '_', '*', ' ', '=', '—']);
    if line.starts_with('-') && ORIGINAL.contains(&bare) {
        return true;
    }
    let field = |line: &str, names: &[&str]| {
        let line = line.trim().trim_matches('*').to_lowercase();
        names.iter().any(|name| line.starts_with(name))
    };
    let block = BLOCK.iter().any(|(first, second)| {
        field(&line, first) && lines.iter().skip(number + 1).take(2).any(|next| field(next, second))
    });
    // A formal letter begins with such fields too; a mail program's block has an address or a time of day in it.
    let by_program = lines.iter().skip(number).take(5).any(|next| next.contains('@') || has_time(next));
    if !block || !by_program {
        return false;
    }
    // The same block stands over a mail that is handed on; there a line above says so, or the sender wrote nothing.
    let above: Vec<&&str> = lines[..number].iter().filter(|line| !line.trim().is_empty()).collect();
    let handed_on = above.last().is_some_and(|line| {
        let line = line.trim().to_lowercase();
        FORWARDED.iter().any(|words| line.contains(words))
    });
    !handed_on && !above.is_empty()
}
