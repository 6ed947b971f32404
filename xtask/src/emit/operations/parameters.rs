//! The options of a call besides its input, as a struct, and how they are passed to the operation.

use super::operation::Operation;
use crate::emit::docs;
use crate::error::{Error, Result};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;
use std::collections::BTreeMap;

/// The source of the structs for running and submitting.
///
/// # Errors
/// An operation with two parameters of one name in Rust.
pub fn parameters(run: &Operation, submit: &Operation) -> Result<String> {
    let run_struct = parameter_struct("RunParameters", "run", run)?;
    let submit_struct = parameter_struct("SubmitParameters", "submit", submit)?;
    let (run_call, submit_call) = (call(run), call(submit));
    let submit_query = query(submit);
    crate::emit::source::unparse(&quote! {
        use super::{queue, run};
        use ::progenitor_client::Error;
        use ::serde_json::value::RawValue;

        /// What every operation answers: the response as it came, whatever its status.
        pub type RawResult = Result<::reqwest::Response, Error<()>>;

        #run_struct

        impl RunParameters {
            /// Calls an endpoint on the synchronous host.
            pub async fn run(&self, client: &run::Client, endpoint: &str, input: &RawValue) -> RawResult {
                #run_call
            }
        }

        #submit_struct

        impl SubmitParameters {
            /// Puts a request into an endpoint's queue.
            pub async fn submit(&self, client: &queue::Client, endpoint: &str, input: &RawValue) -> RawResult {
                #submit_call
            }

            /// What of it goes into the URL's query.
            pub fn query(&self) -> Vec<(&'static str, String)> {
                let set = [#(#submit_query),*];
                set.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
            }
        }
    })
}

/// The struct of what may be set on a call besides the input.
fn parameter_struct(name: &str, what: &str, operation: &Operation) -> Result<TokenStream> {
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
        if argument == super::operation::ENDPOINT {
            return quote!(endpoint);
        }
        if parameter(operation, argument).is_none() {
            return quote!(input);
        }
        let field = format_ident!("{}", field_name(argument));
        let text = quote!(#argument_type).to_string().replace(' ', "");
        if text.contains("&'astr") {
            quote!(self.#field.as_deref())
        } else if text.contains("&'a") {
            quote!(self.#field.as_ref())
        } else if matches!(text.as_str(), "Option<i64>" | "Option<f64>" | "Option<bool>") {
            quote!(self.#field)
        } else {
            quote!(self.#field.clone())
        }
    });
    quote!(client.#name(#(#arguments),*).await)
}

/// Each parameter that goes into the query: its name, and its text where it is set.
fn query(operation: &Operation) -> Vec<TokenStream> {
    let pair = |argument: &String| {
        let parameter = parameter(operation, argument)?;
        let name = parameter.get("name").and_then(Value::as_str)?;
        let field = format_ident!("{}", field_name(argument));
        let is_query = parameter.get("in").and_then(Value::as_str) == Some("query");
        is_query.then(|| quote!((#name, self.#field.as_ref().map(ToString::to_string))))
    };
    operation.arguments.iter().filter_map(|(argument, _)| pair(argument)).collect()
}

/// The parameter that an argument stands for; endpoint and body stand for none.
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
