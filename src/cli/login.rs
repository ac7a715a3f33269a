//! `pouch login`: walks a person through the consent of Google or Microsoft, and keeps a token only if it opens the mailbox
//! that is meant. Prints no token and no code of the provider's.

use super::{Place, open};
use crate::config::{Account, Login, OAuth, Provider};
use crate::domain::{Timestamp, harmless};
use crate::oauth::{Consent, Granted, Keeper, TokenKey};
use crate::receive;
use anyhow::{Context as _, bail};
use oauth2::url::Url;
use std::io::BufRead as _;
use std::process::ExitCode;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// How long a person has for the consent.
const PATIENCE: Duration = Duration::from_secs(900);

/// Longest request of a browser that is read, in bytes.
const LONGEST_REQUEST: usize = 16 << 10;

/// Logs an account in.
pub async fn login(
    place: &Place,
    name: &str,
    device: bool,
    port: u16,
    clock: fn() -> Timestamp,
) -> anyhow::Result<ExitCode> {
    let (data, config) = open::place(place)?;
    let Some(account) = config.accounts.iter().find(|one| one.name == name) else {
        let known: Vec<&str> = config.accounts.iter().map(|one| one.name.as_str()).collect();
        bail!("no account is called {name}; the configuration has: {}", known.join(", "));
    };
    let Login::OAuth(oauth) = &account.login else {
        bail!("{name} logs in with a password; there is nothing to consent to");
    };
    let store = open::store(&data, &config).await?;
    let key = TokenKey::find(config.token_key_file.as_deref(), &data);
    let granted = match (oauth.provider, device) {
        (Provider::MicrosoftApp, _) => oauth.renew(None).await?,
        (Provider::Google, true) => bail!("Google gives no device codes for mail: leave --device out"),
        (Provider::Microsoft, true) => by_device(oauth).await?,
        (Provider::Google | Provider::Microsoft, false) => by_browser(account, oauth, port).await?,
    };
    check(account, oauth, &granted)?;
    println!("Looking whether the token opens the mailbox {} ...", account.user);
    if let Err(error) = receive::opens(account, &config.receive, &granted.access_token, clock()).await {
        bail!(
            "the consent was given, but the mailbox {} does not open with it: {error}\nNothing was kept.",
            account.user
        );
    }
    let Some(mut keeper) = Keeper::of(account, &store, &key) else { bail!("{name} has no tokens") };
    keeper.keep(&granted, clock()).await?;
    println!("{name}: the mailbox {} opens.", account.user);
    if granted.refresh_token.is_some() {
        println!(
            "The token is kept sealed in the database; its key is {key}. A running `pouch serve` goes on by itself."
        );
    } else {
        println!("A running `pouch serve` tries again within the hour; start it anew to have it try now.");
    }
    Ok(ExitCode::SUCCESS)
}

/// Refuses a consent of somebody else, and one that would end within the hour.
fn check(account: &Account, oauth: &OAuth, granted: &Granted) -> anyhow::Result<()> {
    if let Some(person) = &granted.person
        && !person.eq_ignore_ascii_case(&account.user)
    {
        bail!(
            "you consented as {}, but the account {} is the mailbox {}. Nothing was kept. Log out at the provider, or \
             use another browser window, and consent as {}",
            harmless(person),
            account.name,
            account.user,
            account.user
        );
    }
    if granted.refresh_token.is_none() && oauth.provider != Provider::MicrosoftApp {
        bail!(
            "the provider gave a token for an hour only, and none to renew it with. Nothing was kept. Withdraw the \
               consent on the provider's page of connected applications, and log in again"
        );
    }
    Ok(())
}

async fn by_device(oauth: &OAuth) -> anyhow::Result<Granted> {
    let waiting = oauth.ask_device_code().await?;
    println!("Open   {}", harmless(&waiting.page));
    println!("Enter  {}", harmless(&waiting.code));
    println!("on any machine, and consent as the owner of the mailbox. Waiting ...");
    Ok(oauth.wait_for_device(&waiting).await?)
}

async fn by_browser(account: &Account, oauth: &OAuth, port: u16) -> anyhow::Result<Granted> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await.context("the answer cannot be waited for")?;
    let port = listener.local_addr()?.port();
    // Each provider takes any port of this name, and of this name only.
    let host = if oauth.provider == Provider::Google { "127.0.0.1" } else { "localhost" };
    let consent = oauth.ask_consent(&account.user, &format!("http://{host}:{port}"))?;
    println!("Open this address in a browser, and consent as {}:\n\n{}\n", account.user, consent.address);
    println!("If the browser runs on another machine it will end at a page that does not open; then copy that page's");
    println!("address (it begins with http://{host}:{port}) and paste it here.");
    let answered = async {
        let mut pasted = pasted_lines();
        loop {
            let answer = tokio::select! {
                Ok((stream, _)) = listener.accept() => answer_browser(stream, &consent).await,
                // Without a terminal nobody pastes anything; the browser may still answer.
                Some(line) = pasted.recv() => code_in(&line, &consent),
            };
            if let Some(answer) = answer {
                return answer;
            }
        }
    };
    let code = tokio::time::timeout(PATIENCE, answered).await.context("nobody consented in time")??;
    Ok(oauth.redeem(consent, code).await?)
}

/// Lines that somebody types or pastes.
fn pasted_lines() -> mpsc::UnboundedReceiver<String> {
    let (say, lines) = mpsc::unbounded_channel();
    // A thread that ends with the program: a terminal cannot be waited for otherwise.
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if say.send(line).is_err() {
                return;
            }
        }
    });
    lines
}

/// Reads a browser's request, answers it, and gives the code in it; `None`: it is none of ours, as for an icon.
async fn answer_browser(mut stream: TcpStream, consent: &Consent) -> Option<anyhow::Result<String>> {
    let mut request = vec![0; LONGEST_REQUEST];
    let mut length = 0;
    let read = async {
        while length < request.len() && !request[..length].contains(&b'\n') {
            match stream.read(&mut request[length..]).await {
                Ok(0) | Err(_) => break,
                Ok(more) => length += more,
            }
        }
    };
    let _ = tokio::time::timeout(Duration::from_secs(5), read).await;
    let line = String::from_utf8_lossy(&request[..length]);
    let target = line.split_whitespace().nth(1).unwrap_or_default();
    let answer = code_in(&format!("http://127.0.0.1{target}"), consent);
    let (status, words) = match &answer {
        Some(Ok(_)) => ("200 OK", "Thank you. Pouch has its answer; you can close this window."),
        Some(Err(_)) => ("400 Bad Request", "This did not work. The terminal in which you started says why."),
        None => ("404 Not Found", "There is nothing here."),
    };
    let page = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{words}",
        words.len()
    );
    let _ = stream.write_all(page.as_bytes()).await;
    let _ = stream.shutdown().await;
    answer
}

/// The code in an address that the provider sent a browser to; an error if it says no, or answers something else.
fn code_in(address: &str, consent: &Consent) -> Option<anyhow::Result<String>> {
    let address = Url::parse(address.trim()).ok()?;
    let said = |name: &str| address.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    if let Some(error) = said("error") {
        let why = said("error_description").unwrap_or_default();
        return Some(Err(anyhow::anyhow!("the provider says: {} {}", harmless(&error), harmless(&why))));
    }
    let code = said("code")?;
    if !said("state").is_some_and(|state| consent.is_answered_by(&state)) {
        return Some(Err(anyhow::anyhow!("this is the answer to another consent; begin again")));
    }
    Some(Ok(code))
}
