//! How a job stands, told while somebody watches.

use crate::output::Output;
use ideogram_schema::{QueueState, QueueStatus};

/// Where a job stands, in words.
pub(crate) fn standing(status: &QueueStatus) -> String {
    match (&status.status, status.queue_position) {
        (QueueState::InQueue, Some(position)) => format!("queued, {position} ahead"),
        (QueueState::InQueue, None) => "queued".to_owned(),
        (QueueState::InProgress, _) => "running".to_owned(),
        (QueueState::Completed, _) => "done".to_owned(),
        (other, _) => other.as_str().to_owned(),
    }
}

/// A line a change: where it stands, and what it says.
pub(crate) fn tell(output: Output, status: &QueueStatus, said: &mut String) {
    let now = standing(status);
    if now != *said {
        output.progress(&now);
        *said = now;
    }
    for entry in status.logs.iter().flatten() {
        output.progress(&format!("  {}", entry.message));
    }
}
