//! Why a run ends early: the kind of failure, and the one sentence that says why.

pub use crate::exit_code::{ErrorKind, Exit};

use crate::envelope::{ErrorDetailRow, ErrorRow};
use std::fmt;

/// Why a run ends early: its kind and exit code, one sentence for people, and the facts for machines.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    exit: Exit,
    kind: ErrorKind,
    message: String,
    pub(crate) facts: Box<Facts>,
    reported: bool,
    has_excerpt: bool,
}

/// What is known about a failed request beyond the sentence.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, asked for by its name")]
pub(crate) struct Facts {
    pub(crate) endpoint: Option<&'static str>,
    pub(crate) request_id: Option<String>,
    pub(crate) status: Option<u16>,
    pub(crate) error_type: Option<String>,
    pub(crate) details: Vec<ErrorDetailRow>,
    pub(crate) may_have_been_accepted: bool,
    /// Whether its batch or its caller has bought it already, so that it was not sent.
    pub(crate) bought: bool,
    /// Whether it is the ledger that cannot be used, which the next request would meet as well.
    pub(crate) ledger: bool,
    /// Whether the service's history could be read, and did not have it, or not yet.
    pub(crate) not_in_history: bool,
    /// Whether it was not sent because the run sends nothing more.
    pub(crate) held: bool,
    /// Whether the service's history could not be read just now, so that a later run may find the request in it.
    pub(crate) look_again: bool,
    /// Whether the service keeps the file no longer, so that no later run can fetch it.
    pub(crate) expired: bool,
}

impl Failure {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            exit: kind.exit(),
            kind,
            message: message.into(),
            facts: Box::default(),
            reported: false,
            has_excerpt: false,
        }
    }

    /// The same, its message in lines of which some show a place in a file.
    #[cfg(feature = "sandbox")]
    pub(crate) fn with_excerpt(self) -> Self {
        Self { has_excerpt: true, ..self }
    }

    pub(crate) fn has_excerpt(&self) -> bool {
        self.has_excerpt
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Usage, message)
    }

    pub(crate) fn file(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::File, message)
    }

    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Failed, message)
    }

    /// The reader of stdout has gone: nobody is left to tell, and nothing went wrong.
    pub(crate) fn pipe_closed() -> Self {
        Self { exit: Exit::Success, reported: true, ..Self::new(ErrorKind::File, "") }
    }

    /// One failure for several: of their kind where all failed for one cause, else partial.
    pub(crate) fn of_several(failures: &[Self], succeeded: usize) -> Option<Self> {
        let (first, rest) = failures.split_first()?;
        if let ([], 0) = (rest, succeeded) {
            return Some(first.clone());
        }
        // A run that was stopped early has the exit code of the reason, whatever it did before.
        let stopped = failures.iter().find(|failure| matches!(failure.kind, ErrorKind::Interrupted | ErrorKind::Cost));
        let one_cause = succeeded == 0 && rest.iter().all(|failure| failure.exit == first.exit);
        let count = failures.len();
        let message = match succeeded {
            0 => format!("all {count} failed"),
            _ => format!("{count} of {} failed", count + succeeded),
        };
        Some(if let Some(stopped) = stopped {
            Self { exit: stopped.exit, ..Self::new(stopped.kind, message) }
        } else if one_cause {
            Self { exit: first.exit, ..Self::new(first.kind, message) }
        } else {
            Self::new(ErrorKind::Partial, message)
        })
    }

    /// The same failure, as one of this picture of several.
    pub(crate) fn of(self, picture: &str) -> Self {
        Self { message: format!("{picture}: {}", self.message), ..self }
    }

    /// The same failure with another kind.
    pub(crate) fn with_kind(self, kind: ErrorKind) -> Self {
        Self { exit: kind.exit(), kind, ..self }
    }

    /// The same failure, of a run that a signal ended.
    pub(crate) fn with_exit(self, exit: Exit) -> Self {
        Self { exit, ..self }
    }

    pub(crate) fn kind(&self) -> ErrorKind {
        self.kind
    }

    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// The same failure, of which nothing is to be said any more.
    pub(crate) fn reported(self) -> Self {
        Self { reported: true, ..self }
    }

    pub(crate) fn is_reported(&self) -> bool {
        self.reported
    }

    /// The same failure in other words.
    pub(crate) fn with_message(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    /// The same failure with another sentence after its own: what to do next.
    pub(crate) fn and(mut self, advice: &str) -> Self {
        self.message.push_str("; ");
        self.message.push_str(advice);
        self
    }

    pub(crate) fn row(&self) -> ErrorRow {
        ErrorRow {
            kind: self.kind,
            message: self.message.clone(),
            endpoint: self.facts.endpoint,
            request_id: self.facts.request_id.clone(),
            status: self.facts.status,
            error_type: self.facts.error_type.clone(),
            may_have_been_accepted: self.facts.may_have_been_accepted,
            details: self.facts.details.clone(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::ErrorKind::{self, Balance, Cost, Failed, Interrupted, Partial, RateLimit};
    use super::{Exit, Failure};

    #[test]
    fn of_several_the_code_is_that_of_one_cause_of_what_stopped_them_or_7() {
        let of = |kinds: &[ErrorKind], succeeded| {
            let failures: Vec<Failure> = kinds.iter().map(|kind| Failure::new(*kind, "why")).collect();
            Failure::of_several(&failures, succeeded).map(|failure| (failure.exit(), failure.kind()))
        };
        assert_eq!(of(&[], 3), None);
        assert_eq!(of(&[RateLimit, Balance], 0), Some((Exit::Limit, RateLimit)), "one code");
        assert_eq!(of(&[Failed, RateLimit], 0), Some((Exit::Partial, Partial)));
        assert_eq!(of(&[Failed], 1), Some((Exit::Partial, Partial)));
        assert_eq!(of(&[Failed, Cost], 2), Some((Exit::Cost, Cost)), "stopped by cost after some succeeded");
        assert_eq!(of(&[Failed, Interrupted], 2), Some((Exit::Interrupted, Interrupted)));
    }
}
