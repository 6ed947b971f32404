//! What is printed: a reader that stops reading (`cargo xtask diff | head`) is no error and stops no work.

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

/// Writes to a stream that may be closed.
pub(crate) fn to(stream: &mut dyn Write, text: fmt::Arguments<'_>) {
    let _ = stream.write_fmt(text).and_then(|()| stream.flush());
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
}
