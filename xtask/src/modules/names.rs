//! The names in a module: those that it defines, and those that its `use` declarations import.

use super::items::{name_of, plain};
use proc_macro2::{TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};

/// What a module's names mean.
#[derive(Default)]
pub(super) struct Names {
    pub(super) defined: BTreeSet<String>,
    /// The paths that a name may stand for.
    pub(super) imports: BTreeMap<String, Vec<Vec<String>>>,
    pub(super) globs: Vec<Vec<String>>,
}

impl Names {
    pub(super) fn of(items: &[syn::Item]) -> Self {
        let mut names = Self::default();
        for item in items {
            match item {
                syn::Item::Use(item) => names.import(item),
                syn::Item::Macro(item) => {
                    names.defined.extend(item.ident.as_ref().map(plain));
                    names.written_by_macro(item.mac.tokens.clone());
                }
                item => names.defined.extend(name_of(item)),
            }
        }
        // `use crate::wire;` inside a function names modules too.
        let functions = items.iter().filter(|item| !matches!(item, syn::Item::Use(_)));
        functions.for_each(|item| syn::visit::Visit::visit_item(&mut Inner(&mut names), item));
        names
    }

    fn import(&mut self, item: &syn::ItemUse) {
        self.tree(&item.tree, &mut Vec::new());
    }

    fn tree(&mut self, tree: &syn::UseTree, prefix: &mut Vec<String>) {
        match tree {
            syn::UseTree::Path(path) => {
                prefix.push(plain(&path.ident));
                self.tree(&path.tree, prefix);
                prefix.pop();
            }
            syn::UseTree::Name(name) => self.named(prefix, &plain(&name.ident), None),
            syn::UseTree::Rename(rename) => self.named(prefix, &plain(&rename.ident), Some(plain(&rename.rename))),
            syn::UseTree::Glob(_) => self.globs.push(prefix.clone()),
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.tree(tree, prefix)),
        }
    }

    fn named(&mut self, prefix: &[String], name: &str, renamed: Option<String>) {
        let path = if name == "self" { prefix.to_vec() } else { [prefix, &[name.to_owned()]].concat() };
        let known_as = renamed.or_else(|| path.last().cloned()).unwrap_or_default();
        // `use crate::x as x` of itself would never end.
        if path.len() > 1 || path.first() != Some(&known_as) {
            self.imports.entry(known_as).or_default().push(path);
        }
    }

    /// The names that stand after a keyword in what a macro is given.
    fn written_by_macro(&mut self, tokens: TokenStream) {
        let mut after_keyword = false;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) if after_keyword => {
                    self.defined.insert(plain(&ident));
                    after_keyword = false;
                }
                TokenTree::Ident(ident) => {
                    let keywords = ["const", "enum", "fn", "static", "struct", "trait", "type", "union"];
                    after_keyword = keywords.iter().any(|keyword| ident == keyword);
                }
                TokenTree::Group(group) => {
                    self.written_by_macro(group.stream());
                    after_keyword = false;
                }
                _ => after_keyword = false,
            }
        }
    }
}

/// Every `use` inside the items that it visits.
struct Inner<'a>(&'a mut Names);

impl<'ast> syn::visit::Visit<'ast> for Inner<'_> {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.0.import(item);
    }
}
