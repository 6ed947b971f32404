//! Turns the fields of the description into arguments, by general rules, so that a new field needs no code here.

use crate::args::kind::{self, length};
use crate::args::value::switch;
use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, ArgAction, Command, value_parser};
use ideogram_schema::{Bounds, ENDPOINTS, EndpointInfo, Field, FieldKind, FileRole};
use std::ffi::{OsStr, OsString};

/// The long names that the tool itself takes; a field of that name becomes `--input-<name>`.
pub(crate) const RESERVED: &[&str] = &[
    "any-mask",
    "color",
    "count",
    "detach",
    "dry-run",
    "fit-mask",
    "grid",
    "help",
    "json",
    "ledger",
    "max-cost",
    "no-metadata",
    "no-rotate",
    "open",
    "output",
    "overwrite",
    "preview",
    "queue-sync-mode",
    "quiet",
    "sandbox",
    "seeds",
    "sidecar",
    "sync",
    "timeout",
    "vary",
    "version",
    "webhook",
    "yes",
];

/// The field that makes a picture repeatable, where an endpoint has one.
pub(crate) const SEED: &str = "seed";

/// One input field as an argument.
#[derive(Clone, Debug)]
pub(crate) struct Flag {
    pub(crate) field: &'static Field,
    /// Without dashes: `aspect-ratio`.
    long: String,
    position: Option<usize>,
}

impl Flag {
    /// What a person types, and what messages call it: `--aspect-ratio`, or `IMAGE` for a positional.
    pub(crate) fn shown(&self) -> String {
        if self.position.is_some() { self.value_name() } else { format!("--{}", self.long) }
    }

    pub(crate) fn is_positional(&self) -> bool {
        self.position.is_some()
    }

    /// The id under which clap keeps the value.
    pub(crate) fn id(&self) -> String {
        format!("field.{}", self.field.name)
    }

    fn value_name(&self) -> String {
        let stem = self.long.to_uppercase().replace('-', "_");
        if self.position.is_some() {
            return stem;
        }
        match item(&self.field.kind) {
            FieldKind::File(_) => stem,
            FieldKind::String { .. } => "TEXT".to_owned(),
            FieldKind::Boolean => "true|false".to_owned(),
            FieldKind::Integer(_) => "N".to_owned(),
            FieldKind::Number(_) => "X".to_owned(),
            FieldKind::Enum(_) | FieldKind::IntegerEnum(_) | FieldKind::OneOf(_) => "VALUE".to_owned(),
            _ => "JSON".to_owned(),
        }
    }

    /// Description, default and range; clap adds the possible values itself.
    fn help(&self) -> String {
        let mut text = self.field.description.to_owned();
        if text.ends_with(char::is_alphanumeric) {
            text.push('.');
        }
        let mut add = |note: String| {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&note);
        };
        if let FieldKind::File(_) = item(&self.field.kind) {
            add("URL, data URI or local file; `-` is stdin.".to_owned());
        }
        if let (FieldKind::String { .. }, true) = (self.field.kind, self.is_positional()) {
            add("`-` is stdin, `@FILE` a file, `@@` the beginning of a text with an at sign.".to_owned());
        }
        if let FieldKind::OneOf(_) = item(&self.field.kind) {
            let (listed, unlisted) = (kind::listed(item(&self.field.kind)), kind::unlisted(item(&self.field.kind)));
            if !unlisted.is_empty() {
                let also = if listed.is_empty() { "Takes" } else { "Also takes" };
                add(format!("{also} {}.", unlisted.join(", or ")));
            }
        }
        if self.field.kind == FieldKind::Boolean && self.field.default == Some("true") {
            add(format!("`--no-{}` turns it off.", self.long));
        }
        if matches!(self.field.kind, FieldKind::Array { .. }) {
            add("Repeat for more than one.".to_owned());
        }
        match self.field.default {
            Some(default) => add(format!("[default: {}]", plain(default))),
            None if is_seed(self.field) => add("[default: random; it is printed]".to_owned()),
            None => {}
        }
        if let Some(range) = range(item(&self.field.kind)) {
            add(format!("[range: {range}]"));
        }
        text
    }

    fn arg(&self) -> Arg {
        let arg = Arg::new(self.id()).value_name(self.value_name()).help(self.help()).required(self.field.required);
        let arg = match self.position {
            Some(at) => arg.index(at + 1),
            None => arg.long(self.long.clone()),
        };
        let arg = match self.field.kind {
            FieldKind::Array { .. } => arg.action(ArgAction::Append),
            _ => arg.action(ArgAction::Set),
        };
        match item(&self.field.kind) {
            FieldKind::File(_) => arg.value_parser(value_parser!(OsString)).value_hint(clap::ValueHint::FilePath),
            FieldKind::Boolean if self.position.is_none() => arg
                .value_parser(Listed(vec!["true".to_owned(), "false".to_owned()]))
                .hide_possible_values(true)
                .num_args(0..=1)
                .require_equals(true)
                .default_missing_value("true"),
            FieldKind::Integer(_) | FieldKind::Number(_) => {
                arg.value_parser(StringValueParser::new()).allow_negative_numbers(true)
            }
            other => match kind::listed(other) {
                values if values.is_empty() => arg.value_parser(StringValueParser::new()),
                values => arg.value_parser(Listed(values)).allow_negative_numbers(true),
            },
        }
    }
}

/// The arguments of an endpoint: the positional ones first, then the rest in the description's order.
pub(crate) fn flags(info: &'static EndpointInfo) -> Vec<Flag> {
    let mut flags: Vec<Flag> = Vec::new();
    let position = |field: &Field| info.positional.iter().position(|name| *name == field.name);
    let mut fields: Vec<&'static Field> = info.inputs.iter().collect();
    fields.sort_by_key(|field| position(field).unwrap_or(usize::MAX));
    for field in fields {
        let candidates = [short(field), dashed(field.name), format!("input-{}", dashed(field.name))];
        let taken = |long: &str| RESERVED.contains(&long) || flags.iter().any(|flag| flag.long == long);
        let long = candidates.into_iter().find(|long| !taken(long)).unwrap_or_else(|| field.name.to_owned());
        flags.push(Flag { field, long, position: position(field) });
    }
    flags
}

/// Adds the endpoint's arguments to its command.
pub(crate) fn with_fields(command: Command, info: &'static EndpointInfo) -> Command {
    with_pictures(command.args(flags(info).iter().map(Flag::arg)), &[info])
}

/// Adds the arguments of every endpoint as options that may be left out, each name once: for a command that learns from
/// elsewhere which endpoint it calls.
pub(crate) fn with_fields_of_all(command: Command) -> Command {
    // No defaults: a field that is not given keeps its value from the earlier request.
    let arg = |flag: &Flag| flag.arg().required(false).help(flag.field.description);
    with_pictures(command.args(options().iter().map(arg)), ENDPOINTS)
}

/// Every field that some endpoint has, as an option.
pub(crate) fn options() -> Vec<Flag> {
    let mut options: Vec<Flag> = Vec::new();
    for flag in ENDPOINTS.iter().flat_map(|info| flags(info)) {
        if !options.iter().any(|option| option.long == flag.long || option.field.name == flag.field.name) {
            options.push(Flag { position: None, ..flag });
        }
    }
    options
}

/// Adds what may be done with the pictures that these endpoints take.
fn with_pictures(command: Command, endpoints: &[&EndpointInfo]) -> Command {
    let has = |role| endpoints.iter().any(|info| takes(info, role));
    let (has_image, has_mask) = (has(FileRole::Image), has(FileRole::Mask));
    let rotate = switch("no-rotate", "Send pictures as they are, even if their EXIF data says that they are rotated");
    let any = switch("any-mask", "Send the mask without checking it");
    let fit = switch("fit-mask", "Scale the mask to the size of the picture");
    command.args((has_image || has_mask).then_some(rotate)).args(has_mask.then_some([any, fit]).into_iter().flatten())
}

/// Whether an endpoint takes a file of this kind.
pub(crate) fn takes(info: &EndpointInfo, role: FileRole) -> bool {
    info.inputs.iter().any(|field| *item(&field.kind) == FieldKind::File(role))
}

/// Whether the tool fills this field with a random number when the user does not.
pub(crate) fn is_seed(field: &Field) -> bool {
    field.name == SEED && matches!(field.kind, FieldKind::Integer(_))
}

/// What one value of the field is: the item of a list, else the field's own kind.
pub(crate) fn item(kind: &'static FieldKind) -> &'static FieldKind {
    match kind {
        FieldKind::Array { items, .. } => items,
        other => other,
    }
}

/// A file is given as a file: the `_url` in its name is the wire's matter.
fn short(field: &'static Field) -> String {
    let name = match item(&field.kind) {
        FieldKind::File(_) => {
            field.name.strip_suffix("_url").or_else(|| field.name.strip_suffix("_urls")).unwrap_or(field.name)
        }
        _ => field.name,
    };
    dashed(name)
}

fn dashed(name: &str) -> String {
    name.replace('_', "-").to_lowercase()
}

/// A JSON text as people write it: strings without quotes.
pub(crate) fn plain(json: &str) -> String {
    match serde_json::from_str(json) {
        Ok(serde_json::Value::String(text)) if !text.is_empty() => text,
        _ => json.to_owned(),
    }
}

/// The range of a number or the length of a text in words, where the description sets one.
pub(crate) fn range(kind: &FieldKind) -> Option<String> {
    match kind {
        FieldKind::Integer(bounds) if *bounds != Bounds::NONE => Some(bounds.to_string()),
        FieldKind::Number(bounds) if *bounds != Bounds::NONE => Some(bounds.to_string()),
        FieldKind::String { min_length, max_length } => length(*min_length, *max_length, "characters"),
        _ => None,
    }
}

/// Any text to the parser, a closed list to help and completions: the table's own check words the refusal.
#[derive(Clone)]
pub(super) struct Listed(pub(super) Vec<String>);

impl TypedValueParser for Listed {
    type Value = String;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.0.iter().cloned().map(PossibleValue::new)))
    }
}

#[cfg(test)]
mod tests {
    use super::{RESERVED, flags, plain};
    use ideogram_schema::ENDPOINTS;

    #[test]
    fn every_field_has_a_flag_of_its_own_and_none_is_the_tools() {
        for info in ENDPOINTS {
            let flags = flags(info);
            assert_eq!(flags.len(), info.inputs.len());
            for flag in &flags {
                assert!(!RESERVED.contains(&flag.long.as_str()), "{}", flag.long);
                assert_eq!(flags.iter().filter(|other| other.long == flag.long).count(), 1, "{}", flag.long);
            }
        }
    }

    #[test]
    fn files_lose_their_url_and_underscores_become_dashes() {
        let shown: Vec<String> = ENDPOINTS
            .iter()
            .find(|info| info.verb == "edit")
            .map(|info| flags(info))
            .unwrap()
            .iter()
            .map(super::Flag::shown)
            .collect();
        assert_eq!(shown[..3], ["IMAGE", "PROMPT", "--mask"]);
        assert!(shown.contains(&"--expand-prompt".to_owned()));
    }

    #[test]
    fn a_default_is_shown_as_people_write_it() {
        assert_eq!((plain("\"1:1\""), plain("true"), plain("\"\"")), ("1:1".into(), "true".into(), "\"\"".into()));
    }
}
