//! What the ledger knows of one request.

use std::path::PathBuf;

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// About to be sent, or sent and not answered: a run that ended here may have been accepted.
    Sending,
    /// The service has it, under the row's request id.
    Accepted,
    /// Sent, and the answer was lost: it may have been accepted.
    Lost,
    /// The answer is in the row; its files are still to be saved.
    Answered,
    /// Closed: its files are on disk.
    Saved,
    /// Closed: the service refused it, or it ended without a result.
    Failed,
    /// Closed: cancelled before it made anything.
    Cancelled,
}

impl State {
    /// Every state.
    pub const ALL: &'static [Self] =
        &[Self::Sending, Self::Accepted, Self::Lost, Self::Answered, Self::Saved, Self::Failed, Self::Cancelled];

    /// The word in the file and in `--json`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sending => "sending",
            Self::Accepted => "accepted",
            Self::Lost => "lost",
            Self::Answered => "answered",
            Self::Saved => "saved",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.as_str() == text)
    }

    /// Whether money may have been spent on what is not in hand yet.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Sending | Self::Accepted | Self::Lost | Self::Answered)
    }
}

/// A request that is about to be sent.
#[derive(Clone, Copy, Debug)]
pub struct NewRow<'a> {
    /// The endpoint's id.
    pub endpoint: &'a str,
    /// The exact JSON that is sent.
    pub input: &'a str,
    /// The seed in it.
    pub seed: Option<i64>,
    /// The base URL it is sent to: the queue's, or the synchronous service's.
    pub base: &'a str,
    /// Whether it goes through the queue, where an accepted request can be asked for again.
    pub queued: bool,
    /// Where the files are meant to go: a file or a directory, absolute.
    pub destination: Option<&'a std::path::Path>,
    /// Whether that file may be overwritten.
    pub overwrite: bool,
}

impl<'a> NewRow<'a> {
    /// A queued request, everything else left open.
    pub fn new(endpoint: &'a str, input: &'a str) -> Self {
        Self { endpoint, input, seed: None, base: "", queued: true, destination: None, overwrite: false }
    }
}

/// A request that the ledger holds.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Row {
    /// The ledger's number for it.
    pub id: i64,
    /// When it was written, in milliseconds since 1970.
    pub created_ms: i64,
    /// When it was last written to, likewise.
    pub updated_ms: i64,
    /// Where it stands.
    pub state: State,
    /// The base URL it was sent to.
    pub base: String,
    /// Whether it went through the queue.
    pub queued: bool,
    /// The endpoint's id.
    pub endpoint: String,
    /// The JSON that was sent; of a closed row, with data URIs summarised.
    pub input: String,
    /// The seed in it.
    pub seed: Option<i64>,
    /// The service's id for it.
    pub request_id: Option<String>,
    /// The service's answer, JSON, where files of it are still to be saved.
    pub answer: Option<String>,
    /// Where the files are meant to go.
    pub destination: Option<PathBuf>,
    /// Whether that file may be overwritten.
    pub overwrite: bool,
    /// The files, once saved.
    pub files: Vec<String>,
    /// Why it failed or was lost.
    pub note: Option<String>,
}

/// How a row ends.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Closing {
    /// The files are on disk, under these paths.
    Saved {
        /// Absolute paths; none where the bytes went to a pipe.
        files: Vec<String>,
    },
    /// There is nothing to fetch.
    Failed {
        /// Why.
        why: String,
    },
    /// Cancelled before it made anything.
    Cancelled,
}
