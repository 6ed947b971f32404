//! A value of a union: the framework tries all schemas and takes the one that fits best.

use super::coerce::{Checker, Fit};
use super::detail::Loc;
use super::fault::shown;
use crate::description::{Bounds, Endpoint, Shape};
use crate::json::Json;

impl<'a> Checker<'a> {
    /// An exact fit without members is taken at once. Otherwise the schema is taken that uses the most of the sent
    /// members, then the one with the better fit, then the first.
    pub(super) fn union(&mut self, shapes: &'a [Shape], input: &Json) -> Option<Json> {
        let (fit_before, sent_before, found_before) = (self.fit, self.members_sent, self.found.len());
        let mut best: Option<(Json, Fit, Option<usize>)> = None;
        let mut faults = Vec::new();
        for shape in shapes {
            (self.fit, self.members_sent) = (Fit::Exact, None);
            let label = self.label(shape);
            let value = self.within(Loc::Name(label), |checker| checker.value(shape, input));
            let wrong = self.found.split_off(found_before);
            let Some(value) = value.filter(|_| wrong.is_empty()) else {
                faults.extend(wrong);
                continue;
            };
            let (fit, sent) = (self.fit, self.members_sent);
            let is_better = best.as_ref().is_none_or(|(_, best_fit, best_sent)| match (best_sent, sent) {
                (Some(best), Some(new)) if *best != new => *best < new,
                _ => *best_fit < fit,
            });
            if is_better {
                best = Some((value, fit, sent));
            }
            if fit == Fit::Exact && sent.is_none() {
                break;
            }
        }
        (self.fit, self.members_sent) = (fit_before, sent_before);
        let Some((value, fit, sent)) = best else {
            self.found.extend(faults);
            return None;
        };
        self.at_most(fit);
        if let Some(sent) = sent {
            self.members_sent = Some(self.members_sent.unwrap_or(0) + sent);
        }
        Some(value)
    }

    /// The framework's name for a schema in the location of an error.
    fn label(&self, shape: &'a Shape) -> String {
        Labels { endpoint: self.endpoint(), under_way: Vec::new(), left: MOST_LABELS }.label(shape)
    }
}

/// What the framework writes in place of a name that would contain itself.
const AGAIN: &str = "...";

/// How many named schemas the name of one may go into.
const MOST_DEPTH: usize = 16;

/// How many schemas the name of one may contain: schemas that refer to each other may have names of any length.
const MOST_LABELS: usize = 1000;

/// Makes the name of one schema.
struct Labels<'a> {
    endpoint: &'a Endpoint,
    /// The named schemas whose names are being made.
    under_way: Vec<&'a str>,
    left: usize,
}

impl<'a> Labels<'a> {
    fn label(&mut self, shape: &'a Shape) -> String {
        let Some(left) = self.left.checked_sub(1) else { return AGAIN.to_owned() };
        self.left = left;
        let bounded = |bounds: &Bounds| bounds.all().iter().any(|bound| bound.is_some());
        match shape {
            Shape::Any => "any".to_owned(),
            Shape::Boolean => "bool".to_owned(),
            Shape::String { min: None, max: None, pattern: None } => "str".to_owned(),
            Shape::String { .. } => "constrained-str".to_owned(),
            Shape::Integer(bounds) => if bounded(bounds) { "constrained-int" } else { "int" }.to_owned(),
            Shape::Number(bounds) => if bounded(bounds) { "constrained-float" } else { "float" }.to_owned(),
            Shape::Enumeration(values) => {
                let values: Vec<String> = values.values.iter().map(shown).collect();
                format!("literal[{}]", values.join(","))
            }
            Shape::Array { items, .. } => format!("list[{}]", self.label(items)),
            Shape::Map(values) => format!("dict[str,{}]", self.label(values)),
            Shape::Model(model) => model.title.clone(),
            Shape::Named(name) => match self.endpoint.component(name) {
                Some(component) if matches!(component.shape, Shape::Model(_)) => component.title.clone(),
                Some(component) if matches!(component.shape, Shape::Enumeration(_)) => "enum".to_owned(),
                Some(_) if self.under_way.len() >= MOST_DEPTH || self.under_way.contains(&name.as_str()) => {
                    AGAIN.to_owned()
                }
                Some(component) => {
                    self.under_way.push(name);
                    let label = self.label(&component.shape);
                    self.under_way.pop();
                    label
                }
                None => name.clone(),
            },
            Shape::Union(shapes) => {
                let labels: Vec<String> = shapes.iter().map(|shape| self.label(shape)).collect();
                format!("union[{}]", labels.join(","))
            }
            Shape::Nullable(shape) => format!("nullable[{}]", self.label(shape)),
        }
    }
}
