//! How a run ends: the exit code, the kind of failure, and the one sentence that says why.

use crate::envelope::{ErrorDetailRow, ErrorRow};
use ideogram_client::Error;
use std::fmt;
use std::process::{ExitCode, Termination};

/// The exit codes of `ideogram`. A reader that closes the pipe early is no failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Exit {
    /// Everything that was asked for is done.
    Success = 0,
    /// The request failed, or the service cancelled it.
    Failed = 1,
    /// The command line asks for something that cannot be: nothing was sent.
    Usage = 2,
    /// An input or a file was refused on this machine.
    File = 3,
    /// There is no API key, or the service refused it (401, 403).
    Credentials = 4,
    /// Too many requests (429), or the account's balance is exhausted.
    Limit = 5,
    /// The network failed, time ran out, or the outcome is unknown.
    Network = 6,
    /// Some of several requests failed, or all of them for different causes.
    Partial = 7,
    /// The cost limit does not allow it.
    Cost = 8,
    /// Ended by Ctrl-C, 128 + SIGINT as shells have it.
    Interrupted = 130,
    /// Ended by SIGTERM, 128 + SIGTERM.
    Terminated = 143,
}

impl Exit {
    /// The number that the shell sees.
    pub const fn code(self) -> u8 {
        self as u8
    }
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(self.code())
    }
}

/// What kind of failure ended a run: `error.kind` in the envelope, finer than the exit code.
///
/// ```
/// use ideogram_cli::{ErrorKind, Exit};
///
/// assert_eq!((ErrorKind::Balance.as_str(), ErrorKind::Balance.exit()), ("balance", Exit::Limit));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request failed: the service refused its input, or the job ended without a result.
    Failed,
    /// The service cancelled the request.
    Cancelled,
    /// The command line asks for something that cannot be.
    Usage,
    /// An input or a file was refused on this machine.
    File,
    /// No API key, or one that the service refused.
    Credentials,
    /// Too many requests.
    RateLimit,
    /// The account's balance is exhausted.
    Balance,
    /// The network or the service failed before the request was accepted.
    Network,
    /// Time ran out.
    Timeout,
    /// The request may have been accepted, and its outcome is not known.
    Unknown,
    /// Some of several requests failed.
    Partial,
    /// The cost limit does not allow it.
    Cost,
    /// Ended by Ctrl-C or SIGTERM.
    Interrupted,
}

impl ErrorKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::Failed,
        Self::Cancelled,
        Self::Usage,
        Self::File,
        Self::Credentials,
        Self::RateLimit,
        Self::Balance,
        Self::Network,
        Self::Timeout,
        Self::Unknown,
        Self::Partial,
        Self::Cost,
        Self::Interrupted,
    ];

    /// The word in the envelope's `error.kind`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Usage => "usage",
            Self::File => "file",
            Self::Credentials => "credentials",
            Self::RateLimit => "rate_limit",
            Self::Balance => "balance",
            Self::Network => "network",
            Self::Timeout => "timeout",
            Self::Unknown => "unknown",
            Self::Partial => "partial",
            Self::Cost => "cost",
            Self::Interrupted => "interrupted",
        }
    }

    /// The exit code that goes with it; a run that SIGTERM ended has [`Exit::Terminated`] instead of
    /// [`Exit::Interrupted`].
    pub const fn exit(self) -> Exit {
        match self {
            Self::Failed | Self::Cancelled => Exit::Failed,
            Self::Usage => Exit::Usage,
            Self::File => Exit::File,
            Self::Credentials => Exit::Credentials,
            Self::RateLimit | Self::Balance => Exit::Limit,
            Self::Network | Self::Timeout | Self::Unknown => Exit::Network,
            Self::Partial => Exit::Partial,
            Self::Cost => Exit::Cost,
            Self::Interrupted => Exit::Interrupted,
        }
    }
}

impl From<&Error> for ErrorKind {
    fn from(error: &Error) -> Self {
        if error.is_exhausted_balance() {
            Self::Balance
        } else if error.is_auth() {
            Self::Credentials
        } else if error.is_rate_limited() {
            Self::RateLimit
        } else if error.is_configuration() || error.is_input() {
            Self::Usage
        } else if error.is_file() {
            Self::File
        } else if error.is_cancelled() && !error.may_have_been_accepted() {
            Self::Cancelled
        } else if error.is_job_failure() || error.is_validation() || error.is_not_found() || error.is_foreign_url() {
            Self::Failed
        } else if error.is_timeout() {
            Self::Timeout
        } else if error.may_have_been_accepted() {
            Self::Unknown
        } else if error.status().is_some_and(|status| status.is_client_error()) {
            Self::Failed
        } else {
            Self::Network
        }
    }
}

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
pub(crate) struct Facts {
    pub(crate) endpoint: Option<&'static str>,
    pub(crate) request_id: Option<String>,
    pub(crate) status: Option<u16>,
    pub(crate) error_type: Option<String>,
    pub(crate) details: Vec<ErrorDetailRow>,
    pub(crate) may_have_been_accepted: bool,
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
        // A run that was stopped has the code of what stopped it, however much it had done.
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

    /// The same failure with another sentence after its own: what to do next.
    pub(crate) fn and(mut self, advice: &str) -> Self {
        self.message.push_str("; ");
        self.message.push_str(advice);
        self
    }

    pub(crate) fn row(&self) -> ErrorRow {
        ErrorRow {
            kind: self.kind.as_str(),
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
