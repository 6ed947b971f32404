//! The message for a wrong command line, in one sentence.

use crate::colour;
use crate::exit::Failure;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use ideogram_schema::ENDPOINTS;

/// Help and version, which clap gives as errors; anything else becomes a usage failure.
pub(crate) fn help_text(error: &clap::Error) -> Result<String, Failure> {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let page = error.render();
            let page = if colour::on_stdout() { page.ansi().to_string() } else { page.to_string() };
            Ok(page)
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            Err(Failure::usage(missing_command(error)))
        }
        _ => Err(failure(error)),
    }
}

/// The failure for a command line that was not understood.
pub(crate) fn failure(error: &clap::Error) -> Failure {
    Failure::usage(sentence(error))
}

fn sentence(error: &clap::Error) -> String {
    let get = |kind| error.get(kind).map(text).filter(|text| !text.is_empty());
    let argument = get(ContextKind::InvalidArg);
    let told = match (error.kind(), argument.clone()) {
        (ErrorKind::MissingRequiredArgument, Some(missing)) => format!("{missing} is missing"),
        (ErrorKind::UnknownArgument, Some(word)) if !word.starts_with("`-") => return one_too_many(error, &word),
        (ErrorKind::UnknownArgument, Some(unknown)) => format!("there is no {unknown} here"),
        (ErrorKind::TooManyValues, Some(argument)) => format!("{argument} takes no value"),
        (ErrorKind::InvalidSubcommand, _) => {
            format!("there is no command {}", get(ContextKind::InvalidSubcommand).unwrap_or_default())
        }
        (ErrorKind::ArgumentConflict, Some(argument)) => match get(ContextKind::PriorArg) {
            Some(prior) if prior != argument => format!("{argument} and {prior} exclude each other"),
            _ => format!("{argument} can be given only once"),
        },
        (ErrorKind::InvalidValue | ErrorKind::TooFewValues, Some(argument)) => match get(ContextKind::InvalidValue) {
            Some(value) if value != "``" => match get(ContextKind::ValidValue) {
                Some(valid) => format!("{argument} cannot be {value}: it must be one of {valid}"),
                None => format!("{argument} cannot be {value}"),
            },
            _ => format!("{argument} needs a value"),
        },
        (ErrorKind::ValueValidation, Some(argument)) => {
            let value = get(ContextKind::InvalidValue).unwrap_or_default();
            let why = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
            format!("{argument} cannot be {value}: {}", in_words(&why))
        }
        (ErrorKind::NoEquals, Some(argument)) => format!("{argument} takes its value after `=`"),
        (ErrorKind::InvalidUtf8, _) => "an argument is not valid UTF-8".to_owned(),
        _ => first_line(error),
    };
    let similar = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    // A flag with similar letters is not suggested if it means the opposite, or if only its `no-` is the same.
    let is_advice = |text: &String| argument.as_deref().is_none_or(|unknown| is_meant(unknown, text));
    match similar.into_iter().find_map(get).filter(is_advice) {
        Some(suggestion) => format!("{told}; did you mean {suggestion}?"),
        None => match command_of(error) {
            Some(command) => format!("{told}; see `{command} --help`"),
            None => told,
        },
    }
}

/// What a command that has commands of its own goes on with.
fn missing_command(error: &clap::Error) -> String {
    match (command_of(error), error.get(ContextKind::ValidSubcommand).map(text)) {
        (Some(command), Some(inner)) if command != "ideogram" => {
            format!("`{command}` needs one of these commands: {inner}")
        }
        _ => "a command is missing; see `ideogram --help`".to_owned(),
    }
}

/// A word that no argument takes: most likely a prompt without its quotes.
fn one_too_many(error: &clap::Error, word: &str) -> String {
    if matches!(word, "`true`" | "`false`") {
        return format!(
            "{word} stands alone; a flag that says yes or no takes it after `=`, as in `--expand-prompt=false`"
        );
    }
    let command = command_of(error);
    let verb = command.as_deref().and_then(|command| command.strip_prefix("ideogram "));
    if ENDPOINTS.iter().any(|info| Some(info.verb) == verb) {
        return format!("{word} is one word too many; a prompt of several words needs quotes: `\"a fox in the snow\"`");
    }
    let see = command.map(|command| format!("; see `{command} --help`")).unwrap_or_default();
    format!("{word} is one word too many{see}")
}

/// What a number's parser says, in the words of who typed it.
fn in_words(why: &str) -> String {
    if let Some((_, range)) = why.rsplit_once(" is not in ") {
        let (least, most) = range.split_once("..").unwrap_or((range, ""));
        let most = most.trim_start_matches('=');
        return match most.parse::<i64>() {
            Ok(most) if most < i64::MAX => format!("it must be a whole number from {least} to {most}"),
            _ => format!("it must be a whole number, at least {least}"),
        };
    }
    match why {
        "invalid digit found in string" | "cannot parse integer from empty string" => {
            "it must be a whole number".to_owned()
        }
        "number too large to fit in target type" => "it is too large".to_owned(),
        "number too small to fit in target type" => "it is too small".to_owned(),
        _ => why.to_owned(),
    }
}

/// Whether a flag that there is may have been meant by one that there is not.
fn is_meant(unknown: &str, known: &str) -> bool {
    let name = |flag: &str| flag.trim_matches(['`', '-']).to_owned();
    let (unknown, known) = (name(unknown), name(known));
    match (unknown.strip_prefix("no-"), known.strip_prefix("no-")) {
        (Some(unknown), Some(known)) => similar(unknown, std::iter::once(known)).is_some(),
        (None, None) => true,
        _ => false,
    }
}

/// The one of several words that was meant: the same but for case and separators, else the one most like it. A word that
/// begins with `no-` never means one that does not.
pub(crate) fn similar<'a>(word: &str, words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let plain = plain(word);
    let likeness = |other: &str| if plain == self::plain(other) { 2.0 } else { strsim::jaro_winkler(word, other) };
    let words = words.filter(|other| other.starts_with("no-") == word.starts_with("no-"));
    words
        .map(|other| (likeness(other), other))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, other)| other)
}

/// Letters and digits alone, in lower case; `16x9` is `16:9`.
fn plain(word: &str) -> String {
    let word = word.to_lowercase();
    let is_ratio = word.chars().all(|character| character.is_ascii_digit() || matches!(character, 'x' | '×'));
    word.chars()
        .filter(|character| character.is_alphanumeric() && !(is_ratio && matches!(character, 'x' | '×')))
        .collect()
}

/// What clap says first, without its label.
fn first_line(error: &clap::Error) -> String {
    let rendered = error.render().to_string();
    let line = rendered.lines().next().unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

fn text(value: &ContextValue) -> String {
    match value {
        ContextValue::String(text) => quoted(text),
        ContextValue::Strings(texts) => texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", "),
        ContextValue::None => String::new(),
        other => other.to_string(),
    }
}

/// `--seed <N>` and `<PROMPT>` as they are typed: `` `--seed` ``, `` `PROMPT` ``.
fn quoted(text: &str) -> String {
    let flag = if text.starts_with('-') { text.split([' ', '[', '=']).next().unwrap_or(text) } else { text };
    let name = flag.trim_end_matches("...").trim_matches(['<', '>', '[', ']']);
    // One argument of a group is enough: `<--older-than <TIME>|--keep <N>>`.
    let names = name.split('|').map(|name| format!("`{}`", name.split(" <").next().unwrap_or(name)));
    names.collect::<Vec<_>>().join(" or ")
}

/// The command whose usage was broken, from clap's own usage line; an error about a value has none.
fn command_of(error: &clap::Error) -> Option<String> {
    let usage = error.get(ContextKind::Usage)?.to_string();
    let words = usage.split_whitespace().skip_while(|word| *word != "ideogram");
    let command: Vec<&str> =
        words.take_while(|word| word.starts_with(|first: char| first.is_ascii_lowercase())).collect();
    (!command.is_empty()).then(|| command.join(" "))
}
