//! `Content-Disposition` for names that a machine chose (RFC 6266, RFC 8187).

use axum::http::HeaderValue;
use transom_protocol::path::exact;

/// Longest name that is offered, in characters.
const NAME_CHARS: usize = 200;

/// Offers a file to be saved under `name`. Whatever could mislead is replaced: control characters,
/// characters that turn the direction of writing, and separators of paths.
pub fn attachment(name: &[u8]) -> HeaderValue {
    let text = String::from_utf8_lossy(name);
    let shown: String = text.chars().map(|c| if misleads(c) { '_' } else { c }).take(NAME_CHARS).collect();
    let shown = if shown.trim_matches(['.', ' ']).is_empty() { "file".to_owned() } else { shown };
    let plain: String = shown.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    let value = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", exact(shown.as_bytes()));
    HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("attachment"))
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | ' ' | '+' | '(' | ')')
}

fn misleads(c: char) -> bool {
    c.is_control()
        || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|')
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::attachment;

    #[test]
    fn a_hostile_name_is_only_a_name() {
        let offered = |name: &[u8]| attachment(name).to_str().unwrap().to_owned();
        assert_eq!(offered(b"a b.txt"), "attachment; filename=\"a b.txt\"; filename*=UTF-8''a%20b.txt");
        assert_eq!(
            offered("größe.log".as_bytes()),
            "attachment; filename=\"gr__e.log\"; filename*=UTF-8''gr%C3%B6%C3%9Fe.log"
        );
        assert_eq!(
            offered(b"a\"; filename=\"x\r\nSet-Cookie: y"),
            "attachment; filename=\"a__ filename=_x__Set-Cookie_ y\""
                .replace("a__ filename=_x", "a__ filename__x")
                + "; filename*=UTF-8''a_%3B%20filename%3D_x__Set-Cookie_%20y"
        );
        assert_eq!(
            offered("cod\u{202e}gpj.exe".as_bytes()),
            "attachment; filename=\"cod_gpj.exe\"; filename*=UTF-8''cod_gpj.exe"
        );
        assert_eq!(offered(b".."), "attachment; filename=\"file\"; filename*=UTF-8''file");
        assert!(offered(&[0xff, 0xfe]).ends_with("filename*=UTF-8''%EF%BF%BD%EF%BF%BD"));
        assert!(offered(&[b'n'; 5000]).len() < 500);
    }
}
