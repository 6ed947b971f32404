//! The commands below `ideogram mask` as tools: the same arguments, their files below the root.

use super::answer::{Reply, pictures};
use super::desk::Desk;
use super::tools::{is_offered, is_path};
use crate::args::{command, usage};
use crate::exit::Failure;
use crate::masks;
use crate::output::{Format, Output};
use clap::Command;
use serde_json::{Map, Value, json};
use std::ffi::OsString;
use std::path::PathBuf;

/// What a call may name that is made by it.
const MADE: [&str; 2] = ["output", "preview"];

/// Answers a call; `None` where there is no such command.
pub(super) fn answer(desk: &Desk, shape: &str, arguments: &Map<String, Value>) -> Option<Result<Reply, Failure>> {
    let whole = command();
    let found = whole.find_subcommand("mask")?.find_subcommand(shape)?;
    Some(words(desk, found, arguments).and_then(|words| make(desk, &words)))
}

fn make(desk: &Desk, words: &[OsString]) -> Result<Reply, Failure> {
    let matches = command().try_get_matches_from(words).map_err(|error| usage::failure(&error))?;
    let Some(matches) = matches.subcommand_matches("mask") else { return Err(Failure::usage("there is no such mask")) };
    // Nothing is printed to stderr: warnings are in the answer.
    let Some((row, _)) = masks::make(matches, Output::new(Format::Text, true, true))? else {
        return Err(Failure::usage("a mask is saved to a file here"));
    };
    let files: Vec<PathBuf> = [&row.preview, &row.path].into_iter().flatten().take(1).map(PathBuf::from).collect();
    Ok(Reply::new(&json!({ "mask": row }), pictures(&files, desk.max_image_bytes)))
}

/// The call as a command line.
fn words(desk: &Desk, shape: &Command, arguments: &Map<String, Value>) -> Result<Vec<OsString>, Failure> {
    let mut words: Vec<OsString> = vec!["ideogram".into(), "mask".into(), shape.get_name().into()];
    if shape.get_arguments().any(|arg| arg.get_id() == "output") && !arguments.contains_key("output") {
        return Err(Failure::usage("`output` is missing: the path of the mask below the root"));
    }
    for (name, value) in arguments {
        let arg = shape.get_arguments().find(|arg| arg.get_id() == name.as_str() && is_offered(arg));
        let arg = arg.ok_or_else(|| Failure::usage(format!("there is no `{name}` here")))?;
        let values = match value {
            Value::Array(values) => values.iter().collect(),
            one => vec![one],
        };
        for value in values {
            let text = value.as_str().ok_or_else(|| Failure::usage(format!("`{name}` must be a text")))?;
            let value: OsString = match (is_path(arg), MADE.contains(&name.as_str())) {
                (false, _) => text.into(),
                (true, true) => desk.root.new_file(text)?.into(),
                (true, false) => desk.root.file(text)?.into(),
            };
            match arg.get_long() {
                Some(long) => {
                    let mut word = OsString::from(format!("--{long}="));
                    word.push(value);
                    words.push(word);
                }
                None => words.push(value),
            }
        }
    }
    Ok(words)
}
