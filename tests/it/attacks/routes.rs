//! All routes of the desk and what each takes: nobody without the right gets in, forms of other sites do nothing, and nobody
//! reaches what is another one's. A route of src/web without a line here fails.

use super::{Act, Request, assert_none, csrf, send};
use crate::app::App;
use crate::visitor::{PASSWORD, Visitor};
use std::collections::BTreeSet;
use std::path::Path;

/// Method, route as src/web writes it, what it takes (`open`: nothing), and what stands for the last word of its address.
const ROUTES: [(&str, &str, &str, &[&str]); 50] = [
    ("GET", "/", "read", &[]),
    ("GET", "/held", "read", &[]),
    ("GET", "/overview", "read", &[]),
    ("GET", "/overview.csv", "read", &[]),
    ("GET", "/mailboxes", "read", &[]),
    ("GET", "/set-aside", "read", &[]),
    ("GET", "/events", "read", &[]),
    ("GET", "/inputs/{id}", "read", &[]),
    ("POST", "/inputs/{id}/here", "read", &[]),
    ("GET", "/inputs/{id}/preview", "read", &[]),
    ("GET", "/inputs/{id}/preview/{file}", "read", &[]),
    ("GET", "/inputs/{id}/redaction", "read", &[]),
    ("GET", "/inputs/{id}/redaction/copies/{number}", "read", &[]),
    ("GET", "/inputs/{id}/redaction/copies/{number}/pages/{page}", "read", &[]),
    ("POST", "/inputs/{id}/redaction/{what}", "review", &["offers", "words", "area", "undo", "copies"]),
    ("GET", "/inputs/{id}/parts/{message}/{part}/pages/{page}", "read", &[]),
    ("GET", "/inputs/{id}/parts/{message}/{part}/original", "read", &[]),
    ("GET", "/me", "read", &[]),
    ("POST", "/me/{what}", "read", &["password", "codes", "keys"]),
    ("POST", "/me/codes/{what}", "read", &["on", "off"]),
    ("POST", "/me/sessions/{hash}/end", "read", &[]),
    ("POST", "/me/keys/{id}/end", "read", &[]),
    ("GET", "/add", "review", &[]),
    ("POST", "/add", "review", &[]),
    ("GET", "/add/{mailbox}/{uid}", "review", &[]),
    ("POST", "/several", "review", &[]),
    ("GET", "/inputs/{id}/letter.eml", "review", &[]),
    ("POST", "/inputs/{id}/{act}", "review", &ACTS),
    ("POST", "/inputs/{id}/publish", "publish", &[]),
    ("GET", "/reports", "audit", &[]),
    ("GET", "/reports/received", "audit", &[]),
    ("GET", "/ledger", "audit", &[]),
    ("POST", "/ledger/prove", "audit", &[]),
    ("GET", "/people", "administer", &[]),
    ("POST", "/people/invite", "administer", &[]),
    ("POST", "/people/{id}/{act}", "administer", &["roles", "renew", "close", "reopen"]),
    ("POST", "/people/invitations/{hash}/take-back", "administer", &[]),
    ("GET", "/sign-in", "open", &[]),
    ("POST", "/sign-in", "open", &[]),
    ("POST", "/sign-in/provider", "open", &[]),
    ("GET", "/sign-in/back", "open", &[]),
    ("POST", "/sign-out", "open", &[]),
    ("GET", "/welcome/{secret}", "open", &[]),
    ("POST", "/welcome/{secret}", "open", &[]),
    ("POST", "/language", "open", &[]),
    ("GET", "/static/{name}", "open", &[]),
    ("GET", "/healthz", "open", &[]),
    ("GET", "/metrics", "open", &[]),
    ("GET", "/public/", "open", &[]),
    ("GET", "/public/{*path}", "open", &[]),
];

const ACTS: [&str; 16] = [
    "edit",
    "assign",
    "unassign",
    "approve",
    "reject",
    "withdraw",
    "reopen",
    "revise",
    "merge",
    "relate",
    "wish",
    "split",
    "set-aside",
    "accept",
    "release",
    "retry",
];

/// What a role may do.
const ROLES: [(&str, &[&str]); 5] = [
    ("reader", &["read"]),
    ("reviewer", &["read", "review"]),
    ("publisher", &["read", "publish"]),
    ("auditor", &["read", "audit"]),
    ("administrator", &["read", "audit", "administer"]),
];

/// Everything that a form of the desk can change; what Pouch itself does meanwhile does not count.
const STATE: &str = "select (select count(*) from ledger where actor like '%person%') || '|' || (select count(*) from people) || '|' || \
    (select coalesce(group_concat(login || roles || coalesce(closed_at, '') || coalesce(password, '') || \
    coalesce(language, '') || coalesce(totp_secret, '')), '') from accounts) || '|' || \
    (select coalesce(group_concat(hash), '') from sessions) || '|' || \
    (select coalesce(group_concat(hash || coalesce(used_at, '')), '') from invitations) || '|' || \
    (select coalesce(group_concat(id || coalesce(revoked_at, '')), '') from api_tokens) || '|' || \
    (select coalesce(group_concat(item_id || person_id), '') from presence)";

fn state(app: &App) -> String {
    app.sql(STATE).remove(0)
}

/// Routes of the desk as its source has them. The interface for programs has keys instead of cookies, and tests of its own.
fn routes_of_the_source() -> BTreeSet<(String, String)> {
    let mut files = Vec::new();
    rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web"), &mut files);
    let mut found = BTreeSet::new();
    for text in files.iter().map(|file| std::fs::read_to_string(file).unwrap()) {
        for route in text.split(".route(").skip(1) {
            let path = route.split('"').nth(1).unwrap();
            let handlers = route.split_once(',').unwrap().1.split("\n}").next().unwrap();
            for (call, method) in
                [("get(", "GET"), ("post(", "POST"), ("put(", "PUT"), ("delete(", "DELETE"), ("any(", "ANY")]
            {
                if handlers.contains(call) {
                    found.insert((method.to_string(), path.to_string()));
                }
            }
        }
    }
    // It only leads on to /public/.
    found.remove(&("GET".into(), "/public".into()));
    found
}

fn rust_files(folder: &Path, into: &mut Vec<std::path::PathBuf>) {
    for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() && !path.ends_with("api") {
            rust_files(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

/// A desk with an input, its first administrator, and a person of each role.
struct Desk {
    app: App,
    address: String,
    id: String,
    message: String,
    ada: Visitor,
    people: Vec<(&'static str, &'static [&'static str], Visitor)>,
    _serving: crate::app::Serving,
}

impl Desk {
    fn start() -> Self {
        let app = App::new();
        app.import(&["input-fr-pdf.eml", "input-en-docx.eml"]);
        app.refuse_relations();
        let item = app.item("input-fr-pdf@");
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_string();
        let serving = app.serve();
        let mut ada = Visitor::first(&serving);
        let people = ROLES.map(|(role, rights)| (role, rights, ada.invite(&format!("A {role}"), role, &[role])));
        Self {
            id: text(&item["id"]),
            message: text(&item["messages"][0]),
            address: serving.address.clone(),
            ada,
            people: people.into(),
            app,
            _serving: serving,
        }
    }

    /// All addresses of a route.
    fn addresses(&self, route: &str, words: &[&str]) -> Vec<String> {
        let known = [
            ("{message}", self.message.as_str()),
            ("{part}", "2"),
            ("{page}", "1.png"),
            ("{name}", "desk.css"),
            ("{number}", "0"),
        ];
        let mut path = known.iter().fold(route.to_string(), |path, (name, value)| path.replace(name, value));
        if route.starts_with("/inputs/") {
            path = path.replace("{id}", &self.id);
        }
        let zeros = "0".repeat(64);
        for name in ["{id}", "{hash}", "{secret}", "{file}", "{mailbox}", "{uid}", "{*path}"] {
            path = path.replace(name, &zeros);
        }
        let last = ["{act}", "{what}"].into_iter().find(|name| path.contains(name));
        last.map_or(vec![path.clone()], |name| words.iter().map(|word| path.replace(name, word)).collect())
    }
}

/// Cookie and token of somebody, as the attacks write them.
fn session(visitor: &mut Visitor) -> (String, String) {
    let token = visitor.get("/me").csrf().to_string();
    (format!("pouch={}", visitor.cookie("pouch").unwrap()), token)
}

fn request(method: &str, path: &str, token: &str) -> Request {
    if method == "GET" { Request::get(path) } else { Request::post(path, &[("csrf", token), ("reason", "x")]) }
}

#[test]
fn every_route_of_the_source_has_a_line() {
    let named: BTreeSet<_> =
        ROUTES.iter().map(|(method, path, _, _)| ((*method).to_string(), (*path).to_string())).collect();
    let found = routes_of_the_source();
    assert!(found.len() > 30, "{found:?}");
    let missing: Vec<_> = found.symmetric_difference(&named).collect();
    assert!(missing.is_empty(), "say in ROUTES who may and who may not: {missing:?}");
}

#[test]
fn each_route_opens_to_those_who_may_and_to_nobody_else() {
    let mut desk = Desk::start();
    let mut people = vec![("nobody", &[][..], String::new(), String::new())];
    for (role, rights, visitor) in &mut desk.people {
        let (cookie, token) = session(visitor);
        people.push((role, rights, cookie, token));
    }
    let mut faults = Vec::new();
    for (method, route, right, words) in ROUTES {
        for (path, (role, rights, cookie, token)) in
            desk.addresses(route, words).iter().flat_map(|path| people.iter().map(move |person| (path, person)))
        {
            // A stream does not end, and what signs out is tried elsewhere.
            let may = right == "open" || rights.contains(&right);
            if (may && route == "/events") || route == "/sign-out" {
                continue;
            }
            let before = state(&desk.app);
            let answer = send(
                &desk.address,
                &request(method, path, token)
                    .of_session(Some(cookie).filter(|one| !one.is_empty()).map(String::as_str)),
            );
            let is_led = answer.status == 303 && answer.header("location").is_some_and(|to| to.starts_with("/sign-in"));
            let is_refused =
                answer.status == 403 || is_led || (*role == "nobody" && answer.status == 422 && method == "POST");
            if answer.status >= 500 && path != "/healthz" {
                faults.push(format!("{method} {path}: {role} gets {}", answer.status));
            }
            if !may && (!is_refused || state(&desk.app) != before) {
                faults.push(format!("{method} {path}: {role} gets {} and should be refused", answer.status));
            }
            if may && right != "open" && (is_led || answer.status == 403) {
                faults.push(format!("{method} {path}: {role} gets {} and should not", answer.status));
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn what_is_another_ones_is_reached_by_nobody() {
    let mut desk = Desk::start();
    assert_eq!(
        desk.ada.post_from("/me", "/me/keys", &[("label", "mine"), ("scope", "read"), ("days", "9")]).status,
        200
    );
    let page = desk.ada.page("/me");
    let between =
        |text: &str, from: &str| text.split(from).nth(1).map(|rest| rest.split('/').next().unwrap().to_string());
    let key = between(&page, "action=\"/me/keys/").unwrap();
    desk.ada.post("/sign-in", &[]);
    let mut again = Visitor { address: desk.address.clone(), cookies: Vec::new() };
    assert_eq!(again.post("/sign-in", &[("login", "ada"), ("password", PASSWORD)]).status, 303);
    let own_session = between(&desk.ada.page("/me"), "action=\"/me/sessions/").unwrap();
    let before = state(&desk.app);
    for (role, _, visitor) in &mut desk.people {
        for path in [format!("/me/keys/{key}/end"), format!("/me/sessions/{own_session}/end")] {
            assert_eq!(visitor.post_from("/me", &path, &[]).status, 404, "{role}: {path}");
        }
        // The file of one entry by the address of another, and of none.
        let other = desk.app.item("input-en-docx@")["id"].as_str().unwrap().to_string();
        for path in [
            format!("/inputs/{other}/parts/{}/2/original", desk.message),
            format!("/inputs/{other}/parts/{}/body/original", desk.message),
            format!("/inputs/{other}/parts/{}/2/pages/1.png", desk.message),
            format!("/inputs/{}/parts/{}/2/original", "0".repeat(36), desk.message),
        ] {
            assert_eq!(visitor.get(&path).status, 404, "{role}: {path}");
        }
    }
    assert_eq!(state(&desk.app), before);
}

#[test]
fn forms_that_another_site_sends_do_nothing() {
    let mut desk = Desk::start();
    let (cookie, token) = session(&mut desk.ada);
    let (_, foreign_token) = session(&mut desk.people[0].2);
    let address = desk.address.clone();
    let mut faults = Vec::new();
    let mut attack = |desk: &Desk, path: &str, fields: &[(&str, &str)], cookie: &str, token: &str| {
        let act = Act { path, fields, cookie, token, foreign_token: &foreign_token };
        faults.extend(csrf(&address, &act, &|| state(&desk.app)));
    };
    // Each with a form that would be taken.
    let id = desk.id.clone();
    attack(&desk, &format!("/inputs/{id}/here"), &[], &cookie, &token);
    attack(
        &desk,
        &format!("/inputs/{id}/edit"),
        &[("title", "Forged"), ("kind", "ngo"), ("reason", "x")],
        &cookie,
        &token,
    );
    attack(&desk, &format!("/inputs/{id}/reject"), &[("because", "out-of-scope")], &cookie, &token);
    let other = desk.app.item("input-en-docx@")["id"].as_str().unwrap().to_string();
    attack(
        &desk,
        "/several",
        &[("pick", &other), ("act", "set-aside"), ("kind", "spam"), ("reason", "x")],
        &cookie,
        &token,
    );
    attack(&desk, "/people/invite", &[("name", "Eve"), ("login", "eve"), ("role", "administrator")], &cookie, &token);
    attack(&desk, "/me/keys", &[("label", "x"), ("scope", "read"), ("days", "9")], &cookie, &token);
    attack(&desk, "/language", &[("language", "fr"), ("next", "/")], &cookie, &token);
    let (people, me) = (desk.ada.page("/people"), desk.ada.page("/me"));
    let after = |page: &str, from: &str| {
        page.split(from).nth(1).map(|rest| rest.split('/').next().unwrap().to_string()).unwrap()
    };
    attack(&desk, &format!("/me/keys/{}/end", after(&me, "action=\"/me/keys/")), &[], &cookie, &token);
    let invitation = after(&people, "action=\"/people/invitations/");
    attack(&desk, &format!("/people/invitations/{invitation}/take-back"), &[], &cookie, &token);
    let row = people.split("<tr>").find(|row| row.contains("A reader")).unwrap();
    let person = after(row, "action=\"/people/");
    for (act, fields) in [("roles", &[("role", "administrator")][..]), ("renew", &[]), ("close", &[]), ("reopen", &[])]
    {
        attack(&desk, &format!("/people/{person}/{act}"), fields, &cookie, &token);
    }
    // Signing somebody in, to an account of the attacker's, is a forged form, too.
    let mut nobody = Visitor { address: desk.address.clone(), cookies: Vec::new() };
    let word = nobody.get("/sign-in").csrf().to_string();
    let before = format!("pouch-form={}", nobody.cookie("pouch-form").unwrap());
    attack(&desk, "/sign-in", &[("login", "ada"), ("password", PASSWORD)], &before, &word);
    let page = desk.ada.page("/me");
    attack(&desk, &format!("/me/sessions/{}/end", after(&page, "action=\"/me/sessions/")), &[], &cookie, &token);
    let again = "another kettle marble fern";
    attack(&desk, "/me/password", &[("present", PASSWORD), ("new", again), ("again", again)], &cookie, &token);
    attack(&desk, "/sign-out", &[], &cookie, &token);
    assert_none(&faults);
    every_form_asks_for_the_word(&mut desk);
}

/// Those that no test can send as they should be ask for the word all the same.
fn every_form_asks_for_the_word(desk: &mut Desk) {
    let mut reviewer = desk.ada_again();
    let (cookie, _) = session(&mut reviewer);
    let mut faults = Vec::new();
    for (_, route, _, words) in ROUTES.iter().filter(|(method, ..)| *method == "POST") {
        for path in desk.addresses(route, words) {
            let before = state(&desk.app);
            for request in [
                Request::post(&path, &[("reason", "x")]),
                Request::upload(&path, &[("reason", "x")], &[]),
                Request::post(&path, &[]).with("Content-Type", "application/json"),
            ] {
                let status = send(&desk.address, &request.with("Cookie", &cookie)).status;
                if !(400..500).contains(&status) || state(&desk.app) != before {
                    faults.push(format!("{path}: status {status}, or it changed something"));
                }
            }
        }
    }
    assert_none(&faults);
}

impl Desk {
    /// The first administrator in another browser, whatever became of the first.
    fn ada_again(&self) -> Visitor {
        let mut visitor = Visitor { address: self.address.clone(), cookies: Vec::new() };
        let password = "another kettle marble fern";
        assert_eq!(visitor.post("/sign-in", &[("login", "ada"), ("password", password)]).status, 303);
        visitor
    }
}
