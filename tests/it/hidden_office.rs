//! What office files hide from their readers, made the way somebody would hide it, through the real child; and ordinary
//! documents of which nothing must be said.

use crate::extract_office::{
    DOCX, ODS, ODT, PPTX, RTF, XLSX, archive, docx, finding, of, office_fixture, read_as, relations, with_stream, xlsx,
};
use pouch::domain::FindingCode;
use pouch::domain::extraction::{Extraction, Role};
use std::io::Read as _;

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
fn is_plain(read: &Extraction, words: &str) {
    for code in [FindingCode::HiddenText, FindingCode::TextUnderBox, FindingCode::TrackedChanges] {
        assert_eq!(finding(read, code), "", "{words}");
    }
    assert_eq!(of(read, Role::Hidden), "", "{words}");
    assert!(read.said_text().contains(words), "{words}: {:?}", read.segments());
}

/// These words are hidden, and the reviewer is told.
fn is_told(read: &Extraction, case: &str) {
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

const ODP: &str = "application/vnd.oasis.opendocument.presentation";

/// An OpenDocument of a kind (`text`, `presentation`, `spreadsheet`) with these automatic styles.
fn open_document(media_type: &str, kind: &str, styles: &str, body: &str) -> Vec<u8> {
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
fn odf_style(name: &str, family: &str, properties: &[(&str, &str)]) -> String {
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

/// A frame of a slide with words, in centimetres.
fn frame(place: [i32; 4], words: &str) -> String {
    let [x, y, width, height] = place;
    format!(
        "<draw:frame svg:x=\"{x}cm\" svg:y=\"{y}cm\" svg:width=\"{width}cm\" svg:height=\"{height}cm\"><draw:text-box><text:p>{words}</text:p></draw:text-box></draw:frame>"
    )
}

fn black_box(place: [i32; 4]) -> String {
    let [x, y, width, height] = place;
    format!(
        "<draw:rect draw:style-name=\"B\" svg:x=\"{x}cm\" svg:y=\"{y}cm\" svg:width=\"{width}cm\" svg:height=\"{height}cm\"/>"
    )
}

#[tokio::test]
async fn words_of_an_open_presentation_under_shapes_or_off_the_slide_are_hidden_and_told() {
    let read = async |shapes: &str| {
        let styles = odf_style("B", "graphic", &[("graphic", "draw:fill=\"solid\" draw:fill-color=\"#000000\"")])
            + &odf_style("W", "text", &[("text", "fo:color=\"#ffffff\"")]);
        let page = format!("<draw:page draw:master-page-name=\"M\">{shapes}</draw:page>");
        read_as(ODP, &open_document(ODP, "presentation", &styles, &page)).await
    };
    let kept = frame([1, 1, 20, 2], "kept words");
    let lost = frame([1, 5, 10, 2], "lost words");
    let picture = "<draw:frame svg:x=\"1cm\" svg:y=\"5cm\" svg:width=\"10cm\" svg:height=\"2cm\"><draw:image xlink:href=\"Pictures/1.png\"/></draw:frame>";
    let white = "<text:span text:style-name=\"W\">lost words</text:span>";
    for shapes in [
        format!("{kept}{lost}{}", black_box([0, 4, 12, 4])),
        format!("{kept}{lost}{}{}", black_box([0, 4, 6, 4]), black_box([6, 4, 6, 4])),
        format!("{kept}{lost}{picture}"),
        format!("{kept}{}", frame([40, 5, 10, 2], "lost words")),
        format!("{kept}{}", frame([1, 5, 10, 2], white)),
    ] {
        is_told(&read(&shapes).await, &shapes);
    }
    let on_black = |words: &str| format!("{}{}", black_box([0, 4, 12, 4]), frame([1, 5, 10, 2], words));
    for shapes in [
        on_black("shown words"),
        on_black(&white.replace("lost", "shown")),
        frame([1, 1, 9, 2], "shown words") + &black_box([1, 8, 9, 2]),
    ] {
        is_plain(&read(&shapes).await, "shown words");
    }
    let touched = read(&format!("{kept}{lost}{}", black_box([1, 5, 3, 2]))).await;
    assert!(finding(&touched, FindingCode::TextUnderBox).contains("may cover"), "{:?}", touched.findings);
    assert!(touched.said_text().contains("lost words"));
}

/// A presentation of one slide, 10 million EMU wide, on a layout whose title stands at the top and on a white master.
fn pptx(slide: &str) -> Vec<u8> {
    let tree = |content: &str| format!("<p:cSld>{content}</p:cSld>");
    let of_slide = format!("<p:sld>{}</p:sld>", tree(slide));
    let title =
        tree(&format!("<p:spTree>{}</p:spTree>", shape("<p:ph type=\"title\"/>", Some([0, 0, 90, 10]), "", "")));
    let master = format!(
        "<p:sldMaster>{}<p:clrMap bg1=\"lt1\" tx1=\"dk1\"/></p:sldMaster>",
        tree("<p:bg><p:bgRef idx=\"1001\"><a:schemeClr val=\"bg1\"/></p:bgRef></p:bg><p:spTree/>")
    );
    archive(&[
        ("ppt/presentation.xml", b"<p:presentation><p:sldIdLst><p:sldId id=\"256\" r:id=\"r1\"/></p:sldIdLst><p:sldSz cx=\"10000000\" cy=\"7500000\"/></p:presentation>"),
        ("ppt/_rels/presentation.xml.rels", relations(&[("r1", "slide", "slides/s.xml")]).as_bytes()),
        ("ppt/slides/s.xml", of_slide.as_bytes()),
        ("ppt/slides/_rels/s.xml.rels", relations(&[("r1", "slideLayout", "../l.xml")]).as_bytes()),
        ("ppt/l.xml", format!("<p:sldLayout>{title}</p:sldLayout>").as_bytes()),
        ("ppt/_rels/l.xml.rels", relations(&[("r1", "slideMaster", "m.xml")]).as_bytes()),
        ("ppt/m.xml", master.as_bytes()),
        ("ppt/_rels/m.xml.rels", relations(&[("r1", "theme", "t.xml")]).as_bytes()),
        ("ppt/t.xml", b"<a:theme><a:clrScheme><a:dk1><a:srgbClr val=\"000000\"/></a:dk1><a:lt1><a:sysClr val=\"window\" lastClr=\"FFFFFF\"/></a:lt1><a:accent1><a:srgbClr val=\"203864\"/></a:accent1></a:clrScheme></a:theme>"),
    ])
}

/// A shape of a slide, placed in hundredths of its width.
fn shape(holder: &str, place: Option<[i64; 4]>, fill: &str, paragraphs: &str) -> String {
    let place = place.map(|place| {
        let [x, y, width, height] = place.map(|one| one * 100_000);
        format!("<a:xfrm><a:off x=\"{x}\" y=\"{y}\"/><a:ext cx=\"{width}\" cy=\"{height}\"/></a:xfrm>")
    });
    let place = place.unwrap_or_default();
    format!(
        "<p:sp><p:nvSpPr><p:cNvPr id=\"1\"/><p:nvPr>{holder}</p:nvPr></p:nvSpPr><p:spPr>{place}<a:prstGeom prst=\"rect\"/>{fill}</p:spPr><p:txBody>{paragraphs}</p:txBody></p:sp>"
    )
}

fn letters(properties: &str, words: &str) -> String {
    format!("<a:p><a:r><a:rPr {properties}</a:rPr><a:t>{words}</a:t></a:r></a:p>")
}

const BLACK: &str = "<a:solidFill><a:srgbClr val=\"000000\"/></a:solidFill>";
const WHITE: &str = "><a:solidFill><a:schemeClr val=\"bg1\"/></a:solidFill>";

#[tokio::test]
async fn words_of_a_presentation_under_shapes_off_the_slide_or_in_its_colour_are_hidden_and_told() {
    let kept = shape("", Some([5, 60, 80, 10]), "", &letters(">", "kept words"));
    let at = [5, 20, 40, 10];
    let lost = shape("", Some(at), "", &letters(">", "lost words"));
    let bar = |place: [i64; 4]| shape("", Some(place), BLACK, "");
    let picture = "<p:pic><p:nvPicPr><p:cNvPr id=\"2\"/></p:nvPicPr><p:spPr><a:xfrm><a:off x=\"400000\" y=\"1900000\"/><a:ext cx=\"4500000\" cy=\"1500000\"/></a:xfrm></p:spPr></p:pic>";
    let group = format!(
        "<p:grpSp><p:grpSpPr><a:xfrm><a:off x=\"400000\" y=\"1900000\"/><a:ext cx=\"4500000\" cy=\"1500000\"/><a:chOff x=\"0\" y=\"0\"/><a:chExt cx=\"100000\" cy=\"100000\"/></a:xfrm></p:grpSpPr>{}</p:grpSp>",
        bar([0, 0, 1, 1])
    );
    let title = shape("<p:ph type=\"title\"/>", None, "", &letters(">", "lost words"));
    let cell = |fill: &str, look: &str, words: &str| {
        format!(
            "<p:graphicFrame><a:tbl><a:tblPr/><a:tr><a:tc><a:txBody>{}</a:txBody><a:tcPr>{fill}</a:tcPr></a:tc><a:tc><a:txBody><a:p/></a:txBody></a:tc></a:tr></a:tbl></p:graphicFrame>",
            letters(look, words)
        )
    };
    let black = format!(">{BLACK}");
    let hidden_group =
        format!("<p:grpSp><p:nvGrpSpPr><p:cNvPr id=\"3\" hidden=\"1\"/></p:nvGrpSpPr><p:grpSpPr/>{lost}</p:grpSp>");
    let cases = [
        format!("{lost}{}", bar([4, 19, 43, 15])),
        format!("{lost}{}{}", bar([4, 19, 20, 15]), bar([24, 19, 22, 15])),
        format!("{lost}{picture}"),
        format!("{lost}{group}"),
        // Its place is that of the layout.
        format!("{title}{}", bar([0, 0, 95, 12])),
        shape("", Some([120, 20, 40, 10]), "", &letters(">", "lost words")),
        shape("", Some(at), "", &letters(WHITE, "lost words")),
        shape("", Some(at), BLACK, &letters(&black, "lost words")),
        bar(at) + &shape("", Some(at), "", &letters(&black, "lost words")),
        shape(
            "",
            Some(at),
            "",
            &letters(&format!("{}<a:highlight><a:srgbClr val=\"000000\"/></a:highlight>", black), "lost words"),
        ),
        shape("", Some(at), "", &letters(" sz=\"100\">", "lost words")),
        shape("", Some(at), "", &letters("><a:noFill/>", "lost words")),
        cell(BLACK, &black, "lost words"),
        hidden_group,
    ];
    for case in cases {
        is_told(&read_as(PPTX, &pptx(&format!("<p:spTree>{kept}{case}</p:spTree>"))).await, &case);
    }
    let shown = |look: &str| shape("", Some(at), "", &letters(look, "shown words"));
    let cases = [
        bar(at) + &shown(WHITE),
        bar([0, 15, 60, 20]) + &shown(">"),
        picture.to_string() + &shown(WHITE),
        shown(">") + &bar([5, 60, 40, 10]),
        shown(">")
            + &shape(
                "",
                Some([4, 19, 43, 15]),
                "<a:noFill/><a:ln><a:solidFill><a:srgbClr val=\"000000\"/></a:solidFill></a:ln>",
                "",
            ),
        shown(">")
            + &shape(
                "",
                Some([4, 19, 43, 15]),
                "<a:solidFill><a:srgbClr val=\"000000\"><a:alpha val=\"20000\"/></a:srgbClr></a:solidFill>",
                "",
            ),
        cell("<a:solidFill><a:schemeClr val=\"accent1\"/></a:solidFill>", WHITE, "shown words"),
    ];
    for case in cases {
        is_plain(&read_as(PPTX, &pptx(&format!("<p:spTree>{case}</p:spTree>"))).await, "shown words");
    }
    let dark = format!("<p:bg><p:bgPr>{BLACK}</p:bgPr></p:bg><p:spTree>{}</p:spTree>", shown(WHITE));
    is_plain(&read_as(PPTX, &pptx(&dark)).await, "shown words");
    let touched = read_as(PPTX, &pptx(&format!("<p:spTree>{lost}{}</p:spTree>", bar([5, 20, 10, 10])))).await;
    assert!(finding(&touched, FindingCode::TextUnderBox).contains("may cover"), "{:?}", touched.findings);
    assert!(touched.said_text().contains("lost words"));
}

/// Styles of a workbook: 1 white, 2 black on black, 3 nearly the same red, 4 a format that shows nothing, 5 one that shows no
/// numbers, 6 white by the theme, 7 black by no colour on black, 8 tiny; 9 white on dark blue, 10 grey pattern, 11 dark red.
const CELL_STYLES: &str = "<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\";;;\"/><numFmt numFmtId=\"165\" formatCode=\"&quot;&quot;;&quot;&quot;;&quot;&quot;\"/></numFmts>\
    <fonts><font><sz val=\"11\"/></font><font><color rgb=\"FFFFFFFF\"/></font><font><color indexed=\"8\"/></font><font><color rgb=\"FFBE0505\"/></font><font><color theme=\"0\"/></font><font><sz val=\"1\"/></font></fonts>\
    <fills><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill><fill><patternFill patternType=\"solid\"><fgColor rgb=\"FF050505\"/></patternFill></fill><fill><patternFill patternType=\"solid\"><fgColor rgb=\"FFC00000\"/></patternFill></fill><fill><patternFill patternType=\"solid\"><fgColor rgb=\"FF1F3864\"/></patternFill></fill></fills>\
    <cellStyleXfs><xf fontId=\"1\"/></cellStyleXfs><cellXfs><xf/><xf fontId=\"1\"/><xf fontId=\"2\" fillId=\"2\"/><xf fontId=\"3\" fillId=\"3\"/><xf numFmtId=\"164\"/><xf numFmtId=\"165\"/><xf fontId=\"4\"/><xf fillId=\"2\"/><xf fontId=\"5\"/>\
    <xf fontId=\"1\" fillId=\"4\"/><xf fontId=\"1\" fillId=\"1\"/><xf fontId=\"3\"/></cellXfs><dxfs><dxf><font><color rgb=\"FF000000\"/></font></dxf></dxfs></styleSheet>";

fn workbook(cells: &str) -> Vec<u8> {
    let rows = format!(
        "<sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>kept words</t></is></c></row>{cells}</sheetData>"
    );
    let strings =
        "<sst><si><r><t>seen and </t></r><r><rPr><color rgb=\"FFFFFFFF\"/></rPr><t>lost words</t></r></si></sst>";
    xlsx(&[("S", "visible", &rows)], &[("xl/styles.xml", CELL_STYLES), ("xl/sharedStrings.xml", strings)])
}

#[tokio::test]
async fn cells_of_a_workbook_that_nobody_sees_are_hidden_and_told() {
    let cell = |style: u32, words: &str| {
        format!("<row r=\"2\"><c r=\"A2\" s=\"{style}\" t=\"inlineStr\"><is><t>{words}</t></is></c></row>")
    };
    for style in [1, 2, 3, 4, 6, 7, 8] {
        is_told(&read_as(XLSX, &workbook(&cell(style, "lost words"))).await, &format!("style {style}"));
    }
    is_told(&read_as(XLSX, &workbook("<row r=\"2\"><c r=\"A2\" t=\"s\"><v>0</v></c></row>")).await, "a run");
    for style in [0, 5, 9, 10, 11] {
        is_plain(&read_as(XLSX, &workbook(&cell(style, "shown words"))).await, "shown words");
    }
    let number = read_as(XLSX, &workbook("<row r=\"2\"><c r=\"A2\" s=\"5\"><v>4711</v></c></row>")).await;
    assert_eq!(of(&number, Role::Hidden), "4711");
    let rows =
        "<row r=\"2\" ht=\"0\" customHeight=\"1\"><c r=\"A2\" t=\"inlineStr\"><is><t>lost words</t></is></c></row>";
    let flat = read_as(XLSX, &workbook(rows)).await;
    assert_eq!(of(&flat, Role::Hidden), "lost words");
    assert!(finding(&flat, FindingCode::HiddenRows).contains("1 hidden row"));
    let columns = "<cols><col min=\"2\" max=\"2\" width=\"0\"/></cols><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>kept words</t></is></c><c r=\"B1\" t=\"inlineStr\"><is><t>lost words</t></is></c></row></sheetData>";
    let flat = read_as(XLSX, &xlsx(&[("S", "visible", columns)], &[])).await;
    assert_eq!(of(&flat, Role::Hidden), "lost words");
    assert!(finding(&flat, FindingCode::HiddenRows).contains("1 hidden column"));
}

#[tokio::test]
async fn what_a_workbook_prints_on_every_page_fetches_or_starts_is_told_apart() {
    let page = "<sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>kept words</t></is></c></row></sheetData><headerFooter><oddHeader>&amp;C&amp;A report</oddHeader><oddFooter>&amp;C&amp;\"Arial\"&amp;12Page &amp;P of &amp;N</oddFooter></headerFooter>";
    let read = read_as(XLSX, &xlsx(&[("S", "visible", page)], &[])).await;
    assert_eq!(of(&read, Role::HeaderFooter), "report");
    assert_eq!(read.said_text(), "S\nkept words");
    let link = "<externalLink><ddeLink ddeService=\"cmd\" ddeTopic=\"/C calc\"/></externalLink>";
    let query = "<connections><connection><webPr url=\"http://far.example/q\"/></connection></connections>";
    let file = xlsx(
        &[(
            "S",
            "visible",
            "<sheetData><row r=\"1\"><c r=\"A1\" t=\"str\"><f>_xlfn.WEBSERVICE(\"http://near.example/\")</f><v>x</v></c></row></sheetData>",
        )],
        &[("xl/externalLinks/externalLink1.xml", link), ("xl/connections.xml", query)],
    );
    let read = read_as(XLSX, &file).await;
    assert!(finding(&read, FindingCode::LaunchAction).contains("cmd /C calc"), "{:?}", read.findings);
    let remote = finding(&read, FindingCode::RemoteContent);
    assert!(remote.contains("far.example") && remote.contains("near.example"), "{remote}");
}

#[tokio::test]
async fn cells_of_other_workbooks_that_nobody_sees_are_hidden_and_told() {
    let white = odf_style("C", "table-cell", &[("text", "fo:color=\"#fdfdfd\"")]);
    let dark = odf_style(
        "C",
        "table-cell",
        &[("table-cell", "fo:background-color=\"#c00000\""), ("text", "fo:color=\"#be0505\"")],
    );
    let blank = "<number:number-style style:name=\"N\"><number:text/></number:number-style><style:style style:name=\"C\" style:family=\"table-cell\" style:data-style-name=\"N\"/>";
    let flat = odf_style(
        "R",
        "table-row",
        &[("table-row", "style:row-height=\"0cm\" style:use-optimal-row-height=\"false\"")],
    );
    let sheet = |cell: &str| {
        format!(
            "<table:table table:name=\"S\"><table:table-row><table:table-cell><text:p>kept words</text:p></table:table-cell></table:table-row><table:table-row table:style-name=\"R\">{cell}</table:table-row></table:table>"
        )
    };
    let words = "<table:table-cell table:style-name=\"C\" office:value-type=\"string\"><text:p>lost words</text:p></table:table-cell>";
    let number = "<table:table-cell table:style-name=\"C\" office:value-type=\"float\" office:value=\"4711\"><text:p/></table:table-cell>";
    let read =
        async |styles: &str, cell: &str| read_as(ODS, &open_document(ODS, "spreadsheet", styles, &sheet(cell))).await;
    for styles in [&white, &dark] {
        is_told(&read(styles, words).await, styles);
    }
    assert_eq!(of(&read(blank, number).await, Role::Hidden), "4711");
    let flat = read(&flat, words).await;
    assert_eq!(of(&flat, Role::Hidden), "lost words");
    assert!(finding(&flat, FindingCode::HiddenRows).contains("1 hidden row"));
    let header = odf_style(
        "C",
        "table-cell",
        &[("table-cell", "fo:background-color=\"#1f3864\""), ("text", "fo:color=\"#ffffff\"")],
    );
    is_plain(&read(&header, &words.replace("lost", "shown")).await, "shown words");
    let automatic = odf_style("C", "table-cell", &[("table-cell", "fo:background-color=\"#000000\"")]);
    is_plain(&read(&automatic, &words.replace("lost", "shown")).await, "shown words");

    // All fonts of an old workbook in white.
    let xls = with_stream("rich.xls", "/Workbook", |stream| {
        let mut at = 0;
        while let Some(head) = stream.get(at..at + 4).map(<[u8]>::to_vec) {
            let length = usize::from(u16::from_le_bytes([head[2], head[3]]));
            if head[..2] == [0x31, 0] {
                stream[at + 8..at + 10].copy_from_slice(&[9, 0]);
            }
            at += 4 + length;
        }
    });
    let read = read_as("application/vnd.ms-excel", &xls).await;
    assert!(of(&read, Role::Hidden).contains("Tangier"), "{:?}", read.segments());
    assert!(!read.said_text().contains("Tangier"));
    assert!(finding(&read, FindingCode::HiddenText).contains("passages"));
}

/// A file of `fixtures/office/hidden.zip`, which LibreOffice made.
fn old_file(name: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/office/hidden.zip");
    let mut archive = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    let mut bytes = Vec::new();
    archive.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

#[tokio::test]
async fn words_of_old_files_that_nobody_sees_are_hidden_and_told() {
    let read = read_as("application/msword", &old_file("lost.doc")).await;
    assert_eq!(of(&read, Role::Hidden), "barred one\npale two\ntiny three\nground four\nhidden eight");
    let said = read.said_text();
    for shown in ["kept words begin here.", "mid shown five mid", "shown six", "shown seven", "last  words."] {
        assert!(said.contains(shown), "{shown}: {said}");
    }
    let told: Vec<&str> = read.findings.iter().map(|one| one.detail.as_str()).collect();
    assert!(told.iter().any(|one| one.starts_with("1 passage hidden by format")), "{told:?}");
    assert!(told.iter().any(|one| one.starts_with("4 passages that no reader sees")), "{told:?}");
    let plain = read_as("application/msword", &office_fixture("same-en.doc")).await;
    assert_eq!(of(&plain, Role::Hidden) + &finding(&plain, FindingCode::HiddenText), "");

    let barred = read_as("application/msword", &old_file("barred.doc")).await;
    assert!(finding(&barred, FindingCode::TextUnderBox).contains("1 filled shape"), "{:?}", barred.findings);

    let deck = read_as("application/vnd.ms-powerpoint", &old_file("covered.ppt")).await;
    assert_eq!(of(&deck, Role::Hidden), "lost words two");
    assert_eq!(of(&deck, Role::Text), "kept words one\nshown words three\ntouched words four");
    let told: Vec<&str> = deck.findings.iter().map(|one| one.detail.as_str()).collect();
    assert!(told.iter().any(|one| one.starts_with("1 passage under a shape")), "{told:?}");
    assert!(told.iter().any(|one| one.starts_with("1 filled shape in front")), "{told:?}");

    // A field that starts a program, in the place of words.
    let field = with_stream("same-en.doc", "/WordDocument", |stream| {
        let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        let words = wide("Our organisation welcomes");
        let at = stream.windows(words.len()).position(|some| some == words).unwrap();
        stream[at..at + words.len()].copy_from_slice(&wide("\u{13}DDEAUTO cmd x \u{14}yes it \u{15}s"));
    });
    let read = read_as("application/msword", &field).await;
    assert!(finding(&read, FindingCode::LaunchAction).contains("DDEAUTO cmd"), "{:?}", read.findings);
}
