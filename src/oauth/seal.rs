//! Tokens at rest: sealed with a key that lies apart from them (RFC 8439, ChaCha20-Poly1305). Prints no key.

use super::Error;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom as _, SystemRandom};
use std::fmt;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Length of a key, in bytes.
const KEY_LEN: usize = 32;

/// Name of the key among the credentials that systemd hands to a service (systemd.exec(5), `LoadCredential`).
const CREDENTIAL: &str = "pouch-token-key";

/// Where the key is that tokens are sealed with. It is read when it is needed, so that a service without OAuth2 needs none.
#[derive(Clone, Debug)]
pub struct TokenKey(PathBuf);

impl TokenKey {
    /// The key that systemd hands over, else the file that the configuration names, else `token.key` in the data folder,
    /// which is made if it is not there.
    pub fn find(configured: Option<&Path>, data: &Path) -> Self {
        let credentials =
            std::env::var_os("CREDENTIALS_DIRECTORY").map(|folder| PathBuf::from(folder).join(CREDENTIAL));
        let handed_over = credentials.filter(|path| path.exists());
        Self(handed_over.or_else(|| configured.map(Path::to_path_buf)).unwrap_or_else(|| data.join("token.key")))
    }

    /// Seals a text for this account: no other account's token can be put in its place.
    ///
    /// # Errors
    /// If the key cannot be read or made.
    pub fn seal(&self, account: &str, text: &str) -> Result<String, Error> {
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).map_err(|_| Error::Own("the system gives no random numbers".into()))?;
        let mut sealed = text.as_bytes().to_vec();
        let key = self.key(true)?;
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(account), &mut sealed)
            .map_err(|_| Error::Own("the token cannot be sealed".into()))?;
        Ok(STANDARD.encode([&nonce[..], &sealed].concat()))
    }

    /// Opens what was sealed for this account.
    ///
    /// # Errors
    /// If the key is not there, or is another one.
    pub fn open(&self, account: &str, sealed: &str) -> Result<String, Error> {
        let other = || {
            let place = self.0.display();
            Error::Refused(format!("the stored token does not open with the key {place}: log in again (pouch login)"))
        };
        let mut bytes = STANDARD.decode(sealed).map_err(|_| other())?;
        if bytes.len() < NONCE_LEN {
            return Err(other());
        }
        let rest = bytes.split_off(NONCE_LEN);
        let nonce = Nonce::try_assume_unique_for_key(&bytes).map_err(|_| other())?;
        let mut rest = rest;
        let plain = self.key(false)?.open_in_place(nonce, Aad::from(account), &mut rest).map_err(|_| other())?;
        String::from_utf8(plain.to_vec()).map_err(|_| other())
    }

    fn key(&self, may_make: bool) -> Result<LessSafeKey, Error> {
        let place = self.0.display();
        if may_make && !self.0.exists() {
            self.make().map_err(|error| Error::Own(format!("the key {place} cannot be made: {error}")))?;
        }
        let text = std::fs::read_to_string(&self.0)
            .map_err(|error| Error::Own(format!("the key {place} for stored tokens cannot be read: {error}")))?;
        let bytes = STANDARD.decode(text.trim()).ok().filter(|bytes| bytes.len() == KEY_LEN);
        let wrong = || Error::Own(format!("{place} is no key: it must be {KEY_LEN} bytes in base64"));
        let key = UnboundKey::new(&CHACHA20_POLY1305, &bytes.ok_or_else(wrong)?).map_err(|_| wrong())?;
        Ok(LessSafeKey::new(key))
    }

    /// Makes the key, for the owner of the process alone to read.
    fn make(&self) -> std::io::Result<()> {
        use std::os::unix::fs::OpenOptionsExt as _;
        let mut key = [0; KEY_LEN];
        SystemRandom::new().fill(&mut key).map_err(|_| std::io::Error::other("no random numbers"))?;
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&self.0)?;
        writeln!(file, "{}", STANDARD.encode(key))?;
        file.sync_all()
    }
}

impl fmt::Display for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.display())
    }
}
