//! An endpoint's marker and its row of the table.

use super::attributes::ident;
use super::number::bounds_expression;
use crate::describe::components::{Bounds, Components, IntegerType, NumberKind, Property, Shape, referenced};
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
    let inputs = Table { components, received: false }.fields(&facts.input, &[]);
    let outputs = Table { components, received: true }.fields(&facts.output, &[]);
    let price = match &facts.price {
        None => quote!(),
        Some((micros, currency, unit)) => {
            let micros = proc_macro2::Literal::u64_unsuffixed(*micros);
            quote!(.with_price(super::Price::new(#micros, #currency, #unit)))
        }
    };
    let docs = docs::attributes(&[summary.clone(), format!("The endpoint `{id}`.")]);
    unparse(&quote! {
        #docs
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub struct #marker;

        impl super::Endpoint for #marker {
            const ID: &'static str = #id;
            const INFO: &'static super::EndpointInfo = &super::EndpointInfo::new(Self::ID, #owner, #app)
                .with_name(#name, #verb)
                .with_summary(#summary)
                .with_positional(&[#(#positional),*])
                .with_inputs(&[#(#inputs),*])
                .with_outputs(&[#(#outputs),*])
                #price;
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

/// The fields of an input or an output.
#[derive(Clone, Copy)]
struct Table<'a> {
    components: &'a Components,
    /// Whether they are an output's.
    received: bool,
}

impl Table<'_> {
    /// The fields of an object. `inside` are the components that are being looked into.
    fn fields(self, component: &str, inside: &[&str]) -> Vec<TokenStream> {
        let Some(Shape::Struct(properties)) = self.components.get(component).map(|component| &component.shape) else {
            return Vec::new();
        };
        properties.iter().map(|property| self.field(property, inside)).collect()
    }

    fn field(self, property: &Property, inside: &[&str]) -> TokenStream {
        let Property { json, description, required, nullable, file, .. } = property;
        let kind = self.kind(&property.schema, file.as_deref(), inside);
        let description = (!description.is_empty()).then(|| quote!(.with_description(#description)));
        let required = required.then(|| quote!(.required()));
        let nullable = nullable.then(|| quote!(.nullable()));
        let default = property.default.as_ref().map(ToString::to_string);
        let default = default.map(|default| quote!(.with_default(#default)));
        let examples: Vec<String> = property.examples.iter().map(ToString::to_string).collect();
        let examples = (!examples.is_empty()).then(|| quote!(.with_examples(&[#(#examples),*])));
        quote!(super::Field::new(#json, #kind) #description #required #nullable #default #examples)
    }

    fn kind(self, schema: &Value, file: Option<&str>, inside: &[&str]) -> TokenStream {
        let count = |keyword: &str| match schema.get(keyword).and_then(Value::as_u64) {
            None => quote!(None),
            Some(count) => {
                let count = proc_macro2::Literal::u64_unsuffixed(count);
                quote!(Some(#count))
            }
        };
        let schema_type = schema.get("type").and_then(Value::as_str);
        if schema_type == Some("array") {
            let items = self.kind(&schema["items"], file, inside);
            let (min_items, max_items) = (count("minItems"), count("maxItems"));
            return quote!(super::FieldKind::Array { items: &#items, min_items: #min_items, max_items: #max_items });
        }
        if let Some(role) = file {
            return file_kind(role);
        }
        if let Some(component) = referenced(schema) {
            return self.component_kind(component, inside);
        }
        match schema_type {
            Some("string") => {
                let (min_length, max_length) = (count("minLength"), count("maxLength"));
                quote!(super::FieldKind::String { min_length: #min_length, max_length: #max_length })
            }
            Some("boolean") => quote!(super::FieldKind::Boolean),
            Some("object") => {
                let values = self.kind(&schema["additionalProperties"], None, inside);
                quote!(super::FieldKind::Map(&#values))
            }
            _ => NumberKind::of(schema).map_or_else(
                || quote!(super::FieldKind::Any),
                |kind| number_kind(kind, Bounds::read(schema, kind, "").unwrap_or_default()),
            ),
        }
    }

    fn component_kind(self, name: &str, inside: &[&str]) -> TokenStream {
        let Some(component) = self.components.get(name) else { return quote!(super::FieldKind::Any) };
        // A component that contains itself is described once; below that, only the models describe it.
        if inside.contains(&name) {
            return quote!(super::FieldKind::Any);
        }
        let inside: Vec<&str> = inside.iter().copied().chain([name]).collect();
        let rust = ident(&component.rust);
        match (&component.shape, &component.file) {
            (Shape::Struct(_), Some(role)) if self.received => file_kind(role),
            (Shape::Struct(_), _) => {
                let fields = self.fields(name, &inside);
                quote!(super::FieldKind::Object(&[#(#fields),*]))
            }
            (Shape::Union(variants), _) => {
                let kinds = variants.iter().map(|variant| self.kind(&variant.schema, None, &inside));
                quote!(super::FieldKind::OneOf(&[#(#kinds),*]))
            }
            (Shape::TextEnum(_), _) => quote!(super::FieldKind::Enum(super::#rust::VALUES)),
            (Shape::IntegerEnum(..), _) => quote!(super::FieldKind::IntegerEnum(super::#rust::VALUES)),
            (Shape::Number(NumberKind::Integer(IntegerType::I64), _), _) => {
                quote!(super::FieldKind::Integer(super::#rust::BOUNDS))
            }
            (Shape::Number(NumberKind::Number, _), _) => quote!(super::FieldKind::Number(super::#rust::BOUNDS)),
            (Shape::Number(kind, bounds), _) => number_kind(*kind, bounds.clone()),
            (Shape::Wrapper(schema), _) => self.kind(schema, None, &inside),
        }
    }
}

fn file_kind(role: &str) -> TokenStream {
    let role = match role {
        "image" => quote!(Image),
        "mask" => quote!(Mask),
        _ => quote!(Other),
    };
    quote!(super::FieldKind::File(super::FileRole::#role))
}

/// A number's row. The limits of its Rust type are bounds where the description sets none, but for those of an `i64`.
fn number_kind(kind: NumberKind, mut bounds: Bounds) -> TokenStream {
    if let NumberKind::Integer(rust) = kind
        && rust != IntegerType::I64
    {
        let (least, most) = rust.limits();
        if bounds.exclusive_minimum.is_none() {
            bounds.minimum.get_or_insert(least.into());
        }
        if bounds.exclusive_maximum.is_none() {
            bounds.maximum = bounds.maximum.or(most.map(Into::into));
        }
    }
    let bounds: TokenStream = bounds_expression(kind, &bounds).parse().unwrap_or_default();
    match kind {
        NumberKind::Integer(_) => quote!(super::FieldKind::Integer(#bounds)),
        NumberKind::Number => quote!(super::FieldKind::Number(#bounds)),
    }
}
