//! Addresses, forms and headers that are meant to break something. A refusal must be a refusal, never a fault of the server.

use super::http::{Answer, Request, percent, try_send};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What a stranger writes where an id or a file name should stand, ready for an address.
pub fn tricks() -> Vec<String> {
    let plain = [
        "..",
        "../../../../etc/passwd",
        "..\\..\\..\\pouch.toml",
        "....//....//pouch.toml",
        "/etc/passwd",
        "C:\\pouch.toml",
        "\0",
        "a\0.html",
        "a\r\nSet-Cookie: evil=1",
        "'; drop table submissions; --",
        "%",
        "{{7*7}}",
        "\u{202e}",
        "-",
        ".",
        "~",
        "*",
    ];
    let mut all: Vec<String> = plain.iter().map(|one| percent(one)).collect();
    all.extend(
        [
            "..",
            "../pouch.toml",
            "../../pouch.toml",
            "%2e%2e/pouch.toml",
            "%2e%2e%2fpouch.toml",
            "%252e%252e%252fpouch.toml",
            "..%5c..%5cpouch.toml",
            "..;/pouch.toml",
            "%c0%ae%c0%ae/pouch.toml",
            "%00",
            "%ff%fe",
            "%zz",
            "//evil.example/",
            "\\evil.example",
        ]
        .map(String::from),
    );
    all.push("a".repeat(5_000));
    all.push("../".repeat(200) + "etc/passwd");
    all
}

/// File names for an upload; the browser sends them as they stand.
pub const FILE_NAMES: [&str; 11] = [
    "../pouch-attack",
    "../../pouch-attack.toml",
    "..\\..\\pouch.toml",
    "/etc/cron.d/pouch",
    "C:\\Windows\\paper.pdf",
    "paper.pdf\0.html",
    "CON",
    ".htaccess",
    "<img src=x data-pwned onerror=window.__pwned=1>.pdf",
    "\u{202e}fdp.exe",
    "%2e%2e%2fpouch.toml",
];

/// Asks for each trick between `before` and `after` (such as `/inputs/` and `/approve`). None may be found, break the
/// service, or bring out one of the `secrets` or the file of passwords.
pub fn path_tricks(
    address: &str,
    (before, after): (&str, &str),
    cookie: Option<&str>,
    secrets: &[&str],
) -> Vec<String> {
    let mut faults = Vec::new();
    for trick in tricks() {
        let path = format!("{before}{trick}{after}");
        let short: String = path.chars().take(80).collect();
        let Some(answer) = try_send(address, &Request::get(&path).of_session(cookie)) else {
            faults.push(format!("{short}: no answer"));
            continue;
        };
        // A dot may lead back to the folder itself, or to the page above: that is an address like another.
        let is_home = ["..", ".", "%2E%2E", "%2E"].contains(&trick.as_str());
        if answer.status >= 500 || (answer.status < 400 && !is_home) {
            faults.push(format!("{short}: status {}", answer.status));
        }
        faults.extend(leaks(&answer, secrets).into_iter().map(|leak| format!("{short}: {leak}")));
    }
    faults
}

/// Uploads a file under each of these names with the request that `upload` makes. It may be taken or refused; in `folder`
/// nothing may change but below `may_grow`.
pub fn upload_names(address: &str, upload: &dyn Fn(&str) -> Request, folder: &Path, may_grow: &[&str]) -> Vec<String> {
    let files = || {
        let mut found = BTreeSet::new();
        list(folder, &mut found);
        found.retain(|file| !may_grow.iter().any(|place| file.starts_with(folder.join(place))));
        found
    };
    let before = files();
    let mut faults = Vec::new();
    for name in FILE_NAMES {
        match try_send(address, &upload(name)) {
            Some(answer) if answer.status < 500 => {}
            answer => faults.push(format!("{name:?}: status {:?}", answer.map(|answer| answer.status))),
        }
    }
    faults.extend(files().difference(&before).map(|file| format!("{} was written", file.display())));
    faults
}

fn list(folder: &Path, into: &mut BTreeSet<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            list(&path, into);
        } else {
            into.insert(path);
        }
    }
}

fn leaks(answer: &Answer, secrets: &[&str]) -> Vec<String> {
    let mut found: Vec<String> = ["root:x:", "root:*:"]
        .iter()
        .chain(secrets)
        .filter(|one| answer.body.contains(**one))
        .map(|one| format!("it shows {one}"))
        .collect();
    if answer.headers.iter().any(|(name, value)| name.eq_ignore_ascii_case("set-cookie") && value.starts_with("evil")) {
        found.push("a header was smuggled in".into());
    }
    found
}

/// Too much of everything at one address that takes a form; each must be refused (or hung up on), and the service must be
/// well afterwards. `good` is a form that would be accepted: every attack is made from it.
pub fn too_much(address: &str, good: &Request) -> Vec<String> {
    let with_body = |body: Vec<u8>| Request { body, ..good.clone() };
    let grown = |more: String| with_body([good.body.as_slice(), more.as_bytes()].concat());
    let form = "application/x-www-form-urlencoded";
    let attacks = [
        ("a field of 40 MB", grown(format!("&reason={}", "a".repeat(40_000_000)))),
        ("200,000 fields", grown("&a=1".repeat(200_000) + &"&b=".repeat(2_000_000))),
        ("a body that is no UTF-8", with_body(vec![0xff; 100])),
        ("a broken escape", with_body(b"reason=%zz%".to_vec())),
        ("an empty body", with_body(Vec::new())),
        (
            "a length without end",
            Request { body: Vec::new(), ..good.clone() }.with("Content-Length", "99999999999999999999"),
        ),
        ("a header of 1 MB", good.clone().with("X-Long", &"a".repeat(1_000_000))),
        (
            "5,000 headers",
            (0..5_000).fold(good.clone(), |mut all, n| {
                all.headers.push((format!("X-{n}"), "a".into()));
                all
            }),
        ),
        ("a cookie of 1 MB", good.clone().with("Cookie", &format!("pouch={}", "a".repeat(1_000_000)))),
        ("an address of 1 MB", Request { path: format!("{}?{}", good.path, "a".repeat(1_000_000)), ..good.clone() }),
        (
            "an upload without an end",
            with_body(b"--edge\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n".to_vec())
                .with("Content-Type", "multipart/form-data; boundary=edge"),
        ),
        (
            "JSON where a form is due",
            with_body(b"{\"reason\":{\"$ne\":1}}".to_vec()).with("Content-Type", "application/json"),
        ),
        (
            "a form in an unknown charset",
            good.clone().with("Content-Type", &format!("{form}; charset=utf-7")).with("Cookie", "pouch=%00"),
        ),
    ];
    let mut faults = Vec::new();
    for (what, request) in attacks {
        if let Some(answer) = try_send(address, &request)
            && !(400..500).contains(&answer.status)
        {
            faults.push(format!("{what}: status {}", answer.status));
        }
        if std::net::TcpStream::connect(address).is_err() {
            faults.push(format!("{what}: the service is gone"));
        }
    }
    faults
}

/// The headers of a page: no script from anywhere but our own files, no frame, no guess at types, nothing stored.
pub fn secure_headers(path: &str, answer: &Answer) -> Vec<String> {
    let mut faults = Vec::new();
    let policy = answer.header("content-security-policy").unwrap_or_default();
    let parts: Vec<&str> = policy.split(';').map(str::trim).collect();
    for wanted in ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"] {
        if !parts.contains(&wanted) {
            faults.push(format!("{path}: the policy lacks {wanted}: {policy}"));
        }
    }
    if !parts.iter().any(|part| ["form-action 'none'", "form-action 'self'"].contains(part)) {
        faults.push(format!("{path}: forms may go anywhere: {policy}"));
    }
    let script = parts.iter().find(|part| part.starts_with("script-src"));
    if script.is_some_and(|part| part.contains("unsafe") || part.contains('*') || part.contains("http")) {
        faults.push(format!("{path}: scripts may come from anywhere: {policy}"));
    }
    for (name, wanted) in [
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        let got = answer.header(name).unwrap_or_default();
        if !got.contains(wanted) {
            faults.push(format!("{path}: {name} is {got:?}, not {wanted}"));
        }
    }
    if !matches!(answer.header("referrer-policy"), Some("no-referrer" | "same-origin")) {
        faults.push(format!("{path}: the referrer is told to others"));
    }
    if answer.header("access-control-allow-origin").is_some() {
        faults.push(format!("{path}: other sites may read it"));
    }
    faults
}
