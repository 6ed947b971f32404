//! Makes an answer from the output in the endpoint's document: pictures for files, plain values for other fields.

use crate::description::{Bounds, Endpoint, Member, Model, Shape};
use crate::json::{Json, Number, Text};
use crate::validate::{ValidInput, fits};
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// No output nests deeper.
const MOST_DEPTH: usize = 16;

/// How many values one answer has at most.
const MOST_VALUES: usize = 1 << 16;

/// A picture as an answer names it.
#[derive(Clone, Debug)]
pub(crate) struct PictureFile {
    pub(crate) url: String,
    pub(crate) file_name: Option<String>,
    /// In bytes, where the picture is drawn already.
    pub(crate) file_size: Option<usize>,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// What an answer is made from.
pub(crate) struct Facts<'a> {
    /// The input, whose values an output repeats under the same names.
    pub(crate) input: Option<&'a ValidInput>,
    pub(crate) seed: i64,
    /// How many items a list has where its bounds allow it.
    pub(crate) count: usize,
    /// How long the work took.
    pub(crate) seconds: f64,
}

/// The answer of an endpoint; `picture` gives each of its pictures in turn.
pub(crate) fn make(endpoint: &Endpoint, facts: &Facts<'_>, picture: &mut dyn FnMut() -> PictureFile) -> Json {
    let mut maker = Maker::new(endpoint, facts, picture);
    maker.value(&endpoint.output)
}

/// The parts of an endpoint's output that cannot be made, each with its location; its answers have other values there.
pub(crate) fn problems(endpoint: &Endpoint) -> Vec<String> {
    let facts = Facts { input: None, seed: 0, count: 1, seconds: 0.0 };
    let mut files = 0;
    let mut picture = || {
        files += 1;
        PictureFile { url: String::new(), file_name: None, file_size: None, width: 1, height: 1 }
    };
    let mut maker = Maker::new(endpoint, &facts, &mut picture);
    maker.value(&endpoint.output);
    let mut problems = maker.problems;
    if files == 0 {
        problems.push("the output names no picture, so its answers have none".to_owned());
    }
    problems
}

struct Maker<'a> {
    endpoint: &'a Endpoint,
    facts: &'a Facts<'a>,
    picture: &'a mut dyn FnMut() -> PictureFile,
    path: Vec<String>,
    /// The named schemas that are being made: none of them is made inside itself where that can be avoided.
    under_way: Vec<&'a str>,
    /// How many values may still be made.
    left: usize,
    problems: Vec<String>,
}

impl<'a> Maker<'a> {
    fn new(endpoint: &'a Endpoint, facts: &'a Facts<'a>, picture: &'a mut dyn FnMut() -> PictureFile) -> Self {
        let (path, under_way, problems) = (Vec::new(), Vec::new(), Vec::new());
        Self { endpoint, facts, picture, path, under_way, left: MOST_VALUES, problems }
    }

    fn cannot(&mut self, why: &str) {
        self.problems.push(format!("`{}`: {why}", self.path.join(".")));
    }

    fn within(&mut self, step: &str, shape: &'a Shape) -> Json {
        self.path.push(step.to_owned());
        let value = self.value(shape);
        self.path.pop();
        value
    }

    fn value(&mut self, shape: &'a Shape) -> Json {
        if self.path.len() > MOST_DEPTH {
            self.cannot("the schema nests too deep");
            return Json::Null;
        }
        let Some(left) = self.left.checked_sub(1) else {
            self.cannot("the answer would be too large");
            return Json::Null;
        };
        self.left = left;
        match shape {
            Shape::Boolean => Json::Bool(false),
            Shape::String { min, max, pattern } => self.text(*min, *max, pattern.as_deref()),
            Shape::Integer(bounds) => self.number(bounds, 0.into()),
            Shape::Number(bounds) => self.number(bounds, Number::Float(0.0)),
            Shape::Enumeration(values) => values.values.first().cloned().unwrap_or(Json::Null),
            Shape::Array { items, min, max } => {
                let least = usize::try_from(min.unwrap_or(0)).unwrap_or(0);
                let most = max.and_then(|max| usize::try_from(max).ok()).unwrap_or(usize::MAX);
                let wanted = if self.is_under_way(items) { least } else { self.facts.count.max(least).min(most) };
                // The rest of the answer needs room too.
                let count = wanted.min(self.left / 2);
                if count < wanted {
                    self.cannot("its list would be too long");
                }
                Json::Array((0..count).map(|index| self.within(&index.to_string(), items)).collect())
            }
            Shape::Map(values) => self.map(values),
            Shape::Model(model) if is_file(model) => self.file(model),
            Shape::Model(model) => self.model(model),
            Shape::Named(name) => {
                let Some(component) = self.endpoint.component(name) else {
                    self.cannot("its schema is missing");
                    return Json::Null;
                };
                if self.under_way.contains(&name.as_str()) {
                    self.cannot("the schema contains itself");
                    return Json::Null;
                }
                self.under_way.push(name);
                let value = self.value(&component.shape);
                self.under_way.pop();
                value
            }
            // A shape that contains a picture is preferred.
            Shape::Union(shapes) => {
                let new = || shapes.iter().filter(|shape| !self.is_under_way(shape));
                let arm = new().find(|shape| self.holds_file(shape)).or_else(|| new().next()).or(shapes.first());
                arm.map_or(Json::Null, |shape| self.value(shape))
            }
            Shape::Nullable(shape) if self.holds_file(shape) && !self.is_under_way(shape) => self.value(shape),
            Shape::Nullable(_) => Json::Null,
            Shape::Any => {
                self.cannot("any value may stand there");
                Json::EMPTY
            }
        }
    }

    fn model(&mut self, model: &'a Model) -> Json {
        let mut members = Vec::with_capacity(model.members.len());
        for member in &model.members {
            members.extend(self.member(member).map(|value| (Text::from(member.name.as_str()), value)));
        }
        Json::Object(members)
    }

    /// A member: the input's value under the same name; otherwise its default, if the member may be absent; otherwise a
    /// made value.
    fn member(&mut self, member: &'a Member) -> Option<Json> {
        let said = self.facts.input.and_then(|input| input.get(&member.name));
        if let Some(said) = said.filter(|said| fits(self.endpoint, &member.shape, said)) {
            return Some(said.clone());
        }
        if member.name == "seed" && fits(self.endpoint, &member.shape, &self.facts.seed.into()) {
            return Some(self.facts.seed.into());
        }
        match (&member.default, &member.shape) {
            (Some(default), _) if !member.required => Some(default.clone()),
            (None, Shape::Nullable(_)) if !member.required => Some(Json::Null),
            (None, shape) if !member.required && (!self.holds_file(shape) || self.is_under_way(shape)) => None,
            (_, shape) => Some(self.within(&member.name, shape)),
        }
    }

    fn file(&mut self, model: &'a Model) -> Json {
        let file = (self.picture)();
        let count = |count: usize| Json::from(i64::try_from(count).unwrap_or(i64::MAX));
        let mut members = Vec::with_capacity(model.members.len());
        for member in &model.members {
            let value = match member.name.as_str() {
                "url" => Some(Json::text(file.url.clone())),
                "content_type" => Some(Json::text("image/png")),
                "file_name" => Some(file.file_name.clone().map_or(Json::Null, Json::text)),
                "file_size" => Some(file.file_size.map_or(Json::Null, count)),
                "width" => Some(i64::from(file.width).into()),
                "height" => Some(i64::from(file.height).into()),
                _ => self.member(member),
            };
            members.extend(value.map(|value| (Text::from(member.name.as_str()), value)));
        }
        Json::Object(members)
    }

    fn map(&mut self, values: &'a Shape) -> Json {
        let value = match values {
            Shape::Any => return Json::EMPTY,
            // A map of numbers is taken to contain times, as models report them.
            Shape::Number(bounds) => ("inference", self.number(bounds, Number::Float(self.facts.seconds))),
            _ if self.holds_file(values) => ("image", self.within("image", values)),
            _ => ("value", self.within("value", values)),
        };
        Json::Object(vec![(value.0.into(), value.1)])
    }

    fn text(&mut self, min: Option<u64>, max: Option<u64>, pattern: Option<&str>) -> Json {
        if pattern.is_some() {
            self.cannot("its text has to match a pattern");
        }
        let name = self.path.iter().rev().find(|step| step.parse::<usize>().is_err());
        let name = name.map_or("text", String::as_str).to_owned();
        let least = usize::try_from(min.unwrap_or(0)).unwrap_or(0).min(1 << 16);
        let most = max.and_then(|max| usize::try_from(max).ok()).unwrap_or(usize::MAX);
        let count = name.chars().count().max(least).min(most);
        // A long text counts as several values.
        self.left = self.left.saturating_sub(count / 64);
        Json::text(name.chars().cycle().take(count).collect::<String>())
    }

    /// The wanted number, else the first of a few that lies within the bounds.
    fn number(&mut self, bounds: &Bounds, wanted: Number) -> Json {
        let is_whole = matches!(wanted, Number::Integer(_));
        let mut tries = vec![wanted];
        tries.extend(bounds.all().into_iter().flatten().cloned());
        for bound in bounds.all().into_iter().flatten() {
            let (below, above) = match bound.as_i64() {
                Some(bound) => (bound.saturating_sub(1).into(), bound.saturating_add(1).into()),
                None => (Number::Float(bound.as_f64() - 1.0), Number::Float(bound.as_f64() + 1.0)),
            };
            tries.extend([below, above]);
        }
        let ends =
            |first: &Option<Number>, second: &Option<Number>| first.as_ref().or(second.as_ref()).map(Number::as_f64);
        let low = ends(&bounds.minimum, &bounds.exclusive_minimum);
        if let (Some(low), Some(high), false) = (low, ends(&bounds.maximum, &bounds.exclusive_maximum), is_whole) {
            tries.push(Number::Float(f64::midpoint(low, high)));
        }
        if let Some(step) = &bounds.multiple_of {
            let least = low.map_or(1.0, |low| (low / step.as_f64()).ceil() + 1.0) * step.as_f64();
            #[allow(clippy::cast_possible_truncation, reason = "a bound of a schema, and casts saturate")]
            tries.push(if is_whole { Number::from(least as i64) } else { Number::Float(least) });
        }
        let Some(number) = tries.into_iter().find(|number| is_within(number, bounds)) else {
            self.cannot("no number within its bounds was found");
            return Json::from(0);
        };
        Json::Number(number)
    }

    /// Whether values of the shape have a file in them.
    fn holds_file<'s>(&'s self, shape: &'s Shape) -> bool {
        let (mut seen, mut rest) = (BTreeSet::new(), vec![shape]);
        while let Some(shape) = rest.pop() {
            match shape {
                Shape::Model(model) if is_file(model) => return true,
                Shape::Model(model) => rest.extend(model.members.iter().map(|member| &member.shape)),
                Shape::Array { items, .. } => rest.push(items),
                Shape::Map(shape) | Shape::Nullable(shape) => rest.push(shape),
                Shape::Union(shapes) => rest.extend(shapes),
                Shape::Named(name) if seen.insert(name.as_str()) => {
                    rest.extend(self.endpoint.component(name).map(|component| &component.shape));
                }
                _ => {}
            }
        }
        false
    }

    /// Whether the shape leads to a named schema that is being made, before any member of an object.
    fn is_under_way(&self, shape: &Shape) -> bool {
        match shape {
            Shape::Named(name) => self.under_way.contains(&name.as_str()),
            Shape::Nullable(shape) => self.is_under_way(shape),
            _ => false,
        }
    }
}

/// Whether an object is a file: it has a `url` that is text.
fn is_file(model: &Model) -> bool {
    model.member("url").is_some_and(|member| matches!(member.shape, Shape::String { .. }))
}

fn is_within(number: &Number, bounds: &Bounds) -> bool {
    let [multiple_of, maximum, exclusive_maximum, minimum, exclusive_minimum] = bounds.all();
    let is = |bound: &Option<Number>, wanted: &[Ordering]| {
        bound.as_ref().is_none_or(|bound| number.compare(bound).is_some_and(|order| wanted.contains(&order)))
    };
    multiple_of.as_ref().is_none_or(|step| number.is_multiple_of(step))
        && is(maximum, &[Ordering::Less, Ordering::Equal])
        && is(exclusive_maximum, &[Ordering::Less])
        && is(minimum, &[Ordering::Greater, Ordering::Equal])
        && is(exclusive_minimum, &[Ordering::Greater])
}
