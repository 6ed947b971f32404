//! Texts in a PNG file, put before its end.
//!
//! Encoders of image libraries would encode the picture anew. Here the pixels stay as the service made them, and only a
//! part of the file is in memory.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// The last chunk of every PNG file.
const END: &[u8] = b"\0\0\0\0IEND\xae\x42\x60\x82";
/// The most bytes of a keyword.
const KEYWORD: usize = 79;

/// Adds the texts, each under its keyword; `false`, and nothing is changed, where the file is no PNG or does not end as one.
/// When writing fails the file is as it was.
pub(crate) fn append(file: &mut File, texts: &[(String, String)]) -> io::Result<bool> {
    let mut begin = [0; SIGNATURE.len()];
    let mut end = [0; END.len()];
    let length = file.seek(SeekFrom::End(0))?;
    let Some(before_end) = length.checked_sub(END.len() as u64).filter(|rest| *rest >= SIGNATURE.len() as u64) else {
        return Ok(false);
    };
    file.rewind()?;
    file.read_exact(&mut begin)?;
    file.seek(SeekFrom::Start(before_end))?;
    file.read_exact(&mut end)?;
    if (&begin[..], &end[..]) != (SIGNATURE, END) {
        return Ok(false);
    }
    let mut chunks = Vec::new();
    for (keyword, text) in texts {
        chunk(&mut chunks, keyword, text)?;
    }
    chunks.extend_from_slice(END);
    let mut write = |bytes: &[u8]| {
        file.seek(SeekFrom::Start(before_end))?;
        file.write_all(bytes)
    };
    if let Err(error) = write(&chunks) {
        // These bytes were in the file before, so there is room for them.
        write(END)?;
        file.set_len(length)?;
        return Err(error);
    }
    Ok(true)
}

/// An `iTXt` chunk: UTF-8, not compressed, of no language.
fn chunk(chunks: &mut Vec<u8>, keyword: &str, text: &str) -> io::Result<()> {
    let refused = |why| io::Error::new(io::ErrorKind::InvalidInput, why);
    let plain = keyword.bytes().all(|byte| matches!(byte, b' '..=b'~')) && keyword.trim() == keyword;
    if !plain || !(1..=KEYWORD).contains(&keyword.len()) {
        return Err(refused("a keyword has 1 to 79 printable ASCII characters"));
    }
    // Some readers would end the text at a zero byte.
    let text = text.replace('\0', "\u{fffd}");
    let length = u32::try_from(keyword.len() + 5 + text.len()).ok().filter(|length| i32::try_from(*length).is_ok());
    chunks.extend_from_slice(&length.ok_or_else(|| refused("the text is too long"))?.to_be_bytes());
    let checked = chunks.len();
    for part in [b"iTXt", keyword.as_bytes(), b"\0\0\0\0\0", text.as_bytes()] {
        chunks.extend_from_slice(part);
    }
    let checksum = crc32fast::hash(chunks.get(checked..).unwrap_or_default());
    chunks.extend_from_slice(&checksum.to_be_bytes());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{END, append};
    use std::io::{Read, Seek, Write};

    fn file(bytes: &[u8]) -> std::fs::File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    fn content(mut file: std::fs::File) -> Vec<u8> {
        let mut bytes = Vec::new();
        file.rewind().unwrap();
        file.read_to_end(&mut bytes).unwrap();
        bytes
    }

    fn text(keyword: &str, text: &str) -> Vec<(String, String)> {
        vec![(keyword.to_owned(), text.to_owned())]
    }

    #[test]
    fn a_text_stands_before_the_end() {
        let mut picture = file(&[b"\x89PNG\r\n\x1a\n", END].concat());
        assert!(append(&mut picture, &text("Title", "fox \u{e9}")).unwrap());
        let expected = [
            b"\x89PNG\r\n\x1a\n",
            &b"\0\0\0\x10iTXtTitle\0\0\0\0\0fox \xc3\xa9"[..],
            &crc32fast::hash(b"iTXtTitle\0\0\0\0\0fox \xc3\xa9").to_be_bytes(),
            END,
        ]
        .concat();
        assert_eq!(content(picture), expected);
    }

    #[test]
    fn what_is_no_whole_png_is_left_alone() {
        for bytes in [&b"\xff\xd8\xff a JPEG, and a long one"[..], b"\x89PNG\r\n\x1a\n cut", b"", END] {
            let mut other = file(bytes);
            assert!(!append(&mut other, &text("Title", "fox")).unwrap());
            assert_eq!(content(other), bytes);
        }
    }

    #[test]
    fn a_keyword_that_png_does_not_take_is_refused_and_nothing_changes() {
        let bytes = [b"\x89PNG\r\n\x1a\n", END].concat();
        for keyword in ["", " a", "a\0", "\u{e9}", &"a".repeat(80)] {
            let mut picture = file(&bytes);
            assert!(append(&mut picture, &text(keyword, "fox")).is_err(), "{keyword:?}");
            assert_eq!(content(picture), bytes);
        }
    }
}
