//! What became of a paid request, as far as a client can know.

use super::certificate::TlsFault;
use super::{Error, ErrorKind};
use crate::call::operation::Operation;
use http::StatusCode;
use std::error::Error as _;
use std::fmt;

/// What became of a paid request whose call ended in an error: whether it may be billed, and what to do next.
///
/// ```
/// use ideogram_client::{Error, RequestState};
///
/// fn next(error: &Error) -> &'static str {
///     match error.state() {
///         None | Some(RequestState::NotSent | RequestState::Refused) => "nothing is billed: correct it, or send it again",
///         Some(RequestState::Unknown) => "look it up with `Client::find_submitted` before sending it again",
///         Some(RequestState::Accepted) => "continue with `Client::job` and its request id",
///         Some(RequestState::Answered) => "paid: fetch the files of `Error::files` or `Error::file_url`",
///         Some(RequestState::Failed | RequestState::Cancelled) => "it is over: sending it again is a new job",
///         Some(_) => "see the message",
///     }
/// }
///
/// let error = ideogram_client::Client::builder().build().unwrap_err();
/// assert_eq!(error.state(), Some(RequestState::NotSent));
/// assert!(next(&error).starts_with("nothing is billed"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RequestState {
    /// Nothing was sent, or the call was given up between two attempts, none of which was accepted. Nothing is billed.
    NotSent,
    /// The service refused it. Nothing is billed.
    Refused,
    /// It was sent, and the reply was lost or does not say whether it was accepted. It may be billed.
    Unknown,
    /// The service accepted it, and its outcome is not known yet. The job goes on, and may be billed.
    Accepted,
    /// The service answered it successfully, but the answer or a file of it could not be delivered. It is billed.
    Answered,
    /// The service said that it failed. According to fal's description a refused input may be billed, and a failure of
    /// the service or the model is not.
    Failed,
    /// The service said that it was cancelled. If it had not begun to run, it is not billed; if it was running, fal decides.
    Cancelled,
}

impl RequestState {
    /// Every state, in the order in which a request can pass them.
    pub const ALL: &'static [Self] =
        &[Self::NotSent, Self::Refused, Self::Unknown, Self::Accepted, Self::Answered, Self::Failed, Self::Cancelled];

    /// One lower-case word or two, for logs and files: `not sent`, `refused`, `unknown`, `accepted`, `answered`,
    /// `failed`, `cancelled`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotSent => "not sent",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
            Self::Accepted => "accepted",
            Self::Answered => "answered",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether it may be billed although its result was not delivered: [`Unknown`](Self::Unknown),
    /// [`Accepted`](Self::Accepted), [`Answered`](Self::Answered).
    pub const fn may_have_been_accepted(self) -> bool {
        matches!(self, Self::Unknown | Self::Accepted | Self::Answered)
    }

    /// Whether it can have no result any more: it was not sent, or it was refused, failed or cancelled.
    pub const fn is_over(self) -> bool {
        !self.may_have_been_accepted()
    }
}

impl fmt::Display for RequestState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Error {
    /// What became of the paid request of this call. `None` if the call was not about one (an upload or a price, for
    /// example), and if a single request for a job's status failed, which changes nothing about the job.
    pub fn state(&self) -> Option<RequestState> {
        self.0.state.or_else(|| self.derived_state())
    }

    /// The state that follows from the kind, if no code that knows more has set it.
    fn derived_state(&self) -> Option<RequestState> {
        match self.kind() {
            ErrorKind::MissingKey | ErrorKind::Configuration | ErrorKind::Input => return Some(RequestState::NotSent),
            _ if !self.0.operation.is_some_and(Operation::is_paid) => return None,
            ErrorKind::Connect | ErrorKind::File => return Some(RequestState::NotSent),
            _ => {}
        }
        Some(if self.is_refused() { RequestState::Refused } else { RequestState::Unknown })
    }

    /// Whether the request certainly was not accepted, so that even a paid one may be sent again: no connection was
    /// made, the server said 429, the ingress had no server to pass it to, or the peer did not process it.
    pub(crate) fn certainly_not_accepted(&self) -> bool {
        self.is_connect() || self.is_rate_limited() || self.is_refused_by_ingress() || self.is_unprocessed()
    }

    /// Whether the answer says that the request was not taken. 408 and 409 do not.
    fn is_refused(&self) -> bool {
        let refused = self.status().is_some_and(|status| {
            status.is_client_error() && !matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::CONFLICT)
        });
        refused || self.is_refused_by_ingress() || self.is_unprocessed()
    }

    /// Whether the peer said over HTTP/2 that it did not process the request (RFC 9113, section 8.7): it refused the
    /// stream, or sent a GOAWAY frame with a last stream below this one. `h2` ends only such streams with the peer's
    /// GOAWAY.
    fn is_unprocessed(&self) -> bool {
        let unprocessed = |error: &h2::Error| {
            error.is_remote()
                && (error.is_go_away() || error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM))
        };
        // If the answer had begun, the request was processed.
        self.0.head.is_none()
            && std::iter::successors(self.source(), |&cause| cause.source())
                .filter_map(|cause| cause.downcast_ref())
                .any(unprocessed)
    }

    /// Whether it is a 503 of the ingress itself. Such a request never reached fal's gateway, which puts a request id
    /// on every answer.
    fn is_refused_by_ingress(&self) -> bool {
        self.status() == Some(StatusCode::SERVICE_UNAVAILABLE)
            && self.0.head.as_ref().is_some_and(|head| head.request_id.is_none() && head.is("text/html"))
            && self.0.body.as_ref().is_some_and(super::Body::is_of_ingress)
    }

    /// What is wrong with the server's certificate or its TLS, where that kept a connection from being made.
    pub(crate) fn tls_fault(&self) -> Option<TlsFault<'_>> {
        TlsFault::behind(self.source().filter(|_| self.is_connect())?)
    }

    /// Whether the error is temporary, no matter what a repetition would cost.
    pub(crate) fn is_transient(&self) -> bool {
        let head = self.0.head.as_ref();
        let told_not_to = head.is_some_and(|head| head.user_timeout || head.needs_retry == Some(false));
        let is_over = match self.0.state {
            Some(RequestState::Cancelled | RequestState::Failed) => true,
            // An answer stays as it is; a file of it that is at a URL may come another time.
            Some(RequestState::Answered) => self.file_url().is_none(),
            _ => false,
        };
        if told_not_to || is_over {
            return false;
        }
        if let Some(status) = self.status().filter(|status| !status.is_success()) {
            return matches!(status.as_u16(), 408 | 409 | 425 | 429 | 500 | 502 | 503 | 504);
        }
        let may_pass =
            matches!(self.kind(), ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Transport | ErrorKind::Decode);
        may_pass && self.tls_fault().is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::{Error, ErrorKind, RequestState};
    use crate::call::head::Head;
    use crate::call::operation::Operation;
    use http::StatusCode;

    fn answered(operation: Operation, status: u16, body: &str) -> Error {
        let head = Head { status: StatusCode::from_u16(status).unwrap(), ..Head::default() };
        Error::status_of(head, body.as_bytes()).at(operation, None)
    }

    #[test]
    fn the_state_follows_from_the_kind_where_nobody_knows_more() {
        for (kind, paid, reading) in [
            (ErrorKind::MissingKey, Some(RequestState::NotSent), Some(RequestState::NotSent)),
            (ErrorKind::Configuration, Some(RequestState::NotSent), Some(RequestState::NotSent)),
            (ErrorKind::Input, Some(RequestState::NotSent), Some(RequestState::NotSent)),
            (ErrorKind::Connect, Some(RequestState::NotSent), None),
            (ErrorKind::File, Some(RequestState::NotSent), None),
            (ErrorKind::Transport, Some(RequestState::Unknown), None),
            (ErrorKind::Timeout, Some(RequestState::Unknown), None),
            (ErrorKind::Deadline, Some(RequestState::Unknown), None),
            (ErrorKind::Cancelled, Some(RequestState::Unknown), None),
            (ErrorKind::Decode, Some(RequestState::Unknown), None),
            (ErrorKind::TooLarge, Some(RequestState::Unknown), None),
            (ErrorKind::ForeignUrl, Some(RequestState::Unknown), None),
        ] {
            for operation in [Operation::Run, Operation::Submit] {
                assert_eq!(Error::new(kind, "").at(operation, None).state(), paid, "{kind:?}");
            }
            for operation in [Operation::Status, Operation::Download, Operation::Upload, Operation::Price] {
                assert_eq!(Error::new(kind, "").at(operation, None).state(), reading, "{kind:?} {operation:?}");
            }
        }
    }

    #[test]
    fn only_an_answer_that_says_no_is_a_refusal() {
        let state = |status, body| answered(Operation::Submit, status, body).state();
        for refused in [400, 401, 402, 403, 404, 405, 422, 429] {
            assert_eq!(state(refused, "{}"), Some(RequestState::Refused), "{refused}");
        }
        for unknown in [302, 408, 409, 500, 502, 503, 504] {
            assert_eq!(state(unknown, "{}"), Some(RequestState::Unknown), "{unknown}");
        }
    }

    #[test]
    fn what_is_known_takes_precedence_and_the_predicates_follow_it() {
        for (state, accepted, failed, open) in [
            (RequestState::NotSent, false, false, false),
            (RequestState::Refused, false, false, false),
            (RequestState::Unknown, true, false, false),
            (RequestState::Accepted, true, false, true),
            (RequestState::Answered, true, false, false),
            (RequestState::Failed, false, true, false),
            (RequestState::Cancelled, false, false, false),
        ] {
            let error = Error::new(ErrorKind::Transport, "").at(Operation::Submit, None).in_state(state);
            assert_eq!(error.state(), Some(state));
            assert_eq!(error.may_have_been_accepted(), accepted, "{state}");
            assert_eq!(error.is_job_failure(), failed, "{state}");
            assert_eq!(error.is_job_open(), open, "{state}");
            assert_eq!(state.is_over(), !accepted, "{state}");
        }
        assert_eq!(RequestState::ALL.len(), 7);
    }

    #[test]
    fn what_the_server_says_not_to_try_again_is_not() {
        let told = |needs_retry, user_timeout| {
            let head = Head { status: StatusCode::SERVICE_UNAVAILABLE, needs_retry, user_timeout, ..Head::default() };
            Error::status_of(head, b"{}").at(Operation::Result, None).is_transient()
        };
        assert!(told(None, false) && told(Some(true), false));
        assert!(!told(Some(false), false) && !told(None, true));
    }

    #[test]
    fn a_verdict_is_the_end_and_never_tried_again() {
        let error = answered(Operation::Result, 503, "{}");
        assert!(error.is_transient() && error.state().is_none());
        let error = error.into_verdict();
        assert_eq!((error.kind(), error.state()), (ErrorKind::Server, Some(RequestState::Failed)));
        assert!(!error.is_transient() && !error.is_retryable());
        let cancelled = Error::new(ErrorKind::Failed, "");
        let cancelled = cancelled.with_reason("gone".to_owned(), Some(&"client_cancelled".into())).into_verdict();
        assert_eq!((cancelled.kind(), cancelled.state()), (ErrorKind::Cancelled, Some(RequestState::Cancelled)));
        assert!(!cancelled.is_transient());
    }
}
