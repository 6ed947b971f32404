//! An endpoint's marker and its row of the table.

use super::attributes::ident;
use super::number::bounds_expression;
use crate::describe::components::{Bounds, Components, NumberKind, Property, Shape, referenced};
use crate::describe::endpoint::EndpointFacts;
use crate::emit::docs;
use crate::emit::source::unparse;
use crate::error::{Error, Result};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;

/// The marker's source.
///
/// # Errors
/// An input or output that is no component.
pub(super) fn source(facts: &EndpointFacts, components: &Components) -> Result<String> {
    let marker = format_ident!("{}", facts.name);
    let EndpointFacts { id, owner, app, name, verb, summary, positional, .. } = facts;
    let input = rust_name(&facts.input, components)?;
    let output = rust_name(&facts.output, components)?;
    let inputs = fields(&facts.input, components, &[]);
    let outputs = fields(&facts.output, components, &[]);
    let price = match &facts.price {
        None => quote!(None),
        Some((micros, currency, unit)) => {
            let micros = proc_macro2::Literal::u64_unsuffixed(*micros);
            quote!(Some(super::Price { micros: #micros, currency: #currency, unit: #unit }))
        }
    };
    let docs = docs::attributes(&[summary.clone(), format!("The endpoint `{id}`.")]);
    unparse(&quote! {
        #docs
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub struct #marker;

        impl super::Endpoint for #marker {
            const ID: &'static str = #id;
            const INFO: &'static super::EndpointInfo = &super::EndpointInfo {
                id: Self::ID,
                owner: #owner,
                app: #app,
                name: #name,
                verb: #verb,
                summary: #summary,
                positional: &[#(#positional),*],
                inputs: &[#(#inputs),*],
                outputs: &[#(#outputs),*],
                price: #price,
            };
            type Input = super::#input;
            type Output = super::#output;
        }

        impl super::EndpointInput for super::#input {
            type Endpoint = #marker;
        }
    })
}

fn rust_name(component: &str, components: &Components) -> Result<proc_macro2::Ident> {
    let found = components.get(component);
    found.map(|found| ident(&found.rust)).ok_or_else(|| Error::new(format!("there is no component `{component}`")))
}

fn fields(component: &str, components: &Components, inside: &[&str]) -> Vec<TokenStream> {
    let Some(Shape::Struct(properties)) = components.get(component).map(|component| &component.shape) else {
        return Vec::new();
    };
    properties.iter().map(|property| field(property, components, inside)).collect()
}

fn field(property: &Property, components: &Components, inside: &[&str]) -> TokenStream {
    let Property { json, description, required, nullable, file, .. } = property;
    let kind = kind(&property.schema, file.as_deref(), components, inside);
    let default = match &property.default {
        None => quote!(None),
        Some(default) => {
            let default = default.to_string();
            quote!(Some(#default))
        }
    };
    let examples = property.examples.iter().map(ToString::to_string);
    quote! {
        super::Field {
            name: #json,
            description: #description,
            kind: #kind,
            required: #required,
            nullable: #nullable,
            default: #default,
            examples: &[#(#examples),*],
        }
    }
}

fn kind(schema: &Value, file: Option<&str>, components: &Components, inside: &[&str]) -> TokenStream {
    let count = |keyword: &str| match schema.get(keyword).and_then(Value::as_u64) {
        None => quote!(None),
        Some(count) => {
            let count = proc_macro2::Literal::u64_unsuffixed(count);
            quote!(Some(#count))
        }
    };
    let schema_type = schema.get("type").and_then(Value::as_str);
    if schema_type == Some("array") {
        let items = kind(&schema["items"], file, components, inside);
        let (min_items, max_items) = (count("minItems"), count("maxItems"));
        return quote!(super::FieldKind::Array { items: &#items, min_items: #min_items, max_items: #max_items });
    }
    if let Some(role) = file {
        let role = match role {
            "image" => quote!(Image),
            "mask" => quote!(Mask),
            _ => quote!(Other),
        };
        return quote!(super::FieldKind::File(super::FileRole::#role));
    }
    if let Some(component) = referenced(schema) {
        return component_kind(component, components, inside);
    }
    match schema_type {
        Some("string") => {
            let (min_length, max_length) = (count("minLength"), count("maxLength"));
            quote!(super::FieldKind::String { min_length: #min_length, max_length: #max_length })
        }
        Some("boolean") => quote!(super::FieldKind::Boolean),
        Some("integer") => number_kind(schema, NumberKind::Integer),
        Some("number") => number_kind(schema, NumberKind::Number),
        _ => quote!(super::FieldKind::Any),
    }
}

fn number_kind(schema: &Value, kind: NumberKind) -> TokenStream {
    let bounds = Bounds::read(schema, kind, "").unwrap_or_default();
    let bounds: TokenStream = bounds_expression(kind, &bounds).parse().unwrap_or_default();
    match kind {
        NumberKind::Integer => quote!(super::FieldKind::Integer(#bounds)),
        NumberKind::Number => quote!(super::FieldKind::Number(#bounds)),
    }
}

fn component_kind(name: &str, components: &Components, inside: &[&str]) -> TokenStream {
    let Some(component) = components.get(name) else { return quote!(super::FieldKind::Any) };
    let rust = ident(&component.rust);
    match &component.shape {
        Shape::TextEnum(_) => quote!(super::FieldKind::Enum(super::#rust::VALUES)),
        Shape::Number(NumberKind::Integer, _) => quote!(super::FieldKind::Integer(super::#rust::BOUNDS)),
        Shape::Number(NumberKind::Number, _) => quote!(super::FieldKind::Number(super::#rust::BOUNDS)),
        Shape::Wrapper(schema) => kind(schema, None, components, inside),
        // An object inside itself is described once; below that the models describe it.
        Shape::Struct(_) if !inside.contains(&name) => {
            let inside: Vec<&str> = inside.iter().copied().chain([name]).collect();
            let fields = fields(name, components, &inside);
            quote!(super::FieldKind::Object(&[#(#fields),*]))
        }
        Shape::Struct(_) | Shape::Union(_) | Shape::IntegerEnum(_) => quote!(super::FieldKind::Any),
    }
}
