//! Every bound on what is read, kept or waited for, in one place.
//!
//! Nothing that comes over a network is read without one of these. The sizes are those of the decoded HTTP body, in
//! bytes; a body that is larger ends in an [`Error`](crate::Error) whose `is_too_large()` is true.

use std::time::Duration;

/// The answer to a run or a result: room for several pictures as data URIs.
pub const OUTPUT_BYTES: usize = 64 << 20;
/// Files of one answer that are saved; no endpoint makes as many, a hostile server might.
pub const OUTPUT_FILES: usize = 100;
/// The answer to a submit, a status or a cancel. A status carries every log line so far.
pub const STATUS_BYTES: usize = 8 << 20;
/// The body of a failed call, as far as it is read.
pub const ERROR_BYTES: usize = 1 << 20;
/// The body of a failed call, as far as an [`Error`](crate::Error) keeps its text.
pub const ERROR_TEXT_BYTES: usize = 16 << 10;
/// One event of a status stream.
pub const EVENT_BYTES: usize = 8 << 20;
/// One picture, unless [`Image::with_max_bytes`](crate::Image::with_max_bytes) sets another bound.
pub const IMAGE_BYTES: usize = 256 << 20;
/// A picture that is inlined as a `data:` URI.
pub const INLINE_BYTES: u64 = 10 << 20;
/// The largest upload in one piece; a larger one goes in parts.
pub const SINGLE_UPLOAD_BYTES: u64 = 100 << 20;
/// One part of an upload in parts.
pub const PART_BYTES: usize = 10 << 20;
/// A header of an answer that is kept, in bytes; a longer one is cut.
pub const HEADER_BYTES: usize = 512;
/// All headers of one answer on HTTP/2. On HTTP/1.1 there are at most 100 of them, 400 KiB together.
pub const HEADERS_BYTES: u32 = 64 << 10;
/// A file of certificates (`IDEOGRAM_CA_FILE`).
pub const CA_FILE_BYTES: u64 = 4 << 20;
/// Idle connections that are kept to one host. The pool may open one and then use another that has come free: what it
/// has too many of is closed.
pub const IDLE_CONNECTIONS: usize = 64;
/// The longest `Retry-After` that is believed; a longer one counts as this.
pub const RETRY_AFTER: Duration = Duration::from_secs(24 * 60 * 60);
/// Redirects that a download follows. Calls that carry the key follow none.
pub const REDIRECTS: usize = 5;

/// To open a connection, TLS included.
pub const CONNECT: Duration = Duration::from_secs(5);
/// To answer a submit, a status or a cancel, body included.
pub const ANSWER: Duration = Duration::from_secs(30);
/// To answer a result, body included.
pub const RESULT: Duration = Duration::from_secs(120);
/// Silence on a status stream, whose server pings every 15 seconds, before it counts as dead.
pub const STREAM_SILENCE: Duration = Duration::from_secs(40);
/// Silence while a picture is downloaded.
pub const DOWNLOAD_SILENCE: Duration = Duration::from_secs(30);
/// A whole `run`, `subscribe`, `wait` or download where the caller sets no deadline.
pub const DEADLINE: Duration = Duration::from_secs(15 * 60);
/// To wind up a call past its deadline, or given up by its caller: to wait for the answer of a submit that is under way,
/// to cancel its job, and to fetch the result of one that has completed.
pub const WIND_UP: Duration = Duration::from_secs(5);
