//! Who may do what, and whether somebody can be made to do it: forged forms, sessions fixed before or kept after, other
//! people's acts. It decides nothing: what is allowed is said by the caller.

use super::http::{Request, form, send};

/// An act by form that its owner may do: where, fields without the token, the session (`name=value`), its token, and the
/// token of somebody else's session.
pub struct Act<'a> {
    pub path: &'a str,
    pub fields: &'a [(&'a str, &'a str)],
    pub cookie: &'a str,
    pub token: &'a str,
    pub foreign_token: &'a str,
}

impl Act<'_> {
    /// The form with this value in the hidden field, or without the field.
    fn request(&self, token: Option<&str>) -> Request {
        let mut fields = self.fields.to_vec();
        if let Some(token) = token {
            fields.push(("csrf", token));
        }
        Request::post(self.path, &fields).with("Cookie", self.cookie)
    }
}

/// A good form as other sites would have a browser send it.
pub fn elsewhere(good: &Request, origin: &str) -> Vec<(&'static str, Request)> {
    let with = |name, value: &str| good.clone().with(name, value);
    vec![
        ("from another site", with("Origin", "https://evil.example")),
        ("from another port", with("Origin", "http://127.0.0.1:1")),
        ("from a name that begins alike", with("Origin", &format!("{origin}.evil.example"))),
        ("from no origin", with("Origin", "null")),
        ("marked cross-site by the browser", with("Sec-Fetch-Site", "cross-site")),
        ("marked same-site by the browser", with("Sec-Fetch-Site", "same-site")),
    ]
}

/// Every forged form must be refused with 4xx and change nothing (`state` is read before and after); the true one, sent
/// last, must be taken and change something: else all refusals would have had another reason.
pub fn csrf(address: &str, act: &Act<'_>, state: &dyn Fn() -> String) -> Vec<String> {
    let good = act.request(Some(act.token));
    let origin = format!("http://{address}");
    let cut = &act.token[..act.token.len() - 1];
    let in_address = format!("{}?{}", act.path, form(&[("csrf", act.token)]));
    let forged = [
        ("without a token", act.request(None)),
        ("with an empty token", act.request(Some(""))),
        ("with a wrong token", act.request(Some("wrong"))),
        ("with a token that lacks its end", act.request(Some(cut))),
        ("with somebody else's token", act.request(Some(act.foreign_token))),
        ("with the token in the address", Request { path: in_address, ..act.request(None) }),
        ("as plain text", act.request(None).with("Content-Type", "text/plain")),
        ("as an upload without a token", Request::upload(act.path, act.fields, &[]).with("Cookie", act.cookie)),
    ];
    let mut faults = Vec::new();
    let before = state();
    let mut check = |what: &str, request: &Request, must_be_4xx: bool| {
        let status = send(address, request).status;
        if (must_be_4xx && !(400..500).contains(&status)) || status >= 500 {
            faults.push(format!("{} {what}: status {status}", act.path));
        }
        if state() != before {
            faults.push(format!("{} {what}: it changed something", act.path));
        }
    };
    for (what, request) in forged.iter().chain(&elsewhere(&good, &origin)) {
        check(what, request, true);
    }
    let query = form(&[act.fields, &[("csrf", act.token)]].concat());
    let read = Request::get(&format!("{}?{query}", act.path)).with("Cookie", act.cookie);
    check("as a link (GET)", &read, false);
    check("as HEAD", &Request { method: "HEAD".into(), ..read.clone() }, false);
    let own = good.with("Origin", &origin).with("Sec-Fetch-Site", "same-origin");
    let status = send(address, &own).status;
    if status >= 400 || state() == before {
        faults.push(format!("{} as it should be: status {status}, or it changed nothing", act.path));
    }
    faults
}

/// A session that was there before signing in is worth nothing afterwards. `sign_in` makes the request that signs in with the
/// cookie that the browser has; `inside` is a page for those who are signed in only. `before` is `name=value`.
pub fn session_fixation(address: &str, before: &str, sign_in: &Request, inside: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let (name, old) = before.split_once('=').unwrap();
    let is_in = |cookie: &str| send(address, &Request::get(inside).with("Cookie", cookie)).status == 200;
    if is_in(before) {
        faults.push(format!("{inside} is open before anybody signed in"));
    }
    let answer = send(address, &sign_in.clone().with("Cookie", before));
    let Some((new, attributes)) = answer.cookie(name) else {
        faults.push(format!("signing in gave no cookie {name}: status {}", answer.status));
        return faults;
    };
    if new == old {
        faults.push("the session of before is the session of after".into());
    }
    if new.len() < 22 {
        faults.push(format!("the session {new:?} is short enough to be guessed"));
    }
    for wanted in ["httponly", "samesite=", "path=/"] {
        if !attributes.contains(wanted) {
            faults.push(format!("the cookie lacks {wanted}: {attributes}"));
        }
    }
    if attributes.contains("samesite=none") || attributes.contains("domain=") {
        faults.push(format!("the cookie goes to others: {attributes}"));
    }
    if is_in(before) {
        faults.push("the session of before is signed in".into());
    }
    if !is_in(&format!("{name}={new}")) {
        faults.push(format!("the new session does not open {inside}"));
    }
    faults
}

/// After signing out the session opens nothing more, whoever kept a copy of it.
pub fn sign_out_ends(address: &str, cookie: &str, sign_out: &Request, inside: &str) -> Vec<String> {
    let status = || send(address, &Request::get(inside).with("Cookie", cookie)).status;
    let before = status();
    send(address, &sign_out.clone().with("Cookie", cookie));
    let after = status();
    let mut faults = Vec::new();
    if before != 200 {
        faults.push(format!("{inside} was not open before: status {before}"));
    }
    if after == 200 {
        faults.push(format!("{inside} is open after signing out"));
    }
    faults
}

/// Somebody who tries: a name for the list of faults, the session, and its token for forms.
pub struct Role<'a> {
    pub name: &'a str,
    pub cookie: Option<&'a str>,
    pub token: &'a str,
}

/// What is tried: its name, the request as this role would send it, and who may.
pub type Row<'a> = (&'a str, &'a dyn Fn(&Role<'_>) -> Request, &'a [&'a str]);

/// Each role tries each row. Who may gets an answer below 400; who may not gets 401, 403 or 404, or is led to /sign-in if
/// nobody is signed in, and `state` stays as it was.
pub fn matrix(address: &str, roles: &[Role<'_>], rows: &[Row<'_>], state: &dyn Fn() -> String) -> Vec<String> {
    let mut faults = Vec::new();
    // Those who may not try first: what others do legitimately must not hide that it had been done already.
    for (what, request, allowed) in rows {
        let (may, may_not): (Vec<_>, Vec<_>) = roles.iter().partition(|role| allowed.contains(&role.name));
        for role in may_not {
            let before = state();
            let answer = send(address, &request(role).of_session(role.cookie));
            let to_sign_in = role.cookie.is_none()
                && (300..400).contains(&answer.status)
                && answer.header("location").is_some_and(|place| place.starts_with("/sign-in"));
            if !matches!(answer.status, 401 | 403 | 404) && !to_sign_in {
                faults.push(format!("{what}: {} gets {} and should be refused", role.name, answer.status));
            }
            if state() != before {
                faults.push(format!("{what}: {} changed something", role.name));
            }
        }
        for role in may {
            let answer = send(address, &request(role).of_session(role.cookie));
            let place = answer.header("location").unwrap_or_default();
            if answer.status >= 400 || place.starts_with("/sign-in") {
                faults.push(format!("{what}: {} gets {} {place} and should not", role.name, answer.status));
            }
        }
    }
    faults
}
