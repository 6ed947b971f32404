//! Modules use their own layer and those below it.

use super::config::{Crate, FILE};
use super::{Breach, Mentioned, Source, breach};
use crate::modules::Module;
use std::collections::BTreeSet;

const RULE: &str = "layers";

pub(super) fn check(source: &Source<'_>, breaches: &mut Vec<Breach>) {
    let rules = source.rules;
    let tops: BTreeSet<String> = source.package.modules.iter().map(Module::top).collect();
    let declared: Vec<&String> = rules.layers.iter().flatten().chain(&rules.leaves).collect();
    for module in source.package.modules.iter().filter(|module| module.path.len() < 2) {
        if !declared.contains(&&module.top()) {
            let top = module.top();
            breaches.push(breach(module, 1, RULE, format!("`{top}` is in no layer: add it to `{FILE}`")));
        }
    }
    for gone in declared.iter().filter(|name| !tops.contains(name.as_str())) {
        let message = format!("`{}` has no module `{gone}`: remove it", rules.name);
        breaches.push(Breach { file: FILE.to_owned(), line: 1, rule: RULE, message });
    }
    for mentioned in &source.mentions {
        let target = mentioned.target.filter(|target| !is_told_by_use(source, mentioned, *target));
        let ends = target.and_then(|target| source.package.module(target));
        let (Some(from), Some(to)) = (source.module(mentioned), ends) else { continue };
        if !may_use(rules, from, to) {
            let what = if rules.leaves.contains(&from.top()) { "a leaf" } else { "a lower layer" };
            let message = format!(
                "`{}` uses `{}` of `{}`, and {what} may not: move what it needs down, or itself up",
                from.name(),
                mentioned.mention.path.join("::"),
                to.name(),
            );
            breaches.push(breach(from, mentioned.mention.line(), RULE, message));
        }
    }
}

/// Whether the `use` that imported the path's first name was reported already.
fn is_told_by_use(source: &Source<'_>, mentioned: &Mentioned, target: usize) -> bool {
    let first = mentioned.mention.path.first();
    first.is_some_and(|first| {
        let brought = source.package.imports(mentioned.from, first);
        let to = source.package.resolve(mentioned.from, std::slice::from_ref(first));
        brought && to.is_some_and(|to| to.module == target)
    })
}

/// Whether the layers let one module use another.
pub(super) fn may_use(rules: &Crate, from: &Module, to: &Module) -> bool {
    let (from, to) = (from.top(), to.top());
    let layer = |name: &String| rules.layers.iter().position(|layer| layer.contains(name));
    match (layer(&from), layer(&to)) {
        _ if from == to || rules.leaves.contains(&to) => true,
        (Some(from), Some(to)) => from <= to,
        (None, Some(_)) if rules.leaves.contains(&from) => false,
        // In no layer, which is a breach of its own.
        _ => true,
    }
}
