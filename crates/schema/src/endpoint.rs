//! The [`Endpoint`] trait and [`EndpointInfo`], the facts of an endpoint as data.

use crate::check::{self, InputError};
use crate::field::Field;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

/// A callable endpoint, implemented by a zero-sized marker type such as `Generate`.
pub trait Endpoint: Copy + Send + Sync + Sized + 'static {
    /// The full endpoint id, the path of a call: `POST https://fal.run/<ID>`.
    const ID: &'static str;
    /// The same facts as data: fields, defaults, ranges, price.
    const INFO: &'static EndpointInfo;
    /// The request's body.
    type Input: EndpointInput<Endpoint = Self>;
    /// The answer's body.
    type Output: Serialize + DeserializeOwned + Clone + std::fmt::Debug + PartialEq + Send + Sync + 'static;
}

/// A request's body. Its type determines the endpoint, so `client.run(&input)` needs nothing but the input.
pub trait EndpointInput:
    Serialize + DeserializeOwned + Clone + std::fmt::Debug + PartialEq + Send + Sync + 'static
{
    /// The endpoint that takes this input.
    type Endpoint: Endpoint<Input = Self>;

    /// Reads an input from JSON, for example from a file, and refuses what [`EndpointInfo::check`] refuses, such as a
    /// misspelled field.
    ///
    /// `Deserialize` itself ignores unknown fields, so that an input written by another version can still be read.
    ///
    /// # Errors
    /// [`InputError`] with the field's name: for a value that is not an object, an unknown name, a missing required
    /// field, and a value of the wrong kind or out of its bounds. Nothing was sent.
    fn from_json(input: Value) -> Result<Self, InputError> {
        let object = input.as_object().ok_or_else(InputError::no_object)?;
        <Self::Endpoint as Endpoint>::INFO.check(object)?;
        serde_json::from_value(input).map_err(|error| InputError::refused(&error))
    }
}

/// What the description says about one endpoint, as data for tools that know the endpoint only at run time.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct EndpointInfo {
    /// The full endpoint id, for example `fal-ai/ideogram/v2/turbo/remix`.
    pub id: &'static str,
    /// The id's first segment. Status, result and cancel live under `owner/app`, not under the full id.
    pub owner: &'static str,
    /// The id's second segment.
    pub app: &'static str,
    /// The marker type's name, for example `Remix`.
    pub name: &'static str,
    /// The command's name, for example `remix`.
    pub verb: &'static str,
    /// One line: what the endpoint does.
    pub summary: &'static str,
    /// The inputs that the command line takes as positional arguments, in order.
    pub positional: &'static [&'static str],
    /// The input's fields, in the order in which fal shows them.
    pub inputs: &'static [Field],
    /// The output's fields, in the order in which fal shows them.
    pub outputs: &'static [Field],
    /// The list price, where the description has one.
    pub price: Option<Price>,
}

impl EndpointInfo {
    /// An endpoint with this id, whose jobs are under `owner/app`, without fields and price. Its name and verb are
    /// those of the app until [`with_name`](Self::with_name) sets them.
    ///
    /// ```
    /// use ideogram_schema::{EndpointInfo, Field, FieldKind};
    ///
    /// static FLUX: EndpointInfo = EndpointInfo::new("fal-ai/flux/dev", "fal-ai", "flux")
    ///     .with_name("Flux", "flux")
    ///     .with_inputs(&[Field::new("prompt", FieldKind::String { min_length: None, max_length: None })]);
    /// assert!(FLUX.input("prompt").is_some());
    /// ```
    pub const fn new(id: &'static str, owner: &'static str, app: &'static str) -> Self {
        Self {
            id,
            owner,
            app,
            name: app,
            verb: app,
            summary: "",
            positional: &[],
            inputs: &[],
            outputs: &[],
            price: None,
        }
    }

    /// Sets the marker type's name and the command's.
    #[must_use]
    pub const fn with_name(mut self, name: &'static str, verb: &'static str) -> Self {
        self.name = name;
        self.verb = verb;
        self
    }

    /// Sets the summary, one line that says what the endpoint does.
    #[must_use]
    pub const fn with_summary(mut self, summary: &'static str) -> Self {
        self.summary = summary;
        self
    }

    /// Sets the inputs that the command line takes as positional arguments.
    #[must_use]
    pub const fn with_positional(mut self, positional: &'static [&'static str]) -> Self {
        self.positional = positional;
        self
    }

    /// Sets the input's fields.
    #[must_use]
    pub const fn with_inputs(mut self, inputs: &'static [Field]) -> Self {
        self.inputs = inputs;
        self
    }

    /// Sets the output's fields.
    #[must_use]
    pub const fn with_outputs(mut self, outputs: &'static [Field]) -> Self {
        self.outputs = outputs;
        self
    }

    /// Sets the list price.
    #[must_use]
    pub const fn with_price(mut self, price: Price) -> Self {
        self.price = Some(price);
        self
    }

    /// The input field of that name.
    pub fn input(&self, name: &str) -> Option<&'static Field> {
        self.inputs.iter().find(|field| field.name == name)
    }

    /// Checks a JSON input against the table of fields: every name is known, every required field is there, each value
    /// has the right kind and is within its bounds, and a file is given by a URL. It returns the first error.
    ///
    /// The service ignores an unknown name, and bills the picture that it makes without it. Values of enumerations are
    /// not checked, because the service may know more of them than this version.
    ///
    /// # Errors
    /// [`InputError`] with the field's name, and the [nearest](InputError::nearest) one for a name that is not known.
    pub fn check(&self, input: &Map<String, Value>) -> Result<(), InputError> {
        check::object(self.inputs, input, "")
    }

    /// Checks only that every file is given by a URL. That is all that is left to check for a typed input.
    ///
    /// `data:` URIs and URLs with `http`, `https` or another scheme with `://` pass; a path, a `file:` URL and an empty
    /// text do not. Whether there is a file at the URL is not checked.
    ///
    /// # Errors
    /// [`InputError`] with the field's name, for which [`is_no_url`](InputError::is_no_url) is true.
    pub fn check_files(&self, input: &Map<String, Value>) -> Result<(), InputError> {
        check::files(self.inputs, input, "")
    }

    /// Whether its input has a field for a file.
    pub fn takes_files(&self) -> bool {
        self.inputs.iter().any(|field| check::has_file(&field.kind))
    }
}

/// A list price: what one unit costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Price {
    /// Millionths of the currency's unit: 50 000 is $0.05.
    pub micros: u64,
    /// ISO 4217, for example `USD`.
    pub currency: &'static str,
    /// What is counted, for example `image`.
    pub unit: &'static str,
}

impl Price {
    /// A price of `micros` millionths of the currency for each `unit`.
    pub const fn new(micros: u64, currency: &'static str, unit: &'static str) -> Self {
        Self { micros, currency, unit }
    }
}
