//! How far a download or an upload is.

use std::sync::Arc;

/// How far a download or an upload is: given to the functions of [`Image::on_progress`](crate::Image::on_progress) and
/// [`Upload::on_progress`](crate::Upload::on_progress).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Bytes received or sent. The number goes back when some of them have to be transferred again.
    pub bytes: u64,
    /// All bytes, if their number is known; for a download it is the server's `Content-Length`.
    pub total: Option<u64>,
}

/// The caller's function that is told the progress.
pub(crate) type OnProgress = Arc<dyn Fn(Progress) + Send + Sync>;
