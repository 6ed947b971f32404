//! Errors of a file that was paid for and could not be downloaded or saved.

use super::{Error, ErrorKind, RequestState};
use crate::text::clean;
use std::fmt::{self, Formatter};

/// Bytes of a URL in a sentence.
const URL: usize = 2000;

impl Error {
    /// Marks the error as about the file at this URL, which this request paid for and which could not be downloaded or
    /// saved. The error hides its secrets already.
    pub(crate) fn undelivered(mut self, url: &str, request_id: Option<&str>) -> Self {
        let kind = match self.status().map(|status| status.as_u16()) {
            Some(404 | 410) => ErrorKind::NotFound,
            Some(408 | 429) => self.kind(),
            // A download carries no key and no input, so neither is to blame.
            Some(400..500) => ErrorKind::UnexpectedStatus,
            _ => self.kind(),
        };
        // A `data:` URI contains the whole file, so it is too long to show, and there is nothing to fetch.
        let inline = url.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:"));
        let url = if inline { String::new() } else { clean(&self.hide(url), URL).into_owned() };
        let repr = self.repr_mut();
        repr.kind = kind;
        repr.file_url = Some(url);
        if let Some(request_id) = request_id {
            repr.request_id = Some(request_id.to_owned());
        }
        self.in_state(RequestState::Answered)
    }

    /// Where a picture that was paid for can be fetched, when its download or its saving has failed: the server's URL, cut
    /// to 2000 bytes and free of control characters. `None` for other errors, and for a picture that the answer itself
    /// contains.
    ///
    /// ```
    /// # fn show(error: ideogram_client::Error) {
    /// if let Some(url) = error.file_url().filter(|_| !error.is_expired()) {
    ///     eprintln!("it is paid for: fetch it from {url}");
    /// }
    /// # }
    /// ```
    pub fn file_url(&self) -> Option<&str> {
        self.repr().file_url.as_deref().filter(|url| !url.is_empty())
    }

    /// The server no longer has the picture (404, 410): downloading it again does not help. It was paid for.
    /// [`is_not_found`](Self::is_not_found) is true as well.
    ///
    /// ```
    /// # async fn show(image: ideogram_client::Image) -> ideogram_client::Result<()> {
    /// match image.save_in("pictures").await {
    ///     Err(error) if error.is_expired() => eprintln!("too late: {error}"),
    ///     saved => println!("{}", saved?.path().display()),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_expired(&self) -> bool {
        self.is_of_file() && self.is_gone()
    }

    /// Whether it is about a file that was paid for.
    pub(super) fn is_of_file(&self) -> bool {
        self.repr().file_url.is_some()
    }

    /// 404 or 410.
    pub(crate) fn is_gone(&self) -> bool {
        matches!(self.status().map(|status| status.as_u16()), Some(404 | 410))
    }

    /// The part of the sentence about the file.
    pub(super) fn fmt_file(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.file_url() {
            _ if !self.is_of_file() => Ok(()),
            _ if self.is_expired() => f.write_str("; it was paid for, and the server keeps it no longer"),
            Some(url) => write!(f, "; it is paid for, and can be fetched from `{url}`"),
            None => f.write_str("; it is paid for, and is in the answer itself"),
        }
    }
}
