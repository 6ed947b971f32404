//! Adapts progenitor's code. Each kind of rewrite is counted, and an unexpected count is an error, so that a change in
//! a new version of progenitor is noticed here, and not only by a reader of its output.

use super::operation::Operation;
use crate::error::{Error, Result};
use quote::quote;
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
        paths: operations.iter().filter(|operation| !operation.generic).count(),
        answers: 2 * operations.len(),
        header_maps: operations.len(),
        header_names: operations
            .iter()
            .flat_map(|operation| &operation.parameters)
            .filter(|of| of["in"] == "header")
            .count(),
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
    paths: usize,
    /// What each operation returns, in its signature and at its end.
    answers: usize,
    header_maps: usize,
    header_names: usize,
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

/// Takes `headers(header_map)` out of a chain of calls, and counts it.
struct WithoutHeaders(usize);

impl VisitMut for WithoutHeaders {
    fn visit_expr_mut(&mut self, expression: &mut syn::Expr) {
        if let syn::Expr::MethodCall(call) = expression
            && call.method == "headers"
        {
            self.0 += 1;
            *expression = (*call.receiver).clone();
        }
        syn::visit_mut::visit_expr_mut(self, expression);
    }
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
            self.answer_untouched(function);
            self.headers_in_place(&mut function.block.stmts);
        }
        function.block.stmts.retain(|statement| !self.is_api_version_header(statement));
        syn::visit_mut::visit_impl_item_fn_mut(self, function);
    }

    /// An endpoint's id is a path of several segments, so its slashes are not encoded. Its URL is the same for every
    /// call, so the transport makes it once. For the URL of any other operation, the transport has parsed the base
    /// already.
    fn visit_expr_mut(&mut self, expression: &mut syn::Expr) {
        let syn::Expr::Macro(format) = expression else {
            syn::visit_mut::visit_expr_mut(self, expression);
            return;
        };
        let endpoint = quote!("{}/{}", self.baseurl, encode_path(&endpoint.to_string()),);
        let tokens = format.mac.tokens.to_string();
        if tokens == endpoint.to_string() {
            self.counts.endpoint_paths += 1;
            *expression = parse_quote!(self.inner.endpoint_url(endpoint));
        } else if tokens.contains("self . baseurl") {
            self.counts.paths += 1;
            *expression = parse_quote!(self.inner.url(&#format)?);
        }
    }

    /// The name of a header is parsed when the client is compiled, and not for every call.
    fn visit_expr_method_call_mut(&mut self, call: &mut syn::ExprMethodCall) {
        if call.method == "append"
            && let Some(first) = call.args.first_mut()
            && let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(name), .. }) = first
        {
            self.counts.header_names += 1;
            let name = name.value().to_ascii_lowercase();
            *first = parse_quote!(const { ::reqwest::header::HeaderName::from_static(#name) });
        }
        syn::visit_mut::visit_expr_method_call_mut(self, call);
    }
}

impl Rewrite<'_> {
    /// An operation returns the response unchanged. One function of the client reads all answers, and would not use a
    /// copy of the headers or a boxed stream.
    fn answer_untouched(&mut self, function: &mut syn::ImplItemFn) {
        let compact = |tokens: proc_macro2::TokenStream| tokens.to_string().replace([' ', ',', '{', '}'], "");
        let output = &mut function.sig.output;
        if compact(quote!(#output)) == "->Result<ResponseValue<ByteStream>Error<()>>" {
            self.counts.answers += 1;
            *output = parse_quote!(-> Result<::reqwest::Response, Error<()>>);
        }
        let Some(last) = function.block.stmts.last_mut() else { return };
        let sorted = compact(quote!(#last));
        if sorted.starts_with("matchresponse.status().as_u16()200")
            && sorted.ends_with("=>Ok(ResponseValue::stream(response))_=>Err(Error::UnexpectedResponse(response))")
        {
            self.counts.answers += 1;
            *last = Stmt::Expr(parse_quote!(Ok(response)), None);
        }
    }

    /// The headers of the call's options are added to the request itself, after it is built, and not to a separate map.
    fn headers_in_place(&mut self, statements: &mut Vec<Stmt>) {
        let is = |statement: &Stmt, start: &str| quote!(#statement).to_string().starts_with(start);
        let Some(map) = statements.iter().position(|statement| is(statement, "let mut header_map =")) else { return };
        let after = |statement: &Stmt| is(statement, "# [allow (unused_mut)] let mut request =");
        let Some(request) = statements.iter().position(after) else { return };
        let Some(Stmt::Local(local)) = statements.get_mut(request) else { return };
        let mut without = WithoutHeaders(0);
        without.visit_local_mut(local);
        if without.0 != 1 || request < map {
            return;
        }
        local.attrs.clear();
        self.counts.header_maps += 1;
        let headers: Vec<Stmt> = statements.drain(map..request).skip(1).collect();
        if headers.is_empty() {
            return;
        }
        // The request stands where the map stood.
        let rest = statements.split_off(map + 1);
        statements.push(parse_quote!(let header_map = request.headers_mut();));
        statements.extend(headers.into_iter().chain(rest));
    }

    fn is_api_version_header(&mut self, statement: &Stmt) -> bool {
        let Stmt::Expr(syn::Expr::MethodCall(call), _) = statement else { return false };
        let found = call.method == "append" && quote!(#call).to_string().contains("\"api-version\"");
        self.counts.api_version_headers += usize::from(found);
        found
    }
}
