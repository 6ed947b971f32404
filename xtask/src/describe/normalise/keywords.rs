//! Every keyword that a schema may have, and what becomes of it.

/// What becomes of a keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keyword {
    /// It is read, and decides a type, a value or a row of the table.
    Read,
    /// It is read and kept in the documents, but nothing in Rust checks it.
    Unchecked,
    /// It is descriptive, and kept in the documents under its own name.
    Kept,
    /// A document in normal form does not need it.
    Dropped,
    /// It restricts values in a way that the pipeline cannot express.
    Unsupported,
    /// It is not part of OpenAPI, or not used here; the documents keep it under `x-upstream`.
    Foreign,
}

/// What becomes of the keyword.
pub(super) fn keyword(name: &str) -> Keyword {
    match name {
        "$ref"
        | "$defs"
        | "definitions"
        | "type"
        | "enum"
        | "const"
        | "nullable"
        | "properties"
        | "required"
        | "additionalProperties"
        | "items"
        | "prefixItems"
        | "minItems"
        | "maxItems"
        | "minLength"
        | "maxLength"
        | "minimum"
        | "maximum"
        | "exclusiveMinimum"
        | "exclusiveMaximum"
        | "multipleOf"
        | "allOf"
        | "anyOf"
        | "oneOf"
        | "description"
        | "default"
        | "example"
        | "examples"
        | "x-fal-order-properties" => Keyword::Read,
        "pattern" | "format" | "uniqueItems" | "minProperties" | "maxProperties" | "discriminator" => {
            Keyword::Unchecked
        }
        "deprecated" | "readOnly" | "writeOnly" => Keyword::Kept,
        "title" | "$schema" | "$id" | "$comment" | "$anchor" => Keyword::Dropped,
        "not"
        | "if"
        | "then"
        | "else"
        | "contains"
        | "minContains"
        | "maxContains"
        | "patternProperties"
        | "propertyNames"
        | "dependentRequired"
        | "dependentSchemas"
        | "dependencies"
        | "unevaluatedProperties"
        | "unevaluatedItems"
        | "additionalItems"
        | "contentSchema"
        | "$dynamicRef"
        | "$recursiveRef" => Keyword::Unsupported,
        name if name.starts_with("x-fal-file") => Keyword::Kept,
        _ => Keyword::Foreign,
    }
}

/// The types that a keyword restricts, for those that restrict some types only.
pub(super) fn applies_to(name: &str) -> Option<&'static [&'static str]> {
    Some(match name {
        "properties" | "required" | "additionalProperties" | "minProperties" | "maxProperties" => &["object"],
        "items" | "prefixItems" | "minItems" | "maxItems" | "uniqueItems" => &["array"],
        "minLength" | "maxLength" | "pattern" => &["string"],
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => &["integer", "number"],
        _ => return None,
    })
}
