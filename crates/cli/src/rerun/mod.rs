//! `ideogram rerun`: sends a request again, unchanged or with other flags.

mod consent;
mod source;

use crate::args::flag::{Flag, flags, options};
use crate::args::input::{self, Draft};
use crate::args::negation::is_given;
use crate::args::value::is_set;
use crate::calls::{self, CallPlan};
use crate::exit::Failure;
use crate::made::Again;
use crate::output::Output;
use crate::price::price;
use crate::summary::summarised;
use clap::ArgMatches;
use ideogram_schema::EndpointInfo;
use serde_json::{Map, Value};

/// Reads the request, shows it with its price, and buys it where that is wanted.
pub(crate) fn run(matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    let again = source::find(matches)?;
    let info = again.info;
    if let Some(flag) = foreign(matches, info) {
        return Err(Failure::usage(format!(
            "`{}` is no flag of `{}`, which made this picture",
            flag.shown(),
            info.verb
        )));
    }
    let mut unread = input::from_matches(info, matches)?;
    let left_out = take_over(&mut unread.input, again)?;
    let plan = CallPlan::new(info, matches, &unread.input, output)?;
    let draft = unread.read()?;
    if !left_out.is_empty() {
        output.note(&format!("not taken over: `{}`", left_out.join("`, `")));
    }
    // A dry run needs no consent.
    if !is_set(matches, "dry-run") {
        let count = plan.count();
        let several = if count == 1 { String::new() } else { format!("{count} pictures, ") };
        consent::ask(matches, output, &format!("{several}{}", shown(info, &draft)))?;
    }
    calls::make(info, plan, draft, matches, output)
}

/// A flag that was given and that the endpoint does not have.
fn foreign(matches: &ArgMatches, info: &'static EndpointInfo) -> Option<Flag> {
    let own = flags(info);
    let given = |flag: &Flag| is_given(matches, &flag.id());
    options().into_iter().find(|flag| given(flag) && !own.iter().any(|own| own.field.name == flag.field.name))
}

/// Fills what was not given with what was sent before; gives the fields that neither has.
fn take_over(input: &mut Map<String, Value>, again: Again) -> Result<Vec<String>, Failure> {
    for (name, value) in again.input {
        input.entry(name).or_insert(value);
    }
    let missing = again.info.inputs.iter().find(|field| field.required && !input.contains_key(field.name));
    if let Some(field) = missing {
        let flag = options().into_iter().find(|flag| flag.field.name == field.name);
        let flag = flag.map_or_else(|| field.name.to_owned(), |flag| flag.shown());
        return Err(Failure::usage(format!(
            "`{flag}` is missing: what was sent for it is not known here, such as a file that was sent from a disk"
        )));
    }
    Ok(again.left_out.into_iter().filter(|name| !input.contains_key(name)).collect())
}

/// The request in one line, files by what they are.
fn shown(info: &EndpointInfo, draft: &Draft) -> String {
    let price = info.price.map_or_else(|| "no price is known".to_owned(), |cost| price(&cost));
    let uploads: Vec<String> = draft.uploads.iter().map(|file| format!("`{}`", file.name)).collect();
    let uploads = match uploads.as_slice() {
        [] => String::new(),
        uploads => format!(", after uploading {}", uploads.join(", ")),
    };
    format!("{}, {price}: {}{uploads}", info.id, summarised(&draft.input))
}
