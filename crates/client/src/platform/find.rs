//! Finding a request again whose reply was lost.

use super::history;
use crate::call::window::Window;
use crate::client::Client;
use crate::error::Result;
use crate::generated::glue::Callable;
use crate::job::Job;
use ideogram_schema::EndpointInput;
use serde_json::Value;
use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How far the clocks of this machine and of the platform may differ.
const SKEW: Duration = Duration::from_secs(120);
/// Request ids that a client remembers as its own.
const REMEMBERED: usize = 10_000;

/// What a search for a lost request gave.
#[derive(Debug)]
#[non_exhaustive]
pub enum Found<E: Callable> {
    /// Exactly one request had this input, and no other job of this client is that one.
    Once(Job<E>),
    /// Several could be it, or one could whose input is not kept: their ids, as far as they were seen.
    Undecided(Vec<String>),
    /// None had this input. It proves nothing before the platform has surely indexed the time in question, and it does
    /// not say when that is.
    Nowhere,
}

/// What a submit does about a reply that was lost after the request may have been accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LostReply {
    /// It ends in an error whose [`may_have_been_accepted`](crate::Error::may_have_been_accepted) is true.
    #[default]
    Report,
    /// It looks the request up in the platform's history for this long, and goes on with the job when it finds exactly
    /// one. Otherwise it ends in the error. Give the input a random seed, so that it has no twin.
    Reconcile(Duration),
}

/// The ids that this client was given for its own requests, the latest ones: none of them is a lost one.
#[derive(Debug, Default)]
pub(crate) struct Known(Mutex<(HashSet<String>, VecDeque<String>)>);

impl Known {
    /// Remembers an id; false when it was known.
    pub(crate) fn claim(&self, request_id: &str) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (ids, order) = &mut *known;
        if !ids.insert(request_id.to_owned()) {
            return false;
        }
        order.push_back(request_id.to_owned());
        if order.len() > REMEMBERED
            && let Some(oldest) = order.pop_front()
        {
            ids.remove(&oldest);
        }
        true
    }

    fn has(&self, request_id: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0.contains(request_id)
    }
}

/// Looks once.
pub(super) async fn find<I>(client: &Client, input: &I, window: Window) -> Result<Found<I::Endpoint>>
where
    I: EndpointInput<Endpoint: Callable>,
{
    let sent = serde_json::to_value(input)
        .map_err(|error| crate::error::Error::input("the input cannot be written as JSON").with_source(error))?;
    let known = &client.shared().known;
    let (mut items, all) = history::within::<I::Endpoint>(client, window.widened(SKEW)).await?;
    items.retain(|item| !known.has(&item.request_id));
    let unsaid = items.iter().any(|item| item.json_input.is_none());
    items.retain(|item| item.json_input.as_ref().is_none_or(|input| matches(&sent, input)));
    match items.as_slice() {
        [] if all => Ok(Found::Nowhere),
        [one] if all && !unsaid => {
            let job = client.job(one.request_id.clone())?;
            // Two searches at once must not both have it.
            if known.claim(&one.request_id) { Ok(Found::Once(job)) } else { Ok(Found::Nowhere) }
        }
        several => Ok(Found::Undecided(several.iter().map(|item| item.request_id.clone()).collect())),
    }
}

impl LostReply {
    /// Looks for a lost request again and again, until it is found or the time is over. Trouble on the way counts as not
    /// found: there is an error to report already.
    pub(crate) async fn reconcile<I>(self, client: &Client, input: &I, window: Window) -> Option<Job<I::Endpoint>>
    where
        I: EndpointInput<Endpoint: Callable>,
    {
        let Self::Reconcile(patience) = self else { return None };
        let search = async {
            let mut wait = (patience / 50).clamp(Duration::from_millis(1), Duration::from_secs(1));
            loop {
                if let Ok(Found::Once(job)) = find(client, input, window).await {
                    return job;
                }
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(Duration::from_secs(10));
            }
        };
        tokio::time::timeout(patience, search).await.ok()
    }
}

/// Whether everything that was sent is there, and equal; the platform may have added fields, and numbers may have
/// changed their spelling.
fn matches(sent: &Value, kept: &Value) -> bool {
    match (sent, kept) {
        (Value::Object(sent), Value::Object(kept)) => {
            sent.iter().all(|(name, sent)| kept.get(name).is_some_and(|kept| matches(sent, kept)))
        }
        (Value::Array(sent), Value::Array(kept)) => {
            sent.len() == kept.len() && sent.iter().zip(kept).all(|(sent, kept)| matches(sent, kept))
        }
        (Value::Number(sent), Value::Number(kept)) => {
            sent == kept
                || (!(sent.is_i64() && kept.is_i64())
                    && sent.as_f64().zip(kept.as_f64()).is_some_and(|(sent, kept)| sent.total_cmp(&kept).is_eq()))
        }
        // Some histories keep the text of the body.
        (sent @ Value::Object(_), Value::String(text)) => {
            serde_json::from_str(text).is_ok_and(|kept: Value| kept.is_object() && matches(sent, &kept))
        }
        (sent, kept) => sent == kept,
    }
}

#[cfg(test)]
mod tests {
    use super::{Known, matches};
    use serde_json::json;

    #[test]
    fn an_input_matches_when_all_that_was_sent_is_there() {
        let sent = json!({"prompt": "a", "seed": 4, "strength": 1.0});
        assert!(matches(&sent, &json!({"strength": 1, "seed": 4, "prompt": "a", "style": "auto"})));
        assert!(matches(&sent, &json!(sent.to_string())));
        for other in [
            json!({"prompt": "a", "seed": 5, "strength": 1}),
            json!({"prompt": "a", "seed": 4}),
            json!(null),
            json!("a"),
        ] {
            assert!(!matches(&sent, &other), "{other}");
        }
        assert!(!matches(&json!(9_007_199_254_740_993_i64), &json!(9_007_199_254_740_992_i64)), "seeds are exact");
    }

    #[test]
    fn a_request_is_claimed_once_and_only_so_many_are_remembered() {
        let known = Known::default();
        assert!(known.claim("a") && !known.claim("a"));
        (0..super::REMEMBERED).for_each(|n| assert!(known.claim(&n.to_string())));
        assert!(!known.has("a") && known.has("0"));
    }
}
