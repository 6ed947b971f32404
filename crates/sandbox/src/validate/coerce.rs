//! Checks one value against one shape, with the conversions that fal's framework makes.

use super::detail::{Detail, Loc, missing};
use super::fault::Fault;
use crate::description::{Bounds, Endpoint, Enumeration, Model, Shape};
use crate::json::{Json, Number, Text};
use std::cmp::Ordering;

/// How well a value fits, which decides between the schemas of a union.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// It was converted.
    Lax,
    /// It would be accepted in strict mode too.
    Strict,
    Exact,
}

/// How many named schemas may be inside each other; the framework has the same bound.
const MOST_NAMES: usize = 255;

/// The state of a check: the endpoint, the current location, and the errors so far.
pub(super) struct Checker<'a> {
    endpoint: &'a Endpoint,
    pub(super) loc: Vec<Loc>,
    pub(super) found: Vec<Detail>,
    /// How well everything fitted so far.
    pub(super) fit: Fit,
    /// How many members of objects were sent, where an object with named members was among the values.
    pub(super) members_sent: Option<usize>,
    /// The named schemas that are being checked, each with the value that it is checked against.
    under_way: Vec<(&'a str, *const Json)>,
}

impl<'a> Checker<'a> {
    pub(super) fn new(endpoint: &'a Endpoint, loc: Vec<Loc>) -> Self {
        Self { endpoint, loc, found: Vec::new(), fit: Fit::Exact, members_sent: None, under_way: Vec::new() }
    }

    pub(super) fn at_most(&mut self, fit: Fit) {
        self.fit = self.fit.min(fit);
    }

    pub(super) fn endpoint(&self) -> &'a Endpoint {
        self.endpoint
    }

    /// The value in the shape's own type, or none after noting what is wrong.
    pub(super) fn value(&mut self, shape: &'a Shape, input: &Json) -> Option<Json> {
        let checked = match shape {
            Shape::Any => Ok(input.clone()),
            Shape::Boolean => self.boolean(input),
            Shape::String { min, max, pattern } => string(input, *min, *max, pattern.is_some()),
            Shape::Integer(bounds) => self.integer(input).and_then(|value| in_bounds(value, bounds)),
            Shape::Number(bounds) => self.number(input).and_then(|value| in_bounds(value, bounds)),
            Shape::Enumeration(values) => literal(input, values),
            Shape::Array { items, min, max } => return self.array(items, (*min, *max), input),
            Shape::Map(values) => return self.map(values, input),
            Shape::Model(model) => return self.model(model, input),
            Shape::Named(name) => {
                return match self.endpoint.component(name) {
                    Some(component) => self.named(name, &component.shape, input),
                    None => Some(input.clone()),
                };
            }
            Shape::Union(shapes) => return self.union(shapes, input),
            Shape::Nullable(_) if *input == Json::Null => Ok(Json::Null),
            Shape::Nullable(shape) => return self.value(shape, input),
        };
        checked.map_err(|fault| self.note(fault, input)).ok()
    }

    /// A schema with a name. One that leads back to itself without a step into the value would have no end.
    fn named(&mut self, name: &'a str, shape: &'a Shape, input: &Json) -> Option<Json> {
        let here = (name, std::ptr::from_ref(input));
        let fault = if self.under_way.contains(&here) {
            Some(Fault::recursion())
        } else {
            (self.under_way.len() >= MOST_NAMES).then(Fault::depth)
        };
        if let Some(fault) = fault {
            self.note(fault, input);
            return None;
        }
        self.under_way.push(here);
        let value = self.value(shape, input);
        self.under_way.pop();
        value
    }

    fn note(&mut self, fault: Fault, input: &Json) {
        self.found.push(fault.at(&self.loc, input));
    }

    /// An object with named members.
    pub(super) fn model(&mut self, model: &'a Model, input: &Json) -> Option<Json> {
        if !matches!(input, Json::Object(_)) {
            self.note(Fault::no_object(), input);
            return None;
        }
        self.at_most(Fit::Lax);
        let (before, mut sent) = (self.found.len(), 0);
        let mut members = Vec::with_capacity(model.members.len());
        for member in &model.members {
            let value = match input.get(&member.name) {
                Some(value) => {
                    sent += 1;
                    self.within(Loc::Name(member.name.clone()), |checker| checker.value(&member.shape, value))
                }
                None if member.required => {
                    let mut loc = self.loc.clone();
                    loc.push(Loc::Name(member.name.clone()));
                    self.found.push(missing(loc, input.clone()));
                    None
                }
                None => Some(member.default.clone().unwrap_or(Json::Null)),
            };
            members.extend(value.map(|value| (Text::from(member.name.as_str()), value)));
        }
        self.members_sent = Some(self.members_sent.unwrap_or(0) + sent);
        (self.found.len() == before).then_some(Json::Object(members))
    }

    pub(super) fn within<T>(&mut self, step: Loc, check: impl FnOnce(&mut Self) -> T) -> T {
        self.loc.push(step);
        let value = check(self);
        self.loc.pop();
        value
    }

    fn map(&mut self, values: &'a Shape, input: &Json) -> Option<Json> {
        let Json::Object(members) = input else {
            self.note(Fault::new("dict_type", "Input should be a valid dictionary"), input);
            return None;
        };
        let (before, mut checked) = (self.found.len(), Vec::with_capacity(members.len()));
        for (name, value) in members {
            // A name that is not Unicode is shown byte by byte.
            let step =
                if name.is_unicode { name.text.clone() } else { name.text.replace('?', "\u{fffd}\u{fffd}\u{fffd}") };
            let value = self.within(Loc::Name(step), |checker| checker.value(values, value));
            checked.extend(value.map(|value| (name.clone(), value)));
        }
        (self.found.len() == before).then_some(Json::Object(checked))
    }

    fn array(&mut self, items: &'a Shape, (min, max): (Option<u64>, Option<u64>), input: &Json) -> Option<Json> {
        let Json::Array(values) = input else {
            self.note(Fault::new("list_type", "Input should be a valid list"), input);
            return None;
        };
        let actual = values.len() as u64;
        if let Some(bound) = max.filter(|bound| actual > *bound) {
            self.note(Fault::items(false, bound, actual), input);
            return None;
        }
        let before = self.found.len();
        let mut checked = Vec::with_capacity(values.len());
        for (index, value) in values.iter().enumerate() {
            checked.extend(self.within(Loc::Index(index), |checker| checker.value(items, value)));
        }
        if self.found.len() > before {
            return None;
        }
        if let Some(bound) = min.filter(|bound| actual < *bound) {
            self.note(Fault::items(true, bound, actual), input);
            return None;
        }
        Some(Json::Array(checked))
    }

    fn boolean(&mut self, input: &Json) -> Result<Json, Fault> {
        if !matches!(input, Json::Bool(_)) {
            self.at_most(Fit::Lax);
        }
        let unclear = || Fault::new("bool_parsing", "Input should be a valid boolean, unable to interpret input");
        let value = match input {
            Json::Bool(value) => *value,
            Json::String(text) if !text.is_unicode => return Err(Fault::not_unicode()),
            Json::String(text) => match text.text.to_ascii_lowercase().as_str() {
                "1" | "on" | "t" | "true" | "y" | "yes" => true,
                "0" | "off" | "f" | "false" | "n" | "no" => false,
                _ => return Err(unclear()),
            },
            Json::Number(number) => match number.as_i64().or_else(|| whole(number.as_f64(), number)) {
                Some(1) => true,
                Some(0) => false,
                Some(_) => return Err(unclear()),
                None => return Err(Fault::bool_type()),
            },
            _ => return Err(Fault::bool_type()),
        };
        Ok(Json::Bool(value))
    }

    fn integer(&mut self, input: &Json) -> Result<Number, Fault> {
        if !matches!(input, Json::Number(Number::Integer(_))) {
            self.at_most(Fit::Lax);
        }
        match input {
            Json::Bool(value) => Ok(i64::from(*value).into()),
            Json::Number(number @ Number::Integer(_)) => Ok(number.clone()),
            Json::Number(Number::Float(value)) if !value.is_finite() => Err(Fault::not_finite()),
            Json::Number(Number::Float(value)) if value.fract() != 0.0 => Err(Fault::new(
                "int_from_float",
                "Input should be a valid integer, got a number with a fractional part",
            )),
            Json::Number(number @ Number::Float(value)) => {
                whole(*value, number).map(Number::from).ok_or_else(Fault::int_size)
            }
            Json::String(text) if !text.is_unicode => Err(Fault::not_unicode()),
            Json::String(text) if text.text.len() > MOST_DIGITS => Err(Fault::int_size()),
            Json::String(text) => integer_of_text(text.text.trim()).ok_or_else(|| {
                Fault::new("int_parsing", "Input should be a valid integer, unable to parse string as an integer")
            }),
            _ => Err(Fault::new("int_type", "Input should be a valid integer")),
        }
    }

    fn number(&mut self, input: &Json) -> Result<Number, Fault> {
        self.at_most(match input {
            Json::Number(Number::Float(_)) => Fit::Exact,
            Json::Number(Number::Integer(_)) => Fit::Strict,
            _ => Fit::Lax,
        });
        match input {
            Json::Bool(value) => Ok(Number::Float(f64::from(u8::from(*value)))),
            Json::Number(number) => Ok(number.to_float()),
            Json::String(text) if !text.is_unicode => Err(Fault::not_unicode()),
            Json::String(text) => number_of_text(text.text.trim()).map(Number::Float).ok_or_else(|| {
                Fault::new("float_parsing", "Input should be a valid number, unable to parse string as a number")
            }),
            _ => Err(Fault::new("float_type", "Input should be a valid number")),
        }
    }
}

fn string(input: &Json, min: Option<u64>, max: Option<u64>, has_pattern: bool) -> Result<Json, Fault> {
    let Json::String(text) = input else {
        return Err(Fault::new("string_type", "Input should be a valid string"));
    };
    if !text.is_unicode {
        // Python accepts such a text if its length need not be counted.
        let is_free = min.is_none() && max.is_none() && !has_pattern;
        return if is_free { Ok(Json::text(text.text.clone())) } else { Err(Fault::not_unicode()) };
    }
    let length = text.text.chars().count() as u64;
    if let Some(bound) = min.filter(|bound| length < *bound) {
        return Err(Fault::length(true, bound));
    }
    if let Some(bound) = max.filter(|bound| length > *bound) {
        return Err(Fault::length(false, bound));
    }
    Ok(input.clone())
}

/// The framework refuses longer texts for a whole number.
const MOST_DIGITS: usize = 4300;

/// A float as a whole number of 64 bits.
fn whole(value: f64, number: &Number) -> Option<i64> {
    let is_float = matches!(number, Number::Float(_));
    #[allow(clippy::cast_possible_truncation, reason = "the range is checked before")]
    (is_float && value.fract() == 0.0 && value.abs() < 9_223_372_036_854_775_808.0).then_some(value as i64)
}

/// Digits with single underscores between them.
fn without_underscores(text: &str) -> Option<String> {
    let is_wrong = text.starts_with('_') || text.ends_with('_') || text.contains("__");
    (!is_wrong).then(|| text.replace('_', ""))
}

/// An integer as the framework reads it from text: single underscores between digits and a fraction of zeros are fine.
fn integer_of_text(text: &str) -> Option<Number> {
    let digits = match text.split_once('.') {
        Some((digits, zeros)) if !zeros.is_empty() && zeros.bytes().all(|b| b == b'0') => digits,
        Some(_) => return None,
        None => text,
    };
    Number::integer(&without_underscores(digits)?)
}

/// A number as Python reads it from text.
fn number_of_text(text: &str) -> Option<f64> {
    without_underscores(text)?.parse().ok()
}

/// The framework names one bound only, and looks at them in this order.
fn in_bounds(value: Number, bounds: &Bounds) -> Result<Json, Fault> {
    let is = |bound: &Number, wanted: &[Ordering]| value.compare(bound).is_some_and(|order| wanted.contains(&order));
    if let Some(step) = bounds.multiple_of.as_ref().filter(|step| !value.is_multiple_of(step)) {
        return Err(Fault::bound("multiple_of", "multiple_of", "a multiple of", step));
    }
    if let Some(bound) = bounds.maximum.as_ref().filter(|bound| !is(bound, &[Ordering::Less, Ordering::Equal])) {
        return Err(Fault::bound("less_than_equal", "le", "less than or equal to", bound));
    }
    if let Some(bound) = bounds.exclusive_maximum.as_ref().filter(|bound| !is(bound, &[Ordering::Less])) {
        return Err(Fault::bound("less_than", "lt", "less than", bound));
    }
    if let Some(bound) = bounds.minimum.as_ref().filter(|bound| !is(bound, &[Ordering::Greater, Ordering::Equal])) {
        return Err(Fault::bound("greater_than_equal", "ge", "greater than or equal to", bound));
    }
    if let Some(bound) = bounds.exclusive_minimum.as_ref().filter(|bound| !is(bound, &[Ordering::Greater])) {
        return Err(Fault::bound("greater_than", "gt", "greater than", bound));
    }
    Ok(Json::Number(value))
}

/// One of the values listed. Numbers are compared as Python compares them: `True` and `1.0` are `1`.
fn literal(input: &Json, enumeration: &Enumeration) -> Result<Json, Fault> {
    let values = &enumeration.values;
    let is_text = |value: &Json| matches!(value, Json::String(_));
    let number = |value: &Json| match value {
        Json::Bool(value) => Some(f64::from(u8::from(*value))),
        other => other.as_f64(),
    };
    let found = match input {
        Json::String(text) if !text.is_unicode && values.iter().any(is_text) => return Err(Fault::not_unicode()),
        Json::Bool(_) | Json::Number(_) => {
            let has_numbers = values.iter().any(|value| matches!(value, Json::Number(_)));
            if has_numbers && matches!(input, Json::Number(Number::Integer(_))) && input.as_i64().is_none() {
                return Err(Fault::int_size());
            }
            values.iter().find(|value| number(value).is_some() && number(value) == number(input))
        }
        _ => values.iter().find(|value| *value == input),
    };
    found.cloned().ok_or_else(|| Fault::not_listed(values, enumeration.is_named))
}
