//! The overview: its numbers are those of the lists, each of its links opens a list with exactly that many entries, and the
//! CSV says the same.

use crate::app::{App, Serving, wait_for};
use crate::visitor::Visitor;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const CALL: &str = "[call]\nevent = \"2023-12-01\"\ntime_zone = \"America/New_York\"\n";

/// Inputs of several days, languages and kinds, one of them public, one rejected; some mails that are none.
fn desk() -> (App, Serving) {
    let app = App::with_config(CALL);
    app.import(&[
        "input-ar-docx.eml",
        "input-zh-docx.eml",
        "input-fr-pdf.eml",
        "input-en-docx.eml",
        "input-en-pdf.eml",
        "spam-en.eml",
        "broken-base64.eml",
    ]);
    // 23:30 on the last of November in New York.
    received(&app, "late", "Fri, 1 Dec 2023 04:30:00 +0000", "We ask for nothing that any list of ours would name.");
    app.refuse_relations();
    let serving = app.serve();
    let id = |name: &str| app.item(name)["id"].as_str().unwrap().to_string();
    app.decide(&["approve", &id("input-fr-pdf@")]);
    app.decide(&["reject", &id("input-en-docx@"), "--because", "out-of-scope"]);
    wait_for("the public input", || (app.item("input-fr-pdf@")["state"] == "published").then_some(()));
    (app, serving)
}

fn received(app: &App, id: &str, at: &str, text: &str) {
    let raw = format!(
        "Received: from mail.example by desk.example; {at}\r\nFrom: Lantern Institute <office@lantern.example>\r\nTo: \
         desk@example.org\r\nSubject: Written input of the Lantern Institute\r\nMessage-ID: <{id}@example.org>\r\nDate: \
         {at}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nPlease find below our written input.\r\n\r\n{text}\r\n"
    );
    let path = app.folder.0.join(format!("{id}.eml"));
    std::fs::write(&path, raw).unwrap();
    app.run(&["import", path.to_str().unwrap()]);
    let item = app.item(&format!("{id}@"));
    if item["state"].is_null() {
        app.decide(&["accept", item["messages"][0].as_str().unwrap()]);
    }
}

/// A number of the page with where it leads.
#[derive(Debug, PartialEq)]
struct Number {
    count: usize,
    href: Option<String>,
    says: String,
}

fn between<'a>(text: &'a str, begin: &str, end: &str) -> Option<&'a str> {
    text.split_once(begin)?.1.split_once(end).map(|(inside, _)| inside)
}

/// All numbers of a page, by chart and key.
fn numbers(page: &str) -> BTreeMap<(String, String), Number> {
    let mut all = BTreeMap::new();
    for tile in page.split("<li><a href=\"").skip(1).filter(|tile| tile.contains("data-total=")) {
        let href = tile.split('"').next().unwrap();
        let count = between(tile, "\"large\">", "<").unwrap().parse().unwrap();
        let key = between(tile, "data-total=\"", "\"").unwrap();
        let says = String::new();
        all.insert(("total".into(), key.into()), Number { count, href: Some(unescaped(href)), says });
    }
    for table in page.split("data-chart=\"").skip(1) {
        let chart = table.split('"').next().unwrap();
        let table = table.split("</table>").next().unwrap();
        for row in table.split("<tr ").skip(1) {
            let is_section = row.starts_with("data-section");
            let key = row.split('"').nth(1).unwrap();
            let count = between(row, "class=\"number\">", "<").unwrap().parse().unwrap();
            let href = between(row, "<a href=\"", "\"").map(unescaped);
            let says = between(row, "class=\"chip warn\">", "<").unwrap_or_default().to_string();
            let chart = if is_section { "section" } else { chart };
            all.insert((chart.into(), key.into()), Number { count, href, says });
        }
    }
    all
}

fn unescaped(text: &str) -> String {
    text.replace("&#38;", "&").replace("&amp;", "&")
}

/// Inputs of a list, as the program lists them.
fn inputs(app: &App, list: &str) -> Vec<Value> {
    let all = app.list().into_iter().filter(|item| !item["state"].is_null());
    all.filter(|item| list == "inputs" || item["state"] == list).collect()
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_string()).collect()
}

/// What the charts must say, from the items alone.
fn expected(app: &App, list: &str) -> BTreeMap<(String, String), usize> {
    let catalogue: toml::Table = include_str!("../../catalogue/second-apr.toml").parse().unwrap();
    let section_of: BTreeMap<&str, &str> = catalogue["recommendation"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["id"].as_str().unwrap(), one["section"].as_str().unwrap()))
        .collect();
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    for (id, section) in &section_of {
        counts.insert(("recommendation".into(), (*id).into()), 0);
        counts.insert(("section".into(), (*section).into()), 0);
    }
    for item in inputs(app, list) {
        let assigned: BTreeSet<&str> =
            item["assignments"].as_array().unwrap().iter().map(|one| one["recommendation"].as_str().unwrap()).collect();
        let sections: BTreeSet<&str> = assigned.iter().map(|id| section_of[id]).collect();
        let at: jiff::Timestamp = item["server_received_at"].as_str().unwrap().parse().unwrap();
        let day = at.in_tz("America/New_York").unwrap().date().to_string();
        let mut add = |chart: &str, key: &str| *counts.entry((chart.into(), key.into())).or_default() += 1;
        assigned.iter().for_each(|id| add("recommendation", id));
        if assigned.is_empty() {
            add("recommendation", "none");
        }
        sections.iter().for_each(|id| add("section", id));
        texts(&item["languages"]).iter().for_each(|code| add("language", code));
        add("kind", item["submitter"]["kind"].as_str().unwrap());
        add("day", &day);
    }
    counts
}

/// How many entries a list has that a link opens, counted on its pages.
fn entries(visitor: &mut Visitor, href: &str) -> usize {
    let mut path = href.to_string();
    let mut count = 0;
    loop {
        let page = visitor.page(&path);
        assert!(!page.contains("role=\"alert\""), "{path} is refused");
        count += page.matches("<li data-row").count();
        match between(&page, "class=\"button\" href=\"", "\"") {
            Some(next) if page.contains("rel=\"next\"") => path = format!("/{}", unescaped(next)),
            _ => return count,
        }
    }
}

#[test]
fn each_number_is_what_the_lists_say_and_its_link_opens_exactly_these() {
    let (app, serving) = desk();
    let mut ada = Visitor::first(&serving);
    for list in ["inputs", "published", "queued"] {
        let page = ada.page(&format!("/overview?list={list}"));
        let numbers = numbers(&page);
        for (key, count) in expected(&app, list) {
            assert_eq!(numbers.get(&key).map(|one| one.count), Some(count), "{list} {key:?}\n{numbers:#?}");
        }
        let inputs = inputs(&app, list).len();
        let sum =
            |chart: &str| -> usize { numbers.iter().filter(|(key, _)| key.0 == chart).map(|(_, one)| one.count).sum() };
        assert_eq!((sum("day"), sum("kind")), (inputs, inputs), "{list}");
        assert_eq!(sum("waiting"), app.list().iter().filter(|item| item["state"] == "queued").count());
        let mut followed = 0;
        for ((chart, key), number) in &numbers {
            match &number.href {
                Some(href) => {
                    assert_eq!(entries(&mut ada, href), number.count, "{list} {chart} {key} {href}");
                    followed += 1;
                }
                None => assert_eq!((chart.as_str(), number.count), ("waiting", 0), "{key}"),
            }
        }
        assert!(followed > 40, "{followed}");
        // A recommendation that nobody speaks to says so; one that has inputs does not.
        let none = |one: &Number| one.says == "no input yet";
        let of =
            |chart: &str| -> Vec<_> { numbers.iter().filter(|(key, _)| key.0 == chart && key.1 != "none").collect() };
        for (key, one) in of("recommendation").into_iter().chain(of("section")) {
            assert_eq!(none(one), one.count == 0, "{key:?}");
        }
        let without = of("recommendation").iter().filter(|(_, one)| one.count == 0).count();
        assert!(without > 5 && page.contains(&format!("{without} of ")), "{without}");
    }
    let page = ada.page("/overview");
    assert!(
        page.contains("Working titles; not the report's own")
            || page.contains("Working titles; not the report&#39;s own")
    );
    let numbers = numbers(&page);
    assert_eq!(numbers[&("total".into(), "published".into())].count, 1);
    assert_eq!(numbers[&("total".into(), "rejected".into())].count, 1);
    assert!(numbers[&("total".into(), "set-aside".into())].count > 0);
    // Half past four in the morning at Greenwich is the day before in New York.
    assert!(!numbers.contains_key(&("day".into(), "2023-12-01".into())), "{numbers:#?}");
    assert!(numbers[&("day".into(), "2023-11-30".into())].count > 0);
    assert_eq!(ada.get("/overview?list=held").status, 422);
}

#[test]
fn the_csv_has_the_numbers_of_the_page_and_nothing_that_a_spreadsheet_runs() {
    let (app, serving) = desk();
    let mut ada = Visitor::first(&serving);
    let mut rita = ada.invite("Rita Reader", "rita", &["reader"]);
    for list in ["inputs", "published"] {
        let page = rita.page(&format!("/overview?list={list}"));
        assert!(page.contains(&format!("href=\"/overview.csv?list={list}\"")));
        let answer = rita.get(&format!("/overview.csv?list={list}"));
        assert_eq!(answer.status, 200);
        assert_eq!(answer.headers("content-type"), ["text/csv; charset=utf-8"]);
        let text = answer.body.strip_prefix('\u{feff}').expect("a byte order mark");
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
        let mut rows = csv::Reader::from_reader(text.as_bytes());
        assert_eq!(rows.headers().unwrap(), vec!["chart", "key", "name", "count"]);
        let mut in_csv = BTreeMap::new();
        for row in rows.records() {
            let row = row.unwrap();
            assert!(row.iter().all(|cell| !cell.starts_with(['=', '+', '-', '@'])), "{row:?}");
            in_csv.insert((row[0].to_string(), row[1].to_string()), row[3].parse::<usize>().unwrap());
        }
        assert_eq!(in_csv.remove(&("inputs".into(), list.into())), Some(inputs(&app, list).len()));
        let on_page: BTreeMap<_, _> = numbers(&page).into_iter().map(|(key, one)| (key, one.count)).collect();
        assert_eq!(in_csv, on_page, "{list}");
    }
    assert_eq!(Visitor::new(&serving).get("/overview.csv").status, 303);
}

#[test]
fn a_day_is_a_filter_of_the_list_and_what_is_no_day_is_refused() {
    let (app, serving) = desk();
    let mut ada = Visitor::first(&serving);
    let page = ada.page("/?list=inputs&day=2023-11-30");
    assert!(page.contains("<option value=\"2023-11-30\" selected>"), "{page}");
    let days: BTreeSet<String> =
        expected(&app, "inputs").into_keys().filter(|(chart, _)| chart == "day").map(|(_, day)| day).collect();
    assert!(days.len() > 1, "{days:?}");
    // Several days are one choice of the form, so that another choice beside it does not lose them.
    let all: Vec<String> = days.into_iter().collect();
    let all = all.join(",");
    let page = ada.page(&format!("/?list=inputs&day={all}"));
    assert!(page.contains(&format!("<option value=\"{all}\" selected>")), "{page}");
    assert_eq!(entries(&mut ada, &format!("/?list=inputs&day={all}")), inputs(&app, "inputs").len());
    for wrong in ["2023-02-30", "yesterday", "2023-11-30T10:00", "20231130", "2023-11-30,"] {
        let page = ada.page(&format!("/?list=inputs&day={wrong}"));
        assert!(page.contains("there is no day"), "{wrong}: {page}");
    }
}

#[test]
fn rows_of_an_older_version_get_their_day_at_the_next_start() {
    let (app, serving) = desk();
    let mut ada = Visitor::first(&serving);
    let before = numbers(&ada.page("/overview?list=published"));
    serving.stop();
    // As they were: no day, nothing that counts what is public by itself.
    app.sql("update desk_rows set labels = replace(labels, substr(labels, instr(labels, 'day:'), 15), '')");
    app.sql("update desk_rows set labels = substr(labels, 1, instr(labels, 'public-') - 1) || 'state:published' where labels like '%public-%'");
    app.sql("delete from desk_counts where label like 'day:%' or label like 'public-%'");
    app.sql("update settings set value = 'of an older version' where name = 'desk made with'");
    let later = app.serve();
    ada.address.clone_from(&later.address);
    wait_for("the days", || (numbers(&ada.page("/overview?list=published")) == before).then_some(()));
    assert_eq!(before.keys().filter(|(chart, _)| chart == "day").count(), 1, "{before:#?}");
}

#[test]
fn an_empty_desk_has_an_overview_too() {
    let app = App::new();
    let serving = app.serve();
    let page = Visitor::first(&serving).page("/overview");
    assert!(page.contains("no input yet") && page.contains("Nothing waits."), "{page}");
}
