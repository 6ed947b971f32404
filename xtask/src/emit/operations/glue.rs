//! Ties endpoints to their operations: the parameters as structs, `Callable` per marker, and the one visitor.

use super::Operation;
use crate::emit::docs;
use crate::error::{Error, Result};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;
use std::collections::BTreeMap;

/// An endpoint's marker and the operations that call it.
pub struct Endpoint<'a> {
    /// The marker's name.
    pub name: &'a str,
    /// The synchronous run.
    pub run: &'a Operation,
    /// The submit to the queue.
    pub submit: &'a Operation,
}

/// The source of the glue.
///
/// # Errors
/// Two endpoints whose operations have different parameters, which one template cannot give.
pub fn glue(endpoints: &[Endpoint<'_>], schema: &str) -> Result<String> {
    let Some(first) = endpoints.first() else { return Err(Error::new("there is no endpoint to call")) };
    let run = parameters("RunParameters", "run", first.run)?;
    let submit = parameters("SubmitParameters", "submit", first.submit)?;
    let schema_path: syn::Path = syn::parse_str(schema).map_err(|error| Error::new(format!("`{schema}`: {error}")))?;
    let implementations = endpoints.iter().map(|endpoint| {
        let marker = format_ident!("{}", endpoint.name);
        let run = call(endpoint.run);
        let submit = call(endpoint.submit);
        quote! {
            impl Callable for #schema_path::#marker {
                async fn run(client: &run::Client, input: &Self::Input, parameters: &RunParameters) -> RawResult {
                    #run
                }

                async fn submit(client: &queue::Client, input: &Self::Input, parameters: &SubmitParameters) -> RawResult {
                    #submit
                }
            }
        }
    });
    let markers: Vec<_> = endpoints.iter().map(|endpoint| format_ident!("{}", endpoint.name)).collect();
    crate::emit::source::unparse(&quote! {
        use super::{queue, run};
        use ::progenitor_client::{ByteStream, Error, ResponseValue};

        /// What every operation answers: a raw stream for a success, the untouched response for anything else.
        pub type RawResult = Result<ResponseValue<ByteStream>, Error<()>>;

        /// An endpoint that this crate can call; every marker is one.
        pub trait Callable: #schema_path::Endpoint {
            /// Calls it on the synchronous host.
            #[doc(hidden)]
            fn run(
                client: &run::Client,
                input: &Self::Input,
                parameters: &RunParameters,
            ) -> impl Future<Output = RawResult> + Send;

            /// Puts a request into its queue.
            #[doc(hidden)]
            fn submit(
                client: &queue::Client,
                input: &Self::Input,
                parameters: &SubmitParameters,
            ) -> impl Future<Output = RawResult> + Send;
        }

        #run
        #submit
        #(#implementations)*

        /// Calls the visitor with the endpoint of that id or verb; `None` when the description has none.
        pub fn visit_endpoint<V: crate::wire::visit::EndpointVisitor>(id_or_verb: &str, visitor: V) -> Option<V::Output> {
            use #schema_path::Endpoint;
            #(
                if id_or_verb == #schema_path::#markers::ID || id_or_verb == #schema_path::#markers::INFO.verb {
                    return Some(visitor.visit::<#schema_path::#markers>());
                }
            )*
            None
        }
    })
}

/// The struct of what may be set on a call besides the input.
fn parameters(name: &str, what: &str, operation: &Operation) -> Result<TokenStream> {
    let mut fields: BTreeMap<String, TokenStream> = BTreeMap::new();
    for (argument, argument_type) in &operation.arguments {
        let Some(parameter) = parameter(operation, argument) else { continue };
        let description = parameter.get("description").and_then(Value::as_str).unwrap_or_default();
        let at = parameter.get("in").and_then(Value::as_str).unwrap_or_default();
        let wire = parameter.get("name").and_then(Value::as_str).unwrap_or_default();
        let mut paragraphs = vec![description.to_owned(), format!("Sent as the {at} parameter `{wire}`.")];
        if parameter.get("deprecated") == Some(&Value::Bool(true)) {
            paragraphs.push("Deprecated by fal.".to_owned());
        }
        let docs = docs::attributes(&paragraphs);
        let field = format_ident!("{}", field_name(argument));
        let field_type = owned(argument_type)?;
        if fields.insert(field.to_string(), quote!(#docs pub #field: #field_type,)).is_some() {
            return Err(Error::new(format!("two parameters of `{}` are both `{field}` in Rust", operation.id)));
        }
    }
    let name = format_ident!("{name}");
    let fields = fields.values();
    let doc = format!(" What may be set on a {what} besides the input; unset ones are not sent.");
    Ok(quote! {
        #[doc = #doc]
        #[derive(Clone, Debug, Default, PartialEq)]
        #[non_exhaustive]
        pub struct #name {
            #(#fields)*
        }
    })
}

/// The call of the operation with the parameters' fields in progenitor's order.
fn call(operation: &Operation) -> TokenStream {
    let name = format_ident!("{}", operation.id);
    let arguments = operation.arguments.iter().map(|(argument, argument_type)| {
        if parameter(operation, argument).is_none() {
            return quote!(input);
        }
        let field = format_ident!("{}", field_name(argument));
        let text = quote!(#argument_type).to_string().replace(' ', "");
        if text.contains("&'astr") {
            quote!(parameters.#field.as_deref())
        } else if text.contains("&'a") {
            quote!(parameters.#field.as_ref())
        } else if matches!(text.as_str(), "Option<i64>" | "Option<f64>" | "Option<bool>") {
            quote!(parameters.#field)
        } else {
            quote!(parameters.#field.clone())
        }
    });
    quote!(client.#name(#(#arguments),*).await)
}

/// The parameter that an argument stands for; the body stands for none.
fn parameter<'a>(operation: &'a Operation, argument: &str) -> Option<&'a Value> {
    operation.parameters.iter().find(|parameter| {
        let name = parameter.get("name").and_then(Value::as_str).unwrap_or_default();
        crate::names::field(name) == *argument
    })
}

/// `x_fal_request_start_timeout` and `fal_webhook` without their prefixes.
fn field_name(argument: &str) -> &str {
    ["x_fal_", "x_app_fal_", "fal_"].iter().find_map(|prefix| argument.strip_prefix(prefix)).unwrap_or(argument)
}

/// The argument's type with nothing borrowed.
fn owned(argument: &syn::Type) -> Result<syn::Type> {
    let text = quote!(#argument).to_string().replace("& 'a str", "String").replace("& 'a ", "");
    syn::parse_str(&text).map_err(|error| Error::new(format!("progenitor's argument type `{text}`: {error}")))
}
