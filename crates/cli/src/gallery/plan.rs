//! The list of pictures, each as its place in the ledger, so that a hundred thousand take two megabytes.

use crate::calls::job_row::{info_of, input_of};
use crate::exit::Failure;
use crate::gallery::picture::{endpoint_of, style_of};
use crate::ledger::{Filter, Ledger, Row};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeSet, HashSet};

/// The most styles and endpoints that can be chosen among.
const MAX_CHOICES: usize = 100;

/// Where a picture stands in the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The number of its row.
    pub(super) row: i64,
    /// Which of the row's files it is.
    pub(super) file: usize,
}

/// The pictures of a gallery.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// In the order in which they are shown.
    pub(super) places: Vec<Place>,
    /// Files that are not there any more, or that a later request has replaced.
    pub(super) missing: u64,
    /// What can be chosen among.
    pub(super) styles: BTreeSet<String>,
    pub(super) endpoints: BTreeSet<String>,
}

impl Plan {
    /// Finds the pictures of the latest `most` rows that a filter lets through.
    pub(super) fn of(ledger: &Ledger, filter: &Filter<'_>, most: u32, latest_first: bool) -> Result<Self, Failure> {
        let (mut plan, mut taken) = (Self::default(), HashSet::new());
        ledger.each_row(filter, most, |row| plan.add(&row, &mut taken))?;
        if !latest_first {
            plan.places.reverse();
        }
        Ok(plan)
    }

    /// The latest row comes first: a file that two rows name is the later one's.
    fn add(&mut self, row: &Row, taken: &mut HashSet<[u8; 32]>) {
        let before = self.places.len();
        for (file, path) in row.files.iter().enumerate().rev() {
            let is_there = std::fs::metadata(path).is_ok_and(|found| found.is_file());
            if is_there && taken.insert(Sha256::digest(path).into()) {
                self.places.push(Place { row: row.id, file });
            } else {
                self.missing += 1;
            }
        }
        if self.places.len() == before {
            return;
        }
        let style = info_of(row).and_then(|info| style_of(info, &input_of(row)));
        for (choices, choice) in [(&mut self.styles, style), (&mut self.endpoints, Some(endpoint_of(row)))] {
            if let Some(choice) = choice.filter(|_| choices.len() < MAX_CHOICES) {
                choices.insert(choice);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, Plan};
    use crate::ledger::{Closing, Filter, Ledger, NewRow};

    #[test]
    fn what_is_gone_or_replaced_is_counted_and_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        for name in ["a.png", "b.png", "c.png"] {
            std::fs::write(path(name), name).unwrap();
        }
        let mut ledger = Ledger::temporary().unwrap();
        for files in [vec!["a.png", "b.png"], vec!["gone.png"], vec![], vec!["b.png", "c.png"]] {
            let id = ledger.begin(&NewRow::new("fal-ai/ideogram/v2/turbo", r#"{"style":"anime"}"#)).unwrap();
            ledger.accepted(id, "r").unwrap();
            ledger.close(id, &Closing::Saved { files: files.into_iter().map(path).collect() }).unwrap();
        }
        let place = |row, file| Place { row, file };
        let plan = Plan::of(&ledger, &Filter::default(), 9, true).unwrap();
        assert_eq!((plan.places, plan.missing), (vec![place(4, 1), place(4, 0), place(1, 0)], 2));
        assert_eq!(plan.styles.into_iter().collect::<Vec<_>>(), ["anime"]);
        assert_eq!(plan.endpoints.into_iter().collect::<Vec<_>>(), ["generate"]);
        let plan = Plan::of(&ledger, &Filter::default(), 1, false).unwrap();
        assert_eq!((plan.places, plan.missing), (vec![place(4, 0), place(4, 1)], 0));
    }
}
