//! Writes a file and computes its checksums, size and format on the way.

use crate::picture::format::Format;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use sha2::{Digest, Sha256};
use std::fs::File;
#[cfg(feature = "media")]
use std::io::Read;
use std::io::{self, Seek, Write};

/// How many bytes of the beginning are kept: enough to distinguish text from a picture.
const BEGIN: usize = 512;
/// Bytes that are read at once.
#[cfg(feature = "media")]
const PIECE: usize = 64 << 10;
/// How many bytes of the end are kept. Servers may add a few bytes after a picture's own end.
const END: usize = 1024;

/// A file that is written from its beginning, and what is known of it so far.
#[derive(Debug)]
pub(crate) struct Sink {
    file: File,
    content: Content,
    sha256: Sha256,
    /// If the server announced an MD5.
    md5: Option<Md5>,
}

/// What is known of a file's content.
#[derive(Debug, Default)]
pub(crate) struct Content {
    pub(crate) bytes: u64,
    pub(crate) begin: Vec<u8>,
    pub(crate) end: Vec<u8>,
    pub(crate) sha256: Vec<u8>,
    /// In base64, as headers have it.
    pub(crate) md5: Option<String>,
}

impl Sink {
    /// Empties the file.
    pub(crate) fn new(mut file: File, md5: bool) -> io::Result<Self> {
        file.set_len(0)?;
        file.rewind()?;
        Ok(Self { file, content: Content::default(), sha256: Sha256::new(), md5: md5.then(Md5::new) })
    }

    pub(crate) fn write(&mut self, piece: &[u8]) -> io::Result<()> {
        self.file.write_all(piece)?;
        self.sha256.update(piece);
        if let Some(md5) = &mut self.md5 {
            md5.update(piece);
        }
        self.content.add(piece);
        Ok(())
    }

    /// Returns what is known of the content. The file is synced to the disk only when it gets its name.
    pub(crate) fn finish(self) -> Content {
        let sha256 = self.sha256.finalize().to_vec();
        let md5 = self.md5.map(|md5| STANDARD.encode(md5.finalize()));
        Content { sha256, md5, ..self.content }
    }
}

/// The size of a file, and its SHA-256.
#[cfg(feature = "media")]
pub(crate) fn measure(mut file: File) -> io::Result<(u64, Vec<u8>)> {
    let (mut bytes, mut sha256, mut piece) = (0_u64, Sha256::new(), vec![0; PIECE]);
    file.rewind()?;
    loop {
        match file.read(&mut piece) {
            Ok(0) => return Ok((bytes, sha256.finalize().to_vec())),
            Ok(count) => {
                bytes += count as u64;
                sha256.update(piece.get(..count).unwrap_or_default());
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Bytes in lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Content {
    fn add(&mut self, piece: &[u8]) {
        self.bytes = self.bytes.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        self.begin.extend(piece.iter().take(BEGIN.saturating_sub(self.begin.len())));
        let kept = piece.get(piece.len().saturating_sub(END)..).unwrap_or_default();
        self.end.drain(..(self.end.len() + kept.len()).saturating_sub(END));
        self.end.extend_from_slice(kept);
    }

    pub(crate) fn format(&self) -> Option<Format> {
        Format::of(&self.begin)
    }

    /// Whether it looks like text: no byte that only binary files have (the rule of WHATWG's MIME sniffing).
    pub(crate) fn is_text(&self) -> bool {
        !self.begin.iter().any(|byte| matches!(byte, 0..=8 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f))
    }

    /// Whether the file ends as its format says; a format without a mark at its end always does.
    pub(crate) fn is_ended(&self) -> bool {
        let ends_with = |mark: &[u8]| self.end.windows(mark.len()).any(|window| window == mark);
        let length = |at: usize| {
            let field = self.begin.get(at..at + 4).and_then(|field| field.try_into().ok());
            field.map_or(0, |field| u64::from(u32::from_le_bytes(field)))
        };
        match self.format() {
            Some(Format::Png) => ends_with(b"\0\0\0\0IEND\xae\x42\x60\x82"),
            Some(Format::Jpeg) => ends_with(b"\xff\xd9"),
            Some(Format::Gif) => self.end.iter().rev().find(|byte| **byte != 0) == Some(&b';'),
            Some(Format::WebP) => self.bytes >= length(4).saturating_add(8),
            Some(Format::Bmp) => self.bytes >= length(2),
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Content, END};

    fn content(bytes: &[u8]) -> Content {
        let mut content = Content::default();
        bytes.chunks(7).for_each(|piece| content.add(piece));
        content
    }

    #[test]
    fn both_ends_are_kept_however_the_pieces_fall() {
        let bytes: Vec<u8> = (0..3000_u32).map(|number| number.to_le_bytes()[0]).collect();
        for size in [1, 7, 1024, 1500, 3000] {
            let mut content = Content::default();
            bytes.chunks(size).for_each(|piece| content.add(piece));
            assert_eq!(content.bytes, 3000);
            assert!(bytes.starts_with(&content.begin) && content.begin.len() == 512, "{size}");
            assert!(bytes.ends_with(&content.end) && content.end.len() == END, "{size}");
        }
    }

    #[test]
    fn a_picture_that_was_cut_has_no_end() {
        let mut riff = b"RIFF\x10\0\0\0WEBPVP8 ".to_vec();
        riff.extend([7; 8]);
        for whole in [
            &b"\x89PNG\r\n\x1a\n____\0\0\0\0IEND\xae\x42\x60\x82"[..],
            b"\xff\xd8\xff\xe0 picture \xff\xd9",
            b"GIF89a picture;",
            b"BM\x10\0\0\0 a picture",
            &riff,
        ] {
            assert!(content(whole).is_ended(), "{whole:?}");
            assert!(!content(&whole[..whole.len() - 1]).is_ended(), "{whole:?}");
        }
        assert!(content(b"\xff\xd8\xff\xe0 picture \xff\xd9\0\0").is_ended(), "some bytes more are no harm");
    }

    #[test]
    fn text_is_told_from_a_picture() {
        for text in [&b"<!doctype html>\r\n"[..], b"{\"detail\": \"no\"}", "Größe\t\u{1b}[1m".as_bytes(), b"ABC"] {
            assert!(content(text).is_text(), "{text:?}");
        }
        assert!(!content(b"\x89PNG\r\n\x1a\n").is_text() && !content(b"\0\0\0\x1cftypxxxx").is_text());
    }
}
