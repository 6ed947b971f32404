//! Asks typify for the Rust type of every field.
//!
//! typify gets a copy with only the types: every struct, union and wrapper as an object `T0`, `T1`, … with required
//! fields `f0`, `f1`, …, every enumeration and checked number as a replacement. Names, order, docs, `Option`, defaults
//! and checks are ours, because a single new value can change how typify names and orders types. typify maps schemas to
//! types, and boxes types that would be infinitely large.

use crate::describe::components::{Component, Components, IntegerType, Shape, referenced};
use crate::error::{Error, Result};
use schemars08::schema::Schema;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use syn::visit_mut::VisitMut;
use typify::{TypeDetails, TypeSpace, TypeSpaceSettings};

/// The types of whole numbers.
pub(super) const INTEGERS: [&str; 8] = ["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64"];

/// The Rust types of each component's fields (struct), variants (union) or content (wrapper), in their order.
pub(super) type FieldTypes = BTreeMap<String, Vec<syn::Type>>;

/// Maps the schemas of all components to Rust types. Types of components are written `super::Name`; the whole numbers of
/// those that are `received` are read whatever their value is.
///
/// # Errors
/// A schema that typify refuses, with the component's pointer.
pub(super) fn rust_types(components: &Components, received: &BTreeSet<String>) -> Result<FieldTypes> {
    let keys: BTreeMap<&str, String> =
        components.keys().enumerate().map(|(index, name)| (name.as_str(), format!("T{index}"))).collect();
    let mut settings = TypeSpaceSettings::default();
    settings.with_map_type("::std::collections::BTreeMap".to_owned());
    let mut definitions = Vec::new();
    for (name, component) in components {
        let Some(key) = keys.get(name.as_str()) else { continue };
        if let Some(schemas) = type_schemas(component) {
            definitions.push((key.clone(), definition(&schemas, &keys)?));
        } else {
            settings.with_replacement(key, key, std::iter::empty());
            definitions.push((key.clone(), schema(json!({"type": "string"}))?));
        }
    }
    let mut space = TypeSpace::new(&settings);
    space.add_ref_types(definitions).map_err(|error| Error::new(format!("typify: {error}")))?;
    let mut found: BTreeMap<String, Vec<syn::Type>> = BTreeMap::new();
    for described in space.iter_types() {
        let TypeDetails::Struct(details) = described.details() else { continue };
        let mut fields: Vec<(usize, syn::Type)> = Vec::new();
        for (name, id) in details.properties() {
            let field = space.get_type(&id).map_err(|error| Error::new(format!("typify: {error}")))?;
            let index = name.strip_prefix('f').and_then(|index| index.parse().ok());
            let index = index.ok_or_else(|| Error::new(format!("typify renamed a field to `{name}`")))?;
            fields.push((index, parse(&field.ident().to_string())?));
        }
        fields.sort_by_key(|(index, _)| *index);
        found.insert(described.name(), fields.into_iter().map(|(_, field)| field).collect());
    }
    let rust_names: BTreeMap<&str, &str> = components
        .iter()
        .filter_map(|(name, component)| Some((keys.get(name.as_str())?.as_str(), component.rust.as_str())))
        .collect();
    let mut types = FieldTypes::new();
    for (name, component) in components {
        let Some(schemas) = type_schemas(component) else { continue };
        let mut fields = keys.get(name.as_str()).and_then(|key| found.remove(key)).unwrap_or_default();
        if fields.len() != schemas.len() {
            let message = format!("typify gave {} fields for {}", fields.len(), schemas.len());
            return Err(Error::new(message).at(&component.pointer));
        }
        for field in &mut fields {
            Qualify { rust_names: &rust_names, is_received: received.contains(name) }.visit_type_mut(field);
        }
        types.insert(name.clone(), fields);
    }
    Ok(types)
}

/// The schemas whose types are asked for; `None` for what is ours altogether.
fn type_schemas(component: &Component) -> Option<Vec<&Value>> {
    match &component.shape {
        Shape::Struct(properties) => {
            let rest = component.rest.iter().map(|rest| &rest.schema);
            Some(properties.iter().map(|property| &property.schema).chain(rest).collect())
        }
        Shape::Union(variants) => Some(variants.iter().map(|variant| &variant.schema).collect()),
        Shape::Wrapper(schema) => Some(vec![schema]),
        Shape::TextEnum(_) | Shape::IntegerEnum(..) | Shape::Number(..) => None,
    }
}

fn definition(schemas: &[&Value], keys: &BTreeMap<&str, String>) -> Result<Schema> {
    let fields: Map<String, Value> = schemas
        .iter()
        .enumerate()
        .map(|(index, schema)| Ok((format!("f{index}"), type_only(schema, keys)?)))
        .collect::<Result<_>>()?;
    let required: Vec<&String> = fields.keys().collect();
    schema(json!({"type": "object", "required": required, "properties": fields}))
}

/// The schema without bounds and lengths, and without formats but those of integers: typify would make a type of each, and
/// fail a response that breaks one.
fn type_only(schema: &Value, keys: &BTreeMap<&str, String>) -> Result<Value> {
    if let Some(component) = referenced(schema) {
        let Some(key) = keys.get(component) else {
            return Err(Error::new(format!("there is no component `{component}`")));
        };
        return Ok(json!({"$ref": format!("#/definitions/{key}")}));
    }
    let mut bare = match schema.get("type").and_then(Value::as_str) {
        Some("array") => json!({"type": "array", "items": type_only(&schema["items"], keys)?}),
        Some("object") => {
            json!({"type": "object", "additionalProperties": type_only(&schema["additionalProperties"], keys)?})
        }
        Some("integer") => match schema.get("format").and_then(Value::as_str) {
            Some(format) if IntegerType::of_format(format).is_some() => json!({"type": "integer", "format": format}),
            _ => json!({"type": "integer"}),
        },
        Some(kind) => json!({"type": kind}),
        None => json!(true),
    };
    if schema.get("nullable") == Some(&Value::Bool(true)) && bare != json!(true) {
        bare = json!({"oneOf": [bare, {"type": "null"}]});
    }
    Ok(bare)
}

fn schema(value: Value) -> Result<Schema> {
    serde_json::from_value(value).map_err(|error| Error::new(format!("typify's copy is no JSON Schema: {error}")))
}

fn parse(text: &str) -> Result<syn::Type> {
    syn::parse_str(text).map_err(|error| Error::new(format!("typify wrote the type `{text}`: {error}")))
}

/// Writes `super::Name` for a key, and the prelude's names without their paths.
struct Qualify<'a> {
    rust_names: &'a BTreeMap<&'a str, &'a str>,
    is_received: bool,
}

impl VisitMut for Qualify<'_> {
    fn visit_type_path_mut(&mut self, path: &mut syn::TypePath) {
        syn::visit_mut::visit_type_path_mut(self, path);
        if let Some(last) = path.path.segments.last().cloned()
            && ["String", "Vec", "Box", "Option"].iter().any(|name| last.ident == name)
        {
            path.path = last.into();
            return;
        }
        let Some(key) = path.path.get_ident().map(ToString::to_string) else { return };
        if self.is_received && INTEGERS.contains(&key.as_str()) {
            let inner = path.path.clone();
            path.path = syn::parse_quote!(super::Integer<#inner>);
            return;
        }
        if let Some(name) = self.rust_names.get(key.as_str()) {
            let name = syn::Ident::new(name, proc_macro2::Span::call_site());
            path.path = syn::parse_quote!(super::#name);
        }
    }
}
