//! What every model has: its derives, and identifiers.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

/// The derives and attributes that every model has; `Debug` is written out where there is a secret to keep.
pub(super) fn model_attributes(has_secret: bool) -> TokenStream {
    let debug = (!has_secret).then(|| quote!(Debug,));
    quote! {
        #[derive(Clone, #debug PartialEq, ::serde::Serialize, ::serde::Deserialize)]
        #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    }
}

/// An identifier; names come from [`crate::names`], which gives nothing else.
pub(super) fn ident(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}
