//! A union as an enumeration of its variants, with one more variant for any other value.

use crate::describe::components::{Component, Components, NumberKind, Shape, Variant, referenced};
use crate::emit::docs;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;

pub(super) fn union(
    component: &Component,
    paragraphs: &[String],
    variants: &[Variant],
    types: &[syn::Type],
    components: &Components,
) -> TokenStream {
    let name = format_ident!("{}", component.rust);
    let docs = docs::attributes(paragraphs);
    let is_any = |schema: &Value| schema.as_object().is_some_and(serde_json::Map::is_empty);
    let items = variants.iter().zip(types).map(|(variant, inner)| {
        let doc = format!(" {}", variant_doc(&variant.schema));
        let variant = format_ident!("{}", variant.rust);
        quote! {
            #[doc = #doc]
            #variant(#inner),
        }
    });
    // A variant that takes anything leaves nothing over.
    let is_open = !variants.iter().any(|variant| is_any(&variant.schema));
    let unknown = is_open.then(|| {
        quote! {
            #[doc = " What no variant above is: kept as it came, and written back unchanged."]
            #[cfg_attr(feature = "schemars", schemars(skip))]
            UnknownValue(::serde_json::Value),
        }
    });
    let texts: Vec<String> = types.iter().map(|inner| quote!(#inner).to_string()).collect();
    let conversions = variants.iter().zip(types).zip(&texts).filter_map(|((variant, inner), text)| {
        let is_unique = texts.iter().filter(|other| *other == text).count() == 1;
        let rust = format_ident!("{}", variant.rust);
        // Any JSON value converts into itself, so a conversion from it would be taken for all others.
        (is_unique && !is_any(&variant.schema)).then(|| {
            quote! {
                impl From<#inner> for #name {
                    fn from(value: #inner) -> Self {
                        Self::#rust(value)
                    }
                }
            }
        })
    });
    let reading = reading(&name, variants, types, is_open, components);
    quote! {
        #docs
        #[derive(Clone, Debug, PartialEq, ::serde::Serialize)]
        #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
        #[serde(untagged)]
        #[non_exhaustive]
        pub enum #name {
            #(#items)*
            #unknown
        }

        #(#conversions)*

        #reading
    }
}

/// Reads the variants that the value may be in turn, the best one first.
fn reading(
    name: &proc_macro2::Ident,
    variants: &[Variant],
    types: &[syn::Type],
    is_open: bool,
    components: &Components,
) -> TokenStream {
    let shapes = variants.iter().map(|variant| {
        let shapes = shapes(&variant.schema, variant.tag.as_ref(), components, &mut Vec::new());
        quote!(&[#(#shapes),*])
    });
    let arms = variants.iter().zip(types).enumerate().map(|(index, (variant, inner))| {
        let rust = format_ident!("{}", variant.rust);
        quote!(#index => <#inner as ::serde::Deserialize>::deserialize(&value).map(Self::#rust),)
    });
    let otherwise = if is_open {
        quote!(Ok(Self::UnknownValue(value)))
    } else {
        let message = format!("no variant of {name} can be read");
        quote!(Err(<D::Error as ::serde::de::Error>::custom(#message)))
    };
    quote! {
        impl<'de> ::serde::Deserialize<'de> for #name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::core::result::Result<Self, D::Error> {
                const SHAPES: &[&[super::JsonShape]] = &[#(#shapes),*];
                let value = <::serde_json::Value as ::serde::Deserialize>::deserialize(deserializer)?;
                for index in super::candidates(&value, SHAPES) {
                    let read = match index {
                        #(#arms)*
                        _ => break,
                    };
                    if let Ok(read) = read {
                        return Ok(read);
                    }
                }
                #otherwise
            }
        }
    }
}

/// What the values of a variant look like. `inside` are the unions that are being looked into.
fn shapes(
    schema: &Value,
    tag: Option<&(String, Vec<String>)>,
    components: &Components,
    inside: &mut Vec<String>,
) -> Vec<TokenStream> {
    let Some(name) = referenced(schema) else {
        return vec![match schema.get("type").and_then(Value::as_str) {
            Some("string") => quote!(super::JsonShape::String(&[])),
            Some("integer") => quote!(super::JsonShape::Integer),
            Some("number") => quote!(super::JsonShape::Number),
            Some("boolean") => quote!(super::JsonShape::Boolean),
            Some("array") => quote!(super::JsonShape::Array),
            Some("object") => quote!(super::JsonShape::Object { fields: &[], required: &[], tags: &[] }),
            _ => quote!(super::JsonShape::Any),
        }];
    };
    let Some(component) = components.get(name) else { return vec![quote!(super::JsonShape::Any)] };
    match &component.shape {
        Shape::TextEnum(values) => {
            let values = values.iter().map(|(value, _)| value);
            vec![quote!(super::JsonShape::String(&[#(#values),*]))]
        }
        Shape::IntegerEnum(..) | Shape::Number(NumberKind::Integer(_), _) => vec![quote!(super::JsonShape::Integer)],
        Shape::Number(NumberKind::Number, _) => vec![quote!(super::JsonShape::Number)],
        Shape::Wrapper(schema) => shapes(schema, tag, components, inside),
        Shape::Union(_) if inside.iter().any(|known| known == name) => Vec::new(),
        Shape::Union(variants) => {
            inside.push(name.to_owned());
            let shapes =
                variants.iter().flat_map(|variant| shapes(&variant.schema, variant.tag.as_ref(), components, inside));
            let shapes = shapes.collect();
            inside.pop();
            shapes
        }
        Shape::Struct(properties) => {
            let fields = properties.iter().map(|property| &property.json);
            let required = properties.iter().filter(|property| property.required && !property.nullable);
            let required = required.map(|property| &property.json);
            let constants =
                properties.iter().filter_map(|property| match &components.get(referenced(&property.schema)?)?.shape {
                    Shape::TextEnum(values)
                        if values.len() == 1 && tag.is_none_or(|(field, _)| *field != property.json) =>
                    {
                        Some((property.json.clone(), values.iter().map(|(value, _)| value.clone()).collect()))
                    }
                    _ => None,
                });
            let tags: Vec<(String, Vec<String>)> = tag.cloned().into_iter().chain(constants).collect();
            let tags = tags.iter().map(|(field, texts)| quote!((#field, &[#(#texts),*])));
            vec![quote!(super::JsonShape::Object {
                fields: &[#(#fields),*],
                required: &[#(#required),*],
                tags: &[#(#tags),*],
            })]
        }
    }
}

fn variant_doc(schema: &Value) -> String {
    if let Some(component) = referenced(schema) {
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
