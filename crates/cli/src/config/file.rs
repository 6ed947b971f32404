//! Reads the settings file, and checks it against the command tree.

use crate::args::negation::is_switch;
use crate::args::{input, usage};
use crate::config::rules::{self, Place};
use crate::exit::Failure;
use clap::{Arg, ArgAction, Command};
use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml_edit::{Document, Item, Key, TableLike, Value};

/// The most bytes of a settings file.
const LARGEST: u64 = 1 << 20;

/// One value in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    pub(crate) place: Place,
    /// The argument's id, by which clap knows it.
    pub(crate) id: String,
    /// As they would be typed.
    pub(crate) values: Vec<String>,
    /// From 1.
    pub(crate) line: usize,
}

/// What a settings file says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    pub(crate) path: PathBuf,
    pub(crate) all: Vec<Setting>,
}

/// Reads a settings file; one that is not there says nothing.
pub(crate) fn read(path: &Path, tree: impl FnOnce() -> Command) -> Result<Settings, Failure> {
    match text(path)? {
        Some(text) => judge(path, &text, &tree()),
        None => Ok(Settings { path: path.to_owned(), all: Vec::new() }),
    }
}

/// The text of the file, where there is one.
pub(crate) fn text(path: &Path) -> Result<Option<String>, Failure> {
    let cannot =
        |why: &dyn std::fmt::Display| Failure::file(format!("cannot read the settings in `{}`: {why}", path.display()));
    let file = match File::open(path) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
        opened => opened.map_err(|error| cannot(&error))?,
    };
    let mut text = String::new();
    file.take(LARGEST + 1).read_to_string(&mut text).map_err(|error| cannot(&error))?;
    if text.len() as u64 > LARGEST {
        return Err(cannot(&"it has more than 1 MiB"));
    }
    Ok(Some(text))
}

/// Judges the text of a settings file.
pub(crate) fn judge(path: &Path, text: &str, tree: &Command) -> Result<Settings, Failure> {
    let mut reader = Reader { path, text, tree, all: Vec::new() };
    let document = Document::parse(text).map_err(|error| {
        let what = error.message().lines().collect::<Vec<_>>().join("; ");
        reader.wrong(error.span(), &format!("this is no TOML: {what}"))
    })?;
    reader.table(document.as_table(), &Place::default())?;
    Ok(Settings { path: path.to_owned(), all: reader.all })
}

struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
    tree: &'a Command,
    all: Vec<Setting>,
}

impl Reader<'_> {
    fn table(&mut self, table: &dyn TableLike, place: &Place) -> Result<(), Failure> {
        for (name, _) in table.iter() {
            let Some((key, item)) = table.get_key_value(name) else { continue };
            match item.as_table_like() {
                Some(inner) => {
                    let place = place.below(key.get());
                    rules::command_at(self.tree, &place).map_err(|why| self.wrong(key.span(), &why))?;
                    self.table(inner, &place)?;
                }
                None => self.setting(key, item, place)?,
            }
        }
        Ok(())
    }

    fn setting(&mut self, key: &Key, item: &Item, place: &Place) -> Result<(), Failure> {
        let arg = rules::argument(self.tree, place, key.get()).map_err(|why| self.wrong(key.span(), &why))?;
        let span = item.span().or_else(|| key.span());
        let values = values(item, &arg).map_err(|why| self.wrong(span.clone(), &format!("`{}` {why}", key.get())))?;
        for value in &values {
            check(place, &arg, value).map_err(|why| self.wrong(span.clone(), &why))?;
        }
        let id = arg.get_id().to_string();
        self.all.push(Setting { place: place.clone(), id, values, line: self.line(key.span()) });
        Ok(())
    }

    fn line(&self, span: Option<Range<usize>>) -> usize {
        let start = span.map_or(0, |span| span.start);
        self.text.bytes().take(start).filter(|byte| *byte == b'\n').count() + 1
    }

    fn wrong(&self, span: Option<Range<usize>>, why: &str) -> Failure {
        Failure::file(format!("`{}`, line {}: {why}", self.path.display(), self.line(span)))
    }
}

/// The values as they would be typed; why not, after the setting's name.
fn values(item: &Item, arg: &Arg) -> Result<Vec<String>, String> {
    let typed = |value: &Value| match value {
        Value::String(text) => Some(text.value().clone()),
        Value::Integer(number) => Some(number.value().to_string()),
        Value::Float(number) => Some(number.value().to_string()),
        Value::Boolean(is) => Some(is.value().to_string()),
        _ => None,
    };
    let Some(value) = item.as_value() else { return Err("needs a value".to_owned()) };
    if is_switch(arg) && !value.is_bool() {
        return Err("must be `true` or `false`".to_owned());
    }
    match (value, arg.get_action()) {
        (Value::Array(list), ArgAction::Append) => list
            .iter()
            .map(|value| typed(value).ok_or_else(|| "must be a list of texts or numbers".to_owned()))
            .collect(),
        _ => {
            typed(value).map(|text| vec![text]).ok_or_else(|| "must be a text, a number, `true` or `false`".to_owned())
        }
    }
}

/// Judges one value as the command line would: the argument's own parser, then the endpoint's description.
pub(crate) fn check(place: &Place, arg: &Arg, value: &str) -> Result<(), String> {
    let Some(long) = arg.get_long() else { return Ok(()) };
    let words = |failure: &Failure| failure.message().replacen(&format!("`--{long}`"), &format!("`{long}`"), 1);
    if !is_switch(arg) {
        let alone = Command::new("ideogram").no_binary_name(true).disable_help_flag(true);
        let alone =
            alone.arg(Arg::new("value").long(long.to_owned()).num_args(1).value_parser(arg.get_value_parser().clone()));
        if let Err(error) = alone.try_get_matches_from([format!("--{long}={value}")]) {
            return Err(usage::help_text(&error).err().as_ref().map(words).unwrap_or_default());
        }
    }
    let infos = ideogram_schema::ENDPOINTS.iter().filter(|info| place.is_root() || place.is(&[info.verb]));
    for info in infos {
        input::check(info, arg.get_id().as_str(), value).map_err(|failure| words(&failure))?;
    }
    Ok(())
}
