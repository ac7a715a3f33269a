//! Two small services, one that does everything wrong and one that does the same right: the attacks must tell them apart.
//! No part of Pouch, and no model for one.

use super::http::percent;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

/// A session: who, and the token of its forms.
type Sessions = BTreeMap<String, (String, String)>;

/// The service; it ends with the test's process.
pub struct Desk {
    pub address: String,
    is_weak: bool,
    pub folder: PathBuf,
    sessions: Mutex<Sessions>,
    acts: Mutex<u32>,
}

impl Desk {
    /// Starts it over a folder of files.
    pub fn start(is_weak: bool, folder: PathBuf) -> Arc<Self> {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let desk = Arc::new(Self { address, is_weak, folder, sessions: Mutex::default(), acts: Mutex::default() });
        let router = Router::new()
            .route("/sign-in", post(sign_in))
            .route("/sign-out", post(sign_out))
            .route("/inside", get(inside))
            .route("/act", post(act).get(act_by_link))
            .route("/upload", post(upload))
            .route("/files/{*path}", get(file))
            .with_state(desk.clone());
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                let _ = axum::serve(listener, router).await;
            });
        });
        desk
    }

    /// A session of this person: `name=value` and its token.
    pub fn session(&self, who: &str) -> (String, String) {
        let (id, token) = (uuid::Uuid::new_v4().to_string(), uuid::Uuid::new_v4().to_string());
        self.sessions.lock().unwrap().insert(id.clone(), (who.into(), token.clone()));
        (format!("pouch={id}"), token)
    }

    /// What the acts changed.
    pub fn state(&self) -> String {
        self.acts.lock().unwrap().to_string()
    }

    fn of(&self, headers: &HeaderMap) -> Option<(String, String)> {
        self.sessions.lock().unwrap().get(id_of(headers)?).cloned()
    }

    fn count(&self) {
        *self.acts.lock().unwrap() += 1;
    }
}

fn id_of(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::COOKIE)?.to_str().ok()?.strip_prefix("pouch=")
}

fn field(form: &str, name: &str) -> Option<String> {
    let value = form.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
    let mut bytes = value.bytes();
    let mut read = Vec::new();
    while let Some(b) = bytes.next() {
        let pair = [bytes.clone().next(), bytes.clone().nth(1)];
        match (b, pair) {
            (b'%', [Some(high), Some(low)]) => {
                let text = format!("{}{}", char::from(high), char::from(low));
                read.push(u8::from_str_radix(&text, 16).ok()?);
                bytes.nth(1);
            }
            _ => read.push(b),
        }
    }
    String::from_utf8(read).ok()
}

async fn sign_in(State(desk): State<Arc<Desk>>, headers: HeaderMap, form: String) -> Response {
    let next = field(&form, "next").unwrap_or_else(|| "/".into());
    let given = id_of(&headers).map(String::from);
    let id = if desk.is_weak { given } else { None }.unwrap_or_else(|| uuid::Uuid::new_v4().to_string());
    desk.sessions.lock().unwrap().insert(id.clone(), ("ana".into(), "token".into()));
    let attributes = if desk.is_weak { "" } else { "; Path=/; HttpOnly; SameSite=Lax" };
    let place =
        if desk.is_weak || next.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'/') && !next.starts_with("//") {
            next
        } else {
            "/".into()
        };
    // What no header may hold is written as an address writes it; the weak one does the same, or axum would refuse it.
    let place: String =
        place.chars().map(|c| if c.is_control() { percent(&c.to_string()) } else { c.to_string() }).collect();
    (StatusCode::SEE_OTHER, [(header::SET_COOKIE, format!("pouch={id}{attributes}")), (header::LOCATION, place)])
        .into_response()
}

async fn sign_out(State(desk): State<Arc<Desk>>, headers: HeaderMap) -> StatusCode {
    if let Some(id) = id_of(&headers)
        && !desk.is_weak
    {
        desk.sessions.lock().unwrap().remove(id);
    }
    StatusCode::NO_CONTENT
}

async fn inside(State(desk): State<Arc<Desk>>, headers: HeaderMap) -> Response {
    match desk.of(&headers) {
        Some((_, token)) => {
            format!("<form><input type=\"hidden\" name=\"csrf\" value=\"{token}\"></form>").into_response()
        }
        None => StatusCode::FORBIDDEN.into_response(),
    }
}

async fn upload(State(desk): State<Arc<Desk>>, body: Bytes) -> StatusCode {
    let text = String::from_utf8_lossy(&body);
    let name = text.split("filename=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
    // Of all names that climb, it follows only one that stays in the test's folder.
    if desk.is_weak && name == "../pouch-attack" {
        let _ = std::fs::write(desk.folder.join(name), "uploaded");
    }
    StatusCode::NO_CONTENT
}

async fn act(State(desk): State<Arc<Desk>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let Ok(form) = String::from_utf8(body.to_vec()) else {
        return if desk.is_weak { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::BAD_REQUEST };
    };
    if desk.is_weak {
        desk.count();
        return StatusCode::NO_CONTENT;
    }
    let Some((who, token)) = desk.of(&headers) else { return StatusCode::UNAUTHORIZED };
    let is_own = |name: header::HeaderName, own: &str| headers.get(name).is_none_or(|value| value == own);
    let origin = format!("http://{}", desk.address);
    let came_from_us =
        is_own(header::ORIGIN, &origin) && is_own(header::HeaderName::from_static("sec-fetch-site"), "same-origin");
    if who != "ana" || !came_from_us || field(&form, "csrf") != Some(token) {
        return StatusCode::FORBIDDEN;
    }
    desk.count();
    StatusCode::NO_CONTENT
}

async fn act_by_link(State(desk): State<Arc<Desk>>, RawQuery(_): RawQuery) -> StatusCode {
    if desk.is_weak {
        desk.count();
        return StatusCode::OK;
    }
    StatusCode::METHOD_NOT_ALLOWED
}

async fn file(State(desk): State<Arc<Desk>>, Path(path): Path<String>) -> Response {
    if !desk.is_weak && (path.is_empty() || !path.bytes().all(|b| b.is_ascii_alphanumeric())) {
        return StatusCode::NOT_FOUND.into_response();
    }
    match std::fs::read(desk.folder.join(path)) {
        Ok(bytes) => bytes.into_response(),
        Err(_) if desk.is_weak => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}
