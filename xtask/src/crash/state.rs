//! The states in which a process is killed, and how a call is held in each.

use std::fmt;

/// The state of the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    Before,
    Submitting,
    Accepted,
    Following,
    Result,
    Download,
    Saving,
}

impl State {
    pub(super) const ALL: [Self; 7] =
        [Self::Before, Self::Submitting, Self::Accepted, Self::Following, Self::Result, Self::Download, Self::Saving];

    /// Whether a synchronous call passes through it.
    pub(super) fn is_in_one_piece(self) -> bool {
        !matches!(self, Self::Following | Self::Result)
    }

    /// The kinds of call that are held in this state; empty if none is held.
    pub(super) fn calls(self) -> &'static [&'static str] {
        match self {
            Self::Before | Self::Submitting | Self::Accepted => &["submit", "run"],
            Self::Following => &["status", "stream"],
            Self::Result => &["result"],
            Self::Download | Self::Saving => &["download"],
        }
    }

    /// Whether the call is held before its work is done, or in the middle of its answer; `either` decides where both fit.
    pub(super) fn hold(self, either: bool) -> Option<Hold> {
        match self {
            Self::Before | Self::Saving => None,
            Self::Submitting | Self::Following => Some(Hold::Work),
            Self::Accepted => Some(Hold::Answer),
            Self::Result | Self::Download => Some(if either { Hold::Work } else { Hold::Answer }),
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Before => "before the submit",
            Self::Submitting => "submit in flight",
            Self::Accepted => "accepted, answer in flight",
            Self::Following => "following",
            Self::Result => "result in flight",
            Self::Download => "download in flight",
            Self::Saving => "saving",
        })
    }
}

/// How the sandbox holds a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hold {
    /// Nothing is done yet.
    Work,
    /// The work is done, and the answer stops in the middle.
    Answer,
}

impl Hold {
    /// The sandbox's faults that hold these calls.
    pub(super) fn faults(self, calls: &[&str]) -> serde_json::Value {
        let rule = match self {
            Self::Work => serde_json::json!({ "calls": calls, "fault": "latency", "latency_ms": 60_000 }),
            Self::Answer => serde_json::json!({ "calls": calls, "fault": "stall" }),
        };
        serde_json::json!({ "seed": 1, "rule": [rule] })
    }
}
