//! Finds a request whose reply was lost, by its exact input.

use super::history;
use crate::call::window::Window;
use crate::error::Result;
use crate::wire::Wire;
use crate::wire::input::Payload;
use ideogram_schema::HistoryItem;
use serde_json::Value;
use std::time::Duration;

/// How far the clocks of this machine and of the platform may differ beyond the known offset.
const SKEW: Duration = Duration::from_secs(120);

/// The requests that could be the lost one.
#[derive(Debug)]
pub(crate) struct Candidates {
    pub(crate) request_ids: Vec<String>,
    /// Whether all requests of the window were seen, each with its input.
    pub(crate) complete: bool,
}

/// Searches once, among the requests whose ids are not `known` to belong to other calls.
pub(crate) async fn find(
    wire: &Wire,
    payload: &Payload,
    window: Window,
    known: impl Fn(&str) -> bool,
) -> Result<Candidates> {
    let sent = payload.value();
    let offset = || window.clock_offset_ms().or_else(|| wire.clock.offset_ms()).unwrap_or_default();
    let looked = offset();
    // Its id, and whether the history has its input.
    let keep = |item: HistoryItem| {
        let is_candidate =
            !known(&item.request_id) && item.json_input.as_ref().is_none_or(|input| matches(&sent, input));
        is_candidate.then(|| (item.request_id, item.json_input.is_some()))
    };
    let look = |offset: i64| history::within(wire, payload.endpoint, window.shifted(offset).widened(SKEW), keep);
    let (mut found, mut all) = look(looked).await?;
    // The history's own answer may be the first to say how wrong this machine's clock is.
    if Duration::from_millis(offset().abs_diff(looked)) > SKEW / 2 {
        (found, all) = look(offset()).await?;
    }
    let all_said = found.iter().all(|(_, has_input)| *has_input);
    let request_ids = found.into_iter().map(|(request_id, _)| request_id).collect();
    Ok(Candidates { request_ids, complete: all && all_said })
}

/// Whether the stored input contains everything that was sent. The platform may have added fields, and may write
/// numbers in another form.
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
        // Some histories store the body as a text.
        (sent @ Value::Object(_), Value::String(text)) => {
            serde_json::from_str(text).is_ok_and(|kept: Value| kept.is_object() && matches(sent, &kept))
        }
        (sent, kept) => sent == kept,
    }
}

#[cfg(test)]
mod tests {
    use super::matches;
    use serde_json::json;

    #[test]
    fn no_other_list_and_no_other_text_is_the_one_that_was_sent() {
        let sent = json!({"prompt": "a", "urls": ["x", "y"]});
        assert!(matches(&sent, &json!({"prompt": "a", "urls": ["x", "y"]})));
        for urls in [json!(["x"]), json!(["x", "z"]), json!(["x", "y", "z"]), json!([])] {
            let other = json!({"prompt": "a", "urls": urls});
            assert!(!matches(&sent, &other), "{other}");
            assert!(!matches(&sent, &json!(other.to_string())), "the text of {other}");
        }
    }

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
}
