//! The operations of the API, and what each is allowed.

use crate::limits;

/// One kind of call.
#[cfg_attr(not(all(feature = "media", feature = "webhook")), allow(dead_code, reason = "some belong to a feature"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Run,
    Submit,
    Status,
    Stream,
    Result,
    Cancel,
    Download,
    Token,
    Upload,
    Part,
    History,
    Price,
    Bill,
    Keys,
    Webhook,
}

impl Operation {
    /// Its name in messages, logs and spans.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Submit => "submit",
            Self::Status => "status",
            Self::Stream => "status stream",
            Self::Result => "result",
            Self::Cancel => "cancel",
            Self::Download => "download",
            Self::Token => "storage token",
            Self::Upload => "upload",
            Self::Part => "upload of a part",
            Self::History => "request history",
            Self::Price => "price",
            Self::Bill => "bill",
            Self::Keys => "webhook keys",
            Self::Webhook => "webhook",
        }
    }

    /// Whether sending it twice may cost twice.
    pub(crate) fn is_paid(self) -> bool {
        matches!(self, Self::Run | Self::Submit)
    }

    /// Whether a successful answer to it is the model's own output.
    pub(crate) fn answers_output(self) -> bool {
        matches!(self, Self::Run | Self::Result)
    }

    /// Whether it is about one job by its id.
    pub(crate) fn is_of_job(self) -> bool {
        matches!(self, Self::Status | Self::Stream | Self::Result | Self::Cancel)
    }

    /// The largest body that is read.
    pub(crate) fn limit(self) -> usize {
        match self {
            Self::Run | Self::Result | Self::History => limits::OUTPUT_BYTES,
            Self::Download => limits::IMAGE_BYTES,
            _ => limits::STATUS_BYTES,
        }
    }
}
