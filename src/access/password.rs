//! Passwords: hashed with argon2id, and judged before they are set. Never gives one back in an error or a log line.
//!
//! Hashing and checking take some 20 ms and 19 MiB each, by intent: call them under `spawn_blocking`, and only a few at
//! once, or a crowd at the door takes all the memory.

use anyhow::Context as _;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use std::collections::BTreeSet;
use unicode_normalization::UnicodeNormalization as _;

/// Least number of characters of a new password.
pub const LEAST: usize = 12;

/// Most characters of a password; longer ones are neither set nor looked at.
pub const MOST: usize = 1000;

/// What must be left of a password in which all that is easily guessed is struck out, in characters and different ones.
const LEFT: (usize, usize) = (5, 4);

/// Memory in KiB, passes and lanes: the first line of OWASP's password storage cheat sheet for argon2id.
const COST: (u32, u32, u32) = (19_456, 2, 1);

/// Length of a hash, in bytes.
const HASH_LEN: usize = 32;

/// What people choose most often, and what stands beside it on the keyboard; all in lower case, letters and digits only.
const COMMONEST: &[&str] = &[
    "correcthorsebatterystaple",
    "passwort",
    "password",
    "passw0rd",
    "p4ssw0rd",
    "pa55word",
    "passphrase",
    "motdepasse",
    "contrasena",
    "contraseña",
    "пароль",
    "密码",
    "كلمةالسر",
    "qwertyuiop",
    "qwertzuiop",
    "azertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1q2w3e4r5t6y",
    "1q2w3e4r5t",
    "1q2w3e4r",
    "1qaz2wsx3edc",
    "1qaz2wsx",
    "qazwsxedc",
    "qazwsx",
    "qwerty",
    "qwertz",
    "azerty",
    "йцукен",
    "asdfgh",
    "abcdefghijklmnopqrstuvwxyz",
    "abcdefgh",
    "abcdef",
    "abc123",
    "01234567890",
    "1234567890",
    "0987654321",
    "987654321",
    "123456789",
    "12345678",
    "1234567",
    "123456",
    "12345",
    "1234",
    "administrator",
    "secretariat",
    "welcome",
    "letmein",
    "changeme",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "superman",
    "batman",
    "dragon",
    "monkey",
    "master",
    "trustno1",
    "whatever",
    "starwars",
    "iloveyou",
    "iloveu",
    "jesus",
    "hello",
    "bonjour",
    "login",
    "secret",
    "admin",
    "guest",
    "default",
    "temporary",
    "spring",
    "summer",
    "autumn",
    "winter",
    "january",
    "february",
    "september",
    "october",
    "november",
    "december",
    "monday",
    "friday",
    "unitednations",
    "newyork",
    "geneva",
    "pouch",
    "review",
];

/// A hash of the password with a salt of its own, as PHC string (`$argon2id$v=19$m=19456,t=2,p=1$...`).
///
/// # Errors
/// If the password is longer than `MOST`, or the system gives no random numbers.
pub fn hash(password: &str) -> anyhow::Result<String> {
    let password = normalised(password).context("the password is too long")?;
    // The error of the crate holds none of its input.
    let hash: PasswordHash = argon2id().hash_password(password.as_bytes()).context("the password cannot be hashed")?;
    Ok(hash.to_string())
}

/// Whether it is the password that this hash was made of; false also if the hash cannot be read. Its costs are those that
/// stand in the hash.
pub fn verify(password: &str, phc: &str) -> bool {
    let (Some(password), Ok(hash)) = (normalised(password), PasswordHash::new(phc)) else {
        verify_nothing(password);
        return false;
    };
    argon2id().verify_password(password.as_bytes(), &hash).is_ok()
}

/// Takes as long as `verify` where there is no such account, so that time does not tell who has one.
pub fn verify_nothing(password: &str) {
    let password = normalised(password).unwrap_or_default();
    let mut out = [0; HASH_LEN];
    let done = argon2id().hash_password_into(password.as_bytes(), b"nobody's salt...", &mut out);
    std::hint::black_box((done.is_ok(), out));
}

/// Why this password may not be set by this person, as a sentence for the page; `None` if it may.
pub fn is_weak(password: &str, login: &str, name: &str) -> Option<&'static str> {
    let Some(password) = normalised(password) else {
        return Some("A password has at most 1,000 characters.");
    };
    if password.chars().count() < LEAST {
        return Some(
            "A password has at least 12 characters. Four words that have nothing to do with each other are a good one.",
        );
    }
    let bare = bare(&password);
    if is_used_up(&bare, COMMONEST.iter().copied()) {
        return Some(
            "This password is among the first that an attacker tries. Take words that nobody expects together.",
        );
    }
    let own: Vec<String> = words_of(login).chain(words_of(name)).collect();
    let known = own.iter().map(String::as_str).chain(COMMONEST.iter().copied());
    is_used_up(&bare, known).then_some("A password must not be made of the login or the name.")
}

/// A login or name as one word, and its words.
fn words_of(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).map(bare).filter(|word| word.chars().count() > 2);
    std::iter::once(bare(text)).chain(words)
}

/// Whether too little is left once the words are struck out, longest first.
fn is_used_up<'a>(password: &str, words: impl Iterator<Item = &'a str>) -> bool {
    let mut words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    // A blank in its place, so that no new word comes together around the gap.
    let left = words.iter().fold(password.to_string(), |left, word| left.replace(word, " "));
    let left: Vec<char> = left.chars().filter(|c| *c != ' ').collect();
    left.len() < LEFT.0 || left.iter().collect::<BTreeSet<_>>().len() < LEFT.1
}

/// Lower case, letters and digits only; nothing but signs stays as it is, as it is no word.
fn bare(text: &str) -> String {
    let folded = text.nfkc().collect::<String>().to_lowercase();
    let kept: String = folded.chars().filter(|c| c.is_alphanumeric()).collect();
    if kept.is_empty() { folded.replace(' ', "") } else { kept }
}

/// The one form of what different keyboards send for the same password (NIST SP 800-63B 3.1.1.2); `None` if it is too long.
fn normalised(password: &str) -> Option<String> {
    let is_too_long = password.chars().nth(MOST).is_some();
    (!is_too_long).then(|| password.nfkc().collect())
}

fn argon2id() -> Argon2<'static> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, Some(HASH_LEN)).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}
