//! One-time codes: the second proof beside a password (RFC 6238), and codes for whoever has lost the telephone. Keeps
//! nothing: which step was used last and which recovery codes are left, the caller stores.
//!
//! Written out over ring's HMAC and not with a crate: it is one HMAC and RFC 4226's cut, thirty lines with test vectors,
//! and what a crate leaves to its user (that a code opens once only) is the half that gets forgotten.

use crate::domain::Timestamp;
use anyhow::Context as _;
use data_encoding::BASE32_NOPAD;
use qrcode::{Color, EcLevel, QrCode};
use ring::hmac;
use ring::rand::{SecureRandom as _, SystemRandom};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// Length of a code, in digits.
const DIGITS: u32 = 6;

/// Length of a step, in seconds.
const STEP: i64 = 30;

/// So many steps before and after the present one are taken too: telephones' clocks are not exact.
const WINDOW: i64 = 1;

/// Length of a secret, in bytes: that of SHA-1's result (RFC 4226 4, R6).
const SECRET_LEN: usize = 20;

/// How many recovery codes a person gets.
const RECOVERY_CODES: usize = 10;

/// Length of a recovery code, in bytes: 80 random bits, which nobody finds from their hash by trying.
const RECOVERY_LEN: usize = 10;

/// Light modules around a QR code (ISO/IEC 18004 6.3.8).
const QUIET: usize = 4;

/// What the telephone and we share. Has no `Debug`: it must not get into a log.
pub struct Secret(Vec<u8>);

impl Secret {
    /// A new one.
    ///
    /// # Errors
    /// If the system gives no random numbers.
    pub fn new() -> anyhow::Result<Self> {
        Ok(Self(random::<SECRET_LEN>()?.to_vec()))
    }

    /// From its Base32 (RFC 4648 6); blanks and case do not matter. `None` if it is none, or shorter than 128 bits.
    pub fn from_base32(text: &str) -> Option<Self> {
        let text: String = text.chars().filter(|c| !c.is_whitespace() && *c != '=').collect();
        let bytes = BASE32_NOPAD.decode(text.to_ascii_uppercase().as_bytes()).ok()?;
        (bytes.len() >= 16).then_some(Self(bytes))
    }

    /// In Base32, to be sealed and stored.
    pub fn base32(&self) -> String {
        BASE32_NOPAD.encode(&self.0)
    }

    /// In Base32 in groups of four, for whoever types it.
    pub fn in_groups(&self) -> String {
        grouped(&self.base32(), " ")
    }

    /// The address that an authenticator app takes the secret from, as link or as QR code ("Key URI format").
    pub fn address(&self, issuer: &str, login: &str) -> String {
        // A colon parts the two in the label.
        let (issuer, login) = (encoded(&issuer.replace(':', " ")), encoded(&login.replace(':', " ")));
        let secret = self.base32();
        format!("otpauth://totp/{issuer}:{login}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits=6&period=30")
    }
}

/// The step that a code belongs to, if it is right now and its step comes after the last one that was used. The caller
/// stores the step in the same transaction in which the person gets in; so no code opens twice.
pub fn check(secret: &Secret, code: &str, now: Timestamp, last_step: Option<i64>) -> Option<i64> {
    let typed = number(code)?;
    let present = now.as_second().div_euclid(STEP);
    let fits = |step: &i64| last_step.is_none_or(|last| *step > last) && code_of(secret, *step) == Some(typed);
    (present - WINDOW..=present + WINDOW).filter(|step| *step >= 0).find(fits)
}

/// The code of a step (RFC 4226 5.3), `None` before 1970.
fn code_of(secret: &Secret, step: i64) -> Option<u32> {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &secret.0);
    let tag = hmac::sign(&key, &u64::try_from(step).ok()?.to_be_bytes());
    let at = usize::from(tag.as_ref().last()? & 0xf);
    let cut: [u8; 4] = tag.as_ref().get(at..at + 4)?.try_into().ok()?;
    Some((u32::from_be_bytes(cut) & 0x7fff_ffff) % 10_u32.pow(DIGITS))
}

/// What was typed, if it is six digits, of any keyboard; blanks between them do not matter.
fn number(code: &str) -> Option<u32> {
    let mut digits = Vec::new();
    for c in code.chars().filter(|c| !c.is_whitespace()).take(DIGITS as usize + 1) {
        let zero = ['0', '\u{660}', '\u{6f0}', '\u{ff10}']
            .into_iter()
            .find(|zero| (*zero as u32..*zero as u32 + 10).contains(&(c as u32)))?;
        digits.push(c as u32 - zero as u32);
    }
    (digits.len() == DIGITS as usize).then(|| digits.iter().fold(0, |sum, digit| sum * 10 + digit))
}

/// A QR code as an `svg` element for a page: no script, no style, no address. `text` is what a screen reader says of it; the
/// page must also hold the secret to be typed.
///
/// # Errors
/// If the address is too long for one.
pub fn qr_code(address: &str, text: &str) -> anyhow::Result<String> {
    let code = QrCode::with_error_correction_level(address, EcLevel::M).context("too long for a QR code")?;
    let (width, whole) = (code.width(), code.width() + 2 * QUIET);
    let mut path = String::new();
    for (at, _) in code.to_colors().iter().enumerate().filter(|(_, color)| **color == Color::Dark) {
        write!(path, "M{} {}h1v1h-1z", at % width + QUIET, at / width + QUIET)?;
    }
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    // White around and below it, in dark mode too: readers want dark on light.
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"{text}\" width=\"{side}\" height=\"{side}\" \
         viewBox=\"0 0 {whole} {whole}\" shape-rendering=\"crispEdges\"><title>{text}</title>\
         <path fill=\"#fff\" d=\"M0 0h{whole}v{whole}h-{whole}z\"/><path fill=\"#000\" d=\"{path}\"/></svg>",
        side = whole * 5
    ))
}

/// Ten codes that open once each in place of the telephone's.
pub struct RecoveryCodes {
    /// To be shown once and then forgotten.
    pub shown: Vec<String>,
    /// Their hashes, to be stored.
    pub kept: Vec<String>,
}

/// New recovery codes; the earlier ones of the same person should end.
///
/// # Errors
/// If the system gives no random numbers.
pub fn recovery_codes() -> anyhow::Result<RecoveryCodes> {
    let mut codes = RecoveryCodes { shown: Vec::new(), kept: Vec::new() };
    for _ in 0..RECOVERY_CODES {
        let bare = BASE32_NOPAD.encode(&random::<RECOVERY_LEN>()?).to_lowercase();
        codes.kept.push(recovery_hash(&bare));
        codes.shown.push(grouped(&bare, "-"));
    }
    Ok(codes)
}

/// Which of the kept hashes this code belongs to. The caller strikes it out in the same transaction in which the person
/// gets in.
pub fn check_recovery<'a>(code: &str, kept: &'a [String]) -> Option<&'a str> {
    // Longer than any code with its dashes and blanks: not worth a hash.
    if code.len() > 100 {
        return None;
    }
    let bare: String = code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    let hash = recovery_hash(&bare);
    kept.iter().map(String::as_str).find(|one| *one == hash)
}

/// SHA-256 is enough: the codes are random, so there is no list to try. The words keep it apart from other digests.
fn recovery_hash(bare: &str) -> String {
    let mut hash = Sha256::new();
    hash.update("pouch recovery code ");
    hash.update(bare);
    data_encoding::HEXLOWER.encode(&hash.finalize())
}

fn grouped(text: &str, between: &str) -> String {
    let signs: Vec<char> = text.chars().collect();
    signs.chunks(4).map(String::from_iter).collect::<Vec<_>>().join(between)
}

/// For any part of an address (RFC 3986 2.1).
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn random<const N: usize>() -> anyhow::Result<[u8; N]> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).ok().context("the system gives no random numbers")?;
    Ok(bytes)
}
