//! Structs, open enumerations, checked numbers and unions as Rust.

use super::docs;
use crate::error::Result;
use crate::model::{Bounds, Component, NumberKind, Property, Shape};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use serde_json::Value;

/// The derives and attributes that every model has; `Debug` is written out where there is a secret to keep.
fn model_attributes(has_secret: bool) -> TokenStream {
    let debug = (!has_secret).then(|| quote!(Debug,));
    quote! {
        #[derive(Clone, #debug PartialEq, ::serde::Serialize, ::serde::Deserialize)]
        #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    }
}

/// Whether the description says that the value is a secret: `format: password`.
fn is_secret(property: &Property) -> bool {
    property.schema.get("format").and_then(Value::as_str) == Some("password")
}

/// `Debug` that shows everything but the secrets.
fn debug(name: &Ident, properties: &[Property]) -> TokenStream {
    let fields = properties.iter().map(|property| {
        let field = ident(&property.rust);
        let text = &property.rust;
        if is_secret(property) { quote!(.field(#text, &"redacted")) } else { quote!(.field(#text, &self.#field)) }
    });
    let text = name.to_string();
    quote! {
        impl ::core::fmt::Debug for #name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.debug_struct(#text)#(#fields)*.finish()
            }
        }
    }
}

/// The source of one component's model. `types` are its fields' types; `fallback` is its doc where the description has none.
///
/// # Errors
/// Tokens that are no Rust file: a mistake in this module.
pub(super) fn source(component: &Component, types: &[syn::Type], fallback: &str) -> Result<String> {
    let summary = if component.description.is_empty() { fallback } else { &component.description };
    let paragraphs = [summary.to_owned()];
    match &component.shape {
        Shape::TextEnum(values) => {
            let values = values.iter().map(|(value, name)| (name, format!("{value:?}")));
            Ok(enumeration("open_enum", component, &paragraphs, values))
        }
        Shape::IntegerEnum(values) => {
            let values = values.iter().map(|(value, name)| (name, value.to_string()));
            Ok(enumeration("open_integer_enum", component, &paragraphs, values))
        }
        Shape::Number(kind, bounds) => Ok(number(component, &paragraphs, *kind, bounds)),
        Shape::Struct(properties) => super::unparse(&structure(component, &paragraphs, properties, types)),
        Shape::Union(variants) => super::unparse(&union(component, &paragraphs, variants, types)),
        Shape::Wrapper(_) => super::unparse(&wrapper(component, &paragraphs, types)),
    }
}

fn enumeration<'a>(
    macro_name: &str,
    component: &Component,
    paragraphs: &[String],
    values: impl Iterator<Item = (&'a String, String)>,
) -> String {
    let mut source = format!("{macro_name}! {{\n{}    {} {{\n", docs::comment(paragraphs, "    "), component.rust);
    for (name, value) in values {
        source.push_str(&format!("        {name} = {value},\n"));
    }
    source.push_str("    }\n}\n");
    source
}

fn number(component: &Component, paragraphs: &[String], kind: NumberKind, bounds: &Bounds) -> String {
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

fn structure(
    component: &Component,
    paragraphs: &[String],
    properties: &[Property],
    types: &[syn::Type],
) -> TokenStream {
    let name = format_ident!("{}", component.rust);
    let docs = docs::attributes(paragraphs);
    let has_secret = properties.iter().any(is_secret);
    let attributes = model_attributes(has_secret);
    let debug = has_secret.then(|| debug(&name, properties));
    let pairs: Vec<(&Property, &syn::Type)> = properties.iter().zip(types).collect();
    let fields = pairs.iter().map(|(property, inner)| field(property, inner));
    let default = properties.iter().all(Property::is_option).then(|| quote!(#[derive(Default)]));
    let constructor = constructor(&pairs);
    let setters =
        pairs.iter().filter(|(property, _)| !property.required).map(|(property, inner)| setter(property, inner));
    quote! {
        #docs
        #attributes
        #default
        #[non_exhaustive]
        pub struct #name {
            #(#fields)*
        }

        impl #name {
            #constructor
            #(#setters)*
        }

        #debug
    }
}

fn field(property: &Property, inner: &syn::Type) -> TokenStream {
    let name = ident(&property.rust);
    let docs = docs::attributes(&field_docs(property));
    let json = &property.json;
    let rename = (property.rust != property.json).then(|| quote!(rename = #json,));
    let skip = (!property.required).then(|| quote!(default, skip_serializing_if = "Option::is_none"));
    let serde = (rename.is_some() || skip.is_some()).then(|| quote!(#[serde(#rename #skip)]));
    let field_type = field_type(property, inner);
    quote! {
        #docs
        #serde
        pub #name: #field_type,
    }
}

fn field_type(property: &Property, inner: &syn::Type) -> TokenStream {
    if property.is_option() { quote!(Option<#inner>) } else { quote!(#inner) }
}

fn field_docs(property: &Property) -> Vec<String> {
    let mut paragraphs = vec![if property.description.is_empty() {
        format!("The field `{}`.", property.json)
    } else {
        property.description.clone()
    }];
    if let Some(default) = &property.default
        && !property.required
    {
        paragraphs.push(format!("Default: `{default}`."));
    }
    // An `Option` cannot tell `null` from absent, so the docs do.
    if property.nullable {
        paragraphs.push("May be `null`.".to_owned());
    }
    paragraphs
}

fn constructor(pairs: &[(&Property, &syn::Type)]) -> TokenStream {
    let required = pairs.iter().filter(|(property, _)| property.required);
    let arguments = required.clone().map(|(property, inner)| {
        let name = ident(&property.rust);
        let argument = if property.nullable { field_type(property, inner) } else { argument(inner).0 };
        quote!(#name: #argument)
    });
    let values = pairs.iter().map(|(property, inner)| {
        let name = ident(&property.rust);
        if !property.required {
            return quote!(#name: None);
        }
        if property.nullable || !argument(inner).1 { quote!(#name) } else { quote!(#name: #name.into()) }
    });
    let doc = if required.count() == 0 { " With nothing set." } else { " With what is required; the rest is unset." };
    quote! {
        #[doc = #doc]
        pub fn new(#(#arguments),*) -> Self {
            Self { #(#values),* }
        }
    }
}

fn setter(property: &Property, inner: &syn::Type) -> TokenStream {
    let name = ident(&property.rust);
    let setter = format_ident!("with_{}", property.rust.trim_end_matches('_'));
    let (argument, converts) = argument(inner);
    let value = if converts { quote!(#name.into()) } else { quote!(#name) };
    let doc = format!(" Sets [`{}`](Self::{}).", property.json, property.rust);
    quote! {
        #[doc = #doc]
        #[must_use]
        pub fn #setter(mut self, #name: #argument) -> Self {
            self.#name = Some(#value);
            self
        }
    }
}

/// How a value of the type is passed: primitives as they are, the rest as `impl Into`.
fn argument(inner: &syn::Type) -> (TokenStream, bool) {
    let text = quote!(#inner).to_string();
    if matches!(text.as_str(), "bool" | "i64" | "f64") {
        (quote!(#inner), false)
    } else {
        (quote!(impl Into<#inner>), true)
    }
}

fn union(
    component: &Component,
    paragraphs: &[String],
    variants: &[(String, Value)],
    types: &[syn::Type],
) -> TokenStream {
    let name = format_ident!("{}", component.rust);
    let docs = docs::attributes(paragraphs);
    let attributes = model_attributes(false);
    let items = variants.iter().zip(types).map(|((variant, schema), inner)| {
        let doc = format!(" {}", variant_doc(schema));
        let variant = format_ident!("{variant}");
        quote! {
            #[doc = #doc]
            #variant(#inner),
        }
    });
    let texts: Vec<String> = types.iter().map(|inner| quote!(#inner).to_string()).collect();
    let conversions = variants.iter().zip(types).zip(&texts).filter_map(|(((variant, schema), inner), text)| {
        let is_unique = texts.iter().filter(|other| *other == text).count() == 1;
        // Any JSON value converts into itself, so a conversion from it would be taken for all others.
        let is_any = schema.as_object().is_some_and(serde_json::Map::is_empty);
        let variant = format_ident!("{variant}");
        (is_unique && !is_any).then(|| {
            quote! {
                impl From<#inner> for #name {
                    fn from(value: #inner) -> Self {
                        Self::#variant(value)
                    }
                }
            }
        })
    });
    quote! {
        #docs
        #attributes
        #[serde(untagged)]
        #[non_exhaustive]
        pub enum #name {
            #(#items)*
        }

        #(#conversions)*
    }
}

fn variant_doc(schema: &Value) -> String {
    if let Some(component) = crate::model::referenced(schema) {
        return format!("A [`{component}`](super::{component}).");
    }
    let words = match schema.get("type").and_then(Value::as_str) {
        Some("string") => "A text.",
        Some("integer") => "A whole number.",
        Some("number") => "A number.",
        Some("boolean") => "`true` or `false`.",
        Some("array") => "A list.",
        Some("object") => "A map.",
        _ => "Any other JSON value.",
    };
    words.to_owned()
}

fn wrapper(component: &Component, paragraphs: &[String], types: &[syn::Type]) -> TokenStream {
    let name = format_ident!("{}", component.rust);
    let docs = docs::attributes(paragraphs);
    let attributes = model_attributes(false);
    quote! {
        #docs
        #attributes
        #[serde(transparent)]
        pub struct #name(
            /// The value itself.
            pub #(#types)*
        );
    }
}

/// An identifier; names come from [`crate::names`], which gives nothing else.
pub(super) fn ident(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}
