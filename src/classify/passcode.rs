//! Whether a mail tells a password or a code for a file. Says that it does, never which one it is.

use crate::normal::normal_text;
use regex::Regex;
use std::sync::OnceLock;

/// What a password is called, in comparable text.
const WORDS: &str = "pass ?words?|pass ?codes?|pass ?phrase|access code|access key|extraction code|decryption key|pin code|\
    mot de passe|code d'acces|code d'accès|code d'extraction|code secret|\
    contraseñas?|contrasena|clave de acceso|codigo de acceso|código de acceso|código de extracción|\
    парол[ьюяей]*|код доступа|ключ доступа|\
    提取码|提取碼|访问码|訪問碼|密码|密碼|口令|解压码|访问密码|\
    كلمه (?:ال)?مرور|كلمه السر|الرقم السري|رمز (?:ال)?(?:دخول|وصول|تحقق|فتح)";

/// Words that mean other codes as well.
const WEAK: &str = "the code|le code|el código|el codigo|la clave|clave|код|الرمز|代码|验证码";

/// What a password is for.
const FILES: &str = "\\bfile|\\bdocument|\\blink|attachment|attached|\\bpdf|\\bzip|\\barchive|\\bannex|\\bfolder|fichier|lien|pièce jointe|archivo|\
    documento|enlace|adjunto|carpeta|файл|документ|ссылк|архив|вложен|папк|文件|附件|链接|文档|压缩|网盘|ملف|مرفق|رابط|وثيقه|مستند";

struct Patterns {
    colon: Regex,
    verb: Regex,
    weak: Regex,
    of_file: Regex,
    other: Regex,
    word: Regex,
}

fn patterns() -> &'static Option<Patterns> {
    static PATTERNS: OnceLock<Option<Patterns>> = OnceLock::new();
    PATTERNS.get_or_init(|| {
        let new = |pattern: String| Regex::new(&pattern).ok();
        Some(Patterns {
            // "Password for the file: Xy12", "提取码：x7k2"; the code may stand on the next line.
            colon: new(format!("(?:{WORDS})[^\\n:：=.?!。]{{0,60}}[:：=] ?\\n?\\s*([^\\n]+)"))?,
            // "The password is Xy12": something that no dictionary has.
            verb: new(format!(
                "(?:{WORDS})[^\\n:：.?!。]{{0,50}}?(?: is| est| es| sera| será|是|为|為| هي| هو|,| )\\s*[\"'«“„]?([^\\s\"'»”“]{{3,64}})"
            ))?,
            weak: new(format!("(?:^|\\W)(?:{WEAK})(?: is| est| es| هي| هو)? ?[:：]?\\s*[\"'«“„]?([^\\s\"'»”“]{{3,64}})"))?,
            of_file: new(format!("(?:{WORDS})[^\\n.?!。]{{0,50}}(?:{FILES})|(?:{FILES})[^\\n.?!。]{{0,30}}(?:{WORDS})"))?,
            // It comes later, was lost, or is of a meeting or of an account.
            other: new(
                "separate(?:ly)?|will follow|will be sent|will send|forgot|reset|expire|your account|log ?in to your|meeting id|zoom|\
                 webex|teams meeting|dial in|join (?:the|by)|manager|séparé|suivra|oubli|réinitial|compte|réunion|por separado|olvid|\
                 restablec|cuenta|reunión|отдельн|забыл|сброс|учетн|конференц|совещан|另行|单独|忘记|重置|账户|账号|会议|منفصل|نسيت|اجتماع|حسابك"
                    .to_string(),
            )?,
            word: new(format!("(?:{WORDS}|{WEAK})"))?,
        })
    })
}

/// Whether the text tells a password or a code for a file.
pub fn gives_code(text: &str) -> bool {
    let Some(patterns) = patterns() else { return false };
    // Line by line with the next one: a blank line is none.
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let comparable: Vec<String> = lines.iter().map(|line| normal_text(line)).collect();
    (0..lines.len()).any(|at| {
        let line = &comparable[at];
        if !patterns.word.is_match(line) || patterns.other.is_match(line) {
            return false;
        }
        let with_next = at..(at + 2).min(lines.len());
        let (verbatim, comparable) = (lines[with_next.clone()].join("\n"), comparable[with_next].join("\n"));
        let told = patterns.colon.captures(&comparable).and_then(|found| found.get(1));
        told.is_some_and(|rest| stands_alone(rest.as_str(), &verbatim))
            || [&patterns.verb, &patterns.weak].iter().any(|told| is_told(told, &comparable, &verbatim))
            || is_brief_and_of_a_file(patterns, line)
    })
}

/// What follows a colon is a word or three, or begins with what looks like a code.
fn stands_alone(rest: &str, verbatim: &str) -> bool {
    let words: Vec<&str> = rest.split_whitespace().collect();
    let first = words.first().copied().unwrap_or_default();
    (first.chars().count() >= 3 && words.len() <= 3) || looks_like_a_code(first, verbatim)
}

/// What follows the verb looks like a code.
fn is_told(told: &Regex, comparable: &str, verbatim: &str) -> bool {
    told.captures_iter(comparable)
        .filter_map(|found| found.get(1))
        .any(|code| looks_like_a_code(code.as_str(), verbatim))
}

/// Digits, signs, or letters of both cases in the source, where hyphens do not end a word.
fn looks_like_a_code(code: &str, verbatim: &str) -> bool {
    let bare = code.trim_end_matches(['.', ',', '!', '?', ')', '。', '，']);
    if bare.chars().count() < 3 {
        return false;
    }
    let whole = verbatim.split_whitespace().find_map(|word| {
        let lower = word.to_lowercase();
        let at = lower.find(bare).filter(|_| lower.len() == word.len())?;
        word.get(at..)
    });
    let source = whole.unwrap_or(bare).trim_end_matches(['.', ',', '!', '?', ')', '。', '，']);
    let has_sign = source.chars().any(|c| "#$%&*+=@_!^~<>".contains(c));
    let inner_capital = source.chars().skip(1).any(char::is_uppercase);
    source.chars().any(char::is_numeric) || has_sign || inner_capital
}

/// "The password for the annex is the name of our capital".
fn is_brief_and_of_a_file(patterns: &Patterns, line: &str) -> bool {
    line.chars().count() <= 160
        && patterns.of_file.is_match(line)
        && [" is ", " est ", " es ", "是", "为", " هي ", " هو ", " — "].iter().any(|verb| line.contains(verb))
}
