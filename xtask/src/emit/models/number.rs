//! A number whose bounds are checked.

use crate::describe::components::{Bounds, Component, NumberKind};
use crate::emit::docs;

pub(super) fn number(component: &Component, paragraphs: &[String], kind: NumberKind, bounds: &Bounds) -> String {
    let (rust, json) = match kind {
        NumberKind::Integer => ("i64", "integer"),
        NumberKind::Number => ("f64", "number"),
    };
    let mut paragraphs = paragraphs.to_vec();
    paragraphs.push(format!("Range: {}.", in_words(bounds)));
    let bounds = bounds_expression(kind, bounds);
    format!(
        "bounded_number! {{\n{}    {}({rust}) = {bounds}, {json:?};\n}}\n",
        docs::comment(&paragraphs, "    "),
        component.rust,
    )
}

/// `super::Bounds { minimum: Some(0.01), ..super::Bounds::NONE }` as text.
pub(super) fn bounds_expression(kind: NumberKind, bounds: &Bounds) -> String {
    let fields: String = bounds
        .fields()
        .into_iter()
        .map(|(name, bound)| {
            let mut literal = bound.to_string();
            if kind == NumberKind::Number && !literal.contains(['.', 'e', 'E']) {
                literal.push_str(".0");
            }
            format!("{name}: Some({literal}), ")
        })
        .collect();
    if fields.is_empty() {
        return "super::Bounds::NONE".to_owned();
    }
    format!("super::Bounds {{ {fields}..super::Bounds::NONE }}")
}

/// The bounds for a reader, as `Bounds` in the schema crate prints them.
fn in_words(bounds: &Bounds) -> String {
    let words = |name: &str| match name {
        "minimum" => "at least",
        "exclusive_minimum" => "greater than",
        "maximum" => "at most",
        "exclusive_maximum" => "less than",
        _ => "a multiple of",
    };
    let parts: Vec<String> =
        bounds.fields().into_iter().map(|(name, bound)| format!("{} {bound}", words(name))).collect();
    parts.join(" and ")
}
