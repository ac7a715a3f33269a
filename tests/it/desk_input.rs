//! The page of an entry: what each form does, who may send it, what a stale one is answered with, and that nothing of a mail
//! runs or opens in a browser.

use crate::api::Program;
use crate::app::{App, Serving, wait_for};
use crate::visitor::{Answer, Visitor};
use serde_json::Value;

const POINT: &str = "We ask that the Secretariat send a test message to every contact of the directory once a quarter.";
const OTHER: &str = "We would train two hundred young diplomats in incident response each year.";

/// A mail with a text file, a picture of nothing and an HTML body.
fn mail(app: &App, id: &str, title: &str, text: &str) {
    let raw = format!(
        "From: {title} <office@lantern.example>\r\nTo: desk@example.org\r\nSubject: Written input of the Lantern \
         Institute\r\nMessage-ID: <{id}@example.org>\r\nDate: Tue, 28 Nov 2023 10:00:00 +0000\r\nMIME-Version: \
         1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; \
         charset=utf-8\r\n\r\nPlease find attached our written input.\r\n--x\r\nContent-Type: text/plain; charset=utf-8; \
         name=paper.txt\r\nContent-Disposition: attachment; filename=\"paper.txt\"\r\n\r\n{text}\r\n--x--\r\n"
    );
    let path = app.folder.0.join(format!("{id}.eml"));
    std::fs::write(&path, raw).unwrap();
    app.run(&["import", path.to_str().unwrap()]);
}

pub fn lantern(app: &App) -> String {
    let text =
        format!("Written input of the Lantern Institute.\r\n\r\n{POINT}\r\n\r\n{OTHER}\r\n\r\nWe thank the Chair.");
    mail(app, "lantern", "Lantern Institute", &text);
    id(&app.item("lantern@"))
}

fn id(item: &Value) -> String {
    item["id"].as_str().unwrap().into()
}

/// The entry of a mail, once it waits: on its way it is none.
fn queued(app: &App, message_id: &str) -> Option<Value> {
    let is_it = |item: &Value| item["state"] == "queued" && item["message_id_headers"].to_string().contains(message_id);
    app.list().into_iter().find(is_it)
}

/// Sends a form of the page of an entry as it stands now.
fn send(visitor: &mut Visitor, id: &str, act: &str, fields: &[(&str, &str)]) -> Answer {
    let page = format!("/inputs/{id}");
    let body = visitor.page(&page);
    let seen = hidden(&body, "seen");
    let standing = hidden(&body, "standing");
    let all = [&[("seen", seen.as_str()), ("standing", standing.as_str())], fields].concat();
    visitor.post_from(&page, &format!("{page}/{act}"), &all)
}

/// The value of a hidden field; of the last one: the first may be of the form that undoes.
pub fn hidden(body: &str, name: &str) -> String {
    let mark = format!("name=\"{name}\" value=\"");
    body.rsplit(mark.as_str())
        .next()
        .filter(|rest| rest.len() < body.len())
        .map_or("", |rest| rest.split('"').next().unwrap())
        .into()
}

/// A reviewer and a reader beside the first administrator, who reviews, too.
pub fn people(serving: &Serving) -> (Visitor, Visitor, Visitor) {
    let mut ada = Visitor::first(serving);
    let rana = ada.invite("Rana Reviewer", "rana", &["reviewer"]);
    let rita = ada.invite("Rita Reader", "rita", &["reader"]);
    (ada, rana, rita)
}

pub fn done(answer: &Answer) {
    assert_eq!(answer.status, 303, "{}", answer.body);
}

#[test]
fn each_form_of_a_waiting_input_does_what_it_says() {
    let app = App::new();
    let id = lantern(&app);
    let serving = app.serve();
    let (_, mut rana, _) = people(&serving);
    let message = app.item("lantern@")["messages"][0].as_str().unwrap().to_string();
    let before = app.item("lantern@");
    let edit = [
        ("title", "Contacts that answer"),
        ("submitter", "Lantern Institute"),
        ("kind", "academia"),
        ("behalf", "the Coast Coalition"),
        ("language", "en"),
        ("also", "fr"),
        ("part", &format!("{message}:body")),
        ("reason", "as the cover page says"),
    ];
    done(&send(&mut rana, &id, "edit", &edit));
    let item = app.item("lantern@");
    assert_eq!(item["title"], "Contacts that answer");
    assert_eq!(item["submitter"]["kind"], "academia");
    assert_eq!(item["submitter"]["on_behalf_of"], "the Coast Coalition");
    assert_eq!(item["languages"], serde_json::json!(["en", "fr"]));
    assert_eq!(item["attachments"][0]["chosen"], false);
    assert_ne!(item["seen"], before["seen"]);
    let same = send(&mut rana, &id, "edit", &[&edit[..7], &[("reason", "again")]].concat());
    assert!(same.status == 422 && same.body.contains("Nothing was changed"), "{}", same.body);
    // A sentence that does not stand in the text is no evidence, and stays in the field.
    let invented = [("recommendation", "cb-gender"), ("quote", "We never wrote this."), ("reason", "x")];
    let answer = send(&mut rana, &id, "assign", &invented);
    assert!(answer.status == 422 && answer.body.contains(">We never wrote this.</textarea>"), "{}", answer.body);
    let pick = app.item("lantern@")["assignments"][0]["recommendation"].as_str().unwrap().to_string();
    let away = [("about", pick.as_str()), ("because", "only-names"), ("reason", "in passing")];
    done(&send(&mut rana, &id, "unassign", &away));
    let item = app.item("lantern@");
    assert_eq!(item["taken_away"][0]["reason"], "it only names it: in passing");
    assert_eq!(item["taken_away"][0]["by"], "Rana Reviewer");
    let assign = [("recommendation", "cb-gender"), ("quote", OTHER), ("reason", "it says so")];
    done(&send(&mut rana, &id, "assign", &assign));
    let item = app.item("lantern@");
    let added =
        item["assignments"].as_array().unwrap().iter().find(|one| one["recommendation"] == "cb-gender").unwrap();
    assert_eq!((&added["assigner"], &added["evidence"][0]["quote"]), (&"person".into(), &OTHER.into()));
    // From the assignment to its sentence and back.
    let body = rana.page(&format!("/inputs/{id}?part={message}:2"));
    for place in body.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(body.contains(&format!("id=\"{place}\"")), "{place} leads nowhere");
    }
    let at = body.split("<mark>").nth(1).unwrap().split("</mark>").nth(1).unwrap();
    assert!(at.starts_with("<sup><a href=\"#a"), "{at}");
    let elsewhere = rana.page(&format!("/inputs/{id}?part={message}:body"));
    assert!(elsewhere.contains("part=") && elsewhere.contains("#e0-0"), "no way to a sentence of another part");
    done(&send(&mut rana, &id, "reject", &[("because", "out-of-scope")]));
    assert_eq!(app.item("lantern@")["state"], "rejected");
    done(&send(&mut rana, &id, "reopen", &[("reason", "too fast")]));
    done(&send(&mut rana, &id, "withdraw", &[("reason", "the sender asked")]));
    assert_eq!(app.item("lantern@")["state"], "withdrawn");
    let page = rana.page(&format!("/inputs/{id}"));
    for words in
        ["Rana Reviewer", "out of scope", "too fast", "the sender asked", "lantern@example.org", "Not checked."]
    {
        assert!(page.contains(words), "{words} is not in {page}");
    }
    assert!(page.len() < 100_000, "{} bytes", page.len());
    assert!(app.verify().contains("In order"));
}

#[test]
fn messages_are_set_aside_and_accepted_and_inputs_are_joined_and_split() {
    let app = App::new();
    let first = lantern(&app);
    app.import(&["input-en-docx.eml", "spam-en.eml", "withdrawal-en.eml"]);
    app.refuse_relations();
    let serving = app.serve();
    let (_, mut rana, _) = people(&serving);
    let spam = id(&app.item("spam-en@"));
    done(&send(&mut rana, &spam, "accept", &[("reason", "it is one")]));
    let accepted = wait_for("the input", || queued(&app, "spam-en@"));
    // The address of the message leads to the input that it is now.
    assert_eq!(rana.get(&format!("/inputs/{spam}")).location(), format!("/inputs/{}", id(&accepted)));
    done(&send(&mut rana, &id(&accepted), "set-aside", &[("kind", "spam"), ("reason", "it is none after all")]));
    assert_eq!(app.item("spam-en@")["outcome"], "set-aside");
    let held = app.item("withdrawal-en@");
    assert_eq!(held["outcome"], "held");
    // Why it is held stands before anything else.
    let page = rana.page(&format!("/inputs/{}", id(&held)));
    let head = page.split("class=\"panes\"").next().unwrap();
    assert!(
        head.contains("<p class=\"warn\" dir=\"auto\">it asks to take something back"),
        "{} in {head}",
        held["reason"]
    );
    done(&send(&mut rana, &id(&held), "set-aside", &[("kind", "withdrawal"), ("reason", "noted")]));
    assert_eq!(app.item("withdrawal-en@")["kind"], "withdrawal");
    // One input out of two, and a part of it on its own.
    let other = id(&app.item("input-en-docx@"));
    let link = format!("http://desk.example/inputs/{first}?list=queued");
    let joined = send(&mut rana, &other, "merge", &[("other", &link), ("reason", "an annex")]);
    done(&joined);
    assert!(joined.location().starts_with(&format!("/inputs/{first}?done=merge")), "{}", joined.location());
    assert_eq!(rana.get(&format!("/inputs/{other}")).location(), format!("/inputs/{first}"));
    let item = app.item("lantern@");
    assert_eq!(item["messages"].as_array().unwrap().len(), 2);
    let own = item["messages"][0].as_str().unwrap();
    let split = send(&mut rana, &first, "split", &[("part", &format!("{own}:2")), ("reason", "two papers")]);
    done(&split);
    let new = split.location().split("/inputs/").nth(1).unwrap().split('?').next().unwrap().to_string();
    assert_ne!(new, first);
    done(&send(&mut rana, &new, "revise", &[("other", &first), ("reason", "a later version")]));
    let page = rana.page(&format!("/inputs/{first}?version=2"));
    assert!(page.contains("Revision 2") && page.contains("<ins>") && page.contains("id=\"difference\""), "{page}");
    assert!(app.verify().contains("In order"));
}

#[test]
fn readers_see_everything_and_decide_nothing() {
    let app = App::new();
    let id = lantern(&app);
    let serving = app.serve();
    let (_, _, mut rita) = people(&serving);
    let page = rita.page(&format!("/inputs/{id}"));
    assert!(page.contains("Lantern Institute") && page.contains("id=\"history\""));
    assert!(!page.contains(&format!("action=\"/inputs/{id}/")), "a reader sees a form");
    assert_eq!(rita.get(&format!("/inputs/{id}/preview")).status, 200);
    let csrf = rita.get("/me").csrf().to_string();
    for act in [
        "edit",
        "assign",
        "unassign",
        "approve",
        "reject",
        "revise",
        "merge",
        "relate",
        "wish",
        "withdraw",
        "reopen",
        "split",
        "set-aside",
        "accept",
        "release",
        "retry",
        "publish",
    ] {
        let fields = [("csrf", csrf.as_str()), ("reason", "x"), ("because", "other"), ("title", "Mine")];
        assert_eq!(rita.send(&format!("/inputs/{id}/{act}"), &fields, "").status, 403, "{act}");
    }
    assert_eq!(rita.get(&format!("/inputs/{id}/letter.eml")).status, 403);
    assert_eq!(app.item("lantern@")["state"], "queued");
    assert_eq!(Visitor::new(&serving).get(&format!("/inputs/{id}/parts/x/body/original")).status, 303);
}

#[test]
fn whoever_comes_second_gets_the_new_state_and_keeps_their_words() {
    let app = App::new();
    let id = lantern(&app);
    let serving = app.serve();
    let (mut ada, mut rana, _) = people(&serving);
    let seen = app.item("lantern@")["seen"].as_str().unwrap().to_string();
    let stale = |visitor: &mut Visitor, act: &str, fields: &[(&str, &str)]| {
        let all = [&[("seen", seen.as_str()), ("standing", "queued")], fields].concat();
        visitor.post_from("/me", &format!("/inputs/{id}/{act}"), &all)
    };
    done(&send(
        &mut ada,
        &id,
        "assign",
        &[("recommendation", "cb-gender"), ("quote", OTHER), ("reason", "so it says")],
    ));
    let edit = [("title", "Rana's <better> title"), ("submitter", "S"), ("kind", "ngo"), ("reason", "my reason")];
    let answer = stale(&mut rana, "edit", &edit);
    assert_eq!(answer.status, 409);
    for words in [
        "somebody else changed this entry",
        "value=\"Rana&#39;s &#60;better&#62; title\"",
        "value=\"my reason\"",
        "Ada Admin",
    ] {
        assert!(answer.body.contains(words), "{words} is not in {}", answer.body);
    }
    // The answer's own form is about what stands there now.
    assert_ne!(hidden(&answer.body, "seen"), seen);
    done(&send(&mut ada, &id, "reject", &[("because", "out-of-scope")]));
    let answer = stale(&mut rana, "approve", &[("reason", "looks good to me")]);
    assert_eq!(answer.status, 409);
    assert!(answer.body.contains("looks good to me") && answer.body.contains(">rejected</li>"), "{}", answer.body);
    assert_eq!(app.item("lantern@")["state"], "rejected");
    // What was seen of an older edition is refused by the rules themselves, too.
    let answer = rana.post_from("/me", &format!("/inputs/{id}/reopen"), &[("seen", "1.1"), ("reason", "mine")]);
    assert!(answer.status == 409 && answer.body.contains("value=\"mine\""), "{}", answer.body);
}

#[test]
fn a_decision_leads_to_the_next_of_the_list_and_is_undone_within_the_delay() {
    let app = App::new();
    let first = lantern(&app);
    app.import(&["input-en-docx.eml"]);
    app.refuse_relations();
    let config = std::fs::read_to_string(app.data().join("pouch.toml")).unwrap();
    std::fs::write(app.data().join("pouch.toml"), config.replace("\"0s\"", "\"10min\"")).unwrap();
    let other = id(&app.item("input-en-docx@"));
    let serving = app.serve();
    let (_, mut rana, _) = people(&serving);
    // Both came at the same second by their clocks; either may be the first.
    let (one, two) = if rana.page(&format!("/inputs/{first}?list=queued")).contains("rel=\"next\"") {
        (first, other)
    } else {
        (other, first)
    };
    let page = rana.page(&format!("/inputs/{one}?list=queued"));
    assert!(page.contains(&format!("href=\"/inputs/{two}?list=queued\" rel=\"next\"")), "{page}");
    assert!(page.contains("data-key=\"approve\"") && page.contains("data-key=\"reject\"") && page.contains("data-up"));
    let fields = [("reason", "complete"), ("back", "list=queued"), ("all-findings", "yes")];
    let answer = send(&mut rana, &one, "approve", &fields);
    assert_eq!(answer.location(), format!("/inputs/{two}?list=queued&done=approve&was={one}"), "{}", answer.body);
    let page = rana.page(answer.location());
    assert!(page.contains("It is approved.") && page.contains("9 minutes left"), "{page}");
    assert!(page.contains(&format!("action=\"/inputs/{one}/reopen\"")), "{page}");
    // The entry itself offers the same.
    let own = rana.page(&format!("/inputs/{one}"));
    assert!(
        own.contains("9 minutes left") && own.contains(">Undo</button>") && own.contains("Goes public on"),
        "{own}"
    );
    done(&send(&mut rana, &one, "reopen", &[("reason", "undone")]));
    let items = app.list();
    assert!(items.iter().all(|item| item["state"] == "queued"), "{items:?}");
    assert!(!rana.page(&format!("/inputs/{one}?done=%3Cb%3E&was={two}")).contains("<b>"));
}

#[test]
fn publishing_takes_two_persons_where_the_operator_says_so() {
    let app = App::new();
    let id = lantern(&app);
    let path = app.data().join("pouch.toml");
    let config = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, config + "two_persons = true\n").unwrap();
    let serving = app.serve();
    let mut ada = Visitor::first(&serving);
    let mut both = ada.invite("Rana Reviewer", "rana", &["reviewer", "publisher"]);
    let mut paula = ada.invite("Paula Publisher", "paula", &["publisher"]);
    done(&send(&mut both, &id, "approve", &[("reason", "complete")]));
    let page = both.page(&format!("/inputs/{id}"));
    assert!(page.contains("another one has to say so") && !page.contains(&format!("/inputs/{id}/publish")), "{page}");
    let answer = send(&mut both, &id, "publish", &[("reason", "mine")]);
    assert!(answer.status == 422 && answer.body.contains("you approved it yourself"), "{}", answer.body);
    let answer = send(&mut ada, &id, "publish", &[("reason", "mine")]);
    assert_eq!(answer.status, 403, "without the right");
    // Nothing is due: no worker publishes it.
    app.run(&["publish"]);
    assert_eq!(app.item("lantern@")["state"], "approved");
    let page = paula.page(&format!("/inputs/{id}"));
    assert!(
        page.contains(&format!("/inputs/{id}/publish")) && !page.contains(&format!("/inputs/{id}/withdraw")),
        "{page}"
    );
    done(&send(&mut paula, &id, "publish", &[("reason", "seen")]));
    wait_for("the publication", || (app.item("lantern@")["state"] == "published").then_some(()));
    assert!(app.verify().contains("In order"));
}

#[test]
fn programs_release_what_another_person_approved_under_the_same_rules() {
    let app = App::new();
    let id = lantern(&app);
    let path = app.data().join("pouch.toml");
    let config = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, config + "two_persons = true\n").unwrap();
    let serving = app.serve();
    let mut ada = Visitor::first(&serving);
    let mut both = ada.invite("Rana Reviewer", "rana", &["reviewer", "publisher"]);
    let mut paula = ada.invite("Paula Publisher", "paula", &["publisher"]);
    let [own, other] = [&mut both, &mut paula].map(|person| Program::of(person, &["read", "publish"]));
    done(&send(&mut both, &id, "approve", &[("reason", "complete")]));
    let reason = serde_json::json!({ "reason": "seen" });
    let told = own.decide(&id, "release-publication", &reason);
    assert!(told.status == 422 && told.body.contains("you approved it yourself"), "{}", told.body);
    assert_eq!(app.item("lantern@")["state"], "approved");
    let told = other.decide(&id, "release-publication", &reason);
    assert!(told.status == 200 && told.body.contains("public_from"), "{}", told.body);
    wait_for("the publication", || (app.item("lantern@")["state"] == "published").then_some(()));
}

/// The part of a page that is about the input, with links to files as the public page has them.
fn article(html: &str, id: &str) -> String {
    let article = html.split("<article>").nth(1).and_then(|rest| rest.split("</article>").next()).unwrap_or(html);
    article.replace(&format!("/inputs/{id}/preview/"), "").replace("/public/", "../../")
}

#[test]
fn the_preview_is_what_is_published_afterwards() {
    let app = App::new();
    app.import(&["input-fr-pdf.eml"]);
    let id = id(&app.item("input-fr-pdf@"));
    let serving = app.serve();
    let (_, mut rana, _) = people(&serving);
    let preview = rana.get(&format!("/inputs/{id}/preview"));
    assert_eq!(preview.status, 200);
    assert!(preview.body.contains("Preview: this is not public."));
    let policy = preview.headers("content-security-policy").join(" ");
    assert!(policy.starts_with("sandbox") && !policy.contains("script"), "{policy}");
    assert_eq!(preview.headers("x-robots-tag"), ["noindex, nofollow"]);
    let link = preview.body.split(&format!("href=\"/inputs/{id}/preview/")).nth(1).unwrap().split('"').next().unwrap();
    let file = rana.get(&format!("/inputs/{id}/preview/{link}"));
    assert!(file.headers("content-disposition")[0].starts_with("attachment"), "{}", file.head);
    assert!(!app.public(&format!("inputs/{id}/index.html")).exists());
    done(&send(&mut rana, &id, "approve", &[("reason", "complete"), ("all-findings", "yes")]));
    let path = app.public(&format!("inputs/{id}/index.html"));
    let public = wait_for("the page", || std::fs::read_to_string(&path).ok());
    let day = |text: &str| {
        let (head, rest) = text.split_once("<dt>Published</dt>").unwrap();
        format!("{head}{}", rest.split_once("</dd>").unwrap().1)
    };
    assert_eq!(day(&article(&preview.body, &id)), day(&article(&public, &id)));
    let mut other = Visitor::new(&serving);
    assert_eq!(other.get(&format!("/inputs/{id}/preview")).status, 303);
}

#[test]
fn the_preview_hands_out_the_copy_without_the_struck_words_and_no_name_says_them() {
    let app = App::new();
    let id = lantern(&app);
    let message = app.item("lantern@")["messages"][0].as_str().unwrap().to_string();
    app.decide(&["redact", &id, "--words", "thank the Chair"]);
    let serving = app.serve();
    let (_, mut rana, _) = people(&serving);
    let preview = format!("/inputs/{id}/preview");
    let early = rana.get(&preview);
    assert!(early.status != 200 && early.body.contains("is not made yet"), "{}", early.body);
    app.decide(&["redact", &id, "--copies"]);
    let page = rana.page(&preview);
    let link = page.split(&format!("href=\"{preview}/")).nth(1).unwrap().split('"').next().unwrap();
    let file = rana.get(&format!("{preview}/{link}"));
    assert!(file.body.contains("We [redacted].") && !file.body.contains("Chair"), "{}", file.body);
    let behalf = [
        ("title", "Contacts that answer"),
        ("submitter", "Lantern Institute"),
        ("kind", "academia"),
        ("behalf", "those who thank the Chair"),
        ("language", "en"),
        ("part", &format!("{message}:2")),
        ("reason", "as the cover page says"),
    ];
    done(&send(&mut rana, &id, "edit", &behalf));
    let refused = app.refused(&["approve", &id, "--findings-seen", "--by", "Rana Reviewer", "--reason", "complete"]);
    assert!(refused.contains("still stands in the name on whose behalf it was sent"), "{refused}");
}

#[test]
fn pages_come_as_pictures_and_the_file_itself_only_as_something_to_save() {
    let app = App::new();
    app.import(&["input-fr-pdf.eml", "input-en-docx.eml"]);
    app.refuse_relations();
    let item = app.item("input-fr-pdf@");
    let (of, message) = (id(&item), item["messages"][0].as_str().unwrap());
    let part = item["attachments"][0]["part"].as_str().unwrap();
    let serving = app.serve();
    let (_, _, mut rita) = people(&serving);
    let page = rita.page(&format!("/inputs/{of}"));
    let address = format!("/inputs/{of}/parts/{message}/{part}");
    assert!(page.contains(&format!("<img src=\"{address}/pages/1.png\"")), "{page}");
    assert!(page.contains(&format!("href=\"{address}/original\" download")), "{page}");
    let picture = rita.get(&format!("{address}/pages/1.png"));
    assert_eq!((picture.status, picture.headers("content-type")), (200, vec!["image/png"]));
    assert!(picture.body.contains("PNG"));
    for name in ["0.png", "999.png", "1", "1.pdf", "-1.png"] {
        assert_eq!(rita.get(&format!("{address}/pages/{name}")).status, 404, "{name}");
    }
    let original = rita.get(&format!("{address}/original"));
    assert_eq!(original.headers("content-type"), ["application/octet-stream"]);
    assert!(original.headers("content-disposition")[0].starts_with("attachment; filename=\""), "{}", original.head);
    assert!(original.headers("content-security-policy")[0].starts_with("sandbox"), "{}", original.head);
    assert!(original.body.starts_with("%PDF"), "{}", original.head);
    let whole = rita.get(&format!("/inputs/{of}/parts/{message}/body/original"));
    assert!(whole.headers("content-disposition")[0].contains("mail.eml") && whole.body.contains("MIME-Version"));
    // Another entry's address does not lead to it.
    let other = id(&app.item("input-en-docx@"));
    for path in ["original", "pages/1.png"] {
        assert_eq!(rita.get(&format!("/inputs/{other}/parts/{message}/{part}/{path}")).status, 404, "{path}");
    }
    // Of an office file only where LibreOffice is installed; else in words, not as a broken picture.
    let docx = rita.page(&format!("/inputs/{other}"));
    let has_office = ["/usr/bin", "/usr/local/bin"].iter().any(|at| std::path::Path::new(at).join("soffice").exists());
    assert_eq!(docx.contains("There is no picture of this kind of file"), !has_office, "{docx}");
    assert_eq!(docx.contains("<img"), has_office, "{docx}");
}

#[test]
fn nothing_of_a_mail_is_markup_or_turns_the_page_around() {
    let app = App::new();
    let word = "w".repeat(4096);
    let text = format!(
        "Written input\r\n\r\n<script>alert(1)</script>\u{202e}reversed\u{2066} {word} \"><img src=x onerror=alert(2)>\r\n\r\n{POINT}"
    );
    mail(&app, "evil", "\"<img src=x onerror=alert(3)>\u{202e}\"", &text);
    let serving = app.serve();
    let mut ada = Visitor::first(&serving);
    let item = app.item("evil@");
    if item["state"].is_null() {
        done(&send(&mut ada, &id(&item), "accept", &[("reason", "for the test")]));
    }
    let item = wait_for("the input", || queued(&app, "evil@"));
    let own = id(&item);
    let title = "</h1><script>alert(4)</script>\u{202e}\u{200b}";
    done(&send(&mut ada, &own, "edit", &[("title", title), ("submitter", "\"><b>x"), ("reason", "<i>why</i>")]));
    let text = format!("?part={}:2", item["messages"][0].as_str().unwrap());
    for path in [text.as_str(), "", "?list=queued&q=%3Cscript%3E", "?part=%3Cb%3E:x&compare=a:b&version=9", "/preview"]
    {
        let page = ada.page(&format!("/inputs/{own}{path}"));
        for bad in ["<script>", "<img src=x", "<b>", "<i>why", "\u{202e}", "\u{2066}", "\u{200b}", " onerror=alert(2)>"]
        {
            assert!(!page.contains(bad), "{bad:?} in {path}");
        }
        assert!(page.contains("&#60;script&#62;alert(4)"), "{path}: {page}");
    }
    let page = ada.page(&format!("/inputs/{own}{text}"));
    assert!(page.contains(&word) && page.contains("alert(1)"), "the words are not legible");
    let answer = send(&mut ada, &own, "reject", &[("because", "duplicate"), ("other", "\"><script>x</script>")]);
    assert!(answer.status == 422 && !answer.body.contains("<script>"), "{}", answer.body);
}

#[test]
fn two_who_look_at_one_entry_see_each_other() {
    let app = App::new();
    let id = lantern(&app);
    let serving = app.serve();
    let (_, mut rana, mut rita) = people(&serving);
    let page = format!("/inputs/{id}");
    assert!(rana.page(&page).contains("role=\"status\" data-here=") && !rana.page(&page).contains("Rita"));
    assert!(rita.page(&page).contains("Also open at: Rana Reviewer"));
    assert!(rana.page(&page).contains("Also open at: Rita Reader"));
    let here = rana.post_from(&page, &format!("{page}/here"), &[]);
    assert_eq!((here.status, here.body.as_str()), (200, "[\"Rita Reader\"]"));
    assert_eq!(rita.post_from("/me", &format!("{page}/here"), &[("leave", "1")]).body, "[]");
    assert!(!rana.page(&page).contains("Rita Reader"));
    assert_eq!(rana.send(&format!("{page}/here"), &[], "").status, 422);
}

#[test]
fn the_words_of_the_page_are_in_both_languages() {
    let read = |name: &str| -> toml::Table {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/words").join(name);
        std::fs::read_to_string(path).unwrap().parse().unwrap()
    };
    let (en, fr) = (read("en.toml"), read("fr.toml"));
    for (section, words) in en.iter().filter(|(name, _)| name.starts_with("item")) {
        let (words, other) = (words.as_table().unwrap(), fr[section].as_table().unwrap());
        let keys = |table: &toml::Table| table.keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(words), keys(other), "{section}");
    }
}

#[test]
fn what_the_public_page_will_not_show_is_said_before_the_approval() {
    let app = App::new();
    let id = lantern(&app);
    let serving = app.serve();
    let (_, mut rana, _) = people(&serving);
    let catalogue = pouch::domain::catalogue::Catalogue::read(include_str!("../../catalogue/second-apr.toml")).unwrap();
    let uncertain = catalogue.recommendations.iter().find(|one| !one.is_public()).unwrap();
    let page = format!("/inputs/{id}");
    let before = rana.page(&page);
    assert!(!before.contains("The public page does not show this one"), "{before}");
    assert!(before.contains(&format!("{} (not shown publicly)", uncertain.title)), "{before}");
    let count = |body: &str| {
        body.split("class=\"plain-list public-list\"").nth(1).unwrap().split("</ul>").next().unwrap().to_string()
    };
    let assign = [("recommendation", uncertain.id.as_str()), ("quote", OTHER), ("reason", "it says so")];
    done(&send(&mut rana, &id, "assign", &assign));
    let after = rana.page(&page);
    assert!(after.contains("The public page does not show this one"), "{after}");
    assert_eq!(count(&after), count(&before), "one is counted that nobody will see");
}

#[test]
fn an_old_address_says_nothing_that_is_no_longer_so() {
    let app = App::new();
    let id = lantern(&app);
    let serving = app.serve();
    let (_, mut rana, _) = people(&serving);
    let page = format!("/inputs/{id}");
    let told = |rana: &mut Visitor, act: &str| rana.page(&format!("{page}?done={act}&was={id}"));
    assert!(told(&mut rana, "reopen").contains("It waits in the queue again."));
    assert!(!told(&mut rana, "reject").contains("It is rejected."));
    done(&send(&mut rana, &id, "reject", &[("because", "out-of-scope")]));
    assert!(told(&mut rana, "reject").contains("It is rejected."));
    assert!(!told(&mut rana, "reopen").contains("It waits in the queue again."));
}

#[test]
fn a_refused_form_shows_the_first_page_and_says_its_own_reason() {
    let app = App::new();
    app.import(&["input-fr-pdf.eml"]);
    let wish = "Please do not publish our contribution before 15 February 2024.";
    mail(
        &app,
        "lantern",
        "Lantern Institute",
        &format!("Written input of the Lantern Institute.\r\n\r\n{POINT}\r\n\r\n{wish}"),
    );
    app.refuse_relations();
    let (id, wished) = (id(&app.item("input-fr-pdf@")), app.item("lantern@"));
    assert!(wished["wishes"][0]["decision"].is_null() && !wished["wishes"][0].is_null(), "{wished}");
    let serving = app.serve();
    let (_, mut rana, _) = people(&serving);
    let nameless = send(&mut rana, &id, "edit", &[("title", "A title"), ("submitter", " "), ("reason", "x")]);
    assert!(nameless.status == 422 && nameless.body.contains("It needs a submitter."), "{}", nameless.body);
    assert!(nameless.body.contains("/pages/1.png") && !nameless.body.contains("/pages/0.png"), "{}", nameless.body);
    let head = nameless.body.split("<header class=\"entry\">").nth(1).unwrap().split("</header>").next().unwrap();
    assert!(head.contains("From: <bdi>") && head.contains("@"), "{head}");
    // That a wish waits for a decision is no reason against a rejection.
    let of = wished["id"].as_str().unwrap();
    let nothing = send(&mut rana, of, "reject", &[("because", "duplicate")]);
    assert!(nothing.status == 422 && nothing.body.contains("Name the other input."), "{}", nothing.body);
    let public = send(&mut rana, of, "approve", &[("reason", "complete"), ("all-findings", "yes")]);
    assert!(public.status == 422 && public.body.contains("wish first"), "{}", public.body);
}
