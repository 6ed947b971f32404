//! The kinds of errors.

use super::Body;
use http::StatusCode;
use ideogram_schema::{RequestErrorType, ValidationErrorType};

/// What went wrong: every [`Error`](crate::Error) has one kind. Use it in a `match`, and the predicates (`is_…`) in an
/// `if`.
///
/// What became of the paid request is another question, which [`Error::state`](crate::Error::state) answers: a
/// [`Timeout`](Self::Timeout) may leave a request unsent, in doubt, or accepted.
///
/// An answer of the server may fit several kinds. The first of these that fits is its kind:
///
/// 1. [`ExhaustedBalance`](Self::ExhaustedBalance): status 402, or 403 with that reason.
/// 2. [`Auth`](Self::Auth) (401, 403), [`NotFound`](Self::NotFound) (404), [`RateLimited`](Self::RateLimited) (429).
/// 3. [`Cancelled`](Self::Cancelled): status 499, or the `error_type` of a cancelled request.
/// 4. [`ContentPolicy`](Self::ContentPolicy), then [`Timeout`](Self::Timeout) and [`Server`](Self::Server), by the types
///    of the [details](crate::Error::details).
/// 5. [`Validation`](Self::Validation): status 422, or details of any other type.
/// 6. [`Timeout`](Self::Timeout): status 408 or 504, or such an `error_type`.
/// 7. [`Server`](Self::Server): any other status from 500 on, or such an `error_type`.
/// 8. [`UnexpectedStatus`](Self::UnexpectedStatus): any other status; [`Failed`](Self::Failed) where there is none.
///
/// ```
/// use ideogram_client::{Error, ErrorKind};
///
/// fn advice(error: &Error) -> &'static str {
///     match error.kind() {
///         ErrorKind::ContentPolicy => "change the prompt",
///         ErrorKind::Validation | ErrorKind::Input => "correct the input",
///         ErrorKind::MissingKey | ErrorKind::Auth => "check the key",
///         ErrorKind::ExhaustedBalance => "top up the account",
///         // Kinds may be added: the sentence of the error itself says what to do.
///         _ => "see the message",
///     }
/// }
///
/// let error = ideogram_client::Client::builder().build().unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::MissingKey);
/// assert_eq!(advice(&error), "check the key");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// No API key was given. Set `FAL_KEY`, or `FAL_KEY_ID` and `FAL_KEY_SECRET`, or pass one to the builder.
    MissingKey,
    /// A setting cannot be used: a base URL, a certificate file, a key with a space in it. Correct it.
    Configuration,
    /// Something that the caller passed in cannot be used: a number out of range, a misspelled field, a path where a URL
    /// belongs. Nothing was sent; correct it.
    Input,
    /// A file of this machine could not be read or written; [`source`](std::error::Error::source) is the `io::Error`.
    File,
    /// The key was refused (401, 403). Check it, and what it may do, in fal's dashboard.
    Auth,
    /// The account has no balance left (402, or 403 with that reason). Top it up; trying again does not help.
    ExhaustedBalance,
    /// The server refused the input (422). [`details`](crate::Error::details) names the fields; correct them.
    Validation,
    /// Moderation refused the prompt or a picture. Change it.
    ContentPolicy,
    /// Too many requests (429). The client has waited and tried again already; send fewer at once, or later.
    RateLimited,
    /// No such job, endpoint or file (404). Results are kept for an hour, large ones for minutes.
    NotFound,
    /// No connection could be made: nothing was sent. Check the network and the base URLs.
    Connect,
    /// The connection broke after something was sent.
    Transport,
    /// The server, or the model behind it, took too long: no answer in time, 408, 504, or the start timeout.
    Timeout,
    /// The deadline that the caller set for the whole call has passed.
    Deadline,
    /// The caller cancelled the call, or this program or another cancelled the job.
    Cancelled,
    /// The service or the model failed (a status from 500 on, or a runner that was lost). Try later.
    Server,
    /// A status that the API does not describe for this call: 400, 405, 409, a redirect.
    UnexpectedStatus,
    /// The job failed for a reason that is none of the other kinds; the message has the service's words.
    Failed,
    /// A successful answer is not what the API describes: HTML, other JSON, a cut body.
    Decode,
    /// The answer is larger than its [bound](crate::limits).
    TooLarge,
    /// The server named a URL to which the key, or this program, must not go.
    ForeignUrl,
    /// A webhook delivery is not from fal, or is too old. Answer it with 403.
    Forged,
}

impl ErrorKind {
    /// The kind of an answer that is not a success, or of a job's report; the order is in this type's documentation.
    pub(crate) fn of_answer(
        status: Option<StatusCode>,
        body: Option<&Body>,
        error_type: Option<&RequestErrorType>,
    ) -> Self {
        use RequestErrorType as Reason;
        use ValidationErrorType as Detail;
        match status.map(|status| status.as_u16()) {
            Some(402) => return Self::ExhaustedBalance,
            Some(403) if body.is_some_and(Body::says_exhausted_balance) => return Self::ExhaustedBalance,
            Some(401 | 403) => return Self::Auth,
            Some(404) => return Self::NotFound,
            Some(429) => return Self::RateLimited,
            Some(499) => return Self::Cancelled,
            _ => {}
        }
        if error_type == Some(&Reason::ClientCancelled) {
            return Self::Cancelled;
        }
        let details = body.map(|body| body.details.as_slice()).unwrap_or_default();
        for (types, kind) in [
            (&[Detail::ContentPolicyViolation][..], Self::ContentPolicy),
            (&[Detail::GenerationTimeout], Self::Timeout),
            (
                &[Detail::InternalServerError, Detail::DownstreamServiceError, Detail::DownstreamServiceUnavailable],
                Self::Server,
            ),
        ] {
            if details.iter().any(|detail| types.contains(&detail.type_)) {
                return kind;
            }
        }
        if status == Some(StatusCode::UNPROCESSABLE_ENTITY) || !details.is_empty() {
            return Self::Validation;
        }
        match (status.map(|status| status.as_u16()), error_type) {
            (Some(408 | 504), _) | (_, Some(Reason::RequestTimeout | Reason::StartupTimeout)) => Self::Timeout,
            (Some(500..), _)
            | (
                _,
                Some(
                    Reason::RunnerSchedulingFailure
                    | Reason::RunnerConnectionTimeout
                    | Reason::RunnerDisconnected
                    | Reason::RunnerConnectionRefused
                    | Reason::RunnerConnectionError
                    | Reason::RunnerIncompleteResponse
                    | Reason::RunnerServerError
                    | Reason::InternalError,
                ),
            ) => Self::Server,
            (Some(_), _) => Self::UnexpectedStatus,
            (None, _) => Self::Failed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ErrorKind;
    use crate::error::Body;
    use http::StatusCode;
    use ideogram_schema::RequestErrorType;

    fn kind(status: u16, body: &str) -> ErrorKind {
        let body = Body::parse(body.as_bytes());
        let error_type = body.error_type.as_deref().map(RequestErrorType::from);
        ErrorKind::of_answer(StatusCode::from_u16(status).ok(), Some(&body), error_type.as_ref())
    }

    fn detail(type_: &str) -> String {
        format!(r#"{{"detail":[{{"loc":["body","prompt"],"msg":"m","type":"{type_}"}}]}}"#)
    }

    #[test]
    fn every_status_has_its_kind() {
        for (status, expected) in [
            (302, ErrorKind::UnexpectedStatus),
            (400, ErrorKind::UnexpectedStatus),
            (401, ErrorKind::Auth),
            (402, ErrorKind::ExhaustedBalance),
            (403, ErrorKind::Auth),
            (404, ErrorKind::NotFound),
            (405, ErrorKind::UnexpectedStatus),
            (408, ErrorKind::Timeout),
            (409, ErrorKind::UnexpectedStatus),
            (422, ErrorKind::Validation),
            (429, ErrorKind::RateLimited),
            (499, ErrorKind::Cancelled),
            (500, ErrorKind::Server),
            (502, ErrorKind::Server),
            (503, ErrorKind::Server),
            (504, ErrorKind::Timeout),
            (599, ErrorKind::Server),
            // No status: a job's report.
            (0, ErrorKind::Failed),
        ] {
            assert_eq!(kind(status, "{}"), expected, "{status}");
        }
    }

    #[test]
    fn the_first_kind_that_fits_is_the_kind() {
        let exhausted = r#"{"detail":"User is locked. Reason: Exhausted balance. Top up your balance"}"#;
        assert_eq!(kind(403, exhausted), ErrorKind::ExhaustedBalance);
        assert_eq!(kind(401, exhausted), ErrorKind::Auth, "only 403 says so");
        assert_eq!(kind(429, &detail("content_policy_violation")), ErrorKind::RateLimited);
        assert_eq!(kind(499, r#"{"detail":"x","error_type":"client_cancelled"}"#), ErrorKind::Cancelled);
        assert_eq!(kind(422, &detail("content_policy_violation")), ErrorKind::ContentPolicy);
        assert_eq!(kind(504, &detail("generation_timeout")), ErrorKind::Timeout);
        assert_eq!(kind(400, &detail("downstream_service_error")), ErrorKind::Server, "the input is not to blame");
        assert_eq!(kind(500, &detail("internal_server_error")), ErrorKind::Server);
        assert_eq!(kind(422, r#"{"detail":"x","error_type":"request_timeout"}"#), ErrorKind::Validation);
        assert_eq!(kind(500, r#"{"detail":"x","error_type":"startup_timeout"}"#), ErrorKind::Timeout);
        assert_eq!(kind(0, r#"{"error_type":"runner_disconnected"}"#), ErrorKind::Server);
        assert_eq!(kind(0, &detail("missing")), ErrorKind::Validation);
        assert_eq!(kind(0, r#"{"error_type":"bad_request"}"#), ErrorKind::Failed);
    }
}
