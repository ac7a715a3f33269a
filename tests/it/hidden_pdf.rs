//! Words of a PDF that a reader of the page does not see, by whatever means, and words that only look as if.

use crate::papers::Paper;
use pouch::domain::FindingCode;
use pouch::domain::extraction::{Extraction, Role};
use pouch::extract::{self, How};

const BEFORE: &str = "BT /F 12 Tf 50 700 Td (The harbour stays open) Tj ET\n";

/// The words that may be hidden; about 150 points wide.
const WORDS: &str = "BT /F 12 Tf 50 600 Td (John Example told us so) Tj ET";

/// A shape around them: 40 to 230 by 590 to 620, with round corners.
const ROUND: &str = "50 590 m 220 590 l 230 590 230 600 230 605 c 230 615 225 620 220 620 c 50 620 l \
                     45 620 40 615 40 605 c 40 595 45 590 50 590 c h f";

fn read(mut paper: Paper, content: &str, draws: bool) -> Extraction {
    let bytes = paper.page(content).finish();
    let reading = move || {
        let how = How { text_limit: 1 << 20, draws };
        let (mut extraction, readings) = extract::extract("application/pdf", None, &bytes, how, &mut |_| {});
        extract::settle(&mut extraction, &readings, 1 << 20);
        extraction
    };
    std::thread::Builder::new().stack_size(64 << 20).spawn(reading).unwrap().join().unwrap()
}

fn paper() -> Paper {
    let mut paper = Paper::new();
    // One pixel: 0 paints in an image mask.
    let mask = "/Type/XObject/Subtype/Image/ImageMask true/Width 1/Height 1/BitsPerComponent 1";
    paper.stream(20, mask, "\0");
    paper.stream(21, "/Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8", "\u{7f}");
    paper.object(22, "<</ShadingType 2/ColorSpace/DeviceGray/Coords[0 0 600 0]/Function 23 0 R/Extend[true true]>>");
    paper.object(23, "<</FunctionType 2/Domain[0 1]/C0[0]/C1[0.2]/N 1>>");
    paper.x_objects = "/Mask 20 0 R/Grey 21 0 R".into();
    paper
}

fn hidden(extraction: &Extraction) -> String {
    let segments = extraction.segments().iter().filter(|one| one.role == Role::Hidden);
    segments.map(|one| one.text.as_str()).collect::<Vec<_>>().join("\n")
}

fn lines(count: usize, height: f64) -> String {
    (0..count).map(|n| format!("40 {} 200 {height} re f ", 594.0 + n as f64 * height)).collect()
}

#[test]
fn words_that_the_drawn_page_does_not_show_are_no_text() {
    let zigzag: String = (0..40).map(|n| format!("{} {} l ", 40 + 200 * (n % 2), 594 + n / 2)).collect();
    let ways = [
        ("a box with round corners", format!("{WORDS} {ROUND}")),
        ("a box that is slightly turned", format!("{WORDS} q 1 0.001 -0.001 1 0 0 cm 40 590 200 30 re f Q")),
        ("a thick line", format!("{WORDS} 24 w 40 605 m 240 605 l S")),
        ("a picture that is a mask", format!("{WORDS} q 200 0 0 30 40 590 cm /Mask Do Q")),
        ("a shading", format!("{WORDS} q 40 590 200 30 re W n /Sh sh Q")),
        ("two boxes of half the height", format!("{WORDS} {}", lines(2, 10.0))),
        ("many thin boxes", format!("{WORDS} {}", lines(12, 1.5))),
        ("a line to and fro", format!("{WORDS} 2 w 40 594 m {zigzag} S")),
        ("a box with a label of its own", format!("{WORDS} {ROUND} BT 1 g /F 8 Tf 100 602 Td (withheld) Tj ET")),
        (
            "the colour of a round box under it",
            format!("0 0 0.4 rg {ROUND} BT 0 0 0.45 rg /F 12 Tf 50 600 Td (John Example told us so) Tj ET"),
        ),
        ("nearly the colour of the paper", WORDS.replace("BT", "BT 0.97 g")),
        (
            "the colour of a picture under it",
            format!("q 200 0 0 30 40 590 cm /Grey Do Q {}", WORDS.replace("BT", "BT 0.5 g")),
        ),
        ("a clip that leaves nothing", format!("q 10 10 5 5 re W n {WORDS} Q")),
        ("letters that are a clip for nothing", format!("q {} Q", WORDS.replace("BT", "BT 7 Tr"))),
        ("a box behind more boxes than are remembered", {
            let many: String = (0..4_200).map(|n| format!("{} 10 4 4 re f ", n % 500)).collect();
            format!("{WORDS} 0.9 g {many} 0 g {ROUND}")
        }),
        ("letters with next to no opacity", format!("/Faint gs {WORDS}")),
        ("letters of a point", WORDS.replace("12 Tf", "1 Tf")),
    ];
    for (way, content) in ways {
        let mut paper = paper();
        paper.properties = ">>/Shading<</Sh 22 0 R>>/ExtGState<</Faint<</ca 0.05>>".into();
        let extraction = read(paper, &format!("{BEFORE}{content}"), true);
        let said = extraction.said_text().replace("withheld", "");
        assert_eq!(said.trim(), "The harbour stays open", "{way}: {extraction:?}");
        assert_eq!(hidden(&extraction), "John Example told us so", "{way}");
        let codes = [FindingCode::HiddenText, FindingCode::TextUnderBox];
        let found = extraction.findings.iter().find(|one| codes.contains(&one.code));
        assert!(found.is_some_and(|one| one.detail.contains("5 words on page 1")), "{way}: {found:?}");
    }
}

#[test]
fn words_that_the_drawn_page_shows_are_text_whatever_lies_near_them() {
    let ways = [
        ("a dark round box under white words", format!("0 0 0.5 rg {ROUND} {}", WORDS.replace("BT", "BT 1 g"))),
        ("a light round box under them", format!("0.9 g {ROUND} 0 g {WORDS}")),
        (
            "underlined, struck out and framed",
            format!("{WORDS} 48 598 m 190 598 l S 48 604 m 190 604 l S 40 590 200 30 re S"),
        ),
        ("a marker that is a round shape", format!("{WORDS} /G gs 1 1 0 rg {ROUND}")),
        ("grey", WORDS.replace("BT", "BT 0.6 g")),
        ("a clip around them with round corners", format!("q {} {WORDS} Q", ROUND.replace("h f", "h W n"))),
        ("a picture under them", format!("q 200 0 0 30 40 590 cm /Grey Do Q {}", WORDS.replace("BT", "BT 1 g"))),
        ("a round box beside them", format!("{WORDS} q 1 0 0 1 0 40 cm {ROUND} Q")),
        ("letters as a clip for a box", format!("q {} 0 0 600 800 re f Q", WORDS.replace("BT", "BT 7 Tr"))),
    ];
    for (way, content) in ways {
        let extraction = read(paper(), &format!("{BEFORE}{content}"), true);
        assert_eq!(
            extraction.said_text().split_whitespace().collect::<Vec<_>>().join(" "),
            "The harbour stays open John Example told us so",
            "{way}"
        );
        assert!(extraction.findings.is_empty(), "{way}: {:?}", extraction.findings);
    }
}

#[test]
fn a_marker_pen_hides_nothing_and_a_black_one_does() {
    // Such an appearance is a group of its own, in which hayro draws the colour without mixing it.
    let marked = |colour: &str| {
        let mut paper = paper();
        let form = "/Type/XObject/Subtype/Form/BBox[40 590 240 620]/Group<</S/Transparency>>\
                    /Resources<</ExtGState<</M<</BM/Multiply>>>>>>";
        paper.stream(30, form, &format!("/M gs {colour} 40 590 200 30 re f"));
        paper.annotations = "<</Type/Annot/Subtype/Highlight/Rect[40 590 240 620]/AP<</N 30 0 R>>>>".into();
        read(paper, &format!("{BEFORE}{WORDS}"), true).said_text()
    };
    assert!(marked("1 1 0 rg").contains("John Example"));
    assert_eq!(marked("0 g"), "The harbour stays open");
}

#[test]
fn a_page_that_may_not_be_drawn_says_that_nobody_looked() {
    let extraction = read(paper(), &format!("{BEFORE}{WORDS} {ROUND}"), false);
    let said: Vec<&str> = extraction.findings.iter().map(|one| one.detail.as_str()).collect();
    assert!(matches!(said[..], [one] if one.contains("may lie hidden on page 1")), "{said:?}");
}

#[test]
fn what_an_annotation_covers_without_drawing_it_is_no_text() {
    for annotation in [
        "/Subtype/Redact/Rect[40 590 240 620]",
        "/Subtype/Square/Rect[240 620 40 590]/IC[0 0 0]",
        "/Subtype/Highlight/C[0 0 0]/Rect[40 590 240 620]",
    ] {
        let mut paper = paper();
        paper.annotations = format!("<</Type/Annot{annotation}>>");
        let extraction = read(paper, &format!("{BEFORE}{WORDS}"), true);
        assert_eq!(extraction.said_text(), "The harbour stays open", "{annotation}");
        assert_eq!(extraction.findings[0].code, FindingCode::TextUnderBox, "{annotation}");
    }
    // A frame, a yellow marker, and what is not shown cover nothing.
    for annotation in [
        "/Subtype/Square/Rect[40 590 240 620]/C[0 0 0]",
        "/Subtype/Highlight/C[1 1 0]/Rect[40 590 240 620]",
        "/Subtype/Square/F 2/Rect[40 590 240 620]/IC[0 0 0]",
    ] {
        let mut paper = paper();
        paper.annotations = format!("<</Type/Annot{annotation}>>");
        let extraction = read(paper, &format!("{BEFORE}{WORDS}"), true);
        assert!(extraction.said_text().contains("John Example") && extraction.findings.is_empty(), "{annotation}");
    }
}
