//! `cargo xtask tidy`: checks rules across files and crates that no compiler checks.
//!
//! Each rule is a function over a [`Tree`], which may be the workspace or a few texts in a test.

mod chance;
mod config;
mod crates;
mod cycles;
mod environment;
mod headers;
mod indexing;
mod layers;
mod links;
mod markdown;
mod metadata;
mod packages;
mod size;
#[cfg(test)]
mod tests;
mod time;
mod tree;

pub use tree::Tree;

use crate::error::{Error, Result};
use crate::modules::{Mention, Module, Package, mentions};
use config::{Config, Crate};
use quote::ToTokens as _;
use std::fmt;
use std::path::Path;

/// A place where the workspace breaks a rule, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Breach {
    /// The file.
    pub file: String,
    /// The line in it.
    pub line: usize,
    /// The rule's name.
    pub rule: &'static str,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.file, self.line, self.rule, self.message)
    }
}

/// The result of checking the tree.
#[derive(Debug, Default)]
pub struct Report {
    /// In the order of files and lines.
    pub breaches: Vec<Breach>,
    /// The cycles of modules that are allowed, one line each.
    pub cycles: Vec<String>,
    /// How many modules were read.
    pub modules: usize,
}

/// Looks at the workspace.
///
/// # Errors
/// What cannot be read: a file, `xtask/tidy.toml`, `deny.toml`, or what `cargo metadata` says.
pub fn run(root: &Path) -> Result<Report> {
    let mut tree = Tree::read(root)?;
    for rules in Config::read(&tree)?.crates.iter().filter(|rules| !rules.without.is_empty()) {
        tree.look_below(root, &rules.name)?;
    }
    tidy(&tree)
}

/// Looks at a tree.
///
/// # Errors
/// A file is not valid Rust, TOML or JSON.
pub fn tidy(tree: &Tree) -> Result<Report> {
    let config = Config::read(tree)?;
    let mut report = Report::default();
    // Reading Rust takes most of the time, so each crate has a thread.
    let of_crates: Vec<Report> = std::thread::scope(|scope| {
        let threads: Vec<_> = config
            .crates
            .iter()
            .map(|rules| scope.spawn(|| Source::read(tree, rules).map(|source| source.look())))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| Err(Error::new("a thread panicked"))))
            .collect::<Result<_>>()
    })?;
    for of_crate in of_crates {
        report.breaches.extend(of_crate.breaches);
        report.cycles.extend(of_crate.cycles);
        report.modules += of_crate.modules;
    }
    let breaches = &mut report.breaches;
    crates::check(tree, &config, breaches);
    packages::check(tree, breaches)?;
    size::check(tree, breaches);
    headers::check(tree, breaches);
    links::check(tree, breaches);
    indexing::check(tree, breaches);
    breaches.sort();
    breaches.dedup();
    Ok(report)
}

/// A crate's modules, and every path that each of them mentions.
struct Source<'a> {
    rules: &'a Crate,
    package: Package,
    mentions: Vec<Mentioned>,
}

/// A path, and the module in which it stands.
struct Mentioned {
    from: usize,
    mention: Mention,
    /// Whether it passes something on: `pub use`.
    reexport: bool,
    /// The module of this crate in which it ends, where it does.
    target: Option<usize>,
}

impl<'a> Source<'a> {
    fn read(tree: &Tree, rules: &'a Crate) -> Result<Self> {
        let package = Package::read(&tree.files, &rules.folder, &rules.name)?;
        if package.modules.is_empty() {
            let message = format!("`{}` has no source: correct `folder`", rules.folder);
            return Err(Error::new(message).in_file(config::FILE));
        }
        let mut all = Vec::new();
        for (from, module) in package.modules.iter().enumerate() {
            for item in &module.items {
                let reexport = matches!(item, syn::Item::Use(item) if !matches!(item.vis, syn::Visibility::Inherited));
                let mentions = mentions(item.to_token_stream());
                all.extend(mentions.into_iter().map(|mention| {
                    let target = target(&package, from, &mention);
                    Mentioned { from, mention, reexport, target }
                }));
            }
        }
        Ok(Self { rules, package, mentions: all })
    }

    fn look(&self) -> Report {
        let mut breaches = Vec::new();
        layers::check(self, &mut breaches);
        time::check(self, &mut breaches);
        chance::check(self, &mut breaches);
        environment::check(self, &mut breaches);
        let cycles = cycles::check(self, &mut breaches);
        Report { breaches, cycles, modules: self.package.modules.len() }
    }

    /// The module in which a path stands.
    fn module(&self, mentioned: &Mentioned) -> Option<&Module> {
        self.package.module(mentioned.from)
    }

    /// The paths that stand in every module but this one.
    fn outside<'b>(&'b self, module: &'b str) -> impl Iterator<Item = (&'b Module, &'b Mentioned)> {
        let with_module = |mentioned| Some((self.module(mentioned)?, mentioned));
        self.mentions.iter().filter_map(with_module).filter(move |(found, _)| found.name() != module)
    }
}

fn target(package: &Package, from: usize, mention: &Mention) -> Option<usize> {
    let target = match mention.path.as_slice() {
        _ if mention.member => None,
        [name] => package.resolve_by_glob(from, name),
        path => package.resolve(from, path),
    };
    target.map(|target| target.module)
}

fn breach(module: &Module, line: usize, rule: &'static str, message: String) -> Breach {
    Breach { file: module.file.clone(), line, rule, message }
}
