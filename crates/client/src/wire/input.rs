//! What a call sends: a typed input, or a JSON object for an endpoint that is known at run time only.

use crate::error::{Error, Result};
use crate::text::clean;
use ideogram_schema::{ENDPOINTS, Endpoint, EndpointInfo, EndpointInput};
use serde::de::DeserializeOwned;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

/// The body of a call, and the endpoint that takes it: what [`run`](crate::Client::run),
/// [`submit`](crate::Client::submit), [`subscribe`](crate::Client::subscribe) and
/// [`find_submitted`](crate::Client::find_submitted) take.
///
/// Every typed input is one, also those of a crate that `cargo xtask codegen --document` made, and so is [`JsonInput`].
/// It cannot be implemented for anything else.
pub trait CallInput: sealed::Sealed + Sync {
    /// What the endpoint answers.
    type Output: CallOutput;

    /// The endpoint that takes it.
    fn endpoint(&self) -> &'static EndpointInfo;

    /// The body, as it is sent.
    #[doc(hidden)]
    fn to_json(&self) -> serde_json::Result<Box<RawValue>>;
}

/// What an endpoint answers: whatever can be read from JSON.
pub trait CallOutput: DeserializeOwned + Send + 'static {}

impl<T: DeserializeOwned + Send + 'static> CallOutput for T {}

impl<I: EndpointInput> CallInput for I {
    type Output = <I::Endpoint as Endpoint>::Output;

    fn endpoint(&self) -> &'static EndpointInfo {
        <I::Endpoint as Endpoint>::INFO
    }

    fn to_json(&self) -> serde_json::Result<Box<RawValue>> {
        to_raw_value(self)
    }
}

/// An input as JSON, for an endpoint whose name is known at run time only: from a file, a form, a command line.
///
/// The output of its calls is a [`Value`].
///
/// ```no_run
/// use ideogram_client::{Client, JsonInput};
/// use serde_json::json;
///
/// # async fn example(client: Client) -> ideogram_client::Result<()> {
/// let input = JsonInput::new("remix", json!({"prompt": "A fox", "image_url": "https://example.com/fox.png"}))?;
/// let response = client.subscribe(&input).await?;
/// println!("{}", response.output());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct JsonInput {
    endpoint: &'static EndpointInfo,
    object: Map<String, Value>,
}

impl JsonInput {
    /// An input of the endpoint with this id or verb, `fal-ai/ideogram/v2/turbo/remix` or `remix`.
    ///
    /// # Errors
    /// [`is_input`](Error::is_input) when there is no such endpoint, when the value is not an object, or when it does not
    /// fit the endpoint, as [`EndpointInfo::check`] says. A misspelled field is one reason: the service would ignore it,
    /// and bill a picture that nobody asked for.
    pub fn new(endpoint: &str, value: impl Into<Value>) -> Result<Self> {
        Self::of(endpoint_of(endpoint)?, value)
    }

    /// An input of this endpoint.
    ///
    /// # Errors
    /// As [`new`](Self::new), for a value that is not an object or does not fit: [`is_input`](Error::is_input).
    pub fn of(endpoint: &'static EndpointInfo, value: impl Into<Value>) -> Result<Self> {
        match value.into() {
            Value::Object(object) => {
                endpoint.check(&object)?;
                Ok(Self { endpoint, object })
            }
            _ => Err(Error::input(format!("an input of `{}` must be a JSON object", endpoint.id))),
        }
    }

    /// An input that was sent before, perhaps by another version of this crate, to look for with
    /// [`find_submitted`](crate::Client::find_submitted): its fields are not checked.
    pub fn sent_before(endpoint: &'static EndpointInfo, object: Map<String, Value>) -> Self {
        Self { endpoint, object }
    }

    /// The fields.
    pub fn object(&self) -> &Map<String, Value> {
        &self.object
    }
}

impl CallInput for JsonInput {
    type Output = Value;

    fn endpoint(&self) -> &'static EndpointInfo {
        self.endpoint
    }

    fn to_json(&self) -> serde_json::Result<Box<RawValue>> {
        to_raw_value(&self.object)
    }
}

mod sealed {
    pub trait Sealed {}
    impl<I: ideogram_schema::EndpointInput> Sealed for I {}
    impl Sealed for super::JsonInput {}
}

/// The endpoint with this id or verb.
pub(crate) fn endpoint_of(id_or_verb: &str) -> Result<&'static EndpointInfo> {
    let found = ENDPOINTS.iter().find(|info| info.id == id_or_verb || info.verb == id_or_verb);
    found.copied().ok_or_else(|| {
        let verbs: Vec<_> = ENDPOINTS.iter().map(|info| format!("`{}`", info.verb)).collect();
        let (unknown, verbs) = (clean(id_or_verb, 200), verbs.join(", "));
        Error::input(format!("there is no endpoint `{unknown}` here: try {verbs}"))
    })
}

/// A body that is ready to be sent, and where to.
#[derive(Clone, Debug)]
pub(crate) struct Payload {
    pub(crate) endpoint: &'static EndpointInfo,
    pub(crate) json: Box<RawValue>,
}

impl Payload {
    /// Writes an input as JSON, once for all attempts.
    pub(crate) fn new(input: &impl CallInput) -> Result<Self> {
        let json =
            input.to_json().map_err(|error| Error::input("the input cannot be written as JSON").with_source(error))?;
        Ok(Self { endpoint: input.endpoint(), json })
    }

    /// The body as a JSON value.
    pub(crate) fn value(&self) -> Value {
        serde_json::from_str(self.json.get()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::{CallInput, JsonInput, Payload};
    use ideogram_schema::GenerateInput;
    use serde_json::json;

    #[test]
    fn a_json_input_is_sent_as_the_typed_one_is() {
        let typed = GenerateInput::new("A fox").with_seed(7);
        let json = JsonInput::new("generate", json!({"prompt": "A fox", "seed": 7})).unwrap();
        assert_eq!(json.endpoint().id, typed.endpoint().id);
        assert_eq!(Payload::new(&json).unwrap().value(), Payload::new(&typed).unwrap().value());
    }

    #[test]
    fn an_endpoint_that_is_not_there_is_an_error_that_names_those_that_are() {
        let error = JsonInput::new("generat", json!({})).unwrap_err();
        assert!(error.is_input() && error.to_string().contains("`generate`"), "{error}");
        assert!(JsonInput::new("generate", json!([])).unwrap_err().is_input());
    }

    #[test]
    fn a_misspelled_field_is_an_error_with_the_nearest_name() {
        let input = json!({"prompt": "A fox", "apsect_ratio": "16:9"});
        let error = JsonInput::new("generate", input.clone()).unwrap_err();
        assert!(error.is_input() && error.to_string().ends_with("did you mean `aspect_ratio`?"), "{error}");
        let endpoint = super::endpoint_of("generate").unwrap();
        let sent = JsonInput::sent_before(endpoint, input.as_object().unwrap().clone());
        assert_eq!(sent.object().len(), 2, "what another version has sent can still be looked for");
    }
}
