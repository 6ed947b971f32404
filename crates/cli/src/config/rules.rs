//! Which settings are allowed in the settings file, and where.

use crate::args::usage::similar;
use clap::{Arg, Command};
use ideogram_schema::ENDPOINTS;
use std::fmt;

/// What is asked for each time anew: what buys again, overwrites, or passes a check that guards money.
const NEVER: &[&str] = &[
    "again",
    "any-mask",
    "dry-run",
    "force",
    "help",
    "overwrite",
    "rebuy",
    "retry-failed",
    "retry-unknown",
    "version",
    "yes",
];

/// The names under which somebody may look for a place for the key.
const KEYS: &[&str] = &["api-key", "fal-key", "fal_key", "key", "secret", "token"];

/// A command's words, without the program's name; none is the top of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place(Vec<String>);

impl Place {
    pub(crate) fn of(words: &[&str]) -> Self {
        Self(words.iter().map(|word| (*word).to_owned()).collect())
    }

    pub(crate) fn below(&self, word: &str) -> Self {
        Self(self.0.iter().cloned().chain([word.to_owned()]).collect())
    }

    pub(crate) fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn is(&self, words: &[&str]) -> bool {
        self.0 == words
    }

    pub(crate) fn words(&self) -> &[String] {
        &self.0
    }

    /// A setting's name as `ideogram config` takes it: `generate.style`.
    pub(crate) fn name(&self, long: &str) -> String {
        self.0.iter().map(|word| format!("{word}.")).collect::<String>() + long
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

/// The command of a table of the file.
pub(crate) fn command_at<'a>(tree: &'a Command, place: &Place) -> Result<&'a Command, String> {
    place.words().iter().try_fold(tree, |command, word| {
        command.find_subcommand(word).ok_or_else(|| {
            let names = command.get_subcommands().map(Command::get_name);
            match similar(word, names) {
                Some(name) => format!("there is no command `{word}`; did you mean `[{name}]`?"),
                None => format!("there is no command `{word}`, whose flags a table `[{word}]` could set"),
            }
        })
    })
}

/// The arguments that may be set at a place, the top of the file taking those of every command that makes pictures.
pub(crate) fn arguments(tree: &Command, place: &Place) -> Result<Vec<Arg>, String> {
    let mut found: Vec<Arg> = Vec::new();
    let commands: Vec<&Command> = if place.is_root() {
        std::iter::once(tree).chain(ENDPOINTS.iter().filter_map(|info| tree.find_subcommand(info.verb))).collect()
    } else {
        vec![command_at(tree, place)?]
    };
    for arg in commands.into_iter().flat_map(Command::get_arguments) {
        let is_new = || found.iter().all(|known| known.get_id() != arg.get_id());
        if arg.get_long().is_some_and(|long| !is_forbidden(long)) && !is_opposite(arg) && is_new() {
            found.push(arg.clone());
        }
    }
    Ok(found)
}

/// The argument of that name at a place; why there is none.
pub(crate) fn argument(tree: &Command, place: &Place, name: &str) -> Result<Arg, String> {
    let mut all = arguments(tree, place)?;
    if let Some(at) = all.iter().position(|arg| arg.get_long() == Some(name)) {
        return Ok(all.swap_remove(at));
    }
    if KEYS.contains(&name.to_lowercase().as_str()) {
        return Err("a key cannot be a setting; `ideogram auth login` saves it in a file of its own".to_owned());
    }
    if is_forbidden(name) {
        return Err(format!("`{name}` is asked for each time on the command line, and cannot be a setting"));
    }
    let names = || all.iter().filter_map(Arg::get_long);
    let of = if place.is_root() { String::new() } else { format!(" of `ideogram {place}`") };
    if let Some(meant) = similar(name, names()) {
        return Err(format!("`{name}` is no setting{of}; did you mean `{meant}`?"));
    }
    let mut names: Vec<&str> = names().collect();
    names.sort_unstable();
    Err(format!("`{name}` is no setting{of}; there are `{}`", names.join("`, `")))
}

fn is_forbidden(name: &str) -> bool {
    NEVER.contains(&name)
}

fn is_opposite(arg: &Arg) -> bool {
    arg.get_id().as_str().starts_with("not.")
}
