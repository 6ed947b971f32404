//! The request that made a picture, as it is stored in the picture itself.

use crate::price::amount;
use crate::summary::summarised;
use ideogram_schema::{ENDPOINTS, EndpointInfo, FieldKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The keyword of the text that has all of it, as JSON.
pub(crate) const KEYWORD: &str = "ideogram";

/// The keyword of the prompt, which other programs show.
const DESCRIPTION: &str = "Description";

/// A request that made a picture. No local path is in it: a file that was sent is its type, size and hash.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Made {
    /// The endpoint's id.
    pub(crate) endpoint: String,
    /// The service's id of the request.
    #[serde(default)]
    pub(crate) request_id: Option<String>,
    /// The seed that was used.
    #[serde(default)]
    pub(crate) seed: Option<i64>,
    /// The list price at the time.
    #[serde(default)]
    pub(crate) price: Option<PriceOfOne>,
    /// What was sent; a data URI is its type, size and hash.
    pub(crate) input: Map<String, Value>,
}

/// The list price at the time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct PriceOfOne {
    /// A decimal number.
    pub(crate) amount: String,
    /// ISO 4217, for example `USD`.
    pub(crate) currency: String,
    /// What is paid for: `image`.
    pub(crate) unit: String,
}

impl Made {
    pub(crate) fn new(
        info: &EndpointInfo,
        input: &Map<String, Value>,
        seed: Option<i64>,
        request_id: Option<&str>,
    ) -> Self {
        let input = match summarised(input) {
            Value::Object(input) => input,
            _ => Map::new(),
        };
        let price = info.price.map(|price| PriceOfOne {
            amount: amount(price.micros),
            currency: price.currency.to_owned(),
            unit: price.unit.to_owned(),
        });
        Self { endpoint: info.id.to_owned(), request_id: request_id.map(str::to_owned), seed, price, input }
    }

    /// What of it can be sent again; `None` where this build does not know the endpoint. Of what a picture says, `local` is
    /// false: then a file is taken only where it is an http or https URL.
    pub(crate) fn again(&self, local: bool) -> Option<Again> {
        let info = ENDPOINTS.iter().copied().find(|info| info.id == self.endpoint)?;
        let mut again = Again { info, input: Map::new(), left_out: Vec::new() };
        for (name, value) in &self.input {
            let fits = info.input(name).is_some_and(|field| {
                field.kind.check(name, value).is_ok() && (local || is_on_the_web(&field.kind, value))
            });
            if fits {
                again.input.insert(name.clone(), value.clone());
            } else {
                again.left_out.push(name.clone());
            }
        }
        Some(again)
    }

    /// The texts of a PNG file. They are the same in every run, so that a picture that an interrupted run has saved is
    /// known again.
    pub(crate) fn texts(&self, prompt: Option<&str>) -> Vec<(&'static str, String)> {
        let prompt = prompt.map(|prompt| (DESCRIPTION, prompt.to_owned()));
        let whole = serde_json::to_string(self).ok().map(|json| (KEYWORD, json));
        prompt.into_iter().chain(whole).collect()
    }
}

/// A request as it can be sent again.
#[derive(Clone, Debug)]
pub(crate) struct Again {
    pub(crate) info: &'static EndpointInfo,
    pub(crate) input: Map<String, Value>,
    /// The fields that cannot be taken over: files that were sent from a disk, and what the endpoint does not take.
    pub(crate) left_out: Vec<String>,
}

impl Again {
    /// The fields that the endpoint cannot do without and that are not known.
    pub(crate) fn missing(&self) -> impl Iterator<Item = &'static str> {
        self.info
            .inputs
            .iter()
            .filter(|field| field.required && !self.input.contains_key(field.name))
            .map(|field| field.name)
    }
}

/// Whether every file in a value is named by an http or https URL.
fn is_on_the_web(kind: &'static FieldKind, value: &Value) -> bool {
    match (kind, value) {
        (FieldKind::File(_), Value::String(url)) => {
            let scheme = url.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
            matches!(scheme.as_deref(), Some("http" | "https"))
        }
        (FieldKind::Array { items, .. }, Value::Array(values)) => {
            values.iter().all(|value| is_on_the_web(items, value))
        }
        (FieldKind::Object(fields), Value::Object(values)) => fields
            .iter()
            .filter_map(|field| Some((&field.kind, values.get(field.name)?)))
            .all(|(kind, value)| is_on_the_web(kind, value)),
        (FieldKind::Map(kind), Value::Object(values)) => values.values().all(|value| is_on_the_web(kind, value)),
        (FieldKind::OneOf(kinds), value) => {
            kinds.iter().any(|kind| kind.check("", value).is_ok() && is_on_the_web(kind, value))
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::{Made, is_on_the_web};
    use ideogram_schema::{FieldKind, FileRole};
    use serde_json::{Value, json};

    fn made(endpoint: &str, input: &Value) -> Made {
        serde_json::from_value(json!({"endpoint": endpoint, "input": input})).unwrap()
    }

    #[test]
    fn of_a_picture_no_file_but_one_on_the_web_is_sent_again() {
        for (url, web, local) in [
            ("https://a/b.png", true, true),
            ("HTTP://a/b.png", true, true),
            ("data:image/png;base64,AA==", false, true),
            ("/etc/passwd", false, false),
            ("file:///etc/passwd", false, false),
            ("-", false, false),
            ("@words", false, false),
        ] {
            let made = made("fal-ai/ideogram/v2/turbo/remix", &json!({"prompt": "@fox", "image_url": url}));
            for (trusted, taken) in [(false, web), (true, local)] {
                let again = made.again(trusted).unwrap();
                assert_eq!(again.input.contains_key("image_url"), taken, "{url}");
                assert_eq!(again.missing().count(), usize::from(!taken));
                assert_eq!(again.input["prompt"], "@fox");
            }
        }
        let nested = FieldKind::OneOf(&[FieldKind::Array {
            items: &FieldKind::File(FileRole::Image),
            min_items: None,
            max_items: None,
        }]);
        let nested: &'static FieldKind = Box::leak(Box::new(nested));
        assert!(
            is_on_the_web(nested, &json!(["https://a"])) && !is_on_the_web(nested, &json!(["https://a", "data:,"]))
        );
    }

    #[test]
    fn what_the_endpoint_does_not_take_is_left_out() {
        let input = json!({"prompt": "fox", "seed": "seven", "output": "/tmp/x", "style": 3});
        let again = made("fal-ai/ideogram/v2/turbo", &input).again(false).unwrap();
        assert_eq!(Value::Object(again.input), json!({"prompt": "fox"}));
        assert_eq!(again.left_out, ["output", "seed", "style"]);
        assert!(made("fal-ai/other", &json!({})).again(true).is_none());
    }
}
