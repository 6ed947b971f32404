//! From JSON to [`Schema`]: one reading for OpenAPI 3.0, 3.1 and what pydantic makes of them.

use super::keywords::{Keyword, applies_to, keyword};
use super::merge::tighter;
use super::schema::{Additional, Annotations, Array, Bound, Bounds, Object, Scalar, Schema, Shape, Text, Union};
use super::{Note, NoteKind};
use crate::error::Error;
use crate::pointer::Pointer;
use serde_json::{Map, Number, Value};
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// How many schemas are read at most. The largest document of fal's catalogue has about 700.
const MAX_SCHEMAS: usize = 50_000;

/// Reads schemas of one document. What is wrong is collected, and reading goes on with [`Shape::Any`] in its place.
pub(super) struct Reader<'d> {
    document: &'d Value,
    pub problems: Vec<Error>,
    pub remarks: Vec<Note>,
    resolving: Vec<Pointer>,
    read: usize,
}

impl<'d> Reader<'d> {
    pub(super) fn new(document: &'d Value) -> Self {
        Self { document, problems: Vec::new(), remarks: Vec::new(), resolving: Vec::new(), read: 0 }
    }

    pub(super) fn problem(&mut self, error: Error) {
        self.problems.push(error);
    }

    fn wrong(&mut self, at: &Pointer, message: impl Into<String>) {
        self.problem(Error::new(message).at(at));
    }

    fn remark(&mut self, at: Pointer, kind: NoteKind) {
        let note = Note { pointer: at, kind };
        if !self.remarks.contains(&note) {
            self.remarks.push(note);
        }
    }

    /// The schema at a place of the document.
    pub(super) fn at(&mut self, at: &Pointer) -> Schema {
        match self.document.pointer(at.as_str()) {
            Some(value) => self.schema(value, at),
            None => {
                self.wrong(at, "there is no schema here");
                Schema::new(Shape::Any, at)
            }
        }
    }

    /// The schema that a reference at `from` points to, for merging.
    pub(super) fn resolve(&mut self, target: &Pointer, from: &Pointer) -> Schema {
        if self.resolving.contains(target) {
            self.wrong(from, format!("`{target}` is part of itself here, so that no value could satisfy it"));
            return Schema::new(Shape::Any, target);
        }
        self.resolving.push(target.clone());
        let schema = self.at(target);
        self.resolving.pop();
        schema
    }

    fn schema(&mut self, value: &Value, at: &Pointer) -> Schema {
        self.read += 1;
        if self.read > MAX_SCHEMAS {
            if self.read == MAX_SCHEMAS + 1 {
                self.wrong(at, format!("the document unfolds into more than {MAX_SCHEMAS} schemas"));
            }
            return Schema::new(Shape::Any, at);
        }
        match value {
            Value::Bool(true) => Schema::new(Shape::Any, at),
            Value::Object(map) => self.object_schema(map, at),
            _ => {
                self.wrong(at, "must be a schema: an object, or `true`");
                Schema::new(Shape::Any, at)
            }
        }
    }

    fn object_schema(&mut self, map: &Map<String, Value>, at: &Pointer) -> Schema {
        let notes = self.annotations(map, at);
        let mut schema = Schema { notes, ..self.base(map, at) };
        for (index, member) in self.list(map, "allOf", at).into_iter().flatten().enumerate() {
            let member = self.schema(member, &at.join("allOf").index(index));
            schema = self.merge(schema, member);
        }
        if let Some(reference) = map.get("$ref") {
            let referred = self.reference(reference, at);
            schema = self.merge(schema, referred);
        }
        for keyword in ["anyOf", "oneOf"] {
            if let Some(variants) = self.list(map, keyword, at) {
                let union = self.union(keyword, variants, map.get("discriminator"), at);
                schema = self.merge(schema, union);
            }
        }
        schema.at = at.clone();
        if self.flag(map, "nullable", at) {
            schema.nullable = true;
        }
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
                    notes.kept.insert(name.clone(), value.clone());
                }
                Keyword::Dropped(reason) => self.remark(here, NoteKind::Allowed(reason)),
                Keyword::Vendor(reason) => {
                    notes.vendor.insert(name.clone(), value.clone());
                    self.remark(here, NoteKind::Allowed(reason));
                }
                Keyword::Unknown => {
                    notes.vendor.insert(name.clone(), value.clone());
                    self.remark(here, NoteKind::Unknown);
                }
                Keyword::Unsupported => {
                    self.wrong(&here, format!("`{name}` restricts values in a way that no Rust type here can carry"));
                }
            }
        }
        notes
    }

    /// What the keywords say that need no other schema resolved.
    fn base(&mut self, map: &Map<String, Value>, at: &Pointer) -> Schema {
        let (kinds, inferred) = self.kinds(map, at);
        let declared: Vec<&str> = kinds.iter().copied().filter(|kind| *kind != "null").collect();
        let null = kinds.len() > declared.len();
        for name in map.keys() {
            if let Some(types) = applies_to(name)
                && !kinds.is_empty()
                && !types.iter().any(|kind| kinds.contains(kind))
            {
                self.remark(at.join(name), NoteKind::Ineffective);
            }
        }
        let mut schema = Schema::new(Shape::Any, at);
        schema.inferred = inferred;
        schema.nullable = null;
        let values = match (map.get("const"), self.list(map, "enum", at)) {
            (Some(value), _) => Some(vec![value.clone()]),
            (None, values) => values.cloned(),
        };
        if let Some(values) = values {
            self.enumeration(&mut schema, values, &declared, at);
            return schema;
        }
        schema.shape = match declared.as_slice() {
            [] if null => Shape::Null,
            [] => Shape::Any,
            [kind] => self.single(kind, map, at),
            several => {
                let variants = several.iter().map(|kind| Schema::new(self.single(kind, map, at), at)).collect();
                Shape::Union(Union { keyword: "anyOf", variants, discriminator: None })
            }
        };
        schema.nullable = null && schema.shape != Shape::Null;
        schema
    }

    /// The types that the schema declares, or the one that its keywords imply.
    fn kinds<'m>(&mut self, map: &'m Map<String, Value>, at: &Pointer) -> (Vec<&'m str>, bool) {
        let here = at.join("type");
        let names: Vec<&'m Value> = match map.get("type") {
            None => Vec::new(),
            Some(Value::Array(names)) => names.iter().collect(),
            Some(name) => vec![name],
        };
        let mut kinds = Vec::new();
        for name in names {
            match name.as_str() {
                Some(kind @ ("string" | "integer" | "number" | "boolean" | "array" | "object" | "null")) => {
                    if !kinds.contains(&kind) {
                        kinds.push(kind);
                    }
                }
                _ => self.wrong(&here, format!("{name} is no type of JSON Schema")),
            }
        }
        if kinds.contains(&"number") {
            // Every integer is a number.
            kinds.retain(|kind| *kind != "integer");
        }
        if !map.contains_key("type") {
            let implied = map.keys().filter_map(|name| applies_to(name)?.last().copied()).collect::<BTreeSet<_>>();
            if let (Some(only), 1) = (implied.first(), implied.len()) {
                return (vec![only], true);
            }
        }
        (kinds, false)
    }

    fn single(&mut self, kind: &str, map: &Map<String, Value>, at: &Pointer) -> Shape {
        match kind {
            "boolean" => Shape::Boolean,
            "integer" => Shape::Integer(self.bounds(map, at).whole()),
            "number" => Shape::Number(self.bounds(map, at)),
            "string" => Shape::Text(Text {
                min_length: self.count(map, "minLength", at).filter(|length| *length > 0),
                max_length: self.count(map, "maxLength", at),
                pattern: self.text(map, "pattern", at),
                format: self.text(map, "format", at),
            }),
            "array" => Shape::Array(self.array(map, at)),
            _ => Shape::Object(self.object(map, at)),
        }
    }

    fn enumeration(&mut self, schema: &mut Schema, values: Vec<Value>, declared: &[&str], at: &Pointer) {
        let here = at.join("enum");
        let (mut texts, mut numbers, mut booleans) = (Vec::new(), Vec::new(), Vec::new());
        let mut null = false;
        for value in values {
            let (kinds, list): (&[&str], _) = match &value {
                Value::Null => {
                    null = true;
                    continue;
                }
                Value::String(_) => (&["string"], &mut texts),
                Value::Bool(_) => (&["boolean"], &mut booleans),
                Value::Number(number) if number.is_f64() => (&["number"], &mut numbers),
                Value::Number(_) => (&["integer", "number"], &mut numbers),
                Value::Array(_) | Value::Object(_) => {
                    self.wrong(&here, format!("{value} is a value that no enumeration in Rust can carry"));
                    continue;
                }
            };
            if !declared.is_empty() && !kinds.iter().any(|kind| declared.contains(kind)) {
                self.wrong(&here, format!("{value} is not of the declared type {}", declared.join(" or ")));
            } else if !list.contains(&value) {
                list.push(value);
            }
        }
        let whole = declared != ["number"] && numbers.iter().all(|number: &Value| !number.is_f64());
        let numeric = if whole { Scalar::Integer } else { Scalar::Number };
        let mut shapes = Vec::new();
        for (kind, values) in [(Scalar::String, texts), (numeric, numbers)] {
            if !values.is_empty() {
                shapes.push(Shape::Enum(kind, values));
            }
        }
        if let [only] = booleans.as_slice() {
            self.remark(here.clone(), NoteKind::Allowed("a flag that is always the same stays a flag"));
            schema.notes.kept.insert("x-fal-const".to_owned(), only.clone());
        }
        if !booleans.is_empty() {
            shapes.push(Shape::Boolean);
        }
        schema.nullable = null || (schema.nullable && shapes.is_empty());
        schema.shape = match <[Shape; 1]>::try_from(shapes) {
            Ok([only]) => only,
            Err(shapes) if shapes.is_empty() => {
                if !null {
                    self.wrong(&here, "lists no value");
                }
                schema.nullable = false;
                Shape::Null
            }
            Err(shapes) => {
                let variants = shapes.into_iter().map(|shape| Schema::new(shape, at)).collect();
                Shape::Union(Union { keyword: "anyOf", variants, discriminator: None })
            }
        };
    }

    fn bounds(&mut self, map: &Map<String, Value>, at: &Pointer) -> Bounds {
        let mut bound = |inclusive: &str, exclusive: &str, wanted: Ordering| {
            let value = self.number(map, inclusive, at);
            match map.get(exclusive) {
                Some(Value::Bool(exclusive)) => value.map(|value| Bound { value, exclusive: *exclusive }),
                _ => {
                    let other = self.number(map, exclusive, at).map(|value| Bound { value, exclusive: true });
                    tighter(value.map(|value| Bound { value, exclusive: false }), other, wanted)
                }
            }
        };
        let minimum = bound("minimum", "exclusiveMinimum", Ordering::Greater);
        let maximum = bound("maximum", "exclusiveMaximum", Ordering::Less);
        if let (Some(low), Some(high)) = (&minimum, &maximum) {
            let order = low.value.as_f64().partial_cmp(&high.value.as_f64());
            if order == Some(Ordering::Greater) || (order == Some(Ordering::Equal) && (low.exclusive || high.exclusive))
            {
                self.wrong(at, format!("no number is from {} to {}", low.value, high.value));
            }
        }
        let multiple_of = self.number(map, "multipleOf", at);
        if multiple_of.as_ref().and_then(Number::as_f64).is_some_and(|step| step <= 0.0) {
            self.wrong(&at.join("multipleOf"), "must be greater than 0");
        }
        Bounds { minimum, maximum, multiple_of }
    }

    fn array(&mut self, map: &Map<String, Value>, at: &Pointer) -> Array {
        let mut array = Array {
            items: Box::new(Schema::new(Shape::Any, at)),
            min_items: self.count(map, "minItems", at).filter(|count| *count > 0),
            max_items: self.count(map, "maxItems", at),
            unique: self.flag(map, "uniqueItems", at),
        };
        let rest = map.get("items").filter(|rest| **rest != Value::Bool(false));
        if let Some(first) = self.list(map, "prefixItems", at) {
            // A tuple: a list of as many items, each of which may be what any of them may be.
            let mut members: Vec<(&Value, Pointer)> = Vec::new();
            for (index, member) in first.iter().enumerate() {
                members.push((member, at.join("prefixItems").index(index)));
            }
            members.extend(rest.map(|rest| (rest, at.join("items"))));
            if members.iter().any(|(member, _)| members.first().is_some_and(|(first, _)| plain(first) != plain(member)))
            {
                self.remark(
                    at.join("prefixItems"),
                    NoteKind::Allowed("a tuple is carried as a list of its members' union"),
                );
            }
            array.items = Box::new(self.variants("anyOf", members, None, &at.join("prefixItems")));
            if rest.is_none() && map.get("items") == Some(&Value::Bool(false)) {
                let length = first.len() as u64;
                array.max_items = Some(array.max_items.map_or(length, |most| most.min(length)));
            }
        } else if map.get("items") == Some(&Value::Bool(false)) {
            array.max_items = Some(0);
        } else if let Some(items) = rest {
            array.items = Box::new(self.schema(items, &at.join("items")));
        }
        if array.min_items > array.max_items && array.max_items.is_some() {
            self.wrong(at, "no list has at least `minItems` and at most `maxItems` items");
        }
        array
    }

    fn object(&mut self, map: &Map<String, Value>, at: &Pointer) -> Object {
        let mut required = BTreeSet::new();
        for name in self.list(map, "required", at).into_iter().flatten() {
            match name.as_str() {
                Some(name) => _ = required.insert(name.to_owned()),
                None => self.wrong(&at.join("required"), format!("{name} is no property name")),
            }
        }
        let properties = match map.get("properties") {
            None => None,
            Some(Value::Object(properties)) => {
                let here = at.join("properties");
                let order = self.order(map, properties, at);
                let read = |name: &String| Some((name.clone(), properties.get(name)?));
                let ordered: Vec<_> = order.iter().filter_map(read).collect();
                Some(
                    ordered
                        .into_iter()
                        .map(|(name, value)| {
                            let schema = self.schema(value, &here.join(&name));
                            (name, schema)
                        })
                        .collect(),
                )
            }
            Some(_) => {
                self.wrong(&at.join("properties"), "must be an object");
                None
            }
        };
        let additional = match map.get("additionalProperties") {
            None => Additional::Unsaid,
            Some(Value::Bool(false)) => Additional::Forbidden,
            Some(Value::Bool(true)) => Additional::Any,
            Some(values) => {
                let values = self.schema(values, &at.join("additionalProperties"));
                if values.shape == Shape::Any { Additional::Any } else { Additional::Of(Box::new(values)) }
            }
        };
        Object {
            properties,
            required,
            additional,
            min_properties: self.count(map, "minProperties", at).filter(|count| *count > 0),
            max_properties: self.count(map, "maxProperties", at),
        }
    }

    /// The properties in fal's order; those that it leaves out come last, by name.
    fn order(&mut self, map: &Map<String, Value>, properties: &Map<String, Value>, at: &Pointer) -> Vec<String> {
        let here = at.join("x-fal-order-properties");
        let mut order: Vec<String> = Vec::new();
        for name in self.list(map, "x-fal-order-properties", at).into_iter().flatten() {
            match name.as_str() {
                Some(name) if properties.contains_key(name) => {
                    if !order.iter().any(|known| known == name) {
                        order.push(name.to_owned());
                    }
                }
                _ => self.remark(here.clone(), NoteKind::Ineffective),
            }
        }
        let mut rest: Vec<_> = properties.keys().filter(|name| !order.contains(name)).cloned().collect();
        rest.sort();
        order.extend(rest);
        order
    }

    fn union(
        &mut self,
        keyword: &'static str,
        variants: &[Value],
        discriminator: Option<&Value>,
        at: &Pointer,
    ) -> Schema {
        let here = at.join(keyword);
        let members = variants.iter().enumerate().map(|(index, value)| (value, here.index(index))).collect();
        self.variants(keyword, members, discriminator, &here)
    }

    fn variants(
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
            if seen.contains(&plain(value)) {
                continue;
            }
            seen.push(plain(value));
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

    /// `#/components/schemas/X`, `#/$defs/X` of the component it stands in, or any other place of the document.
    fn reference(&mut self, reference: &Value, at: &Pointer) -> Schema {
        let here = at.join("$ref");
        let target = reference.as_str().and_then(|text| Pointer::parse(text.strip_prefix('#')?));
        let Some(target) = target else {
            self.wrong(&here, format!("{reference} does not refer to a place in this document"));
            return Schema::new(Shape::Any, at);
        };
        let local = at.component().map(|component| Pointer::parse(&format!("{component}{target}")).unwrap_or_default());
        let found = [Some(target), local]
            .into_iter()
            .flatten()
            .find(|target| !target.as_str().is_empty() && self.document.pointer(target.as_str()).is_some());
        match found {
            Some(target) => Schema::new(Shape::Reference(target), at),
            None => {
                self.wrong(&here, format!("{reference} is not in the document"));
                Schema::new(Shape::Any, at)
            }
        }
    }

    fn list<'m>(&mut self, map: &'m Map<String, Value>, name: &str, at: &Pointer) -> Option<&'m Vec<Value>> {
        match map.get(name)? {
            Value::Array(items) => Some(items),
            _ => {
                self.wrong(&at.join(name), "must be a list");
                None
            }
        }
    }

    fn text(&mut self, map: &Map<String, Value>, name: &str, at: &Pointer) -> Option<String> {
        match map.get(name)? {
            Value::String(text) => Some(text.clone()),
            _ => {
                self.wrong(&at.join(name), "must be a text");
                None
            }
        }
    }

    fn flag(&mut self, map: &Map<String, Value>, name: &str, at: &Pointer) -> bool {
        match map.get(name) {
            None => false,
            Some(Value::Bool(flag)) => *flag,
            Some(_) => {
                self.wrong(&at.join(name), "must be `true` or `false`");
                false
            }
        }
    }

    fn count(&mut self, map: &Map<String, Value>, name: &str, at: &Pointer) -> Option<u64> {
        let value = map.get(name)?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and not negative")]
        let whole = value.as_f64().filter(|count| count.fract() == 0.0 && *count >= 0.0).map(|count| count as u64);
        let count = value.as_u64().or(whole);
        if count.is_none() {
            self.wrong(&at.join(name), "must be a whole number, not negative");
        }
        count
    }

    fn number(&mut self, map: &Map<String, Value>, name: &str, at: &Pointer) -> Option<Number> {
        match map.get(name)? {
            Value::Number(number) => Some(number.clone()),
            _ => {
                self.wrong(&at.join(name), "must be a number");
                None
            }
        }
    }
}

/// A schema without what only describes it, to see whether two take the same values.
fn plain(value: &Value) -> Value {
    let mut value = value.clone();
    if let Some(map) = value.as_object_mut() {
        for name in ["title", "description", "example", "examples"] {
            map.remove(name);
        }
    }
    value
}

impl Bounds {
    /// The same bounds for whole numbers: fractions rounded inwards.
    fn whole(self) -> Self {
        fn end(bound: Option<Bound>, round: fn(f64) -> f64) -> Option<Bound> {
            bound.map(|bound| match bound.value.as_f64() {
                Some(value) if bound.value.is_f64() => {
                    let inclusive = value.fract() != 0.0;
                    #[expect(clippy::cast_possible_truncation, reason = "`as` saturates, and no i64 lies beyond")]
                    let value = round(value) as i64;
                    Bound { value: value.into(), exclusive: bound.exclusive && !inclusive }
                }
                _ => bound,
            })
        }
        let whole = |number: Number| match number.as_f64() {
            #[expect(clippy::cast_possible_truncation, reason = "whole, and `as` saturates")]
            Some(value) if value.fract() == 0.0 && number.is_f64() => (value as i64).into(),
            _ => number,
        };
        Self {
            minimum: end(self.minimum, f64::ceil),
            maximum: end(self.maximum, f64::floor),
            multiple_of: self.multiple_of.map(whole),
        }
    }
}
