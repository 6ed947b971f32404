//! What the headers of a download say about the file: its checksums, its length and its encoding.

use crate::text::cut;
use reqwest::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap};

/// The most characters of a checksum: SHA-256 in base64 has 44.
const CHECKSUM: usize = 64;

/// The headers of a download that its content is compared with.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Announced {
    /// A checksum in base64, and the header that contains it.
    pub(crate) sha256: Option<(&'static str, String)>,
    pub(crate) md5: Option<(&'static str, String)>,
    /// The `Content-Encoding`, if there is one although the client asked for none.
    pub(crate) encoding: Option<String>,
    /// The `Content-Length`.
    pub(crate) length: Option<u64>,
}

impl Announced {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let mut announced = Self::default();
        // RFC 9530 and the header that it replaces, then those of Amazon S3 and Google Cloud Storage.
        for (header, name) in [
            ("repr-digest", "sha-256"),
            ("content-digest", "sha-256"),
            ("digest", "sha-256"),
            ("x-amz-checksum-sha256", ""),
            ("content-md5", ""),
            ("x-goog-hash", "md5"),
        ] {
            let checksum = headers.get_all(header).iter().find_map(|value| member(value.to_str().ok()?, name));
            let known =
                if header.ends_with("md5") || name == "md5" { &mut announced.md5 } else { &mut announced.sha256 };
            if let (None, Some(checksum)) = (&known, checksum) {
                *known = Some((header, checksum));
            }
        }
        announced.length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.trim().parse().ok());
        let encoding = headers.get(CONTENT_ENCODING).and_then(|value| value.to_str().ok()).map(str::trim);
        announced.encoding = encoding
            .filter(|encoding| !encoding.is_empty() && !encoding.eq_ignore_ascii_case("identity"))
            .map(|encoding| cut(encoding, CHECKSUM).to_owned());
        announced
    }
}

/// The checksum of this name in a list such as `crc32c=AAAA==,md5=…`, or the whole of a header without names.
fn member(value: &str, name: &str) -> Option<String> {
    let found = if name.is_empty() {
        value
    } else {
        value.split(',').find_map(|member| {
            let (key, checksum) = member.trim().split_once('=')?;
            key.eq_ignore_ascii_case(name).then_some(checksum)
        })?
    };
    let checksum = found.trim().trim_matches([':', '"']);
    (!checksum.is_empty() && checksum.len() <= CHECKSUM).then(|| checksum.to_owned())
}

#[cfg(test)]
mod tests {
    use super::Announced;
    use reqwest::header::{HeaderMap, HeaderName};

    fn announced(headers: &[(&'static str, &'static str)]) -> Announced {
        let header =
            |(name, value): &(&'static str, &'static str)| (HeaderName::from_static(name), value.parse().unwrap());
        let mut map = HeaderMap::new();
        for (name, value) in headers.iter().map(header) {
            map.append(name, value);
        }
        Announced::of(&map)
    }

    #[test]
    fn the_checksums_in_use_are_read() {
        for value in ["sha-512=:x:, sha-256=:QUJD=:", "sha-256=:QUJD=:"] {
            assert_eq!(announced(&[("repr-digest", value)]).sha256, Some(("repr-digest", "QUJD=".into())));
        }
        assert_eq!(announced(&[("digest", "SHA-256=QUJD=")]).sha256, Some(("digest", "QUJD=".into())));
        let stored = announced(&[("x-goog-hash", "crc32c=AAAAAA=="), ("x-goog-hash", "md5=QUJD==")]);
        assert_eq!(stored.md5, Some(("x-goog-hash", "QUJD==".into())));
        assert_eq!(announced(&[("content-md5", "QUJD==")]).md5, Some(("content-md5", "QUJD==".into())));
        assert_eq!(announced(&[("digest", "md5=QUJD"), ("content-encoding", "identity")]), Announced::default());
        assert_eq!(announced(&[("content-encoding", "gzip")]).encoding.as_deref(), Some("gzip"));
    }
}
