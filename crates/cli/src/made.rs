//! What made a picture, as it stands in the picture itself.

use crate::price::amount;
use crate::summary::summarised;
use ideogram_schema::EndpointInfo;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The keyword of the text that has all of it, as JSON.
pub(crate) const KEYWORD: &str = "ideogram";

/// The keyword of the prompt, which other programs show.
const DESCRIPTION: &str = "Description";

/// A request that made a picture. No local path is in it: a file that was sent is its type, size and hash.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Made {
    pub(crate) endpoint: String,
    #[serde(default)]
    pub(crate) request_id: Option<String>,
    #[serde(default)]
    pub(crate) seed: Option<i64>,
    #[serde(default)]
    pub(crate) price: Option<PriceOfOne>,
    pub(crate) input: Map<String, Value>,
}

/// The list price at the time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct PriceOfOne {
    /// A decimal number.
    pub(crate) amount: String,
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

    /// The texts of a PNG file. They are the same in every run, so that a picture that an interrupted run has saved is
    /// known again.
    pub(crate) fn texts(&self, prompt: Option<&str>) -> Vec<(&'static str, String)> {
        let prompt = prompt.map(|prompt| (DESCRIPTION, prompt.to_owned()));
        let whole = serde_json::to_string(self).ok().map(|json| (KEYWORD, json));
        prompt.into_iter().chain(whole).collect()
    }
}
