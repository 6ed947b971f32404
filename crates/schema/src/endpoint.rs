//! What an endpoint is: an id, an input, an output, and a row of facts.

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

/// A request's body, which knows the endpoint that takes it: `client.run(&input)` needs no more than the input.
pub trait EndpointInput:
    Serialize + DeserializeOwned + Clone + std::fmt::Debug + PartialEq + Send + Sync + 'static
{
    /// The endpoint that takes this input.
    type Endpoint: Endpoint<Input = Self>;

    /// Reads an input that came as JSON, from a file or another program, and refuses what [`EndpointInfo::check`]
    /// refuses: a misspelled field above all.
    ///
    /// Deserialising alone ignores fields that it does not know, so that what an older or newer version has written can
    /// still be read.
    ///
    /// # Errors
    /// [`InputError`] with the field's name: for a value that is no object, a name that is not known, a required field that
    /// is missing, and a value of another kind or out of its bounds. Nothing was sent.
    fn from_json(input: Value) -> Result<Self, InputError> {
        let object = input.as_object().ok_or_else(InputError::no_object)?;
        <Self::Endpoint as Endpoint>::INFO.check(object)?;
        serde_json::from_value(input).map_err(|error| InputError::refused(&error))
    }
}

/// What the description says of one endpoint, as data for tools that know it only at run time.
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
    /// The inputs that a command line takes by position, in order.
    pub positional: &'static [&'static str],
    /// The input's fields, in the order in which fal shows them.
    pub inputs: &'static [Field],
    /// The output's fields, in the order in which fal shows them.
    pub outputs: &'static [Field],
    /// The list price, where the description has one.
    pub price: Option<Price>,
}

impl EndpointInfo {
    /// An endpoint of this id, whose jobs lie under `owner/app`, with no fields and no price. The app is its name and its
    /// verb too, until [`with_name`](Self::with_name) sets them.
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

    /// With the marker type's name and the command's.
    #[must_use]
    pub const fn with_name(mut self, name: &'static str, verb: &'static str) -> Self {
        self.name = name;
        self.verb = verb;
        self
    }

    /// With one line that says what it does.
    #[must_use]
    pub const fn with_summary(mut self, summary: &'static str) -> Self {
        self.summary = summary;
        self
    }

    /// With the inputs that a command line takes by position.
    #[must_use]
    pub const fn with_positional(mut self, positional: &'static [&'static str]) -> Self {
        self.positional = positional;
        self
    }

    /// With these input fields.
    #[must_use]
    pub const fn with_inputs(mut self, inputs: &'static [Field]) -> Self {
        self.inputs = inputs;
        self
    }

    /// With these output fields.
    #[must_use]
    pub const fn with_outputs(mut self, outputs: &'static [Field]) -> Self {
        self.outputs = outputs;
        self
    }

    /// With a list price.
    #[must_use]
    pub const fn with_price(mut self, price: Price) -> Self {
        self.price = Some(price);
        self
    }

    /// The input field of that name.
    pub fn input(&self, name: &str) -> Option<&'static Field> {
        self.inputs.iter().find(|field| field.name == name)
    }

    /// Checks an input that came as JSON, from a file or another program, against the table of fields: every name is one
    /// of the input's, what is required is there, each value is of its kind and within its bounds, and a file is named by a
    /// URL. The first fault ends it.
    ///
    /// The service ignores a name that it does not know, and bills the picture that it makes without it. Values of
    /// enumerations are left to the service, which may know more of them than this version.
    ///
    /// # Errors
    /// [`InputError`] with the field's name, and the [nearest](InputError::nearest) one for a name that is not known.
    pub fn check(&self, input: &Map<String, Value>) -> Result<(), InputError> {
        check::object(self.inputs, input, "")
    }

    /// Checks only that every file is named by a URL: what is left to check of an input that has its type already.
    ///
    /// `http`, `https` and other schemes with `://` pass, and `data:` URIs do; a path, a `file:` URL and an empty text do
    /// not. Whether there is a file at the URL is for the service to find out.
    ///
    /// # Errors
    /// [`InputError`] with the field's name, for which [`is_no_url`](InputError::is_no_url) is true.
    pub fn check_files(&self, input: &Map<String, Value>) -> Result<(), InputError> {
        check::files(self.inputs, input, "")
    }

    /// Whether an input of it can name a file.
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
    /// So many millionths of the currency's unit for one of what is counted.
    pub const fn new(micros: u64, currency: &'static str, unit: &'static str) -> Self {
        Self { micros, currency, unit }
    }
}
