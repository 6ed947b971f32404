//! The reader of `data:` URIs.

use ideogram_client::fuzz::{data_uri as read, encode};
use ideogram_fuzz::{bytes, hold};
use proptest::collection::vec;
use proptest::prelude::{any, prop_oneof};

const RIGHT: &[&str] = &[
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
    "data:,a%20b%ff",
    "DATA:text/plain;charset=utf-8;BASE64,aGk",
    "data:image/svg+xml;utf8,<svg xmlns='http://www.w3.org/2000/svg'/>",
];
const TOKENS: &[&str] = &[
    "data:", ",", ";base64", ";", "=", "==", "%", "%2", "%00", "#", " ", "\t", "\n", "\0", "é", "A", "AAAA", "-_",
    "+/", "\"",
];
const LIMIT: usize = 100;

#[test]
fn data_uri() {
    let content = prop_oneof![200 => vec(any::<u8>(), 0..200), 1 => vec(any::<u8>(), 60_000..70_000)];
    hold("data_uri", &(bytes(RIGHT, TOKENS), content), |(text, content)| {
        if let Ok(text) = std::str::from_utf8(&text) {
            let decoded = read(text, LIMIT);
            let before_fragment = text.split('#').next().unwrap();
            assert_eq!(
                decoded.is_some(),
                starts_so(text) && before_fragment.contains(','),
                "what is a data URI and what is not"
            );
            if let Some(Ok(bytes)) = &decoded {
                assert!(bytes.len() <= LIMIT, "more than the bound");
            }
            if let (Some(Err(_)), Some(Ok(bytes))) = (&decoded, read(text, usize::MAX)) {
                assert!(bytes.len() > LIMIT, "refused although it is not too large");
            }
        }
        let uri = encode("image/png", &content);
        assert_eq!(read(&uri, content.len()), Some(Ok(content.clone())), "it is not read as it was written");
        assert!(content.is_empty() || read(&uri, content.len() - 1).unwrap().is_err(), "more than the bound");
    });
}

/// Whether a text begins as a URL parser has it: spaces and control characters before it and line ends in it aside.
fn starts_so(text: &str) -> bool {
    let text = text.trim_matches(|character| character <= ' ');
    let plain: String = text.chars().filter(|character| !matches!(character, '\t' | '\n' | '\r')).take(5).collect();
    plain.eq_ignore_ascii_case("data:")
}
