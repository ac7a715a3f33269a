//! Which tokens prove who somebody is, and which do not.

use super::idp::*;
use crate::servers::clock;
use pouch::access::oidc::{self, PATIENCE, Provider, Refused};
use pouch::config::Oidc;
use ring::signature::RsaPublicKeyComponents;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_both_kinds_sign_and_a_token_without_a_key_name_fits_the_only_one() {
    let idp = Idp::start();
    let provider = idp.provider();
    let header = json!({ "alg": "ES256", "kid": "curve" });
    idp.sign_in(&provider, |claims| token(&header, &claims, ec_sign)).await.unwrap();
    let nameless = json!({ "alg": "RS256" });
    idp.sign_in(&provider, |claims| token(&nameless, &claims, |message| rsa().sign(message))).await.unwrap();
    // With two of a kind nobody can know which.
    idp.script.lock().unwrap().keys.push(other_rsa().jwk("second"));
    let provider = idp.provider();
    let refused = idp.sign_in(&provider, |claims| token(&nameless, &claims, |message| rsa().sign(message))).await;
    assert!(matches!(refused, Err(Refused::Unproven(_))), "{refused:?}");
    // A key for another use, of another kind, or nothing that we know: they do no harm to the others.
    let mut sealing = rsa().jwk("sealing");
    sealing["use"] = "enc".into();
    idp.script.lock().unwrap().keys = vec![json!({ "kty": "future" }), json!(7), sealing, rsa().jwk("first")];
    let provider = idp.provider();
    idp.sign_in(&provider, |claims| good(&claims)).await.unwrap();
    let refused = idp.sign_in(&provider, |claims| rsa().token("sealing", &claims)).await;
    assert!(matches!(refused, Err(Refused::Unproven(_))), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_not_signed_by_the_provider_proves_nothing() {
    type Forge = fn(Value) -> String;
    let forgeries: [(&str, Forge, &str); 11] = [
        ("another key under the right name", |claims| other_rsa().token("first", &claims), "signature"),
        (
            "claims changed afterwards",
            |claims| {
                let signed = good(&claims);
                let parts: Vec<&str> = signed.split('.').collect();
                let other = encoded(with(claims, &json!({ "sub": "1" })).to_string());
                format!("{}.{other}.{}", parts[0], parts[2])
            },
            "signature",
        ),
        (
            "no signature, alg none",
            |claims| token(&json!({ "alg": "none" }), &claims, |_| Vec::new()),
            "not signed as it must",
        ),
        (
            "alg None",
            |claims| token(&json!({ "alg": "None", "kid": "first" }), &claims, |_| Vec::new()),
            "not signed as it must",
        ),
        (
            "an empty signature",
            |claims| token(&json!({ "alg": "RS256", "kid": "first" }), &claims, |_| Vec::new()),
            "signature",
        ),
        (
            "HS256 with the public key",
            |claims| {
                let public: RsaPublicKeyComponents<Vec<u8>> = rsa().0.public().into();
                token(&json!({ "alg": "HS256", "kid": "first" }), &claims, |message| {
                    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &public.n);
                    ring::hmac::sign(&key, message).as_ref().to_vec()
                })
            },
            "not signed as it must",
        ),
        (
            "RS512",
            |claims| token(&json!({ "alg": "RS512", "kid": "first" }), &claims, |message| rsa().sign(message)),
            "not signed as it must",
        ),
        (
            "a curve's name for the RSA key",
            |claims| token(&json!({ "alg": "ES256", "kid": "first" }), &claims, ec_sign),
            "does not name as its own",
        ),
        (
            "a key that it brings itself",
            |claims| {
                let header = json!({ "alg": "RS256", "kid": "mine", "jwk": other_rsa().jwk("mine") });
                token(&header, &claims, |message| other_rsa().sign(message))
            },
            "does not name as its own",
        ),
        (
            "something critical that we do not know",
            |claims| {
                token(&json!({ "alg": "RS256", "kid": "first", "crit": ["b64"], "b64": true }), &claims, |message| {
                    rsa().sign(message)
                })
            },
            "not signed as it must",
        ),
        ("no token", |_| "x.y".into(), "not signed as it must"),
    ];
    let idp = Idp::start();
    let provider = idp.provider();
    for (what, forge, why) in forgeries {
        let refused = idp.sign_in(&provider, forge).await.unwrap_err();
        assert!(matches!(&refused, Refused::Unproven(said) if said.contains(why)), "{what}: {refused}");
    }
    idp.sign_in(&provider, |claims| good(&claims)).await.unwrap();
    let long = idp.sign_in(&provider, |claims| good(&with(claims, &json!({ "x": "x".repeat(70_000) })))).await;
    assert!(long.unwrap_err().to_string().contains("too long"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_for_another_or_of_another_or_out_of_its_time_proves_nothing() {
    let idp = Idp::start();
    let provider = idp.provider();
    let now = clock().as_second();
    let another = "another provider's";
    let lacks = "lacks something";
    for (changes, why) in [
        (json!({ "iss": "https://evil.example.org" }), another),
        (json!({ "iss": format!("{}/", idp.issuer()) }), another),
        (json!({ "iss": [idp.issuer(), "https://evil.example.org"] }), lacks),
        (json!({ "iss": null }), lacks),
        (json!({ "aud": "another-desk" }), "another application"),
        (json!({ "aud": ["another-desk"] }), "another application"),
        (json!({ "aud": null }), lacks),
        (json!({ "aud": [CLIENT, "another-desk"] }), "asked for by another"),
        (json!({ "aud": [CLIENT, "another-desk"], "azp": "another-desk" }), "asked for by another"),
        (json!({ "azp": "another-desk" }), "asked for by another"),
        (json!({ "nonce": "of-another-sign-in" }), "not for this sign-in"),
        (json!({ "nonce": null }), "not for this sign-in"),
        (json!({ "exp": now - 120 }), "ended"),
        (json!({ "exp": null }), lacks),
        (json!({ "exp": "tomorrow" }), lacks),
        (json!({ "exp": 1e300 }), lacks),
        (json!({ "nbf": now + 120 }), "future"),
        (json!({ "iat": now + 120 }), "future"),
        (json!({ "iat": null }), lacks),
        (json!({ "sub": null }), lacks),
        (json!({ "sub": "" }), "names nobody"),
        (json!({ "sub": "x".repeat(256) }), "names nobody"),
        (json!({ "sub": 7 }), lacks),
    ] {
        let refused = idp.sign_in(&provider, |claims| good(&with(claims, &changes))).await;
        let refused = refused.err().unwrap_or_else(|| panic!("{changes} was let in"));
        assert!(matches!(&refused, Refused::Unproven(said) if said.contains(why)), "{changes}: {refused}");
    }
    // Clocks may differ by a minute, and several audiences are fine if the token was asked for by us.
    for changes in [
        json!({ "exp": now - 30 }),
        json!({ "iat": now + 30, "nbf": now + 30 }),
        json!({ "aud": [CLIENT], "azp": CLIENT }),
        json!({ "aud": ["another-desk", CLIENT], "azp": CLIENT }),
        json!({ "exp": now as f64 + 100.5 }),
    ] {
        let found = idp.sign_in(&provider, |claims| good(&with(claims, &changes))).await;
        assert!(found.is_ok(), "{changes}: {found:?}");
    }
    // One claim twice: which one counts?
    let twice = idp.sign_in(&provider, |claims| {
        let text = claims.to_string().replacen("\"sub\":", "\"sub\":\"1\",\"sub\":", 1);
        let message = format!("{}.{}", encoded("{\"alg\":\"RS256\",\"kid\":\"first\"}"), encoded(text));
        format!("{message}.{}", encoded(rsa().sign(message.as_bytes())))
    });
    assert!(matches!(twice.await, Err(Refused::Unproven(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_changes_its_keys_is_asked_for_them_again() {
    let idp = Idp::start();
    let provider = idp.provider();
    idp.sign_in(&provider, |claims| good(&claims)).await.unwrap();
    let refused = idp.sign_in(&provider, |claims| other_rsa().token("second", &claims)).await;
    assert!(refused.unwrap_err().to_string().contains("does not name as its own"));
    idp.script.lock().unwrap().keys = vec![other_rsa().jwk("second")];
    idp.sign_in(&provider, |claims| other_rsa().token("second", &claims)).await.unwrap();
    // The old key is over.
    let refused = idp.sign_in(&provider, |claims| good(&claims)).await;
    assert!(matches!(refused, Err(Refused::Unproven(_))), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn entra_signs_for_each_organisation_and_only_those_that_are_named_come_in() {
    const OURS: &str = "3aa4a235-b6e2-48d5-9195-7fcf05b459b0";
    const OTHERS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";
    let idp = Idp::start();
    let template = format!("{}/{{tenantid}}/v2.0", idp.issuer());
    let Says::Json(_, right) = usual("/.well-known/openid-configuration", idp.port, &Script::default()) else {
        panic!()
    };
    let description = Says::Json(200, with(right, &json!({ "issuer": template })));
    idp.set("/organizations/v2.0/.well-known/openid-configuration", description.clone());
    idp.set("/evil/v2.0/.well-known/openid-configuration", description);
    let issuer = format!("{}/organizations/v2.0", idp.issuer());
    let nobody = Oidc { issuer: issuer.clone(), ..idp.config() };
    let refused = oidc::begin(&Provider::new(nobody.clone(), PATIENCE), BACK, clock()).await.err().unwrap();
    assert!(refused.to_string().contains("names none of them"), "{refused}");
    let evil = Oidc { issuer: format!("{}/evil/v2.0", idp.issuer()), tenants: vec![OURS.into()], ..nobody.clone() };
    let refused = oidc::begin(&Provider::new(evil, PATIENCE), BACK, clock()).await.err().unwrap();
    assert!(refused.to_string().contains("calls itself"), "{refused}");
    let provider = Provider::new(Oidc { tenants: vec![OURS.to_uppercase()], ..nobody }, PATIENCE);
    let of = |tenant: &str| {
        let iss = format!("{}/{tenant}/v2.0", idp.issuer());
        json!({ "iss": iss, "tid": tenant, "email": null, "email_verified": null, "preferred_username": "ana@example.org" })
    };
    let found = idp.sign_in(&provider, |claims| good(&with(claims, &of(OURS)))).await.unwrap();
    assert_eq!(found.issuer, format!("{}/{OURS}/v2.0", idp.issuer()));
    assert_eq!((found.email.as_deref(), found.email_verified), (Some("ana@example.org"), false));
    for changes in [
        of(OTHERS),
        json!({ "iss": template }),
        json!({ "iss": issuer }),
        json!({ "iss": of(OTHERS)["iss"], "tid": OURS }),
    ] {
        let refused = idp.sign_in(&provider, |claims| good(&with(claims, &changes))).await;
        assert!(matches!(refused, Err(Refused::Unproven(_))), "{changes}: {refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_proven_only_if_the_token_or_the_operator_says_so() {
    let idp = Idp::start();
    let provider = |trust_email| Provider::new(Oidc { trust_email, ..idp.config() }, PATIENCE);
    for (changes, trust_email, is_proven) in [
        (json!({}), false, true),
        (json!({ "email_verified": "true" }), false, true),
        (json!({ "email_verified": false }), false, false),
        (json!({ "email_verified": null }), false, false),
        (json!({ "email_verified": null }), true, true),
        (json!({ "email_verified": 1 }), false, false),
        // Proven is the address, not the name that somebody signs in with.
        (json!({ "email": null, "preferred_username": "ana@example.org" }), false, false),
        (json!({ "email": null, "name": "ana@example.org" }), true, false),
    ] {
        let provider = provider(trust_email);
        let found = idp.sign_in(&provider, |claims| good(&with(claims, &changes))).await.unwrap();
        let proven = found.email.as_deref().filter(|_| found.email_verified);
        assert_eq!(
            proven.is_some_and(|one| one.eq_ignore_ascii_case("ana@example.org")),
            is_proven,
            "{changes}: {found:?}"
        );
    }
}
