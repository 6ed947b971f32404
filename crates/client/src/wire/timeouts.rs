//! How long each operation, and the waits around it, may take.

use crate::call::operation::Operation;
use crate::limits;
use std::time::Duration;

/// How long things may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Timeouts {
    pub(crate) connect: Duration,
    pub(crate) answer: Duration,
    pub(crate) result: Duration,
    pub(crate) stream_silence: Duration,
    /// How often a job with a stream is also polled; if it is not set, this follows from how long such jobs take.
    pub(crate) stream_check: Option<Duration>,
    pub(crate) deadline: Duration,
    /// The time to wind up a call after its deadline or cancellation.
    pub(crate) wind_up: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: limits::CONNECT,
            answer: limits::ANSWER,
            result: limits::RESULT,
            stream_silence: limits::STREAM_SILENCE,
            stream_check: None,
            deadline: limits::DEADLINE,
            wind_up: limits::WIND_UP,
        }
    }
}

impl Timeouts {
    /// How long one attempt may take, including the body of its answer; for a stream, only until its headers.
    pub(crate) fn of(&self, operation: Operation) -> Duration {
        match operation {
            Operation::Run | Operation::Download | Operation::Upload | Operation::Part => self.deadline,
            Operation::Result | Operation::History => self.result,
            _ => self.answer,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Timeouts;
    use crate::call::operation::Operation;

    #[test]
    fn what_moves_pictures_has_longer_than_what_only_answers() {
        let timeouts = Timeouts::default();
        for (operation, time) in [
            (Operation::Run, timeouts.deadline),
            (Operation::Download, timeouts.deadline),
            (Operation::Upload, timeouts.deadline),
            (Operation::Part, timeouts.deadline),
            (Operation::Result, timeouts.result),
            (Operation::History, timeouts.result),
            (Operation::Submit, timeouts.answer),
            (Operation::Status, timeouts.answer),
            (Operation::Cancel, timeouts.answer),
        ] {
            assert_eq!(timeouts.of(operation), time, "{operation:?}");
        }
        assert!(timeouts.answer < timeouts.result && timeouts.result < timeouts.deadline);
    }
}
