//! Names that are taken before a document is read.

/// Whether generated code could not tell a type of this name from another: of the schema crate's contract, of the
/// queue's template, or of Rust's prelude.
pub(crate) fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name)
}

const RESERVED: &[&str] = &[
    // The prelude and what generated code names.
    "Self",
    "Option",
    "Some",
    "None",
    "Result",
    "Ok",
    "Err",
    "String",
    "Vec",
    "Box",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Display",
    "Drop",
    "Eq",
    "Fn",
    "From",
    "FromStr",
    "Hash",
    "Into",
    "Iterator",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Send",
    "Sized",
    "Sync",
    "ToString",
    "TryFrom",
    "TryInto",
    "Deserialize",
    "Serialize",
    "JsonSchema",
    // The schema crate's contract.
    "Bounds",
    "Endpoint",
    "EndpointInfo",
    "EndpointInput",
    "Field",
    "FieldKind",
    "FileRole",
    "InputError",
    "Integer",
    "JsonShape",
    "Location",
    "OutOfRange",
    "Price",
    "Unknown",
    "UnknownInteger",
    "UnknownText",
    "UnknownValue",
    // The templates.
    "CancelState",
    "CancelStatus",
    "ErrorBody",
    "ErrorDetail",
    "FileAccess",
    "LogEntry",
    "LogLevel",
    "Metrics",
    "QueuePriority",
    "QueueState",
    "QueueStatus",
    "RequestErrorType",
    "SubmitStatus",
    "ValidationErrorDetail",
    "ValidationErrorType",
    "ValidationLocation",
    "WebhookPayload",
    "WebhookStatus",
];

#[cfg(test)]
mod tests {
    use super::RESERVED;
    use crate::sources::document;
    use std::path::Path;

    #[test]
    fn every_name_that_is_taken_is_a_type_in_a_document_whose_code_is_compiled() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
        let documents = ["prelude", "traits", "contract", "templates"];
        let documents = documents.map(|part| document::load(&folder, &format!("taken_{part}.json")).unwrap());
        for name in RESERVED {
            let has = |document: &serde_json::Value| document["components"]["schemas"].get(name).is_some();
            assert!(documents.iter().any(has), "{name}: add it to a document of {}", folder.display());
        }
    }

    #[test]
    fn every_type_of_the_templates_is_taken() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi/template");
        for file in ["common", "run", "queue"] {
            let template = document::load(&folder, &format!("{file}.json")).unwrap();
            let schemas = template["components"]["schemas"].as_object();
            for name in schemas.into_iter().flatten().map(|(name, _)| name) {
                assert!(RESERVED.contains(&name.as_str()), "`{name}` of {file}.json: add it to `RESERVED`");
            }
        }
    }
}
