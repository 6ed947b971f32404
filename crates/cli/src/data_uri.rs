//! `data:` URIs: files that travel inside the JSON.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

/// The content as a data URI.
pub(crate) fn encode(content_type: &str, bytes: &[u8]) -> String {
    format!("data:{content_type};base64,{}", STANDARD.encode(bytes))
}

/// The MIME type and content of a base64 data URI; `None` for anything else.
pub(crate) fn decode(text: &str) -> Option<(&str, Vec<u8>)> {
    let (head, payload) = of(text)?.split_once(',')?;
    let content_type = head.strip_suffix(";base64")?;
    let bytes = STANDARD.decode(payload).or_else(|_| STANDARD_NO_PAD.decode(payload)).ok()?;
    Some((content_type.split(';').next().unwrap_or_default(), bytes))
}

/// What comes after `data:`, where a text is a data URI.
pub(crate) fn of(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once(':')?;
    scheme.eq_ignore_ascii_case("data").then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn a_data_uri_keeps_type_and_content() {
        let uri = encode("image/png", &[0, 255, 128]);
        assert_eq!(decode(&uri), Some(("image/png", vec![0, 255, 128])));
        assert_eq!(decode("DATA:text/plain;charset=utf-8;base64,aGk"), Some(("text/plain", b"hi".to_vec())));
        assert_eq!(decode("https://example.com/a,b"), None);
    }
}
