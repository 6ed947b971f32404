//! `ideogram doctor`: checks everything that a call needs, and says what to do about problems. It sends nothing that
//! costs money.

mod machine;
mod service;

use crate::envelope::{CheckRow, Envelope, Kind};
use crate::exit::{ErrorKind, Failure};
use crate::output::{Output, print_envelope, write_stdout};
use crate::runtime::block_on;
use clap::ArgMatches;
use std::path::PathBuf;

/// One thing that was looked at.
pub(crate) struct Check {
    name: &'static str,
    found: String,
    verdict: Verdict,
}

enum Verdict {
    Fine,
    /// It works, and something is worth a word.
    Warning(String),
    /// It does not work: of which kind a call's failure would be, and what to do.
    Failed(ErrorKind, String),
    /// It could not be looked at.
    Skipped,
}

impl Check {
    fn fine(name: &'static str, found: impl Into<String>) -> Self {
        Self { name, found: found.into(), verdict: Verdict::Fine }
    }

    fn warning(name: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { name, found: found.into(), verdict: Verdict::Warning(advice.into()) }
    }

    fn failed(name: &'static str, kind: ErrorKind, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { name, found: found.into(), verdict: Verdict::Failed(kind, advice.into()) }
    }

    fn skipped(name: &'static str, found: impl Into<String>) -> Self {
        Self { name, found: found.into(), verdict: Verdict::Skipped }
    }

    fn row(&self) -> CheckRow {
        let (state, advice) = match &self.verdict {
            Verdict::Fine => ("ok", None),
            Verdict::Warning(advice) => ("warning", Some(advice)),
            Verdict::Failed(_, advice) => ("failed", Some(advice)),
            Verdict::Skipped => ("skipped", None),
        };
        CheckRow { name: self.name, state, found: self.found.clone(), advice: advice.cloned() }
    }

    fn failure(&self) -> Option<Failure> {
        match &self.verdict {
            Verdict::Failed(kind, advice) => {
                Some(Failure::new(*kind, format!("{}: {}; {advice}", self.name, self.found)))
            }
            _ => None,
        }
    }
}

/// Looks at everything, tells what was found, and fails where a call would.
pub(crate) fn run(matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    let mut checks = machine::settings();
    checks.extend(block_on(service::checks())?);
    checks.extend(machine::ledger_and_disk(matches.get_one::<PathBuf>("ledger")));
    checks.push(machine::terminal());
    let rows: Vec<CheckRow> = checks.iter().map(Check::row).collect();
    let failures: Vec<Failure> = checks.iter().filter_map(Check::failure).collect();
    let failure = Failure::of_several(&failures, 0);
    if output.json() {
        let envelope = Envelope::new(Kind::Check, rows);
        print_envelope(&match &failure {
            Some(failure) => envelope.with_error(failure.row()),
            None => envelope,
        })?;
    } else {
        write_stdout(text(&rows).as_bytes())?;
    }
    failure.map_or(Ok(()), |failure| Err(failure.reported()))
}

fn text(rows: &[CheckRow]) -> String {
    let lines = rows.iter().map(|row| {
        let line = crate::clean::excerpt(&format!("{:8} {:10} {}", row.state, row.name, row.found));
        let advice = row.advice.as_ref().map(|advice| crate::clean::excerpt(&format!("{:20}{advice}", "")) + "\n");
        format!("{line}\n{}", advice.unwrap_or_default())
    });
    lines.collect()
}
