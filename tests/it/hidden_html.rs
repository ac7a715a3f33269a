//! What a reader of an HTML page does not see is set apart, and what a reader sees is not lost: through the real child.

use crate::app::Folder;
use pouch::config::{Config, Extractor};
use pouch::domain::FindingCode;
use pouch::domain::extraction::{Extraction, Role};
use pouch::sandbox::{Pool, Source};
use std::fs::File;
use std::path::PathBuf;
use std::time::Duration;

/// Reads pages as the attachments of one mail, in a child with half a gigabyte.
async fn read(pages: &[String]) -> Vec<Extraction> {
    let folder = Folder::new();
    let mut mail =
        b"From: a@example.org\r\nSubject: S\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=edge-of-parts\r\n\r\n"
            .to_vec();
    for page in pages {
        mail.extend(b"--edge-of-parts\r\nContent-Type: text/html\r\nContent-Disposition: attachment; filename=f.html\r\nContent-Transfer-Encoding: binary\r\n\r\n");
        mail.extend(page.as_bytes());
        mail.extend(b"\r\n");
    }
    mail.extend(b"--edge-of-parts--\r\n");
    let path = folder.0.join("mail");
    std::fs::write(&path, &mail).unwrap();
    // What counts is the outcome, not how fast this machine is.
    let limits = Extractor {
        memory_bytes: 512 << 20,
        memory_most_bytes: 512 << 20,
        workers: 1,
        time: Duration::from_secs(120),
        ..Config::default().extractor
    };
    let pool = Pool::start(PathBuf::from(env!("CARGO_BIN_EXE_pouch")), &limits);
    let source = Source::message(File::open(path).unwrap(), mail.len() as u64);
    let mut found = Vec::new();
    for (at, pages) in pages.chunks(100).enumerate() {
        let wanted: Vec<(String, u64)> =
            pages.iter().enumerate().map(|(n, page)| ((at * 100 + n + 1).to_string(), page.len() as u64)).collect();
        found.extend(pool.extract(&source, &wanted).await.unwrap().into_iter().map(|one| one.0));
    }
    found
}

fn of(read: &Extraction, role: Role) -> String {
    let texts = read.segments().iter().filter(|one| one.role == role).map(|one| one.text.as_str());
    texts.collect::<Vec<_>>().join("\n")
}

/// The sentences about hidden words.
fn told(read: &Extraction) -> String {
    let found = read.findings.iter().filter(|one| one.code == FindingCode::HiddenText);
    found.map(|one| one.detail.as_str()).collect::<Vec<_>>().join(" ")
}

/// A page with a style sheet; a case without one is a body only.
fn page(sheet: &str, body: &str) -> String {
    let style = if sheet.is_empty() { String::new() } else { format!("<style>{sheet}</style>") };
    format!("<!DOCTYPE html><html><head><title>T</title>{style}</head><body><p>plain</p>{body}</body></html>")
}

/// In each case `secret` is hidden and counted, and `plain` and `open` are said.
async fn hides(cases: &[(&str, &str)]) {
    let pages: Vec<String> = cases.iter().map(|(sheet, body)| page(sheet, body)).collect();
    for ((sheet, body), read) in cases.iter().zip(read(&pages).await) {
        let case = format!("{sheet} | {body}\n{:?} {:?}", read.extracted, read.findings);
        assert!(!read.said_text().contains("secret"), "said: {case}");
        assert!(of(&read, Role::Hidden).contains("secret"), "not kept: {case}");
        assert!(told(&read).contains("of the page that a reader does not see."), "not told: {case}");
        assert!(read.said_text().contains("plain"), "lost: {case}");
        assert_eq!(read.said_text().contains("open"), body.contains("open"), "lost: {case}");
    }
}

/// In each case `open` is said, nothing is hidden, and nobody is alarmed.
async fn shows(cases: &[(&str, &str)]) {
    let pages: Vec<String> = cases.iter().map(|(sheet, body)| page(sheet, body)).collect();
    for ((sheet, body), read) in cases.iter().zip(read(&pages).await) {
        let case = format!("{sheet} | {body}\n{:?} {:?}", read.extracted, read.findings);
        assert!(read.said_text().contains("open"), "lost: {case}");
        assert_eq!(of(&read, Role::Hidden), "", "{case}");
        assert_eq!(told(&read), "", "{case}");
    }
}

#[tokio::test]
async fn a_style_sheet_hides_what_it_chooses() {
    hides(&[
        (".x{display:none}", "<p class='a x'>secret</p><p class=y>open</p>"),
        ("#x{display:none}", "<p id=x>secret</p><p>open</p>"),
        ("aside{display:none}", "<aside>secret</aside><p>open</p>"),
        ("[data-k]{display:none}", "<p data-k=1>secret</p>"),
        ("[data-k='v' i]{display:none}", "<p data-k=V>secret</p><p data-k=w>open</p>"),
        ("[class^=hid]{display:none}", "<p class=hidden1>secret</p>"),
        ("div.a > p{display:none}", "<div class=a><p>secret</p><div><p>open</p></div></div>"),
        ("div.a p{display:none}", "<div class=a><div><p>secret</p></div></div><p>open</p>"),
        ("h2,\n .z , h3{display:none}", "<b class=z>secret</b>"),
        ("h2 + p{display:none}", "<h2>open</h2><p>secret</p><p>open</p>"),
        ("h2 ~ .q{display:none}", "<h2>open</h2><p>open</p><p class=q>secret</p>"),
        ("li:nth-child(2){display:none}", "<ul><li>open<li>secret<li>open</ul>"),
        ("li:last-child{display:none}", "<ul><li>open<li>open<li>secret</ul>"),
        ("li:not(.k){display:none}", "<ul><li class=k>open<li>secret</ul>"),
        (":is(.a,.b) .c{display:none}", "<div class=b><p class=c>secret</p></div><p class=c>open</p>"),
        (
            ".a{color:red; .c{display:none} & > i{color:blue}}",
            "<div class=a><p class=c>secret</p></div><p class=c>open</p>",
        ),
        ("*{font-size:0} p,html,body{font-size:16px}", "<div>secret</div><p>open</p>"),
        (".x{DISPLAY:/**/n\\6fne}", "<p class=x>secret</p>"),
        ("@media screen{.x{display:none}}", "<p class=x>secret</p>"),
        ("@media (min-width: 20em) and (max-width:200em){.x{display:none}}", "<p class=x>secret</p>"),
        ("@supports (display:grid){.x{display:none}}", "<p class=x>secret</p>"),
        ("@layer a{.x{display:none}}", "<p class=x>secret</p>"),
        (":root{--off:none}.x{display:var(--off)}", "<p class=x>secret</p>"),
        ("} .x{display:none}", "<p class=y>open</p><style>.x{display:none}</style><p class=x>secret</p>"),
        ("<!-- .x{display:none} -->", "<p class=x>secret</p>"),
        // What weighs more, and what comes later.
        (".x{display:none} p{display:block}", "<p class=x>secret</p>"),
        (
            "p{display:none!important} p.x{display:block} .y,p:first-child{display:block!important}",
            "<p class=x>secret</p><p class=y>open",
        ),
        (".x{display:block} .x{display:none}", "<p class=x>secret</p>"),
        ("", "<p class=x>secret</p><p>open</p><style>.x{display:none}</style>"),
        ("", "<link rel=stylesheet href='data:text/css,.x%7Bdisplay:none%7D'><p class=x>secret</p>"),
        ("@import 'data:text/css;base64,Lnh7ZGlzcGxheTpub25lfQ==';", "<p class=x>secret</p>"),
    ])
    .await;
}

#[tokio::test]
async fn each_way_to_hide_words_hides_them() {
    let styles = [
        "display:none",
        "visibility:hidden",
        "visibility:collapse",
        "opacity:0",
        "opacity:1%",
        "filter:opacity(0)",
        "content-visibility:hidden",
        "font-size:0",
        "font-size:1px",
        "font-size:.05em",
        "font-size:2%",
        "font-size:.01rem",
        "font-size:calc(1px - 1px)",
        "font:0/0 a",
        "font:bold 0/1 serif",
        "position:absolute;left:-9999px",
        "position:absolute;top:-200vh",
        "position:fixed;right:-100em",
        "position:fixed;left:200vw;left:4000px",
        "position:relative;left:-9999px",
        "position:absolute;inset:0 0 0 -9999px",
        "margin-left:-9999px",
        "text-indent:-9999px",
        "text-indent:100%;white-space:nowrap;overflow:hidden",
        "height:0;overflow:hidden",
        "width:0;overflow:hidden",
        "max-height:0;overflow:clip",
        "position:absolute;width:1px;height:1px;overflow:hidden;clip:rect(0,0,0,0)",
        "position:absolute;clip:rect(1px 1px 1px 1px)",
        "clip-path:inset(50%)",
        "clip-path:inset(100% 0 0 0)",
        "clip-path:circle(0)",
        "clip-path:polygon(0 0, 0 0, 0 0)",
        "transform:scale(0)",
        "transform:rotate(3deg) translateX(-9999px)",
        "transform:rotateY(90deg)",
        "scale:0",
        "translate:-200vw",
        "color:transparent",
        "color:#fff",
        "color:#fefefe",
        "color:rgb(250 251 252)",
        "color:hsl(0,0%,98%)",
        "color:rgba(0,0,0,.03)",
        "color:oklch(100% 0 0)",
        "color:#000;background:#000",
        "color:#111;background-color:black",
        "color:navy;background:currentColor",
        "-webkit-text-fill-color:white",
    ];
    let bodies: Vec<String> =
        styles.iter().map(|style| format!("<div style='{style}'>secret</div><p>open</p>")).collect();
    let sheets: Vec<String> = styles.iter().map(|style| format!(".x{{{style}}}")).collect();
    let cases: Vec<(&str, &str)> = bodies
        .iter()
        .map(|body| ("", body.as_str()))
        .chain(sheets.iter().map(|sheet| (sheet.as_str(), "<div class=x>secret</div><p>open</p>")))
        .collect();
    hides(&cases).await;
}

#[tokio::test]
async fn what_is_hidden_stays_so_inside_and_grounds_count_from_where_they_were_set() {
    hides(&[
        (".x{display:none}.y{display:block}", "<div class=x><p class=y>secret</p></div>"),
        (".x{opacity:.2}.y{opacity:.2}", "<div class=x><p class=y>secret</p></div>"),
        (".x{visibility:hidden}.y{visibility:visible}", "<div class=x>secret<p class=y>open</p></div>"),
        (".x{font-size:0}.y{font-size:12px}", "<div class=x>secret<p class=y>open</p></div>"),
        (".x{color:#fff}.y{color:#333}", "<div class=x>secret <b class=y>open</b></div>"),
        (
            ".night{background:#000;color:#eee}.x{color:#000}",
            "<div class=night>open <b><i class=x>secret</i></b></div>",
        ),
        (
            ".night{background:#000;color:#eee}",
            "<div class=night>open <div style='background:white'>secret</div></div>",
        ),
        ("", "<table><tr><td bgcolor='#102030'><font color='#112131'>secret</font><td>open</table>"),
        ("body{background:#222;color:#ddd}", "<p>open</p><p style='color:#232323'>secret</p>"),
        ("", "<div style='display:none'/><p>secret</p></div><p>open</p>"),
        ("", "<div hidden>secret</div><div>open</div>"),
        ("", "<dialog>secret</dialog><dialog open>open</dialog>"),
        ("", "<table style='display:none'><tr><td>secret</table>open"),
    ])
    .await;
}

#[tokio::test]
async fn tags_out_of_order_are_read_as_browsers_read_them() {
    hides(&[
        ("", "<div hidden><table><tr><td></div>secret</table></div><p>open</p>"),
        ("", "<p><b style='display:none'></p>secret</b><p>open</p>"),
        ("", "<p><b style='display:none'>secret<p>secret</b>open</p>"),
        ("", "<b><p style='display:none'>secret</b>secret</p>open"),
        ("", "<span hidden><div></span>secret</div></span>"),
        ("", "<td style='background:#000'><p style='color:#fff'>secret</p></td><p>open</p>"),
        ("", "<b hidden><p>secret</p></b>open<table><tr><td><i hidden>secret</table>open"),
        (".x .y{display:none}", "<b class=x><p><i class=y>secret</i></b><i class=y>open</i>"),
    ])
    .await;
}

#[tokio::test]
async fn what_a_reader_sees_is_not_taken_for_hidden() {
    shows(&[
        (".x{display:none}", "<p class=X>open</p>"),
        (".x{display:none}.x{display:block}", "<p class=x>open</p>"),
        ("p{display:none}#y{display:block}p,#z{display:inherit}", "<p id=y>open</p>"),
        (".x{display:none!important;}", "<p class=y>open</p>"),
        ("@media (max-width:600px){.x{display:none}}", "<p class=x>open</p>"),
        ("@media only screen and (max-width: 48em){.x{display:none}}", "<p class=x>open</p>"),
        ("@media (width < 700px){.x{display:none}}", "<p class=x>open</p>"),
        ("@media (prefers-color-scheme:dark){body{background:#000;color:#fff}}", "<p>open</p>"),
        ("@media speech{.x{display:none}}", "<p class=x>open</p>"),
        (".x:hover{display:none} a:visited{color:#fff}", "<p class=x><a href='https://x.example/'>open</a></p>"),
        (".x{left:-9999px}", "<p class=x>open</p>"),
        (".x{height:0}.y{max-height:0;min-height:20px;overflow:hidden}", "<p class=x>open</p><p class=y>open"),
        (".x{height:0;overflow:hidden}", "<span class=x>open</span>"),
        (".x{clip:rect(0,0,0,0)}", "<p class=x>open</p>"),
        (".x{transform:translate(-50%,-50%)}", "<p class=x>open</p>"),
        (".x{color:#fff;background:url(a.png)}", "<p class=x>open</p>"),
        (".x{color:#fff;background:linear-gradient(#000,#333)}", "<p class=x>open</p>"),
        (".x{color:transparent;background:linear-gradient(red,blue);background-clip:text}", "<p class=x>open</p>"),
        (".x{color:transparent;text-shadow:0 0 0 #000}", "<p class=x>open</p>"),
        (".x{background:#003366}.x p{color:#fff}", "<div class=x><p>open</p></div>"),
        ("body{color:#fff;background:#000}", "<p>open</p>"),
        ("body{color:#fff;background:#000}", "<p>open</p><button>go on</button>"),
        (".x{color:var(--nobody,#222)}", "<p class=x>open</p>"),
        (".x{color:red}.x{color:notacolour}", "<p class=x>open</p>"),
        (".x{opacity:0;animation:in 1s forwards}.y{color:red}@keyframes in{to{opacity:1}}", "<p class=y>open</p>"),
        ("", "<details><summary>more</summary>open</details>"),
        ("", "<p aria-hidden=true>open</p>"),
        ("", "<img src=a.png alt='a picture'><p style='font-size:8px;color:#767676'>open</p>"),
        (".x[hidden]{display:block}", "<p class=x hidden>open</p>"),
        ("p::before{content:'\\2022'} .i::after{content:''}", "<p class=i>open</p>"),
    ])
    .await;
}

#[tokio::test]
async fn fields_frames_and_pictures_give_the_words_that_they_show() {
    shows(&[
        ("", "<input value='open'>"),
        ("", "<input type=submit value='open'>"),
        ("", "<textarea>open</textarea>"),
        ("", "<select><option>one<option>open</select>"),
        ("", "<select><optgroup label='open'><option>one</select>"),
        ("", "<iframe srcdoc='&lt;p&gt;open&lt;/p&gt;'></iframe>"),
        ("", "<iframe src='data:text/html,%3Cp%3Eopen'></iframe>"),
        ("", "<svg><title>no</title><text x=1>open</text></svg>"),
        ("", "<svg><p>open</p>"),
        ("", "<svg><foreignObject><div>open</div></foreignObject></svg>"),
        ("", "</body></html><p>open"),
    ])
    .await;
    hides(&[
        ("", "<noscript><p>secret</p></noscript><p>open</p>"),
        ("", "<template><p>secret</p></template><p>open</p>"),
        ("", "<iframe srcdoc='&lt;style&gt;p{display:none}&lt;/style&gt;&lt;p&gt;secret&lt;/p&gt;open'></iframe>"),
        ("", "<div hidden><iframe srcdoc='&lt;p&gt;secret'></iframe></div>"),
        ("", "<svg><text fill=none>secret</text><text>open</text></svg>"),
        ("", "<video>secret</video><p>open</p>"),
        ("", "<datalist><option>secret</datalist><p>open</p>"),
        ("", "<select><option label='open'>secret</select>"),
    ])
    .await;
    let quiet = "<input type=hidden value=no1><input type=password value=no2><input placeholder=no3><img alt=no4><svg><desc>no5</desc></svg><rp>no6</rp>";
    let read = &read(&[page("", quiet)]).await[0];
    assert_eq!(read.text(), "plain");
}

#[tokio::test]
async fn a_head_that_nobody_closed_does_not_swallow_the_page() {
    let pages = ["<head><title>T</title><p>open</p>", "<title>T</title>open", "<html><head><meta charset=utf-8>open"];
    for read in read(&pages.map(String::from)).await {
        assert_eq!(read.said_text(), "open");
    }
}

#[tokio::test]
async fn what_is_on_the_screen_only_is_said_and_told() {
    let pages = [
        page("@media print{.x{display:none}}", "<p class=x>open</p>"),
        page(".x{display:none}@media print{.x{display:block}}", "<p class=x>secret</p>"),
        page("", "<style media=print>p{display:none}</style>"),
    ];
    let read = read(&pages).await;
    assert!(read[0].said_text().contains("open"));
    assert!(told(&read[0]).contains("1 passage of the page that a reader sees on the screen, but not on paper."));
    assert!(!read[1].said_text().contains("secret"));
    assert!(told(&read[2]).contains("not on paper"));
}

#[tokio::test]
async fn what_is_not_followed_is_told() {
    let doubt = "The page may hide or show words in a way that Pouch does not follow";
    let pages = [
        page("p:has(b){display:none}", "<p>open <b>b</b></p>"),
        page("p:last-of-type{display:none}", "<p>open</p>"),
        page("@container (width > 1px){p{display:none}}", "<p>open</p>"),
        page("p{animation:out 1s forwards}@keyframes out{to{opacity:0}}", "<p>open</p>"),
        page(".x{opacity:0;animation:in 1s forwards}", "<p class=x>open</p>"),
        page("", "<link rel=stylesheet href=a.css><p class=x style='color:#fff'>open</p>"),
        page("", "<img src=a.png><p style='position:absolute;color:#fff'>open</p>"),
        page("p{display:var(--a)} .d{--a:none} .e{--a:block}", "<p>open</p>"),
        page("p::first-line{font-size:0}", "<p>open</p>"),
        page("", "<p>open</p><body style='display:none'>"),
    ];
    for (page, read) in pages.iter().zip(read(&pages).await) {
        assert!(read.said_text().contains("open"), "{page}");
        assert!(told(&read).contains(doubt), "{page} {:?}", read.findings);
    }
    let pages = [
        page(".x::before{content:'We withdraw'}", "<p class=x>open</p>"),
        page("", "<p>open</p><script>document.write('more')</script>"),
        page("", "<p>open</p><script type='application/ld+json'>{}</script>"),
    ];
    let read = read(&pages).await;
    assert!(told(&read[0]).contains("shows words that its style sheet adds"));
    let scripts = |at: usize| read[at].findings.iter().filter(|one| one.code == FindingCode::JavaScript).count();
    assert_eq!([scripts(0), scripts(1), scripts(2)], [0, 1, 0]);
}

#[tokio::test]
async fn style_sheets_that_are_not_in_the_file_are_no_doubt_and_those_from_elsewhere_are_told() {
    let pages = [
        page("", "<link rel=stylesheet href=style/a.css><p class=x>open</p>"),
        page("@import 'b.css';", "<p class=x>open</p>"),
        page("", "<link rel=stylesheet href='https://x.example/a.css'><p class=x>open</p>"),
        page("@import 'https://x.example/a.css';", "<p class=x>open</p>"),
    ];
    let read = read(&pages).await;
    let remote = |one: &Extraction| one.findings.iter().any(|one| one.code == FindingCode::RemoteContent);
    assert_eq!(read.iter().map(remote).collect::<Vec<_>>(), [false, false, true, true]);
    for read in &read {
        assert!(read.said_text().contains("open") && told(read).is_empty(), "{:?}", read.findings);
    }
}

#[tokio::test]
async fn hostile_styles_end_in_time_and_say_what_was_not_followed() {
    let rules: String = (0..60_000).map(|n| format!("b .c{n} a{{color:red}}")).collect();
    let pages = [
        // Every rule is asked about every element.
        page(&rules, &"<a>x</a>".repeat(60_000)),
        page(&"*".repeat(1_000_000), "<p>open</p>"),
        page(&"a{".repeat(400_000), "<p>open</p>"),
        page(&format!("{} p{{display:none}}", ":is(".repeat(200_000)), "<p>open</p>"),
        page(&format!("p{{color:{}", "calc(".repeat(200_000)), "<p>open</p>"),
        page(&format!("p{{--a:var(--a)var(--a);color:var(--a)}}{}", "i{--b:var(--a)}".repeat(1_000)), "<p>open</p>"),
        page("div div div div div > b{display:none}", &format!("{}<p>open</p>", "<div>".repeat(100_000))),
        page("a ~ a ~ a ~ a ~ b{display:none}", &format!("{}<p>open</p>", "<a></a>".repeat(100_000))),
        page("[a*=xx]{display:none}", &format!("<p a='{}'>open</p>", "x ".repeat(1_000_000))),
        page(".k{display:none}", &format!("<p class='{}'>open</p>", "a ".repeat(1_000_000))),
        format!("{}open", "<iframe srcdoc='".repeat(100_000)),
    ];
    let read = read(&pages).await;
    for (at, read) in read.iter().enumerate().take(10).skip(1) {
        assert!(
            read.said_text().contains("open"),
            "{at}: {:.300?} {} {:?}",
            read.extracted,
            read.extractor,
            read.findings
        );
    }
    assert!(read[0].said_text().contains("plain"));
    assert!(told(&read[0]).contains("does not follow"), "{:?}", read[0].findings);
}

#[test]
fn a_mail_says_what_the_reader_of_its_html_form_sees() {
    let mail = |html: &str| {
        let head = "From: a@example.org\r\nSubject: S\r\nContent-Type: text/html; charset=utf-8\r\n\r\n";
        pouch::parse::parse(format!("{head}{html}").as_bytes())
    };
    let told = |mail: &pouch::domain::message::ParsedMessage| {
        let found = mail.problems.iter().filter(|one| one.code == pouch::domain::ProblemCode::HiddenWords);
        found.map(|one| one.detail.as_str()).collect::<Vec<_>>().join(" ")
    };
    let sheet = "<html><head><style>.x{display:none}</style></head><body>";
    let shown = "<p>We support it &amp; more.</p><blockquote>asked</blockquote><ul><li>one<li>two</ul>";
    let secret = "<div class=x>We reject it. <img alt='Indeed.'></div><p style='color:#fefefe'>Withdrawn.</p>";
    let hiding = mail(&format!("{sheet}{secret}{shown}</body></html>"));
    assert_eq!(hiding.body.text, "We support it & more.\n\n> asked\n- one\n- two");
    assert!(told(&hiding).contains("does not see (1 passage)"), "{:?}", hiding.problems);
    let plain = mail(&format!("{sheet}{shown}</body></html>"));
    assert_eq!(plain.body.text, hiding.body.text);
    assert_eq!(told(&plain), "");
    // Who finds more hidden words tomorrow must not make another mail of it.
    assert!(hiding.body.with_unseen.is_some_and(|text| text.contains("We reject it.")));
    assert_ne!(hiding.fingerprint, plain.fingerprint);
}
