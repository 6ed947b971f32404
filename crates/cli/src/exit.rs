//! How a run ends: the exit code, and the one sentence that says why.

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
    /// The service refused, failed, timed out or could not be reached.
    Failure = 1,
    /// The command line asks for something that cannot be: nothing was sent.
    Usage = 2,
    /// A local file could not be read, written or used.
    File = 3,
    /// There is no API key.
    Key = 4,
    /// Ended by Ctrl-C, 128 + SIGINT as shells have it.
    Interrupted = 130,
}

impl Exit {
    /// The number that the shell sees.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The word that the envelope's `error.kind` has for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Usage => "usage",
            Self::File => "file",
            Self::Key => "key",
            Self::Interrupted => "interrupted",
        }
    }
}

impl From<&Error> for Exit {
    fn from(error: &Error) -> Self {
        if error.is_missing_key() {
            Self::Key
        } else if error.is_configuration() || error.is_input() {
            Self::Usage
        } else if error.is_file() {
            Self::File
        } else {
            Self::Failure
        }
    }
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(self.code())
    }
}

/// Why a run ends early: its exit code, one sentence for people, and the facts for machines.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    exit: Exit,
    message: String,
    pub(crate) facts: Box<Facts>,
    reported: bool,
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
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), facts: Box::default(), reported: false }
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    pub(crate) fn file(message: impl Into<String>) -> Self {
        Self::new(Exit::File, message)
    }

    pub(crate) fn service(message: impl Into<String>) -> Self {
        Self::new(Exit::Failure, message)
    }

    /// The reader of stdout has gone: nobody is left to tell, and nothing went wrong.
    pub(crate) fn pipe_closed() -> Self {
        Self::new(Exit::Success, String::new())
    }

    /// The same failure with another exit code.
    pub(crate) fn with_exit(self, exit: Exit) -> Self {
        Self { exit, ..self }
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
        self.reported || self.exit == Exit::Success
    }

    /// The same failure with another sentence after its own: what to do next.
    pub(crate) fn and(mut self, advice: &str) -> Self {
        self.message.push_str("; ");
        self.message.push_str(advice);
        self
    }

    pub(crate) fn row(&self) -> ErrorRow {
        ErrorRow {
            kind: self.exit.word(),
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
