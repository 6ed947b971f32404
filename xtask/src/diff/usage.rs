//! Finds the endpoints and named schemas of a description, and where each schema is used.

use super::load::Version;
use super::lookup::resolve;
use super::verdict::Position;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The methods of OpenAPI.
pub(super) const METHODS: &[&str] = &["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// The facts of both descriptions, over all their documents.
#[derive(Default)]
pub(super) struct Usage {
    /// Where each named schema is used, in the old or in the new description.
    pub(super) positions: BTreeMap<String, Position>,
    pub(super) old: Side,
    pub(super) new: Side,
}

/// The facts of one description.
#[derive(Default)]
pub(super) struct Side {
    pub(super) endpoints: BTreeSet<String>,
    pub(super) schemas: BTreeSet<String>,
    /// The schemas of those endpoints that the other side does not have, and that it does not have either.
    pub(super) exclusive: BTreeSet<String>,
}

impl Usage {
    pub(super) fn of(old: &Version, new: &Version) -> Self {
        let mut usage = Self { old: Side::of(old), new: Side::of(new), ..Self::default() };
        usage.old.exclusive = exclusive(old, &usage.new);
        usage.new.exclusive = exclusive(new, &usage.old);
        for document in old.documents.iter().chain(&new.documents) {
            for operation in operations(&document.value) {
                for (position, roots) in operation.roots() {
                    for schema in reached(&document.value, roots) {
                        let known = usage.positions.entry(schema).or_insert(Position::None);
                        *known = known.and(position);
                    }
                }
            }
        }
        usage
    }
}

impl Side {
    fn of(description: &Version) -> Self {
        let mut side = Self::default();
        for document in &description.documents {
            let ids = operations(&document.value).into_iter().filter_map(|operation| operation.endpoint_id());
            side.endpoints.extend(ids.map(str::to_owned));
            let schemas = document.value.pointer("/components/schemas").and_then(Value::as_object);
            side.schemas.extend(schemas.into_iter().flat_map(|schemas| schemas.keys().cloned()));
        }
        side
    }
}

fn exclusive(description: &Version, other: &Side) -> BTreeSet<String> {
    let mut schemas = BTreeSet::new();
    for document in &description.documents {
        for operation in operations(&document.value) {
            if operation.endpoint_id().is_some_and(|id| !other.endpoints.contains(id)) {
                let roots = operation.roots().into_iter().flat_map(|(_, roots)| roots).collect();
                schemas.extend(reached(&document.value, roots));
            }
        }
    }
    schemas.retain(|schema| !other.schemas.contains(schema));
    schemas
}

/// One operation of a document.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Operation<'d> {
    pub(super) path: &'d str,
    pub(super) method: &'d str,
    pub(super) value: &'d Value,
    /// The path item, which may have parameters for all its operations.
    pub(super) item: &'d Value,
}

impl<'d> Operation<'d> {
    pub(super) fn endpoint_id(&self) -> Option<&'d str> {
        self.value.get("x-fal-endpoint")?.get("id")?.as_str()
    }

    pub(super) fn operation_id(&self) -> Option<&'d str> {
        self.value.get("operationId")?.as_str()
    }

    /// What of it is sent and what is received.
    fn roots(&self) -> [(Position, Vec<&'d Value>); 2] {
        let facts = self.value.get("x-fal-endpoint");
        let fact = |key: &str| facts.and_then(|facts| facts.get(key));
        let request =
            [self.item.get("parameters"), self.value.get("parameters"), self.value.get("requestBody"), fact("input")];
        // What a webhook is sent is received, like an answer.
        let response = [self.value.get("responses"), self.value.get("callbacks"), fact("output")];
        [
            (Position::Request, request.into_iter().flatten().collect()),
            (Position::Response, response.into_iter().flatten().collect()),
        ]
    }
}

pub(super) fn operations(document: &Value) -> Vec<Operation<'_>> {
    let paths = document.get("paths").and_then(Value::as_object);
    let mut operations: Vec<Operation> = paths
        .into_iter()
        .flatten()
        .flat_map(|(path, item)| {
            item.as_object()
                .into_iter()
                .flatten()
                .filter(|(method, _)| METHODS.contains(&method.as_str()))
                .map(move |(method, value)| Operation { path, method, value, item })
        })
        .collect();
    operations.sort_by_key(|operation| (operation.path, operation.method));
    operations
}

/// The named schemas that the values refer to, directly or through others.
fn reached(document: &Value, roots: Vec<&Value>) -> BTreeSet<String> {
    let mut references: BTreeSet<&str> = BTreeSet::new();
    let mut open = Vec::new();
    for root in roots {
        // The facts of an endpoint name their schema by a bare reference.
        match root.as_str() {
            Some(reference) if references.insert(reference) => open.extend(resolve(document, reference)),
            _ => open.push(root),
        }
    }
    while let Some(value) = open.pop() {
        match value {
            Value::Array(values) => open.extend(values),
            Value::Object(map) => {
                if let Some(reference) = map.get("$ref").and_then(Value::as_str)
                    && references.insert(reference)
                {
                    open.extend(reference.strip_prefix('#').and_then(|pointer| document.pointer(pointer)));
                }
                open.extend(map.values());
            }
            _ => {}
        }
    }
    let name = |reference: &str| reference.strip_prefix("#/components/schemas/").map(str::to_owned);
    references.into_iter().filter_map(name).collect()
}
