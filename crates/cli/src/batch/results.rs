//! The results file: one line of JSON for each request.

use crate::batch::plan::Task;
use crate::calls::save_answer::SavedAnswer;
use crate::clean;
use crate::envelope::{BatchResultRow, ResultRow};
use crate::exit::Failure;
use crate::ledger::Bought;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The file of results, where one is wanted.
pub(super) struct Results(Option<(File, PathBuf)>);

impl Results {
    /// Opens the file to append to it: a run that goes on adds to what earlier ones have written.
    pub(super) fn open(path: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = path else { return Ok(Self(None)) };
        let opened = File::options().create(true).append(true).open(path);
        let file = opened.map_err(|error| Failure::file(format!("cannot write `{}`: {error}", path.display())))?;
        Ok(Self(Some((file, path.to_owned()))))
    }

    /// Appends a line.
    pub(super) fn write(
        &mut self,
        task: &Task,
        found: Option<&Bought>,
        outcome: &Result<Option<SavedAnswer>, Failure>,
    ) -> Result<(), Failure> {
        let Some((file, path)) = &mut self.0 else { return Ok(()) };
        let row = BatchResultRow {
            line: task.line,
            key: task.key.clone(),
            job: found.map(|found| found.id),
            state: found.map(|found| found.state.as_str()),
            result: outcome.as_ref().ok().and_then(Option::as_ref).map(|saved| -> ResultRow { saved.row.clone() }),
            error: outcome.as_ref().err().map(Failure::row),
        };
        let mut text = clean::json(&row).map_err(|error| Failure::failed(error.to_string()))?;
        if !text.ends_with(b"\n") {
            text.push(b'\n');
        }
        file.write_all(&text).map_err(|error| Failure::file(format!("cannot write `{}`: {error}", path.display())))
    }
}
