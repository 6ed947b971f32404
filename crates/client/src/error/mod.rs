//! The one error type of this crate.

mod body;
mod context;
mod display;

use crate::call::head::Head;
use crate::call::operation::Operation;
use crate::call::window::Window;
use crate::clock;
use ideogram_schema::{RequestErrorType, ValidationErrorDetail, ValidationErrorType};
use reqwest::StatusCode;
use std::error::Error as StdError;
use std::time::{Duration, SystemTime};

pub(crate) use body::Body;
pub use context::Allowed;

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, on what, and what to do next.
///
/// The type is opaque so that it can grow; ask it with its predicates. Its [`Display`](std::fmt::Display) is one
/// sentence for a person. Neither it nor its `Debug` ever holds the API key, and server text in the sentence is free of
/// control characters.
///
/// ```
/// # fn show(error: ideogram_client::Error) {
/// if error.is_validation() {
///     for detail in error.details() {
///         eprintln!("{:?}: {}", detail.loc, detail.msg);
///     }
/// } else if error.may_have_been_accepted() {
///     eprintln!("look before you pay twice: {error}");
/// }
/// # }
/// ```
pub struct Error(Box<Repr>);

/// What an [`Error`] knows.
#[derive(Debug)]
pub(crate) struct Repr {
    pub(crate) kind: Kind,
    /// A sentence for the kinds that the display has none for.
    pub(crate) message: String,
    pub(crate) operation: Option<Operation>,
    pub(crate) endpoint: Option<&'static str>,
    pub(crate) request_id: Option<String>,
    pub(crate) head: Option<Head>,
    pub(crate) body: Option<Body>,
    pub(crate) attempts: u32,
    /// Whether a job is known to exist whose outcome this error does not tell.
    pub(crate) job_open: bool,
    /// When the request was sent.
    pub(crate) window: Option<Window>,
    pub(crate) source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The classes of trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// No API key was given.
    MissingKey,
    /// A setting cannot be used.
    Configuration,
    /// Something that the caller passed in cannot be used.
    Input,
    /// No connection: nothing was sent.
    Connect,
    /// The server was silent or slow for too long.
    Timeout,
    /// The connection broke after the request was sent, in part or whole.
    Transport,
    /// The answer is larger than its bound.
    TooLarge,
    /// The answer is not what the description says.
    Decode,
    /// The server answered with a status that is not a success.
    Status,
    /// The job has completed, and failed.
    Failed,
    /// The deadline of the whole call passed.
    Deadline,
    /// The caller gave up on the call.
    Cancelled,
    /// The server named a URL that the key must not go to.
    ForeignUrl,
    /// A file of this machine.
    File,
    /// A webhook's delivery that is not to be believed.
    Forged,
}

impl Error {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self(Box::new(Repr {
            kind,
            message: message.into(),
            operation: None,
            endpoint: None,
            request_id: None,
            head: None,
            body: None,
            attempts: 1,
            job_open: false,
            window: None,
            source: None,
        }))
    }

    pub(crate) fn configuration(message: impl Into<String>) -> Self {
        Self::new(Kind::Configuration, message)
    }

    pub(crate) fn input(message: impl Into<String>) -> Self {
        Self::new(Kind::Input, message)
    }

    pub(crate) fn missing_key() -> Self {
        Self::new(Kind::MissingKey, "")
    }

    /// A failure below HTTP, sorted by what it says about the request.
    pub(crate) fn transport(error: reqwest::Error) -> Self {
        // The URL may hold a webhook's secret.
        let error = error.without_url();
        let kind = if error.is_connect() {
            Kind::Connect
        } else if error.is_timeout() {
            Kind::Timeout
        } else if error.is_builder() {
            Kind::Input
        } else if error.is_redirect() {
            // The policy for downloads said no.
            Kind::ForeignUrl
        } else {
            Kind::Transport
        };
        let message = match kind {
            Kind::Input => "the request could not be made",
            Kind::ForeignUrl => "a redirect was not followed",
            _ => "",
        };
        Self::new(kind, message).with_source(error)
    }

    /// An answer that is not a success.
    pub(crate) fn status_of(head: Head, body: &[u8]) -> Self {
        let mut error = Self::new(Kind::Status, "");
        error.0.body = Some(Body::parse(body));
        error.with_head(head)
    }

    /// An answer that is a success but not what the description says.
    pub(crate) fn unreadable(head: Head, error: serde_json::Error) -> Self {
        let html = head.is("text/html");
        let what = if html { "it is an HTML page, as a proxy or a login page would send" } else { "" };
        Self::new(Kind::Decode, what).with_head(head).with_source(error)
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

    pub(crate) fn at(mut self, operation: Operation, endpoint: Option<&'static str>) -> Self {
        self.0.operation.get_or_insert(operation);
        if self.0.endpoint.is_none() {
            self.0.endpoint = endpoint;
        }
        self
    }

    /// Names the job: its id comes before that of the single answer that failed.
    pub(crate) fn of_job(mut self, request_id: &str) -> Self {
        self.0.request_id = Some(request_id.to_owned());
        self
    }

    /// Says when the request was sent, if that matters.
    pub(crate) fn sent_since(mut self, begun: SystemTime) -> Self {
        if self.may_have_been_accepted() {
            self.0.window = Some(Window::new(begun, clock::system_time()));
        }
        self
    }

    pub(crate) fn with_job_open(mut self, open: bool) -> Self {
        self.0.job_open = open;
        self
    }

    pub(crate) fn repr(&self) -> &Repr {
        &self.0
    }

    pub(crate) fn repr_mut(&mut self) -> &mut Repr {
        &mut self.0
    }

    /// The job's or the answer's id, as the server gave it: what fal's support and dashboard ask for.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The HTTP status of the answer, where there was one.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.head.as_ref().map(|head| head.status)
    }

    /// Why the request failed before or around the model, from the body's `error_type` or the header
    /// `X-Fal-Error-Type`.
    pub fn error_type(&self) -> Option<RequestErrorType> {
        let body = self.0.body.as_ref().and_then(|body| body.error_type.as_deref());
        let text = body.or_else(|| self.0.head.as_ref()?.error_type.as_deref())?;
        Some(RequestErrorType::from(text))
    }

    /// What the server found wrong with the input, one entry a fault; empty where it named none.
    pub fn details(&self) -> &[ValidationErrorDetail] {
        self.0.body.as_ref().map(|body| body.details.as_slice()).unwrap_or_default()
    }

    /// The text of the failed answer, cut to [`limits::ERROR_TEXT_BYTES`](crate::limits::ERROR_TEXT_BYTES). It is the
    /// server's: clean it before it goes to a terminal.
    pub fn body(&self) -> Option<&str> {
        self.0.body.as_ref().map(|body| body.text.as_str())
    }

    /// How often the request was sent.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// When a paid request was sent whose fate is unknown: where [`Client::find_submitted`](crate::Client::find_submitted)
    /// should look.
    pub fn sent_within(&self) -> Option<Window> {
        self.0.window
    }

    /// How long the server asked to wait (`Retry-After`).
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.head.as_ref()?.retry_after
    }

    /// No API key was given. Set `FAL_KEY`, or `FAL_KEY_ID` and `FAL_KEY_SECRET`, or pass one to the builder.
    pub fn is_missing_key(&self) -> bool {
        self.0.kind == Kind::MissingKey
    }

    /// A setting cannot be used: a base URL, a certificate file, a key with a space in it. Nothing was sent.
    pub fn is_configuration(&self) -> bool {
        matches!(self.0.kind, Kind::Configuration | Kind::MissingKey)
    }

    /// Something that the caller passed in cannot be used. Nothing was sent.
    pub fn is_input(&self) -> bool {
        self.0.kind == Kind::Input
    }

    /// A file of this machine could not be read or written; [`source`](StdError::source) is the `io::Error`.
    pub fn is_file(&self) -> bool {
        self.0.kind == Kind::File
    }

    /// The key is missing, or was refused (401, 403). Check it, and its permissions, in fal's dashboard.
    pub fn is_auth(&self) -> bool {
        self.is_missing_key()
            || (matches!(self.status(), Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN))
                && !self.is_exhausted_balance())
    }

    /// The account has no balance left. Sending again does not help before it is topped up; this is never retried.
    pub fn is_exhausted_balance(&self) -> bool {
        let said = |body: &Body| body.text.to_ascii_lowercase().contains("exhausted balance");
        match self.status() {
            Some(StatusCode::PAYMENT_REQUIRED) => true,
            Some(StatusCode::FORBIDDEN) => self.0.body.as_ref().is_some_and(said),
            _ => false,
        }
    }

    /// The server refused the input (422); [`details`](Self::details) says which fields. The same input is refused
    /// again: change it.
    pub fn is_validation(&self) -> bool {
        self.status() == Some(StatusCode::UNPROCESSABLE_ENTITY)
    }

    /// The prompt or a picture was refused by moderation. Change the prompt.
    pub fn is_content_policy(&self) -> bool {
        self.details().iter().any(|detail| detail.type_ == ValidationErrorType::ContentPolicyViolation)
    }

    /// Too many requests (429). The client has waited and tried again already: send fewer at once, or later.
    pub fn is_rate_limited(&self) -> bool {
        self.status() == Some(StatusCode::TOO_MANY_REQUESTS)
    }

    /// No such job, endpoint or file (404). Results are kept for an hour, large ones for minutes.
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(StatusCode::NOT_FOUND)
    }

    /// No connection could be made: nothing was sent. Check the network and the base URLs.
    pub fn is_connect(&self) -> bool {
        self.0.kind == Kind::Connect
    }

    /// Something took too long: the server's answer, the start timeout, or the deadline of the whole call.
    pub fn is_timeout(&self) -> bool {
        matches!(self.0.kind, Kind::Timeout | Kind::Deadline)
            || matches!(self.status(), Some(StatusCode::GATEWAY_TIMEOUT | StatusCode::REQUEST_TIMEOUT))
            || matches!(self.error_type(), Some(RequestErrorType::RequestTimeout | RequestErrorType::StartupTimeout))
    }

    /// The job was cancelled, by this program or another.
    pub fn is_cancelled(&self) -> bool {
        self.0.kind == Kind::Cancelled || self.error_type() == Some(RequestErrorType::ClientCancelled)
    }

    /// The job has completed, and failed: its outcome is known, and sending the same again is a new job.
    pub fn is_job_failure(&self) -> bool {
        self.0.kind == Kind::Failed
    }

    /// The answer was not what the description says: HTML, other JSON, a cut body.
    pub fn is_decode(&self) -> bool {
        self.0.kind == Kind::Decode
    }

    /// The answer was larger than its [bound](crate::limits).
    pub fn is_too_large(&self) -> bool {
        self.0.kind == Kind::TooLarge
    }

    /// The server named a URL outside the configured bases, where the key must not go. The job exists:
    /// [`Client::job`](crate::Client::job) with its id asks the configured base instead.
    pub fn is_foreign_url(&self) -> bool {
        self.0.kind == Kind::ForeignUrl
    }

    /// A webhook's delivery is not fal's, or too old. Answer it with a refusal.
    pub fn is_forged(&self) -> bool {
        self.0.kind == Kind::Forged
    }

    /// Whether the same call may succeed later, and repeating it cannot pay twice.
    pub fn is_retryable(&self) -> bool {
        self.is_transient() && !self.may_have_been_accepted()
    }

    /// Whether a job may exist, and be billed, whose outcome this error does not tell.
    ///
    /// True after a paid call whose answer was lost, cut, late, unreadable or a server error, and for trouble while a
    /// known job was followed. Look first: with [`request_id`](Self::request_id), re-attach with
    /// [`Client::job`](crate::Client::job); without one, search with
    /// [`Client::find_submitted`](crate::Client::find_submitted). False when nothing was sent, when the server refused the request, and when
    /// the outcome is known.
    pub fn may_have_been_accepted(&self) -> bool {
        if self.0.job_open {
            return true;
        }
        if !self.0.operation.is_some_and(Operation::is_paid) {
            return false;
        }
        match self.0.kind {
            Kind::Timeout | Kind::Transport | Kind::TooLarge | Kind::Decode | Kind::Deadline | Kind::Cancelled => true,
            Kind::Status => !self.is_refusal() && !self.is_ingress_refusal(),
            Kind::MissingKey
            | Kind::Configuration
            | Kind::Input
            | Kind::Connect
            | Kind::Failed
            | Kind::ForeignUrl
            | Kind::File
            | Kind::Forged => false,
        }
    }

    /// Whether the request certainly was not accepted, so that even a paid one may be sent again: no connection was
    /// made, too many requests, or the ingress had nobody to pass it to.
    pub(crate) fn certainly_not_accepted(&self) -> bool {
        self.is_connect() || self.is_rate_limited() || self.is_ingress_refusal()
    }

    /// 503 of the ingress itself: it never reached fal's gateway, which puts its request id on everything.
    fn is_ingress_refusal(&self) -> bool {
        self.status() == Some(StatusCode::SERVICE_UNAVAILABLE)
            && self.0.head.as_ref().is_some_and(|head| head.request_id.is_none())
            && self.0.body.as_ref().is_some_and(Body::is_of_ingress)
    }

    /// A status that says that the request was not taken, or is over. 408 and 409 do not.
    fn is_refusal(&self) -> bool {
        self.status().is_some_and(|status| {
            status.is_client_error() && !matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::CONFLICT)
        })
    }

    /// Whether time may heal it, no matter what a repetition would cost.
    pub(crate) fn is_transient(&self) -> bool {
        match self.0.kind {
            Kind::Connect | Kind::Timeout | Kind::Transport | Kind::Decode => true,
            Kind::Status => {
                let head = self.0.head.as_ref();
                let told_not_to = head.is_some_and(|head| head.user_timeout || head.needs_retry == Some(false));
                !told_not_to
                    && matches!(
                        self.status().map(|status| status.as_u16()),
                        Some(408 | 409 | 425 | 429 | 500 | 502 | 503 | 504)
                    )
            }
            _ => false,
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}
