//! `data:` URIs: pictures that stand in the answer itself.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Takes base64 with and without padding.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The parts of a `data:` URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DataUri<'a> {
    pub(crate) media_type: &'a str,
    base64: bool,
    payload: &'a str,
}

impl<'a> DataUri<'a> {
    /// `None` when the text is no `data:` URI.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let scheme = text.get(..5)?;
        if !scheme.eq_ignore_ascii_case("data:") {
            return None;
        }
        let (meta, payload) = text.get(5..)?.split_once(',')?;
        let (meta, base64) = match meta.rsplit_once(';') {
            Some((meta, last)) if last.trim().eq_ignore_ascii_case("base64") => (meta, true),
            _ => (meta, false),
        };
        let media_type = meta.split(';').next().unwrap_or_default().trim();
        Some(Self { media_type, base64, payload })
    }

    /// The bytes, or what is wrong with them. A payload that would be longer than `limit` is refused before it is
    /// decoded.
    pub(crate) fn decode(self, limit: usize) -> Result<Vec<u8>, String> {
        let at_most = if self.base64 { self.payload.len() / 4 * 3 } else { self.payload.len() / 3 };
        if at_most > limit.saturating_add(3) {
            return Err(format!("the data URI holds more than {limit} bytes, the bound for it"));
        }
        let bytes = if self.base64 {
            LENIENT.decode(self.payload.trim()).map_err(|error| format!("the data URI is not valid base64: {error}"))?
        } else {
            percent_decode(self.payload.as_bytes())
        };
        if bytes.len() > limit {
            return Err(format!("the data URI holds more than {limit} bytes, the bound for it"));
        }
        Ok(bytes)
    }
}

/// Writes bytes as a `data:` URI.
#[cfg_attr(not(feature = "media"), allow(dead_code, reason = "only what goes in is inlined"))]
pub(crate) fn encode(media_type: &str, bytes: &[u8]) -> String {
    let mut uri = format!("data:{media_type};base64,");
    STANDARD.encode_string(bytes, &mut uri);
    uri
}

fn percent_decode(text: &[u8]) -> Vec<u8> {
    let hex =
        |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16)).and_then(|n| u8::try_from(n).ok());
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        match (*byte, hex(ahead.next()), hex(ahead.next())) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(high << 4 | low);
                rest = ahead;
            }
            _ => bytes.push(*byte),
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::{DataUri, encode};

    fn decode(text: &str) -> Option<Vec<u8>> {
        DataUri::parse(text)?.decode(100).ok()
    }

    #[test]
    fn what_is_encoded_is_decoded_again() {
        for bytes in [&b""[..], b"a", b"ab", b"abc", &[0, 255, 128]] {
            assert_eq!(decode(&encode("image/png", bytes)).as_deref(), Some(bytes));
        }
    }

    #[test]
    fn the_forms_in_use_are_read() {
        assert_eq!(decode("data:image/png;base64,QQ").unwrap(), b"A", "padding may be missing");
        assert_eq!(decode("DATA:;charset=utf-8;BASE64,QQ==").unwrap(), b"A");
        assert_eq!(decode("data:,a%20b%zz%4").unwrap(), b"a b%zz%4");
        assert_eq!(DataUri::parse("data:image/webp;x=y;base64,").unwrap().media_type, "image/webp");
        for bad in ["http://a", "data:image/png;base64", "dät:,", "", "data:;base64,!!"] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_payload_above_the_bound_is_refused() {
        let uri = encode("a/b", &[7; 101]);
        assert!(DataUri::parse(&uri).unwrap().decode(100).is_err());
        assert!(DataUri::parse(&encode("a/b", &[7; 100])).unwrap().decode(100).is_ok());
    }
}
