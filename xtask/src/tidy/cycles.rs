//! Neighbouring modules do not depend on each other, except for cycles that are listed with a reason.
//!
//! A module and the modules inside it count as one, and may use each other: `mod.rs` calls functions in its files, and
//! these use its types. A `pub use` is not a dependency; a module that uses the re-exported name depends on the module
//! that defines it. Dependencies on a higher layer are reported by another rule, and ignored here.

use super::config::FILE;
use super::layers::may_use;
use super::{Breach, Source, breach};
use crate::modules::Module;
use std::collections::{BTreeMap, BTreeSet};

const RULE: &str = "cycles";

/// Which neighbour needs which, and the first place where it says so.
type Graph<'a> = BTreeMap<String, BTreeMap<String, (&'a Module, usize)>>;

/// Checks for cycles, and returns those that are allowed, in words.
pub(super) fn check(source: &Source<'_>, breaches: &mut Vec<Breach>) -> Vec<String> {
    let mut allowed = Vec::new();
    let graph = graph(source);
    let known = |cycle: &BTreeSet<&String>| {
        let same = |modules: &[String]| modules.iter().collect::<BTreeSet<_>>() == *cycle;
        source.rules.cycles.iter().position(|known| same(&known.modules))
    };
    let mut used = BTreeSet::new();
    for cycle in cycles(&graph) {
        let in_words = cycle.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ");
        if let Some((index, known)) = known(&cycle).and_then(|index| Some((index, source.rules.cycles.get(index)?))) {
            used.insert(index);
            allowed.push(format!("{}: {in_words}: {}", source.rules.name, known.reason));
            continue;
        }
        let others = cycle.len() - 2;
        let arrows = cycle.iter().flat_map(|from| graph.get(*from).into_iter().flatten().map(move |to| (from, to)));
        for (from, (to, (module, line))) in arrows.filter(|(_, (to, _))| cycle.contains(to)) {
            let way = match others {
                0 => String::new(),
                1 => " by way of one other".to_owned(),
                _ => format!(" by way of some of {others} others"),
            };
            let message = format!("`{from}` uses `{to}`, which uses it{way}: make it one way");
            breaches.push(breach(module, *line, RULE, message));
        }
    }
    for (index, known) in source.rules.cycles.iter().enumerate() {
        if !used.contains(&index) {
            let message = format!("{} no longer form a cycle: remove the entry", known.modules.join(" and "));
            breaches.push(Breach { file: FILE.to_owned(), line: 1, rule: RULE, message });
        }
    }
    allowed
}

fn graph<'a>(source: &'a Source<'_>) -> Graph<'a> {
    let mut graph = Graph::new();
    for mentioned in source.mentions.iter().filter(|mentioned| !mentioned.reexport) {
        let target = mentioned.target.and_then(|target| source.package.module(target));
        if let (Some(from), Some(to)) = (source.module(mentioned), target)
            && may_use(source.rules, from, to)
            && let Some((one, other)) = neighbours(from, to)
        {
            graph.entry(one).or_default().entry(other).or_insert_with(|| (from, mentioned.mention.line()));
        }
    }
    graph
}

/// The first modules on the ways to two others that are not the same; none where one lies in the other.
fn neighbours(from: &Module, to: &Module) -> Option<(String, String)> {
    let common = from.path.iter().zip(&to.path).take_while(|(one, other)| one == other).count();
    let up_to = |module: &Module| module.path.get(..=common).map(|path| path.join("::"));
    if from.program == to.program { Some((up_to(from)?, up_to(to)?)) } else { None }
}

/// The largest sets of modules that reach each other.
fn cycles<'a>(graph: &'a Graph<'_>) -> Vec<BTreeSet<&'a String>> {
    let targets: BTreeMap<&String, BTreeSet<&String>> =
        graph.keys().map(|from| (from, reachable(graph, from))).collect();
    let reaches = |from: &String, to: &String| targets.get(from).is_some_and(|all| all.contains(to));
    let mut found: Vec<BTreeSet<&String>> = Vec::new();
    for from in graph.keys().filter(|from| reaches(from, from)) {
        if !found.iter().any(|cycle| cycle.contains(from)) {
            found.push(graph.keys().filter(|to| reaches(from, to) && reaches(to, from)).collect());
        }
    }
    found
}

fn reachable<'a>(graph: &'a Graph<'_>, from: &'a String) -> BTreeSet<&'a String> {
    let mut seen = BTreeSet::new();
    let mut todo = vec![from];
    while let Some(next) = todo.pop() {
        let targets = graph.get(next).into_iter().flat_map(BTreeMap::keys);
        todo.extend(targets.filter(|target| seen.insert(*target)));
    }
    seen
}
