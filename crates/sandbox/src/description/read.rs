//! Reads an endpoint from an OpenAPI document in the form that fal serves.

use super::shape::{Bounds, Component, Enumeration, Member, Model, Shape};
use super::{Endpoint, table};
use crate::json::{self, Json, Number};
use ideogram_schema::{EndpointInfo, FieldKind, FileRole};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

/// A document that is not one, or that contains something that cannot be read.
#[derive(Clone, Debug)]
pub(crate) struct InvalidDocument {
    /// A JSON pointer.
    at: String,
    reason: &'static str,
}

impl fmt::Display for InvalidDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.at.is_empty() { f.write_str(self.reason) } else { write!(f, "{} at `{}`", self.reason, self.at) }
    }
}

impl InvalidDocument {
    fn new(at: &str, reason: &'static str) -> Self {
        Self { at: at.to_owned(), reason }
    }
}

type Read<T> = Result<T, InvalidDocument>;

/// No sensible schema nests deeper.
const MOST_DEPTH: usize = 64;

/// Reads an endpoint.
pub(super) fn endpoint(text: Cow<'static, str>) -> Read<Endpoint> {
    let document = json::parse(text.as_bytes()).map_err(|_| InvalidDocument::new("", "this is no JSON"))?;
    let metadata = document.get("info").and_then(|info| info.get("x-fal-metadata"));
    let said = |name: &str| metadata.and_then(|metadata| metadata.get(name)).and_then(Json::as_str);
    let id =
        said("endpointId").ok_or(InvalidDocument::new("/info/x-fal-metadata/endpointId", "no endpoint is named"))?;
    let mut parts = id.splitn(3, '/');
    let (owner, app) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    if owner.is_empty() || app.is_empty() {
        return Err(InvalidDocument::new("/info/x-fal-metadata/endpointId", "an endpoint's id is `owner/app`"));
    }
    let info = table(id);
    let schemas = document.get("components").and_then(|components| components.get("schemas"));
    let schemas = schemas.ok_or(InvalidDocument::new("/components/schemas", "no schemas are there"))?;
    let mut components = BTreeMap::new();
    for (name, schema) in schemas.members() {
        let at = format!("/components/schemas/{}", name.text);
        let title = schema.get("title").and_then(Json::as_str).unwrap_or(&name.text).to_owned();
        let shape = Reader { schemas, info: None }.named(schema, &title, &at)?;
        components.insert(name.text.clone(), Component { title, shape });
    }
    let paths = document.get("paths").map(Json::members).unwrap_or_default();
    let body = paths.iter().find_map(|(_, path)| content(path.get("post")?.get("requestBody")?));
    let result = paths.iter().find_map(|(path, item)| {
        let answer = item.get("get")?.get("responses")?.get("200")?;
        path.text.ends_with("/requests/{request_id}").then(|| content(answer)).flatten()
    });
    let (Some(body), Some(result)) = (body, result) else {
        return Err(InvalidDocument::new("/paths", "no call with a body, or none that gives its result"));
    };
    let input = referenced(body).and_then(|name| schemas.get(name)).unwrap_or(body);
    let title = input.get("title").and_then(Json::as_str).unwrap_or("Input");
    let Shape::Model(input) = (Reader { schemas, info }).named(input, title, "/paths")? else {
        return Err(InvalidDocument::new("/paths", "the input is no object"));
    };
    let name = id.split_once('/').map_or(id, |(_, name)| name);
    Ok(Endpoint {
        id: id.to_owned(),
        owner: owner.to_owned(),
        app: app.to_owned(),
        name: info.map_or(name, |info| info.name).to_owned(),
        summary: info.map_or("", |info| info.summary).to_owned(),
        category: said("category").map(str::to_owned),
        price: info.and_then(|info| info.price),
        output: (Reader { schemas, info: None }).shape(result, "/paths", 0)?,
        input,
        components,
        text,
    })
}

/// The schema of a body or an answer in JSON.
fn content(part: &Json) -> Option<&Json> {
    part.get("content")?.get("application/json")?.get("schema")
}

fn referenced(schema: &Json) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix("#/components/schemas/")
}

struct Reader<'d> {
    /// The document's schemas.
    schemas: &'d Json,
    /// The endpoint's row in the table of the schema crate, which says for each field what kind of file it is.
    info: Option<&'static EndpointInfo>,
}

impl Reader<'_> {
    /// A schema with a name. The framework uses the names of objects and enumerations in its errors.
    fn named(&self, schema: &Json, title: &str, at: &str) -> Read<Shape> {
        Ok(match self.shape(schema, at, 0)? {
            Shape::Model(model) => Shape::Model(Model { title: title.to_owned(), ..model }),
            Shape::Enumeration(values) => Shape::Enumeration(Enumeration { is_named: true, ..values }),
            shape => shape,
        })
    }

    fn shape(&self, schema: &Json, at: &str, depth: usize) -> Read<Shape> {
        if depth > MOST_DEPTH {
            return Err(InvalidDocument::new(at, "the schema nests too deep"));
        }
        if let Some(name) = schema.get("$ref") {
            let name = referenced(schema).or(name.as_str()).unwrap_or_default();
            return Ok(Shape::Named(name.to_owned()));
        }
        let plain = self.plain(schema, at, depth)?;
        let nullable = schema.get("nullable").and_then(Json::as_bool) == Some(true);
        Ok(if nullable && !matches!(plain, Shape::Nullable(_)) { Shape::Nullable(Box::new(plain)) } else { plain })
    }

    fn plain(&self, schema: &Json, at: &str, depth: usize) -> Read<Shape> {
        for keyword in ["anyOf", "oneOf", "allOf"] {
            if let Some(arms) = schema.get(keyword) {
                let at = format!("{at}/{keyword}");
                if keyword == "allOf" && arms.items().len() != 1 {
                    return self.all_of(schema, arms.items(), &at, depth);
                }
                return self.union(arms.items(), &at, depth);
            }
        }
        if let Some(values) = schema.get("enum") {
            return Ok(Shape::Enumeration(Enumeration { values: values.items().to_vec(), is_named: false }));
        }
        if let Some(value) = schema.get("const") {
            return Ok(Shape::Enumeration(Enumeration { values: vec![value.clone()], is_named: false }));
        }
        let Some(Json::Array(names)) = schema.get("type") else {
            return self.typed(schema, schema.get("type").and_then(Json::as_str), at, depth);
        };
        // One of several types, as OpenAPI 3.1 has it.
        let names: Vec<&str> = names.iter().filter_map(Json::as_str).collect();
        let shapes = names.iter().filter(|name| **name != "null");
        let shapes = shapes.map(|name| self.typed(schema, Some(name), at, depth)).collect::<Read<_>>()?;
        Ok(one_of(shapes, names.contains(&"null")))
    }

    /// A schema of one type.
    fn typed(&self, schema: &Json, kind: Option<&str>, at: &str, depth: usize) -> Read<Shape> {
        let count = |name: &str| schema.get(name).and_then(Json::as_i64).and_then(|count| u64::try_from(count).ok());
        Ok(match kind {
            Some("boolean") => Shape::Boolean,
            Some("string") => Shape::String {
                min: count("minLength"),
                max: count("maxLength"),
                pattern: schema.get("pattern").and_then(Json::as_str).map(str::to_owned),
            },
            Some("integer") => Shape::Integer(bounds(schema, Number::clone)),
            Some("number") => Shape::Number(bounds(schema, Number::to_float)),
            Some("array") => Shape::Array {
                items: match schema.get("items") {
                    Some(items) => Box::new(self.shape(items, &format!("{at}/items"), depth + 1)?),
                    None => Box::new(Shape::Any),
                },
                min: count("minItems"),
                max: count("maxItems"),
            },
            Some("object") => self.object(schema, at, depth)?,
            Some(_) => return Err(InvalidDocument::new(&format!("{at}/type"), "the type is unknown")),
            None if schema.get("properties").is_some() => self.object(schema, at, depth)?,
            None => Shape::Any,
        })
    }

    fn union(&self, arms: &[Json], at: &str, depth: usize) -> Read<Shape> {
        let is_null = |arm: &Json| arm.get("type").and_then(Json::as_str) == Some("null");
        let mut shapes = Vec::new();
        for (index, arm) in arms.iter().enumerate().filter(|(_, arm)| !is_null(arm)) {
            shapes.push(self.shape(arm, &format!("{at}/{index}"), depth + 1)?);
        }
        Ok(one_of(shapes, arms.iter().any(is_null)))
    }

    /// An object that has the members of several, and those beside `allOf`.
    fn all_of(&self, schema: &Json, arms: &[Json], at: &str, depth: usize) -> Read<Shape> {
        let mut parts = Vec::new();
        for (index, arm) in arms.iter().enumerate() {
            let arm = referenced(arm).and_then(|name| self.schemas.get(name)).unwrap_or(arm);
            // Each takes many steps, because schemas that refer to each other several times multiply.
            let shape = self.shape(arm, &format!("{at}/{index}"), depth + MOST_DEPTH / 4)?;
            parts.push((arm, shape));
        }
        parts.push((schema, self.object(schema, at, depth + 1)?));
        let mut members: Vec<Member> = Vec::new();
        for (_, shape) in &parts {
            match shape {
                Shape::Model(model) => members.extend(model.members.iter().cloned()),
                Shape::Map(values) if matches!(**values, Shape::Any) => {}
                _ => return Err(InvalidDocument::new(at, "`allOf` of what is no object is not understood")),
            }
        }
        for (part, _) in &parts {
            let required = part.get("required").map(Json::items).unwrap_or_default();
            for member in
                members.iter_mut().filter(|member| required.iter().any(|name| name.as_str() == Some(&member.name)))
            {
                member.required = true;
            }
        }
        let mut names: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair.first() == pair.last()) {
            return Err(InvalidDocument::new(
                at,
                "`allOf` of schemas that describe one member twice is not understood",
            ));
        }
        let title = schema.get("title").and_then(Json::as_str).unwrap_or("Model").to_owned();
        Ok(Shape::Model(Model { title, members }))
    }

    fn object(&self, schema: &Json, at: &str, depth: usize) -> Read<Shape> {
        let Some(properties) = schema.get("properties").filter(|properties| !properties.members().is_empty()) else {
            return Ok(Shape::Map(match schema.get("additionalProperties") {
                Some(values @ Json::Object(_)) => {
                    Box::new(self.shape(values, &format!("{at}/additionalProperties"), depth + 1)?)
                }
                _ => Box::new(Shape::Any),
            }));
        };
        let required: Vec<&str> =
            schema.get("required").map(Json::items).unwrap_or_default().iter().filter_map(Json::as_str).collect();
        let order = schema.get("x-fal-order-properties").map(Json::items).unwrap_or_default();
        let ordered = order.iter().filter_map(|name| Some((name.as_str()?, properties.get(name.as_str()?)?)));
        let is_ordered = |name: &str| order.iter().any(|ordered| ordered.as_str() == Some(name));
        let others = properties.members().iter().map(|(name, property)| (name.text.as_str(), property));
        let mut members = Vec::new();
        for (name, property) in ordered.chain(others.filter(|(name, _)| !is_ordered(name))) {
            let shape = self.shape(property, &format!("{at}/properties/{name}"), depth + 1)?;
            members.push(Member {
                file: self.role(name, property, &shape),
                name: name.to_owned(),
                shape,
                required: required.contains(&name),
                default: property.get("default").cloned(),
                examples: property.get("examples").map(Json::items).unwrap_or_default().to_vec(),
            });
        }
        let title = schema.get("title").and_then(Json::as_str).unwrap_or("Model").to_owned();
        Ok(Shape::Model(Model { title, members }))
    }

    /// The role of the file that a text names: from the table, if its description says so, or else from the field's
    /// name, by fal's conventions.
    fn role(&self, name: &str, property: &Json, shape: &Shape) -> Option<FileRole> {
        let known = self.info.and_then(|info| info.input(name)).and_then(|field| file_kind(&field.kind));
        if known.is_some() {
            return known;
        }
        let marked = property.get("x-fal-file-input").and_then(Json::as_str);
        let is_url = name.ends_with("_url") || name.ends_with("_urls");
        if !is_text(shape) || (marked.is_none() && !is_url) {
            return None;
        }
        Some(match marked.unwrap_or(name) {
            role if role.contains("mask") => FileRole::Mask,
            role if role.contains("image") => FileRole::Image,
            _ => FileRole::Other,
        })
    }
}

/// One of these shapes, or null where that is allowed.
fn one_of(mut shapes: Vec<Shape>, is_nullable: bool) -> Shape {
    let shape = match (shapes.pop(), shapes.is_empty()) {
        (Some(only), true) => only,
        (Some(last), false) => {
            shapes.push(last);
            Shape::Union(shapes)
        }
        (None, _) => Shape::Any,
    };
    if is_nullable { Shape::Nullable(Box::new(shape)) } else { shape }
}

fn file_kind(kind: &FieldKind) -> Option<FileRole> {
    match kind {
        FieldKind::File(role) => Some(*role),
        FieldKind::Array { items, .. } => file_kind(items),
        _ => None,
    }
}

fn is_text(shape: &Shape) -> bool {
    match shape {
        Shape::String { .. } => true,
        Shape::Array { items, .. } | Shape::Nullable(items) => is_text(items),
        _ => false,
    }
}

fn bounds(schema: &Json, number: impl Fn(&Number) -> Number) -> Bounds {
    let bound = |name: &str| match schema.get(name) {
        Some(Json::Number(value)) => Some(number(value)),
        _ => None,
    };
    // In OpenAPI 3.0, an exclusive bound is a flag beside the bound.
    let is_exclusive = |name: &str| schema.get(name).and_then(Json::as_bool) == Some(true);
    let (low, high) = (is_exclusive("exclusiveMinimum"), is_exclusive("exclusiveMaximum"));
    Bounds {
        multiple_of: bound("multipleOf"),
        maximum: bound("maximum").filter(|_| !high),
        exclusive_maximum: if high { bound("maximum") } else { bound("exclusiveMaximum") },
        minimum: bound("minimum").filter(|_| !low),
        exclusive_minimum: if low { bound("minimum") } else { bound("exclusiveMinimum") },
    }
}
