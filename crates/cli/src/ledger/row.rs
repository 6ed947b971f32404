//! What the ledger knows of one request.

use crate::ledger::state::{Event, State};
use std::path::{Path, PathBuf};

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
    pub destination: Option<&'a Path>,
    /// Whether that file may be overwritten.
    pub overwrite: bool,
    /// By how many milliseconds the service's clock is ahead of this machine's, where that is known.
    pub clock_offset_ms: Option<i64>,
    /// Whose key it is sent with: [`Client::key_fingerprint`](ideogram_client::Client::key_fingerprint).
    pub account: Option<&'a str>,
    /// What it costs by the description, in millionths of a US dollar.
    pub cost_micros: Option<i64>,
    /// Whose call it is: `command` for the command of an endpoint.
    pub caller: &'a str,
    /// The batch it belongs to, and its key in it.
    pub batch: Option<(&'a str, &'a str)>,
    /// The latest row of its caller as far as that is known, 0 for none: where there is a later one, the call is bought already.
    /// `None` is for calls that may be bought at any time.
    pub after: Option<i64>,
}

impl<'a> NewRow<'a> {
    /// A queued request, everything else left open.
    pub fn new(endpoint: &'a str, input: &'a str) -> Self {
        Self {
            endpoint,
            input,
            seed: None,
            base: "",
            queued: true,
            destination: None,
            overwrite: false,
            clock_offset_ms: None,
            account: None,
            cost_micros: None,
            caller: "command",
            batch: None,
            after: None,
        }
    }
}

/// A request that the ledger holds.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Row {
    /// The ledger's number for it.
    pub id: i64,
    /// When it was written, in milliseconds since 1970 by this machine's clock.
    pub created_ms: i64,
    /// When it was last written to, in milliseconds since 1970.
    pub updated_ms: i64,
    /// Where it stands.
    pub state: State,
    /// By how much the service's clock was ahead of this machine's when it was sent, where that is known.
    pub clock_offset_ms: Option<i64>,
    /// When the service began to work on it, as far as it was seen, in milliseconds since 1970.
    pub started_ms: Option<i64>,
    /// When its answer was in hand or it was known that there is none, in milliseconds since 1970.
    pub ended_ms: Option<i64>,
    /// The base URL it was sent to.
    pub base: String,
    /// The fingerprint of the key that it was sent with, where that was noted.
    pub account: Option<String>,
    /// Whether it went through the queue.
    pub queued: bool,
    /// The endpoint's id.
    pub endpoint: String,
    /// The JSON that was sent; of a closed row, with data URIs summarised.
    pub input: String,
    /// The seed in it.
    pub seed: Option<i64>,
    /// What it costs by the description, in millionths of a US dollar.
    pub cost_micros: Option<i64>,
    /// The batch it belongs to.
    pub batch: Option<String>,
    /// Its key in that batch.
    pub batch_key: Option<String>,
    /// The service's id for it.
    pub request_id: Option<String>,
    /// The service's answer, JSON, where files of it are still to be saved.
    pub answer: Option<String>,
    /// Where the files are meant to go.
    pub destination: Option<PathBuf>,
    /// Whether that file may be overwritten.
    pub overwrite: bool,
    /// The paths that an earlier run had given to files of the answer, or was about to.
    pub taking: Vec<String>,
    /// The files, once saved.
    pub files: Vec<String>,
    /// Why it failed or was lost.
    pub note: Option<String>,
    /// Whose call it is: `command`, or `mcp:` and what tells one call of an MCP client from others.
    pub caller: String,
    /// Whether its result was handed over. Of an MCP client's call, saving it is not enough.
    pub delivered: bool,
}

/// How a row ends.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Closing {
    /// The files are saved, under these paths.
    Saved {
        /// Absolute paths; none where the bytes went to a pipe.
        files: Vec<String>,
    },
    /// Nothing was sent.
    NotSent {
        /// Why.
        why: String,
    },
    /// The service did not accept it.
    Refused {
        /// Why.
        why: String,
    },
    /// It ended without a result.
    Failed {
        /// Why.
        why: String,
    },
    /// Cancelled before it made anything.
    Cancelled,
    /// The user gives it up.
    ByHand,
}

impl Closing {
    /// The event, the files and the note that it stands for.
    pub(super) fn parts(&self) -> (Event, &[String], Option<&str>) {
        match self {
            Self::Saved { files } => (Event::Saved, files, None),
            Self::NotSent { why } => (Event::NotSent, &[], Some(why)),
            Self::Refused { why } => (Event::Refused, &[], Some(why)),
            Self::Failed { why } => (Event::Failed, &[], Some(why)),
            Self::Cancelled => (Event::Cancelled, &[], None),
            Self::ByHand => (Event::Closed, &[], None),
        }
    }
}
