//! What strangers write, and what people of the desk type, on every page that shows it. It must stay text, and legible.

use super::mail::Hostile;
use super::{hostile_mails, hostile_withdrawals};
use crate::app::{App, wait_for};
use crate::browser::{cookies, visit};
use crate::visitor::{PASSWORD, Visitor};
use serde_json::{Value, json};

fn import(app: &App, mails: &[Hostile], prefix: &str) {
    let paths: Vec<String> = mails
        .iter()
        .map(|mail| {
            let path = app.folder.0.join(format!("{prefix}{}.eml", mail.name));
            std::fs::write(&path, &mail.bytes).unwrap();
            path.display().to_string()
        })
        .collect();
    app.run(&[&["import"], paths.iter().map(String::as_str).collect::<Vec<_>>().as_slice()].concat());
}

fn id(item: &Value) -> String {
    item["id"].as_str().unwrap().into()
}

/// The page of an entry with each of its parts, and its preview.
fn of_entry(item: &Value, shown: &str) -> Vec<Value> {
    let (own, message) = (id(item), item["messages"][0].as_str().unwrap());
    let parts = item["attachments"].as_array().unwrap().iter().map(|one| one["part"].as_str().unwrap());
    let parts = std::iter::once("body").chain(parts).map(|part| format!("/inputs/{own}?part={message}:{part}"));
    parts.chain([format!("/inputs/{own}/preview")]).map(|path| json!({ "path": path, "legible": [shown] })).collect()
}

#[test]
fn what_strangers_write_stays_text_on_every_page() {
    let app = App::new();
    let (mails, withdrawals) = (hostile_mails(), hostile_withdrawals());
    import(&app, &mails, "");
    app.refuse_relations();
    import(&app, &withdrawals, "w-");
    app.refuse_relations();
    let serving = app.serve();
    let mut ada = Visitor::first(&serving);
    let shown: Vec<&str> = mails.iter().map(|mail| mail.shown).collect();
    let items: Vec<Value> = mails.iter().map(|mail| app.item(&format!("hostile-{}@", mail.name))).collect();
    let held: Vec<Value> = withdrawals.iter().map(|mail| app.item(&format!("withdrawal-{}@", mail.name))).collect();
    let mut desk = vec![
        json!({ "path": "/", "legible": shown }),
        json!({ "path": "/?list=queued&q=Lantern", "legible": shown }),
        json!({ "path": "/held", "legible": shown }),
    ];
    for (item, mail) in items.iter().zip(&mails) {
        assert_eq!(item["outcome"], "submission", "{item}");
        desk.extend(of_entry(item, mail.shown));
    }
    for (item, mail) in held.iter().zip(&withdrawals) {
        assert_eq!(item["outcome"], "held", "{item}");
        desk.push(json!({ "path": format!("/inputs/{}", id(item)), "legible": [mail.shown] }));
    }
    let look = |pages: &[Value], ada: &Visitor| {
        let journey = ("inert", json!({ "pages": pages, "cookies": cookies(ada) }));
        let _: Vec<Value> = visit(&serving.address, &[journey]);
    };
    look(&desk, &ada);
    // Those that were held are set aside, all at once; the others become public.
    let ids: Vec<String> = held.iter().map(id).collect();
    let mut fields = vec![("act", "set-aside"), ("kind", "spam"), ("reason", "none of it is one")];
    fields.extend(ids.iter().map(|id| ("pick", id.as_str())));
    let answer = ada.post_from("/held", "/several", &fields);
    assert_eq!(answer.status, 303, "{}", answer.body);
    let mut after = vec![json!({ "path": "/set-aside", "legible": shown })];
    for (item, mail) in items.iter().zip(&mails) {
        app.decide(&["approve", &id(item)]);
        let page = format!("inputs/{}/index.html", id(item));
        wait_for("the page", || app.public(&page).exists().then_some(()));
        after.push(json!({ "path": format!("/public/{page}"), "legible": [mail.shown] }));
    }
    after.push(json!({ "path": "/public/", "legible": shown }));
    // Who reads the list sees all of it: no title fills screens. The feed is as harmless as the pages.
    let read = |path: &str| std::fs::read_to_string(app.public(path)).unwrap();
    assert!(!read("index.html").contains(&"W".repeat(300)), "a title of 4 KB stands in the list");
    let feed = read("feed.xml");
    for bad in ["<script", "<b data", "<img", "\u{202e}", "\u{200b}", "\u{61c}"] {
        assert!(!feed.contains(bad), "{bad:?} stands in the feed");
    }
    let received = app.folder.0.join("received.html");
    std::fs::write(&received, app.run(&["report", "received", "--format", "html"])).unwrap();
    after.push(json!({ "path": format!("file://{}", received.display()), "legible": shown }));
    look(&after, &ada);
}

/// Short enough for a name; a script that runs says so, an element that came alive is seen.
const NAME: &str = "Eve\"><script>window.__pwned=1</script><b data-pwned>'";
const UNSEEN: &str = "\u{202e}\u{200b}\u{2066}";

#[test]
fn what_people_of_the_desk_type_stays_text_too() {
    let app = App::new();
    app.import(&["input-en-docx.eml", "input-fr-pdf.eml", "spam-en.eml"]);
    app.refuse_relations();
    let serving = app.serve();
    let mut ada = Visitor::first(&serving);
    let mut eve = ada.invite(NAME, "eve\"><b/data-pwned>", &["reviewer", "administrator"]);
    // Unseen signs stand in no name; in what a person writes about an input they may.
    let refused = ada.post_from(
        "/people",
        "/people/invite",
        &[("name", &format!("Eve{UNSEEN}")), ("login", "e"), ("role", "reader")],
    );
    assert!(refused.status == 422 && !refused.body.contains(UNSEEN), "{}", refused.body);
    ada.post_from(
        "/people",
        "/people/invite",
        &[("name", &NAME.replace("Eve", "Ivo")), ("login", "ivo'\"<b/data-pwned>"), ("role", "reader")],
    );
    let typed = |what: &str| {
        format!("{what}{UNSEEN} </textarea><img src=x data-pwned onerror=window.__pwned=1> \"onfocus=x {{{{7*7}}}}")
    };
    assert_eq!(
        eve.post_from("/me", "/me/keys", &[("label", &typed("label")), ("scope", "read"), ("days", "9")]).status,
        200
    );
    let agent = format!("User-Agent: {NAME}\r\n");
    let mut other = Visitor::new(&serving);
    let word = other.get("/sign-in").csrf().to_string();
    let login = [("csrf", word.as_str()), ("login", "eve\"><b/data-pwned>"), ("password", PASSWORD)];
    assert_eq!(other.send("/sign-in", &login, &agent).status, 303);
    let (one, two) = (app.item("input-en-docx@"), app.item("input-fr-pdf@"));
    let page = format!("/inputs/{}", id(&one));
    let pick = one["assignments"][0].clone();
    let recommendation = pick["recommendation"].as_str().unwrap();
    let quote = pick["evidence"][0]["quote"].as_str().unwrap();
    let part = format!("{}:{}", one["messages"][0].as_str().unwrap(), one["attachments"][0]["part"].as_str().unwrap());
    let texts: Vec<String> =
        ["title", "submitter", "behalf", "why-edit", "why-taken", "why-added", "why-rejected"].map(typed).into();
    let acts: [(&str, Vec<(&str, &str)>); 4] = [
        (
            "edit",
            vec![
                ("title", &texts[0]),
                ("submitter", &texts[1]),
                ("kind", "ngo"),
                ("behalf", &texts[2]),
                ("language", "en"),
                ("part", &part),
                ("reason", &texts[3]),
            ],
        ),
        ("unassign", vec![("about", recommendation), ("because", "other"), ("reason", &texts[4])]),
        ("assign", vec![("recommendation", recommendation), ("quote", quote), ("reason", &texts[5])]),
        ("assign", vec![("recommendation", "cb-gender"), ("quote", quote), ("reason", &texts[5])]),
    ];
    for (act, fields) in &acts {
        let answer = eve.post_from(&page, &format!("{page}/{act}"), fields);
        assert_eq!(answer.status, 303, "{act}: {}", answer.body);
    }
    let rejected = format!("/inputs/{}", id(&two));
    let answer =
        eve.post_from(&rejected, &format!("{rejected}/reject"), &[("because", "other"), ("reason", &texts[6])]);
    assert_eq!(answer.status, 303, "{}", answer.body);
    let shown = "<img src=x data-pwned";
    let search = crate::attacks::http::percent(&typed("q"));
    let on = |path: String, legible: &[&str]| json!({ "path": path, "legible": legible });
    let name = "<script>window.__pwned=1</script>";
    let pages = vec![
        on("/?list=all".into(), &["title </textarea>"]),
        on(format!("/?list=all&q={search}"), &[]),
        on(format!("/?list={search}&kind={search}&after={search}&changed={search}"), &[]),
        on(page.clone(), &[shown, "why-edit", "why-taken", name]),
        on(
            format!("{page}?part={search}:{search}&compare={search}:{search}&done={search}&was={search}&list={search}"),
            &[shown],
        ),
        on(format!("{page}/preview"), &[shown]),
        on(rejected, &["why-rejected", name]),
        on("/people".into(), &[name]),
        json!({ "path": format!("/inputs/{search}"), "status": 404 }),
        json!({ "path": format!("/{search}"), "status": 404 }),
    ];
    let hers = [pages.clone(), vec![on("/me".into(), &[name, "label"])]].concat();
    let nobodys =
        [on(format!("/sign-in?next={search}"), &[]), json!({ "path": format!("/welcome/{search}"), "status": 410 })];
    let journeys = [
        ("inert", json!({ "pages": hers, "cookies": cookies(&eve) })),
        // Who is called so is shown to others, too.
        ("inert", json!({ "pages": pages[3..4], "cookies": cookies(&ada) })),
        ("inert", json!({ "pages": nobodys })),
    ];
    let _: Vec<Value> = visit(&serving.address, &journeys);
    let fields = [("reason", texts[3].as_str()), ("all-findings", "yes")];
    let answer = eve.post_from(&page, &format!("{page}/approve"), &fields);
    assert_eq!(answer.status, 303, "{}", answer.body);
    let public = format!("inputs/{}/index.html", id(&one));
    wait_for("the page", || app.public(&public).exists().then_some(()));
    let pages = [on(format!("/public/{public}"), &[shown]), on("/public/".into(), &[shown])];
    let _: Vec<Value> = visit(&serving.address, &[("inert", json!({ "pages": pages }))]);
}
