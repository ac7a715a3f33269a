//! The attacks on two services of the tests' own, a weak one and a sound one, so that each is known to find what it looks for.
//! Attacks nothing of Pouch.

use super::weak::Desk;
use super::{
    Act, Request, Role, Row, csrf, matrix, open_redirect, path_tricks, secure_headers, send, session_fixation,
    sign_out_ends, too_much, upload_names,
};
use crate::app::Folder;

/// All faults that the attacks on sessions, forms and addresses find at this service, by attack.
fn faults_of(desk: &Desk) -> Vec<(&'static str, Vec<String>)> {
    let address = &desk.address;
    let ((ana, token), (ben, foreign_token)) = (desk.session("ana"), desk.session("ben"));
    let inside = send(address, &Request::get("/inside").of_session(Some(&ben)));
    assert_eq!(inside.hidden("csrf").as_deref(), Some(&*foreign_token));
    let act = Act {
        path: "/act",
        fields: &[("reason", "as agreed")],
        cookie: &ana,
        token: &token,
        foreign_token: &foreign_token,
    };
    let sign_in = Request::post("/sign-in", &[("name", "ana")]);
    let roles = [
        Role { name: "ana", cookie: Some(&ana), token: &token },
        Role { name: "ben", cookie: Some(&ben), token: &foreign_token },
        Role { name: "nobody", cookie: None, token: "" },
    ];
    let try_act = |role: &Role<'_>| Request::post("/act", &[("csrf", role.token)]);
    let try_inside = |_: &Role<'_>| Request::get("/inside");
    let rows: [Row<'_>; 2] = [("act", &try_act, &["ana"]), ("inside", &try_inside, &["ana", "ben"])];
    let good = try_act(&roles[0]).of_session(Some(&ana));
    let state = || desk.state();
    let upload =
        |name: &str| Request::upload("/upload", &[("csrf", &token)], &[("file", name, "application/pdf", b"%PDF")]);
    vec![
        ("csrf", csrf(address, &act, &state)),
        ("fixation", session_fixation(address, "pouch=0123456789", &sign_in, "/inside")),
        ("redirect", open_redirect(address, &|next| Request::post("/sign-in", &[("next", next)]))),
        ("roles", matrix(address, &roles, &rows, &state)),
        ("paths", path_tricks(address, ("/files/", ""), None, &["a sealed word"])),
        ("uploads", upload_names(address, &upload, desk.folder.parent().unwrap(), &["files"])),
        ("too much", too_much(address, &good)),
        ("sign-out", sign_out_ends(address, &ana, &Request::post("/sign-out", &[]), "/inside")),
        ("headers", secure_headers("/inside", &send(address, &Request::get("/inside")))),
    ]
}

#[test]
fn each_attack_finds_a_weak_service_and_lets_a_sound_one_pass() {
    let folder = Folder::new();
    let inside = folder.0.join("files");
    std::fs::create_dir_all(&inside).unwrap();
    std::fs::write(folder.0.join("pouch.toml"), "a sealed word").unwrap();
    for (attack, faults) in faults_of(&Desk::start(true, inside.clone())) {
        assert!(!faults.is_empty(), "{attack} finds nothing where everything is wrong");
        let told = faults.join("\n");
        let wanted: &[&str] = match attack {
            "csrf" => &["without a token: it changed", "from another site: status 204", "as a link (GET): it changed"],
            "fixation" => &["session of after", "httponly", "guessed"],
            "redirect" => &["\"//evil.example\"", "\"/\\\\evil.example\"", "\"javascript:alert(1)\""],
            "roles" => &["act: ben gets 204", "act: nobody changed something"],
            "paths" => &["it shows a sealed word", "status 500"],
            "uploads" => &["pouch-attack was written"],
            "too much" => &["no UTF-8: status 500", "an empty body: status 204"],
            "sign-out" => &["is open after signing out"],
            _ => &["default-src", "nosniff", "no-store"],
        };
        wanted.iter().for_each(|words| assert!(told.contains(words), "{attack} should have found {words}:\n{told}"));
    }
    for (attack, faults) in faults_of(&Desk::start(false, inside)) {
        assert!(faults.is_empty() || attack == "headers", "{attack} finds in a sound service:\n{}", faults.join("\n"));
    }
}
