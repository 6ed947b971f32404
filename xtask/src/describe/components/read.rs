//! Reads components out of a normalised document.

use super::bounds::{Bounds, IntegerType, NumberKind};
use super::component::{Component, Components, Property, Rest, Shape, Variant, referenced};
use crate::error::{Error, Result};
use crate::names;
use crate::pointer::Pointer;
use crate::sources::document::Document;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Reads every component of a document. A problem is a schema outside the normal form.
pub fn read(document: &Document, problems: &mut Vec<Error>) -> Components {
    let schemas = document.value.pointer("/components/schemas").and_then(Value::as_object);
    let mut components = Components::new();
    for (name, schema) in schemas.into_iter().flatten() {
        let pointer = Pointer::root().join("components").join("schemas").join(name).to_string();
        match component(name, schema, &pointer) {
            Ok(component) => _ = components.insert(name.clone(), component),
            Err(error) => problems.push(error.in_file(&document.name)),
        }
    }
    components
}

/// The components of several documents together. A problem is one that two documents have and describe differently, or two
/// with one Rust name.
pub fn merge<'a>(
    documents: impl IntoIterator<Item = (&'a Document, &'a Components)>,
    problems: &mut Vec<Error>,
) -> Components {
    let mut merged = Components::new();
    let mut rust_names: BTreeMap<&str, &str> = BTreeMap::new();
    for (document, components) in documents {
        for (name, component) in components {
            let mut wrong = |message: String| {
                problems.push(Error::new(message).in_file(&document.name).at(&component.pointer));
            };
            if let Some(other) = rust_names.insert(&component.rust, &component.pointer)
                && other != component.pointer
            {
                wrong(format!("this and `{other}` are both `{}` in Rust: rename one", component.rust));
            }
            match merged.get(name) {
                Some(known) if known != component => {
                    wrong("two documents describe this component differently".to_owned());
                }
                Some(_) => {}
                None => _ = merged.insert(name.clone(), component.clone()),
            }
        }
    }
    keep_rest_of_variants(&mut merged);
    merged
}

/// Component names are Rust names already, by the normal form.
fn type_name(name: &str, pointer: &str) -> Result<String> {
    syn::parse_str::<syn::Ident>(name)
        .map(|name| name.to_string())
        .map_err(|_| Error::new(format!("`{name}` is no name for a Rust type")).at(pointer))
}

fn component(name: &str, schema: &Value, pointer: &str) -> Result<Component> {
    Ok(Component {
        rust: type_name(name, pointer)?,
        pointer: pointer.to_owned(),
        description: text(schema, "description"),
        rest: rest(schema, pointer)?,
        shape: shape(schema, pointer)?,
        file: schema.get("x-fal-file-output").and_then(Value::as_str).map(str::to_owned),
    })
}

/// The rule of an object for fields that it does not name; `None` if it has no rule or names no fields.
fn rest(schema: &Value, pointer: &str) -> Result<Option<Rest>> {
    let values = match schema.get("additionalProperties") {
        Some(Value::Bool(true)) => Value::Object(Map::new()),
        Some(values @ Value::Object(_)) => item(values, &format!("{pointer}/additionalProperties"))?,
        _ => return Ok(None),
    };
    Ok(Some(rest_of(schema.get("properties").and_then(Value::as_object), &values)))
}

fn rest_of(properties: Option<&Map<String, Value>>, values: &Value) -> Rest {
    let is_taken = |name: &str| properties.is_some_and(|known| known.keys().any(|key| names::field(key) == name));
    let name = ["additional_properties", "other_properties"].into_iter().find(|name| !is_taken(name));
    let schema = serde_json::json!({ "type": "object", "additionalProperties": values });
    Rest { rust: name.unwrap_or("undescribed_properties").to_owned(), schema }
}

/// Objects that are variants of a union keep unknown fields, because a later version may use such fields to distinguish
/// the variants.
fn keep_rest_of_variants(components: &mut Components) {
    let variants: Vec<String> = components
        .values()
        .filter_map(|component| match &component.shape {
            Shape::Union(variants) => Some(variants),
            _ => None,
        })
        .flatten()
        .filter_map(|variant| referenced(&variant.schema).map(str::to_owned))
        .collect();
    for name in variants {
        if let Some(component) = components.get_mut(&name)
            && let Shape::Struct(properties) = &component.shape
            && component.rest.is_none()
        {
            let known: Map<String, Value> =
                properties.iter().map(|property| (property.json.clone(), Value::Null)).collect();
            component.rest = Some(rest_of(Some(&known), &Value::Object(Map::new())));
        }
    }
}

fn shape(schema: &Value, pointer: &str) -> Result<Shape> {
    let kind = schema.get("type").and_then(Value::as_str);
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return enumeration(schema, values, kind, pointer);
    }
    for keyword in ["anyOf", "oneOf"] {
        if let Some(variants) = schema.get(keyword).and_then(Value::as_array) {
            let discriminator = schema.get("x-upstream-discriminator");
            return union(variants, discriminator, &format!("{pointer}/{keyword}"));
        }
    }
    match kind {
        // An object that describes no property may have any: a struct without fields would lose them.
        Some("object")
            if schema.get("properties").and_then(Value::as_object).is_some_and(|known| !known.is_empty()) =>
        {
            object(schema, pointer)
        }
        _ => match NumberKind::of(schema) {
            Some(kind) if is_bounded(schema) => number(schema, kind, pointer),
            _ => Ok(Shape::Wrapper(bare(schema, pointer)?)),
        },
    }
}

fn number(schema: &Value, kind: NumberKind, pointer: &str) -> Result<Shape> {
    let bounds = Bounds::read(schema, kind, pointer)?;
    let kind = match kind {
        NumberKind::Integer(rust) => {
            let numbers = bounds.fields().into_iter().filter_map(|(_, bound)| bound.as_i64());
            NumberKind::Integer(rust.holding(numbers))
        }
        NumberKind::Number => kind,
    };
    Ok(Shape::Number(kind, bounds))
}

fn is_bounded(schema: &Value) -> bool {
    ["minimum", "maximum", "multipleOf"].iter().any(|keyword| schema.get(keyword).is_some())
}

fn enumeration(schema: &Value, values: &[Value], kind: Option<&str>, pointer: &str) -> Result<Shape> {
    let mut given = BTreeMap::new();
    if let Some(names) = schema.get("x-enum-varnames").and_then(Value::as_array) {
        for (index, name) in names.iter().enumerate() {
            let at = format!("{pointer}/x-enum-varnames/{index}");
            let name = name.as_str().ok_or_else(|| Error::new("a variant name must be a string").at(&at))?;
            syn::parse_str::<syn::Ident>(name)
                .map_err(|_| Error::new(format!("`{name}` is not a Rust identifier")).at(&at))?;
            given.insert(index, name.to_owned());
        }
        if names.len() != values.len() {
            let message = format!("{} names for {} values: give one name a value", names.len(), values.len());
            return Err(Error::new(message).at(format!("{pointer}/x-enum-varnames")));
        }
    }
    let mut taken: BTreeMap<String, usize> = BTreeMap::from([("UnknownValue".to_owned(), usize::MAX)]);
    let mut name_of = |index: usize, value: &str| -> Result<String> {
        let name = given.get(&index).cloned().unwrap_or_else(|| names::variant(value));
        let other = match taken.insert(name.clone(), index) {
            None => return Ok(name),
            Some(usize::MAX) => "the variant for unlisted values".to_owned(),
            Some(other) => format!("`{pointer}/enum/{other}`"),
        };
        let action = told_apart(schema, values, pointer);
        let message =
            format!("this value and {other} are both `{name}` in Rust: name the variants in an overlay: {action}");
        Err(Error::new(message).at(format!("{pointer}/enum/{index}")))
    };
    let at = |index: usize| format!("{pointer}/enum/{index}");
    match kind {
        Some("string") => values
            .iter()
            .enumerate()
            .map(|(index, value)| {
                let text = value.as_str().ok_or_else(|| Error::new("not a string").at(at(index)))?;
                Ok((text.to_owned(), name_of(index, text)?))
            })
            .collect::<Result<_>>()
            .map(Shape::TextEnum),
        Some("integer") => values
            .iter()
            .enumerate()
            .map(|(index, value)| {
                let number = value.as_i64().ok_or_else(|| Error::new("not a whole number").at(at(index)))?;
                Ok((number, name_of(index, &number.to_string())?))
            })
            .collect::<Result<Vec<_>>>()
            .map(|values| {
                let rust = schema.get("format").and_then(Value::as_str).and_then(IntegerType::of_format);
                let rust = rust.unwrap_or_default().holding(values.iter().map(|(value, _)| *value));
                Shape::IntegerEnum(rust, values)
            }),
        _ => Err(Error::new(
            "an enumeration must be of type string or integer: take `enum` out of the document, and it is any number",
        )
        .at(pointer)),
    }
}

/// An overlay's action that gives the values of an enumeration different names: the later of two with the same name
/// gets a number.
fn told_apart(schema: &Value, values: &[Value], pointer: &str) -> Value {
    let mut names: Vec<String> = vec!["UnknownValue".to_owned()];
    for value in values {
        let base = names::variant(&value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        let numbered = (2..).map(|count| format!("{base}{count}"));
        let free = std::iter::once(base.clone()).chain(numbered).find(|name| !names.contains(name));
        names.extend(free);
    }
    // When overlays are applied, a shared component still has the names of its sources.
    let target = match schema.get("x-shared-name").and_then(Value::as_str) {
        Some(shared) => format!("$.components.schemas[?@['x-shared-name'] == '{shared}']"),
        None => format!("$.components.schemas['{}']", pointer.rsplit('/').next().unwrap_or_default()),
    };
    serde_json::json!({
        "target": target,
        "update": { "x-enum-varnames": names.get(1..) },
        "x-reason": "Two values would have one name in Rust.",
    })
}

fn union(variants: &[Value], discriminator: Option<&Value>, pointer: &str) -> Result<Shape> {
    let mut taken = BTreeSet::new();
    let mut named = Vec::new();
    for (index, schema) in variants.iter().enumerate() {
        let at = format!("{pointer}/{index}");
        let schema = bare(schema, &at)?;
        let base = variant_name(&schema);
        let mut name = base.clone();
        let mut count = 1;
        while !taken.insert(name.clone()) {
            count += 1;
            name = format!("{base}{count}");
        }
        let tag = discriminator.and_then(|discriminator| tag(discriminator, &schema));
        named.push(Variant { rust: name, schema, tag });
    }
    if named.is_empty() {
        return Err(Error::new("a union needs at least one schema").at(pointer));
    }
    Ok(Shape::Union(named))
}

/// The tag of one variant, from a discriminator.
fn tag(discriminator: &Value, schema: &Value) -> Option<(String, Vec<String>)> {
    let field = discriminator.get("propertyName")?.as_str()?.to_owned();
    let reference = format!("#/components/schemas/{}", referenced(schema)?);
    let mapping = discriminator.get("mapping")?.as_object()?;
    let texts = mapping.iter().filter(|(_, target)| target.as_str() == Some(&reference));
    let texts: Vec<String> = texts.map(|(text, _)| text.clone()).collect();
    (!texts.is_empty()).then_some((field, texts))
}

fn variant_name(schema: &Value) -> String {
    if let Some(component) = referenced(schema) {
        return component.to_owned();
    }
    let name = match schema.get("type").and_then(Value::as_str) {
        Some("string") => "String",
        Some("integer") => "Integer",
        Some("number") => "Number",
        Some("boolean") => "Boolean",
        Some("array") => "List",
        Some("object") => "Map",
        _ => "Any",
    };
    name.to_owned()
}

fn object(schema: &Value, pointer: &str) -> Result<Shape> {
    let empty = Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    let required: BTreeSet<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let order: Vec<&str> = schema
        .get("x-fal-order-properties")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if order.len() != properties.len() {
        let message = "must list every property once";
        return Err(Error::new(message).at(format!("{pointer}/x-fal-order-properties")));
    }
    let mut rust_names = BTreeMap::new();
    // A property that is its own Rust name keeps it; of the others that would share one, the later get a number.
    let mut bases: Vec<(String, &String)> = properties.keys().map(|name| (names::field(name), name)).collect();
    bases.sort_by(|(one, name), (other, other_name)| (one != *name, name).cmp(&(other != *other_name, other_name)));
    for (base, name) in bases {
        let mut rust = base.clone();
        let mut count = 1;
        while rust_names.values().any(|taken| *taken == rust) {
            count += 1;
            rust = format!("{}_{count}", base.trim_end_matches('_'));
        }
        rust_names.insert(name.as_str(), rust);
    }
    let mut fields = Vec::new();
    for name in order {
        let at = format!("{pointer}/properties{}", Pointer::root().join(name));
        let (Some(schema), Some(rust)) = (properties.get(name), rust_names.get(name)) else {
            return Err(Error::new(format!("`{name}` is ordered but is no property")).at(pointer));
        };
        fields.push(property(name, rust, schema, required.contains(name), &at)?);
    }
    Ok(Shape::Struct(fields))
}

fn property(name: &str, rust: &str, schema: &Value, required: bool, pointer: &str) -> Result<Property> {
    let mut examples: Vec<Value> = schema.get("x-examples").and_then(Value::as_array).cloned().unwrap_or_default();
    if examples.is_empty() {
        examples.extend(schema.get("example").cloned());
    }
    let file = ["x-fal-file-input", "x-fal-file-output"].into_iter().find_map(|keyword| schema.get(keyword)?.as_str());
    Ok(Property {
        json: name.to_owned(),
        rust: rust.to_owned(),
        schema: bare(schema, pointer)?,
        description: text(schema, "description"),
        required,
        nullable: flag(schema, "nullable"),
        default: schema.get("default").cloned(),
        examples,
        file: file.map(str::to_owned),
        deprecated: flag(schema, "deprecated"),
        read_only: flag(schema, "readOnly"),
        write_only: flag(schema, "writeOnly"),
    })
}

/// The keywords of a schema that decide its Rust type and its row in the table, checked to be in normal form.
fn bare(schema: &Value, pointer: &str) -> Result<Value> {
    let mut kept = Map::new();
    if let Some(component) = referenced(schema) {
        kept.insert("$ref".to_owned(), format!("#/components/schemas/{component}").into());
        return Ok(Value::Object(kept));
    }
    let kind = schema.get("type").and_then(Value::as_str);
    let keywords: &[&str] = match kind {
        Some("string") => &["minLength", "maxLength", "pattern", "format"],
        // A number that is only received may have bounds: its type is plain, and the table has the bounds.
        Some("integer" | "number") => {
            &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "format"]
        }
        Some("array") => &["minItems", "maxItems", "uniqueItems"],
        Some("boolean" | "object") | None => &[],
        Some(other) => return Err(Error::new(format!("unknown type `{other}`")).at(format!("{pointer}/type"))),
    };
    if let Some(kind) = kind {
        kept.insert("type".to_owned(), kind.into());
    }
    if let Some(kind) = NumberKind::of(schema) {
        Bounds::read(schema, kind, pointer)?;
    }
    for keyword in keywords {
        if let Some(value) = schema.get(*keyword) {
            kept.insert((*keyword).to_owned(), value.clone());
        }
    }
    for keyword in ["anyOf", "oneOf", "allOf", "not", "enum", "properties"] {
        if schema.get(keyword).is_some_and(|found| found.as_object().is_none_or(|found| !found.is_empty())) {
            let message = format!("`{keyword}` inside another schema is outside the normal form");
            return Err(Error::new(message).at(format!("{pointer}/{keyword}")));
        }
    }
    if kind == Some("array") {
        let items = schema.get("items").cloned().unwrap_or(Value::Object(Map::new()));
        kept.insert("items".to_owned(), item(&items, &format!("{pointer}/items"))?);
    }
    if kind == Some("object") {
        let values = match schema.get("additionalProperties") {
            Some(Value::Bool(false)) => {
                let message = "an object without properties that may have no others holds nothing";
                return Err(Error::new(message).at(format!("{pointer}/additionalProperties")));
            }
            Some(values @ Value::Object(_)) => item(values, &format!("{pointer}/additionalProperties"))?,
            _ => Value::Object(Map::new()),
        };
        kept.insert("additionalProperties".to_owned(), values);
    }
    Ok(Value::Object(kept))
}

/// An item of a list or a map, which may be `null` where a property would be unset.
fn item(schema: &Value, pointer: &str) -> Result<Value> {
    let mut kept = bare(schema, pointer)?;
    if schema.get("nullable") == Some(&Value::Bool(true))
        && let Some(kept) = kept.as_object_mut()
    {
        kept.insert("nullable".to_owned(), true.into());
    }
    Ok(kept)
}

fn flag(schema: &Value, keyword: &str) -> bool {
    schema.get(keyword).and_then(Value::as_bool).unwrap_or(false)
}

fn text(schema: &Value, keyword: &str) -> String {
    schema.get(keyword).and_then(Value::as_str).unwrap_or_default().trim().to_owned()
}
