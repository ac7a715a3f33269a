//! Somebody with a browser, as far as HTTP goes: cookies, forms, the word in them. Runs no script and shows no page.

use crate::app::{Serving, wait_for};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

/// A good password for people of tests.
pub const PASSWORD: &str = "kettle marble orbit fern";

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    /// All values of a header.
    pub fn headers(&self, name: &str) -> Vec<&str> {
        let fits = |line: &&str| line.split(':').next().is_some_and(|one| one.eq_ignore_ascii_case(name));
        self.head.lines().filter(fits).map(|line| line.split_once(':').unwrap().1.trim()).collect()
    }

    pub fn location(&self) -> &str {
        self.headers("location").first().copied().unwrap_or_default()
    }

    /// The word that the forms of this page carry.
    pub fn csrf(&self) -> &str {
        self.body.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default()
    }
}

/// One request over a connection of its own.
pub fn request(address: &str, head: &str, body: &[u8]) -> Answer {
    let text = String::from_utf8_lossy(&exchange(address, head, body)).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|one| one.parse().ok()).unwrap_or(0);
    let chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
    Answer { status, head: head.into(), body: if chunked { unchunked(body) } else { body.into() } }
}

/// All bytes of the answer.
fn exchange(address: &str, head: &str, body: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    let all = [format!("{head}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len()).as_bytes(), body].concat();
    // A server that refuses early may close before it has read all.
    let _ = stream.write_all(&all);
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    bytes
}

fn unchunked(body: &str) -> String {
    let (mut rest, mut text) = (body, String::new());
    while let Some((size, after)) = rest.split_once("\r\n") {
        let size = usize::from_str_radix(size.trim(), 16).unwrap_or(0);
        if size == 0 {
            break;
        }
        text.push_str(after.get(..size).unwrap_or(after));
        rest = after.get(size + 2..).unwrap_or_default();
    }
    text
}

/// As a browser sends a form.
pub fn form(fields: &[(&str, &str)]) -> String {
    let encode = |text: &str| -> String {
        text.bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => char::from(byte).to_string(),
                byte => format!("%{byte:02X}"),
            })
            .collect()
    };
    fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect::<Vec<_>>().join("&")
}

/// A browser with its cookies.
pub struct Visitor {
    pub address: String,
    pub cookies: Vec<(String, String)>,
}

impl Visitor {
    /// Nobody yet.
    pub fn new(serving: &Serving) -> Self {
        Self { address: serving.address.clone(), cookies: Vec::new() }
    }

    /// The first administrator (who is a reviewer, too), by the link that the service prints.
    pub fn first(serving: &Serving) -> Self {
        let mut visitor = Self::new(serving);
        let path = wait_for("the link of the first administrator", || first_path(serving));
        let fields = [("name", "Ada Admin"), ("login", "ada"), ("password", PASSWORD), ("again", PASSWORD)];
        let answer = visitor.post(&path, &fields);
        assert_eq!(answer.status, 303, "{}", answer.body);
        visitor
    }

    /// A person whom `self` invites, signed in.
    pub fn invite(&mut self, name: &str, login: &str, roles: &[&str]) -> Self {
        let mut fields = vec![("name", name), ("login", login)];
        fields.extend(roles.iter().map(|role| ("role", *role)));
        let page = self.post_from("/people", "/people/invite", &fields);
        let link = page.body.split("/welcome/").nth(1).unwrap_or_else(|| panic!("{}", page.body));
        let secret = link.split('<').next().unwrap();
        let mut other = Self { address: self.address.clone(), cookies: Vec::new() };
        let answer = other.post(&format!("/welcome/{secret}"), &[("password", PASSWORD), ("again", PASSWORD)]);
        assert_eq!(answer.status, 303, "{}", answer.body);
        other
    }

    fn head(&self, method: &str, path: &str) -> String {
        format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\n", self.address, self.cookie_line())
    }

    fn keep_cookies(&mut self, answer: &Answer) {
        for line in answer.headers("set-cookie") {
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.retain(|(one, _)| one != name);
            if !value.is_empty() {
                self.cookies.push((name.into(), value.into()));
            }
        }
    }

    pub fn get(&mut self, path: &str) -> Answer {
        let answer = request(&self.address, &self.head("GET", path), b"");
        self.keep_cookies(&answer);
        answer
    }

    /// Opens a page that must be there.
    pub fn page(&mut self, path: &str) -> String {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}: {} {}", answer.head, answer.body);
        answer.body
    }

    /// The bytes of a file that must be there.
    pub fn bytes(&self, path: &str) -> Vec<u8> {
        let answer = exchange(&self.address, &self.head("GET", path), b"");
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        assert!(answer.starts_with(b"HTTP/1.1 200"), "{path}: {}", String::from_utf8_lossy(&answer[..end]));
        answer[end + 4..].to_vec()
    }

    /// Sends a form of the page at the same path.
    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_from(path, path, fields)
    }

    /// Sends a form of the page at `page` to `path`.
    pub fn post_from(&mut self, page: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.get(page).csrf().to_string();
        self.send(path, &[&[("csrf", csrf.as_str())], fields].concat(), "")
    }

    /// Sends exactly this, with more lines of the head.
    pub fn send(&mut self, path: &str, fields: &[(&str, &str)], more: &str) -> Answer {
        let head = self.head("POST", path) + "Content-Type: application/x-www-form-urlencoded\r\n" + more;
        let answer = request(&self.address, &head, form(fields).as_bytes());
        self.keep_cookies(&answer);
        answer
    }

    /// All cookies as a header has them.
    pub fn cookie_line(&self) -> String {
        let all: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        all.join("; ")
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
    }
}

/// The first page as the first administrator sees it.
pub fn front(serving: &Serving) -> String {
    Visitor::first(serving).page("/")
}

/// The page of an entry as the first administrator sees it.
pub fn entry(serving: &Serving, id: &str) -> String {
    Visitor::first(serving).page(&format!("/inputs/{id}"))
}

/// Path of the link that makes the first account, once it was printed.
pub fn first_path(serving: &Serving) -> Option<String> {
    let said = serving.said.lock().unwrap();
    let link = said.lines().find_map(|line| line.split_once("/welcome/"))?.1.trim().to_string();
    Some(format!("/welcome/{link}"))
}
