//! What `cargo metadata` says, of which a part is read.

use crate::error::{Error, Result};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Default, Deserialize)]
pub(super) struct Metadata {
    pub(super) packages: Vec<PackageInfo>,
    pub(super) workspace_members: Vec<String>,
    resolve: Resolve,
}

#[derive(Debug, Deserialize)]
pub(super) struct PackageInfo {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) version: String,
    pub(super) license: Option<String>,
    pub(super) source: Option<String>,
    pub(super) dependencies: Vec<Dependency>,
    #[serde(default)]
    features: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Dependency {
    pub(super) name: String,
    pub(super) kind: Option<String>,
    #[serde(default)]
    optional: bool,
    rename: Option<String>,
}

impl Dependency {
    pub(super) fn is_for_tests(&self) -> bool {
        self.kind.as_deref() == Some("dev")
    }
}

#[derive(Debug, Default, Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Debug, Deserialize)]
struct Node {
    id: String,
    deps: Vec<Edge>,
    #[serde(default)]
    features: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Edge {
    pkg: String,
    dep_kinds: Vec<Kind>,
}

#[derive(Debug, Deserialize)]
struct Kind {
    kind: Option<String>,
}

impl Metadata {
    pub(super) fn read(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(|error| Error::new(format!("`cargo metadata` is not understood: {error}")))
    }

    pub(super) fn package(&self, id: &str) -> Option<&PackageInfo> {
        self.packages.iter().find(|package| package.id == id)
    }

    /// These packages and all their dependencies, direct and indirect. `tests` says whether dependencies of tests are
    /// included.
    pub(super) fn below<'a>(&'a self, roots: impl IntoIterator<Item = &'a str>, tests: bool) -> Vec<&'a PackageInfo> {
        let nodes: BTreeMap<&str, &Node> = self.resolve.nodes.iter().map(|node| (node.id.as_str(), node)).collect();
        let packages: BTreeMap<&str, &PackageInfo> =
            self.packages.iter().map(|package| (package.id.as_str(), package)).collect();
        let mut todo: Vec<&str> = roots.into_iter().collect();
        let mut seen = BTreeSet::new();
        while let Some(id) = todo.pop() {
            let (Some(node), Some(package)) = (nodes.get(id), packages.get(id)) else { continue };
            if !seen.insert(id) {
                continue;
            }
            let built = node.deps.iter().filter(|edge| {
                let counts = |kind: &Kind| tests || kind.kind.as_deref() != Some("dev");
                let target = packages.get(edge.pkg.as_str());
                edge.dep_kinds.iter().any(counts)
                    && target.is_some_and(|target| package.turns_on(target, &node.features))
            });
            todo.extend(built.map(|edge| edge.pkg.as_str()));
        }
        seen.into_iter().filter_map(|id| packages.get(id).copied()).collect()
    }
}

impl PackageInfo {
    /// Whether a dependency is unconditional, or enabled by a feature. Cargo also lists dependencies that a feature
    /// only configures (`tls?/ring`).
    fn turns_on(&self, target: &PackageInfo, enabled: &[String]) -> bool {
        let mut declared = self.dependencies.iter().filter(|dependency| dependency.name == target.name).peekable();
        declared.peek().is_none()
            || declared.any(|dependency| {
                let name = dependency.rename.as_ref().unwrap_or(&dependency.name);
                let asks = |part: &String| *part == format!("dep:{name}") || part.starts_with(&format!("{name}/"));
                !dependency.optional
                    || enabled.iter().filter_map(|feature| self.features.get(feature)).flatten().any(asks)
            })
    }
}
