//! Whether an ID token proves who somebody is (OpenID Connect Core 1.0, 3.1.3.7). Takes nothing from a token before its
//! signature is checked, except which key it names.

use super::{Identity, Refused, is_same, ring_keys};
use crate::domain::{Timestamp, clip};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;

/// By how much the provider's clock and ours may differ, in seconds.
const SKEW: i64 = 60;

/// Longest token, in bytes; real ones have some two thousand.
const MOST: usize = 64 << 10;

/// Longest subject (OpenID Connect Core 1.0, 2).
const SUBJECT: usize = 255;

/// How a token says it is signed.
pub struct Header {
    pub algorithm: Algorithm,
    pub key_id: Option<String>,
}

/// What must stand in a token.
pub struct Expected<'a> {
    pub issuers: &'a [String],
    pub client_id: &'a str,
    pub nonce: &'a str,
    pub now: Timestamp,
}

/// The claims that are looked at; a name that stands twice is an error.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: serde_json::Number,
    iat: serde_json::Number,
    nbf: Option<serde_json::Number>,
    nonce: Option<String>,
    azp: Option<String>,
    email: Option<String>,
    preferred_username: Option<String>,
    email_verified: Option<serde_json::Value>,
    name: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// Reads which key a token names.
pub fn header(token: &str) -> Result<Header, Refused> {
    let unreadable = || unproven("its token cannot be read, or is not signed as it must be");
    if token.len() > MOST {
        return Err(unproven("its token is too long"));
    }
    // "none" and what else the library does not know end here.
    let header = jsonwebtoken::decode_header(token).map_err(|_| unreadable())?;
    let is_taken = matches!(header.alg, Algorithm::RS256 | Algorithm::ES256);
    // RFC 7515 4.1.11: what must be understood, and is not.
    if !is_taken || header.crit.is_some() {
        return Err(unreadable());
    }
    Ok(Header { algorithm: header.alg, key_id: header.kid })
}

/// The one key that a token can be signed with: by its name, or, if the token names none, the only one of its kind.
pub fn fits<'a>(keys: &'a [Jwk], header: &Header) -> Option<&'a Jwk> {
    let mut fitting = keys.iter().filter(|key| is_of_kind(key, header.algorithm)).filter(|key| match &header.key_id {
        Some(id) => key.common.key_id.as_ref() == Some(id),
        None => true,
    });
    let first = fitting.next()?;
    (header.key_id.is_some() || fitting.next().is_none()).then_some(first)
}

fn is_of_kind(key: &Jwk, algorithm: Algorithm) -> bool {
    let (is_kind, name) = match (&key.algorithm, algorithm) {
        (AlgorithmParameters::RSA(_), Algorithm::RS256) => (true, KeyAlgorithm::RS256),
        (AlgorithmParameters::EllipticCurve(curve), Algorithm::ES256) => {
            (curve.curve == EllipticCurve::P256, KeyAlgorithm::ES256)
        }
        _ => return false,
    };
    let is_for_signatures = key.common.public_key_use.as_ref().is_none_or(|one| *one == PublicKeyUse::Signature);
    is_kind && is_for_signatures && key.common.key_algorithm.is_none_or(|one| one == name)
}

/// Checks a token, and says who it is about.
pub fn check(token: &str, key: &Jwk, expected: &Expected<'_>, trust_email: bool) -> Result<Identity, Refused> {
    ring_keys::install();
    let algorithm = header(token)?.algorithm;
    let key = DecodingKey::from_jwk(key).map_err(|_| unproven("its key cannot be read"))?;
    let mut rules = Validation::new(algorithm);
    rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    rules.set_issuer(expected.issuers);
    rules.set_audience(&[expected.client_id]);
    // The library looks at the clock itself; ours is an argument, and is held against all three times below.
    rules.validate_exp = false;
    let claims = jsonwebtoken::decode::<Claims>(token, &key, &rules).map_err(|error| why(error.kind()))?.claims;
    check_claims(&claims, expected)?;
    Ok(identity(claims, trust_email))
}

fn why(error: &ErrorKind) -> Refused {
    unproven(match error {
        ErrorKind::InvalidSignature => "the signature of its token is wrong",
        ErrorKind::InvalidIssuer => "its token is another provider's",
        ErrorKind::InvalidAudience => "its token is for another application",
        ErrorKind::InvalidAlgorithm => "its token is not signed as it must be",
        // The library's own words may repeat the token's.
        _ => "its token lacks something, or cannot be read",
    })
}

fn check_claims(claims: &Claims, expected: &Expected<'_>) -> Result<(), Refused> {
    let now = expected.now.as_second();
    let second = |number: &serde_json::Number| number.as_f64().filter(|one| one.abs() < 1e12).map(|one| one as i64);
    let unreadable = || unproven("its token lacks something, or cannot be read");
    let (ends, issued) = (second(&claims.exp).ok_or_else(unreadable)?, second(&claims.iat).ok_or_else(unreadable)?);
    let begins = claims.nbf.as_ref().map(|nbf| second(nbf).ok_or_else(unreadable)).transpose()?;
    if ends + SKEW <= now {
        return Err(unproven("its token has ended (or a clock is wrong)"));
    }
    if issued - SKEW > now || begins.is_some_and(|begins| begins - SKEW > now) {
        return Err(unproven("its token is from the future (or a clock is wrong)"));
    }
    if !claims.nonce.as_deref().is_some_and(|nonce| is_same(nonce, expected.nonce)) {
        return Err(unproven("its token is not for this sign-in"));
    }
    // Who else may use the token is none of our business only if we are named as the one who asked for it.
    let is_for_others = match &claims.aud {
        Audience::One(one) => one != expected.client_id,
        Audience::Many(all) => all.iter().any(|one| one != expected.client_id),
    };
    let is_asked_by_us = claims.azp.as_deref().map(|azp| azp == expected.client_id);
    if is_asked_by_us == Some(false) || (is_for_others && is_asked_by_us.is_none()) {
        return Err(unproven("its token was asked for by another application"));
    }
    if claims.sub.is_empty() || claims.sub.len() > SUBJECT {
        return Err(unproven("its token names nobody"));
    }
    Ok(())
}

fn identity(claims: Claims, trust_email: bool) -> Identity {
    let said = claims.email_verified.as_ref().is_some_and(|said| said == true || said == "true");
    let is_proven = claims.email.is_some() && said;
    // Entra puts the address into the name for signing in, where the application does not ask for more.
    let email = claims.email.or(claims.preferred_username).map(|one| clip(&one)).filter(|one| one.contains('@'));
    Identity {
        issuer: claims.iss,
        subject: claims.sub,
        email_verified: email.is_some() && (is_proven || trust_email),
        email,
        name: claims.name.map(|name| clip(&name)).filter(|name| !name.is_empty()),
    }
}

fn unproven(why: &str) -> Refused {
    Refused::Unproven(why.into())
}
