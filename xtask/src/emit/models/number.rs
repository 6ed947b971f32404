//! A number whose bounds are checked.

use crate::describe::components::{Bounds, Component, NumberKind};
use crate::emit::docs;

pub(super) fn number(component: &Component, paragraphs: &[String], kind: NumberKind, bounds: &Bounds) -> String {
    let (rust, json) = match kind {
        NumberKind::Integer(rust) => (rust.rust(), "integer"),
        NumberKind::Number => ("f64", "number"),
    };
    let mut paragraphs = paragraphs.to_vec();
    paragraphs.push(format!("Range: {}.", in_words(bounds)));
    let bounds = bounds_expression(kind, bounds);
    format!(
        "super::bounded_number! {{\n{}    {}({rust}) = {bounds}, {json:?};\n}}\n",
        docs::comment(&paragraphs, "    "),
        component.rust,
    )
}

/// `super::Bounds::NONE.at_least(0.01)` as text.
pub(super) fn bounds_expression(kind: NumberKind, bounds: &Bounds) -> String {
    let calls: String = bounds
        .fields()
        .into_iter()
        .map(|(name, bound)| {
            let mut literal = bound.to_string();
            if kind == NumberKind::Number && !literal.contains(['.', 'e', 'E']) {
                literal.push_str(".0");
            }
            format!(".{}({literal})", words(name).trim_start_matches("a ").replace(' ', "_"))
        })
        .collect();
    format!("super::Bounds::NONE{calls}")
}

/// The bounds for a reader, as `Bounds` in the schema crate prints them.
fn in_words(bounds: &Bounds) -> String {
    let parts: Vec<String> =
        bounds.fields().into_iter().map(|(name, bound)| format!("{} {bound}", words(name))).collect();
    parts.join(" and ")
}

/// What a bound says; the constructors of `Bounds` have the same words.
fn words(name: &str) -> &'static str {
    match name {
        "minimum" => "at least",
        "exclusive_minimum" => "greater than",
        "maximum" => "at most",
        "exclusive_maximum" => "less than",
        _ => "a multiple of",
    }
}
