//! Every keyword that a schema may have, and what becomes of it.

/// What becomes of a keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keyword {
    /// It is read.
    Read,
    /// It is kept as an annotation under its own name.
    Kept,
    /// It is dropped, for this reason.
    Dropped(&'static str),
    /// It belongs to the vendor and is kept under `x-upstream`, for this reason.
    Vendor(&'static str),
    /// It restricts values in a way that the pipeline cannot carry.
    Unsupported,
    /// Nobody here has heard of it.
    Unknown,
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
        | "minProperties"
        | "maxProperties"
        | "items"
        | "prefixItems"
        | "minItems"
        | "maxItems"
        | "uniqueItems"
        | "minLength"
        | "maxLength"
        | "pattern"
        | "format"
        | "minimum"
        | "maximum"
        | "exclusiveMinimum"
        | "exclusiveMaximum"
        | "multipleOf"
        | "allOf"
        | "anyOf"
        | "oneOf"
        | "discriminator"
        | "description"
        | "default"
        | "example"
        | "examples"
        | "x-fal-order-properties" => Keyword::Read,
        "deprecated" | "readOnly" | "writeOnly" => Keyword::Kept,
        "title" => Keyword::Dropped("types are named by where they stand, so that two titles alike are no clash"),
        "$schema" | "$id" | "$comment" | "$anchor" => Keyword::Dropped("says nothing about values"),
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
        "ui" | "_fal_ui_field" | "x-fal" => Keyword::Vendor("tells fal's own web page how to show the field"),
        "limit_description" => Keyword::Vendor("a limit in words, for fal's own web page"),
        "le" | "ge" | "lt" | "gt" | "step" => {
            Keyword::Vendor("a bound under its Python name; only `minimum`, `maximum` and `multipleOf` are checked")
        }
        "max_file_size" | "min_width" | "max_width" | "min_height" | "max_height" | "min_duration" | "max_duration"
        | "min_aspect_ratio" | "max_aspect_ratio" | "timeout" => {
            Keyword::Vendor("a limit on the file itself, which only the server can check")
        }
        "contentEncoding" | "contentMediaType" => Keyword::Vendor("describes the text's content, which stays a text"),
        "externalDocs" | "xml" => Keyword::Vendor("says nothing about the values"),
        name if name.starts_with("x-") => Keyword::Kept,
        _ => Keyword::Unknown,
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
