//! The modules of a crate, read from its files: what each defines, and which module a path ends in.
//!
//! Nothing is compiled. Names come from items, `use` declarations and globs, as the language resolves them; what only the
//! compiler knows (methods, associated items, what a macro of another crate writes) is not seen.

mod items;
mod names;
mod paths;
mod public_api;
mod resolve;

pub use items::{attributes_of, name_of};
pub use paths::{Mention, mentions};
pub use public_api::public_api;
pub use resolve::Target;

use crate::error::{Error, Result};
use items::{is_test, plain, without_tests};
use names::Names;
use std::collections::{BTreeMap, BTreeSet};

/// Texts by path, `/` between folders.
pub type Files = BTreeMap<String, String>;

/// The modules of one package: its library's, and its program's where it has one.
#[derive(Debug)]
pub struct Package {
    /// The name by which a program names its own library.
    library: String,
    /// Parents before their children.
    pub modules: Vec<Module>,
}

/// One module: a file, or a block in one.
#[derive(Debug)]
pub struct Module {
    /// The names from the root to it; empty for a root.
    pub path: Vec<String>,
    /// The file it stands in.
    pub file: String,
    /// Whether it belongs to the program rather than the library.
    pub program: bool,
    /// Its attributes and those of its declaration.
    pub attributes: Vec<syn::Attribute>,
    /// How far it can be seen, by its declaration.
    pub visibility: syn::Visibility,
    /// Its items, tests and modules left out.
    pub items: Vec<syn::Item>,
    parent: Option<usize>,
    children: BTreeMap<String, usize>,
    defined: BTreeSet<String>,
    imports: BTreeMap<String, Vec<Vec<String>>>,
    globs: Vec<Vec<String>>,
}

impl Module {
    /// As a reader names it: `wire::retry`; `lib` and `main` for the roots.
    pub fn name(&self) -> String {
        match (self.path.is_empty(), self.program) {
            (true, true) => "main".to_owned(),
            (true, false) => "lib".to_owned(),
            (false, _) => self.path.join("::"),
        }
    }

    /// The first name below the root, which the layers list.
    pub fn top(&self) -> String {
        self.path.first().cloned().unwrap_or_else(|| self.name())
    }
}

impl Package {
    /// Reads the package whose manifest lies in `folder`.
    ///
    /// # Errors
    /// A file that is no Rust, and a declared module without a file.
    pub fn read(files: &Files, folder: &str, library: &str) -> Result<Self> {
        let mut package = Self { library: library.replace('-', "_"), modules: Vec::new() };
        for (root, program) in [("lib.rs", false), ("main.rs", true)] {
            let file = format!("{folder}/src/{root}");
            if files.contains_key(&file) {
                let place = Place { file: &file, folder: &format!("{folder}/src"), program };
                let public = syn::parse_quote!(pub);
                package.file(files, &place, &[], None, (Vec::new(), public))?;
            }
        }
        Ok(package)
    }

    fn file(
        &mut self,
        files: &Files,
        place: &Place<'_>,
        path: &[String],
        parent: Option<usize>,
        declared: (Vec<syn::Attribute>, syn::Visibility),
    ) -> Result<usize> {
        let text = files.get(place.file).map_or("", String::as_str);
        let parsed = syn::parse_file(text).map_err(|error| {
            let message = format!("line {}: is no Rust: {error}", error.span().start().line);
            Error::new(message).in_file(place.file)
        })?;
        let (mut attributes, visibility) = declared;
        attributes.extend(parsed.attrs);
        self.add(files, place, path, parent, (attributes, visibility), parsed.items)
    }

    fn add(
        &mut self,
        files: &Files,
        place: &Place<'_>,
        path: &[String],
        parent: Option<usize>,
        (attributes, visibility): (Vec<syn::Attribute>, syn::Visibility),
        items: Vec<syn::Item>,
    ) -> Result<usize> {
        let index = self.modules.len();
        self.modules.push(Module {
            path: path.to_vec(),
            file: place.file.to_owned(),
            program: place.program,
            attributes,
            visibility,
            items: Vec::new(),
            parent,
            children: BTreeMap::new(),
            defined: BTreeSet::new(),
            imports: BTreeMap::new(),
            globs: Vec::new(),
        });
        let mut own = Vec::new();
        let mut children = BTreeMap::new();
        for item in items {
            if is_test(attributes_of(&item)) {
                continue;
            }
            let syn::Item::Mod(module) = item else {
                own.push(without_tests(item));
                continue;
            };
            let name = plain(&module.ident);
            let path = [path, std::slice::from_ref(&name)].concat();
            let folder = format!("{}/{name}", place.folder);
            let declared = (module.attrs, module.vis);
            let child = if let Some((_, items)) = module.content {
                let place = Place { folder: &folder, ..*place };
                self.add(files, &place, &path, Some(index), declared, items)?
            } else {
                let candidates = [format!("{folder}.rs"), format!("{folder}/mod.rs")];
                let file = candidates.iter().find(|file| files.contains_key(*file)).ok_or_else(|| {
                    Error::new(format!("`mod {name}` has no file: write `{folder}.rs`")).in_file(place.file)
                })?;
                self.file(files, &Place { file, folder: &folder, ..*place }, &path, Some(index), declared)?
            };
            children.insert(name, child);
        }
        let names = Names::of(&own);
        if let Some(module) = self.modules.get_mut(index) {
            module.items = own;
            module.children = children;
            module.defined = names.defined;
            module.imports = names.imports;
            module.globs = names.globs;
        }
        Ok(index)
    }
}

#[derive(Clone, Copy)]
struct Place<'a> {
    file: &'a str,
    /// Where the files of its modules lie.
    folder: &'a str,
    program: bool,
}
