//! Who signs in, and as whom a request comes: accounts, invitations, sessions, keys of programs. Decides nothing about inputs,
//! and keeps no secret but as a hash.

mod accounts;
mod identities;
mod keys;
mod second;
mod sessions;
mod sign_in;

pub mod oidc;
pub mod password;
pub mod totp;

pub use accounts::{
    Accepted, Invite, accept, close, first_link, invite, invited, renew, reopen, set_language, set_own_password,
    set_roles,
};
pub use identities::enter;
pub use keys::{key_holder, make_key};
pub use second::{begin_totp, begun_totp, confirm_totp, remove_totp};
pub use sessions::{Visitor, begin, csrf_token, end, is_csrf_token, visitor};
pub use sign_in::{Attempt, Refused, sign_in};

use crate::domain::Digest;
use crate::store;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom as _, SystemRandom};
use tokio::sync::Semaphore;

/// Why something was refused.
#[derive(Debug)]
pub enum Error {
    /// In words for the person.
    Refused(String),
    Store(store::Error),
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(why) => f.write_str(why),
            Self::Store(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Conflict(why) => Self::Refused(why),
            other => Self::Store(other),
        }
    }
}

/// The result of an act.
pub type Result<T> = std::result::Result<T, Error>;

fn refuse<T>(why: impl Into<String>) -> Result<T> {
    Err(Error::Refused(why.into()))
}

/// Hashes at once: each takes 19 MiB, and a crowd at the door must not take all of the memory.
static HASHING: Semaphore = Semaphore::const_new(4);

/// Does what is slow by intent, off the threads that answer requests, and a few at once.
async fn slowly<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let _turn = HASHING.acquire().await.or_else(|error| refuse(error.to_string()))?;
    tokio::task::spawn_blocking(work).await.or_else(|error| refuse(error.to_string()))
}

/// 32 random bytes as text for an address, a cookie or a header (RFC 4648 5).
fn new_secret() -> Result<String> {
    let mut bytes = [0; 32];
    SystemRandom::new().fill(&mut bytes).or_else(|_| refuse("the system gives no random numbers"))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// What is kept of a secret that is itself random: a guess costs as much as without it, so that no slow hash is needed.
fn kept(secret: &str) -> Digest {
    Digest::of(secret.as_bytes())
}
