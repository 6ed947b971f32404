//! One schema in normal form.

use crate::pointer::Pointer;
use serde_json::Value;

/// One schema, and where in the upstream document it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Component {
    /// In normal form.
    pub schema: Value,
    /// In the upstream document.
    pub origin: Pointer,
}
