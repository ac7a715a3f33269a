//! Tokens: against a real Dovecot that checks them, and a made-up provider that can expire, refuse and rotate.

use crate::app::{App, PATIENCE, wait_for};
use crate::receive::{Watching, mail, received};
use crate::servers::{Data, Dovecot, FakeImap, FakeOAuth, clock, eventually, quick};
use crate::web::get;
use oauth2::url::Url;
use pouch::config::{Account, Login, Provider, Receive};
use pouch::domain::Timestamp;
use pouch::oauth::{Error, Granted, Keeper, TokenKey};
use pouch::store::{mailbox, token};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::Stdio;
use std::time::Duration;

fn key(data: &Data) -> TokenKey {
    TokenKey::find(None, data.dir.path())
}

/// What a login leaves behind: a refresh token, and an access token that is over at once.
async fn logged_in(data: &Data, account: &Account, refresh: &str) {
    let mut keeper = Keeper::of(account, &data.store, &key(data)).unwrap();
    let granted = Granted {
        access_token: "used up".into(),
        lasts: Duration::ZERO,
        refresh_token: Some(refresh.into()),
        person: None,
        server_time: None,
    };
    keeper.keep(&granted, clock()).await.unwrap();
}

/// The account's first line, once it is in this state.
async fn state(data: &Data, account: &str, word: &str) -> mailbox::MailboxLine {
    eventually(&format!("{account} {word}"), Duration::from_secs(30), async || {
        let all = mailbox::all(&data.store).await.unwrap();
        all.into_iter().find(|line| line.account == account && line.state == word)
    })
    .await
}

fn refreshes(at: &FakeOAuth) -> usize {
    at.log().iter().filter(|one| one["grant"] == "refresh_token").count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_opens_with_a_token_by_either_mechanism() {
    let dovecot = Dovecot::shared();
    for mechanism in ["XOAUTH2", "OAUTHBEARER"] {
        let (data, user) = (Data::new().await, dovecot.user());
        let provider = FakeOAuth::start(dovecot.folder(), &[]);
        // A Dovecot of its own that says it offers nothing else.
        let own = (mechanism == "OAUTHBEARER")
            .then(|| Dovecot::own(&["--capability", "IMAP4rev1 SASL-IR IDLE AUTH=OAUTHBEARER"]));
        let elsewhere = own.as_ref().map(|own| (own.user(), FakeOAuth::start(own.folder(), &[])));
        let (user, provider) = elsewhere.as_ref().map_or((&user, &provider), |(user, provider)| (user, provider));
        let account = user.with_token(Provider::Google, provider);
        user.deliver("INBOX", &mail(1));
        logged_in(&data, &account, &format!("{}:first", user.name)).await;
        let watching = Watching::start(&data, &account, &quick());
        assert_eq!(received(&data, &account.name, 1).await.len(), 1, "{mechanism}");
        watching.stop().await;
        assert_eq!(refreshes(provider), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_renewed_before_it_ends_and_a_replaced_one_is_kept() {
    let (data, dovecot) = (Data::new().await, Dovecot::shared());
    let user = dovecot.user();
    let provider = FakeOAuth::start(dovecot.folder(), &["--ttl", "4", "--rotate"]);
    let account = user.with_token(Provider::Microsoft, &provider);
    logged_in(&data, &account, &format!("{}:first", user.name)).await;
    let before = token::sealed(&data.store, &account.name).await.unwrap();
    let receive = Receive { poll: Duration::from_secs(1), ..quick() };
    let watching = Watching::start(&data, &account, &receive);
    eventually("three renewals", Duration::from_secs(30), async || (refreshes(&provider) >= 3).then_some(())).await;
    // Its old refresh tokens are over, so it must have kept each new one; and it still takes mail in.
    user.deliver("INBOX", &mail(2));
    received(&data, &account.name, 1).await;
    watching.stop().await;
    assert_ne!(token::sealed(&data.store, &account.name).await.unwrap(), before);
    let lines = mailbox::all(&data.store).await.unwrap();
    assert!(lines.iter().all(|line| line.last_error.is_none()), "{lines:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_renewal_stands_in_the_state_line_and_a_new_login_ends_it_without_a_restart() {
    // osTicket#6455: a renewal failed, and ten days passed before anyone knew.
    let (data, dovecot) = (Data::new().await, Dovecot::shared());
    let user = dovecot.user();
    let provider = FakeOAuth::start(dovecot.folder(), &["--rotate"]);
    let account = user.with_token(Provider::Google, &provider);
    let watching = Watching::start(&data, &account, &quick());
    let line = state(&data, &account.name, "needs-login").await;
    let said = line.last_error.unwrap();
    assert!(said.contains("nobody has logged in yet"), "{said}");
    // A consent that has ended: said with the cure, and not asked for again and again.
    provider.fail(100, 400, "invalid_grant");
    logged_in(&data, &account, &format!("{}:first", user.name)).await;
    let line = eventually("the end of the consent", Duration::from_secs(30), async || {
        let line = state(&data, &account.name, "needs-login").await;
        line.last_error.is_some_and(|said| said.contains("invalid_grant") && said.contains("pouch login")).then_some(())
    });
    line.await;
    let asked = refreshes(&provider);
    assert!(asked <= 2, "{asked} requests");
    provider.fail(0, 200, "x");
    logged_in(&data, &account, &format!("{}:second", user.name)).await;
    user.deliver("INBOX", &mail(3));
    received(&data, &account.name, 1).await;
    watching.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_does_not_answer_is_asked_again_and_needs_nobody() {
    let (data, dovecot) = (Data::new().await, Dovecot::shared());
    let user = dovecot.user();
    user.deliver("INBOX", &mail(4));
    let provider = FakeOAuth::start(dovecot.folder(), &[]);
    let account = user.with_token(Provider::Google, &provider);
    logged_in(&data, &account, &format!("{}:first", user.name)).await;
    for (status, error) in [(503, "temporarily_unavailable"), (429, "slow_down"), (0, "-")] {
        provider.fail(2, status, error);
        let mut keeper = Keeper::of(&account, &data.store, &key(&data)).unwrap();
        let refused = keeper.access_token(clock()).await.unwrap_err();
        assert!(matches!(refused, Error::Unavailable(_)), "{status}: {refused:?}");
    }
    provider.fail(3, 503, "temporarily_unavailable");
    let watching = Watching::start(&data, &account, &quick());
    received(&data, &account.name, 1).await;
    watching.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_ended_for_its_token_goes_on_with_another_one() {
    // aioimaplib#83.
    let (data, dovecot) = (Data::new().await, Dovecot::shared());
    let provider = FakeOAuth::start(dovecot.folder(), &[]);
    let ends = "1*IDLE=>* BYE Session invalidated - AccessTokenExpired\\r\\n$CLOSE";
    let server = FakeImap::start(&["--like", "exchange", "--messages", "2", ends]);
    let by_token = dovecot.user().with_token(Provider::Microsoft, &provider);
    let account = Account { login: by_token.login, ..server.account() };
    logged_in(&data, &account, "fake@example.org:first").await;
    // Waits between sessions would be long; a token that has ended needs none.
    let receive = Receive { backoff: (Duration::from_secs(300), Duration::from_secs(300)), ..quick() };
    let watching = Watching::start(&data, &account, &receive);
    eventually("a second session", Duration::from_secs(20), async || (refreshes(&provider) >= 2).then_some(())).await;
    watching.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_the_server_refuses_is_replaced_once_and_its_reason_is_kept() {
    let (data, dovecot) = (Data::new().await, Dovecot::shared());
    let (user, other) = (dovecot.user(), dovecot.user());
    let provider = FakeOAuth::start(dovecot.folder(), &[]);
    let account = user.with_token(Provider::Google, &provider);
    // Consent of somebody else: the server refuses it after its challenge.
    logged_in(&data, &account, &format!("{}:first", other.name)).await;
    let watching = Watching::start(&data, &account, &quick());
    let line = state(&data, &account.name, "failing").await;
    let said = line.last_error.unwrap();
    assert!(said.contains("does not take the token") && said.contains("status 401"), "{said}");
    watching.stop().await;
    assert_eq!(refreshes(&provider), 2, "one more token is tried, and no storm of them");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_logs_in_for_itself() {
    let (data, dovecot) = (Data::new().await, Dovecot::shared());
    let user = dovecot.user();
    user.deliver("INBOX", &mail(5));
    let provider = FakeOAuth::start(dovecot.folder(), &["--app-mailbox", &user.name]);
    let account = user.with_token(Provider::MicrosoftApp, &provider);
    let watching = Watching::start(&data, &account, &quick());
    received(&data, &account.name, 1).await;
    watching.stop().await;
    assert_eq!(provider.log()[0]["scope"], "https://outlook.office365.com/.default");
    // A secret that has expired is told from a consent that has ended.
    provider.fail(1, 401, "invalid_client");
    let mut keeper = Keeper::of(&account, &data.store, &key(&data)).unwrap();
    let refused = keeper.access_token(clock()).await.unwrap_err();
    assert!(matches!(&refused, Error::Refused(said) if said.contains("client_secret_file")), "{refused:?}");
}

#[test]
fn a_token_opens_with_its_own_key_and_for_its_own_account_only() {
    let (one, two) = (crate::app::Folder::new(), crate::app::Folder::new());
    let key = TokenKey::find(None, &one.0);
    let sealed = key.seal("chair", "a refresh token").unwrap();
    assert!(!sealed.contains("refresh") && key.open("chair", &sealed).unwrap() == "a refresh token");
    assert_ne!(key.seal("chair", "a refresh token").unwrap(), sealed, "no two look the same");
    assert!(matches!(key.open("office", &sealed), Err(Error::Refused(_))));
    let other = TokenKey::find(None, &two.0);
    other.seal("chair", "x").unwrap();
    assert!(matches!(other.open("chair", &sealed), Err(Error::Refused(_))));
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(one.0.join("token.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_clock_that_is_behind_is_named() {
    use base64::Engine as _;
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode("{\"nbf\": 1700000000}");
    let token = format!("x.{claims}.y");
    let at = |second| Timestamp::from_second(second).unwrap();
    assert_eq!(pouch::oauth::clock_error(&token, at(1_700_000_000 - 60)), None);
    let said = pouch::oauth::clock_error(&token, at(1_700_000_000 - 1800)).unwrap();
    assert!(said.contains("30 minutes behind"), "{said}");
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode("{\"iat\": 1700000000, \"exp\": 1700003600}");
    let token = format!("x.{claims}.y");
    assert_eq!(pouch::oauth::clock_error(&token, at(1_700_003_600 - 1)), None);
    let said = pouch::oauth::clock_error(&token, at(1_700_003_600 + 1200)).unwrap();
    assert!(said.contains("20 minutes ahead"), "{said}");
}

/// A clock that is wrong by an hour.
fn an_hour_ahead() -> Timestamp {
    clock() + Duration::from_secs(3_600)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_the_provider_shows_to_be_wrong_stands_in_the_line_of_a_mailbox_that_works() {
    let (data, dovecot) = (Data::new().await, Dovecot::shared());
    let user = dovecot.user();
    let provider = FakeOAuth::start(dovecot.folder(), &[]);
    let account = user.with_token(Provider::Google, &provider);
    logged_in(&data, &account, &format!("{}:first", user.name)).await;
    for (clock, words) in [(an_hour_ahead as fn() -> Timestamp, Some("60 minutes ahead of")), (clock, None)] {
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let place = pouch::receive::Place { clock, ..data.place("test") };
        let task = tokio::spawn(pouch::receive::watch(account.clone(), quick(), place, stopped));
        let line = state(&data, &account.name, "watching").await;
        stop.send(true).unwrap();
        task.await.unwrap();
        let said = line.last_error;
        assert_eq!(
            said.as_ref().map(|said| words.is_some_and(|words| said.contains(words))),
            words.map(|_| true),
            "{said:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_is_not_valid_by_this_clock_says_what_the_clock_says() {
    let data = Data::new().await;
    for (start, end) in [("20990101000000Z", "20991231000000Z"), ("20200101000000Z", "20201231000000Z")] {
        let server = FakeImap::start_tls_valid(start, end);
        let account = server.account_tls();
        let watching = Watching::start(&data, &account, &quick());
        let line = state(&data, &account.name, "failing").await;
        watching.stop().await;
        let said = line.last_error.unwrap();
        let year = clock().strftime("by this machine's clock (%Y-").to_string();
        assert!(said.contains(&year) && said.contains("set it"), "{start}: {said}");
    }
}

const CHILD: &str = "POUCH_TEST_ROTATED";

#[tokio::test(flavor = "multi_thread")]
async fn a_rotated_refresh_token_is_durable_before_the_new_access_token_is_used() {
    // Requirement 31: killed at the first use of the access token, the next start must not need a person.
    if let Ok(told) = std::env::var(CHILD) {
        return use_a_token_until_killed(&told).await;
    }
    let (data, dovecot) = (Data::new().await, Dovecot::shared());
    let user = dovecot.user();
    user.deliver("INBOX", &mail(6));
    let provider = FakeOAuth::start(dovecot.folder(), &["--rotate"]);
    let account = user.with_token(Provider::Microsoft, &provider);
    logged_in(&data, &account, &format!("{}:first", user.name)).await;
    for round in 1..=5 {
        // It takes the token, and then says nothing more.
        let silent = FakeImap::start(&["AUTHENTICATE=>$HANG"]);
        let dir = data.dir.path().display();
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "oauth::a_rotated_refresh_token_is_durable_before_the_new_access_token_is_used"])
            .env(CHILD, format!("{dir} {} {} {}", silent.port, provider.port, user.name))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        eventually("the first use", Duration::from_secs(20), async || {
            silent.commands().iter().any(|line| line.starts_with("AUTHENTICATE")).then_some(())
        })
        .await;
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(refreshes(&provider), round, "the one before was ended by this refresh");
    }
    let watching = Watching::start(&data, &account, &quick());
    received(&data, &account.name, 1).await;
    watching.stop().await;
    assert_eq!(refreshes(&provider), 6);
}

/// The child: a watcher whose refresh token is replaced at each refresh.
async fn use_a_token_until_killed(told: &str) {
    let words: Vec<&str> = told.split(' ').collect();
    let [dir, imap, oauth, user] = words[..] else { panic!("{told}") };
    let dir = std::path::Path::new(dir);
    let store = pouch::store::Store::open_sqlite(&dir.join("pouch.db")).await.unwrap();
    let vault = pouch::vault::Vault::open(&dir.join("vault")).unwrap();
    let oauth = pouch::config::OAuth {
        provider: Provider::Microsoft,
        client_id: "pouch".into(),
        client_secret: None,
        client_secret_expires: None,
        tenant: "organizations".into(),
        base_url: Some(format!("http://127.0.0.1:{oauth}")),
    };
    let plain = crate::servers::plain_account(user, user, imap.parse().unwrap());
    let account = Account { login: Login::OAuth(oauth), ..plain };
    let (_stop, stopped) = tokio::sync::watch::channel(false);
    let token_key = TokenKey::find(None, dir);
    let place = pouch::receive::Place { store, vault, token_key, clock, owner: "test".into() };
    pouch::receive::watch(account, quick(), place, stopped).await;
}

#[test]
fn a_secret_that_ends_soon_is_told_in_days() {
    // freescout#4465: the secret had expired, and nobody was told before.
    let account = |ends: &str| {
        let text = format!(
            "[[account]]\nname = \"unoda\"\nhost = \"outlook.example.org\"\nuser = \"desk@example.org\"\nlogin = \"microsoft-app\"\n\
             client_id = \"x\"\nclient_secret_env = \"X\"\ntenant = \"example.org\"\nclient_secret_expires = {ends}\n"
        );
        let config = pouch::config::Config::read(&text, std::path::Path::new(".")).unwrap();
        let Login::OAuth(oauth) = config.accounts[0].login.clone() else { panic!("no OAuth2") };
        oauth
    };
    let now: Timestamp = "2023-12-01T12:00:00Z".parse().unwrap();
    let said = |ends: &str| pouch::oauth::secret_warning(&account(ends), now);
    assert_eq!(said("2024-01-01"), None);
    for (ends, words) in
        [("2023-12-31", "in 30 days"), ("2023-12-04", "in 3 days"), ("2023-11-30", "ended on 2023-11-30")]
    {
        assert!(said(ends).unwrap().contains(words), "{ends}");
    }
}

/// A program with one account that logs in by OAuth2.
fn app(user: &crate::servers::User<'_>, provider: &FakeOAuth, kind: &str) -> App {
    App::with_config(&format!(
        "[[account]]\nname = \"chair\"\nhost = \"127.0.0.1\"\nport = {}\ntls = false\njunk = false\nuser = \"{}\"\n\
         login = \"{kind}\"\nclient_id = \"pouch\"\noauth_url = \"{}\"\n",
        user.dovecot.imap(),
        user.name,
        provider.url()
    ))
}

/// The answer to a request of an address on loopback.
fn ask(address: &str) -> String {
    let address = Url::parse(address.trim()).unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", address.port().unwrap())).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(stream, "GET {}?{} HTTP/1.0\r\n\r\n", address.path(), address.query().unwrap_or_default()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// Where an answer sends a browser.
fn sent_to(answer: &str) -> &str {
    answer.lines().find_map(|line| line.strip_prefix("Location: ")).unwrap()
}

/// Runs `pouch login chair`, consents as a person would, and gives its end and what it said.
fn log_in(app: &App, words: &[&str], paste: bool) -> (bool, String) {
    let mut child = app
        .command(&[&["login", "chair"], words].concat())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut said = String::new();
    for line in lines.by_ref() {
        said += &line;
        said.push('\n');
        if line.starts_with("http://") {
            if paste {
                // The browser of another machine ends at a page that does not open; its address is pasted.
                writeln!(child.stdin.as_mut().unwrap(), "{}", sent_to(&ask(&line))).unwrap();
            } else {
                said += &ask(sent_to(&ask(&line)));
            }
        }
    }
    let ended = child.wait_with_output().unwrap();
    said += &String::from_utf8_lossy(&ended.stderr);
    (ended.status.success(), said)
}

#[test]
fn a_person_logs_in_by_browser_by_pasting_and_by_code() {
    let dovecot = Dovecot::shared();
    let user = dovecot.user();
    let provider = FakeOAuth::start(dovecot.folder(), &["--consent-as", &user.name]);
    for (kind, words, paste) in [
        ("google", &[][..], false),
        ("microsoft", &[][..], false),
        ("google", &[], true),
        ("microsoft", &["--device"], false),
    ] {
        let app = app(&user, &provider, kind);
        let (done, said) = log_in(&app, words, paste);
        assert!(done && said.contains(&format!("chair: the mailbox {} opens", user.name)), "{kind} {words:?}: {said}");
        assert!(app.run(&["check"]).contains("messages on the server"));
    }
}

#[test]
fn a_consent_of_somebody_else_is_refused_with_both_names() {
    // freescout#3847: consent was given while signed in as another user; "connected, no folders".
    let dovecot = Dovecot::shared();
    let (user, other) = (dovecot.user(), dovecot.user());
    let provider = FakeOAuth::start(dovecot.folder(), &["--consent-as", &other.name]);
    let app = app(&user, &provider, "google");
    let (done, said) = log_in(&app, &[], false);
    assert!(
        !done && said.contains(&user.name) && said.contains(&other.name) && said.contains("Nothing was kept"),
        "{said}"
    );
    let refused = app.output(&["check"]);
    assert!(String::from_utf8_lossy(&refused.stdout).contains("nobody has logged in yet"), "{refused:?}");
}

#[test]
fn a_mailbox_that_needs_a_login_is_seen_on_the_page_and_in_healthz_and_no_secret_is_in_the_log() {
    let dovecot = Dovecot::shared();
    let user = dovecot.user();
    let provider = FakeOAuth::start(dovecot.folder(), &["--consent-as", &user.name]);
    let app = app(&user, &provider, "google");
    assert!(log_in(&app, &[], false).0);
    provider.fail(1000, 400, "invalid_grant");
    let serving = app.serve();
    let host = serving.address.clone();
    let health = wait_for("a mailbox that needs a login", || {
        let health = get(&serving, "/healthz", &host);
        health.contains("needs-login").then_some(health)
    });
    assert!(health.starts_with("HTTP/1.1 503"), "{health}");
    let page = crate::visitor::front(&serving);
    assert!(page.contains("needs-login") && page.contains("pouch login chair"), "{page}");
    let log = serving.log.lock().unwrap().clone();
    assert!(!log.contains(&format!("{}:r", user.name)) && log.contains("invalid_grant"), "{log}");
}
