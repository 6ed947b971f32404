//! The source of one component's model, by what the component becomes.

use super::{enumeration, number, structure, union, wrapper};
use crate::describe::components::{Component, Components, Shape};
use crate::emit::source::unparse;
use crate::error::Result;

/// The source of one component's model. `types` are its fields' types; `fallback` is its doc where the description has none.
///
/// # Errors
/// The tokens are not a valid Rust file, which is a mistake in this module.
pub(super) fn source(
    component: &Component,
    types: &[syn::Type],
    fallback: &str,
    components: &Components,
) -> Result<String> {
    let summary = if component.description.is_empty() { fallback } else { &component.description };
    let paragraphs = [summary.to_owned()];
    match &component.shape {
        Shape::TextEnum(values) => {
            let values = values.iter().map(|(value, name)| (name, format!("{value:?}")));
            Ok(enumeration::enumeration("open_enum", &component.rust, &paragraphs, values))
        }
        Shape::IntegerEnum(rust, values) => {
            let values = values.iter().map(|(value, name)| (name, value.to_string()));
            let name = format!("{}({})", component.rust, rust.rust());
            Ok(enumeration::enumeration("open_integer_enum", &name, &paragraphs, values))
        }
        Shape::Number(kind, bounds) => Ok(number::number(component, &paragraphs, *kind, bounds)),
        Shape::Struct(properties) => unparse(&structure::structure(component, &paragraphs, properties, types)),
        Shape::Union(variants) => unparse(&union::union(component, &paragraphs, variants, types, components)),
        Shape::Wrapper(_) => unparse(&wrapper::wrapper(component, &paragraphs, types)),
    }
}
