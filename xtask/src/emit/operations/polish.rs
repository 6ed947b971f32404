//! What progenitor writes, made ours. Each rewrite is counted, and a count that is not the expected one is an
//! error: a new version of progenitor is noticed here and not by a reader of its output.

use super::operation::Operation;
use crate::error::{Error, Result};
use syn::visit_mut::VisitMut;
use syn::{FnArg, ImplItem, Item, Stmt, parse_quote};

/// Removes what the client must not have and reads each operation's arguments.
pub(super) fn polish(mut file: syn::File, operations: &mut [Operation]) -> Result<syn::File> {
    let mut removed = Counts::default();
    file.attrs.clear();
    file.items.retain_mut(|item| match item {
        Item::Mod(module) if module.ident == "types" || module.ident == "prelude" => {
            removed.modules += 1;
            false
        }
        Item::Impl(block) if block.trait_.is_none() => {
            block.attrs.clear();
            block.items.retain_mut(|inner| keep(inner, &mut removed));
            true
        }
        Item::Struct(item) => {
            item.attrs.retain(|attribute| !attribute.path().is_ident("doc"));
            item.attrs.push(parse_quote!(#[doc = " The operations of the description, on one base URL."]));
            true
        }
        _ => true,
    });
    Rewrite { counts: &mut removed, operations }.visit_file_mut(&mut file);
    let expected = Counts {
        modules: 2,
        constructors: 1,
        api_version_headers: operations.len(),
        signatures: operations.len(),
        endpoint_paths: operations.iter().filter(|operation| operation.generic).count(),
    };
    if removed != expected {
        let message = format!("progenitor's code is not what the polish expects: {removed:?} instead of {expected:?}");
        return Err(Error::new(message));
    }
    Ok(file)
}

#[derive(Debug, Default, PartialEq)]
struct Counts {
    modules: usize,
    constructors: usize,
    api_version_headers: usize,
    signatures: usize,
    endpoint_paths: usize,
}

/// `new` builds its own HTTP client, with a total timeout of 15 seconds and an `unwrap`.
fn keep(item: &mut ImplItem, removed: &mut Counts) -> bool {
    let ImplItem::Fn(function) = item else { return true };
    if function.sig.ident == "new" {
        removed.constructors += 1;
        return false;
    }
    true
}

struct Rewrite<'a> {
    counts: &'a mut Counts,
    operations: &'a mut [Operation],
}

impl VisitMut for Rewrite<'_> {
    fn visit_impl_item_fn_mut(&mut self, function: &mut syn::ImplItemFn) {
        let operation = self.operations.iter_mut().find(|operation| function.sig.ident == operation.id);
        if let Some(operation) = operation {
            self.counts.signatures += 1;
            operation.arguments = function
                .sig
                .inputs
                .iter()
                .filter_map(|argument| match argument {
                    FnArg::Typed(typed) => match typed.pat.as_ref() {
                        syn::Pat::Ident(name) => Some((name.ident.to_string(), (*typed.ty).clone())),
                        _ => None,
                    },
                    FnArg::Receiver(_) => None,
                })
                .collect();
            let doc = format!(" `{}` of `{}`.", operation.id, operation.path);
            function.attrs = vec![parse_quote!(#[doc = #doc])];
        }
        function.block.stmts.retain(|statement| !self.is_api_version_header(statement));
        syn::visit_mut::visit_impl_item_fn_mut(self, function);
    }

    /// An endpoint's id is a path of several segments: its slashes stay what they are.
    fn visit_macro_mut(&mut self, call: &mut syn::Macro) {
        let encoded = quote::quote!(encode_path(&endpoint.to_string())).to_string();
        let text = call.tokens.to_string();
        if let Some((before, after)) = text.split_once(&encoded)
            && let Ok(tokens) = format!("{before}endpoint{after}").parse()
        {
            self.counts.endpoint_paths += 1;
            call.tokens = tokens;
        }
    }
}

impl Rewrite<'_> {
    fn is_api_version_header(&mut self, statement: &Stmt) -> bool {
        let Stmt::Expr(syn::Expr::MethodCall(call), _) = statement else { return false };
        let found = call.method == "append" && quote::quote!(#call).to_string().contains("\"api-version\"");
        self.counts.api_version_headers += usize::from(found);
        found
    }
}
