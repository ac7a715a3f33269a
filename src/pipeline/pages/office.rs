//! Which office files LibreOffice can print. Prints none.

/// The ending by which it knows a file of this type (by content); `None`: it is no office file.
pub fn ending(media_type: &str) -> Option<&'static str> {
    let lower = media_type.to_ascii_lowercase();
    if let Some(kind) = lower.strip_prefix("application/vnd.openxmlformats-officedocument.") {
        return Some(match kind {
            "wordprocessingml.document" => "docx",
            "wordprocessingml.template" => "dotx",
            "spreadsheetml.sheet" => "xlsx",
            "spreadsheetml.template" => "xltx",
            "presentationml.presentation" => "pptx",
            "presentationml.slideshow" => "ppsx",
            "presentationml.template" => "potx",
            _ => return None,
        });
    }
    if let Some(kind) = lower.strip_prefix("application/vnd.oasis.opendocument.") {
        return Some(match kind {
            "text" => "odt",
            "text-template" => "ott",
            "spreadsheet" => "ods",
            "spreadsheet-template" => "ots",
            "presentation" => "odp",
            "presentation-template" => "otp",
            "graphics" => "odg",
            "text-flat-xml" => "fodt",
            "spreadsheet-flat-xml" => "fods",
            "presentation-flat-xml" => "fodp",
            _ => return None,
        });
    }
    Some(match lower.as_str() {
        "application/rtf" => "rtf",
        "application/msword" => "doc",
        "application/vnd.ms-excel" => "xls",
        "application/vnd.ms-powerpoint" => "ppt",
        "application/vnd.ms-word.document.macroenabled.12" => "docm",
        "application/vnd.ms-excel.sheet.macroenabled.12" => "xlsm",
        "application/vnd.ms-powerpoint.presentation.macroenabled.12" => "pptm",
        _ => return None,
    })
}
