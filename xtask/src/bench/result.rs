//! The figures of a row, and whether they are what they should be.

use super::figures::median;
use super::program::Program::{self, Ours, Reqwest};
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
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { title, metric, goal, found, .. } = self;
        write!(f, "{title}: {metric} {found}, the goal is {goal}")
    }
}

impl RowResult {
    /// A program's figures of one metric, round by round.
    pub(super) fn figures(&self, program: Program, metric: usize) -> Option<&[f64]> {
        let (_, figures) = self.programs.iter().find(|(other, _)| *other == program)?;
        figures.as_ref().ok()?.get(metric).map(Vec::as_slice)
    }

    /// How often a program's figure is that of reqwest by hand: the median of the rounds' ratios.
    pub(super) fn ratio(&self, program: Program, metric: usize) -> Option<f64> {
        let (ours, theirs) = (self.figures(program, metric)?, self.figures(Reqwest, metric)?);
        let ratio = median(ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect());
        ratio.is_finite().then_some(ratio)
    }

    /// What became of the row's goals.
    pub(super) fn verdicts(&self) -> Vec<Verdict> {
        let metrics = self.row.metrics.iter().enumerate();
        metrics.filter_map(|(index, metric)| self.verdict(index, metric)).collect()
    }

    fn verdict(&self, index: usize, metric: &Metric) -> Option<Verdict> {
        let value = self.figures(Ours, index).map(|figures| median(figures.to_vec()));
        let ratio = self.ratio(Ours, index);
        let above = self
            .figures(Ours, index)
            .zip(self.figures(Reqwest, index))
            .map(|(ours, theirs)| median(ours.iter().zip(theirs).map(|(ours, theirs)| ours - theirs).collect()));
        let (goal, found, met) = match metric.goal {
            Goal::None => return None,
            Goal::AtMost(most) => (format!("at most {most}"), value, value.is_some_and(|value| value <= most)),
            Goal::AtMostTimes(most) => (format!("at most {most} × reqwest"), ratio, ratio.is_some_and(|r| r <= most)),
            Goal::AtLeastTimes(least) => {
                (format!("at least {least} × reqwest"), ratio, ratio.is_some_and(|r| r >= least))
            }
            Goal::AtMostAbove(most) => (format!("at most reqwest + {most}"), above, above.is_some_and(|a| a <= most)),
        };
        let sign = match metric.goal {
            Goal::AtMostTimes(_) | Goal::AtLeastTimes(_) => " ×",
            Goal::AtMostAbove(_) => " above",
            Goal::None | Goal::AtMost(_) => "",
        };
        let found = found.map_or_else(|| "not measured".to_owned(), |found| format!("{}{sign}", figure(found)));
        Some(Verdict { title: self.row.title, metric: metric.name, goal, found, met })
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
    use super::figure;

    #[test]
    fn figures_are_readable() {
        for (value, text) in
            [(1.2345, "1.23"), (12.345, "12.3"), (123.45, "123"), (1_234.5, "1,234"), (2e6, "2,000,000")]
        {
            assert_eq!(figure(value), text);
        }
    }
}
