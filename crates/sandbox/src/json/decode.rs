//! The bytes of a body as text, in whichever encoding of Unicode Python's parser recognises.

use std::borrow::Cow;

/// The text as UTF-8 that may also contain lone surrogates; `None` for bytes that are not text.
pub(super) fn decode(body: &[u8]) -> Option<Cow<'_, [u8]>> {
    let (units, bytes): (Units, &[u8]) = match body {
        [0, 0, 0xFE, 0xFF, rest @ ..] => (Units::Four(u32::from_be_bytes), rest),
        [0xFF, 0xFE, 0, 0, rest @ ..] => (Units::Four(u32::from_le_bytes), rest),
        [0xFE, 0xFF, rest @ ..] => (Units::Two(u16::from_be_bytes), rest),
        [0xFF, 0xFE, rest @ ..] => (Units::Two(u16::from_le_bytes), rest),
        [0xEF, 0xBB, 0xBF, rest @ ..] => return is_text(rest).then_some(Cow::Borrowed(rest)),
        // Without a byte order mark, the positions of zero bytes in the first characters show the encoding.
        [0, 0, _, _, ..] => (Units::Four(u32::from_be_bytes), body),
        [0, _, _, _, ..] | [0, _] => (Units::Two(u16::from_be_bytes), body),
        [_, 0, 0, 0, ..] => (Units::Four(u32::from_le_bytes), body),
        [_, 0, _, _, ..] | [_, 0] => (Units::Two(u16::from_le_bytes), body),
        _ => return is_text(body).then_some(Cow::Borrowed(body)),
    };
    let mut text = Vec::with_capacity(bytes.len());
    match units {
        Units::Two(read) => {
            let (pairs, rest) = bytes.as_chunks::<2>();
            if !rest.is_empty() {
                return None;
            }
            for unit in char::decode_utf16(pairs.iter().map(|pair| read(*pair))) {
                push(&mut text, unit.map_or_else(|error| error.unpaired_surrogate().into(), u32::from))?;
            }
        }
        Units::Four(read) => {
            let (fours, rest) = bytes.as_chunks::<4>();
            if !rest.is_empty() {
                return None;
            }
            for four in fours {
                push(&mut text, read(*four))?;
            }
        }
    }
    Some(Cow::Owned(text))
}

enum Units {
    Two(fn([u8; 2]) -> u16),
    Four(fn([u8; 4]) -> u32),
}

/// Writes a code point, which may be a lone surrogate.
pub(super) fn push(text: &mut Vec<u8>, code: u32) -> Option<()> {
    match char::from_u32(code) {
        Some(letter) => text.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes()),
        None if code < 0x1_0000 => {
            let low = |shift: u32| 0x80 | u8::try_from((code >> shift) & 0x3F).unwrap_or(0);
            text.extend_from_slice(&[0xED, low(6), low(0)]);
        }
        None => return None,
    }
    Some(())
}

/// Whether all of it is UTF-8, halves of pairs apart.
fn is_text(mut bytes: &[u8]) -> bool {
    while let Err(error) = std::str::from_utf8(bytes) {
        bytes = match bytes.get(error.valid_up_to()..) {
            Some([0xED, 0xA0..=0xBF, 0x80..=0xBF, rest @ ..]) => rest,
            _ => return false,
        };
    }
    true
}
