//! An account as the operator writes it: where it is, how it logs in, what is taken of it. Reads no secret itself.

use super::rules::rules;
use super::table::Reader;
use super::{Account, Habits, Login, OAuth, Provider, Secret};

/// Google ends the access of an account that fetches more than 2,500 MB in a day.
const GMAIL_DAILY_MB: u64 = 2_000;

/// Reads one `[[account]]`.
pub fn account(one: &mut Reader, top: &mut Reader) -> Account {
    let host = one.required("host");
    let tls = one.flag("tls").unwrap_or(true);
    if !tls && !["localhost", "127.0.0.1", "::1"].contains(&host.as_str()) {
        one.wrong("tls", "may be switched off only for a server on loopback");
    }
    let login = login(one);
    let mut account = Account {
        name: one.required("name"),
        port: one.number("port", 1, 65_535).map_or(993, |port| port as u16),
        user: one.required("user"),
        login,
        ca_file: one.path("ca_file"),
        tls,
        folders: one.texts("folders"),
        junk: one.flag("junk").unwrap_or(true),
        authserv_ids: one.texts("authserv_ids").iter().map(|id| id.to_lowercase()).collect(),
        rules: rules(one),
        daily_bytes: None,
        host,
    };
    let daily_mb = one.number("daily_mb", 0, 1_000_000);
    let by_itself = (account.habits() == Some(Habits::Gmail)).then_some(GMAIL_DAILY_MB);
    // 0 says that there shall be none.
    account.daily_bytes = daily_mb.or(by_itself).filter(|mb| *mb > 0).map(|mb| mb * 1_000_000);
    if account.habits() == Some(Habits::Gmail) && account.folders.len() > 1 {
        one.wrong(
            "folders",
            "at Gmail folders are labels, and one message can have several: name one, as \"INBOX\" or \"\\\\All\"",
        );
    }
    top.absorb(std::mem::take(one));
    account
}

fn login(one: &mut Reader) -> Login {
    let password = secret(one, "password_file", "password_env");
    let provider = match one.text("login").as_deref() {
        None | Some("password") => {
            if password.is_none() {
                one.wrong("password_file", "set it or password_env, one of the two");
            }
            return Login::Password(password.unwrap_or_else(|| Secret::Env(String::new())));
        }
        Some("google") => Provider::Google,
        Some("microsoft") => Provider::Microsoft,
        Some("microsoft-app") => Provider::MicrosoftApp,
        Some(other) => {
            one.wrong("login", &format!("is password, google, microsoft or microsoft-app, not {other}"));
            Provider::Google
        }
    };
    if password.is_some() {
        one.wrong("password_file", "has no place here: this account logs in by OAuth2");
    }
    let oauth = OAuth {
        provider,
        client_id: one.required("client_id"),
        client_secret: secret(one, "client_secret_file", "client_secret_env"),
        client_secret_expires: one.date("client_secret_expires"),
        tenant: one.text("tenant").unwrap_or_else(|| "organizations".into()),
        base_url: one.url("oauth_url").map(|url| url.trim_end_matches('/').to_string()),
    };
    if provider == Provider::MicrosoftApp {
        if oauth.client_secret.is_none() {
            one.wrong("client_secret_file", "is needed: the application logs in with it");
        }
        if oauth.tenant == "organizations" {
            one.wrong("tenant", "is needed: the number of the organisation whose mailbox it is");
        }
    }
    let is_open = |url: &String| url.starts_with("http://") && !url.starts_with("http://127.0.0.1");
    if oauth.base_url.as_ref().is_some_and(is_open) {
        one.wrong("oauth_url", "may be without TLS only on this machine (http://127.0.0.1)");
    }
    if !oauth.tenant.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b)) {
        one.wrong("tenant", "holds signs that no name of an organisation has");
    }
    Login::OAuth(oauth)
}

/// A secret in a file or an environment variable; both is wrong.
pub fn secret(one: &mut Reader, file: &str, env: &str) -> Option<Secret> {
    match (one.path(file), one.text(env)) {
        (Some(path), None) => Some(Secret::File(path)),
        (None, Some(name)) => Some(Secret::Env(name)),
        (None, None) => None,
        (Some(path), Some(_)) => {
            one.wrong(file, &format!("set it or {env}, one of the two"));
            Some(Secret::File(path))
        }
    }
}
