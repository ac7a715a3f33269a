//! The message that Exchange makes up where it cannot convert the one that was asked for. It must never be taken for the
//! message itself, nor a stranger's mail for it.

/// What its subject begins with; other languages are known by its sender.
const SUBJECT: &str = "retrieval using the imap4 protocol failed for the following message";
const SENDER: &str = "microsoft exchange server";

/// Whether these bytes, a message or the beginning of its header, are Exchange's own. A mail that came over the network
/// has fields that this one lacks, whatever its sender wrote into the others.
pub(super) fn is_placeholder(message: &[u8]) -> bool {
    let (mut subject, mut sender) = (false, false);
    for (name, value) in fields(&message[..message.len().min(1 << 14)]) {
        match name.as_str() {
            "received" | "message-id" | "date" | "return-path" => return false,
            "from" if value.contains('@') => return false,
            "from" => sender = value.trim_matches('"').starts_with(SENDER),
            "subject" => subject = value.starts_with(SUBJECT),
            _ => {}
        }
    }
    subject || sender
}

/// Name and value of each field, unfolded, in lower case.
fn fields(message: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(message).to_lowercase();
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        if line.trim().is_empty() {
            break;
        }
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.trim().into(), value.trim().into()));
        }
    }
    fields
}
