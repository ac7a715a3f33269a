//! The elements of HTML by what they are to a reader of text. Knows no styles and keeps no state.

use super::css::{self, Length, Prop, Styled, Value};
use html5ever::tokenizer::Tag;

/// The value of an attribute.
pub(super) fn attribute<'t>(tag: &'t Tag, name: &str) -> Option<&'t str> {
    tag.attrs.iter().find(|one| *one.name.local == *name).map(|one| &*one.value)
}

/// Elements without content (WHATWG HTML 13.1.2).
pub(super) fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "basefont"
            | "bgsound"
            | "br"
            | "col"
            | "embed"
            | "frame"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
    )
}

/// Elements whose content is no text, seen or hidden; `rp` only stands where its ruby cannot be drawn.
pub(super) fn is_skipped(name: &str) -> bool {
    matches!(name, "script" | "style" | "rp" | "head" | "iframe" | "noscript" | "noframes" | "noembed")
}

/// Elements whose words no browser of today shows: they stand for what it shows instead, or wait for a script.
pub(super) fn is_unseen(name: &str) -> bool {
    matches!(
        name,
        "template"
            | "noframes"
            | "noembed"
            | "audio"
            | "video"
            | "canvas"
            | "datalist"
            | "annotation"
            | "annotation-xml"
    )
}

/// What may stand in a head: anything else begins the body (WHATWG HTML 13.2.6.4.4).
pub(super) fn is_of_head(name: &str) -> bool {
    matches!(
        name,
        "base"
            | "basefont"
            | "bgsound"
            | "link"
            | "meta"
            | "title"
            | "script"
            | "noscript"
            | "style"
            | "template"
            | "noframes"
            | "head"
            | "html"
    )
}

/// HTML that ends a picture in SVG or a formula around it (WHATWG HTML 13.2.6.5).
pub(super) fn ends_foreign(name: &str) -> bool {
    matches!(
        name,
        "b" | "big"
            | "blockquote"
            | "body"
            | "br"
            | "center"
            | "code"
            | "dd"
            | "div"
            | "dl"
            | "dt"
            | "em"
            | "embed"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "head"
            | "hr"
            | "i"
            | "img"
            | "li"
            | "listing"
            | "menu"
            | "meta"
            | "nobr"
            | "ol"
            | "p"
            | "pre"
            | "ruby"
            | "s"
            | "small"
            | "span"
            | "strong"
            | "strike"
            | "sub"
            | "sup"
            | "table"
            | "tt"
            | "u"
            | "ul"
            | "var"
    )
}

/// Parts of a picture in SVG that are not drawn where they stand.
pub(super) fn is_stored(name: &str) -> bool {
    matches!(name, "defs" | "symbol" | "clippath" | "mask" | "pattern" | "marker" | "title" | "desc" | "metadata")
}

/// Formatting elements (WHATWG HTML 13.2.4.3): they go on after the end of what they were left open in.
pub(super) fn is_formatting(name: &str) -> bool {
    matches!(
        name,
        "a" | "b" | "big" | "code" | "em" | "font" | "i" | "nobr" | "s" | "small" | "strike" | "strong" | "tt" | "u"
    )
}

/// Elements out of which no end tag inside them reaches (WHATWG HTML 13.2.4.2, "scope").
pub(super) fn is_marker(name: &str) -> bool {
    matches!(name, "applet" | "caption" | "table" | "td" | "th" | "marquee" | "object" | "template" | "foreignobject")
}

/// Parts of a table, which are nothing outside one.
pub(super) fn is_of_table(name: &str) -> bool {
    matches!(name, "tr" | "td" | "th" | "tbody" | "thead" | "tfoot" | "caption" | "col" | "colgroup")
}

/// Elements over which only end tags of their own kind reach (WHATWG HTML 13.2.4.2, "special").
pub(super) fn is_special(name: &str) -> bool {
    (is_block(name) && !matches!(name, "option" | "optgroup" | "text"))
        || is_marker(name)
        || is_of_table(name)
        || matches!(
            name,
            "button" | "select" | "frameset" | "iframe" | "head" | "title" | "style" | "script" | "noscript" | "xmp"
        )
}

/// Elements that stand in lines of their own.
pub(super) fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "body"
            | "caption"
            | "center"
            | "dd"
            | "details"
            | "dialog"
            | "dir"
            | "div"
            | "dl"
            | "dt"
            | "fieldset"
            | "figcaption"
            | "figure"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hgroup"
            | "hr"
            | "html"
            | "legend"
            | "li"
            | "main"
            | "menu"
            | "nav"
            | "ol"
            | "optgroup"
            | "option"
            | "p"
            | "pre"
            | "search"
            | "section"
            | "summary"
            | "tbody"
            | "text"
            | "textarea"
            | "thead"
            | "tfoot"
            | "ul"
    )
}

/// Elements that stand in a line, without a size of their own.
pub(super) fn is_inline(name: &str) -> bool {
    !is_block(name)
        && !matches!(
            name,
            "table"
                | "tr"
                | "td"
                | "th"
                | "button"
                | "input"
                | "select"
                | "svg"
                | "foreignobject"
                | "iframe"
                | "object"
                | "img"
                | "marquee"
        )
}

/// What the browser itself and attributes of old say of an element's looks (WHATWG HTML 15.3); rules outweigh both.
pub(super) fn hints(name: &str, tag: &Tag, styled: &mut Styled) {
    let has = |attribute_name: &str| attribute(tag, attribute_name).is_some();
    let grey = |level: f32| Value::Colour([level, level, level, 1.0]);
    match name {
        "a" if has("href") => styled.hint(Prop::Colour, Value::Colour([0.0, 0.0, 238.0, 1.0])),
        "mark" => {
            styled.hint(Prop::Colour, grey(0.0));
            styled.hint(Prop::Ground, Value::Colour([255.0, 255.0, 0.0, 1.0]));
        }
        "button" | "select" | "input" | "textarea" => {
            styled.hint(Prop::Colour, grey(0.0));
            styled.hint(Prop::Ground, grey(if name == "textarea" || name == "input" { 255.0 } else { 239.0 }));
            styled.hint(Prop::FontSize, Value::Size(Length { px: 13.3, ..Length::default() }));
        }
        "dialog" if !has("open") => styled.hint(Prop::Display, Value::Display(css::Display::None)),
        _ => {}
    }
    if has("hidden") || has("popover") {
        styled.hint(Prop::Display, Value::Display(css::Display::None));
    }
    let colour = |attribute_name: &str| attribute(tag, attribute_name).and_then(css::of_attribute).map(Value::Colour);
    let text = match name {
        "font" | "basefont" => colour("color"),
        "body" => colour("text"),
        _ => None,
    };
    // Only where HTML of old had them.
    let ground = if matches!(name, "body" | "table" | "tr" | "td" | "th" | "tbody" | "thead" | "tfoot") {
        colour("bgcolor")
    } else {
        None
    };
    for (prop, value) in [(Prop::Colour, text), (Prop::Ground, ground)] {
        if let Some(value) = value {
            styled.hint(prop, value);
        }
    }
    if has("background") {
        styled.hint(Prop::GroundImage, Value::Flag(true));
    }
}
