//! Webhooks: signs and delivers them, with retries.

use crate::clock;
use crate::json::Json;
use crate::world::State;
use crate::world::addresses::Links;
use crate::world::job::Job;
use crate::world::outbound::{self, Network};
use crate::world::outcome::Outcome;
use crate::world::webhook_signer::USER_ID;
use serde::Serialize;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

/// The longest wait between two attempts.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);

#[derive(Serialize)]
struct Delivery<'a> {
    request_id: &'a str,
    gateway_request_id: &'a str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    payload: Json,
    /// Why there is no payload.
    #[serde(skip_serializing_if = "Option::is_none")]
    payload_error: Option<&'static str>,
}

/// Why the payload of a job is not in its webhook.
const DROPPED: &str = "The payload was dropped: the sandbox's memory is full";

impl<'a> Delivery<'a> {
    fn new(job: &'a Job, outcome: &'a Outcome, links: &Links) -> Self {
        let payload = crate::json::parse(&outcome.body_for(links)).ok().filter(|_| !outcome.forgotten);
        Self {
            request_id: &job.id,
            gateway_request_id: &job.gateway_id,
            status: if outcome.error.is_none() { "OK" } else { "ERROR" },
            error: outcome.error.as_ref().map(|(error, _)| error.as_str()),
            payload_error: outcome.forgotten.then_some(DROPPED),
            payload: payload.unwrap_or(Json::Null),
        }
    }
}

/// Reports a completed job to the URL that was given with it.
pub(crate) async fn deliver(state: Arc<State>, job: Arc<Job>) {
    let (Some(url), Some(outcome)) = (job.options.webhook.clone(), job.outcome()) else { return };
    let links = job.links.clone().unwrap_or_else(|| state.addresses.links());
    let delivery = Delivery::new(&job, &outcome, &links);
    let body = serde_json::to_vec(&delivery).unwrap_or_default();
    let Ok(client) = outbound::client(state.config.webhook_timeout, Network::Local) else { return };
    let mut wait = state.config.webhook_backoff;
    for attempt in 1..=state.config.webhook_attempts {
        // Each attempt is signed anew: a receiver refuses a timestamp that is minutes old.
        let timestamp = clock::unix(clock::now());
        let sent = client
            .post(&url)
            .header("content-type", "application/json")
            .header("x-fal-webhook-request-id", &job.id)
            .header("x-fal-webhook-user-id", USER_ID)
            .header("x-fal-webhook-timestamp", timestamp)
            .header("x-fal-webhook-signature", state.signer.sign(&job.id, timestamp, &body))
            .body(body.clone())
            .send()
            .await;
        let answer = sent.map(|response| response.status().as_u16());
        let error = answer.as_ref().err().map(reason);
        job.note_delivery(json!({
            "attempt": attempt,
            "at": clock::rfc3339(clock::now()),
            "status": answer.as_ref().ok(),
            "error": error,
        }));
        match answer {
            // A redirect is not followed, and not tried again either.
            Ok(200..=399) => return,
            _ if attempt == state.config.webhook_attempts => return,
            _ => tokio::time::sleep(wait).await,
        }
        wait = wait.saturating_mul(2).min(LONGEST_WAIT);
    }
}

/// What went wrong, without the URL, which may hold a secret.
fn reason(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "timed out"
    } else if error.is_connect() {
        "could not connect"
    } else if error.is_builder() {
        "not a URL that can be called"
    } else {
        "the call failed"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::Service;
    use crate::world::addresses::Addresses;
    use crate::world::job::SubmitOptions;
    use bytes::Bytes;

    #[test]
    fn a_payload_that_was_dropped_is_null_and_says_why() {
        let job = Job::new(Service::Queue, "a/b", None, None, SubmitOptions::default(), Bytes::new());
        let outcome = Outcome::output(&json!({ "seed": 1 }), 1);
        let written = |outcome: &Outcome| {
            serde_json::to_value(Delivery::new(
                &job,
                outcome,
                &Addresses::new(false, 1, Vec::new(), Vec::new()).links(),
            ))
            .unwrap()
        };
        let whole = written(&outcome);
        assert_eq!((&whole["payload"], whole.get("payload_error")), (&json!({ "seed": 1 }), None));
        let dropped = written(&outcome.without_body());
        assert_eq!((&dropped["payload"], &dropped["payload_error"]), (&json!(null), &json!(DROPPED)));
        assert_eq!(dropped["status"], "OK");
    }
}
