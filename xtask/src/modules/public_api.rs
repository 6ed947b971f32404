//! The public API of a crate as text, for a snapshot that a reviewer reads: every item that a program can name,
//! hand-written or generated, without bodies and docs.
//!
//! Read from the sources, so what only the compiler knows (auto traits, what a derive implements beside its name) is not
//! here.

use super::items::{name_of, plain};
use super::{Files, Package, Target};
use crate::error::Result;
use quote::ToTokens as _;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use syn::visit_mut::VisitMut;

/// The public items of the library whose manifest lies in `folder`: a heading for each module that a program can name.
///
/// # Errors
/// A file that is no Rust, and a declared module without a file.
pub fn public_api(files: &Files, folder: &str, library: &str) -> Result<String> {
    let package = Package::read(files, folder, library)?;
    let mut api = Api { package: &package, found: BTreeMap::new(), types: BTreeSet::new(), visited: BTreeSet::new() };
    if let Some(root) = package.root(false) {
        api.module(root, &library.replace('-', "_"), &[]);
    }
    Ok(api.print())
}

/// A module as a program names it, and its items by name.
type Found = BTreeMap<String, BTreeMap<String, Entry>>;

struct Entry {
    text: String,
    /// Where it is defined, where that is a type or a trait of this crate.
    target: Option<Target>,
}

struct Api<'a> {
    package: &'a Package,
    found: Found,
    types: BTreeSet<Target>,
    visited: BTreeSet<(usize, String)>,
}

impl Api<'_> {
    /// Everything public in a module, which a program names so.
    fn module(&mut self, index: usize, name: &str, conditions: &[String]) {
        let Some(module) = self.package.module(index).filter(|_| self.visited.insert((index, name.to_owned()))) else {
            return;
        };
        self.found.entry(name.to_owned()).or_default();
        for item in &module.items {
            match item {
                syn::Item::Use(item) if is_public(&item.vis) => {
                    let conditions = [conditions, &conditions_of(&item.attrs)].concat();
                    self.reexport(index, name, &conditions, &item.tree, &mut Vec::new());
                }
                syn::Item::Macro(item) if item.ident.is_none() => {
                    let text = unparse(syn::Item::Macro(item.clone()));
                    let key = text.split(['!', '{', '(']).next().unwrap_or_default().to_owned();
                    self.entry(name, &format!("{key}!"), conditions, &text, None);
                }
                syn::Item::Macro(item) => {
                    if let Some(ident) = item
                        .ident
                        .as_ref()
                        .filter(|_| item.attrs.iter().any(|attribute| attribute.path().is_ident("macro_export")))
                    {
                        self.entry(name, &plain(ident), conditions, &format!("macro_rules! {ident}\n"), None);
                    }
                }
                item if visibility_of(item).is_some_and(is_public) => {
                    let own = name_of(item).unwrap_or_default();
                    let target = Target { module: index, item: Some(own.clone()) };
                    self.entry(name, &own, conditions, &unparse(item.clone()), Some(target));
                }
                _ => {}
            }
        }
        let children: Vec<_> = self
            .package
            .modules
            .iter()
            .enumerate()
            .filter(|(_, child)| child.parent == Some(index) && is_public(&child.visibility))
            .map(|(child, module)| {
                (child, module.path.last().cloned().unwrap_or_default(), conditions_of(&module.attributes))
            })
            .collect();
        for (child, own, more) in children {
            self.module(child, &format!("{name}::{own}"), &[conditions, &more].concat());
        }
    }

    fn reexport(
        &mut self,
        from: usize,
        name: &str,
        conditions: &[String],
        tree: &syn::UseTree,
        prefix: &mut Vec<String>,
    ) {
        match tree {
            syn::UseTree::Path(path) => {
                prefix.push(plain(&path.ident));
                self.reexport(from, name, conditions, &path.tree, prefix);
                prefix.pop();
            }
            syn::UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.reexport(from, name, conditions, tree, prefix));
            }
            syn::UseTree::Glob(_) => {
                if let Some(Target { module, item: None }) = self.package.resolve(from, prefix) {
                    self.module(module, name, conditions);
                } else {
                    let path = format!("{}::*", prefix.join("::"));
                    self.entry(name, &path, conditions, &format!("pub use {path};\n"), None);
                }
            }
            syn::UseTree::Name(item) => self.named(from, name, conditions, prefix, (&plain(&item.ident), None)),
            syn::UseTree::Rename(item) => {
                self.named(from, name, conditions, prefix, (&plain(&item.ident), Some(plain(&item.rename))));
            }
        }
    }

    fn named(
        &mut self,
        from: usize,
        name: &str,
        conditions: &[String],
        prefix: &[String],
        (item, renamed): (&str, Option<String>),
    ) {
        let path = if item == "self" { prefix.to_vec() } else { [prefix, &[item.to_owned()]].concat() };
        let known_as = renamed.unwrap_or_else(|| path.last().cloned().unwrap_or_default());
        match self.package.resolve(from, &path) {
            Some(Target { module, item: None }) => self.module(module, &format!("{name}::{known_as}"), conditions),
            Some(Target { module, item: Some(defined) }) => {
                let items = self.package.module(module).map(|module| module.items.as_slice()).unwrap_or_default();
                let by_name = items.iter().find(|item| name_of(item).as_ref() == Some(&defined));
                let by_macro = || {
                    items.iter().find(|item| {
                        matches!(item, syn::Item::Macro(item) if item.mac.tokens.to_string().contains(&format!(" {defined} ")))
                    })
                };
                let text = by_name
                    .or_else(by_macro)
                    .map_or_else(|| format!("pub use {};\n", path.join("::")), |item| unparse(item.clone()));
                let target = Target { module, item: Some(defined) };
                self.entry(name, &known_as, conditions, &text, Some(target));
            }
            None => self.entry(name, &known_as, conditions, &format!("pub use {};\n", path.join("::")), None),
        }
    }

    fn entry(&mut self, module: &str, name: &str, conditions: &[String], text: &str, target: Option<Target>) {
        let marks: String = conditions.iter().map(|condition| format!("// {condition}\n")).collect();
        self.types.extend(target.clone());
        let items = self.found.entry(module.to_owned()).or_default();
        items.insert(name.to_owned(), Entry { text: format!("{marks}{text}"), target });
    }

    fn print(&self) -> String {
        let mut printed = BTreeSet::new();
        let impls = self.impls();
        let mut text = String::new();
        for (module, items) in &self.found {
            let _ = write!(text, "// ---- {module}\n\n");
            for Entry { text: item, target } in items.values() {
                text.push_str(item);
                if let Some(target) = target.as_ref().filter(|target| printed.insert(*target)) {
                    impls.get(target).into_iter().flatten().for_each(|block| text.push_str(block));
                }
                text.push('\n');
            }
        }
        text
    }

    /// What is implemented for each public type, its own methods first.
    fn impls(&self) -> BTreeMap<Target, BTreeSet<String>> {
        let mut impls: BTreeMap<Target, BTreeSet<String>> = BTreeMap::new();
        for (index, module) in self.package.modules.iter().enumerate().filter(|(_, module)| !module.program) {
            for item in &module.items {
                let syn::Item::Impl(block) = item else { continue };
                let own = path_of(&block.self_ty).and_then(|path| self.target(index, path));
                let of_trait = block.trait_.as_ref().map(|(path, ..)| path);
                let foreign = of_trait.is_some_and(|path| {
                    self.target(index, path_names(path)).is_none_or(|target| self.types.contains(&target))
                });
                let Some(own) = own.filter(|own| self.types.contains(own)) else { continue };
                if of_trait.is_none() || foreign {
                    let mut block = block.clone();
                    block
                        .attrs
                        .extend(module.attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).cloned());
                    if let Some(text) = implemented(block) {
                        impls.entry(own).or_default().insert(text);
                    }
                }
            }
        }
        impls
    }

    fn target(&self, from: usize, path: impl AsRef<[String]>) -> Option<Target> {
        self.package.resolve(from, path.as_ref()).filter(|target| target.item.is_some())
    }
}

/// An implementation without bodies; of a type's own methods the public ones, and nothing where there are none.
fn implemented(mut block: syn::ItemImpl) -> Option<String> {
    let of_trait = block.trait_.is_some();
    block.items.retain(|item| match item {
        syn::ImplItem::Const(item) => of_trait || is_public(&item.vis),
        syn::ImplItem::Fn(item) => !of_trait && is_public(&item.vis),
        syn::ImplItem::Type(_) => true,
        _ => false,
    });
    (of_trait || !block.items.is_empty()).then(|| unparse(syn::Item::Impl(block)))
}

fn path_of(kind: &syn::Type) -> Option<Vec<String>> {
    match kind {
        syn::Type::Path(kind) => Some(path_names(&kind.path)),
        syn::Type::Reference(kind) => path_of(&kind.elem),
        _ => None,
    }
}

fn path_names(path: &syn::Path) -> Vec<String> {
    path.segments.iter().map(|segment| plain(&segment.ident)).collect()
}

fn is_public(visibility: &syn::Visibility) -> bool {
    matches!(visibility, syn::Visibility::Public(_))
}

fn visibility_of(item: &syn::Item) -> Option<&syn::Visibility> {
    match item {
        syn::Item::Const(item) => Some(&item.vis),
        syn::Item::Enum(item) => Some(&item.vis),
        syn::Item::Fn(item) => Some(&item.vis),
        syn::Item::Static(item) => Some(&item.vis),
        syn::Item::Struct(item) => Some(&item.vis),
        syn::Item::Trait(item) => Some(&item.vis),
        syn::Item::Type(item) => Some(&item.vis),
        syn::Item::Union(item) => Some(&item.vis),
        _ => None,
    }
}

/// `cfg(feature = "…")` and its like.
fn conditions_of(attributes: &[syn::Attribute]) -> Vec<String> {
    let conditions = attributes.iter().filter(|attribute| attribute.path().is_ident("cfg"));
    conditions.map(|attribute| attribute.meta.to_token_stream().to_string()).collect()
}

fn unparse(mut item: syn::Item) -> String {
    let hidden = hides_fields(&mut item);
    Strip.visit_item_mut(&mut item);
    let text =
        prettyplease::unparse(&syn::File { shebang: None, frontmatter: None, attrs: Vec::new(), items: vec![item] });
    if hidden { format!("{text}// and private fields\n") } else { text }
}

/// Takes the private fields out of a struct; whether there were any.
fn hides_fields(item: &mut syn::Item) -> bool {
    let syn::Item::Struct(item) = item else { return false };
    match &mut item.fields {
        syn::Fields::Named(fields) => {
            let all = fields.named.len();
            fields.named = fields.named.iter().filter(|field| is_public(&field.vis)).cloned().collect();
            fields.named.len() < all
        }
        syn::Fields::Unnamed(fields) => {
            let all = fields.unnamed.len();
            fields.unnamed = fields.unnamed.iter().filter(|field| is_public(&field.vis)).cloned().collect();
            fields.unnamed.len() < all
        }
        syn::Fields::Unit => false,
    }
}

/// Removes what is not part of the API: docs, lints, bodies, long values.
struct Strip;

/// Characters of a constant's value that is shown.
const LONGEST_VALUE: usize = 100;

impl VisitMut for Strip {
    fn visit_attributes_mut(&mut self, attributes: &mut Vec<syn::Attribute>) {
        let kept = ["cfg", "cfg_attr", "deprecated", "derive", "must_use", "non_exhaustive"];
        attributes.retain(|attribute| kept.iter().any(|name| attribute.path().is_ident(name)));
    }

    fn visit_block_mut(&mut self, block: &mut syn::Block) {
        block.stmts.clear();
    }

    fn visit_item_const_mut(&mut self, item: &mut syn::ItemConst) {
        syn::visit_mut::visit_item_const_mut(self, item);
        shorten(&mut item.expr);
    }

    fn visit_impl_item_const_mut(&mut self, item: &mut syn::ImplItemConst) {
        syn::visit_mut::visit_impl_item_const_mut(self, item);
        shorten(&mut item.expr);
    }

    fn visit_macro_mut(&mut self, invocation: &mut syn::Macro) {
        invocation.tokens = without_docs(std::mem::take(&mut invocation.tokens));
    }
}

fn shorten(value: &mut syn::Expr) {
    if value.to_token_stream().to_string().len() > LONGEST_VALUE {
        *value = syn::parse_quote!(_);
    }
}

/// What a macro is given, without `#[doc = "…"]`.
fn without_docs(tokens: proc_macro2::TokenStream) -> proc_macro2::TokenStream {
    use proc_macro2::{Group, TokenTree};
    let mut kept: Vec<TokenTree> = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) if group.stream().to_string().starts_with("doc") => {
                kept.pop();
            }
            TokenTree::Group(group) => {
                kept.push(TokenTree::Group(Group::new(group.delimiter(), without_docs(group.stream()))));
            }
            token => kept.push(token),
        }
    }
    kept.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::public_api;

    fn api(files: &[(&str, &str)]) -> String {
        let files = files.iter().map(|(path, text)| (format!("ours/src/{path}"), (*text).to_owned())).collect();
        public_api(&files, "ours", "ours").unwrap()
    }

    #[test]
    fn what_a_program_can_name_is_there_with_its_methods_and_traits() {
        let text = api(&[
            (
                "lib.rs",
                "mod inner;\n#[cfg(feature = \"extra\")]\npub mod extra;\npub use inner::{Shown as Renamed, LIMIT};\n\
                 pub use other::*;\nfn hidden() {}\n",
            ),
            (
                "inner.rs",
                "/// Doc.\n#[derive(Clone)]\n#[non_exhaustive]\npub struct Shown { pub a: u8, b: u8 }\n\
                 impl Shown { /// Doc.\npub fn method(&self) -> u8 { self.b }\nfn private(&self) {} }\n\
                 impl std::fmt::Display for Shown { fn fmt(&self) {} }\nimpl Sealed for Shown {}\ntrait Sealed {}\n\
                 pub const LIMIT: u8 = 3;\npub struct Unreachable;\n",
            ),
            ("extra.rs", "pub fn more() { todo() }\npub(crate) fn less() {}\n"),
        ]);
        assert_eq!(
            text,
            "// ---- ours\n\npub const LIMIT: u8 = 3;\n\n\
             #[derive(Clone)]\n#[non_exhaustive]\npub struct Shown {\n    pub a: u8,\n}\n// and private fields\n\
             impl Shown {\n    pub fn method(&self) -> u8 {}\n}\nimpl std::fmt::Display for Shown {}\n\n\
             pub use other::*;\n\n\
             // ---- ours::extra\n\n// cfg (feature = \"extra\")\npub fn more() {}\n\n"
        );
    }

    #[test]
    fn what_a_macro_writes_is_there_as_it_was_asked_for() {
        let text = api(&[
            ("lib.rs", "mod inner;\npub use inner::Kind;\n"),
            ("inner.rs", "open_enum! { /** Doc. */ pub enum Kind { A = \"a\" } }\n"),
        ]);
        assert!(text.contains("open_enum!") && text.contains("enum Kind") && !text.contains("Doc"), "{text}");
    }
}
