//! What an endpoint is: an id, an input, an output, and a row of facts.

use crate::field::Field;
use serde::{Serialize, de::DeserializeOwned};

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
    /// The output's fields, likewise.
    pub outputs: &'static [Field],
    /// The list price, where the description has one.
    pub price: Option<Price>,
}

impl EndpointInfo {
    /// The input field of that name.
    pub fn input(&self, name: &str) -> Option<&'static Field> {
        self.inputs.iter().find(|field| field.name == name)
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
