//! The figures of a row, and whether they are what they should be.

use super::causes;
use super::figures::median;
use super::program::Program::{self, Ours};
use super::row::{Goal, Metric, Row};
use crate::error::Result;
use std::fmt;

/// A row with its figures.
pub(super) struct RowResult {
    pub(super) row: Row,
    /// For each program its figures, by metric and round, or what went wrong.
    pub(super) programs: Vec<(Program, Result<Vec<Vec<f64>>>)>,
}

/// A goal, and whether it is met.
pub(super) struct Verdict {
    pub(super) title: &'static str,
    pub(super) metric: &'static str,
    pub(super) goal: String,
    pub(super) found: String,
    pub(super) met: bool,
    /// Why it is missed, where it is and that is known.
    pub(super) cause: Option<&'static str>,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { title, metric, goal, found, .. } = self;
        write!(f, "{title}: {metric} {found}, the goal is {goal}")?;
        self.cause.map_or(Ok(()), |cause| write!(f, ". {cause}"))
    }
}

impl RowResult {
    /// A program's figures of one metric, round by round.
    pub(super) fn figures(&self, program: Program, metric: usize) -> Option<&[f64]> {
        let (_, figures) = self.programs.iter().find(|(other, _)| *other == program)?;
        figures.as_ref().ok()?.get(metric).map(Vec::as_slice)
    }

    /// How often a program's figure is that of another: the median of the rounds' ratios.
    pub(super) fn ratio(&self, program: Program, beside: Program, metric: usize) -> Option<f64> {
        self.compare(program, beside, metric, |one, other| one / other)
    }

    /// What becomes of two programs' figures, each pair of the same round: the median.
    fn compare(&self, one: Program, other: Program, metric: usize, by: fn(f64, f64) -> f64) -> Option<f64> {
        let pairs = self.figures(one, metric)?.iter().zip(self.figures(other, metric)?);
        let found = median(pairs.map(|(one, other)| by(*one, *other)).collect());
        found.is_finite().then_some(found)
    }

    /// What became of the row's goals.
    pub(super) fn verdicts(&self) -> Vec<Verdict> {
        let metrics = self.row.metrics.iter().enumerate();
        let goals = metrics.flat_map(|(index, metric)| metric.goals.iter().map(move |goal| (index, metric, *goal)));
        goals.map(|(index, metric, goal)| self.verdict(index, metric, goal)).collect()
    }

    fn verdict(&self, index: usize, metric: &Metric, goal: Goal) -> Verdict {
        let found = match goal {
            Goal::AtMost(_) => self.figures(Ours, index).map(|figures| median(figures.to_vec())),
            Goal::AtMostTimes(_, beside) | Goal::AtLeastTimes(_, beside) => self.ratio(Ours, beside, index),
            Goal::AtMostAbove(_, beside) => self.compare(Ours, beside, index, |one, other| one - other),
        };
        let met = found.is_some_and(|found| goal.is_met_by(found));
        let found = found.map_or_else(|| "not measured".to_owned(), |found| figure(found) + goal.sign());
        let cause = causes::of(self.row.name).filter(|_| !met);
        Verdict { title: self.row.title, metric: metric.name, goal: goal.to_string(), found, met, cause }
    }
}

/// Three digits that say something, thousands set apart.
pub(super) fn figure(value: f64) -> String {
    let text = match value {
        value if value < 10.0 => return format!("{value:.2}"),
        value if value < 100.0 => return format!("{value:.1}"),
        value => format!("{value:.0}"),
    };
    let digits = text.len();
    let mut grouped = String::new();
    for (index, digit) in text.chars().enumerate() {
        if index > 0 && (digits - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::super::program::Program::{Ours, OursInMemory, Reqwest};
    use super::super::row::Goal;
    use super::super::rows::rows;
    use super::{RowResult, figure};

    #[test]
    fn goals_are_held_against_figures_of_the_same_round() {
        let mut row = rows(false).remove(0);
        row.metrics.truncate(1);
        row.metrics[0].goals = vec![
            Goal::AtMost(9.0),
            Goal::AtMostTimes(2.0, Reqwest),
            Goal::AtLeastTimes(1.5, OursInMemory),
            Goal::AtMostAbove(5.0, Reqwest),
            Goal::AtMostTimes(2.0, Ours),
        ];
        // The second round has twice of everything.
        let programs = vec![(Ours, Ok(vec![vec![10.0, 20.0]])), (Reqwest, Ok(vec![vec![4.0, 8.0]]))];
        let result = RowResult { row, programs };
        let verdicts = result.verdicts();
        let told: Vec<_> = verdicts.iter().map(|verdict| (verdict.found.as_str(), verdict.met)).collect();
        let expected =
            [("10.0", false), ("2.50 ×", false), ("not measured", false), ("6.00 above", false), ("1.00 ×", true)];
        assert_eq!(told, expected);
    }

    #[test]
    fn figures_are_readable() {
        for (value, text) in
            [(1.2345, "1.23"), (12.345, "12.3"), (123.45, "123"), (1_234.5, "1,234"), (2e6, "2,000,000")]
        {
            assert_eq!(figure(value), text);
        }
    }
}
