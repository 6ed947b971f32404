//! An object as a struct: fields, constructor and setters.

use super::attributes::{ident, model_attributes};
use super::types::INTEGERS;
use crate::describe::components::{Component, Property};
use crate::emit::docs;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use serde_json::Value;

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

pub(super) fn structure(
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
    let (rest_field, rest_value, rest_setter) = rest(component, types);
    let default = properties.iter().all(Property::is_option).then(|| quote!(#[derive(Default)]));
    let constructor = constructor(&pairs, &rest_value);
    let setters = pairs
        .iter()
        .filter(|(property, _)| !property.required && !property.read_only)
        .map(|(property, inner)| setter(property, inner));
    quote! {
        #docs
        #attributes
        #default
        #[non_exhaustive]
        pub struct #name {
            #(#fields)*
            #rest_field
        }

        impl #name {
            #constructor
            #(#setters)*
            #rest_setter
        }

        #debug
    }
}

/// What is kept of fields that the description does not name: the field, its value in `new`, its setter. Its type is the last.
fn rest(component: &Component, types: &[syn::Type]) -> (TokenStream, TokenStream, TokenStream) {
    let (Some(rest), Some(map)) = (&component.rest, types.last()) else {
        return (quote!(), quote!(), quote!());
    };
    let (name, setter) = (ident(&rest.rust), format_ident!("with_{}", rest.rust));
    let doc = format!(" Sets [`{}`](Self::{}).", rest.rust, rest.rust);
    let field = quote! {
        #[doc = " What the description does not name, by name."]
        #[serde(flatten)]
        pub #name: #map,
    };
    let setter = quote! {
        #[doc = #doc]
        #[must_use]
        pub fn #setter(mut self, #name: impl Into<#map>) -> Self {
            self.#name = #name.into();
            self
        }
    };
    (field, quote!(#name: ::core::default::Default::default()), setter)
}

fn field(property: &Property, inner: &syn::Type) -> TokenStream {
    let name = ident(&property.rust);
    let docs = docs::attributes(&field_docs(property));
    let json = &property.json;
    let rename = (property.rust != property.json).then(|| quote!(rename = #json,));
    let skip = (!property.required).then(|| quote!(default, skip_serializing_if = "Option::is_none"));
    let serde = (rename.is_some() || skip.is_some()).then(|| quote!(#[serde(#rename #skip)]));
    let field_type = field_type(property, inner);
    let deprecated = property.deprecated.then(|| quote!(#[deprecated]));
    quote! {
        #docs
        #deprecated
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
    if property.read_only {
        paragraphs.push("Only the service sets it.".to_owned());
    }
    if property.write_only {
        paragraphs.push("It is sent, and no answer has it.".to_owned());
    }
    paragraphs
}

fn constructor(pairs: &[(&Property, &syn::Type)], rest: &TokenStream) -> TokenStream {
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
    let doc = if required.count() == 0 {
        " Creates it with no field set."
    } else {
        " Creates it with the required fields; all others are unset."
    };
    quote! {
        #[doc = #doc]
        pub fn new(#(#arguments),*) -> Self {
            Self { #(#values,)* #rest }
        }
    }
}

fn setter(property: &Property, inner: &syn::Type) -> TokenStream {
    let name = ident(&property.rust);
    let setter = format_ident!("with_{}", property.rust.trim_end_matches('_'));
    let (argument, converts) = argument(inner);
    let value = if converts { quote!(#name.into()) } else { quote!(#name) };
    let doc = format!(" Sets [`{}`](Self::{}).", property.json, property.rust);
    let deprecated = property.deprecated.then(|| quote!(#[deprecated]));
    quote! {
        #[doc = #doc]
        #deprecated
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
    if text == "bool" || text == "f64" || INTEGERS.contains(&text.as_str()) {
        (quote!(#inner), false)
    } else {
        (quote!(impl Into<#inner>), true)
    }
}
