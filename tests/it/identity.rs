//! What is one message and what are two: nothing that a sender can claim drops a mail, and nothing that a person decided
//! comes undone by a mail that comes again.

use crate::app::App;
use serde_json::Value;

/// Puts mails into one folder and takes them in.
fn import(app: &App, folder: &str, mails: &[String]) {
    let folder = app.folder.0.join(folder);
    std::fs::create_dir_all(&folder).unwrap();
    for (number, mail) in mails.iter().enumerate() {
        std::fs::write(folder.join(format!("{number:03}.eml")), mail).unwrap();
    }
    app.run(&["import", &folder.display().to_string()]);
}

fn text(number: usize) -> String {
    format!(
        "Our written input on the programme of work, number {number}. We propose that States agree on a directory.\r\n"
    )
}

#[test]
fn mails_without_a_usable_message_id_or_with_equal_headers_are_each_taken_once() {
    // freescout#311, #691, #4740: no Message-ID, an empty one, a broken one. itop-jb-mail-to-ticket#253: equal sender,
    // subject and second. paperless-ngx#6110: monthly mails with equal subject and sender.
    let app = App::new();
    let from = "From: NGO <ngo@example.net>\r\nTo: chair@example.org\r\n";
    let dated = format!("{from}Date: Mon, 20 Nov 2023 10:00:00 +0000\r\n");
    let mut mails: Vec<String> =
        (0..50).map(|number| format!("{dated}Subject: Input\r\n\r\n{}", text(number))).collect();
    for (at, id) in ["Message-ID: \r\n", "Message-ID: <>\r\n", "Message-ID: none at all\r\n"].into_iter().enumerate() {
        mails.push(format!("{dated}{id}Subject: Input\r\n\r\n{}", text(100 + at)));
    }
    for month in 1..=3 {
        let date = format!("Date: Mon, {month} Jan 2024 10:00:00 +0000\r\n");
        mails.push(format!("{from}{date}Message-ID: <m{month}@example.net>\r\nSubject: Monthly\r\n\r\n{}", text(200)));
    }
    import(&app, "first", &mails);
    assert_eq!(app.list().len(), 56);
    // The same again, as another path: every one is known by what it is.
    import(&app, "again", &mails);
    assert_eq!(app.list().len(), 56);
    assert_eq!(
        app.sql("select settlement || ' ' || count(*) from copies group by settlement order by 1"),
        ["copy 56", "taken 56"]
    );
}

/// As it came through a server: with what servers and lists put in front.
fn by_way_of(way: &str) -> String {
    format!(
        "{way}From: NGO <ngo@example.net>\r\nTo: chair@example.org\r\nDate: Mon, 20 Nov 2023 10:00:00 +0000\r\n\
         Message-ID: <both@example.net>\r\nSubject: Input\r\n\r\n{}",
        text(1)
    )
}

#[test]
fn one_mail_to_two_mailboxes_by_any_way_is_one_input_with_all_its_copies() {
    // freescout#4748, #5636; zammad#1578; alaveteli#2164, #5673, #7879: two items, or one lost. By To, by Bcc, through a
    // list, and a day late.
    let app = App::new();
    let ways = [
        "Received: from a by mail.chair.example; Mon, 20 Nov 2023 10:00:05 +0000\r\nDelivered-To: chair@example.org\r\n",
        "Return-Path: <ngo@example.net>\r\nX-Original-To: office@example.org\r\n",
        "List-Id: inputs <inputs.example.org>\r\nReceived: by lists.example.org; Mon, 20 Nov 2023 10:02:00 +0000\r\n",
        "Received: from a by mail.chair.example; Tue, 21 Nov 2023 10:00:05 +0000\r\n",
    ];
    for (at, way) in ways.iter().enumerate() {
        import(&app, &format!("way{at}"), &[by_way_of(way)]);
    }
    let all = app.list();
    assert_eq!(all.len(), 1, "{all:?}");
    assert_eq!(all[0]["mailboxes"].as_array().unwrap().len(), 4);
    // zammad#3005: the mail's own dates are kept, and so is when we saw it.
    let report: Value = serde_json::from_str(&app.run(&["report", "received", "--format", "json"])).unwrap();
    let row = &report["rows"][0];
    assert_eq!((&row["sent"], &row["relayed"]), (&"2023-11-20T10:00:00Z".into(), &"2023-11-20T10:00:05Z".into()));
    assert!(row["first_seen"].as_str().unwrap() > "2024", "{row}");
    assert_eq!(row["copies"].as_array().unwrap().len(), 4);
}

#[test]
fn what_was_rejected_stays_rejected_when_it_comes_again() {
    // chatwoot#12054, #10503: a deleted item came back at the next poll.
    let app = App::new();
    app.import(&["pair-gmail.eml"]);
    let id = app.list()[0]["id"].as_str().unwrap().to_string();
    app.decide(&["reject", &id]);
    // The same bytes, as after a rebuilt mailbox, and those of another server.
    let again = app.folder.0.join("again.eml");
    std::fs::copy(crate::app::fixture("pair-gmail.eml"), &again).unwrap();
    app.run(&["import", &again.display().to_string()]);
    app.import(&["pair-exchange.eml"]);
    let all = app.list();
    assert_eq!(all.len(), 1, "{all:?}");
    assert_eq!((&all[0]["id"], &all[0]["state"]), (&id.into(), &"rejected".into()));
    app.verify();
}
