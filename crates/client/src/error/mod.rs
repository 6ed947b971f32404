//! The one error type of this crate: what went wrong ([`ErrorKind`]), and what became of the paid request
//! ([`RequestState`]).

mod allowed;
mod answered;
mod body;
mod certificate;
mod convert;
mod debug;
mod display;
mod kind;
mod predicates;
mod state;
mod undelivered;
mod verdict;

use crate::call::files::OutputFile;
use crate::call::head::Head;
use crate::call::operation::Operation;
use crate::call::window::Window;
use crate::clock;
use crate::text::{Secrets, clean};
use http::StatusCode;
use ideogram_schema::{RequestErrorType, ValidationErrorDetail};
use std::error::Error as StdError;
use std::time::{Duration, SystemTime};

pub use allowed::Allowed;
pub(crate) use body::Body;
pub use kind::ErrorKind;
pub use state::RequestState;
pub(crate) use verdict::{Judgement, Reported};

/// Bytes of the name of an encoding in a sentence.
const ENCODING: usize = 40;
/// The most bytes of a cause that may repeat a part of an answer.
const CAUSE: usize = 500;

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, on what, and what to do next.
///
/// Two questions sort every error: [`kind`](Self::kind) says what went wrong, and [`state`](Self::state) says what became
/// of the paid request. Each is an enumeration for a `match`; the predicates (`is_…`) are derived from them, for an `if`.
///
/// [`Display`](std::fmt::Display) is one sentence for a person. `{:?}` is that sentence with its causes, so that an error
/// returned from `main` reads well, and `{:#?}` is the structure. None of them ever holds the API key, each is bounded, and
/// server text in them is free of control characters.
///
/// ```
/// use ideogram_client::{Error, ErrorKind};
///
/// fn report(error: &Error) {
///     match error.kind() {
///         ErrorKind::Validation => {
///             for detail in error.details() {
///                 eprintln!("{}: {}", detail.location(), detail.msg);
///             }
///         }
///         _ if error.may_have_been_accepted() => eprintln!("look before you pay twice: {error}"),
///         _ => eprintln!("{error}"),
///     }
/// }
/// ```
pub struct Error(Box<Repr>);

/// The content of an [`Error`].
pub(crate) struct Repr {
    pub(crate) kind: ErrorKind,
    /// The message, for kinds whose message `Display` does not compose itself.
    pub(crate) message: String,
    pub(crate) operation: Option<Operation>,
    pub(crate) endpoint: Option<&'static str>,
    pub(crate) request_id: Option<String>,
    pub(crate) head: Option<Head>,
    pub(crate) body: Option<Body>,
    pub(crate) attempts: u32,
    /// The files in an answer that could not be delivered, and how many more there are than are kept.
    pub(crate) files: (Vec<OutputFile>, usize),
    /// What became of the request, if more is known than follows from the kind.
    pub(crate) state: Option<RequestState>,
    /// When the request was sent.
    pub(crate) window: Option<Window>,
    /// The URL of a file that was paid for and could not be saved; empty if the answer itself contains the file.
    pub(crate) file_url: Option<String>,
    pub(crate) source: Option<Box<dyn StdError + Send + Sync>>,
    /// Secrets that the server may have sent back, which must not be shown.
    pub(crate) secrets: Secrets,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Repr {
            kind,
            message: message.into(),
            operation: None,
            endpoint: None,
            request_id: None,
            head: None,
            body: None,
            attempts: 1,
            files: (Vec::new(), 0),
            state: None,
            window: None,
            file_url: None,
            source: None,
            secrets: Secrets::default(),
        }))
    }

    pub(crate) fn configuration(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Configuration, message)
    }

    pub(crate) fn input(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Input, message)
    }

    pub(crate) fn missing_key() -> Self {
        Self::new(ErrorKind::MissingKey, "")
    }

    /// The error for a failure below HTTP; its kind depends on what is known about the request.
    pub(crate) fn transport(error: reqwest::Error) -> Self {
        // The URL may hold a webhook's secret.
        let error = error.without_url();
        let kind = if error.is_connect() {
            ErrorKind::Connect
        } else if error.is_timeout() {
            ErrorKind::Timeout
        } else if error.is_builder() {
            ErrorKind::Input
        } else if error.is_redirect() {
            // The redirect policy of downloads refused the URL.
            ErrorKind::ForeignUrl
        } else {
            ErrorKind::Transport
        };
        let message = match kind {
            ErrorKind::Input => "the request could not be made",
            ErrorKind::ForeignUrl => "a redirect was not followed",
            _ => "",
        };
        Self::new(kind, message).with_source(error)
    }

    /// The error for an answer whose status is not a success.
    pub(crate) fn status_of(head: Head, body: &[u8]) -> Self {
        let mut error = Self::new(ErrorKind::Failed, "").with_head(head);
        error.0.body = Some(Body::parse(body));
        error.sorted()
    }

    /// The error for a successful answer that does not fit the description.
    pub(crate) fn unreadable(head: Head, error: serde_json::Error) -> Self {
        let what = match &head.content_encoding {
            Some(encoding) if (1..=ENCODING).contains(&encoding.len()) => {
                format!("it is compressed (`{}`), which nobody asked for", clean(encoding, ENCODING))
            }
            Some(_) => "it is compressed, which nobody asked for".to_owned(),
            None if head.is("text/html") => "it is an HTML page, as a proxy or a login page would send".to_owned(),
            None => String::new(),
        };
        Self::new(ErrorKind::Decode, what).with_head(head).with_source(error)
    }

    /// The error of a job that has ended without a result: the service's or the model's message, and the model's own
    /// answer if there was one.
    pub(crate) fn verdict(sentence: impl Into<String>, body: Option<Body>) -> Self {
        let mut error = Self::new(ErrorKind::Failed, sentence);
        error.0.body = body;
        error.into_verdict()
    }

    /// The same error for a job that is over.
    pub(crate) fn into_verdict(self) -> Self {
        let error = self.sorted();
        let state = if error.0.kind == ErrorKind::Cancelled { RequestState::Cancelled } else { RequestState::Failed };
        error.in_state(state)
    }

    /// Determines the kind again, when more of the answer is known.
    fn sorted(mut self) -> Self {
        self.0.kind = ErrorKind::of_answer(self.status(), self.0.body.as_ref(), self.error_type().as_ref());
        self
    }

    pub(crate) fn with_head(mut self, head: Head) -> Self {
        if let Some(request_id) = &head.request_id {
            self.0.request_id.get_or_insert_with(|| request_id.clone());
        }
        self.0.head = Some(head);
        self
    }

    pub(crate) fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Adds the reason for a failure from the job's status; a reason in the result takes precedence.
    pub(crate) fn with_reason(mut self, sentence: String, error_type: Option<&RequestErrorType>) -> Self {
        self.0.message = sentence;
        if let Some(error_type) = error_type {
            let body = self.0.body.get_or_insert_default();
            body.error_type.get_or_insert_with(|| error_type.to_string());
        }
        self
    }

    pub(crate) fn at(mut self, operation: Operation, endpoint: Option<&'static str>) -> Self {
        self.0.operation.get_or_insert(operation);
        if self.0.endpoint.is_none() {
            self.0.endpoint = endpoint;
        }
        self
    }

    /// Hides these wherever the error is shown, also in what its cause repeats of an answer.
    pub(crate) fn hiding(mut self, secrets: &Secrets) -> Self {
        self.0.secrets = secrets.clone();
        if let Some(cause) = self.0.source.take() {
            self.0.source = Some(match cause.downcast::<serde_json::Error>() {
                Ok(cause) => Unfit::of(cause, secrets),
                Err(cause) => cause,
            });
        }
        self
    }

    /// Sets the job's id, in place of the id of the single answer that failed.
    pub(crate) fn of_job(mut self, request_id: &str) -> Self {
        self.0.request_id = Some(request_id.to_owned());
        self
    }

    /// Sets what became of the request, for a caller that knows more than follows from the kind.
    pub(crate) fn in_state(mut self, state: RequestState) -> Self {
        self.0.state = Some(state);
        self
    }

    /// Sets when the request was sent, for a request that may have been accepted, and by how much this machine's clock
    /// is wrong, if that is known.
    pub(crate) fn sent_since(mut self, begun: SystemTime, clock_offset_ms: Option<i64>) -> Self {
        if self.may_have_been_accepted() {
            let window = Window::new(begun, clock::system_time());
            self.0.window = Some(clock_offset_ms.map_or(window, |offset| window.with_clock_offset_ms(offset)));
        }
        self
    }

    pub(crate) fn repr(&self) -> &Repr {
        &self.0
    }

    pub(crate) fn repr_mut(&mut self) -> &mut Repr {
        &mut self.0
    }

    /// What went wrong. The order in which an answer's status, `error_type` and details are looked at is in [`ErrorKind`].
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The job's or the answer's id, as the server gave it (`request_id`, or the header `X-Fal-Request-Id`): what fal's support
    /// and dashboard ask for. `None` where no answer has named one.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The HTTP status of the answer that the error is about; `None` where there is none.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.head.as_ref().map(|head| head.status)
    }

    /// Why the request failed before or around the model, from the body's `error_type` or the header
    /// `X-Fal-Error-Type`; `None` where the answer has neither.
    ///
    /// ```
    /// use ideogram_client::{Error, RequestErrorType};
    ///
    /// fn runner_was_lost(error: &Error) -> bool {
    ///     error.error_type() == Some(RequestErrorType::RunnerDisconnected)
    /// }
    /// ```
    pub fn error_type(&self) -> Option<RequestErrorType> {
        let body = self.0.body.as_ref().and_then(|body| body.error_type.as_deref());
        let text = body.or_else(|| self.0.head.as_ref()?.error_type.as_deref())?;
        Some(RequestErrorType::from(text))
    }

    /// What the server found wrong with the input, one entry for each fault; empty if it named none. [`Allowed::of`]
    /// says what each would have allowed.
    pub fn details(&self) -> &[ValidationErrorDetail] {
        self.0.body.as_ref().map(|body| body.details.as_slice()).unwrap_or_default()
    }

    /// The body of the failed answer, cut to [`limits::ERROR_TEXT_BYTES`](crate::limits::ERROR_TEXT_BYTES) (16 KiB). It
    /// is the server's own: remove control characters before you print it, and see
    /// [`Client::redact`](crate::Client::redact).
    ///
    /// The model's own answer that does not fit its type ([`RequestState::Answered`]) is whole, up to
    /// [`limits::OUTPUT_BYTES`](crate::limits::OUTPUT_BYTES): it is paid for. [`files`](Self::files) has the files in it.
    pub fn body(&self) -> Option<&str> {
        self.0.body.as_ref().map(|body| body.text.as_str())
    }

    /// How often the request was sent, repetitions included: 1 for one that was sent once or not at all.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// The time in which a paid request was sent, if it may have been accepted: pass it to
    /// [`Client::find_submitted`](crate::Client::find_submitted). `None` for every other error; for a job that is known
    /// to exist, use its [`request_id`](Self::request_id) instead.
    pub fn sent_within(&self) -> Option<Window> {
        self.0.window
    }

    /// How long the server asked to wait before the next request (`Retry-After`), counted from its answer; a date is
    /// turned into a time from then. At most [`limits::RETRY_AFTER`](crate::limits::RETRY_AFTER), whatever the server said.
    ///
    /// The client has obeyed it already where its [`RetryPolicy`](crate::RetryPolicy) allows.
    ///
    /// ```
    /// # use ideogram_client::Error;
    /// # use std::time::Duration;
    /// /// When to send the next request after one that was refused for sending too many.
    /// fn pause(error: &Error) -> Option<Duration> {
    ///     error.is_rate_limited().then(|| error.retry_after().unwrap_or(Duration::from_secs(10)))
    /// }
    /// ```
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.head.as_ref()?.retry_after
    }
}

/// Why an answer does not fit its description, where that repeats so much of the answer, or a secret in it, that serde's own
/// error must not be shown.
#[derive(Debug)]
struct Unfit(String);

impl Unfit {
    fn of(cause: Box<serde_json::Error>, secrets: &Secrets) -> Box<dyn StdError + Send + Sync> {
        let told = cause.to_string();
        match clean(&secrets.hide(&told), CAUSE) {
            shown if shown == told => cause,
            shown => Box::new(Self(shown.into_owned())),
        }
    }
}

impl std::fmt::Display for Unfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl StdError for Unfit {}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}
