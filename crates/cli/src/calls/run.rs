//! The command of an endpoint, from its arguments to its files.

use crate::args::input::{self, Draft};
use crate::calls::order::{Order, choose_seed};
use crate::calls::prompt::prompt_of;
use crate::calls::save_answer::SavedAnswer;
use crate::calls::session::Session;
use crate::calls::upload::upload;
use crate::calls::{queued, sync};
use crate::envelope::{Envelope, Kind};
use crate::exit::Failure;
use crate::output::{Output, print_envelope, write_stdout};
use crate::runtime::block_on;
use crate::save::Destination;
use clap::ArgMatches;
use ideogram_schema::EndpointInfo;
use serde_json::Value;
use std::path::PathBuf;

/// The field that asks for the file inside the answer.
const SYNC_MODE: &str = "sync_mode";

/// Runs the command of an endpoint.
pub(crate) fn run(info: &'static EndpointInfo, matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    let Draft { input, uploads, notes } = input::from_matches(info, matches)?;
    for note in &notes {
        output.note(note);
    }
    if prompt_of(info, &input).is_some_and(|prompt| prompt.trim().is_empty()) {
        return Err(Failure::usage("the prompt is empty; the service would make a picture of nothing, and bill it"));
    }
    let sync = matches.get_flag("sync");
    let force = matches.get_flag("force");
    if input.get(SYNC_MODE) == Some(&Value::Bool(true)) && !sync && !force {
        return Err(Failure::usage(
            "`--sync-mode` makes a queued result large, and the service keeps such a result for minutes only and in no \
             history; add `--sync`, or `--force` to queue it all the same",
        ));
    }
    let path = matches.get_one::<PathBuf>("output");
    let destination = Destination::new(path.map(PathBuf::as_path), force, output)?;
    let mut order = Order { info, input, seed: None, sync, destination };
    let saved = block_on(async {
        let mut session = Session::open(matches, output).await?;
        upload(&mut session, &mut order, &uploads).await?;
        choose_seed(&mut order, &session)?;
        let (input, sent) = (order.json()?, order.sent());
        if order.sync {
            sync::call(&mut session, &order, &input, &sent).await
        } else {
            queued::call(&mut session, &order, &input, &sent).await
        }
    })??;
    report(saved, output)
}

/// Prints what was saved: the paths, or the envelope.
pub(crate) fn report(saved: SavedAnswer, output: Output) -> Result<(), Failure> {
    if output.json() {
        return print_envelope(&Envelope::new(Kind::Images, vec![saved.row]));
    }
    write_stdout(&saved.paths())
}
