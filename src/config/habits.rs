//! Whose habits an account's server has. Knows names of hosts; asks no server.

use super::{Account, Login, OAuth, Provider};

/// Servers that do things of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Habits {
    Gmail,
    Microsoft,
}

impl Account {
    /// By the server's name or by how the account logs in; `None`: nobody's that we know.
    pub fn habits(&self) -> Option<Habits> {
        let host = self.host.to_lowercase();
        let ends = |names: &[&str]| names.iter().any(|name| host == *name || host.ends_with(&format!(".{name}")));
        match &self.login {
            Login::OAuth(OAuth { provider: Provider::Google, .. }) => Some(Habits::Gmail),
            Login::OAuth(OAuth { provider: Provider::Microsoft | Provider::MicrosoftApp, .. }) => {
                Some(Habits::Microsoft)
            }
            Login::Password(_) if ends(&["gmail.com", "googlemail.com"]) => Some(Habits::Gmail),
            Login::Password(_) if ends(&["outlook.com", "office365.com"]) => Some(Habits::Microsoft),
            Login::Password(_) => None,
        }
    }

    /// What a person should know of an account that logs in with a password where the provider wants none.
    pub fn password_warning(&self) -> Option<String> {
        let Login::Password(_) = self.login else { return None };
        let provider = match self.habits()? {
            Habits::Gmail => "Google",
            Habits::Microsoft => "Microsoft",
        };
        Some(format!("this account logs in with a password, which {provider} may switch off any day: use OAuth2"))
    }
}
