//! What a file is, judged by its own first bytes: never by its name, never by what a server says of it.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

/// What a content is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Format {
    /// MIME type.
    pub(crate) content_type: &'static str,
    /// The usual ending of a file's name, without the dot.
    pub(crate) extension: &'static str,
}

impl Format {
    const PNG: Self = Self { content_type: "image/png", extension: "png" };
    const JPEG: Self = Self { content_type: "image/jpeg", extension: "jpg" };
    const WEBP: Self = Self { content_type: "image/webp", extension: "webp" };
    const GIF: Self = Self { content_type: "image/gif", extension: "gif" };
    const OTHER: Self = Self { content_type: "application/octet-stream", extension: "bin" };

    /// Judges by the first bytes.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        match bytes {
            [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Self::PNG,
            [0xff, 0xd8, 0xff, ..] => Self::JPEG,
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Self::WEBP,
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Self::GIF,
            _ => Self::OTHER,
        }
    }

    /// What a file's ending promises, where it promises a format at all.
    pub(crate) fn of_extension(extension: &str) -> Option<Self> {
        match extension {
            "png" => Some(Self::PNG),
            "jpg" | "jpeg" => Some(Self::JPEG),
            "webp" => Some(Self::WEBP),
            "gif" => Some(Self::GIF),
            _ => None,
        }
    }

    pub(crate) fn is_picture(self) -> bool {
        self != Self::OTHER
    }
}

/// Width and height in pixels, from the header of a PNG, JPEG, WebP or GIF; no pixel is decoded.
pub(crate) fn dimensions(bytes: &[u8]) -> Option<(u32, u32)> {
    let size = match Format::of(bytes) {
        Format::PNG => (big_endian(bytes.get(16..20)?)?, big_endian(bytes.get(20..24)?)?),
        Format::JPEG => jpeg(bytes)?,
        Format::WEBP => webp(bytes)?,
        Format::GIF => (little_endian(bytes.get(6..8)?), little_endian(bytes.get(8..10)?)),
        _ => return None,
    };
    (size.0 > 0 && size.1 > 0).then_some(size)
}

fn big_endian(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}

fn little_endian(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte))
}

/// Walks the segments to the first start-of-frame, which has the size.
fn jpeg(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut rest = bytes.get(2..)?;
    loop {
        match rest {
            // Any number of fill bytes may stand before a marker.
            [0xff, 0xff, ..] => rest = rest.get(1..)?,
            // Standing alone: TEM and the restart markers.
            [0xff, 0x01 | 0xd0..=0xd7, ..] => rest = rest.get(2..)?,
            // SOF0 to SOF15 without DHT (C4), JPG (C8) and DAC (CC).
            [0xff, 0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf, _, _, _, h1, h0, w1, w0, ..] => {
                return Some((u32::from(u16::from_be_bytes([*w1, *w0])), u32::from(u16::from_be_bytes([*h1, *h0]))));
            }
            [0xff, _, l1, l0, ..] => rest = rest.get(2 + usize::from(u16::from_be_bytes([*l1, *l0])).max(2)..)?,
            _ => return None,
        }
    }
}

fn webp(bytes: &[u8]) -> Option<(u32, u32)> {
    match bytes.get(12..16)? {
        b"VP8X" => Some((little_endian(bytes.get(24..27)?) + 1, little_endian(bytes.get(27..30)?) + 1)),
        b"VP8 " => {
            let side = |range| Some(little_endian(bytes.get(range)?) & 0x3fff);
            Some((side(26..28)?, side(28..30)?))
        }
        b"VP8L" => {
            let bits = little_endian(bytes.get(21..25)?);
            Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
        _ => None,
    }
}

/// The content as a data URI.
pub(crate) fn data_uri(bytes: &[u8]) -> String {
    format!("data:{};base64,{}", Format::of(bytes).content_type, STANDARD.encode(bytes))
}

/// The MIME type and content of a base64 data URI; `None` for anything else.
pub(crate) fn decode_data_uri(text: &str) -> Option<(&str, Vec<u8>)> {
    let (scheme, rest) = text.split_once(':')?;
    if !scheme.eq_ignore_ascii_case("data") {
        return None;
    }
    let (head, payload) = rest.split_once(',')?;
    let content_type = head.strip_suffix(";base64")?;
    let bytes = STANDARD.decode(payload).or_else(|_| STANDARD_NO_PAD.decode(payload)).ok()?;
    Some((content_type.split(';').next().unwrap_or_default(), bytes))
}

#[cfg(test)]
mod tests {
    use super::{Format, data_uri, decode_data_uri, dimensions};

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x05\0\0\0\x02\xd0\x08\x06";

    #[test]
    fn a_png_header_has_the_size() {
        assert_eq!(dimensions(PNG), Some((1280, 720)));
    }

    #[test]
    fn a_jpeg_size_is_found_behind_other_segments() {
        let jpeg = b"\xff\xd8\xff\xe0\0\x04xx\xff\xff\xc4\0\x03x\xff\xc2\0\x11\x08\x02\xd0\x05\0\x03";
        assert_eq!(dimensions(jpeg), Some((1280, 720)));
    }

    #[test]
    fn the_three_kinds_of_webp_and_a_gif_have_a_size() {
        let webp = |kind: &[u8], at: usize, size: &[u8]| {
            let mut bytes = b"RIFF\0\0\0\0WEBP".to_vec();
            bytes.extend_from_slice(kind);
            bytes.resize(at, 0);
            bytes.extend_from_slice(size);
            dimensions(&bytes)
        };
        assert_eq!(webp(b"VP8X", 24, &[0xff, 4, 0, 0xcf, 2, 0]), Some((1280, 720)));
        assert_eq!(webp(b"VP8 ", 26, &[0, 5, 0xd0, 2]), Some((1280, 720)));
        let lossless: u32 = 0x4ff | 0x2cf << 14;
        assert_eq!(webp(b"VP8L", 21, &lossless.to_le_bytes()), Some((1280, 720)));
        assert_eq!(dimensions(b"GIF89a\x00\x05\xd0\x02"), Some((1280, 720)));
    }

    #[test]
    fn every_cut_of_a_header_is_no_size_and_no_panic() {
        let jpeg: &[u8] = b"\xff\xd8\xff\xe0\0\x04xx\xff\xc2\0\x11\x08\x02\xd0\x05\0";
        for whole in [PNG, jpeg, b"RIFF\0\0\0\0WEBPVP8X", b"GIF89a\x00\x05\xd0\x02"] {
            for end in 0..whole.len() {
                let cut = &whole[..end];
                assert!(dimensions(cut).is_none() || end >= 17, "{cut:?}");
            }
        }
    }

    #[test]
    fn a_data_uri_keeps_type_and_content() {
        let uri = data_uri(PNG);
        assert_eq!(decode_data_uri(&uri), Some(("image/png", PNG.to_vec())));
        assert_eq!(decode_data_uri("https://example.com/a,b"), None);
        assert_eq!(Format::of(b"#!/bin/sh").content_type, "application/octet-stream");
    }
}
