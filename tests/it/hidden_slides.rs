//! What presentations hide under shapes, beyond the slide and in the colour of their ground, through the real child; and
//! ordinary slides of which nothing must be said.

use crate::extract_office::{PPTX, archive, finding, read_as, relations};
use crate::hidden_office::{is_plain, is_told, odf_style, open_document};
use pouch::domain::FindingCode;

const ODP: &str = "application/vnd.oasis.opendocument.presentation";

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
