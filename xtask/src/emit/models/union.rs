//! A union as an enumeration of its variants.

use super::attributes::model_attributes;
use crate::describe::components::Component;
use crate::emit::docs;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;

pub(super) fn union(
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
    if let Some(component) = crate::describe::components::referenced(schema) {
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
