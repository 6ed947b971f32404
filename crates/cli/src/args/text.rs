//! The texts of a request from the command line: as typed, from stdin (`-`), or from a file (`@FILE`). This is only for
//! texts that a person typed; texts from elsewhere are not interpreted.

use crate::exit::Failure;
use std::fmt::Display;
use std::fs::File;
use std::io::{self, Read};

/// Where a value comes from that is no text of its own.
pub(crate) const STDIN: &str = "-";

/// The most bytes of a text.
const MOST: u64 = 1 << 20;

/// A text that was typed for `flag`: `-` is stdin, `@FILE` a file, `@@` the beginning of a text with an at sign.
pub(crate) fn read(typed: &str, flag: &str) -> Result<String, Failure> {
    if typed == STDIN {
        let cannot = |why: &dyn Display| Failure::file(format!("cannot read `{flag}` from stdin: {why}"));
        return text(io::stdin().lock(), &cannot);
    }
    match typed.strip_prefix('@') {
        None => Ok(typed.to_owned()),
        Some(at) if at.starts_with('@') => Ok(at.to_owned()),
        Some(path) => {
            let cannot = |why: &dyn Display| {
                Failure::file(format!(
                    "cannot read `{path}`, which `@` names as the file of `{flag}`: {why}; `@@` begins a text with an at sign"
                ))
            };
            text(File::open(path).map_err(|error| cannot(&error))?, &cannot)
        }
    }
}

/// Reads a text: without a byte order mark and without the newline at its end.
fn text(source: impl Read, cannot: &dyn Fn(&dyn Display) -> Failure) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    source.take(MOST + 1).read_to_end(&mut bytes).map_err(|error| cannot(&error))?;
    if bytes.len() as u64 > MOST {
        return Err(cannot(&format_args!("it has more than {} MiB", MOST >> 20)));
    }
    let text = String::from_utf8(bytes)
        .map_err(|error| cannot(&format_args!("it is not UTF-8 text, at byte {}", error.utf8_error().valid_up_to())))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let text = text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{MOST, read, text};
    use crate::exit::Failure;

    #[test]
    fn a_text_loses_its_mark_and_one_newline_and_must_be_utf_8() {
        let cannot = |why: &dyn std::fmt::Display| Failure::file(why.to_string());
        let read = |bytes: &[u8]| text(bytes, &cannot).map_err(|failure| failure.message().to_owned());
        for (bytes, expected) in [
            (&b"fox\n"[..], "fox"),
            (b"fox\r\n", "fox"),
            (b"fox\n\n", "fox\n"),
            (b"\xef\xbb\xbffox", "fox"),
            (b"a\nb", "a\nb"),
            (b"", ""),
        ] {
            assert_eq!(read(bytes).as_deref(), Ok(expected));
        }
        assert_eq!(read(b"fox \xff").unwrap_err(), "it is not UTF-8 text, at byte 4");
        assert!(read(&vec![b'a'; usize::try_from(MOST).unwrap() + 1]).unwrap_err().contains("more than 1 MiB"));
    }

    #[test]
    fn two_at_signs_are_one() {
        assert_eq!(read("@@fox", "PROMPT").unwrap(), "@fox");
        assert_eq!(read("a@b", "PROMPT").unwrap(), "a@b");
        assert!(read("@/no/such", "PROMPT").unwrap_err().message().contains("`@@` begins a text"));
    }
}
