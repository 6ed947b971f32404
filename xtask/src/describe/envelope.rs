//! The envelope that upstream wraps around an endpoint's schemas: it must be the known one, since the templates take its
//! place.

use super::fill_in::fill_in;
use super::normalise::Roots;
use crate::error::{Error, Result};
use crate::pointer::Pointer;
use serde_json::Value;

/// Checks that an upstream document is the known envelope around two schemas, and says which.
///
/// Descriptions, further metadata and the schemas themselves may differ; everything else must be as it was when the
/// templates were written.
///
/// # Errors
/// The pointer of the first difference, and whether the document is of another endpoint.
pub fn open(envelope: &Value, document: &Value, id: &str) -> Result<Roots> {
    identify(document, id)?;
    let path = format!("/{id}");
    let schema = |pointer: Pointer| {
        let reference = document.pointer(pointer.as_str()).and_then(Value::as_str);
        let target = reference.and_then(|text| Pointer::parse(text.strip_prefix('#')?));
        target.ok_or_else(|| Error::new("must refer to a schema of the document").at(pointer))
    };
    let body = |at: Pointer| at.join("content").join("application/json").join("schema").join("$ref");
    let paths = Pointer::root().join("paths");
    let input = body(paths.join(&path).join("post").join("requestBody"));
    let result = paths.join(&format!("{path}/requests/{{request_id}}")).join("get");
    let output = body(result.join("responses").join("200"));
    let fill = |name: &str| match name {
        "id" => Some(Value::from(id)),
        "input" => document.pointer(input.as_str()).cloned(),
        "output" => document.pointer(output.as_str()).cloned(),
        _ => None,
    };
    let mut expected = fill_in(envelope, &Pointer::root(), &fill).map_err(|_| {
        Error::new(ENVELOPE).at(if document.pointer(input.as_str()).is_some() { &output } else { &input })
    })?;
    rename_keys(&mut expected, "${id}", id);
    compare(&expected, document, &Pointer::root())?;
    Ok(Roots { input: schema(input)?, output: schema(output)? })
}

/// Checks that a document is an OpenAPI document, and of this endpoint.
///
/// # Errors
/// It is the document of another endpoint, or not an OpenAPI document, for example the body of an error.
pub fn identify(document: &Value, id: &str) -> Result<()> {
    if document.get("openapi").is_none() && document.get("swagger").is_none() {
        let text: String = document.to_string().chars().take(120).collect();
        return Err(Error::new(format!("is no OpenAPI document of `{id}` but says `{text}`")));
    }
    is_openapi_3(document)?;
    let told = document.pointer(ENDPOINT_ID).and_then(Value::as_str).ok_or_else(|| {
        let message = format!(
            "names no endpoint, and should name `{id}`: where it is that endpoint's document, write the id here"
        );
        Error::new(message).at(ENDPOINT_ID)
    })?;
    if told == id {
        return Ok(());
    }
    let message = format!("describes {told:?}, not `{id}`: this is the document of another endpoint");
    Err(Error::new(message).at(ENDPOINT_ID))
}

/// The id of the endpoint that a document says it describes.
///
/// # Errors
/// It is not a document of OpenAPI 3, or names no endpoint.
pub fn endpoint_of(document: &Value) -> Result<&str> {
    is_openapi_3(document)?;
    document.pointer(ENDPOINT_ID).and_then(Value::as_str).ok_or_else(|| {
        let message = "names no endpoint: write the id here that fal's documents have, such as `fal-ai/flux/dev`";
        Error::new(message).at(ENDPOINT_ID)
    })
}

fn is_openapi_3(document: &Value) -> Result<()> {
    if document.get("swagger").is_some() {
        return Err(Error::new("is a document of Swagger 2.0: convert it to OpenAPI 3 first").at("/swagger"));
    }
    match document.get("openapi") {
        Some(Value::String(version)) if version.starts_with("3.") => Ok(()),
        Some(other) => {
            Err(Error::new(format!("is {other}, not a version of OpenAPI 3 such as \"3.0.3\"")).at("/openapi"))
        }
        None => Err(Error::new("says of no version of OpenAPI: write the one here, such as \"3.0.3\"").at("/openapi")),
    }
}

/// Where a document has the id of its endpoint.
pub const ENDPOINT_ID: &str = "/info/x-fal-metadata/endpointId";

/// What is wrong wherever an envelope is not the known one.
const ENVELOPE: &str = "the envelope around the endpoint's schemas is not the known one, so that the templates in \
    `openapi/template/` may no longer be right: check them, then change `openapi/template/upstream.json` likewise";

/// Compares an upstream document with the known envelope, ignoring descriptions and models.
fn compare(expected: &Value, actual: &Value, at: &Pointer) -> Result<()> {
    let differs = |what: String| Err(Error::new(format!("{what}: {ENVELOPE}")).at(at));
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            let open = ["/info", "/info/x-fal-metadata", "/components/schemas"].contains(&at.as_str());
            for (key, value) in expected {
                match actual.get(key) {
                    Some(found) => compare(value, found, &at.join(key))?,
                    None => return differs(format!("`{key}` is missing")),
                }
            }
            let known = |key: &String| {
                expected.contains_key(key) || ["description", "title", "x-fal-order-properties"].contains(&key.as_str())
            };
            match actual.keys().filter(|key| !open && !known(key)).min() {
                Some(key) => Err(Error::new(format!("`{key}` is new: {ENVELOPE}")).at(at.join(key))),
                None => Ok(()),
            }
        }
        (Value::Array(expected), Value::Array(actual)) => {
            if expected.len() != actual.len() {
                return differs(format!("{} entries instead of {}", actual.len(), expected.len()));
            }
            for (index, (expected, actual)) in expected.iter().zip(actual).enumerate() {
                compare(expected, actual, &at.index(index))?;
            }
            Ok(())
        }
        (Value::String(expected), Value::String(actual)) if at.as_str() == "/openapi" => {
            let minor = |version: &str| version.rsplit_once('.').map(|(minor, _)| minor.to_owned());
            if minor(expected) == minor(actual) {
                Ok(())
            } else {
                differs(format!("`{actual}` instead of `{expected}`"))
            }
        }
        (Value::String(_), Value::String(_)) if at.as_str() == "/info/version" || at.as_str() == "/info/title" => {
            Ok(())
        }
        _ if expected == actual => Ok(()),
        _ => differs(format!("`{actual}` instead of `{expected}`")),
    }
}

fn rename_keys(value: &mut Value, from: &str, to: &str) {
    match value {
        Value::Object(map) => {
            *map = std::mem::take(map)
                .into_iter()
                .map(|(key, mut value)| {
                    rename_keys(&mut value, from, to);
                    (key.replace(from, to), value)
                })
                .collect();
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename_keys(item, from, to)),
        _ => {}
    }
}
