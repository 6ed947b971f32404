//! Every bound on what is read, kept or waited for, in one place.
//!
//! Nothing that comes over a network is read without one of these. The sizes are those of the decoded HTTP body, in
//! bytes; a body that is larger ends in an [`Error`](crate::Error) whose `is_too_large()` is true.

use std::time::Duration;

/// The answer to a run or a result, in bytes: room for several pictures as data URIs.
pub const OUTPUT_BYTES: usize = 64 << 20;
/// How many files of one answer are saved. No endpoint makes so many, but a hostile server might.
pub const OUTPUT_FILES: usize = 100;
/// The answer to a submit, a status or a cancel, in bytes. A status contains every log line so far.
pub const STATUS_BYTES: usize = 8 << 20;
/// How much of the body of a failed call is read, in bytes.
pub const ERROR_BYTES: usize = 1 << 20;
/// How much of the body of a failed call an [`Error`](crate::Error) keeps, in bytes.
pub const ERROR_TEXT_BYTES: usize = 16 << 10;
/// One event of a status stream, in bytes.
pub const EVENT_BYTES: usize = 8 << 20;
/// One picture, in bytes, unless [`Image::with_max_bytes`](crate::Image::with_max_bytes) sets another bound.
pub const IMAGE_BYTES: usize = 256 << 20;
/// A picture that is sent within the request as a `data:` URI, in bytes.
pub const INLINE_BYTES: u64 = 10 << 20;
/// The largest upload in one piece, in bytes; a larger one is sent in parts.
pub const SINGLE_UPLOAD_BYTES: u64 = 100 << 20;
/// One part of an upload in parts, in bytes.
pub const PART_BYTES: usize = 10 << 20;
/// The longest value of a header of an answer that is read, in bytes; a longer one is ignored.
pub const HEADER_BYTES: usize = 512;
/// All headers of one answer on HTTP/2, in bytes. On HTTP/1.1 there are at most 100 of them, 400 KiB together.
pub const HEADERS_BYTES: u32 = 64 << 10;
/// A file of certificates (`IDEOGRAM_CA_FILE`), in bytes.
pub const CA_FILE_BYTES: u64 = 4 << 20;
/// How many idle connections to one host are kept open; further ones are closed.
pub const IDLE_CONNECTIONS: usize = 64;
/// The longest `Retry-After`; a longer one counts as this.
pub const RETRY_AFTER: Duration = Duration::from_secs(24 * 60 * 60);
/// How many redirects a download follows. Calls with the key follow none.
pub const REDIRECTS: usize = 5;

/// Time to open a connection, TLS included.
pub const CONNECT: Duration = Duration::from_secs(5);
/// Time for the answer to a submit, a status or a cancel, body included.
pub const ANSWER: Duration = Duration::from_secs(30);
/// Time for the answer to a result, body included.
pub const RESULT: Duration = Duration::from_secs(120);
/// How long a status stream may be silent before it counts as broken; the server pings every 15 seconds.
pub const STREAM_SILENCE: Duration = Duration::from_secs(40);
/// How long a download may be silent before it counts as broken. This cannot be set.
pub const DOWNLOAD_SILENCE: Duration = Duration::from_secs(30);
/// Time for a whole `run`, `submit`, `subscribe` or `wait`, and for each attempt at an upload or a download, if the caller sets
/// no deadline.
pub const DEADLINE: Duration = Duration::from_secs(15 * 60);
/// The grace period: how much longer a call may take once its deadline has passed or its caller has cancelled it: to wait for the answer of a submit
/// that was sent, to cancel the job, and to fetch the result of a job that has completed.
pub const WIND_UP: Duration = Duration::from_secs(5);
