//! Resolves paths, through `use` declarations and globs, to the module that defines the item.

use super::{Module, Package};

/// Where a path ends.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// The index of the module.
    pub module: usize,
    /// The item in it; none for the module itself.
    pub item: Option<String>,
}

/// The most re-exports that are followed; more than that is taken for a cycle.
const DEEPEST: u8 = 32;

impl Package {
    /// The module of this index.
    pub fn module(&self, index: usize) -> Option<&Module> {
        self.modules.get(index)
    }

    /// The library's or the program's root.
    pub fn root(&self, program: bool) -> Option<usize> {
        self.modules.iter().position(|module| module.path.is_empty() && module.program == program)
    }

    /// Where a path that stands in a module ends; none when that is in another package.
    pub fn resolve(&self, from: usize, path: &[String]) -> Option<Target> {
        self.resolve_within(from, path, DEEPEST)
    }

    /// Whether a name got into a module by a `use` that names it.
    pub fn imports(&self, module: usize, name: &str) -> bool {
        self.module(module).is_some_and(|module| module.imports.contains_key(name))
    }

    /// Where a name ends that only a glob can have brought into a module.
    pub fn resolve_by_glob(&self, from: usize, name: &str) -> Option<Target> {
        let module = self.module(from)?;
        let elsewhere =
            module.defined.contains(name) || module.children.contains_key(name) || module.imports.contains_key(name);
        if elsewhere { None } else { self.by_glob(from, std::slice::from_ref(&name.to_owned()), DEEPEST) }
    }

    fn resolve_within(&self, from: usize, path: &[String], depth: u8) -> Option<Target> {
        let depth = depth.checked_sub(1)?;
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => self.step(self.root(self.module(from)?.program)?, rest, depth),
            "self" => self.step(from, rest, depth),
            "super" => {
                // `super::super`: the second step is one up from there.
                let parent = self.module(from)?.parent?;
                if rest.first().is_some_and(|next| next == "super") {
                    self.resolve_within(parent, rest, depth)
                } else {
                    self.step(parent, rest, depth)
                }
            }
            _ => self
                .find(from, path, depth)
                .or_else(|| if *first == self.library { self.step(self.root(false)?, rest, depth) } else { None }),
        }
    }

    /// The next step from a module. A name that is not found there is taken to be from another package, if the module
    /// re-exports names of one. Otherwise it is taken to be defined there, since a macro may have defined it.
    fn step(&self, module: usize, rest: &[String], depth: u8) -> Option<Target> {
        let Some(name) = rest.first() else { return Some(Target { module, item: None }) };
        let here = self.module(module)?;
        let foreign = |path: &Vec<String>| self.resolve_within(module, path, depth.saturating_sub(1)).is_none();
        self.find(module, rest, depth).or_else(|| {
            let passed_on =
                here.children.contains_key(name) || here.imports.contains_key(name) || here.globs.iter().any(foreign);
            (!passed_on).then(|| Target { module, item: Some(name.clone()) })
        })
    }

    /// Where a path ends whose first name is known in this module.
    fn find(&self, module: usize, path: &[String], depth: u8) -> Option<Target> {
        let depth = depth.checked_sub(1)?;
        let (name, rest) = path.split_first()?;
        let here = self.module(module)?;
        if let Some(child) = here.children.get(name) {
            return self.step(*child, rest, depth);
        }
        if here.defined.contains(name) {
            return Some(Target { module, item: Some(name.clone()) });
        }
        if let Some(imports) = here.imports.get(name) {
            let longer = |import: &Vec<String>| [import.as_slice(), rest].concat();
            let found = imports.iter().find_map(|import| self.resolve_within(module, &longer(import), depth));
            if found.is_some() {
                return found;
            }
        }
        self.by_glob(module, path, depth)
    }

    fn by_glob(&self, module: usize, path: &[String], depth: u8) -> Option<Target> {
        let depth = depth.checked_sub(1)?;
        self.module(module)?.globs.iter().find_map(|glob| {
            let source = self.resolve_within(module, glob, depth)?;
            let item = source.item.is_none() && source.module != module;
            if item { self.find(source.module, path, depth) } else { None }
        })
    }
}
