//! Who gets in: the first administrator, invitations, sessions, roles, throttling, forms of other sites.

use crate::api::Program;
use crate::app::{App, wait_for};
use crate::servers;
use crate::visitor::{PASSWORD, Visitor, first_path, front, request};
use pouch::access::{self, Accepted, Invite, oidc::Identity};
use pouch::domain::access::Roles;
use pouch::domain::{PersonId, Timestamp};
use pouch::store::Store;

#[test]
fn the_first_administrator_comes_by_a_link_that_works_once() {
    let app = App::new();
    let serving = app.serve();
    let path = wait_for("the link", || first_path(&serving));
    let mut ada = Visitor::new(&serving);
    for (password, again, why) in [
        (PASSWORD, "another one entirely", "not the same"),
        ("short", "short", "at least 12 characters"),
        ("Ada-Admin-ada-admin", "Ada-Admin-ada-admin", "among the first that an attacker tries"),
    ] {
        let fields = [("name", "Ada Admin"), ("login", "ada"), ("password", password), ("again", again)];
        let answer = ada.post(&path, &fields);
        assert!(answer.status == 422 && answer.body.contains(why), "{}", answer.body);
    }
    let fields = [("name", "Ada Admin"), ("login", "Ada"), ("password", PASSWORD), ("again", PASSWORD)];
    let before = ada.cookie("pouch-form").unwrap().to_string();
    assert_eq!(ada.post(&path, &fields).location(), "/");
    assert!(ada.cookie("pouch").is_some_and(|token| token != before), "no session of its own");
    assert!(ada.page("/people").contains("Ada Admin"));
    let mut other = Visitor::new(&serving);
    assert_eq!(other.get(&path).status, 410);
    let csrf = other.get("/sign-in").csrf().to_string();
    let answer = other.send(&path, &[&[("csrf", csrf.as_str())], &fields[..]].concat(), "");
    assert!(answer.status == 410 && other.cookie("pouch").is_none(), "{}", answer.body);
    // Another start prints no other link: there is an administrator.
    drop(serving);
    let serving = app.serve();
    wait_for("the end of what it prints", || serving.said.lock().unwrap().contains("public pages").then_some(()));
    assert_eq!(first_path(&serving), None);
    assert!(app.verify().contains("In order"));
}

#[test]
fn a_session_is_new_at_each_sign_in_and_ends_when_it_is_said_so() {
    let app = App::new();
    let serving = app.serve();
    let mut ada = Visitor::first(&serving);
    let mut elsewhere = Visitor::new(&serving);
    // One that an attacker set beforehand is not taken over.
    elsewhere.cookies.push(("pouch".into(), "A".repeat(43)));
    let answer = elsewhere.post("/sign-in", &[("login", "ADA "), ("password", PASSWORD), ("next", "/people")]);
    assert_eq!((answer.status, answer.location()), (303, "/people"));
    assert_ne!(elsewhere.cookie("pouch"), Some("A".repeat(43).as_str()));
    let set = answer.headers("set-cookie").join(" ");
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax") && set.contains("Path=/"), "{set}");
    let page = ada.page("/me");
    let path = page.split("action=\"/me/sessions/").nth(1).unwrap().split('"').next().unwrap().to_string();
    assert_eq!(ada.post_from("/me", &format!("/me/sessions/{path}"), &[]).status, 200);
    assert_eq!(elsewhere.get("/").location(), "/sign-in");
    let token = ada.cookie("pouch").unwrap().to_string();
    assert_eq!(ada.post_from("/me", "/sign-out", &[]).status, 303);
    ada.cookies.push(("pouch".into(), token));
    assert_eq!(ada.get("/people").location(), "/sign-in?next=%2Fpeople");
}

#[test]
fn nobody_guesses_for_long_and_names_are_not_told() {
    let app = App::new();
    let serving = app.serve();
    Visitor::first(&serving);
    let mut guesser = Visitor::new(&serving);
    let mut said = |login: &str| {
        let answer = guesser.post("/sign-in", &[("login", login), ("password", "wrong wrong wrong")]);
        assert_eq!(answer.status, 422, "{}", answer.body);
        answer.body.split("role=\"alert\"").nth(1).unwrap().split("</p>").next().unwrap().to_string()
    };
    assert_eq!(said("ada"), said("nobody"));
    for _ in 0..4 {
        said("ada");
    }
    assert!(said("ada").contains("Too many attempts. Try again in 15 minutes"), "{}", said("ada"));
    let answer = guesser.post("/sign-in", &[("login", "ada"), ("password", PASSWORD)]);
    assert!(answer.status == 422 && answer.body.contains("Too many"), "the right password opens a locked door");
}

#[test]
fn roles_open_what_they_say_and_nothing_else() {
    let app = App::new();
    let serving = app.serve();
    let mut ada = Visitor::first(&serving);
    let mut rita = ada.invite("Rita Reader", "rita@un.example", &["reader"]);
    assert_eq!(rita.get("/").status, 200);
    assert_eq!(rita.get("/people").status, 403);
    assert_eq!(Visitor::new(&serving).get("/people").status, 303);
    let csrf = rita.get("/me").csrf().to_string();
    let fields = [("csrf", csrf.as_str()), ("name", "Eve"), ("login", "eve"), ("role", "administrator")];
    assert_eq!(rita.send("/people/invite", &fields, "").status, 403);
    // Roles hold from the next request on; the last administrator cannot be lost.
    let people = ada.page("/people");
    let id = |name: &str| {
        let row = people.split("<tr>").skip(1).find(|row| row.contains(&format!("<bdi>{name}</bdi>"))).unwrap();
        row.split("action=\"/people/").nth(1).unwrap().split('/').next().unwrap().to_string()
    };
    let (of_ada, of_rita) = (id("Ada Admin"), id("Rita Reader"));
    let answer = ada.post_from("/people", &format!("/people/{of_ada}/roles"), &[("role", "reader")]);
    assert!(answer.status == 422 && answer.body.contains("only administrator"), "{}", answer.body);
    let answer = ada.post_from("/people", &format!("/people/{of_rita}/roles"), &[("role", "administrator")]);
    assert_eq!(answer.status, 200);
    assert_eq!(rita.get("/people").status, 200);
    assert_eq!(ada.post_from("/people", &format!("/people/{of_rita}/close"), &[]).status, 200);
    assert_eq!(rita.get("/").location(), "/sign-in");
    let answer = rita.post("/sign-in", &[("login", "rita@un.example"), ("password", PASSWORD)]);
    assert_eq!(answer.status, 422);
    assert!(app.verify().contains("In order"));
}

#[test]
fn forms_of_other_sites_and_old_forms_are_refused() {
    let app = App::new();
    let serving = app.serve();
    let mut ada = Visitor::first(&serving);
    let csrf = ada.get("/people").csrf().to_string();
    let invite = |csrf: &str| {
        [("csrf", csrf.to_string()), ("name", "Eve".into()), ("login", "eve".into()), ("role", "reader".into())]
    };
    let send = |ada: &mut Visitor, csrf: &str, more: &str| {
        let fields = invite(csrf);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        ada.send("/people/invite", &fields, more).status
    };
    for csrf in ["", "0000", &csrf[1..]] {
        assert_eq!(send(&mut ada, csrf, ""), 422, "{csrf}");
    }
    for head in ["Origin: https://evil.example\r\n", "Origin: null\r\n", "Sec-Fetch-Site: cross-site\r\n"] {
        assert_eq!(send(&mut ada, &csrf, head), 422, "{head}");
    }
    assert!(!ada.page("/people").contains("Eve"));
    let own = format!("Origin: http://{}\r\nSec-Fetch-Site: same-origin\r\n", serving.address);
    assert_eq!(send(&mut ada, &csrf, &own), 200);
    let head = format!("POST /people/invite HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n", ada.address);
    assert_eq!(request(&serving.address, &head, b"{}").status, 422);
    let big = format!(
        "POST /sign-in HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n",
        ada.address
    );
    assert_eq!(request(&serving.address, &big, &vec![b'a'; 3 << 20]).status, 413);
}

#[test]
fn after_signing_in_the_way_leads_to_this_desk_only() {
    let app = App::new();
    let serving = app.serve();
    Visitor::first(&serving);
    for next in [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "/a\r\nSet-Cookie: x=y",
        "javascript:alert(1)",
        "evil",
    ] {
        let mut ada = Visitor::new(&serving);
        let answer = ada.post("/sign-in", &[("login", "ada"), ("password", PASSWORD), ("next", next)]);
        assert_eq!((answer.status, answer.location()), (303, "/"), "{next}");
        assert!(!answer.head.contains("x=y"), "{}", answer.head);
    }
}

#[test]
fn the_desk_speaks_the_language_that_a_person_chose() {
    let app = App::new();
    let serving = app.serve();
    let mut visitor = Visitor::new(&serving);
    assert!(visitor.page("/sign-in").contains("<html lang=\"en\" dir=\"ltr\">"));
    let answer = visitor.post_from("/sign-in", "/language", &[("language", "fr"), ("next", "/sign-in")]);
    assert_eq!(answer.location(), "/sign-in");
    assert!(visitor.page("/sign-in").contains("Se connecter"));
    assert!(front(&serving).contains("lang=\"en\""));
}

/// Who may enter by an organisation's account, on one engine.
async fn only_the_invited_enter(store: &Store) {
    let now = Timestamp::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
    let identity = |subject: &str, email: &str, email_verified| Identity {
        issuer: "https://login.example".into(),
        subject: subject.into(),
        email: Some(email.into()),
        email_verified,
        name: None,
    };
    let enters = async |one: Identity| access::enter(store, &one, "a browser", now).await.unwrap().is_some();
    let first = access::first_link(store, now).await.unwrap().unwrap();
    let ada = Accepted { name: "Ada".into(), login: "ada@un.example".into(), password: PASSWORD.into() };
    let ada: PersonId = access::accept(store, &first, ada, now).await.unwrap();
    let roles = Roles::of(["reader"]).unwrap();
    let rita = Invite { name: "Rita".into(), login: "rita@un.example".into(), roles };
    access::invite(store, &ada, &rita, now).await.unwrap();
    assert!(!enters(identity("1", "nobody@un.example", true)).await, "nobody invited them");
    assert!(!enters(identity("2", "rita@un.example", false)).await, "the address is not proven");
    assert!(!enters(identity("3", "ada@un.example", true)).await, "an account with a password is not taken over");
    assert!(enters(identity("4", "Rita@UN.example", true)).await);
    // From then on by issuer and subject alone.
    assert!(enters(identity("4", "other@un.example", false)).await);
    assert!(!enters(identity("5", "rita@un.example", true)).await, "another one with the same address");
    let all = pouch::store::account::all(store).await.unwrap();
    let rita = &all.iter().find(|one| one.name == "Rita").unwrap().person;
    access::close(store, &ada, rita, now).await.unwrap();
    assert!(!enters(identity("4", "rita@un.example", true)).await, "the account is closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisations_account_opens_to_whoever_was_invited_and_to_nobody_else() {
    let data = servers::Data::new().await;
    only_the_invited_enter(&data.store).await;
    only_the_invited_enter(&servers::postgres_store().await).await;
}

#[test]
fn the_inside_of_the_service_is_told_beyond_this_machine_to_keys_only() {
    let app = App::with_config("[desk]\nbehind_proxy = true\n");
    let serving = app.serve();
    let mut ada = Visitor::first(&serving);
    let key = Program::of(&mut ada, &["read"]);
    let nobody = Program { key: String::new(), ..Program::of(&mut ada, &["read"]) };
    let wrong = Program { key: "pouch_wrong".into(), ..Program::of(&mut ada, &["read"]) };
    for one in [&nobody, &wrong] {
        assert_eq!(one.send("GET", "/healthz", "", b"").body, "{\"ok\":true}");
        let metrics = one.send("GET", "/metrics", "", b"");
        assert!(metrics.status == 401 && !metrics.body.contains("pouch_"), "{}", metrics.body);
    }
    assert!(key.send("GET", "/healthz", "", b"").body.contains("\"readers\""));
    assert!(key.send("GET", "/metrics", "", b"").body.contains("pouch_tasks_waiting"));
}
