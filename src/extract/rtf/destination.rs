//! What a group of RTF is for, by the control word that opens it (1.9.1, destinations). Decides nothing on its text.

/// What the text of a group is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Destination {
    /// Of the document, or of the note or box that is open.
    Text,
    /// No text at all, whatever stands in it.
    Skipped,
    /// A drawing, or a text for old readers: only text boxes, or the Unicode text, in it count.
    Shape,
    Fonts,
    Colours,
    Styles,
    Authors,
    /// The document's properties.
    Title,
    Author,
    Operator,
    Manager,
    Company,
    /// Of the comment that follows.
    CommentAuthor,
    ObjectClass,
    /// What a field does.
    Instruction,
    Template,
    /// The name of a shape's property, and its value.
    ShapeName,
    ShapeValue,
}

/// What a control word at the start of a group says of it.
pub(super) enum Opens {
    As(Destination),
    /// A text of its own.
    Footnote,
    Header,
    Comment,
    TextBox,
    /// A file inside the file.
    Object,
}

/// Groups without text of the document.
const SKIPPED: [&str; 35] = [
    "pict",
    "nonshppict",
    "themedata",
    "colorschememapping",
    "datastore",
    "latentstyles",
    "listtable",
    "listoverridetable",
    "rsidtbl",
    "generator",
    "xmlnstbl",
    "filetbl",
    "objdata",
    "mmathPr",
    "pntext",
    "listtext",
    "pntxta",
    "pntxtb",
    "shprslt",
    "bkmkstart",
    "bkmkend",
    "atndate",
    "atnid",
    "atnref",
    "atntime",
    "atnicn",
    "ftnsep",
    "ftnsepc",
    "aftnsep",
    "aftnsepc",
    "nonesttables",
    "formfield",
    "private",
    "keycode",
    "stylerestrictions",
];

/// What this control word opens; `is_starred`: it may be left out by those who do not know it.
pub(super) fn opened(word: &str, is_starred: bool) -> Option<Opens> {
    use Destination as To;
    Some(match word {
        "fonttbl" => Opens::As(To::Fonts),
        "colortbl" => Opens::As(To::Colours),
        "stylesheet" => Opens::As(To::Styles),
        "revtbl" => Opens::As(To::Authors),
        "info" | "userprops" => Opens::As(To::Skipped),
        "title" => Opens::As(To::Title),
        "author" => Opens::As(To::Author),
        "operator" => Opens::As(To::Operator),
        "manager" => Opens::As(To::Manager),
        "company" => Opens::As(To::Company),
        "atnauthor" => Opens::As(To::CommentAuthor),
        "fldinst" => Opens::As(To::Instruction),
        "template" => Opens::As(To::Template),
        "sn" => Opens::As(To::ShapeName),
        "sv" => Opens::As(To::ShapeValue),
        "objclass" => Opens::As(To::ObjectClass),
        "upr" | "shp" | "shpinst" | "shpgrp" | "do" | "background" | "sp" => Opens::As(To::Shape),
        "ud" => Opens::As(To::Text),
        "shppict" | "fldrslt" | "result" => return None,
        "footnote" => Opens::Footnote,
        "header" | "headerl" | "headerr" | "headerf" | "footer" | "footerl" | "footerr" | "footerf" => Opens::Header,
        "annotation" => Opens::Comment,
        "shptxt" | "dptxbxtext" => Opens::TextBox,
        "object" => Opens::Object,
        _ if SKIPPED.contains(&word) => Opens::As(To::Skipped),
        // Starred and unknown.
        _ if is_starred => Opens::As(To::Skipped),
        _ => return None,
    })
}
