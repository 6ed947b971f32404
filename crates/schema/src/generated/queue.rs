//! Hand-made specimen; `cargo xtask codegen` replaces it.

open_enum! {
    /// Where a request stands.
    QueueState {
        InQueue = "IN_QUEUE",
        InProgress = "IN_PROGRESS",
        Completed = "COMPLETED",
    }
}

open_enum! {
    /// What came of a cancel.
    CancelState {
        Ok = "OK",
        CancellationRequested = "CANCELLATION_REQUESTED",
        AlreadyCompleted = "ALREADY_COMPLETED",
        NotFound = "NOT_FOUND",
    }
}

open_enum! {
    /// Severity of a log line.
    LogLevel {
        Stderr = "STDERR",
        Stdout = "STDOUT",
        Error = "ERROR",
        Info = "INFO",
        Warn = "WARN",
        Debug = "DEBUG",
    }
}

open_enum! {
    /// Why a request failed before or around the model.
    RequestErrorType {
        RequestTimeout = "request_timeout",
        StartupTimeout = "startup_timeout",
        RunnerSchedulingFailure = "runner_scheduling_failure",
        RunnerConnectionTimeout = "runner_connection_timeout",
        RunnerDisconnected = "runner_disconnected",
        RunnerConnectionRefused = "runner_connection_refused",
        RunnerConnectionError = "runner_connection_error",
        RunnerIncompleteResponse = "runner_incomplete_response",
        RunnerServerError = "runner_server_error",
        ClientDisconnected = "client_disconnected",
        ClientCancelled = "client_cancelled",
        BadRequest = "bad_request",
        InternalError = "internal_error",
    }
}

/// One log line.
#[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
#[non_exhaustive]
pub struct LogEntry {
    /// The text.
    pub message: ::std::string::String,
    /// When; may lack a zone.
    #[serde(default, skip_serializing_if = "::core::option::Option::is_none")]
    pub timestamp: ::core::option::Option<::std::string::String>,
    /// Severity.
    #[serde(default, skip_serializing_if = "::core::option::Option::is_none")]
    pub level: ::core::option::Option<crate::LogLevel>,
    /// Who wrote it.
    #[serde(default, skip_serializing_if = "::core::option::Option::is_none")]
    pub source: ::core::option::Option<::std::string::String>,
    /// Labels.
    #[serde(default, skip_serializing_if = "::core::option::Option::is_none")]
    pub labels: ::core::option::Option<::serde_json::Map<::std::string::String, ::serde_json::Value>>,
}

impl LogEntry {
    /// With what is required.
    pub fn new(message: impl ::core::convert::Into<::std::string::String>) -> Self {
        Self {
            message: message.into(),
            timestamp: ::core::option::Option::None,
            level: ::core::option::Option::None,
            source: ::core::option::Option::None,
            labels: ::core::option::Option::None,
        }
    }

    /// Sets `timestamp`.
    #[must_use]
    pub fn with_timestamp(mut self, timestamp: impl ::core::convert::Into<::std::string::String>) -> Self {
        self.timestamp = ::core::option::Option::Some(timestamp.into());
        self
    }

    /// Sets `level`.
    #[must_use]
    pub fn with_level(mut self, level: crate::LogLevel) -> Self {
        self.level = ::core::option::Option::Some(level);
        self
    }

    /// Sets `source`.
    #[must_use]
    pub fn with_source(mut self, source: impl ::core::convert::Into<::std::string::String>) -> Self {
        self.source = ::core::option::Option::Some(source.into());
        self
    }

    /// Sets `labels`.
    #[must_use]
    pub fn with_labels(mut self, labels: ::serde_json::Map<::std::string::String, ::serde_json::Value>) -> Self {
        self.labels = ::core::option::Option::Some(labels);
        self
    }
}

/// Figures of a finished request.
#[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
#[non_exhaustive]
pub struct Metrics {
    /// Seconds of inference.
    #[serde(default, skip_serializing_if = "::core::option::Option::is_none")]
    pub inference_time: ::core::option::Option<f64>,
}

impl Metrics {
    /// With what is required.
    pub fn new() -> Self {
        Self {
            inference_time: ::core::option::Option::None,
        }
    }

    /// Sets `inference_time`.
    #[must_use]
    pub fn with_inference_time(mut self, inference_time: f64) -> Self {
        self.inference_time = ::core::option::Option::Some(inference_time);
        self
    }
}

/// Status of a queued request; also the answer to a submit.
#[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
#[non_exhaustive]
pub struct QueueStatus {
    /// Where it stands.
    pub status: crate::QueueState,
    /// The id.
    pub request_id: ::std::string::String,
    /// Id of the last attempt.
    #[serde(default, skip_serializing_if = "::core::option::Option::is_none")]
    pub gateway_request_id: ::core::option::Option<::std::string::String>,
    /// Result URL.
    #[serde(default, skip_serializing_if = "::core::option::Option::is_none")]
    pub response_url: ::core::option::Option<::std::string::String>,
    /// Status URL.
    #[serde(default, skip_serializing_if = "::core::option::Option::is_none")]
    pub status_url: ::core::option::Option<::std::string::String>,
    /// Cancel URL.
    #[serde(default, skip_serializing_if = "::core::option::Option::is_none")]
    pub cancel_url: ::core::option::Option<::std::string::String>,
    /// How many are ahead.
    #[serde(default, skip_serializing_if = "::core::option::Option::is_none")]
    pub queue_position: ::core::option::Option<i64>,
    /// Log lines.
    #[serde(default, skip_serializing_if = "::core::option::Option::is_none")]
    pub logs: ::core::option::Option<::std::vec::Vec<crate::LogEntry>>,
    /// Figures.
    #[serde(default, skip_serializing_if = "::core::option::Option::is_none")]
    pub metrics: ::core::option::Option<crate::Metrics>,
    /// What went wrong.
    #[serde(default, skip_serializing_if = "::core::option::Option::is_none")]
    pub error: ::core::option::Option<::std::string::String>,
    /// Why.
    #[serde(default, skip_serializing_if = "::core::option::Option::is_none")]
    pub error_type: ::core::option::Option<crate::RequestErrorType>,
}

impl QueueStatus {
    /// With what is required.
    pub fn new(status: crate::QueueState, request_id: impl ::core::convert::Into<::std::string::String>) -> Self {
        Self {
            status: status,
            request_id: request_id.into(),
            gateway_request_id: ::core::option::Option::None,
            response_url: ::core::option::Option::None,
            status_url: ::core::option::Option::None,
            cancel_url: ::core::option::Option::None,
            queue_position: ::core::option::Option::None,
            logs: ::core::option::Option::None,
            metrics: ::core::option::Option::None,
            error: ::core::option::Option::None,
            error_type: ::core::option::Option::None,
        }
    }

    /// Sets `gateway_request_id`.
    #[must_use]
    pub fn with_gateway_request_id(mut self, gateway_request_id: impl ::core::convert::Into<::std::string::String>) -> Self {
        self.gateway_request_id = ::core::option::Option::Some(gateway_request_id.into());
        self
    }

    /// Sets `response_url`.
    #[must_use]
    pub fn with_response_url(mut self, response_url: impl ::core::convert::Into<::std::string::String>) -> Self {
        self.response_url = ::core::option::Option::Some(response_url.into());
        self
    }

    /// Sets `status_url`.
    #[must_use]
    pub fn with_status_url(mut self, status_url: impl ::core::convert::Into<::std::string::String>) -> Self {
        self.status_url = ::core::option::Option::Some(status_url.into());
        self
    }

    /// Sets `cancel_url`.
    #[must_use]
    pub fn with_cancel_url(mut self, cancel_url: impl ::core::convert::Into<::std::string::String>) -> Self {
        self.cancel_url = ::core::option::Option::Some(cancel_url.into());
        self
    }

    /// Sets `queue_position`.
    #[must_use]
    pub fn with_queue_position(mut self, queue_position: i64) -> Self {
        self.queue_position = ::core::option::Option::Some(queue_position);
        self
    }

    /// Sets `logs`.
    #[must_use]
    pub fn with_logs(mut self, logs: ::std::vec::Vec<crate::LogEntry>) -> Self {
        self.logs = ::core::option::Option::Some(logs);
        self
    }

    /// Sets `metrics`.
    #[must_use]
    pub fn with_metrics(mut self, metrics: crate::Metrics) -> Self {
        self.metrics = ::core::option::Option::Some(metrics);
        self
    }

    /// Sets `error`.
    #[must_use]
    pub fn with_error(mut self, error: impl ::core::convert::Into<::std::string::String>) -> Self {
        self.error = ::core::option::Option::Some(error.into());
        self
    }

    /// Sets `error_type`.
    #[must_use]
    pub fn with_error_type(mut self, error_type: crate::RequestErrorType) -> Self {
        self.error_type = ::core::option::Option::Some(error_type);
        self
    }
}

/// Answer to a cancel.
#[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
#[non_exhaustive]
pub struct CancelStatus {
    /// What came of it.
    pub status: crate::CancelState,
}

impl CancelStatus {
    /// With what is required.
    pub fn new(status: crate::CancelState) -> Self {
        Self {
            status: status,
        }
    }
}

/// One step of the way to the offending value: a name or an index.
#[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
#[serde(untagged)]
pub enum ValidationLocation {
    /// A name.
    String(::std::string::String),
    /// An index or an offset.
    Integer(i64),
}

/// One thing wrong with an input.
#[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
#[non_exhaustive]
pub struct ValidationErrorDetail {
    /// Where.
    pub loc: ::std::vec::Vec<crate::ValidationLocation>,
    /// What.
    pub msg: ::std::string::String,
    /// Kind.
    #[serde(rename = "type")]
    pub type_: ::std::string::String,
    /// Documentation.
    #[serde(default, skip_serializing_if = "::core::option::Option::is_none")]
    pub url: ::core::option::Option<::std::string::String>,
    /// Figures that go with it.
    #[serde(default, skip_serializing_if = "::core::option::Option::is_none")]
    pub ctx: ::core::option::Option<::serde_json::Map<::std::string::String, ::serde_json::Value>>,
    /// The value.
    #[serde(default, skip_serializing_if = "::core::option::Option::is_none")]
    pub input: ::core::option::Option<::serde_json::Value>,
}

impl ValidationErrorDetail {
    /// With what is required.
    pub fn new(loc: ::std::vec::Vec<crate::ValidationLocation>, msg: impl ::core::convert::Into<::std::string::String>, type_: impl ::core::convert::Into<::std::string::String>) -> Self {
        Self {
            loc: loc,
            msg: msg.into(),
            type_: type_.into(),
            url: ::core::option::Option::None,
            ctx: ::core::option::Option::None,
            input: ::core::option::Option::None,
        }
    }

    /// Sets `url`.
    #[must_use]
    pub fn with_url(mut self, url: impl ::core::convert::Into<::std::string::String>) -> Self {
        self.url = ::core::option::Option::Some(url.into());
        self
    }

    /// Sets `ctx`.
    #[must_use]
    pub fn with_ctx(mut self, ctx: ::serde_json::Map<::std::string::String, ::serde_json::Value>) -> Self {
        self.ctx = ::core::option::Option::Some(ctx);
        self
    }

    /// Sets `input`.
    #[must_use]
    pub fn with_input(mut self, input: ::serde_json::Value) -> Self {
        self.input = ::core::option::Option::Some(input);
        self
    }
}

/// The `detail` of an error body: a sentence, or a list of what is wrong with the input.
#[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
#[serde(untagged)]
pub enum ErrorDetail {
    /// What is wrong with the input, one entry a fault.
    List(::std::vec::Vec<crate::ValidationErrorDetail>),
    /// A sentence.
    String(::std::string::String),
    /// Anything else.
    Any(::serde_json::Value),
}

/// The body of a failed call; every field may be missing.
#[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
#[non_exhaustive]
pub struct ErrorBody {
    /// What went wrong.
    #[serde(default, skip_serializing_if = "::core::option::Option::is_none")]
    pub detail: ::core::option::Option<crate::ErrorDetail>,
    /// Why.
    #[serde(default, skip_serializing_if = "::core::option::Option::is_none")]
    pub error_type: ::core::option::Option<crate::RequestErrorType>,
    /// `NOT_FOUND` of the queue.
    #[serde(default, skip_serializing_if = "::core::option::Option::is_none")]
    pub status: ::core::option::Option<::std::string::String>,
    /// A sentence.
    #[serde(default, skip_serializing_if = "::core::option::Option::is_none")]
    pub message: ::core::option::Option<::std::string::String>,
    /// A sentence.
    #[serde(default, skip_serializing_if = "::core::option::Option::is_none")]
    pub error: ::core::option::Option<::std::string::String>,
}

impl ErrorBody {
    /// With what is required.
    pub fn new() -> Self {
        Self {
            detail: ::core::option::Option::None,
            error_type: ::core::option::Option::None,
            status: ::core::option::Option::None,
            message: ::core::option::Option::None,
            error: ::core::option::Option::None,
        }
    }

    /// Sets `detail`.
    #[must_use]
    pub fn with_detail(mut self, detail: crate::ErrorDetail) -> Self {
        self.detail = ::core::option::Option::Some(detail);
        self
    }

    /// Sets `error_type`.
    #[must_use]
    pub fn with_error_type(mut self, error_type: crate::RequestErrorType) -> Self {
        self.error_type = ::core::option::Option::Some(error_type);
        self
    }

    /// Sets `status`.
    #[must_use]
    pub fn with_status(mut self, status: impl ::core::convert::Into<::std::string::String>) -> Self {
        self.status = ::core::option::Option::Some(status.into());
        self
    }

    /// Sets `message`.
    #[must_use]
    pub fn with_message(mut self, message: impl ::core::convert::Into<::std::string::String>) -> Self {
        self.message = ::core::option::Option::Some(message.into());
        self
    }

    /// Sets `error`.
    #[must_use]
    pub fn with_error(mut self, error: impl ::core::convert::Into<::std::string::String>) -> Self {
        self.error = ::core::option::Option::Some(error.into());
        self
    }
}
