//! The operations of the API, and what each is allowed.

use crate::limits;
use std::time::Duration;

/// One kind of call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Run,
    Submit,
    Status,
    Stream,
    Result,
    Cancel,
    Download,
}

impl Operation {
    /// As it stands in messages, logs and spans.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Submit => "submit",
            Self::Status => "status",
            Self::Stream => "status stream",
            Self::Result => "result",
            Self::Cancel => "cancel",
            Self::Download => "download",
        }
    }

    /// Whether sending it twice may cost twice.
    pub(crate) fn is_paid(self) -> bool {
        matches!(self, Self::Run | Self::Submit)
    }

    /// The largest body that is read.
    pub(crate) fn limit(self) -> usize {
        match self {
            Self::Run | Self::Result => limits::OUTPUT_BYTES,
            Self::Submit | Self::Status | Self::Cancel => limits::STATUS_BYTES,
            Self::Stream => limits::EVENT_BYTES,
            Self::Download => limits::IMAGE_BYTES,
        }
    }

    /// How long one attempt may take. A run has the deadline of its call only.
    pub(crate) fn timeout(self) -> Option<Duration> {
        match self {
            Self::Run | Self::Download => None,
            Self::Result => Some(limits::RESULT),
            Self::Submit | Self::Status | Self::Stream | Self::Cancel => Some(limits::ANSWER),
        }
    }
}
