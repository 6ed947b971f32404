//! The command of an endpoint, from its arguments to its files.

use crate::args::input::{self, Draft};
use crate::calls::dry_run;
use crate::calls::job_row::result_row;
use crate::calls::order::{Order, worth_sending};
use crate::calls::place::{leave, place};
use crate::calls::save_answer::SavedAnswer;
use crate::calls::session::Session;
use crate::cost::cost_row;
use crate::envelope::{Envelope, Kind};
use crate::exit::Failure;
use crate::ledger::Row;
use crate::output::{Output, print_envelope, write_stdout};
use crate::runtime::block_on;
use crate::save::Destination;
use clap::ArgMatches;
use ideogram_schema::EndpointInfo;
use std::path::PathBuf;

/// Runs the command of an endpoint.
pub(crate) fn run(info: &'static EndpointInfo, matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    make(info, input::from_matches(info, matches)?, matches, output)
}

/// Makes the pictures of a request whose fields are known.
pub(crate) fn make(
    info: &'static EndpointInfo,
    draft: Draft,
    matches: &ArgMatches,
    output: Output,
) -> Result<(), Failure> {
    let Draft { mut input, uploads, notes } = draft;
    for note in &notes {
        output.note(note);
    }
    let sync = matches.get_flag("sync");
    worth_sending(info, &input, sync, matches.get_flag("queue-sync-mode"))?;
    if matches.get_flag("dry-run") {
        input::ensure_seed(info, &mut input)?;
        return dry_run::print(info, sync, &[input], &uploads, output);
    }
    let path = matches.get_one::<PathBuf>("output");
    let destination = Destination::new(path.map(PathBuf::as_path), matches.get_flag("overwrite"), output)?;
    let webhook = matches.get_one::<String>("webhook").cloned();
    let order = Order { sync, webhook, ..Order::new(info, input, destination.with_index(1)) };
    let costs = cost_row(info, &order.input).map(|cost| format!("${}", cost.amount));
    if let Some(costs) = &costs {
        output.progress(&format!("this costs {costs} by the price list"));
    }
    if matches.get_flag("detach") {
        let row = block_on(async {
            let mut session = Session::open(matches, output).await?;
            let id = leave(&mut session, order, &uploads).await?;
            session.ledger.row(id).map_err(|error| Failure::file(error.to_string()))
        })??;
        return report_left(row.as_ref(), output);
    }
    let saved = block_on(async {
        let mut session = Session::open(matches, output).await?;
        place(&mut session, order, &uploads).await
    })??;
    report(saved, output)
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
