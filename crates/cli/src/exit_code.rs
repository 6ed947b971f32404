//! How a run ends: as an exit code for a shell, and as a word for a program.

use ideogram_client::Error;
use schemars::JsonSchema;
use serde::Serialize;
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
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
    /// The network or the service failed: before the request was accepted, or while a paid picture was downloaded.
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
