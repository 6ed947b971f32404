//! The command of an endpoint, from its arguments to its files.

use crate::args::input::{self, Draft};
use crate::args::several::{Variation, variations};
use crate::args::value::is_set;
use crate::calls::dry_run;
use crate::calls::job_row::result_row;
use crate::calls::order::{Order, worth_sending};
use crate::calls::place::{leave, place};
use crate::calls::save_answer::SavedAnswer;
use crate::calls::session::Session;
use crate::calls::several::{self, Sheet};
use crate::cost::cost;
use crate::envelope::{Envelope, Kind};
use crate::exit::Failure;
use crate::ledger::Row;
use crate::output::{Output, print_envelope, write_stdout};
use crate::price::amount;
use crate::runtime::block_on;
use crate::save::Destination;
use clap::ArgMatches;
use ideogram_schema::EndpointInfo;
use serde_json::{Map, Value};
use std::path::PathBuf;

/// Runs the command of an endpoint.
pub(crate) fn run(info: &'static EndpointInfo, matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    make(info, input::typed(info, matches)?, matches, output)
}

/// Makes the pictures of a request whose fields are known.
pub(crate) fn make(
    info: &'static EndpointInfo,
    draft: Draft,
    matches: &ArgMatches,
    output: Output,
) -> Result<(), Failure> {
    for note in &draft.notes {
        output.note(note);
    }
    let sync = matches.get_flag("sync");
    worth_sending(info, &draft.input, sync, matches.get_flag("queue-sync-mode"))?;
    let variations = variations(info, matches, &draft)?;
    let one = [Variation::default()];
    let planned = variations.as_deref().unwrap_or(&one).iter();
    let mut planned: Vec<_> = planned.map(|variation| several::input_of(info, &draft.input, variation)).collect();
    if matches.get_flag("dry-run") {
        for input in &mut planned {
            input::ensure_seed(info, input)?;
        }
        return dry_run::print(info, sync, &planned, &draft.uploads, output);
    }
    let overwrite = matches.get_flag("overwrite");
    let path = matches.get_one::<PathBuf>("output");
    let destination = Destination::new(path.map(PathBuf::as_path), overwrite, output)?;
    let webhook = matches.get_one::<String>("webhook").cloned();
    let order = Order { sync, webhook, ..Order::new(info, draft.input.clone(), destination) };
    let sheet = matches.get_one::<PathBuf>("grid").map(|path| Sheet::new(path, overwrite)).transpose()?;
    several::room(&order, planned.len())?;
    tell_price(info, &planned, is_set(matches, "sandbox"), output);
    if matches.get_flag("detach") {
        if variations.is_some() {
            return Err(Failure::usage("`--detach` leaves one request in the queue, and this makes several pictures"));
        }
        let order = Order { destination: order.destination.clone().with_index(1), ..order };
        let row = block_on(async {
            let mut session = Session::open(matches, output).await?;
            let id = leave(&mut session, order, &draft.uploads).await?;
            session.ledger.row(id).map_err(Failure::from)
        })??;
        return report_left(row.as_ref(), output);
    }
    block_on(async {
        let mut session = Session::open(matches, output).await?;
        if let Some(variations) = variations {
            return several::run(session, draft, &order, &variations, sheet.as_ref()).await;
        }
        let order = Order { destination: order.destination.clone().with_index(1), ..order };
        report(place(&mut session, order, &draft.uploads).await?, output)
    })?
}

/// Says what the pictures cost, to somebody who watches.
fn tell_price(info: &EndpointInfo, inputs: &[Map<String, Value>], sandbox: bool, output: Output) {
    let total = inputs.iter().try_fold(0, |total: u64, input| total.checked_add(cost(info, input)?));
    if let Some(total) = total {
        let count = if inputs.len() == 1 { "this costs".to_owned() } else { format!("{} pictures cost", inputs.len()) };
        let bill = if sandbox { "; the sandbox bills nothing" } else { "" };
        output.progress(&format!("{count} ${} by the price list{bill}", amount(total)));
    }
}

/// Prints what was saved: the paths, or the envelope.
fn report(saved: SavedAnswer, output: Output) -> Result<(), Failure> {
    let incomplete = saved.incomplete();
    if output.json() {
        let envelope = Envelope::new(Kind::Images, vec![saved.row]);
        let envelope = incomplete.iter().fold(envelope, |envelope, failure| envelope.with_error(failure.row()));
        print_envelope(&envelope)?;
    } else {
        write_stdout(&saved.paths())?;
    }
    // The warning has said which files, and what to do.
    incomplete.map_or(Ok(()), |failure| Err(failure.reported()))
}

/// Prints the number of a request that was left in the queue, for `ideogram jobs result`.
fn report_left(row: Option<&Row>, output: Output) -> Result<(), Failure> {
    if output.json() {
        return print_envelope(&Envelope::new(Kind::Job, row.map(result_row).into_iter().collect()));
    }
    let id = row.map_or_else(String::new, |row| format!("{}\n", row.id));
    write_stdout(id.as_bytes())
}
