//! Requests written by hand, so that a test decides every byte of them. Follows no redirect and keeps no cookie.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// One request. `Host` and `Connection: close` are added unless they are given.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn get(path: &str) -> Self {
        Self { method: "GET".into(), path: path.into(), headers: Vec::new(), body: Vec::new() }
    }

    /// A form as a browser sends it, from a page of the same origin.
    pub fn post(path: &str, fields: &[(&str, &str)]) -> Self {
        let form = form(fields);
        let mut request = Self { method: "POST".into(), body: form.into_bytes(), ..Self::get(path) };
        request.headers.push(("Content-Type".into(), "application/x-www-form-urlencoded".into()));
        request
    }

    /// An upload: fields, and files with name (as written, whatever it is), media type and bytes.
    pub fn upload(path: &str, fields: &[(&str, &str)], files: &[(&str, &str, &str, &[u8])]) -> Self {
        const EDGE: &str = "edge-7d1c";
        let mut body = Vec::new();
        for (name, value) in fields {
            let head = format!("--{EDGE}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(head.as_bytes());
        }
        for (field, name, kind, bytes) in files {
            let disposition = format!("form-data; name=\"{field}\"; filename=\"{name}\"");
            let head = format!("--{EDGE}\r\nContent-Disposition: {disposition}\r\nContent-Type: {kind}\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{EDGE}--\r\n").as_bytes());
        let request = Self { method: "POST".into(), body, ..Self::get(path) };
        request.with("Content-Type", &format!("multipart/form-data; boundary={EDGE}"))
    }

    /// With a header more, or another value for it.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.into(), value.into()));
        self
    }

    /// With a cookie (`name=value`), or without any.
    pub fn of_session(self, cookie: Option<&str>) -> Self {
        match cookie {
            Some(cookie) => self.with("Cookie", cookie),
            None => self,
        }
    }

    fn bytes(&self, address: &str) -> Vec<u8> {
        let has = |name: &str| self.headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.path);
        if !has("host") {
            let _ = write!(head, "Host: {address}\r\n");
        }
        if !has("content-length") && (!self.body.is_empty() || self.method != "GET") {
            let _ = write!(head, "Content-Length: {}\r\n", self.body.len());
        }
        head.push_str("Connection: close\r\n");
        self.headers.iter().for_each(|(name, value)| {
            let _ = write!(head, "{name}: {value}\r\n");
        });
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

/// Fields as `application/x-www-form-urlencoded`.
pub fn form(fields: &[(&str, &str)]) -> String {
    let pairs: Vec<String> =
        fields.iter().map(|(name, value)| format!("{}={}", percent(name), percent(value))).collect();
    pairs.join("&")
}

/// Everything but letters and digits as `%XX`.
pub fn percent(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The value that it gives a cookie, and its attributes in lower case.
    pub fn cookie(&self, name: &str) -> Option<(String, String)> {
        let all = self.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case("set-cookie"));
        all.filter_map(|(_, value)| value.strip_prefix(name)?.strip_prefix('=')).next_back().map(|rest| {
            let (value, attributes) = rest.split_once(';').unwrap_or((rest, ""));
            (value.to_string(), attributes.to_ascii_lowercase())
        })
    }

    /// The value of a hidden field of its first form that has one, such as `csrf`.
    pub fn hidden(&self, name: &str) -> Option<String> {
        let field = self.body.split("<input").find(|field| field.contains(&format!("name=\"{name}\"")))?;
        Some(field.split("value=\"").nth(1)?.split('"').next()?.to_string())
    }
}

/// Sends; the service must answer.
pub fn send(address: &str, request: &Request) -> Answer {
    try_send(address, request).unwrap_or_else(|| panic!("no answer to {} {}", request.method, request.path))
}

/// Sends; nothing if the service hung up instead of answering, which it may do to a request that is far too large.
pub fn try_send(address: &str, request: &Request) -> Option<Answer> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.set_write_timeout(Some(Duration::from_secs(20))).unwrap();
    // A refusal may come before all is sent: what was said until then is read all the same.
    let _ = stream.write_all(&request.bytes(address));
    let mut bytes = Vec::new();
    let mut piece = [0; 65_536];
    while let Ok(count @ 1..) = stream.read(&mut piece) {
        bytes.extend_from_slice(&piece[..count]);
    }
    read_answer(&bytes)
}

fn read_answer(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]);
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_string(), value.trim().to_string()))
        .collect();
    let body = String::from_utf8_lossy(&bytes[end + 4..]).into_owned();
    Some(Answer { status, headers, body })
}
