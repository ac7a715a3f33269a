//! Signing in with an organisation's account: against a provider on loopback that signs what a test tells it to.

pub mod idp;
mod tokens;

use crate::servers::{TestDir, clock};
use idp::*;
use oauth2::url::Url;
use pouch::access::oidc::{self, Answer, Begun, Identity, PATIENCE, Provider, Refused};
use pouch::config::{Oidc, Secret};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::time::Duration;

fn is_send<T: Send>(one: T) -> T {
    one
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_sign_in_says_who_it_is_with_pkce_state_and_nonce() {
    let idp = Idp::start();
    let provider = idp.provider();
    let now = clock();
    let begun = oidc::begin(&provider, BACK, now).await.unwrap();
    let url = Url::parse(&begun.url).unwrap();
    let query: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
    assert!(begun.url.starts_with(&format!("{}/authorize?", idp.issuer())), "{}", begun.url);
    let challenge = encoded(Sha256::digest(&begun.verifier));
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("redirect_uri", BACK),
        ("state", &begun.state),
        ("nonce", &begun.nonce),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
        ("scope", "openid profile email"),
    ] {
        assert_eq!(query.get(name).map(String::as_str), Some(value), "{name}");
    }
    assert!(begun.state.len() >= 22 && begun.nonce.len() >= 22 && begun.state != begun.nonce);
    assert!(!begun.url.contains(&begun.verifier));
    idp.script.lock().unwrap().token = good(&idp.claims(&begun, now));
    // As it is kept meanwhile.
    let begun: Begun = serde_json::from_str(&serde_json::to_string(&begun).unwrap()).unwrap();
    let back = answer(&begun);
    let finishing = oidc::finish(&provider, &begun, &back, now);
    // A page's handler may move it to another thread.
    let found = is_send(finishing).await.unwrap();
    let expected = Identity {
        issuer: idp.issuer(),
        subject: "248289761001".into(),
        email: Some("ana@example.org".into()),
        email_verified: true,
        name: Some("Ana Ferreira".into()),
    };
    assert_eq!(found, expected);
    let (_, form) = idp.asked("/token").remove(0);
    for (name, value) in
        [("code", "the-code"), ("code_verifier", &begun.verifier), ("redirect_uri", BACK), ("client_id", CLIENT)]
    {
        assert_eq!(form.get(name).map(String::as_str), Some(value), "{name}");
    }
    // Its description and keys are asked for once in an hour.
    idp.sign_in(&provider, |claims| good(&claims)).await.unwrap();
    assert_eq!((idp.asked("/keys").len(), idp.asked("/.well-known/openid-configuration").len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_does_not_belong_to_this_browser_is_refused_before_anybody_is_asked() {
    let idp = Idp::start();
    let provider = idp.provider();
    let now = clock();
    let begun = oidc::begin(&provider, BACK, now).await.unwrap();
    idp.script.lock().unwrap().token = good(&idp.claims(&begun, now));
    let right = answer(&begun);
    let later = now + Duration::from_secs(601);
    for (wrong, at) in [
        (Answer { state: None, ..right.clone() }, now),
        (Answer { state: Some(String::new()), ..right.clone() }, now),
        (Answer { state: Some("of another".into()), ..right.clone() }, now),
        (Answer { state: Some("of another".into()), error: Some("access_denied".into()), ..right.clone() }, now),
        (Answer { code: None, ..right.clone() }, now),
        (right.clone(), later),
        (right.clone(), now - Duration::from_secs(10)),
    ] {
        assert_eq!(oidc::finish(&provider, &begun, &wrong, at).await, Err(Refused::Stale));
    }
    let mixed_up = Answer { iss: Some("https://evil.example.org".into()), ..right.clone() };
    let refused = oidc::finish(&provider, &begun, &mixed_up, now).await.unwrap_err();
    assert!(refused.to_string().contains("another provider's"), "{refused}");
    assert_eq!(idp.asked("/token").len(), 0);
    let named = Answer { iss: Some(idp.issuer()), ..right };
    oidc::finish(&provider, &begun, &named, now).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_provider_answers_in_place_of_a_token_is_told_in_words() {
    let idp = Idp::start();
    let provider = idp.provider();
    let now = clock();
    let begun = oidc::begin(&provider, BACK, now).await.unwrap();
    for (error, description, why) in [
        (
            "access_denied",
            Some("AADSTS50105: not\nassigned"),
            "did not let you in: it says access_denied (AADSTS50105: not)",
        ),
        ("temporarily_unavailable", None, "Try again in a few minutes"),
        ("invalid_scope", None, "Tell the administrator"),
    ] {
        let description = description.map(String::from);
        let broken = Answer { code: None, error: Some(error.into()), error_description: description, ..answer(&begun) };
        let refused = oidc::finish(&provider, &begun, &broken, now).await.unwrap_err();
        assert!(refused.to_string().contains(why), "{refused}");
    }
    for (status, body, why) in [
        (400, json!({ "error": "invalid_grant", "error_description": "SECRET code" }), "Begin again"),
        (401, json!({ "error": "invalid_client", "error_description": "SECRET" }), "registration or its secret"),
        (400, json!({ "error": "invalid_request", "error_description": "SECRET" }), "invalid_request"),
        (503, json!({ "error": "x", "error_description": "SECRET" }), "answers 503"),
        (429, json!({}), "answers 429"),
        (200, json!({ "access_token": "SECRET" }), "cannot be read"),
        (200, json!(["SECRET"]), "cannot be read"),
        (200, json!({ "access_token": "SECRET", "token_type": "Bearer" }), "no ID token"),
        (302, json!({ "SECRET": 1 }), "cannot be read"),
    ] {
        idp.set("/token", Says::Json(status, body.clone()));
        let refused = oidc::finish(&provider, &begun, &answer(&begun), now).await.unwrap_err();
        let said = refused.to_string();
        assert!(said.contains(why), "{body}: {said}");
        for secret in ["SECRET", &begun.verifier, &begun.nonce, &begun.state, "the-code"] {
            assert!(!format!("{said} {refused:?}").contains(secret), "{body}: {said}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_slow_or_sends_megabytes_is_given_up_in_time() {
    let idp = Idp::start();
    let begun_at = std::time::Instant::now();
    let now = clock();
    for path in ["/.well-known/openid-configuration", "/token", "/keys"] {
        for says in [Says::Silence, Says::Megabytes(3)] {
            let provider = Provider::new(idp.config(), Duration::from_millis(1500));
            if path == "/.well-known/openid-configuration" {
                idp.set(path, says);
                let refused = oidc::begin(&provider, BACK, now).await.err().unwrap();
                assert!(matches!(refused, Refused::Unavailable(_)), "{path}: {refused}");
            } else {
                let begun = oidc::begin(&provider, BACK, now).await.unwrap();
                idp.script.lock().unwrap().token = good(&idp.claims(&begun, now));
                idp.set(path, says);
                let refused = oidc::finish(&provider, &begun, &answer(&begun), now).await.unwrap_err();
                assert!(matches!(refused, Refused::Unavailable(_)), "{path}: {refused}");
            }
            idp.script.lock().unwrap().answers.clear();
        }
    }
    assert!(begun_at.elapsed() < Duration::from_secs(20), "{:?}", begun_at.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_describes_itself_as_another_or_without_tls_is_refused() {
    let idp = Idp::start();
    let now = clock();
    let describe = |changes: Value| {
        let Says::Json(_, right) = usual("/.well-known/openid-configuration", idp.port, &Script::default()) else {
            panic!()
        };
        idp.set("/.well-known/openid-configuration", Says::Json(200, with(right, &changes)));
    };
    for (changes, why) in [
        (json!({ "issuer": "https://evil.example.org" }), "calls itself https://evil.example.org"),
        (json!({ "token_endpoint": "http://login.example.org/token" }), "without TLS"),
        (json!({ "jwks_uri": "http://127.0.0.1.example.org/keys" }), "without TLS"),
        (json!({ "jwks_uri": "http://127.0.0.1:80@example.org/keys" }), "without TLS"),
        (json!({ "authorization_endpoint": "javascript:alert(1)" }), "without TLS"),
        (json!({ "jwks_uri": null }), "cannot be read"),
    ] {
        describe(changes.clone());
        let refused = oidc::begin(&idp.provider(), BACK, now).await.err().unwrap_or_else(|| panic!("{changes}"));
        assert!(refused.to_string().contains(why), "{changes}: {refused}");
    }
    idp.set("/.well-known/openid-configuration", Says::Json(404, json!({})));
    let refused = oidc::begin(&idp.provider(), BACK, now).await.err().unwrap();
    assert!(refused.to_string().contains("answers 404"), "{refused}");
    let nowhere = Oidc { issuer: "http://127.0.0.1:1".into(), ..idp.config() };
    let refused = oidc::begin(&Provider::new(nowhere, PATIENCE), BACK, now).await.err().unwrap();
    assert!(matches!(refused, Refused::Unavailable(_)), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_secret_goes_where_the_provider_wants_it_and_stays_out_of_every_error() {
    let idp = Idp::start();
    let folder = TestDir::new();
    let file = folder.path().join("secret");
    std::fs::write(&file, "s3cret+/\n").unwrap();
    let config = || Oidc { client_secret: Some(Secret::File(file.clone())), ..idp.config() };
    idp.sign_in(&Provider::new(config(), PATIENCE), |claims| good(&claims)).await.unwrap();
    let (authorization, form) = idp.asked("/token").remove(0);
    assert!(authorization.starts_with("Basic ") && !form.contains_key("client_secret"), "{authorization} {form:?}");
    let Says::Json(_, right) = usual("/.well-known/openid-configuration", idp.port, &Script::default()) else {
        panic!()
    };
    let methods = json!({ "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"] });
    idp.set("/.well-known/openid-configuration", Says::Json(200, with(right, &methods)));
    idp.sign_in(&Provider::new(config(), PATIENCE), |claims| good(&claims)).await.unwrap();
    let (authorization, form) = idp.asked("/token").remove(1);
    assert_eq!((authorization.as_str(), form["client_secret"].as_str()), ("", "s3cret+/"));
    std::fs::remove_file(&file).unwrap();
    let refused = oidc::begin(&Provider::new(config(), PATIENCE), BACK, clock()).await.err().unwrap();
    assert!(refused.to_string().contains("secret cannot be read"), "{refused}");
    assert!(!refused.to_string().contains(folder.path().to_str().unwrap()), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_provider_s_own_session_can_be_ended_too() {
    let idp = Idp::start();
    let url = oidc::end(&idp.provider(), "https://desk.example.org/?a=b&c", clock()).await.unwrap().unwrap();
    assert_eq!(
        url,
        format!(
            "{}/end?ui=1&client_id=the-desk&post_logout_redirect_uri=https%3A%2F%2Fdesk.example.org%2F%3Fa%3Db%26c",
            idp.issuer()
        )
    );
}

#[test]
fn the_configuration_names_an_issuer_that_is_protected() {
    let read = |lines: &str| {
        pouch::config::Config::read(
            &format!("[desk.oidc]\nclient_id = \"x\"\n{lines}"),
            std::path::Path::new("/etc/pouch"),
        )
    };
    for good in [
        "https://login.example.org/realms/desk",
        "http://127.0.0.1:8180",
        "http://[::1]:8180/x",
        "https://x.auth0.example.org/",
    ] {
        let config = read(&format!("issuer = \"{good}\"\n")).unwrap();
        assert_eq!(config.desk.oidc.unwrap().issuer, good);
    }
    for wrong in [
        "http://login.example.org",
        "http://127.0.0.1.example.org",
        "http://127.0.0.1:80@example.org",
        "http://localhost.example.org",
        "https://user:word@example.org",
        "https://",
        "https://example.org/?x",
        "https://example.org/#x",
        "login.example.org",
        "ftp://example.org",
    ] {
        let refused = read(&format!("issuer = \"{wrong}\"\n")).expect_err(wrong);
        assert!(refused.iter().any(|one| one.starts_with("desk.oidc.issuer:")), "{wrong}: {refused:?}");
    }
    let refused = read("issuer = \"https://example.org\"\ntenants = [\"common\"]\ncolour = 1\n").unwrap_err();
    assert!(refused.iter().any(|one| one.starts_with("desk.oidc.tenants:")), "{refused:?}");
    assert!(refused.iter().any(|one| one.starts_with("desk.oidc.colour:")), "{refused:?}");
    assert!(read("").unwrap_err().iter().any(|one| one.contains("desk.oidc.issuer: is missing")));
}
