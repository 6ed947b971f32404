//! Documents about the program itself.

mod completions;
mod help;
mod man;

use crate::envelope::{Envelope, Kind, TextRow};
use crate::exit::Failure;
use crate::output::{Output, print_envelope, write_stdout};

pub(crate) use completions::completions;
pub(crate) use help::{first_page, help};
pub(crate) use man::man;

/// A document is for people and shells: as it is, or in an envelope where one was asked for.
pub(crate) fn print(text: String, output: Output) -> Result<(), Failure> {
    if output.json() {
        return print_envelope(&Envelope::new(Kind::Text, vec![TextRow { text }]));
    }
    write_stdout(text.as_bytes())
}
