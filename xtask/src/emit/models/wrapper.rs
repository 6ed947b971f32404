//! Any other component: a transparent wrapper.

use super::attributes::model_attributes;
use crate::describe::components::Component;
use crate::emit::docs;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

pub(super) fn wrapper(component: &Component, paragraphs: &[String], types: &[syn::Type]) -> TokenStream {
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
