//! `data:` URIs: files inside the JSON.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use data_url::DataUrl;

/// The content as a data URI.
pub(crate) fn encode(content_type: &str, bytes: &[u8]) -> String {
    format!("data:{content_type};base64,{}", STANDARD.encode(bytes))
}

/// Passes the content of a base64 data URI on, piece by piece, and gives its MIME type; `None` for any other text, such as
/// a prompt that begins with `data:`.
pub(crate) fn read(text: &str, mut pass_on: impl FnMut(&[u8])) -> Option<String> {
    let (head, _) = text.split_once(',')?;
    if !head.to_ascii_lowercase().ends_with(";base64") {
        return None;
    }
    let uri = DataUrl::process(text).ok()?;
    let decoded = uri.decode::<_, std::convert::Infallible>(|bytes| {
        pass_on(bytes);
        Ok(())
    });
    decoded.ok()?;
    let mime = uri.mime_type();
    Some(format!("{}/{}", mime.type_, mime.subtype))
}

/// Whether a text is a data URI.
pub(crate) fn is(text: &str) -> bool {
    text.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:"))
}

#[cfg(test)]
mod tests {
    use super::{encode, is, read};

    fn decoded(text: &str) -> Option<(String, Vec<u8>)> {
        let mut bytes = Vec::new();
        let content_type = read(text, |piece| bytes.extend_from_slice(piece))?;
        Some((content_type, bytes))
    }

    #[test]
    fn a_data_uri_keeps_type_and_content() {
        let uri = encode("image/png", &[0, 255, 128]);
        assert_eq!(decoded(&uri), Some(("image/png".to_owned(), vec![0, 255, 128])));
        let text = "DATA:text/plain;charset=utf-8;base64,aGk";
        assert_eq!(decoded(text), Some(("text/plain".to_owned(), b"hi".to_vec())));
        assert!(is(&uri) && is(text));
        assert_eq!(decoded("data: a fox, reading"), None);
        for other in ["https://example.com/a,b", "data", "d\u{e4}ta:,", ""] {
            assert!(decoded(other).is_none() && !is(other), "{other}");
        }
    }
}
