//! The report about several requests.

use crate::envelope::{Envelope, Kind, ResultRow};
use crate::exit::Failure;
use crate::output::{Output, after_stdout, print_envelope, print_failure};

/// Prints what went wrong, and with `--json` the envelope.
pub(super) fn report(kind: Kind, rows: Vec<ResultRow>, failures: &[Failure], output: Output) -> Result<(), Failure> {
    let failure = Failure::of_several(failures, rows.len());
    if failures.len() + rows.len() > 1 {
        failures.iter().for_each(print_failure);
    }
    match failure {
        Some(failure) if output.json() => {
            print_failure(&failure);
            let printed = print_envelope(&Envelope::new(kind, rows).with_error(failure.row()));
            after_stdout(printed, Err(failure.reported()))
        }
        Some(failure) => Err(failure),
        None if output.json() => print_envelope(&Envelope::new(kind, rows)),
        None => Ok(()),
    }
}
