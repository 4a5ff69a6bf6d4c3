//! The forms in which a secret value shows up in output: as it is, and as tools write it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// Shortest form that is looked for, in bytes. Shorter ones stand in too many innocent places.
pub const SHORTEST: usize = 6;

/// All forms of `value`. A value of several lines counts line by line, since a terminal ends lines
/// in its own way; lines that are too short alone are left.
#[must_use]
pub fn forms(value: &str) -> BTreeSet<Vec<u8>> {
    let mut forms = BTreeSet::new();
    let lines: Vec<&str> = value.split(['\n', '\r']).filter(|line| line.len() >= SHORTEST).collect();
    for line in &lines {
        of_line(line, &mut forms);
    }
    if lines.len() != 1 || lines.first() != Some(&value) {
        // As a whole, too: quoted or encoded, it is one line.
        of_line(value, &mut forms);
        forms.insert(value.replace("\r\n", "\n").replace('\n', "\r\n").into_bytes());
    }
    forms.retain(|form| form.len() >= SHORTEST);
    forms
}

fn of_line(text: &str, forms: &mut BTreeSet<Vec<u8>>) {
    forms.insert(text.as_bytes().to_vec());
    // A terminal's control characters are not looked at, so neither are the value's.
    forms.insert(text.bytes().filter(|b| !b.is_ascii_control()).collect());
    for unreserved in ["-._~", "-._~!'()*", "-._~!'()*;,/?:@&=+$#"] {
        forms.insert(percent(text, unreserved, true).into_bytes());
        forms.insert(percent(text, unreserved, false).into_bytes());
    }
    forms.insert(percent(text, "-._*", true).replace("%20", "+").into_bytes());
    for json in [json(text), json(text).replace('/', "\\/"), html_json(text), ascii_json(text)] {
        forms.insert(json.into_bytes());
    }
    if text.contains('\'') {
        forms.insert(text.replace('\'', "'\\''").into_bytes());
    }
    base64(text.as_bytes(), forms);
}

fn percent(text: &str, unreserved: &str, upper: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        let char = char::from(byte);
        let written = match (byte.is_ascii_alphanumeric() || unreserved.contains(char), upper) {
            (true, _) => write!(out, "{char}"),
            (false, true) => write!(out, "%{byte:02X}"),
            (false, false) => write!(out, "%{byte:02x}"),
        };
        // Writing to a string can't fail.
        let _ = written;
    }
    out
}

fn json(text: &str) -> String {
    let quoted = serde_json::to_string(text).unwrap_or_default();
    quoted.strip_prefix('"').and_then(|q| q.strip_suffix('"')).unwrap_or_default().to_owned()
}

/// As Go writes it.
fn html_json(text: &str) -> String {
    json(text).replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// As Python writes it.
fn ascii_json(text: &str) -> String {
    let mut out = String::new();
    for char in json(text).chars() {
        if char.is_ascii() {
            out.push(char);
            continue;
        }
        for unit in char.encode_utf16(&mut [0; 2]) {
            let _ = write!(out, "\\u{unit:04x}");
        }
    }
    out
}

/// The characters that a value gives wherever it stands in something longer that is encoded: its
/// first byte may be the first, second or third of a group.
fn base64(value: &[u8], forms: &mut BTreeSet<Vec<u8>>) {
    for before in 0..3 {
        let padded = [&[0; 3][..before], value].concat();
        // Characters of which all six bits are the value's.
        let (first, behind) = ((before * 8).div_ceil(6), padded.len() * 8 / 6);
        for text in [STANDARD_NO_PAD.encode(&padded), URL_SAFE_NO_PAD.encode(&padded)] {
            forms.insert(text.as_bytes().get(first..behind).unwrap_or_default().to_vec());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(value: &str, form: &str) -> bool {
        forms(value).contains(form.as_bytes())
    }

    #[test]
    fn a_value_is_known_as_tools_write_it() {
        let value = "p\"a/s s'w&ö";
        assert!(has(value, value));
        assert!(has(value, "p%22a%2Fs%20s%27w%26%C3%B6"));
        assert!(has(value, "p%22a%2fs%20s%27w%26%c3%b6"));
        assert!(has(value, "p%22a%2Fs+s%27w%26%C3%B6"));
        assert!(has(value, "p%22a%2Fs%20s'w%26%C3%B6"), "encodeURIComponent");
        assert!(has(value, r#"p\"a/s s'w&ö"#));
        assert!(has(value, r#"p\"a\/s s'w&ö"#));
        assert!(has(value, r#"p\"a/s s'w\u0026ö"#));
        assert!(has(value, r#"p\"a/s s'w&\u00f6"#));
        assert!(has(value, r#"p"a/s s'\''w&ö"#));
    }

    #[test]
    fn a_value_is_known_inside_anything_encoded() {
        for before in ["", "x", "us", "use", "user:"] {
            for after in ["", "!", "!?", "!?."] {
                let encoded = STANDARD_NO_PAD.encode(format!("{before}hunter2-hunter2{after}"));
                let found = forms("hunter2-hunter2")
                    .into_iter()
                    .any(|form| encoded.as_bytes().windows(form.len()).any(|w| w == form));
                assert!(found, "{before} {after}: {encoded}");
            }
        }
    }

    #[test]
    fn lines_count_alone_and_what_is_short_is_left() {
        let key = "-----BEGIN-----\nMIIEvQIBADANBgkq\nab\n-----END-----\n";
        assert!(has(key, "MIIEvQIBADANBgkq"));
        assert!(!has(key, "ab"));
        assert!(has(key, r"-----BEGIN-----\nMIIEvQIBADANBgkq\nab\n-----END-----\n"));
        assert!(forms("short").iter().all(|form| form.len() >= SHORTEST));
        assert!(!has("short", "short"));
    }
}
