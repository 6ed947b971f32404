//! The progress of the whole batch: on a terminal one line that changes, elsewhere a line from time to time.

use crate::live::{LiveLine, clock};
use crate::output::Output;
use crate::price::amount;
use std::time::Duration;
use tokio::time::Instant;

/// How often it is said where lines stay.
const REPEATED: Duration = Duration::from_secs(30);

/// What there is to tell.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Standing {
    /// Requests that are done with, in whatever way.
    pub(super) done: u64,
    pub(super) failed: u64,
    /// What this run has bought, in millionths of a US dollar.
    pub(super) micros: u64,
}

/// The line.
#[derive(Debug)]
pub(super) struct Bar {
    output: Output,
    total: u64,
    begun: Instant,
    said: Instant,
    line: Option<LiveLine>,
}

impl Bar {
    /// Of so many requests. On a terminal it is there at once.
    pub(super) fn new(output: Output, total: u64) -> Self {
        let now = Instant::now();
        let line = output.has_live_lines().then(|| LiveLine::bar(total));
        let bar = Self { output, total, begun: now, said: now, line };
        bar.draw(Standing::default(), now);
        bar
    }

    /// Tells how far it is, where somebody watches or nothing was said for long.
    pub(super) fn tell(&mut self, standing: Standing) {
        let now = Instant::now();
        if self.line.is_some() {
            self.draw(standing, now);
        } else if now.duration_since(self.said) >= REPEATED {
            self.said = now;
            self.output.plain_progress(&sentence(standing, self.total, now.duration_since(self.begun)));
        }
    }

    fn draw(&self, standing: Standing, now: Instant) {
        if let Some(line) = &self.line {
            line.is_at(standing.done);
            line.say(sentence(standing, self.total, now.duration_since(self.begun)));
        }
    }

    /// Takes it off the screen.
    pub(super) fn end(&mut self) {
        self.line = None;
    }
}

/// `12 of 40, $0.60, 1 failed, 1.2 a second, 24 s left`.
fn sentence(standing: Standing, total: u64, elapsed: Duration) -> String {
    let Standing { done, failed, micros } = standing;
    let failed = if failed > 0 { format!(", {failed} failed") } else { String::new() };
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    let rate = done as f64 / elapsed.as_secs_f64().max(0.001);
    let pace = if done == 0 {
        String::new()
    } else if rate >= 0.1 {
        format!(", {rate:.1} a second")
    } else {
        format!(", {:.1} a minute", rate * 60.0)
    };
    let left = elapsed.checked_mul(u32::try_from(total.saturating_sub(done)).unwrap_or(u32::MAX));
    let left = left.and_then(|left| left.checked_div(u32::try_from(done).unwrap_or(u32::MAX)));
    let left = left.filter(|_| done < total).map(|left| format!(", {} left", clock(left, None))).unwrap_or_default();
    format!("{done} of {total}, ${}{failed}{pace}{left}", amount(micros))
}

#[cfg(test)]
mod tests {
    use super::{Standing, sentence};
    use std::time::Duration;

    #[test]
    fn rate_cost_failures_and_the_time_that_is_left_are_told() {
        let told = |done, failed, micros, total, seconds| {
            sentence(Standing { done, failed, micros }, total, Duration::from_secs(seconds))
        };
        assert_eq!(told(0, 0, 0, 40, 3), "0 of 40, $0.00");
        assert_eq!(told(12, 1, 600_000, 40, 10), "12 of 40, $0.60, 1 failed, 1.2 a second, 23 s left");
        assert_eq!(told(1, 0, 50_000, 4, 60), "1 of 4, $0.05, 1.0 a minute, 3:00 left");
        assert_eq!(told(4, 0, 200_000, 4, 4), "4 of 4, $0.20, 1.0 a second");
        assert!(told(1, 0, 0, u64::MAX, u64::MAX).starts_with("1 of "), "nothing overflows");
    }
}
