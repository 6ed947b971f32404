//! What is known of a generated operation.

use serde_json::Value;

/// The argument that stands for an endpoint's id in the one operation of all endpoints.
pub(super) const ENDPOINT: &str = "endpoint";

/// One generated operation: its name and its arguments in progenitor's order.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The operationId, which is the method's name too.
    pub id: String,
    /// The arguments after `&self`: name and type, the last one the body where there is one.
    pub arguments: Vec<(String, syn::Type)>,
    /// Path of the description, for messages and docs.
    pub path: String,
    /// The parameters as the description has them.
    pub parameters: Vec<Value>,
    /// Whether it is the one operation of all endpoints.
    pub generic: bool,
}

/// The module of one document: its source and what it has.
pub struct Operations {
    /// The source without header.
    pub source: String,
    /// The operations, in the document's order.
    pub operations: Vec<Operation>,
}
