//! What workbooks and old files hide from their readers, through the real child; and ordinary ones of which nothing must
//! be said.

use crate::extract_office::{ODS, XLSX, finding, of, office_fixture, read_as, with_stream, xlsx};
use crate::hidden_office::{is_plain, is_told, odf_style, open_document};
use pouch::domain::FindingCode;
use pouch::domain::extraction::Role;
use std::io::Read as _;

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
