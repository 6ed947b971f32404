//! One document's operations through progenitor.

use super::operation::{ENDPOINT, Operation, Operations};
use super::polish::polish;
use crate::error::{Error, Result};
use openapiv3::OpenAPI;
use progenitor::{GenerationSettings, Generator, InterfaceStyle};
use quote::quote;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use syn::parse_quote;

/// The methods that a path item may have.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// The name of that operation's body in progenitor's copy, and its type in Rust.
const INPUT: (&str, &str) = ("EndpointInputAsJson", "::serde_json::value::RawValue");

/// Generates the operations of one document. `schema` is the path of the crate that has the models.
///
/// # Errors
/// A document that progenitor refuses, an operation without id, or progenitor's code not being what the polish expects.
pub fn operations(document: &Value, components: &BTreeSet<String>, schema: &str) -> Result<Operations> {
    let (copy, mut operations) = derived(document, components)?;
    let copy: OpenAPI = serde_json::from_value(copy)
        .map_err(|error| Error::new(format!("progenitor's copy is no OpenAPI document: {error}")))?;
    let mut settings = GenerationSettings::new();
    settings.with_interface(InterfaceStyle::Positional).with_inner_type(quote!(crate::transport::Transport));
    for component in components {
        settings.with_replacement(component, format!("{schema}::{component}"), std::iter::empty());
    }
    settings.with_replacement(INPUT.0, INPUT.1, std::iter::empty());
    let tokens =
        Generator::new(&settings).generate_tokens(&copy).map_err(|error| Error::new(format!("progenitor: {error}")))?;
    let file: syn::File = parse_quote!(#tokens);
    let file = polish(file, &mut operations)?;
    Ok(Operations { source: crate::emit::source::format_file(&file), operations })
}

/// Whether two versions of a document give the same operations: where only what its schemas say differs.
pub(in crate::emit) fn has_same_operations(one: &Value, other: &Value) -> bool {
    let (Some(one), Some(other)) = (one.as_object(), other.as_object()) else { return one == other };
    let same = |one: &Map<String, Value>, other: &Map<String, Value>, apart: &str| {
        one.len() == other.len()
            && one.iter().all(|(key, value)| other.get(key).is_some_and(|known| key == apart || known == value))
    };
    let schemas = |components: &Map<String, Value>| -> Option<Vec<String>> {
        Some(components.get("schemas")?.as_object()?.keys().cloned().collect())
    };
    same(one, other, "components")
        && match [one, other].map(|document| document.get("components").and_then(Value::as_object)) {
            [Some(one), Some(other)] => same(one, other, "schemas") && schemas(one) == schemas(other),
            [one, other] => one == other,
        }
}

/// The copy that progenitor gets, and what the document says of each operation.
fn derived(document: &Value, components: &BTreeSet<String>) -> Result<(Value, Vec<Operation>)> {
    let mut paths: Map<String, Value> = Map::new();
    let mut operations: Vec<Operation> = Vec::new();
    let described = document.get("paths").and_then(Value::as_object);
    for (path, item) in described.into_iter().flatten() {
        let pointer = crate::pointer::Pointer::root().join("paths").join(path);
        let shared = item.get("parameters").and_then(Value::as_array).cloned().unwrap_or_default();
        for (method, operation) in item.as_object().into_iter().flatten() {
            if !METHODS.contains(&method.as_str()) {
                continue;
            }
            let at = format!("{pointer}/{method}");
            let Some(id) = operation.get("operationId").and_then(Value::as_str) else {
                return Err(Error::new("an operation needs an `operationId`").at(at));
            };
            let own = operation.get("parameters").and_then(Value::as_array).cloned().unwrap_or_default();
            let mut parameters: Vec<Value> =
                shared.iter().chain(&own).map(|parameter| resolve(document, parameter, &at)).collect::<Result<_>>()?;
            check_parameters(path, &parameters, components, &at)?;
            let mut operation = operation.clone();
            let (id, path) = match general(id, path, &mut operation) {
                None => (id.to_owned(), path.clone()),
                Some(id) => {
                    if let Some(first) = operations.iter().find(|first| first.generic && first.id == id) {
                        if first.parameters == parameters {
                            continue;
                        }
                        let message = format!("has other parameters than `{id}` has at the endpoints before");
                        return Err(Error::new(message).at(at));
                    }
                    (id, format!("/{{{ENDPOINT}}}"))
                }
            };
            let generic = path == format!("/{{{ENDPOINT}}}");
            let described = parameters.clone();
            if generic {
                parameters
                    .push(json!({"name": ENDPOINT, "in": "path", "required": true, "schema": {"type": "string"}}));
            }
            let copied = paths.entry(path.clone()).or_insert_with(|| json!({}));
            copied[method.as_str()] = copy_operation(&id, &operation, &parameters, &at)?;
            operations.push(Operation { id, arguments: Vec::new(), path, parameters: described, generic });
        }
    }
    // Each of them is replaced by its type in the schema crate, so its content is not needed here.
    let names = document.pointer("/components/schemas").and_then(Value::as_object).into_iter().flatten();
    let mut schemas: Map<String, Value> = names.map(|(name, _)| (name.clone(), json!({"type": "object"}))).collect();
    if schemas.insert(INPUT.0.to_owned(), json!({})).is_some() {
        return Err(Error::new(format!("a component cannot be called `{}`", INPUT.0)).at("#/components/schemas"));
    }
    let copy = json!({
        "openapi": "3.0.3",
        "info": document.get("info").cloned().unwrap_or_else(|| json!({"title": "", "version": ""})),
        "paths": paths,
        "components": {"schemas": schemas},
    });
    Ok((copy, operations))
}

/// The name of the one operation that stands for this one at every endpoint, `submit` for `submit_remix`, and its body
/// made JSON; `None` for an operation that is not an endpoint's.
fn general(id: &str, path: &str, operation: &mut Value) -> Option<String> {
    let endpoint = operation.get("x-fal-endpoint")?;
    let text = |name: &str| endpoint.get(name).and_then(Value::as_str);
    let name = id.strip_suffix(&crate::names::field(text("verb")?))?.strip_suffix('_')?.to_owned();
    if path.strip_prefix('/') != text("id") {
        return None;
    }
    let body = operation.get_mut("requestBody")?.get_mut("content")?.get_mut("application/json")?;
    body["schema"] = json!({"$ref": format!("#/components/schemas/{}", INPUT.0)});
    Some(name)
}

fn copy_operation(id: &str, operation: &Value, parameters: &[Value], pointer: &str) -> Result<Value> {
    let parameters: Vec<Value> = parameters
        .iter()
        .map(|parameter| {
            let mut bare = Map::new();
            for keyword in ["name", "in", "required", "schema"] {
                if let Some(value) = parameter.get(keyword) {
                    bare.insert(keyword.to_owned(), value.clone());
                }
            }
            if let Some(schema) = bare.get_mut("schema") {
                *schema = parameter_schema(schema);
            }
            Value::Object(bare)
        })
        .collect();
    let mut copy = Map::new();
    copy.insert("operationId".to_owned(), id.into());
    copy.insert("parameters".to_owned(), parameters.into());
    let success = json!({
        "description": "Any success.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    });
    copy.insert("responses".to_owned(), json!({ "2XX": success }));
    if let Some(body) = operation.get("requestBody") {
        let types = body.get("content").and_then(Value::as_object).map_or(0, Map::len);
        if types != 1 {
            let message = format!("a body needs one media type, not {types}: progenitor takes no choice");
            return Err(Error::new(message).at(format!("{pointer}/requestBody/content")));
        }
        if body.get("required") != Some(&Value::Bool(true)) {
            let message = "a body must be required: operations always send one";
            return Err(Error::new(message).at(format!("{pointer}/requestBody/required")));
        }
        copy.insert("requestBody".to_owned(), body.clone());
    }
    Ok(Value::Object(copy))
}

/// progenitor panics on parameters that it does not support, so these are refused here.
fn check_parameters(path: &str, parameters: &[Value], components: &BTreeSet<String>, pointer: &str) -> Result<()> {
    let mut in_path = BTreeSet::new();
    for parameter in parameters {
        let text = |keyword: &str| parameter.get(keyword).and_then(Value::as_str).unwrap_or_default();
        let name = text("name");
        let fault = |message: String| Err(Error::new(message).at(pointer));
        match text("in") {
            "path" if parameter.get("required") != Some(&Value::Bool(true)) => {
                return fault(format!("the path parameter `{name}` must be required"));
            }
            "path" => drop(in_path.insert(name)),
            "query" | "header" => {}
            other => return fault(format!("the parameter `{name}` is in `{other}`, which operations cannot send")),
        }
        let Some(schema) = parameter.get("schema") else {
            return fault(format!("the parameter `{name}` has no schema"));
        };
        let kind = schema.get("type").and_then(Value::as_str);
        let known = ["string", "integer", "number", "boolean"];
        if let Some(component) = crate::describe::components::referenced(schema)
            && !components.contains(component)
        {
            return fault(format!("the parameter `{name}` refers to the component `{component}`, which is not there"));
        }
        if crate::describe::components::referenced(schema).is_none() && !kind.is_some_and(|kind| known.contains(&kind))
        {
            let kind = kind.unwrap_or("nothing");
            return fault(format!("the parameter `{name}` is of type {kind}; it can be one of {}", known.join(", ")));
        }
    }
    let placeholders: BTreeSet<&str> =
        path.split('/').filter_map(|step| step.strip_prefix('{')?.strip_suffix('}')).collect();
    if placeholders != in_path {
        return Err(
            Error::new(format!("the path parameters of `{path}` are not the ones that are described")).at(pointer)
        );
    }
    Ok(())
}

/// A parameter's type only: progenitor would make a type of each bound or enumeration that is no component.
fn parameter_schema(schema: &Value) -> Value {
    if let Some(component) = crate::describe::components::referenced(schema) {
        return json!({"$ref": format!("#/components/schemas/{component}")});
    }
    match schema.get("type") {
        Some(kind) => json!({"type": kind}),
        None => json!({"type": "string"}),
    }
}

fn resolve(document: &Value, parameter: &Value, pointer: &str) -> Result<Value> {
    let Some(reference) = parameter.get("$ref").and_then(Value::as_str) else { return Ok(parameter.clone()) };
    let found = reference.strip_prefix('#').and_then(|target| document.pointer(target));
    found.cloned().ok_or_else(|| Error::new(format!("`{reference}` leads nowhere")).at(pointer))
}

#[cfg(test)]
mod tests {
    use super::operations;
    use serde_json::{Value, json};
    use std::collections::BTreeSet;

    fn document(operation: &Value) -> Value {
        json!({
            "openapi": "3.0.3",
            "info": {"title": "t", "version": "1"},
            "paths": {"/things/{id}": {"post": operation}},
            "components": {"schemas": {"Thing": {"type": "object"}}},
        })
    }

    fn operation() -> Value {
        json!({
            "operationId": "make",
            "parameters": [
                {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}},
                {"name": "X-Fal-Store-IO", "in": "header", "schema": {"type": "string", "enum": ["0", "1"]}},
            ],
            "requestBody": {
                "required": true,
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}},
            },
            "responses": {"200": {"description": "", "content": {"application/json": {"schema": {}}}}},
        })
    }

    fn source(operation: &Value) -> Result<String, String> {
        let components = BTreeSet::from(["Thing".to_owned()]);
        operations(&document(operation), &components, "::schema")
            .map(|made| made.source)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn an_operation_sends_and_leaves_reading_to_the_client() {
        let source = source(&operation()).unwrap();
        assert!(source.contains("body: &'a ::schema::Thing"), "{source}");
        assert!(source.contains("Ok(response)") && !source.contains("status()"), "{source}");
    }

    /// A document with one endpoint more than [`document`], by what the second one's parameters are.
    fn endpoints(parameters: &Value) -> Result<String, String> {
        let endpoint = |id: &str, verb: &str, parameters: &Value| {
            json!({"post": {
                "operationId": format!("submit_{verb}"),
                "x-fal-endpoint": {"id": id, "verb": verb},
                "parameters": parameters,
                "requestBody": operation()["requestBody"],
                "responses": {"200": {"description": ""}},
            }})
        };
        let store = json!([{"name": "X-Fal-Store-IO", "in": "header", "schema": {"type": "string"}}]);
        let mut document = document(&operation());
        document["paths"]["/a/b"] = endpoint("a/b", "first", &store);
        document["paths"]["/a/b/c"] = endpoint("a/b/c", "second", parameters);
        operations(&document, &BTreeSet::from(["Thing".to_owned()]), "::schema")
            .map(|made| made.source)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn the_endpoints_share_one_operation_whose_path_is_the_id() {
        let source = endpoints(&json!([{"name": "X-Fal-Store-IO", "in": "header", "schema": {"type": "string"}}]));
        let source = source.unwrap();
        assert_eq!(source.matches("pub async fn submit").count(), 1, "{source}");
        assert!(source.contains("body: &'a ::serde_json::value::RawValue"), "{source}");
        assert!(source.contains("self.inner.endpoint_url(endpoint)"), "{source}");
        assert_eq!(source.matches("encode_path(").count(), 1, "other parameters stay encoded: {source}");
    }

    #[test]
    fn endpoints_with_different_parameters_cannot_share_an_operation() {
        let error = endpoints(&json!([])).unwrap_err();
        assert!(error.starts_with("#/paths/~1a~1b~1c/post: has other parameters"), "{error}");
    }

    #[test]
    fn no_timeout_no_version_header_and_no_unwrap_are_left() {
        let source = source(&operation()).unwrap();
        for unwanted in ["from_secs", "api-version", "unwrap", "pub fn new("] {
            assert!(!source.contains(unwanted), "{unwanted}: {source}");
        }
    }

    #[test]
    fn what_progenitor_panics_on_is_an_error_with_its_pointer() {
        let at = "#/paths/~1things~1{id}/post";
        let mut nameless = operation();
        nameless.as_object_mut().unwrap().remove("operationId");
        assert_eq!(source(&nameless).unwrap_err(), format!("{at}: an operation needs an `operationId`"));

        let mut two_bodies = operation();
        two_bodies["requestBody"]["content"]["application/octet-stream"] = json!({"schema": {"type": "string"}});
        let error = source(&two_bodies).unwrap_err();
        assert!(error.starts_with(&format!("{at}/requestBody/content: a body needs one media type, not 2")), "{error}");

        let mut cookie = operation();
        cookie["parameters"][1]["in"] = json!("cookie");
        assert!(source(&cookie).unwrap_err().contains("is in `cookie`"));

        let mut other_path = operation();
        other_path["parameters"][0]["name"] = json!("other");
        assert!(source(&other_path).unwrap_err().contains("are not the ones that are described"));

        let mut odd_type = operation();
        odd_type["parameters"][1]["schema"] = json!({"type": "text"});
        assert!(source(&odd_type).unwrap_err().contains("is of type text"));
    }
}
