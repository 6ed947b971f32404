//! What is measured, and what it should come to.

mod client;
mod command_line;
mod workspace;

use super::figures::Sample;
use super::row::{Goal, Metric, Row};
use super::server::Behaviour;
use super::work::Work;

/// All rows, the most important first.
pub(super) fn rows(quick: bool) -> Vec<Row> {
    [client::rows(quick), command_line::rows(quick), workspace::rows(quick)].into_iter().flatten().collect()
}

/// One synchronous run after the other.
fn sync(quick: bool) -> Work {
    Work {
        task: "sync",
        count: if quick { 1_000 } else { 5_000 },
        at_once: 1,
        warm_up: 100,
        tls: false,
        behaviour: Behaviour::default(),
    }
}

fn metric<const N: usize>(name: &'static str, of: fn(&Sample) -> f64, goals: [Goal; N]) -> Metric {
    Metric { name, of, goals: goals.into() }
}

/// What is measured from outside has no sample.
fn outside<const N: usize>(name: &'static str, goals: [Goal; N]) -> Metric {
    metric(name, |_| f64::NAN, goals)
}

#[cfg(test)]
mod tests {
    use super::super::row::Kind;
    use super::rows;

    #[test]
    fn the_names_of_rows_are_their_own() {
        let mut names: Vec<_> = rows(false).iter().map(|row| row.name).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }

    #[test]
    fn what_takes_minutes_is_not_quick() {
        let slow = |quick| rows(quick).iter().filter(|row| matches!(row.kind, Kind::Build(..) | Kind::Tests)).count();
        assert_eq!((slow(true), slow(false)), (0, 5));
    }
}
