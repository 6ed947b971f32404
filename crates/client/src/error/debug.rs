//! The `Debug` of an error, which `unwrap`, `main` and a debugger show: the message with its causes, or the structure.

use super::Error;
use crate::text::clean;
use std::error::Error as StdError;
use std::fmt::{self, Debug, Formatter};

/// The most causes that are shown, beginning with the outermost.
const CAUSES: usize = 8;
/// The most bytes of one cause, of the message, and of the server's text.
const TEXT: usize = 300;

impl Debug for Error {
    /// `{:?}` is the sentence and, a line each, its causes: what Rust prints when `main` returns the error. `{:#?}` is the
    /// structure.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if f.alternate() {
            return self.fmt_structure(f);
        }
        write!(f, "{self}")?;
        for (number, cause) in self.causes().enumerate() {
            f.write_str(if number == 0 { "\n\nCaused by:" } else { "" })?;
            write!(f, "\n    {number}: {cause}")?;
        }
        Ok(())
    }
}

impl Error {
    fn fmt_structure(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let repr = self.repr();
        let texts = |text: &str| clean(&self.hide(text), TEXT).into_owned();
        let mut structure = f.debug_struct("Error");
        structure.field("kind", &self.kind()).field("state", &self.state());
        if !repr.message.is_empty() {
            structure.field("message", &texts(&repr.message));
        }
        structure.field("operation", &repr.operation.map(crate::call::operation::Operation::name));
        structure.field("endpoint", &repr.endpoint).field("request_id", &self.request_id().map(texts));
        structure.field("status", &self.status().map(|status| status.as_u16()));
        structure.field("error_type", &self.error_type().map(|kind| texts(kind.as_str())));
        structure.field("retry_after", &self.retry_after()).field("attempts", &self.attempts());
        structure.field("sent_within", &self.sent_within()).field("body", &self.body().map(texts));
        if !self.files().is_empty() {
            structure.field("files", &(self.files().len() + self.more_files()));
        }
        structure.field("file_url", &self.file_url().map(texts));
        structure.field("causes", &self.causes().collect::<Vec<_>>());
        structure.finish()
    }

    /// The messages of the causes, cleaned and shortened.
    fn causes(&self) -> impl Iterator<Item = String> {
        let chain = std::iter::successors(self.source(), |&cause| cause.source());
        chain.take(CAUSES).map(|cause| clean(&self.hide(&cause.to_string()), TEXT).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Error, ErrorKind};
    use crate::call::head::Head;
    use crate::call::operation::Operation;
    use std::io;

    fn refused() -> Error {
        let cause = io::Error::other(io::Error::from(io::ErrorKind::ConnectionRefused));
        Error::new(ErrorKind::Connect, "").with_source(cause).at(Operation::Run, Some("fal-ai/x"))
    }

    #[test]
    fn debug_is_the_sentence_with_its_causes() {
        assert_eq!(
            format!("{:?}", refused()),
            "no connection for run of `fal-ai/x`: connection refused; check the network and the base URLs\n\
             \n\
             Caused by:\n    0: connection refused"
        );
        assert_eq!(format!("{:?}", Error::missing_key()), Error::missing_key().to_string(), "no cause, no list");
    }

    #[test]
    fn alternate_debug_is_the_structure() {
        let shown = format!("{:#?}", refused());
        for line in ["Error {", "kind: Connect", "NotSent", "\"run\"", "\"fal-ai/x\"", "\"connection refused\""] {
            assert!(shown.contains(line), "{line} in {shown}");
        }
    }

    #[test]
    fn both_are_bounded_and_harmless_to_a_terminal() {
        let long = "\u{1b}[31m".repeat(1 << 16);
        let head = Head { status: http::StatusCode::BAD_GATEWAY, request_id: Some(long.clone()), ..Head::default() };
        let detail = serde_json::json!({"loc": ["body", long], "msg": long, "type": "x", "input": long});
        for body in [long.clone(), serde_json::json!({"detail": vec![detail; 50], "error_type": long}).to_string()] {
            let error = Error::status_of(head.clone(), body.as_bytes()).with_source(io::Error::other(long.clone()));
            for shown in [format!("{error:?}"), format!("{error:#?}")] {
                assert!(shown.len() < 10_000 && !shown.contains('\u{1b}'), "{} bytes: {shown:.500}", shown.len());
            }
        }
    }
}
