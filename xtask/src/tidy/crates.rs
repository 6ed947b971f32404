//! Crates of the workspace depend only on the crates that they may depend on, and not on packages that are forbidden
//! for them.

use super::Breach;
use super::config::{Config, FILE};
use super::tree::Tree;

const RULE: &str = "crates";

pub(super) fn check(tree: &Tree, config: &Config, breaches: &mut Vec<Breach>) {
    let metadata = &tree.metadata;
    let members: Vec<_> = metadata.workspace_members.iter().filter_map(|id| metadata.package(id)).collect();
    for member in &members {
        let Some(rules) = config.crates.iter().find(|rules| rules.name == member.name) else {
            let message = format!("the crate `{}` is not listed: add it", member.name);
            breaches.push(Breach { file: FILE.to_owned(), line: 1, rule: RULE, message });
            continue;
        };
        let file = format!("{}/Cargo.toml", rules.folder);
        let text = tree.files.get(&file).map_or("", String::as_str);
        let line = |name: &str| text.lines().position(|line| line.starts_with(name)).map_or(1, |index| index + 1);
        for dependency in member.dependencies.iter().filter(|dependency| !dependency.is_for_tests()) {
            let inside = members.iter().any(|other| other.name == dependency.name);
            if inside && !rules.uses.contains(&dependency.name) {
                let message = format!("`{}` may not depend on `{}`: see `{FILE}`", member.name, dependency.name);
                breaches.push(Breach { file: file.clone(), line: line(&dependency.name), rule: RULE, message });
            }
        }
        let below = tree.below.get(&member.name).into_iter().flatten();
        for name in below.filter(|name| rules.without.contains(name)) {
            let message = format!(
                "`{name}` is below `{}`, which does without it: `cargo tree -p {} -i {name} --all-features --target all` says by \
                 what way",
                member.name, member.name,
            );
            breaches.push(Breach { file: file.clone(), line: line(name), rule: RULE, message });
        }
    }
}
