//! Several pictures of one command line: `-n`, `--seeds` and `--vary`.

use crate::args::flag::{Flag, flags, is_seed, item};
use crate::args::kind;
use crate::args::negation::is_given;
use crate::exit::Failure;
use clap::{Arg, ArgAction, ArgMatches, ValueHint, value_parser};
use ideogram_schema::{EndpointInfo, FieldKind};
use serde_json::{Map, Value};
use std::collections::HashSet;
use std::path::PathBuf;
use std::str::FromStr;

/// The most pictures of one command line.
const MOST: usize = 100;

/// The heading of these flags.
const HEADING: &str = "Several pictures";

/// What one picture has that the others need not have.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Variation {
    /// The values of varied fields, in the order of the flags.
    pub(crate) fields: Vec<(&'static str, Value)>,
    /// The seed; `None` where the tool draws one.
    pub(crate) seed: Option<i64>,
}

/// The flags.
pub(crate) fn args() -> Vec<Arg> {
    let count = Arg::new("count")
        .long("count")
        .short('n')
        .value_name("N")
        .value_parser(count)
        .help("Make N pictures; with `--seed S` their seeds are S, S+1, and so on");
    let seeds = Arg::new("seeds")
        .long("seeds")
        .value_name("LIST")
        .value_parser(Seeds::from_str)
        .allow_hyphen_values(true)
        .conflicts_with("count")
        .help("Make a picture of each of these seeds: `1..8`, `1,5,9`");
    let vary = Arg::new("vary").long("vary").value_name("FIELD=A,B").action(ArgAction::Append).help(
        "Make a picture of each of these values, such as `style=anime,design`; given more than once, every combination",
    );
    let grid = Arg::new("grid")
        .long("grid")
        .value_name("FILE")
        .value_parser(value_parser!(PathBuf))
        .value_hint(ValueHint::FilePath)
        .help("Also save one sheet with all of them, each labelled with what differs");
    [count, seeds, vary, grid].map(|arg| arg.help_heading(HEADING)).into()
}

/// What the pictures differ in; `None` where one picture is asked for in the plain way.
pub(crate) fn variations(
    info: &'static EndpointInfo,
    matches: &ArgMatches,
    input: &Map<String, Value>,
) -> Result<Option<Vec<Variation>>, Failure> {
    let count = matches.get_one::<usize>("count").copied();
    let list = matches.get_one::<Seeds>("seeds");
    let varied = varied(info, matches)?;
    let is_several = count.is_some_and(|count| count > 1) || list.is_some() || !varied.is_empty();
    if !is_several && !matches.contains_id("grid") {
        return Ok(None);
    }
    let is_seed_given = flags(info).iter().any(|flag| is_seed(flag.field) && is_given(matches, &flag.id()));
    if list.is_some() && is_seed_given {
        return Err(Failure::usage("`--seeds` and `--seed` exclude each other"));
    }
    let seeds = seeds(info, input, count.unwrap_or(1), list)?;
    let total = varied.iter().try_fold(seeds.len(), |total, (_, values)| total.checked_mul(values.len()));
    if total.is_none_or(|total| total > MOST) {
        let total = total.map_or_else(|| "that".to_owned(), |total| format!("that is {total} pictures, which"));
        return Err(Failure::usage(format!("{total} is too much for one command: it makes {MOST} at most")));
    }
    let mut variations = vec![Variation::default()];
    for (name, values) in varied {
        let with = |variation: &Variation, value: &Value| {
            let mut variation = variation.clone();
            variation.fields.push((name, value.clone()));
            variation
        };
        variations = variations.iter().flat_map(|one| values.iter().map(move |value| with(one, value))).collect();
    }
    let with_seed = |one: Variation| seeds.iter().map(move |seed| Variation { seed: *seed, ..one.clone() });
    Ok(Some(variations.into_iter().flat_map(with_seed).collect()))
}

/// The seed of each picture that is alike otherwise.
fn seeds(
    info: &EndpointInfo,
    input: &Map<String, Value>,
    count: usize,
    listed: Option<&Seeds>,
) -> Result<Vec<Option<i64>>, Failure> {
    let field = info.inputs.iter().find(|field| is_seed(field));
    let given = field.and_then(|field| input.get(field.name)).and_then(Value::as_i64);
    let seeds = match (listed, given) {
        (None, None) => return Ok(vec![None; count]),
        (Some(Seeds(seeds)), _) => seeds.clone(),
        (None, Some(first)) => {
            let too_large = || Failure::usage(format!("there are no {count} seeds from {first} on"));
            let last = i64::try_from(count - 1).ok().and_then(|more| first.checked_add(more)).ok_or_else(too_large)?;
            (first..=last).collect()
        }
    };
    let Some(FieldKind::Integer(bounds)) = field.map(|field| field.kind) else {
        return Err(Failure::usage(format!("`{}` has no seed", info.verb)));
    };
    if let Some(wrong) = seeds.iter().find(|seed| bounds.check(**seed).is_err()) {
        return Err(Failure::usage(format!("the seed {wrong} is out of range: it must be {bounds}")));
    }
    Ok(seeds.into_iter().map(Some).collect())
}

/// The fields of `--vary` with their values.
fn varied(info: &'static EndpointInfo, matches: &ArgMatches) -> Result<Vec<(&'static str, Vec<Value>)>, Failure> {
    let all = flags(info);
    let can_vary =
        |flag: &&Flag| matches!(flag.field.kind, FieldKind::Enum(_) | FieldKind::IntegerEnum(_) | FieldKind::Boolean);
    let mut varied: Vec<(&'static str, Vec<Value>)> = Vec::new();
    for given in matches.get_many::<String>("vary").into_iter().flatten() {
        let (name, values) = given.split_once('=').ok_or_else(|| {
            Failure::usage(format!("`--vary` takes a field and its values, such as `{}`", example(&all)))
        })?;
        let wanted = name.trim_start_matches('-').replace('-', "_");
        let Some(flag) = all.iter().filter(can_vary).find(|flag| flag.field.name == wanted) else {
            let names: Vec<&str> = all.iter().filter(can_vary).map(|flag| flag.field.name).collect();
            return Err(Failure::usage(format!("`--vary` cannot vary `{name}`: it can `{}`", names.join("`, `"))));
        };
        let name = flag.field.name;
        if is_given(matches, &flag.id()) || varied.iter().any(|(varied, _)| *varied == name) {
            return Err(Failure::usage(format!("`{}` is given twice: by itself and in `--vary`", flag.shown())));
        }
        let mut read = Vec::new();
        for raw in values.split(',').map(str::trim) {
            let value = kind::read(item(&flag.field.kind), raw).ok_or_else(|| {
                Failure::usage(format!(
                    "`{}` cannot be `{raw}`: it must be {}",
                    flag.shown(),
                    kind::allowed(&flag.field.kind)
                ))
            })?;
            if read.contains(&value) {
                return Err(Failure::usage(format!("`--vary` has `{raw}` twice, which would be bought twice")));
            }
            read.push(value);
        }
        varied.push((name, read));
    }
    Ok(varied)
}

/// `style=auto,general`, of this endpoint.
fn example(flags: &[Flag]) -> String {
    let listed = |flag: &Flag| match flag.field.kind {
        FieldKind::Enum([first, second, ..]) => Some(format!("{}={first},{second}", flag.field.name)),
        _ => None,
    };
    flags.iter().rev().find_map(listed).unwrap_or_else(|| "field=one,two".to_owned())
}

/// A number of pictures.
fn count(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|count| (1..=MOST).contains(count));
    number.ok_or_else(|| format!("it must be a whole number from 1 to {MOST}"))
}

/// Seeds that are listed, none twice.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seeds(Vec<i64>);

impl FromStr for Seeds {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "it must be seeds such as `1..8` or `1,5,9`".to_owned();
        let number = |text: &str| text.trim().parse::<i64>().map_err(|_| wrong());
        let mut seeds = Vec::new();
        for part in text.split(',') {
            let (first, last) = match part.split_once("..") {
                Some((first, last)) => (number(first)?, number(last)?),
                None => (number(part)?, number(part)?),
            };
            // At most one more than the limit is made, which is enough to notice that there are too many.
            let room = i64::try_from(MOST - seeds.len().min(MOST)).unwrap_or_default();
            if first > last {
                return Err(wrong());
            }
            if last.saturating_sub(first) >= room {
                return Err(format!("it has more than {MOST} seeds"));
            }
            seeds.extend(first..=last);
        }
        let mut seen = HashSet::new();
        match seeds.iter().find(|seed| !seen.insert(**seed)) {
            Some(twice) => Err(format!("it has {twice} twice, which would be bought twice")),
            None => Ok(Self(seeds)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Seeds;

    #[test]
    fn seeds_are_ranges_and_lists_and_none_is_there_twice() {
        let read = |text: &str| text.parse::<Seeds>().map(|seeds| seeds.0);
        assert_eq!(read("1..4"), Ok(vec![1, 2, 3, 4]));
        assert_eq!(read("1, 5,9..10"), Ok(vec![1, 5, 9, 10]));
        assert_eq!(read("-2..0"), Ok(vec![-2, -1, 0]));
        assert_eq!(read("1..100").map(|seeds| seeds.len()), Ok(100));
        for (wrong, why) in [
            ("", "such as"),
            ("4..1", "such as"),
            ("1..", "such as"),
            ("a", "such as"),
            ("1,1", "twice"),
            ("1..3,2", "twice"),
            ("1..101", "more than 100"),
            ("1..100,200", "more than 100"),
            ("-9223372036854775808..9223372036854775807", "more than 100"),
        ] {
            let told = read(wrong).unwrap_err();
            assert!(told.contains(why), "{wrong}: {told}");
        }
    }
}
