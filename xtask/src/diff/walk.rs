//! The walk over a pair of documents: the current place, the changes found, and the comparisons still to do.

use super::lookup::{component, resolve};
use super::report::Change;
use super::rules::Kind;
use super::usage::Usage;
use super::verdict::Position;
use crate::pointer::escape;
use serde_json::{Map, Value};
use std::collections::{BTreeSet, VecDeque};

/// A place in the documents.
#[derive(Clone, Debug)]
pub(super) struct At {
    /// The JSON pointer.
    pub(super) pointer: String,
    /// What people call it: `RemixInput.strength`.
    pub(super) subject: String,
    pub(super) position: Position,
    /// Whether it is a field that may be left out.
    pub(super) optional: bool,
    /// Whether it is a named schema as a whole.
    pub(super) component: bool,
}

impl At {
    pub(super) fn new(pointer: &str, subject: &str, position: Position) -> Self {
        Self { pointer: pointer.to_owned(), subject: subject.to_owned(), position, optional: false, component: false }
    }

    /// The value of a key; `key` may be several, joined by `/` and escaped.
    pub(super) fn key(&self, key: &str) -> Self {
        Self::new(&format!("{}/{key}", self.pointer), &self.subject, self.position)
    }

    /// The value of a key that may be any text.
    pub(super) fn name(&self, name: &str) -> Self {
        self.key(&escape(name))
    }

    pub(super) fn called(self, subject: String) -> Self {
        Self { subject, ..self }
    }

    pub(super) fn positioned(self, position: Position) -> Self {
        Self { position, ..self }
    }
}

/// Two schemas to compare once the walk is done with where they were referred to.
pub(super) struct Task {
    pub(super) old: Value,
    pub(super) new: Value,
    pub(super) at: At,
}

/// A pair of documents and what was found in them.
pub(super) struct Walk<'d> {
    pub(super) old: &'d Value,
    pub(super) new: &'d Value,
    pub(super) usage: &'d Usage,
    changes: Vec<Change>,
    found: usize,
    tasks: VecDeque<Task>,
    compared: BTreeSet<(String, String, Position)>,
    /// Named schemas that were only renamed, old name and new name.
    pub(super) renamed: BTreeSet<(String, String)>,
}

impl<'d> Walk<'d> {
    pub(super) fn new(old: &'d Value, new: &'d Value, usage: &'d Usage) -> Self {
        Self {
            old,
            new,
            usage,
            changes: Vec::new(),
            found: 0,
            tasks: VecDeque::new(),
            compared: BTreeSet::new(),
            renamed: BTreeSet::new(),
        }
    }

    pub(super) fn into_changes(self) -> Vec<Change> {
        self.changes
    }

    pub(super) fn position(&self, schema: &str) -> Position {
        self.usage.positions.get(schema).copied().unwrap_or(Position::None)
    }

    /// Whether a member of a union was added with a new endpoint, which has a row of its own. The result of any
    /// endpoint may then be the output of the new one, but not for calls that existed before.
    pub(super) fn comes_with_endpoint(&mut self, member: &Value) -> bool {
        self.is_told(member, &self.usage.new.exclusive)
    }

    /// The same for an endpoint that is gone.
    pub(super) fn goes_with_endpoint(&mut self, member: &Value) -> bool {
        self.is_told(member, &self.usage.old.exclusive)
    }

    fn is_told(&mut self, member: &Value, exclusive: &BTreeSet<String>) -> bool {
        let reference = member.get("$ref").and_then(Value::as_str);
        let name = reference.and_then(|reference| reference.strip_prefix("#/components/schemas/"));
        let is_told = name.is_some_and(|name| exclusive.contains(name));
        self.found += usize::from(is_told);
        is_told
    }

    /// Adds a row: the subject, then the words.
    pub(super) fn report(&mut self, at: &At, kind: Kind, words: impl AsRef<str>) {
        let (wire, rust) = kind.verdict(at.position);
        self.changes.push(Change {
            pointer: at.pointer.clone(),
            kind,
            position: at.position,
            wire,
            rust,
            text: format!("`{}` {}", at.subject, words.as_ref()),
        });
        self.found += 1;
    }

    /// Adds a row for a value that came, went or changed.
    pub(super) fn report_value(&mut self, at: &At, kind: Kind, what: &str, old: Option<&Value>, new: Option<&Value>) {
        let words = match (old, new) {
            (Some(old), Some(new)) => format!("has {what} {} instead of {}", shown(new), shown(old)),
            (None, Some(new)) => format!("now has {what} {}", shown(new)),
            (Some(old), None) => format!("no longer has {what} {}", shown(old)),
            (None, None) => return,
        };
        self.report(at, kind, words);
    }

    /// Adds a row for a change that this command has no rule for.
    pub(super) fn unknown(&mut self, at: &At, old: Option<&Value>, new: Option<&Value>) {
        let key = at.pointer.rsplit('/').next().unwrap_or_default().to_owned();
        self.report_value(at, Kind::Unknown, &format!("the unclassified `{key}`"), old, new);
    }

    /// Runs a comparison of two values that are not equal; when it finds nothing, they mean the same.
    pub(super) fn not_silent(&mut self, at: &At, compare: impl FnOnce(&mut Self)) {
        let before = self.found;
        compare(self);
        if self.found == before {
            self.report(at, Kind::Representation, "is written in another way, with the same meaning");
        }
    }

    /// Follows a reference that now has another target: compares the two, once per pair and position.
    pub(super) fn retarget(&mut self, at: &At, old: &str, new: &str) {
        let [old_name, new_name] = [old, new].map(|reference| reference.rsplit('/').next().unwrap_or(reference));
        let is_rename = [old, new].iter().all(|reference| reference.starts_with("#/components/schemas/"))
            && component(self.new, "schemas", old_name).is_none()
            && component(self.old, "schemas", new_name).is_none();
        let (Some(old_schema), Some(new_schema)) = (resolve(self.old, old), resolve(self.new, new)) else {
            let words = format!("refers to `{new}` instead of `{old}`, and one of the two is not there");
            return self.report(at, Kind::Unknown, words);
        };
        let mut task_at = at.clone();
        if is_rename {
            let position = self.position(old_name).and(self.position(new_name));
            task_at = At::new(&format!("/components/schemas/{}", escape(new_name)), new_name, position);
        }
        task_at.component = true;
        if is_rename && self.renamed.insert((old_name.to_owned(), new_name.to_owned())) {
            self.report(&task_at, Kind::SchemaRenamed, format!("is the new name of `{old_name}`"));
        } else if is_rename {
            // Reported already, at the schema itself.
            self.found += 1;
        } else {
            self.report(at, Kind::Reference, format!("is a `{new_name}` instead of a `{old_name}`"));
        }
        if self.compared.insert((old.to_owned(), new.to_owned(), task_at.position)) {
            self.tasks.push_back(Task { old: old_schema.clone(), new: new_schema.clone(), at: task_at });
        }
    }

    /// The next of the pairs that references with a new target have led to. Each pair is given once, so schemas that contain
    /// themselves end too.
    pub(super) fn next_task(&mut self) -> Option<Task> {
        self.tasks.pop_front()
    }

    /// Runs `each` for every key whose values differ, in alphabetical order. What is no object on either side is unknown.
    pub(super) fn differing(
        &mut self,
        at: &At,
        old: &Value,
        new: &Value,
        mut each: impl FnMut(&mut Self, &str, Option<&Value>, Option<&Value>),
    ) {
        let (Some(old_map), Some(new_map)) = (old.as_object(), new.as_object()) else {
            return self.unknown(at, Some(old), Some(new));
        };
        for key in keys(old_map, new_map) {
            let (old, new) = (old_map.get(key), new_map.get(key));
            if old != new {
                each(self, key, old, new);
            }
        }
    }
}

/// The keys of both, sorted.
pub(super) fn keys<'v>(old: &'v Map<String, Value>, new: &'v Map<String, Value>) -> BTreeSet<&'v str> {
    old.keys().chain(new.keys()).map(String::as_str).collect()
}

/// A value for a sentence: short, on one line, and unable to end the code span it stands in.
pub(super) fn shown(value: &Value) -> String {
    const LONGEST: usize = 60;
    let text = value.to_string().replace('`', "'");
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("`{}…`", text.get(..end).unwrap_or_default()),
        None => format!("`{text}`"),
    }
}

/// A list of texts; none when it is something else.
pub(super) fn texts(value: Option<&Value>) -> Option<Vec<&str>> {
    value.map_or(Some(Vec::new()), |list| list.as_array()?.iter().map(Value::as_str).collect())
}
