//! What office texts hide from their readers, made the way somebody would hide it, through the real child; and ordinary
//! documents of which nothing must be said.

use crate::extract_office::{DOCX, ODT, RTF, archive, docx, finding, of, read_as, relations};
use pouch::domain::FindingCode;
use pouch::domain::extraction::{Extraction, Role};

/// A run with these properties.
fn run(properties: &str, words: &str) -> String {
    format!("<w:r><w:rPr>{properties}</w:rPr><w:t>{words}</w:t></w:r>")
}

/// A paragraph of one run.
fn paragraph(properties: &str, of_run: &str, words: &str) -> String {
    format!("<w:p><w:pPr>{properties}</w:pPr>{}</w:p>", run(of_run, words))
}

const STYLES: &str = "<w:styles><w:style w:type=\"paragraph\" w:styleId=\"Dark\"><w:name w:val=\"Dark\"/><w:pPr><w:shd w:val=\"clear\" w:fill=\"000000\"/></w:pPr><w:rPr><w:color w:val=\"0A0A0A\"/></w:rPr></w:style>\
    <w:style w:type=\"character\" w:styleId=\"Pale\"><w:rPr><w:color w:val=\"FDFDFD\"/></w:rPr></w:style>\
    <w:style w:type=\"table\" w:styleId=\"Banded\"><w:tblStylePr w:type=\"firstRow\"><w:rPr><w:color w:val=\"FFFFFF\"/></w:rPr><w:tcPr><w:shd w:val=\"clear\" w:fill=\"1F3864\"/></w:tcPr></w:tblStylePr></w:style></w:styles>";

async fn read_docx(body: &str) -> Extraction {
    let related = relations(&[("r1", "styles", "styles.xml")]);
    read_as(DOCX, &docx(body, &[("word/_rels/document.xml.rels", &related), ("word/styles.xml", STYLES)])).await
}

/// Nothing may be said of these words but themselves.
pub(crate) fn is_plain(read: &Extraction, words: &str) {
    for code in [FindingCode::HiddenText, FindingCode::TextUnderBox, FindingCode::TrackedChanges] {
        assert_eq!(finding(read, code), "", "{words}");
    }
    assert_eq!(of(read, Role::Hidden), "", "{words}");
    assert!(read.said_text().contains(words), "{words}: {:?}", read.segments());
}

/// These words are hidden, and the reviewer is told.
pub(crate) fn is_told(read: &Extraction, case: &str) {
    assert!(of(read, Role::Hidden).contains("lost words"), "{case}: {:?}", read.segments());
    assert!(!read.said_text().contains("lost words"), "{case}");
    assert!(read.said_text().contains("kept words"), "{case}");
    let told = finding(read, FindingCode::HiddenText) + &finding(read, FindingCode::TextUnderBox);
    assert!(told.contains("passage"), "{case}: {:?}", read.findings);
}

#[tokio::test]
async fn words_of_a_word_document_in_the_colour_of_their_ground_are_hidden_and_told() {
    let cell = |properties: &str, of_run: &str| {
        format!(
            "<w:tbl><w:tr><w:tc><w:tcPr>{properties}</w:tcPr>{}</w:tc><w:tc><w:p/></w:tc></w:tr></w:tbl>",
            paragraph("", of_run, "lost words")
        )
    };
    let black = "<w:color w:val=\"000000\"/>";
    let cases = [
        // A highlighter does not turn automatic text white.
        paragraph("", "<w:highlight w:val=\"black\"/>", "lost words"),
        paragraph("", &format!("{black}<w:shd w:val=\"clear\" w:fill=\"101010\"/>"), "lost words"),
        paragraph("", &format!("{black}<w:shd w:val=\"solid\" w:color=\"auto\" w:fill=\"FFFFFF\"/>"), "lost words"),
        paragraph("<w:shd w:val=\"clear\" w:fill=\"000000\"/>", black, "lost words"),
        paragraph("<w:pStyle w:val=\"Dark\"/>", "", "lost words"),
        paragraph("", "<w:rStyle w:val=\"Pale\"/>", "lost words"),
        paragraph("", "<w:color w:val=\"FDFDFD\"/>", "lost words"),
        paragraph("", "<w:color w:val=\"123456\" w:themeColor=\"background1\"/>", "lost words"),
        paragraph("", "<w14:textFill><w14:noFill/></w14:textFill>", "lost words"),
        cell("<w:shd w:val=\"clear\" w:fill=\"000000\"/>", black),
        cell("<w:shd w:val=\"clear\" w:fill=\"C00000\"/>", "<w:color w:val=\"BE0505\"/>"),
        cell("", "<w:color w:val=\"FFFFFF\"/>"),
        paragraph("", "<w:w w:val=\"1\"/>", "lost words"),
        paragraph("", "<w:sz w:val=\"2\"/>", "lost words"),
        paragraph("", "<w:position w:val=\"-3000\"/>", "lost words"),
        paragraph("<w:spacing w:line=\"1\" w:lineRule=\"exact\"/>", "", "lost words"),
        paragraph("<w:framePr w:w=\"2000\" w:x=\"-20000\" w:y=\"1\"/>", "", "lost words"),
        paragraph("<w:framePr w:w=\"2000\" w:x=\"1\" w:y=\"30000\"/>", "", "lost words"),
        "<w:p><w:r><w:drawing><wp:anchor><wp:positionH><wp:posOffset>-99999999</wp:posOffset></wp:positionH><wps:wsp><wps:spPr/><wps:txbx><w:txbxContent><w:p><w:r><w:t>lost words</w:t></w:r></w:p></w:txbxContent></wps:txbx></wps:wsp></wp:anchor></w:drawing></w:r></w:p>".into(),
        "<w:p><w:r><w:pict><v:shape style=\"position:absolute;margin-left:9000pt\"><v:textbox><w:txbxContent><w:p><w:r><w:t>lost words</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r></w:p>".into(),
        "<w:p><w:r><w:pict><v:rect fillcolor=\"black\" style=\"position:absolute\"><v:textbox><w:txbxContent><w:p><w:r><w:rPr><w:color w:val=\"000000\"/></w:rPr><w:t>lost words</w:t></w:r></w:p></w:txbxContent></v:textbox></v:rect></w:pict></w:r></w:p>".into(),
    ];
    for case in cases {
        let read = read_docx(&format!("<w:p><w:r><w:t>kept words</w:t></w:r></w:p>{case}")).await;
        is_told(&read, &case);
    }
}

#[tokio::test]
async fn ordinary_looks_of_a_word_document_are_not_taken_for_hiding() {
    let cell = |properties: &str, of_run: &str, of_table: &str| {
        format!(
            "<w:tbl><w:tblPr>{of_table}</w:tblPr><w:tr><w:tc><w:tcPr>{properties}</w:tcPr>{}</w:tc><w:tc><w:p/></w:tc></w:tr></w:tbl>",
            paragraph("", of_run, "shown words")
        )
    };
    let white = "<w:color w:val=\"FFFFFF\"/>";
    let cases = [
        cell("<w:shd w:val=\"clear\" w:fill=\"1F3864\"/>", white, ""),
        // Automatic text turns white on a dark ground.
        cell("<w:shd w:val=\"clear\" w:fill=\"000000\"/>", "", ""),
        cell("<w:shd w:val=\"clear\" w:fill=\"000000\"/>", "<w:color w:val=\"auto\"/>", ""),
        cell("", white, "<w:tblStyle w:val=\"Banded\"/>"),
        paragraph("<w:shd w:val=\"clear\" w:fill=\"000000\"/>", "", "shown words"),
        paragraph("<w:shd w:val=\"clear\" w:fill=\"000000\"/>", white, "shown words"),
        paragraph("", "<w:highlight w:val=\"yellow\"/>", "shown words"),
        paragraph("", "<w:highlight w:val=\"black\"/><w:color w:val=\"FFFFFF\"/>", "shown words"),
        paragraph("", "<w:color w:val=\"BFBFBF\"/>", "shown words"),
        paragraph("", "<w:w w:val=\"90\"/><w:position w:val=\"6\"/><w:sz w:val=\"12\"/>", "shown words"),
        paragraph("<w:framePr w:w=\"2000\" w:hSpace=\"141\" w:wrap=\"around\" w:vAnchor=\"page\" w:x=\"1400\" w:y=\"700\"/>", "", "shown words"),
        // A box with words, in front; a box without, behind; a picture; a line.
        "<w:p><w:r><w:drawing><wp:anchor behindDoc=\"0\"><wp:wrapNone/><wps:wsp><wps:spPr><a:solidFill><a:srgbClr val=\"4472C4\"/></a:solidFill><a:ln><a:solidFill><a:srgbClr val=\"FFFFFF\"/></a:solidFill></a:ln></wps:spPr><wps:txbx><w:txbxContent><w:p><w:r><w:rPr><w:color w:val=\"FFFFFF\"/></w:rPr><w:t>shown words</w:t></w:r></w:p></w:txbxContent></wps:txbx></wps:wsp></wp:anchor></w:drawing></w:r></w:p>".into(),
        "<w:p><w:r><w:t>shown words</w:t><w:drawing><wp:anchor behindDoc=\"1\"><wp:wrapNone/><wps:wsp><wps:spPr><a:solidFill><a:srgbClr val=\"000000\"/></a:solidFill></wps:spPr></wps:wsp></wp:anchor></w:drawing></w:r></w:p>".into(),
        "<w:p><w:r><w:t>shown words</w:t><w:drawing><wp:anchor behindDoc=\"0\"><wp:wrapSquare/><wps:wsp><wps:spPr><a:solidFill><a:srgbClr val=\"000000\"/></a:solidFill></wps:spPr></wps:wsp></wp:anchor></w:drawing></w:r></w:p>".into(),
        "<w:p><w:r><w:t>shown words</w:t><w:drawing><wp:anchor behindDoc=\"0\"><wp:wrapNone/><wps:wsp><wps:spPr><a:prstGeom prst=\"line\"/><a:noFill/><a:ln><a:solidFill><a:srgbClr val=\"000000\"/></a:solidFill></a:ln></wps:spPr></wps:wsp></wp:anchor></w:drawing></w:r></w:p>".into(),
        "<w:p><w:r><w:t>shown words</w:t><w:pict><v:shape type=\"#_x0000_t75\" style=\"position:absolute;z-index:5\"><v:imagedata/></v:shape></w:pict></w:r></w:p>".into(),
        "<w:p><w:r><w:t>shown words</w:t><w:pict><v:rect style=\"position:absolute;z-index:-5\" fillcolor=\"black\"/></w:pict></w:r></w:p>".into(),
    ];
    for case in cases {
        is_plain(&read_docx(&case).await, "shown words");
    }
}

#[tokio::test]
async fn a_filled_shape_in_front_of_a_word_document_is_told() {
    for shape in [
        "<w:drawing><wp:anchor behindDoc=\"0\"><wp:wrapNone/><wps:wsp><wps:spPr><a:xfrm><a:ext cx=\"3000000\" cy=\"300000\"/></a:xfrm><a:prstGeom prst=\"rect\"/><a:solidFill><a:srgbClr val=\"000000\"/></a:solidFill></wps:spPr></wps:wsp></wp:anchor></w:drawing>",
        "<w:drawing><wp:anchor><wp:wrapNone/><wps:wsp><wps:spPr/><wps:style><a:fillRef idx=\"1\"/></wps:style></wps:wsp></wp:anchor></w:drawing>",
        "<w:pict><v:rect style=\"position:absolute;margin-left:9pt;width:90pt;height:14pt;z-index:5\" fillcolor=\"black [3213]\"/></w:pict>",
    ] {
        let read = read_docx(&format!("<w:p><w:r><w:t>kept words</w:t>{shape}</w:r></w:p>")).await;
        assert!(finding(&read, FindingCode::TextUnderBox).contains("1 filled shape"), "{shape}: {:?}", read.findings);
    }
}

#[tokio::test]
async fn every_tracked_change_of_a_word_document_is_told_with_its_author() {
    let told = async |body: &str| finding(&read_docx(body).await, FindingCode::TrackedChanges);
    for change in [
        "<w:p><w:r><w:rPr><w:b/><w:rPrChange w:author=\"Ada\"><w:rPr/></w:rPrChange></w:rPr><w:t>kept words</w:t></w:r></w:p>",
        "<w:p><w:pPr><w:pPrChange w:author=\"Ada\"><w:pPr/></w:pPrChange></w:pPr><w:r><w:t>kept words</w:t></w:r></w:p>",
        "<w:p><w:pPr><w:rPr><w:del w:author=\"Ada\"/></w:rPr></w:pPr><w:r><w:t>kept words</w:t></w:r></w:p>",
    ] {
        let found = told(change).await;
        assert_eq!(found, "Tracked changes that nobody accepted yet: 1 other change by Ada.", "{change}");
    }
    let moved = "<w:p><w:moveFrom w:author=\"Ada\"><w:r><w:t>lost words</w:t></w:r></w:moveFrom><w:r><w:t>kept words</w:t></w:r></w:p>";
    assert_eq!(told(moved).await, "Tracked changes that nobody accepted yet: 1 move by Ada.");
    let row = |properties: &str, words: &str| {
        format!(
            "<w:tr><w:trPr>{properties}</w:trPr><w:tc><w:p><w:r><w:t>{words}</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>x</w:t></w:r></w:p></w:tc></w:tr>"
        )
    };
    let read = read_docx(&format!(
        "<w:tbl>{}{}</w:tbl><w:p><w:r><w:delText>old words</w:delText></w:r></w:p>",
        row("<w:del w:author=\"Ada\"/>", "lost words"),
        row("", "kept words")
    ))
    .await;
    assert_eq!(of(&read, Role::Table), "kept words\tx");
    assert!(of(&read, Role::Deleted).contains("lost words") && of(&read, Role::Deleted).contains("old words"));
    assert!(!read.said_text().contains("lost words") && !read.said_text().contains("old words"));
    let found = finding(&read, FindingCode::TrackedChanges);
    assert_eq!(found, "Tracked changes that nobody accepted yet: 2 deletions by Ada.");
}

#[tokio::test]
async fn fields_of_a_word_document_that_fetch_or_start_something_are_told() {
    let field = |instruction: &str| {
        let (first, rest) = instruction.split_at(3);
        format!(
            "<w:p><w:r><w:t>kept words</w:t></w:r><w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText>{first}</w:instrText></w:r><w:r><w:instrText>{rest}</w:instrText></w:r><w:r><w:fldChar w:fldCharType=\"end\"/></w:r></w:p>"
        )
    };
    let read = read_docx(&field("INCLUDEPICTURE \"https://far.example/p.png\" \\d")).await;
    assert!(finding(&read, FindingCode::RemoteContent).contains("far.example"), "{:?}", read.findings);
    assert_eq!(read.said_text(), "kept words");
    let read = read_docx(&field("DDEAUTO c:\\\\x\\\\cmd.exe \"/k calc\"")).await;
    assert!(finding(&read, FindingCode::LaunchAction).contains("cmd.exe"), "{:?}", read.findings);
    let simple = "<w:p><w:fldSimple w:instr=\" INCLUDETEXT http://far.example/t.docx \"><w:r><w:t>kept words</w:t></w:r></w:fldSimple></w:p>";
    assert!(finding(&read_docx(simple).await, FindingCode::RemoteContent).contains("far.example"));
    let usual = read_docx(&(field(" PAGE ") + &field("HYPERLINK \"https://link.example/\""))).await;
    assert_eq!(finding(&usual, FindingCode::RemoteContent) + &finding(&usual, FindingCode::LaunchAction), "");
}

/// An RTF file; colours 1 to 5 are black, white, nearly white, dark red, nearly the same red.
fn rtf(body: &str) -> Vec<u8> {
    let head = "{\\rtf1\\ansi{\\fonttbl{\\f0\\fcharset0 A;}}{\\colortbl;\\red0\\green0\\blue0;\\red255\\green255\\blue255;\\red253\\green253\\blue253;\\red192\\green0\\blue0;\\red190\\green5\\blue5;}{\\*\\revtbl{Unknown;}{Ada;}}\\pard kept words\\par ";
    format!("{head}{body}}}").into_bytes()
}

#[tokio::test]
async fn words_of_rtf_in_the_colour_of_their_ground_are_hidden_and_told() {
    for case in [
        "{\\highlight1 lost words}\\par",
        "{\\cf1\\chcbpat1 lost words}\\par",
        "{\\cf5\\chcbpat4 lost words}\\par",
        "{\\cf1\\chshdng10000\\chcfpat0\\chcbpat2 lost words}\\par",
        "\\pard\\cbpat1{\\cf1 lost words}\\par",
        "\\pard\\shading10000\\cfpat1{\\cf1 lost words}\\par",
        "{\\cf3 lost words}\\par",
        "{\\fs2 lost words}\\par",
        "{\\charscalex1 lost words}\\par",
        "\\pard\\sl-1\\slmult0 lost words\\par",
        "\\pard\\absw100\\posnegx20000 lost words\\par",
        "\\trowd\\cellx1000\\clcbpat1\\cellx2000\\pard\\intbl one\\cell{\\cf1 lost words}\\cell\\row\\pard end\\par",
        "\\trowd\\cellx1000\\cellx2000\\pard\\intbl one\\cell{\\cf2 lost words}\\cell\\row\\pard end\\par",
        "{\\shp{\\*\\shpinst\\shpleft0{\\sp{\\sn fillColor}{\\sv 0}}{\\shptxt {\\cf1 lost words}\\par}}}\\par",
        "{\\shp{\\*\\shpinst\\shpleft90000{\\shptxt lost words\\par}}}\\par",
    ] {
        is_told(&read_as(RTF, &rtf(case)).await, case);
    }
    for case in [
        "\\trowd\\clcbpat4\\cellx1000\\cellx2000\\pard\\intbl{\\cf2 shown words}\\cell two\\cell\\row\\pard end\\par",
        "\\trowd\\clcbpat1\\cellx1000\\cellx2000\\pard\\intbl shown words\\cell two\\cell\\row\\pard end\\par",
        "\\pard\\cbpat1 shown words\\par",
        "\\pard\\cbpat1{\\cf2 shown words}\\par",
        "{\\highlight4\\cf2 shown words}\\par",
        "{\\cf4\\charscalex90\\up6\\fs12 shown words}\\par\\pard\\sl-240 more\\par",
        "{\\shp{\\*\\shpinst\\shpfblwtxt1\\shpwr3{\\sp{\\sn shapeType}{\\sv 1}}{\\sp{\\sn fillColor}{\\sv 0}}}}shown words\\par",
        "{\\shp{\\*\\shpinst\\shpfblwtxt0\\shpwr3{\\sp{\\sn shapeType}{\\sv 75}}}}shown words\\par",
        "{\\shp{\\*\\shpinst\\shpfblwtxt0\\shpwr3{\\sp{\\sn shapeType}{\\sv 202}}{\\shptxt shown words\\par}}}\\par",
    ] {
        is_plain(&read_as(RTF, &rtf(case)).await, "shown words");
    }
}

#[tokio::test]
async fn what_rtf_covers_fetches_starts_or_changed_is_told() {
    let told = async |body: &str, code| finding(&read_as(RTF, &rtf(body)).await, code);
    let shape = "{\\shp{\\*\\shpinst\\shpleft0\\shptop0\\shpright3000\\shpbottom300\\shpfblwtxt0\\shpwr3{\\sp{\\sn shapeType}{\\sv 1}}{\\sp{\\sn fillColor}{\\sv 0}}}}\\par";
    assert!(told(shape, FindingCode::TextUnderBox).await.contains("1 filled shape"));
    let template = "{\\*\\template https://far.example/t.dotm}\\par";
    assert!(told(template, FindingCode::RemoteContent).await.contains("far.example"));
    let own = "{\\*\\template Normal.dotm}\\par";
    assert_eq!(told(own, FindingCode::RemoteContent).await, "");
    let picture = "{\\field{\\*\\fldinst {INCLUDE}{PICTURE \"http://far.example/p.png\"}}{\\fldrslt x}}\\par";
    assert!(told(picture, FindingCode::RemoteContent).await.contains("far.example"));
    let link = "{\\field{\\*\\fldinst HYPERLINK \"http://far.example/\"}{\\fldrslt x}}\\par";
    assert_eq!(told(link, FindingCode::RemoteContent).await, "");
    let nested =
        "{\\field{\\*\\fldinst QUOTE {\\field{\\*\\fldinst DDEAUTO cmd \"/k calc\"}{\\fldrslt x}}}{\\fldrslt x}}\\par";
    assert!(told(nested, FindingCode::LaunchAction).await.contains("cmd"));
    let format = "{\\b\\crauth1\\crdate1 bold}\\par";
    let changes = "Tracked changes that nobody accepted yet: 1 other change by Ada.";
    assert_eq!(told(format, FindingCode::TrackedChanges).await, changes);
}

/// An OpenDocument of a kind (`text`, `presentation`, `spreadsheet`) with these automatic styles.
pub(crate) fn open_document(media_type: &str, kind: &str, styles: &str, body: &str) -> Vec<u8> {
    let content = format!(
        "<office:document-content><office:automatic-styles>{styles}</office:automatic-styles><office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    );
    let masters = "<office:document-styles><office:automatic-styles><style:page-layout style:name=\"L\"><style:page-layout-properties fo:page-width=\"28cm\" fo:page-height=\"21cm\"/></style:page-layout></office:automatic-styles>\
        <office:master-styles><style:master-page style:name=\"M\" style:page-layout-name=\"L\"/></office:master-styles></office:document-styles>";
    archive(&[
        ("mimetype", media_type.as_bytes()),
        ("content.xml", content.as_bytes()),
        ("styles.xml", masters.as_bytes()),
    ])
}

/// A style `S` of a family with these properties, as kind and attributes.
pub(crate) fn odf_style(name: &str, family: &str, properties: &[(&str, &str)]) -> String {
    let each = properties.iter().map(|(kind, attributes)| format!("<style:{kind}-properties {attributes}/>"));
    format!("<style:style style:name=\"{name}\" style:family=\"{family}\">{}</style:style>", each.collect::<String>())
}

#[tokio::test]
async fn words_of_an_open_document_in_the_colour_of_their_ground_are_hidden_and_told() {
    let span = "<text:p>kept words</text:p><text:p><text:span text:style-name=\"S\">lost words</text:span></text:p>";
    let whole = "<text:p>kept words</text:p><text:p text:style-name=\"S\">lost words</text:p>";
    let table = "<text:p>kept words</text:p><table:table><table:table-row><table:table-cell table:style-name=\"C\"><text:p text:style-name=\"S\">lost words</text:p></table:table-cell><table:table-cell><text:p>x</text:p></table:table-cell></table:table-row></table:table>";
    let black = "fo:color=\"#000000\"";
    let cases = [
        (odf_style("S", "text", &[("text", "fo:color=\"#000000\" fo:background-color=\"#050505\"")]), span),
        (odf_style("S", "text", &[("text", "fo:color=\"#fdfdfd\"")]), span),
        (odf_style("S", "text", &[("text", "fo:font-size=\"1pt\"")]), span),
        (odf_style("S", "text", &[("text", "fo:color=\"#000000\" loext:opacity=\"0%\"")]), span),
        (odf_style("S", "text", &[("text", "style:text-scale=\"1%\"")]), span),
        (odf_style("S", "paragraph", &[("paragraph", "fo:background-color=\"#000000\""), ("text", black)]), whole),
        (odf_style("S", "paragraph", &[("paragraph", "fo:line-height=\"0.01cm\"")]), whole),
        (
            odf_style("S", "paragraph", &[("text", black)])
                + &odf_style("C", "table-cell", &[("table-cell", "fo:background-color=\"#101010\"")]),
            table,
        ),
        (odf_style("S", "paragraph", &[("text", "fo:color=\"#ffffff\"")]), table),
        (
            String::new(),
            "<text:p>kept words<draw:custom-shape svg:x=\"-90cm\" svg:y=\"1cm\" svg:width=\"9cm\" svg:height=\"2cm\"><text:p>lost words</text:p></draw:custom-shape></text:p>",
        ),
        (
            odf_style(
                "S",
                "graphic",
                &[("graphic", "draw:fill=\"solid\" draw:fill-color=\"#000000\""), ("text", black)],
            ),
            "<text:p>kept words<draw:frame draw:style-name=\"S\" svg:width=\"9cm\" svg:height=\"2cm\"><draw:text-box><text:p>lost words</text:p></draw:text-box></draw:frame></text:p>",
        ),
    ];
    for (styles, body) in cases {
        is_told(&read_as(ODT, &open_document(ODT, "text", &styles, body)).await, &(styles + body));
    }
    let white = "fo:color=\"#ffffff\"";
    let shown = table.replace("lost", "shown");
    let cases = [
        (
            odf_style("S", "paragraph", &[("text", white)])
                + &odf_style("C", "table-cell", &[("table-cell", "fo:background-color=\"#1f3864\"")]),
            shown.as_str(),
        ),
        (odf_style("C", "table-cell", &[("table-cell", "fo:background-color=\"#000000\"")]), shown.as_str()),
        (
            odf_style(
                "S",
                "graphic",
                &[("graphic", "draw:fill=\"solid\" draw:fill-color=\"#000000\" style:run-through=\"background\"")],
            ),
            "<text:p>shown words<draw:rect draw:style-name=\"S\" svg:width=\"9cm\" svg:height=\"2cm\"/></text:p>",
        ),
        (
            odf_style("S", "graphic", &[("graphic", "draw:fill=\"none\"")]),
            "<text:p>shown words<draw:rect draw:style-name=\"S\" svg:width=\"9cm\" svg:height=\"2cm\"/></text:p>",
        ),
        (
            odf_style(
                "S",
                "graphic",
                &[("graphic", "draw:fill=\"solid\" draw:fill-color=\"#000000\""), ("text", white)],
            ),
            "<text:p><draw:rect draw:style-name=\"S\" svg:width=\"9cm\" svg:height=\"2cm\"><text:p>shown words</text:p></draw:rect></text:p>",
        ),
    ];
    for (styles, body) in cases {
        is_plain(&read_as(ODT, &open_document(ODT, "text", &styles, body)).await, "shown words");
    }
    let bar = "<text:p>kept words<draw:rect draw:style-name=\"S\" text:anchor-type=\"paragraph\" svg:x=\"1cm\" svg:y=\"0cm\" svg:width=\"9cm\" svg:height=\"1cm\"/></text:p>";
    let black = odf_style(
        "S",
        "graphic",
        &[("graphic", "draw:fill=\"solid\" draw:fill-color=\"#000000\" style:run-through=\"foreground\"")],
    );
    let read = read_as(ODT, &open_document(ODT, "text", &black, bar)).await;
    assert!(finding(&read, FindingCode::TextUnderBox).contains("1 filled shape"), "{:?}", read.findings);
    let link = "<text:dde-connection-decl office:dde-application=\"cmd\" office:dde-topic=\"x\" office:dde-item=\"y\"/><text:p>kept words</text:p>";
    let read = read_as(ODT, &open_document(ODT, "text", "", link)).await;
    assert!(finding(&read, FindingCode::LaunchAction).contains("cmd"), "{:?}", read.findings);
}
