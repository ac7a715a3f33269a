//! What the operator sets about the review desk: where people reach it, and how the line is protected. Holds no secret.

use super::oidc::{self, Oidc};
use super::table::Reader;
use std::net::SocketAddr;
use std::path::PathBuf;

/// How people reach the desk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Desk {
    /// Its address in browsers, as `https://desk.example.org/`; `None`: by the names of this machine only.
    pub url: Option<String>,
    /// Certificate chain and key, both PEM files; `None`: something else in front of Pouch does TLS, or it is loopback.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// A proxy in front hands requests over and says in X-Forwarded-For where they come from.
    pub behind_proxy: bool,
    /// A folder with more languages of the interface, one TOML file each.
    pub words: Option<PathBuf>,
    /// People may sign in with their organisation's account.
    pub oidc: Option<Oidc>,
}

impl Desk {
    /// Whether browsers come by https, so that cookies are never sent without.
    pub fn is_https(&self) -> bool {
        self.url.as_ref().is_some_and(|url| url.starts_with("https://"))
    }

    /// Host and port in the address, as browsers name them.
    pub fn host(&self) -> Option<&str> {
        let (_, rest) = self.url.as_ref()?.split_once("://")?;
        rest.split('/').next()
    }
}

/// Reads `[desk]`, and whether it goes with where Pouch listens.
pub fn desk(top: &mut Reader, listen: SocketAddr) -> Desk {
    let mut table = top.table("desk");
    let tls = (table.path("certificate"), table.path("key"));
    let desk = Desk {
        url: table.url("url"),
        tls: match tls {
            (Some(certificate), Some(key)) => Some((certificate, key)),
            (None, None) => None,
            _ => {
                table.wrong("certificate", "and key go together");
                None
            }
        },
        behind_proxy: table.flag("behind_proxy").unwrap_or(false),
        words: table.path("words"),
        oidc: oidc::read(&mut table),
    };
    if !listen.ip().is_loopback() {
        if !desk.is_https() {
            table
                .wrong("url", "is needed, and begins with https://, where `listen` can be reached from other machines");
        }
        if desk.tls.is_none() && !desk.behind_proxy {
            table.wrong(
                "certificate",
                "and key are needed where `listen` can be reached from other machines; or behind_proxy = true, if a proxy \
                 there does TLS",
            );
        }
    }
    top.absorb(table);
    desk
}
