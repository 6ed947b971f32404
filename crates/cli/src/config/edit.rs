//! Changes one value of the settings file and leaves the rest as it was written, comments too.

use crate::args::negation::is_switch;
use crate::config::file;
use crate::config::rules::{self, Place};
use crate::exit::Failure;
use clap::Command;
use std::fmt::Display;
use std::io::Write as _;
use std::path::Path;
use toml_edit::{DocumentMut, Item, Table, Value};

/// Sets a value, after judging it.
pub(crate) fn set(path: &Path, tree: &Command, name: &str, value: &str) -> Result<(), Failure> {
    let (place, long) = split(name);
    let arg = rules::argument(tree, &place, long).map_err(Failure::usage)?;
    if is_switch(&arg) && !matches!(value, "true" | "false") {
        return Err(Failure::usage(format!("`{name}` cannot be `{value}`: it must be `true` or `false`")));
    }
    file::check(&place, &arg, value).map_err(Failure::usage)?;
    let value = match value.parse::<i64>() {
        _ if is_switch(&arg) => Value::from(value == "true"),
        Ok(number) if number.to_string() == value => Value::from(number),
        _ => Value::from(value),
    };
    change(path, tree, |document| {
        let table = place.words().iter().try_fold(document.as_table_mut(), |table, word| {
            let implicit = || {
                let mut table = Table::new();
                table.set_implicit(true);
                Item::Table(table)
            };
            table.entry(word).or_insert_with(implicit).as_table_mut()
        });
        let Some(table) = table else { return false };
        // Whatever follows the old value on its line, such as a comment, is kept.
        if let Some(old) = table.get_mut(long) {
            let decor = old.as_value().map(|old| old.decor().clone()).unwrap_or_default();
            let mut value = value;
            *value.decor_mut() = decor;
            *old = Item::Value(value);
        } else {
            table.insert(long, Item::Value(value));
        }
        true
    })
}

/// Takes a value out; one that does not stand there is no failure.
pub(crate) fn unset(path: &Path, tree: &Command, name: &str) -> Result<(), Failure> {
    let (place, long) = split(name);
    rules::argument(tree, &place, long).map_err(Failure::usage)?;
    if file::text(path)?.is_none() {
        return Ok(());
    }
    change(path, tree, |document| {
        let table = place
            .words()
            .iter()
            .try_fold(document.as_table_mut(), |table, word| table.get_mut(word).and_then(Item::as_table_mut));
        if let Some(table) = table {
            table.remove(long);
        }
        true
    })
}

/// `generate.style`: the command, and the flag's name.
fn split(name: &str) -> (Place, &str) {
    match name.rsplit_once('.') {
        Some((words, long)) => (Place::of(&words.split('.').collect::<Vec<_>>()), long),
        None => (Place::default(), name),
    }
}

/// Writes the file anew: the whole of it or nothing, and nothing that could not be read again.
fn change(path: &Path, tree: &Command, edit: impl FnOnce(&mut DocumentMut) -> bool) -> Result<(), Failure> {
    let old = file::text(path)?.unwrap_or_default();
    file::judge(path, &old, tree)?;
    let cannot = |why: &dyn Display| Failure::file(format!("cannot change `{}`: {why}", path.display()));
    let mut document: DocumentMut = old.parse().map_err(|error| cannot(&error))?;
    if !edit(&mut document) {
        return Err(cannot(&"the table of that command is written in one line there; change it by hand"));
    }
    let new = document.to_string();
    file::judge(path, &new, tree)?;
    // A settings file may be a link into a folder that is kept elsewhere.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(|error| cannot(&error))?;
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|error| cannot(&error))?;
    file.write_all(new.as_bytes()).map_err(|error| cannot(&error))?;
    if let Ok(found) = std::fs::metadata(&path) {
        file.as_file().set_permissions(found.permissions()).map_err(|error| cannot(&error))?;
    }
    file.as_file().sync_all().map_err(|error| cannot(&error))?;
    file.persist(&path).map(|_| ()).map_err(|error| cannot(&error.error))
}
