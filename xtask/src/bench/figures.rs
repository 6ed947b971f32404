//! The figures that a program reports, and what is computed from them.

use super::server::Counts;
use super::work::Work;
use serde::Deserialize;

/// What a program reports about its own run.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Figures {
    wall_us: u32,
    cpu_us: u32,
    peak_kib: u32,
    /// The memory before it did anything, if the program reports it.
    start_kib: Option<u32>,
    late_us: Vec<u32>,
}

/// One run of one program.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    figures: Figures,
    counts: Counts,
    count: f64,
    warm_up: f64,
    ideal_ms: f64,
}

impl Sample {
    pub(super) fn new(figures: Figures, counts: Counts, work: &Work) -> Self {
        let float = |number: usize| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
        let ideal_ms = f64::from(work.behaviour.job_ms.1);
        Self { figures, counts, count: float(work.count), warm_up: float(work.warm_up), ideal_ms }
    }

    pub(super) fn cpu_us(&self) -> f64 {
        f64::from(self.figures.cpu_us) / self.count
    }

    pub(super) fn cpu_ms(&self) -> f64 {
        self.cpu_us() / 1e3
    }

    pub(super) fn a_second(&self) -> f64 {
        self.count / self.wall_ms() * 1e3
    }

    pub(super) fn wall_ms(&self) -> f64 {
        f64::from(self.figures.wall_us) / 1e3
    }

    pub(super) fn wall_ms_each(&self) -> f64 {
        self.wall_ms() / self.count
    }

    pub(super) fn wall_us_each(&self) -> f64 {
        self.wall_ms_each() * 1e3
    }

    /// The run's time divided by that of the longest job, for jobs that are all followed at once.
    pub(super) fn over_ideal(&self) -> f64 {
        self.wall_ms() / self.ideal_ms
    }

    pub(super) fn peak_mib(&self) -> f64 {
        f64::from(self.figures.peak_kib) / 1024.0
    }

    /// The memory that was added since the start, for each call.
    pub(super) fn memory_kib_each(&self) -> f64 {
        let start = self.figures.start_kib.map_or(f64::NAN, f64::from);
        (f64::from(self.figures.peak_kib) - start) / self.count
    }

    pub(super) fn late_p50_ms(&self) -> f64 {
        self.late_ms(0.5)
    }

    pub(super) fn late_p95_ms(&self) -> f64 {
        self.late_ms(0.95)
    }

    fn late_ms(&self, share: f64) -> f64 {
        let late = self.figures.late_us.iter().map(|&us| f64::from(us) / 1e3);
        percentile(late.collect(), share)
    }

    /// Requests at the server for each call, warming up included on both sides.
    pub(super) fn requests(&self) -> f64 {
        f64::from(self.counts.requests) / (self.count + self.warm_up)
    }

    pub(super) fn connections(&self) -> f64 {
        f64::from(self.counts.connections)
    }
}

pub(super) fn median(values: Vec<f64>) -> f64 {
    percentile(values, 0.5)
}

/// The percentile: the smallest value such that at least this share of the values is not greater.
fn percentile(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let count = values.len();
    let mut rank = 0.0;
    let wanted = share * f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    let found = values.iter().find(|_| {
        rank += 1.0;
        rank >= wanted
    });
    found.copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::{median, percentile};

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let values = || (1..=20).rev().map(f64::from).collect::<Vec<_>>();
        assert_eq!(percentile(values(), 0.95).to_string(), "19");
        assert_eq!(median(values()).to_string(), "10");
        assert!(median(Vec::new()).is_nan());
    }
}
