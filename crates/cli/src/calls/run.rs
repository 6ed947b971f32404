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
use crate::cost::{Budget, cost};
use crate::envelope::{Envelope, Kind};
use crate::exit::Failure;
use crate::ledger::Row;
use crate::output::{Output, after_stdout, print_envelope, write_stdout};
use crate::price::{Usd, amount};
use crate::runtime::block_on;
use crate::save::Destination;
use clap::ArgMatches;
use ideogram_schema::EndpointInfo;
use serde_json::{Map, Value};
use std::path::PathBuf;

/// Runs the command of an endpoint.
pub(crate) fn run(info: &'static EndpointInfo, matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    let unread = input::typed(info, matches)?;
    let plan = CallPlan::new(info, matches, &unread.input, output)?;
    make(info, plan, unread.read()?, matches, output)
}

/// What is to be made of a request, beside its fields. It is judged before a file is read.
pub(crate) struct CallPlan {
    /// None where it is one picture, of no series.
    variations: Option<Vec<Variation>>,
    /// Where the pictures go, and the sheet; none in a dry run, which makes no folder either.
    place: Option<(Destination, Option<Sheet>)>,
}

impl CallPlan {
    pub(crate) fn new(
        info: &'static EndpointInfo,
        matches: &ArgMatches,
        input: &Map<String, Value>,
        output: Output,
    ) -> Result<Self, Failure> {
        let overwrite = matches.get_flag("overwrite");
        let variations = variations(info, matches, input)?;
        if variations.is_some() && matches.get_flag("detach") {
            return Err(Failure::usage("`--detach` leaves one request in the queue, and this makes several pictures"));
        }
        let plan = Self { variations, place: None };
        if matches.get_flag("dry-run") {
            return Ok(plan);
        }
        Budget::new(matches.get_one::<Usd>("max-cost").copied()).allows(info, &plan.inputs(info, input))?;
        let path = matches.get_one::<PathBuf>("output");
        let destination = Destination::new(path.map(PathBuf::as_path), overwrite, output)?;
        several::room(&destination, plan.count())?;
        let sheet = matches.get_one::<PathBuf>("grid").map(|path| Sheet::new(path, overwrite)).transpose()?;
        Ok(Self { place: Some((destination, sheet)), ..plan })
    }

    /// How many pictures are made.
    pub(crate) fn count(&self) -> usize {
        self.variations.as_ref().map_or(1, Vec::len)
    }

    /// The input of each picture.
    fn inputs(&self, info: &EndpointInfo, base: &Map<String, Value>) -> Vec<Map<String, Value>> {
        let one = [Variation::default()];
        let variations = self.variations.as_deref().unwrap_or(&one).iter();
        variations.map(|variation| several::input_of(info, base, variation)).collect()
    }
}

/// Makes the pictures of a request whose fields are known.
pub(crate) fn make(
    info: &'static EndpointInfo,
    plan: CallPlan,
    draft: Draft,
    matches: &ArgMatches,
    output: Output,
) -> Result<(), Failure> {
    for note in &draft.notes {
        output.note(note);
    }
    let sync = matches.get_flag("sync");
    worth_sending(info, &draft.input, sync, matches.get_flag("queue-sync-mode"))?;
    let webhook = matches.get_one::<String>("webhook");
    let mut planned = plan.inputs(info, &draft.input);
    let CallPlan { variations, place: Some((destination, sheet)) } = plan else {
        for input in &mut planned {
            input::ensure_seed(info, input)?;
        }
        return dry_run::print(info, sync, webhook, &planned, &draft.uploads, output);
    };
    let order = Order { sync, webhook: webhook.cloned(), ..Order::new(info, draft.input.clone(), destination) };
    tell_price(info, &planned, is_set(matches, "sandbox"), output);
    if matches.get_flag("detach") {
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
    let written = if output.json() {
        let envelope = Envelope::new(Kind::Images, vec![saved.row]);
        let envelope = incomplete.iter().fold(envelope, |envelope, failure| envelope.with_error(failure.row()));
        print_envelope(&envelope)
    } else {
        write_stdout(&saved.paths())
    };
    // The warning has named the files, and what to do.
    after_stdout(written, incomplete.map_or(Ok(()), |failure| Err(failure.reported())))
}

/// Prints the number of a request that was left in the queue, for `ideogram jobs result`.
fn report_left(row: Option<&Row>, output: Output) -> Result<(), Failure> {
    if output.json() {
        return print_envelope(&Envelope::new(Kind::Job, row.map(result_row).into_iter().collect()));
    }
    let id = row.map_or_else(String::new, |row| format!("{}\n", row.id));
    write_stdout(id.as_bytes())
}
