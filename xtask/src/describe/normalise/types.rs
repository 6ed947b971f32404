//! What the keywords of one type say: enumerations, numbers, texts, lists, objects.

use super::super::components::IntegerType;
use super::keywords::applies_to;
use super::merge::tighter;
use super::note::NoteKind;
use super::read::{Reader, bare};
use super::schema::{Additional, Array, Bound, Bounds, Object, Scalar, Schema, Shape, Text, Union};
use crate::pointer::Pointer;
use serde_json::{Map, Number, Value};
use std::cmp::Ordering;
use std::collections::BTreeSet;

impl Reader<'_> {
    /// What the keywords say that need no other schema resolved.
    pub(super) fn base(&mut self, map: &Map<String, Value>, at: &Pointer) -> Schema {
        let (kinds, inferred) = self.kinds(map, at);
        let declared: Vec<&str> = kinds.iter().copied().filter(|kind| *kind != "null").collect();
        let null = kinds.len() > declared.len();
        for name in map.keys() {
            let types = applies_to(name).unwrap_or_default();
            if !types.is_empty() && !kinds.is_empty() && !types.iter().any(|kind| kinds.contains(kind)) {
                self.note(at.join(name), NoteKind::Ineffective);
            }
        }
        let values = match map.get("const") {
            Some(value) => Some(vec![value.clone()]),
            None => self.list(map, "enum", at).cloned(),
        };
        if let Some(mut values) = values {
            // Limits beside the list take values out of it.
            if values.iter().any(Value::is_number) && applies_here(map, "number") {
                let limits = Shape::Number(self.bounds(map, at));
                values.retain(|value| limits.allows(value));
            }
            if values.iter().any(Value::is_string) && applies_here(map, "string") {
                let limits = self.single("string", map, at);
                values.retain(|value| limits.allows(value));
            }
            let format = self.integer_type(map, at).filter(|_| declared == ["integer"]);
            // A keyword that restricts values of one type says nothing of values of another.
            let declared: &[&str] = if inferred { &[] } else { &declared };
            return self.enumeration(values, declared, format, at);
        }
        if kinds.is_empty() && !map.contains_key("type") {
            // Keywords of several types, which restrict values of each: none of them is carried.
            for name in map.keys().filter(|name| applies_to(name).is_some()) {
                self.note(at.join(name), NoteKind::Keyword);
            }
        }
        let shape = match declared.as_slice() {
            [] if null => Shape::Null,
            [] => Shape::Any,
            [kind] => self.single(kind, map, at),
            several => {
                let variants = several.iter().map(|kind| Schema::new(self.single(kind, map, at), at)).collect();
                Shape::Union(Union { keyword: "anyOf", variants, discriminator: None })
            }
        };
        Schema { nullable: null && shape != Shape::Null, inferred, ..Schema::new(shape, at) }
    }

    /// The types that the schema declares, or the one that its keywords imply.
    fn kinds<'m>(&mut self, map: &'m Map<String, Value>, at: &Pointer) -> (Vec<&'m str>, bool) {
        let Some(declared) = map.get("type") else {
            let implied: BTreeSet<_> = map.keys().filter_map(|name| applies_to(name)?.last().copied()).collect();
            return match (implied.first(), implied.len()) {
                (Some(only), 1) => (vec![only], true),
                _ => (Vec::new(), false),
            };
        };
        let names = declared.as_array().map_or(std::slice::from_ref(declared), Vec::as_slice);
        let mut kinds = Vec::new();
        for name in names {
            match name.as_str() {
                Some(kind @ ("string" | "integer" | "number" | "boolean" | "array" | "object" | "null")) => {
                    if !kinds.contains(&kind) {
                        kinds.push(kind);
                    }
                }
                _ => self.wrong(&at.join("type"), format!("{name} is no type of JSON Schema")),
            }
        }
        if kinds.contains(&"number") {
            // Every integer is a number.
            kinds.retain(|kind| *kind != "integer");
        }
        (kinds, false)
    }

    fn single(&mut self, kind: &str, map: &Map<String, Value>, at: &Pointer) -> Shape {
        match kind {
            "boolean" => Shape::Boolean,
            "integer" => {
                let bounds = self.bounds(map, at);
                let format = self.integer_type(map, at).map(|kind| kind.format().to_owned());
                Shape::Integer(Bounds { format, ..self.whole(bounds, at) })
            }
            "number" => Shape::Number(self.bounds(map, at)),
            "string" => {
                let min_length = self.count(map, "minLength", at).filter(|length| *length > 0);
                let max_length = self.count(map, "maxLength", at);
                if max_length.is_some() && min_length > max_length {
                    self.wrong(at, "no text has at least `minLength` and at most `maxLength` characters");
                }
                let (pattern, format) = (self.text(map, "pattern", at), self.text(map, "format", at));
                Shape::Text(Text { min_length, max_length, pattern, format })
            }
            "array" => Shape::Array(self.array(map, at)),
            _ => Shape::Object(self.object(map, at)),
        }
    }

    /// The type that an integer's `format` names.
    fn integer_type(&mut self, map: &Map<String, Value>, at: &Pointer) -> Option<IntegerType> {
        self.text(map, "format", at).and_then(|format| IntegerType::of_format(&format))
    }

    fn enumeration(
        &mut self,
        values: Vec<Value>,
        declared: &[&str],
        format: Option<IntegerType>,
        at: &Pointer,
    ) -> Schema {
        let here = at.join("enum");
        let (mut texts, mut numbers, mut booleans) = (Vec::new(), Vec::new(), Vec::new());
        let mut nullable = false;
        for value in values {
            let (kinds, list): (&[&str], _) = match &value {
                Value::Null => {
                    nullable = true;
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
        let numeric = if whole { Scalar::Integer(format) } else { Scalar::Number };
        let enumerations = [(Scalar::String, texts), (numeric, numbers)].into_iter();
        let mut variants: Vec<Schema> = enumerations
            .filter(|(_, values)| !values.is_empty())
            .map(|(kind, values)| Schema::new(Shape::Enum(kind, values), at))
            .collect();
        if !booleans.is_empty() {
            variants.push(Schema::new(Shape::Boolean, at));
        }
        if let ([only], Some(flag)) = (booleans.as_slice(), variants.last_mut()) {
            // A flag that is always the same stays a flag.
            flag.notes.kept.insert("x-fal-const".to_owned(), only.clone());
            self.note(here.clone(), NoteKind::Constant);
        }
        if variants.is_empty() && !nullable {
            self.wrong(&here, "lists no value");
        }
        let mut schema = match <[Schema; 1]>::try_from(variants) {
            Ok([only]) => only,
            Err(variants) if variants.is_empty() => return Schema::new(Shape::Null, at),
            Err(variants) => Schema::new(Shape::Union(Union { keyword: "anyOf", variants, discriminator: None }), at),
        };
        schema.nullable = nullable;
        schema
    }

    fn bounds(&mut self, map: &Map<String, Value>, at: &Pointer) -> Bounds {
        let mut bound = |inclusive: &str, exclusive: &str, wanted: Ordering| {
            let value = self.number(map, inclusive, at);
            if let Some(Value::Bool(exclusive)) = map.get(exclusive) {
                return value.map(|value| Bound { value, exclusive: *exclusive });
            }
            let beyond = self.number(map, exclusive, at).map(|value| Bound { value, exclusive: true });
            tighter(value.map(|value| Bound { value, exclusive: false }), beyond, wanted)
        };
        let minimum = bound("minimum", "exclusiveMinimum", Ordering::Greater);
        let maximum = bound("maximum", "exclusiveMaximum", Ordering::Less);
        let multiple_of = self.number(map, "multipleOf", at);
        if multiple_of.as_ref().and_then(Number::as_f64).is_some_and(|step| step <= 0.0) {
            self.wrong(&at.join("multipleOf"), "must be greater than 0");
        }
        let bounds = Bounds { minimum, maximum, multiple_of, format: None };
        if let (Some(low), Some(high), true) = (&bounds.minimum, &bounds.maximum, bounds.are_empty()) {
            self.wrong(at, format!("no number is from {} to {}", low.value, high.value));
        }
        bounds
    }

    /// The same bounds for whole numbers: fractions rounded inwards, and what an `i64` cannot reach clamped.
    pub(super) fn whole(&mut self, bounds: Bounds, at: &Pointer) -> Bounds {
        let (is_empty, ends) = (bounds.are_empty(), bounds.minimum.clone().zip(bounds.maximum.clone()));
        let mut end = |bound: Option<Bound>, name: &str, round: fn(f64) -> f64| {
            let bound = bound?;
            let float = bound.value.as_f64().unwrap_or_default();
            let (value, exclusive) = match bound.value.as_i64() {
                Some(value) => (value, bound.exclusive),
                #[expect(clippy::cast_possible_truncation, reason = "`as` saturates")]
                None => (round(float) as i64, bound.exclusive && float.fract() == 0.0),
            };
            let reachable = [i64::MIN, i64::MAX].contains(&value) && bound.value.as_i64().is_none();
            if reachable {
                self.note(at.join(name), NoteKind::Clamped);
            }
            Some(Bound { value: value.into(), exclusive: exclusive && !reachable })
        };
        let minimum = end(bounds.minimum, "minimum", f64::ceil);
        let maximum = end(bounds.maximum, "maximum", f64::floor);
        let multiple_of = bounds.multiple_of.map(|step| match step.as_f64() {
            #[expect(clippy::cast_possible_truncation, reason = "whole, and `as` saturates")]
            Some(value) if step.is_f64() && value.fract() == 0.0 => (value as i64).into(),
            _ => step,
        });
        let whole = Bounds { minimum, maximum, multiple_of, format: None };
        if let (Some((low, high)), false, true) = (ends, is_empty, whole.hold_no_integer()) {
            self.wrong(at, format!("no whole number is from {} to {}", low.value, high.value));
        }
        whole
    }

    fn array(&mut self, map: &Map<String, Value>, at: &Pointer) -> Array {
        let closed = map.get("items") == Some(&Value::Bool(false));
        let rest = map.get("items").filter(|_| !closed);
        let first = self.list(map, "prefixItems", at);
        let items = if let Some(first) = first {
            // A tuple: a list, each item of which may be what any of the tuple's members may be.
            let here = at.join("prefixItems");
            let prefix = first.iter().enumerate().map(|(index, member)| (member, here.index(index)));
            let members: Vec<_> = prefix.chain(rest.map(|rest| (rest, at.join("items")))).collect();
            if members.windows(2).any(|pair| matches!(pair, [(one, _), (other, _)] if bare(one) != bare(other))) {
                self.note(here.clone(), NoteKind::Tuple);
            }
            self.union("anyOf", members, None, &here)
        } else {
            rest.map_or_else(|| Schema::new(Shape::Any, at), |items| self.schema(items, &at.join("items")))
        };
        let mut max_items = self.count(map, "maxItems", at);
        if closed {
            let length = first.map_or(0, Vec::len) as u64;
            max_items = Some(max_items.map_or(length, |most| most.min(length)));
        }
        let min_items = self.count(map, "minItems", at).filter(|count| *count > 0);
        if max_items.is_some() && min_items > max_items {
            self.wrong(at, "no list has at least `minItems` and at most `maxItems` items");
        }
        Array { items: Box::new(items), min_items, max_items, unique: self.flag(map, "uniqueItems", at) }
    }

    fn object(&mut self, map: &Map<String, Value>, at: &Pointer) -> Object {
        let mut required = BTreeSet::new();
        for name in self.list(map, "required", at).into_iter().flatten() {
            match name.as_str() {
                Some(name) => _ = required.insert(name.to_owned()),
                None => self.wrong(&at.join("required"), format!("{name} is no property name")),
            }
        }
        let additional = match map.get("additionalProperties") {
            None => Additional::Unsaid,
            Some(Value::Bool(false)) => {
                self.note(at.join("additionalProperties"), NoteKind::Keyword);
                Additional::Forbidden
            }
            Some(Value::Bool(true)) => Additional::Any,
            Some(values) => {
                let values = self.schema(values, &at.join("additionalProperties"));
                if values.shape == Shape::Any { Additional::Any } else { Additional::Of(Box::new(values)) }
            }
        };
        Object {
            properties: self.properties(map, at),
            required,
            additional,
            min_properties: self.count(map, "minProperties", at).filter(|count| *count > 0),
            max_properties: self.count(map, "maxProperties", at),
        }
    }

    /// The properties in fal's order; those that it leaves out come last, by name.
    fn properties(&mut self, map: &Map<String, Value>, at: &Pointer) -> Option<Vec<(String, Schema)>> {
        let here = at.join("properties");
        let Value::Object(properties) = map.get("properties")? else {
            self.wrong(&here, "must be an object");
            return None;
        };
        let mut order: Vec<&String> = Vec::new();
        for name in self.list(map, "x-fal-order-properties", at).into_iter().flatten() {
            match name.as_str().and_then(|name| properties.get_key_value(name)) {
                Some((name, _)) if order.contains(&name) => {}
                Some((name, _)) => order.push(name),
                None => self.note(at.join("x-fal-order-properties"), NoteKind::Ineffective),
            }
        }
        let mut rest: Vec<_> = properties.keys().filter(|name| !order.contains(name)).collect();
        rest.sort();
        order.extend(rest);
        let values = order.into_iter().filter_map(|name| Some((name, properties.get(name)?)));
        Some(values.map(|(name, value)| (name.clone(), self.schema(value, &here.join(name)))).collect())
    }
}

/// Whether the schema has a keyword that restricts values of that type.
fn applies_here(map: &Map<String, Value>, kind: &str) -> bool {
    map.keys().any(|name| applies_to(name).is_some_and(|types| types.contains(&kind)))
}
