//! `data:` URIs: pictures that the answer itself contains.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use data_url::DataUrl;
use data_url::forgiving_base64::DecodeError;

/// How many bytes are collected before they are passed on, since the decoder gives three at a time.
const PIECE: usize = 64 << 10;

/// A `data:` URI, read as browsers do: base64 with and without padding, percent-encoding.
pub(crate) struct DataUri<'a>(DataUrl<'a>);

impl<'a> DataUri<'a> {
    /// `None` when the text is no `data:` URI.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        DataUrl::process(text).ok().map(Self)
    }

    /// The bytes, or what is wrong with them; no more than `limit` of them are kept.
    pub(crate) fn decode(&self, limit: usize) -> Result<Vec<u8>, String> {
        let mut whole = Vec::new();
        self.read(limit, |piece| {
            whole.extend_from_slice(piece);
            Ok(())
        })?;
        Ok(whole)
    }

    /// Passes the bytes on, piece by piece, but no more than `limit` of them.
    pub(crate) fn read(
        &self,
        limit: usize,
        mut pass_on: impl FnMut(&[u8]) -> Result<(), String>,
    ) -> Result<(), String> {
        let mut gathered = Vec::with_capacity(PIECE);
        let mut count = 0_usize;
        let decoded = self.0.decode(|bytes| {
            count = count.saturating_add(bytes.len());
            if count > limit {
                return Err(format!("the data URI holds more than {limit} bytes, the bound for it"));
            }
            for bytes in bytes.chunks(PIECE) {
                if gathered.len() + bytes.len() > PIECE {
                    pass_on(&gathered)?;
                    gathered.clear();
                }
                gathered.extend_from_slice(bytes);
            }
            Ok(())
        });
        match decoded {
            Ok(_) => pass_on(&gathered),
            Err(DecodeError::WriteError(why)) => Err(why),
            Err(DecodeError::InvalidBase64(error)) => Err(format!("the data URI is not valid base64: {error}")),
        }
    }
}

/// Writes bytes as a `data:` URI.
#[cfg_attr(not(feature = "media"), allow(dead_code, reason = "only what goes in is inlined"))]
pub(crate) fn encode(media_type: &str, bytes: &[u8]) -> String {
    let mut uri = format!("data:{media_type};base64,");
    STANDARD.encode_string(bytes, &mut uri);
    uri
}

#[cfg(test)]
mod tests {
    use super::{DataUri, PIECE, encode};

    fn decode(text: &str) -> Option<Vec<u8>> {
        DataUri::parse(text)?.decode(100).ok()
    }

    #[test]
    fn what_is_encoded_is_decoded_again() {
        for bytes in [&b""[..], b"a", b"ab", b"abc", &[0, 255, 128]] {
            assert_eq!(decode(&encode("image/png", bytes)).as_deref(), Some(bytes));
        }
        let large: Vec<u8> = (0..200_000_u32).map(|number| number.to_le_bytes()[0]).collect();
        let (uri, mut pieces) = (encode("image/png", &large), Vec::new());
        let read = DataUri::parse(&uri).unwrap().read(200_000, |piece| {
            pieces.push(piece.to_owned());
            Ok(())
        });
        assert!(read.is_ok() && pieces.iter().all(|piece| piece.len() <= PIECE));
        assert!(pieces.concat() == large);
    }

    #[test]
    fn the_forms_in_use_are_read() {
        assert_eq!(decode("data:image/png;base64,QQ").unwrap(), b"A", "padding may be missing");
        assert_eq!(decode("DATA:;charset=utf-8;BASE64,QQ==").unwrap(), b"A");
        assert_eq!(decode("data:,a%20b%zz%4").unwrap(), b"a b%zz%4");
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
