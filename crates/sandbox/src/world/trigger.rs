//! Prompts that make the model fail, so that a program's handling of each documented failure can be tried.

use crate::validate::{Detail, ValidInput};
use crate::world::outcome::Outcome;
use http::StatusCode;
use ideogram_schema::FileRole;
use serde_json::{Value, json};

/// A word that, between double underscores anywhere in a prompt, makes the request fail in a certain way.
///
/// ```
/// for trigger in ideogram_sandbox::TRIGGERS {
///     assert_eq!(trigger.prompt(), format!("__{}__", trigger.name));
/// }
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Trigger {
    /// The word: the failure's type, as the answer names it.
    pub name: &'static str,
    /// The answer's HTTP status.
    pub status: u16,
    /// What the answer says.
    pub message: &'static str,
    at: Location,
    context: &'static str,
}

/// The location of an error.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Location {
    /// In the body as a whole.
    Body,
    /// In the prompt.
    Prompt,
    /// In the picture that was sent, or in the body where there is none.
    Image,
    /// Around the model.
    Platform,
    /// In the model itself, which crashed.
    Crash,
}

impl Trigger {
    /// The text to put into a prompt.
    pub fn prompt(&self) -> String {
        format!("__{}__", self.name)
    }

    fn outcome(&self, input: &ValidInput) -> Outcome {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let field = match self.at {
            Location::Platform => return Outcome::failure(status, self.message, self.name),
            Location::Crash => return Outcome::crash(),
            Location::Body => None,
            Location::Prompt => Some("prompt"),
            Location::Image => input.files().find(|(_, role, _)| *role == FileRole::Image).map(|(name, ..)| name),
        };
        let mut detail = Detail::of_field(field, self.name, self.message);
        detail.ctx = serde_json::from_str::<Value>(self.context).ok().map(Into::into);
        // Not every model follows the documented structure; this one names the page, as the documentation has it.
        detail.url = Some(format!("https://docs.fal.ai/errors/#{}", self.name));
        Outcome::refused(status, &detail)
    }
}

/// What a prompt triggers, if anything.
pub(crate) fn outcome(input: &ValidInput) -> Option<Outcome> {
    let prompt = input.text("prompt")?;
    // Every trigger begins with two underscores; most prompts have none.
    if !prompt.contains("__") {
        return None;
    }
    TRIGGERS.iter().find(|trigger| prompt.contains(&trigger.prompt())).map(|trigger| trigger.outcome(input))
}

/// Whether the request runs until somebody cancels it.
pub(crate) fn hangs(input: &ValidInput) -> bool {
    input.text("prompt").is_some_and(|prompt| prompt.contains(HANG))
}

/// A prompt with this word runs until it is cancelled.
pub const HANG: &str = "__hang__";

const fn model(name: &'static str, status: u16, at: Location, message: &'static str, context: &'static str) -> Trigger {
    Trigger { name, status, message, at, context }
}

const fn platform(name: &'static str, status: u16, message: &'static str) -> Trigger {
    Trigger { name, status, message, at: Location::Platform, context: "" }
}

/// Every trigger: the documented types of model errors that a picture's endpoint can have, then the documented types of
/// failures around a model, then a crash.
pub static TRIGGERS: &[Trigger] = &[
    model(
        "content_policy_violation",
        422,
        Location::Prompt,
        "The content could not be processed because it was flagged by a content checker.",
        "",
    ),
    model("no_media_generated", 422, Location::Body, "No media was generated.", ""),
    model("image_too_small", 422, Location::Image, "The image is too small.", r#"{"min_height":256,"min_width":256}"#),
    model(
        "image_too_large",
        422,
        Location::Image,
        "The image is too large.",
        r#"{"max_height":4096,"max_width":4096}"#,
    ),
    model("image_load_error", 422, Location::Image, "Failed to load the image.", ""),
    model("file_download_error", 422, Location::Image, "Failed to download the file.", ""),
    model("face_detection_error", 422, Location::Image, "Could not detect a face in the image.", ""),
    model("file_too_large", 422, Location::Image, "The file is too large.", r#"{"max_size":10485760}"#),
    model("feature_not_supported", 422, Location::Body, "The feature is not supported.", ""),
    model("one_of", 422, Location::Prompt, "The value is not one of those expected.", r#"{"expected":["a","b"]}"#),
    model("sequence_too_short", 422, Location::Prompt, "The sequence is too short.", r#"{"min_length":3}"#),
    model("sequence_too_long", 422, Location::Prompt, "The sequence is too long.", r#"{"max_length":1000}"#),
    model(
        "unsupported_image_format",
        422,
        Location::Image,
        "The image format is not supported.",
        r#"{"supported_formats":["png","jpeg","webp"]}"#,
    ),
    model("internal_server_error", 500, Location::Body, "Internal server error.", ""),
    model("generation_timeout", 504, Location::Body, "The generation took too long.", ""),
    model(
        "downstream_service_error",
        400,
        Location::Body,
        "A service that the model relies on refused the request.",
        "",
    ),
    model(
        "downstream_service_unavailable",
        500,
        Location::Body,
        "A service that the model relies on is unavailable.",
        "",
    ),
    platform("request_timeout", 504, "Request timed out"),
    platform("startup_timeout", 504, "Runner did not start in time"),
    platform("runner_scheduling_failure", 503, "No runner could be scheduled"),
    platform("runner_connection_timeout", 503, "Connection to the runner timed out"),
    platform("runner_disconnected", 503, "Runner disconnected"),
    platform("runner_connection_refused", 503, "Runner refused the connection"),
    platform("runner_connection_error", 503, "Connection to the runner failed"),
    platform("runner_incomplete_response", 502, "Runner sent an incomplete response"),
    platform("runner_server_error", 500, "Runner failed"),
    platform("client_disconnected", 499, "Client disconnected"),
    platform("client_cancelled", 499, "Request cancelled by the client"),
    platform("bad_request", 400, "Bad request"),
    platform("internal_error", 500, "Internal error"),
    model("crash", 500, Location::Crash, "Internal Server Error", ""),
];

/// The triggers as data, for the page and for `--help`.
pub(crate) fn as_json() -> Value {
    TRIGGERS
        .iter()
        .map(|trigger| json!({ "prompt": trigger.prompt(), "status": trigger.status, "message": trigger.message }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contexts_are_json_objects() {
        for trigger in TRIGGERS.iter().filter(|trigger| !trigger.context.is_empty()) {
            let context: Value = serde_json::from_str(trigger.context).unwrap();
            assert!(context.is_object(), "{}", trigger.name);
        }
    }

    #[test]
    fn every_documented_failure_around_a_model_has_a_trigger() {
        // One refuses a call before there is a job; the setting `concurrency` shows it.
        let of_jobs = |kind: &&&str| **kind != "concurrent_requests_limit";
        for kind in ideogram_schema::RequestErrorType::VALUES.iter().filter(of_jobs) {
            assert!(TRIGGERS.iter().any(|trigger| trigger.name == *kind && trigger.at == Location::Platform), "{kind}");
        }
    }
}
