//! From JSON to [`Schema`]: one reading for OpenAPI 3.0, 3.1 and what pydantic makes of them.

use super::super::components::IntegerType;
use super::keywords::{Keyword, keyword};
use super::note::{Note, NoteKind};
use super::schema::{Annotations, Schema, Shape, Union};
use crate::error::Error;
use crate::pointer::Pointer;
use serde_json::{Map, Number, Value};

/// How many schemas are read and merged at most. The largest document of fal's catalogue has about 700.
const MAX_SCHEMAS: usize = 50_000;

/// How deep they may be nested, references that are merged included. The catalogue has up to about 10.
const MAX_DEPTH: usize = 100;

/// Reads the schemas of one document. Problems are collected, and reading continues with [`Shape::Any`] in place of a
/// wrong schema.
pub(super) struct Reader<'d> {
    document: &'d Value,
    pub problems: Vec<Error>,
    pub notes: Vec<Note>,
    read: usize,
    /// How deep schemas are being read or merged inside each other.
    depth: usize,
}

impl<'d> Reader<'d> {
    pub(super) fn new(document: &'d Value) -> Self {
        Self { document, problems: Vec::new(), notes: Vec::new(), read: 0, depth: 0 }
    }

    pub(super) fn wrong(&mut self, at: &Pointer, message: impl Into<String>) {
        self.problems.push(Error::new(message).at(at));
    }

    pub(super) fn note(&mut self, pointer: Pointer, kind: NoteKind) {
        self.notes.push(Note { pointer, kind });
    }

    /// The schema at a place of the document.
    pub(super) fn at(&mut self, at: &Pointer) -> Schema {
        if let Some(value) = self.document.pointer(at.as_str()) {
            return self.schema(value, at);
        }
        self.wrong(at, "there is no schema here");
        Schema::new(Shape::Any, at)
    }

    /// The schema where a chain of references that starts at `from` ends, to be merged with what stands beside it.
    pub(super) fn follow(&mut self, target: &Pointer, from: &Pointer) -> Schema {
        let mut chain = vec![target.clone()];
        loop {
            let mut schema = chain.last().map_or_else(|| Schema::new(Shape::Any, from), |target| self.at(target));
            match schema.shape {
                Shape::Reference(next) if chain.contains(&next) => {
                    self.wrong(from, format!("`{next}` refers to itself and to nothing else"));
                    schema.shape = Shape::Any;
                    return schema;
                }
                Shape::Reference(next) => chain.push(next),
                _ => return schema,
            }
        }
    }

    pub(super) fn schema(&mut self, value: &Value, at: &Pointer) -> Schema {
        if self.is_too_much(at) {
            return Schema::new(Shape::Any, at);
        }
        match value {
            Value::Bool(true) => Schema::new(Shape::Any, at),
            Value::Object(map) => self.deeper(at, |this| this.keywords(map, at)),
            _ => {
                self.wrong(at, "must be a schema: an object, or `true`");
                Schema::new(Shape::Any, at)
            }
        }
    }

    /// Counts one more schema; whether there are too many.
    pub(super) fn is_too_much(&mut self, at: &Pointer) -> bool {
        self.read += 1;
        if self.read == MAX_SCHEMAS {
            self.wrong(at, format!("the document unfolds into more than {MAX_SCHEMAS} schemas"));
        }
        self.read >= MAX_SCHEMAS
    }

    /// Goes one level down, unless that is too deep.
    pub(super) fn deeper(&mut self, at: &Pointer, go: impl FnOnce(&mut Self) -> Schema) -> Schema {
        if self.depth >= MAX_DEPTH {
            self.wrong(at, format!("lies more than {MAX_DEPTH} schemas deep, or is part of itself"));
            return Schema::new(Shape::Any, at);
        }
        self.depth += 1;
        let schema = go(self);
        self.depth -= 1;
        schema
    }

    fn keywords(&mut self, map: &Map<String, Value>, at: &Pointer) -> Schema {
        let notes = self.annotations(map, at);
        let mut schema = self.base(map, at);
        schema.notes.kept.extend(notes.kept);
        schema.notes = Annotations { kept: schema.notes.kept, ..notes };
        for (index, member) in self.list(map, "allOf", at).into_iter().flatten().enumerate() {
            let member = self.schema(member, &at.join("allOf").index(index));
            schema = self.merge(&schema, &member);
        }
        if let Some(reference) = map.get("$ref") {
            let target = self.reference(reference, at);
            schema = self.merge(&schema, &target);
        }
        for keyword in ["anyOf", "oneOf"] {
            if let Some(variants) = self.list(map, keyword, at) {
                let here = at.join(keyword);
                let members = variants.iter().enumerate().map(|(index, value)| (value, here.index(index))).collect();
                let union = self.union(keyword, members, map.get("discriminator"), &here);
                self.unmapped(map, &union, at);
                schema = self.merge(&schema, &union);
            }
        }
        schema.at = at.clone();
        schema.nullable |= self.flag(map, "nullable", at);
        schema
    }

    fn annotations(&mut self, map: &Map<String, Value>, at: &Pointer) -> Annotations {
        let mut notes = Annotations {
            description: self.text(map, "description", at),
            default: map.get("default").cloned(),
            ..Annotations::default()
        };
        match map.get("examples") {
            Some(Value::Array(examples)) => notes.examples.clone_from(examples),
            Some(_) => self.wrong(&at.join("examples"), "must be a list"),
            None => notes.examples.extend(map.get("example").cloned()),
        }
        for (name, value) in map {
            let here = at.join(name);
            match keyword(name) {
                Keyword::Read => {}
                Keyword::Kept => {
                    if !name.starts_with("x-") {
                        self.flag(map, name, at);
                    }
                    notes.kept.insert(name.clone(), value.clone());
                }
                Keyword::Unchecked if name == "format" && is_integer_format(map) => {}
                // It distinguishes the variants of a union; on any other schema it does not restrict values.
                Keyword::Unchecked
                    if name == "discriminator" && (map.contains_key("oneOf") || map.contains_key("anyOf")) => {}
                Keyword::Unchecked | Keyword::Dropped => self.note(here, NoteKind::Keyword),
                Keyword::Foreign => {
                    notes.foreign.insert(name.clone(), value.clone());
                    self.note(here, NoteKind::Keyword);
                }
                Keyword::Unsupported => {
                    self.wrong(&here, format!("`{name}` restricts values in a way that no Rust type here can carry"));
                }
            }
        }
        notes
    }

    /// A union of several schemas. `null` among them makes the union nullable and is not a variant; duplicates are
    /// dropped; a union among them is replaced by its own variants.
    pub(super) fn union(
        &mut self,
        keyword: &'static str,
        members: Vec<(&Value, Pointer)>,
        discriminator: Option<&Value>,
        at: &Pointer,
    ) -> Schema {
        let mut seen = Vec::new();
        let mut variants: Vec<Schema> = Vec::new();
        let mut nullable = false;
        for (value, here) in members {
            if seen.contains(&bare(value)) {
                continue;
            }
            seen.push(bare(value));
            let variant = self.schema(value, &here);
            nullable |= variant.nullable || variant.shape == Shape::Null;
            match variant.shape {
                Shape::Null => {}
                Shape::Union(inner) if inner.discriminator.is_none() => variants.extend(inner.variants),
                _ => variants.push(Schema { nullable: false, ..variant }),
            }
        }
        let mut schema = match <[Schema; 1]>::try_from(variants) {
            Ok([only]) => only,
            Err(variants) if variants.is_empty() => {
                if !nullable {
                    self.wrong(at, "lists no schema");
                }
                return Schema::new(Shape::Null, at);
            }
            Err(variants) => {
                Schema::new(Shape::Union(Union { keyword, variants, discriminator: discriminator.cloned() }), at)
            }
        };
        schema.nullable = nullable && schema.shape != Shape::Any;
        schema
    }

    /// Notes the entries of a discriminator's mapping that lead to no variant.
    fn unmapped(&mut self, map: &Map<String, Value>, union: &Schema, at: &Pointer) {
        let Shape::Union(union) = &union.shape else { return };
        let mapping = map.get("discriminator").and_then(|discriminator| discriminator.get("mapping")?.as_object());
        for (value, target) in mapping.into_iter().flatten() {
            let place = mapped(target);
            // An alias of a schema is resolved later.
            let schema = place.as_ref().and_then(|place| self.document.pointer(place.as_str()));
            let is_alias = schema.is_some_and(|schema| schema.get("$ref").is_some());
            let is_variant =
                |variant: &Schema| matches!(&variant.shape, Shape::Reference(known) if Some(known) == place.as_ref());
            if !is_alias && !union.variants.iter().any(is_variant) {
                self.note(at.join("discriminator").join("mapping").join(value), NoteKind::Ineffective);
            }
        }
    }

    /// `#/components/schemas/X`, `#/$defs/X` of the component it stands in, or any other place of the document.
    fn reference(&mut self, reference: &Value, at: &Pointer) -> Schema {
        let here = at.join("$ref");
        let target = reference.as_str().and_then(|text| Pointer::parse(text.strip_prefix('#')?));
        let Some(target) = target else {
            self.wrong(&here, format!("{reference} does not refer to a place in this document"));
            return Schema::new(Shape::Any, at);
        };
        let local = at.component().and_then(|component| Pointer::parse(&format!("{component}{target}")));
        let exists = |target: &Pointer| !target.is_root() && self.document.pointer(target.as_str()).is_some();
        if let Some(target) = [Some(target), local].into_iter().flatten().find(exists) {
            return Schema::new(Shape::Reference(target), at);
        }
        self.wrong(&here, format!("{reference} is not in the document"));
        Schema::new(Shape::Any, at)
    }

    pub(super) fn list<'m>(&mut self, map: &'m Map<String, Value>, name: &str, at: &Pointer) -> Option<&'m Vec<Value>> {
        self.typed(map, name, at, "a list", Value::as_array)
    }

    pub(super) fn text(&mut self, map: &Map<String, Value>, name: &str, at: &Pointer) -> Option<String> {
        self.typed(map, name, at, "a text", Value::as_str).map(str::to_owned)
    }

    pub(super) fn flag(&mut self, map: &Map<String, Value>, name: &str, at: &Pointer) -> bool {
        self.typed(map, name, at, "`true` or `false`", Value::as_bool).unwrap_or(false)
    }

    pub(super) fn number(&mut self, map: &Map<String, Value>, name: &str, at: &Pointer) -> Option<Number> {
        self.typed(map, name, at, "a number", Value::as_number).cloned()
    }

    pub(super) fn count(&mut self, map: &Map<String, Value>, name: &str, at: &Pointer) -> Option<u64> {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole, and not negative")]
        let whole = |value: &Value| {
            let count = value.as_f64().filter(|count| count.fract() == 0.0 && *count >= 0.0);
            value.as_u64().or(count.map(|count| count as u64))
        };
        self.typed(map, name, at, "a whole number, not negative", whole)
    }

    /// The value of a keyword, if it is there; one of another type is a problem.
    fn typed<'m, T>(
        &mut self,
        map: &'m Map<String, Value>,
        name: &str,
        at: &Pointer,
        expected: &str,
        read: impl Fn(&'m Value) -> Option<T>,
    ) -> Option<T> {
        let found = read(map.get(name)?);
        if found.is_none() {
            self.wrong(&at.join(name), format!("must be {expected}"));
        }
        found
    }
}

/// Whether the schema is of whole numbers of a Rust type.
fn is_integer_format(map: &Map<String, Value>) -> bool {
    let text = |name: &str| map.get(name).and_then(Value::as_str).unwrap_or_default();
    text("type") == "integer" && IntegerType::of_format(text("format")).is_some()
}

/// The place that a discriminator maps to: a reference, or the name of a component.
pub(super) fn mapped(target: &Value) -> Option<Pointer> {
    let text = target.as_str()?;
    match text.strip_prefix('#') {
        Some(place) => Pointer::parse(place),
        None => Some(Pointer::root().join("components").join("schemas").join(text)),
    }
}

/// A schema without what only describes it, to see whether two take the same values.
pub(super) fn bare(value: &Value) -> Value {
    let mut value = value.clone();
    if let Some(map) = value.as_object_mut() {
        for name in ["title", "description", "example", "examples"] {
            map.remove(name);
        }
    }
    value
}
