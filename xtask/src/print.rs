//! Printing. A closed pipe (`cargo xtask diff | head`) is not an error, and does not stop the command.

use std::fmt;
use std::io::Write;

/// Prints a line to stdout.
macro_rules! say {
    ($($text:tt)*) => {
        $crate::print::to(&mut ::std::io::stdout().lock(), format_args!("{}\n", format_args!($($text)*)))
    };
}

/// Prints a line to stderr.
macro_rules! complain {
    ($($text:tt)*) => {
        $crate::print::to(&mut ::std::io::stderr().lock(), format_args!("{}\n", format_args!($($text)*)))
    };
}

pub(crate) use {complain, say};

/// Writes to a stream that may be closed. Many messages contain text of a document or a server, so control characters
/// are escaped, except line ends and tabs.
pub(crate) fn to(stream: &mut dyn Write, text: fmt::Arguments<'_>) {
    let mut clean = String::new();
    for letter in text.to_string().chars() {
        if is_obeyed(letter) {
            clean.extend(letter.escape_unicode());
        } else {
            clean.push(letter);
        }
    }
    let _ = stream.write_all(clean.as_bytes()).and_then(|()| stream.flush());
}

/// Control characters, and those that turn the direction of what follows.
fn is_obeyed(letter: char) -> bool {
    letter.is_control() && !matches!(letter, '\n' | '\t')
        || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Prints text that has its own line ends to stdout.
pub(crate) fn text(text: &str) {
    to(&mut std::io::stdout().lock(), format_args!("{text}"));
}

#[cfg(test)]
mod tests {
    use super::to;
    use std::io::{Error, ErrorKind, Result, Write};

    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> Result<usize> {
            Err(Error::from(ErrorKind::BrokenPipe))
        }

        fn flush(&mut self) -> Result<()> {
            Err(Error::from(ErrorKind::BrokenPipe))
        }
    }

    #[test]
    fn a_reader_that_has_gone_is_no_error() {
        to(&mut Closed, format_args!("lost\n"));
        let mut kept = Vec::new();
        to(&mut kept, format_args!("kept\n"));
        assert_eq!(kept, b"kept\n");
    }

    #[test]
    fn what_a_terminal_would_obey_is_escaped() {
        let mut printed = Vec::new();
        to(&mut printed, format_args!("{}\n", "a\u{1b}[31m\r\tü\u{202e}b"));
        assert_eq!(String::from_utf8(printed).unwrap(), "a\\u{1b}[31m\\u{d}\tü\\u{202e}b\n");
    }
}
