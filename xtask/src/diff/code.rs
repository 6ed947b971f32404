//! Checks changes against the generated code: if the code stays the same, a change is not major; changes that codegen
//! refuses are marked.

use super::compare;
use super::load::{Tree, Version};
use super::report::{Change, Report};
use super::rules::Kind;
use super::verdict::Rust;
use crate::describe::describe_assembled;
use crate::emit::workspace::Code;
use crate::error::Error;

/// Compares two descriptions, and lowers the verdict of changes that do not change the generated code.
pub fn compare_code(old: &Version, new: &Version) -> Report {
    let mut report = compare(old, new);
    if report.changes.iter().all(|change| change.rust == Rust::Patch) {
        return report;
    }
    let (Some(old), Some(new)) = (code(old), code(new)) else { return report };
    for change in report.changes.iter_mut().filter(|change| change.rust > Rust::Patch) {
        if is_same(change, &old, &new) {
            change.rust = Rust::Patch;
        }
    }
    report.judge();
    report
}

/// Compares with a working tree: the code, where codegen makes some, and what it stops for.
pub fn compare_tree(old: &Version, new: Tree) -> Report {
    let mut report = if new.problems.is_empty() { compare_code(old, &new.version) } else { compare(old, &new.version) };
    for change in &mut report.changes {
        if new.problems.iter().any(|problem| refuses(problem, change)) {
            change.rust = Rust::Refused;
            change.text.push_str(", which codegen refuses");
        }
    }
    report.problems = new.problems.iter().map(ToString::to_string).collect();
    report.as_they_are = new.as_they_are;
    report.judge();
    report
}

/// The generated code of a version; nothing where none can be made, as for a file of another tool.
fn code(version: &Version) -> Option<Code> {
    let description = describe_assembled(version.documents.clone()).complete().ok()?;
    Code::of(&description).ok()
}

/// Whether the code that a change could reach is the same: of a component its model and the table, else all but the models.
fn is_same(change: &Change, old: &Code, new: &Code) -> bool {
    let (_, pointer) = change.pointer.split_once('#').unwrap_or(("", &change.pointer));
    let component = pointer.strip_prefix("/components/schemas/").and_then(|rest| rest.split('/').next());
    let model_is_same = component.is_none_or(|name| {
        let model = old.components.get(name);
        model.is_some() && model == new.components.get(name)
    });
    model_is_same && old.rest == new.rest
}

/// Whether codegen stops at this change. For two values with one name, its error names the later one in the list.
fn refuses(problem: &Error, change: &Change) -> bool {
    let (Some(file), Some(at)) = (problem.file(), problem.pointer()) else { return false };
    let Some((document, pointer)) = change.pointer.split_once('#') else { return false };
    let is_below = |place: &str, other: &str| place.strip_prefix(other).is_some_and(|rest| rest.starts_with('/'));
    let is_one_list = || {
        change.kind == Kind::EnumValueAdded
            && at.rsplit_once('/').map(|(list, _)| list) == pointer.rsplit_once('/').map(|(list, _)| list)
    };
    std::path::Path::new(document) == file
        && !at.is_empty()
        && (at == pointer || is_below(at, pointer) || is_below(pointer, at) || is_one_list())
}
