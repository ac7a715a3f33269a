//! A provider on loopback that answers by a script and signs what a test tells it to. Asserts nothing.

use crate::servers::clock;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use pouch::access::oidc::{self, Answer, Begun, Identity, PATIENCE, Provider, Refused};
use pouch::config::Oidc;
use pouch::domain::Timestamp;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock};

pub const BACK: &str = "https://desk.example.org/sign-in/back";
pub const CLIENT: &str = "the-desk";

/// What the provider does with a connection.
#[derive(Clone)]
pub enum Says {
    Json(u16, Value),
    /// This many megabytes of an answer that never ends well.
    Megabytes(usize),
    /// Nothing, with the connection open.
    Silence,
}

#[derive(Default)]
pub struct Script {
    /// What a path answers; those that are not here answer as they should.
    pub answers: BTreeMap<String, Says>,
    pub keys: Vec<Value>,
    pub token: String,
    /// Requests: path, `Authorization`, and the form.
    pub asked: Vec<(String, String, BTreeMap<String, String>)>,
}

/// A provider on loopback.
pub struct Idp {
    pub port: u16,
    pub script: Arc<Mutex<Script>>,
}

impl Idp {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let script =
            Arc::new(Mutex::new(Script { keys: vec![rsa().jwk("first"), ec_jwk("curve")], ..Script::default() }));
        let shared = Arc::clone(&script);
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                let script = Arc::clone(&shared);
                std::thread::spawn(move || serve(&connection.unwrap(), port, &script));
            }
        });
        Self { port, script }
    }

    pub fn issuer(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn config(&self) -> Oidc {
        Oidc {
            issuer: self.issuer(),
            client_id: CLIENT.into(),
            client_secret: None,
            trust_email: false,
            tenants: Vec::new(),
        }
    }

    pub fn provider(&self) -> Provider {
        Provider::new(self.config(), PATIENCE)
    }

    pub fn set(&self, path: &str, says: Says) {
        self.script.lock().unwrap().answers.insert(path.into(), says);
    }

    pub fn asked(&self, path: &str) -> Vec<(String, BTreeMap<String, String>)> {
        let script = self.script.lock().unwrap();
        script.asked.iter().filter(|one| one.0 == path).map(|one| (one.1.clone(), one.2.clone())).collect()
    }

    /// Claims that are right for this sign-in.
    pub fn claims(&self, begun: &Begun, now: Timestamp) -> Value {
        let now = now.as_second();
        json!({
            "iss": self.issuer(), "sub": "248289761001", "aud": CLIENT, "nonce": begun.nonce,
            "iat": now, "exp": now + 300, "email": "ana@example.org", "email_verified": true, "name": "Ana Ferreira",
        })
    }

    /// A whole sign-in whose token is what `made` makes of the right claims.
    pub async fn sign_in(&self, provider: &Provider, made: impl FnOnce(Value) -> String) -> Result<Identity, Refused> {
        let now = clock();
        let begun = oidc::begin(provider, BACK, now).await?;
        self.script.lock().unwrap().token = made(self.claims(&begun, now));
        oidc::finish(provider, &begun, &answer(&begun), now).await
    }
}

pub fn answer(begun: &Begun) -> Answer {
    Answer { state: Some(begun.state.clone()), code: Some("the-code".into()), ..Answer::default() }
}

pub fn serve(connection: &TcpStream, port: u16, script: &Mutex<Script>) {
    let mut reader = BufReader::new(connection);
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let path = line.split(' ').nth(1).unwrap_or_default().to_string();
    let (mut length, mut authorization) = (0, String::new());
    loop {
        let mut field = String::new();
        reader.read_line(&mut field).unwrap();
        let Some((name, value)) = field.trim().split_once(": ") else { break };
        match name.to_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap(),
            "authorization" => authorization = value.into(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let form = oauth2::url::form_urlencoded::parse(&body).into_owned().collect();
    let says = {
        let mut script = script.lock().unwrap();
        script.asked.push((path.clone(), authorization, form));
        script.answers.get(&path).cloned().unwrap_or_else(|| usual(&path, port, &script))
    };
    // A client that breaks off does so by intent.
    let _ = write(connection, &says);
    if matches!(says, Says::Silence) {
        let _ = reader.read_to_end(&mut Vec::new());
    }
}

pub fn write(mut connection: &TcpStream, says: &Says) -> std::io::Result<()> {
    match says {
        Says::Json(status, value) => {
            let text = value.to_string();
            let head = format!("HTTP/1.1 {status} x\r\nContent-Type: application/json\r\nConnection: close\r\n");
            write!(connection, "{head}Content-Length: {}\r\n\r\n{text}", text.len())
        }
        Says::Megabytes(count) => {
            write!(
                connection,
                "HTTP/1.1 200 x\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{{\"keys\":[\""
            )?;
            (0..*count).try_for_each(|_| connection.write_all(&vec![b'x'; 1 << 20]))?;
            write!(connection, "\"]}}")
        }
        Says::Silence => Ok(()),
    }
}

pub fn usual(path: &str, port: u16, script: &Script) -> Says {
    let at = |path: &str| format!("http://127.0.0.1:{port}/{path}");
    match path {
        "/.well-known/openid-configuration" => Says::Json(
            200,
            json!({
                "issuer": format!("http://127.0.0.1:{port}"),
                "authorization_endpoint": at("authorize"),
                "token_endpoint": at("token"),
                "jwks_uri": at("keys"),
                "end_session_endpoint": at("end?ui=1"),
            }),
        ),
        "/keys" => Says::Json(200, json!({ "keys": script.keys })),
        "/token" => Says::Json(
            200,
            json!({ "access_token": "opaque", "token_type": "Bearer", "expires_in": 300, "id_token": script.token }),
        ),
        _ => Says::Json(404, json!({})),
    }
}

pub fn encoded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A token of this header and these claims, signed by `sign`.
pub fn token(header: &Value, claims: &Value, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let message = format!("{}.{}", encoded(header.to_string()), encoded(claims.to_string()));
    let signed = sign(message.as_bytes());
    format!("{message}.{}", encoded(signed))
}

pub struct Rsa(pub RsaKeyPair);

/// One RSA key for all tests, and another one that no provider knows.
pub fn rsa() -> &'static Rsa {
    static KEY: OnceLock<Rsa> = OnceLock::new();
    KEY.get_or_init(Rsa::new)
}

pub fn other_rsa() -> &'static Rsa {
    static KEY: OnceLock<Rsa> = OnceLock::new();
    KEY.get_or_init(Rsa::new)
}

impl Rsa {
    pub fn new() -> Self {
        let made = Command::new("openssl")
            .args(["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"])
            .output()
            .unwrap();
        // PKCS#8 in PEM: the DER of some versions is PKCS#1.
        let pem = String::from_utf8(made.stdout).unwrap();
        let der: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        Self(RsaKeyPair::from_pkcs8(&STANDARD.decode(der).unwrap()).unwrap())
    }

    pub fn jwk(&self, id: &str) -> Value {
        let public: RsaPublicKeyComponents<Vec<u8>> = self.0.public().into();
        json!({ "kty": "RSA", "use": "sig", "kid": id, "n": encoded(public.n), "e": encoded(public.e) })
    }

    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let mut signed = vec![0; self.0.public().modulus_len()];
        self.0.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signed).unwrap();
        signed
    }

    /// A token as a provider makes it.
    pub fn token(&self, id: &str, claims: &Value) -> String {
        token(&json!({ "alg": "RS256", "typ": "JWT", "kid": id }), claims, |message| self.sign(message))
    }
}

pub fn ec() -> &'static EcdsaKeyPair {
    static KEY: OnceLock<EcdsaKeyPair> = OnceLock::new();
    KEY.get_or_init(|| {
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, made.as_ref(), &SystemRandom::new()).unwrap()
    })
}

pub fn ec_jwk(id: &str) -> Value {
    let (x, y) = ec().public_key().as_ref()[1..].split_at(32);
    json!({ "kty": "EC", "crv": "P-256", "alg": "ES256", "kid": id, "x": encoded(x), "y": encoded(y) })
}

pub fn ec_sign(message: &[u8]) -> Vec<u8> {
    ec().sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec()
}

pub fn good(claims: &Value) -> String {
    rsa().token("first", claims)
}

/// The claims with some of them changed; null takes one away.
pub fn with(mut claims: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => claims.as_object_mut().unwrap().remove(name),
            other => claims.as_object_mut().unwrap().insert(name.clone(), other.clone()),
        };
    }
    claims
}
