//! The outcome of a job: status, headers and body as the model gave them.

use crate::services::Service;
use crate::validate::Detail;
use crate::world::addresses::Links;
use bytes::Bytes;
use http::StatusCode;
use serde::Serialize;
use serde_json::json;

/// The message when the memory limit is reached.
pub(crate) const OUT_OF_MEMORY: &str = "The sandbox's memory is full of open jobs: give it more (`--memory`) or wait";

/// The answer of the model, or of the platform in its place.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) status: StatusCode,
    pub(crate) body: Bytes,
    /// The body was dropped to keep the store within its bound.
    pub(crate) forgotten: bool,
    /// The failure in a status report: a message, and the error type if the platform failed and not the model.
    pub(crate) error: Option<(String, Option<&'static str>)>,
    /// What is charged, in the price's units; none where the framework says nothing of it.
    pub(crate) units: Option<u32>,
    /// Whether the start timeout that the caller set has passed.
    pub(crate) user_timeout: bool,
    /// The beginning of the URLs of files in the body. Each answer replaces it with the base URL for its caller.
    pub(crate) files_at: Option<String>,
    /// Whether the data is only in the answer, and not in the history.
    pub(crate) private: bool,
}

/// The body of an error that says where the input is wrong.
#[derive(Serialize)]
struct Details<'a> {
    detail: &'a [Detail],
}

impl Outcome {
    fn new(status: StatusCode, body: &impl Serialize) -> Self {
        let error = (!status.is_success()).then(|| (format!("Invalid status code: {}", status.as_u16()), None));
        Self {
            status,
            body: serde_json::to_vec(body).unwrap_or_default().into(),
            forgotten: false,
            error,
            units: None,
            user_timeout: false,
            files_at: None,
            private: false,
        }
    }

    /// An output.
    pub(crate) fn output(body: &impl Serialize, units: u32) -> Self {
        Self { units: Some(units), ..Self::new(StatusCode::OK, body) }
    }

    /// The framework found the input wrong.
    pub(crate) fn invalid(details: &[Detail]) -> Self {
        Self { units: Some(0), ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, &Details { detail: details }) }
    }

    /// The framework could not read the body.
    pub(crate) fn unreadable() -> Self {
        Self::new(StatusCode::BAD_REQUEST, &json!({ "detail": "There was an error parsing the body" }))
    }

    /// The model found something wrong.
    pub(crate) fn refused(status: StatusCode, detail: &Detail) -> Self {
        Self::new(status, &Details { detail: std::slice::from_ref(detail) })
    }

    /// The model crashed.
    pub(crate) fn crash() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, &json!({ "detail": "Internal Server Error" }))
    }

    /// The application has no such path.
    pub(crate) fn no_such_path(path: &str) -> Self {
        let body = json!({ "detail": format!("Path {path} not found") });
        Self { units: Some(0), ..Self::new(StatusCode::NOT_FOUND, &body) }
    }

    /// The platform failed around the model.
    pub(crate) fn failure(status: StatusCode, text: &str, error_type: &'static str) -> Self {
        let body = json!({ "detail": text, "error_type": error_type });
        Self { error: Some((text.to_owned(), Some(error_type))), ..Self::new(status, &body) }
    }

    /// The sandbox itself has no room for the files of the input.
    pub(crate) fn out_of_memory() -> Self {
        Self::failure(StatusCode::INSUFFICIENT_STORAGE, OUT_OF_MEMORY, "internal_error")
    }

    /// The job did not start in the time that the caller gave it.
    pub(crate) fn start_timeout() -> Self {
        let failure = Self::failure(StatusCode::GATEWAY_TIMEOUT, "Request timed out", "request_timeout");
        Self { user_timeout: true, ..failure }
    }

    /// The caller cancelled the job.
    pub(crate) fn cancelled() -> Self {
        let status = StatusCode::from_u16(499).unwrap_or(StatusCode::BAD_REQUEST);
        Self::failure(status, "Request cancelled by the client", "client_cancelled")
    }

    /// The body, with the URLs of files for this caller.
    pub(crate) fn body_for(&self, links: &Links) -> Bytes {
        let there = links.url(Service::Cdn, "");
        match &self.files_at {
            Some(here) if *here != there => match std::str::from_utf8(&self.body) {
                Ok(text) => text.replace(&format!("\"{here}/"), &format!("\"{there}/")).into(),
                Err(_) => self.body.clone(),
            },
            _ => self.body.clone(),
        }
    }

    /// All but the body.
    pub(crate) fn without_body(&self) -> Self {
        Self { body: Bytes::new(), forgotten: true, ..self.clone() }
    }

    /// The kind of the failure, when it lies around the model.
    pub(crate) fn error_type(&self) -> Option<&'static str> {
        self.error.as_ref().and_then(|(_, kind)| *kind)
    }
}
