//! Checks dependencies against `deny.toml`, as `cargo deny` does: bans, duplicates, licences and sources.

use super::Breach;
use super::metadata::PackageInfo;
use super::tree::Tree;
use crate::error::{Error, Result};
use semver::{Version, VersionReq};
use serde::Deserialize;
use spdx::{Expression, ParseMode};
use std::collections::BTreeMap;

const FILE: &str = "deny.toml";

/// The keys that are supported. Any other key is an error, so that a rule is not ignored without notice.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Deny {
    graph: Graph,
    bans: Bans,
    licenses: Licenses,
    sources: Sources,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Graph {
    all_features: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Bans {
    #[allow(dead_code, reason = "the only value that is understood")]
    multiple_versions: Forbidden,
    deny: Vec<Listed>,
    skip: Vec<Listed>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    /// `name` or `name@version`.
    #[serde(rename = "crate")]
    spec: String,
    reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Licenses {
    allow: Vec<String>,
    exceptions: Vec<Exception>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    #[serde(rename = "crate")]
    name: String,
    allow: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Sources {
    #[allow(dead_code, reason = "the only value that is understood")]
    unknown_registry: Forbidden,
    #[allow(dead_code, reason = "the only value that is understood")]
    unknown_git: Forbidden,
    allow_registry: Vec<String>,
}

#[derive(Debug, Deserialize)]
enum Forbidden {
    #[serde(rename = "deny")]
    Deny,
}

pub(super) fn check(tree: &Tree, breaches: &mut Vec<Breach>) -> Result<()> {
    let text = tree.files.get(FILE).ok_or_else(|| Error::new("is missing").in_file(FILE))?;
    let deny: Deny = toml::from_str(text).map_err(|error| Error::new(error.to_string()).in_file(FILE))?;
    if !deny.graph.all_features {
        return Err(Error::new("`all-features` must be `true`: tidy looks at all of them").in_file(FILE));
    }
    let members = || tree.metadata.workspace_members.iter().map(String::as_str);
    let all = tree.metadata.below(members(), true);
    bans(&deny, &all, breaches);
    duplicates(&deny, text, &tree.metadata.below(members(), false), breaches)?;
    for package in &all {
        licence(&deny, package, breaches);
        source(&deny, package, breaches);
    }
    Ok(())
}

fn bans(deny: &Deny, all: &[&PackageInfo], breaches: &mut Vec<Breach>) {
    for package in all {
        if let Some(ban) = deny.bans.deny.iter().find(|ban| ban.spec == package.name) {
            let name = &package.name;
            breaches.push(in_lock(
                "bans",
                format!(
                    "`{name}` is in the tree ({}): `cargo tree --workspace --all-features -i {name}` says by what way",
                    ban.reason
                ),
            ));
        }
    }
}

/// One version of each crate, except those that are skipped with a reason. Dependencies of tests alone may have
/// several.
fn duplicates(deny: &Deny, text: &str, built: &[&PackageInfo], breaches: &mut Vec<Breach>) -> Result<()> {
    let mut skips = Vec::new();
    for skip in &deny.bans.skip {
        let (name, version) = skip.spec.split_once('@').unwrap_or((&skip.spec, ""));
        let version = VersionReq::parse(&format!("={version}"))
            .map_err(|error| Error::new(format!("`{}`: {error}; write it as `name@1.2`", skip.spec)).in_file(FILE))?;
        skips.push((skip, name, version));
    }
    let mut versions: BTreeMap<&str, Vec<Version>> = BTreeMap::new();
    for package in built {
        let version = Version::parse(&package.version).map_err(|error| Error::new(error.to_string()))?;
        versions.entry(&package.name).or_default().push(version);
    }
    for (name, found) in &versions {
        let skipped = |version: &Version| skips.iter().any(|(_, skip, range)| skip == name && range.matches(version));
        let left: Vec<String> = found.iter().filter(|version| !skipped(version)).map(ToString::to_string).collect();
        if left.len() > 1 {
            let message = format!(
                "`{name}` comes in the versions {}: make it one, or skip one in `{FILE}` with the reason",
                left.join(" and "),
            );
            breaches.push(in_lock("duplicates", message));
        }
    }
    for (skip, name, range) in &skips {
        let here =
            versions.get(name).is_some_and(|found| found.len() > 1 && found.iter().any(|one| range.matches(one)));
        if !here {
            let line = text.lines().position(|line| line.contains(&format!("\"{}\"", skip.spec))).unwrap_or_default();
            let message = format!("`{}` is no second version any more: remove it", skip.spec);
            breaches.push(Breach { file: FILE.to_owned(), line: line + 1, rule: "duplicates", message });
        }
    }
    Ok(())
}

fn licence(deny: &Deny, package: &PackageInfo, breaches: &mut Vec<Breach>) {
    let name = &package.name;
    let exceptions = deny.licenses.exceptions.iter().filter(|exception| exception.name == *name);
    let allowed: Vec<&String> =
        deny.licenses.allow.iter().chain(exceptions.flat_map(|exception| &exception.allow)).collect();
    let expression = package.license.as_deref().unwrap_or_default();
    let fits = Expression::parse_mode(expression, ParseMode::LAX).is_ok_and(|expression| {
        expression.evaluate(|required| allowed.iter().any(|allowed| **allowed == required.license.to_string()))
    });
    if !fits {
        let message = format!("`{name}` is under `{expression}`, which `{FILE}` does not allow: do without it");
        breaches.push(in_lock("licences", message));
    }
}

fn source(deny: &Deny, package: &PackageInfo, breaches: &mut Vec<Breach>) {
    // None: the workspace's own.
    let Some(source) = &package.source else { return };
    let registry = source.strip_prefix("registry+").or_else(|| source.strip_prefix("sparse+"));
    if !registry.is_some_and(|registry| deny.sources.allow_registry.iter().any(|allowed| allowed == registry)) {
        let message = format!("`{}` comes from `{source}`: take it from crates.io", package.name);
        breaches.push(in_lock("sources", message));
    }
}

fn in_lock(rule: &'static str, message: String) -> Breach {
    Breach { file: "Cargo.lock".to_owned(), line: 1, rule, message }
}
