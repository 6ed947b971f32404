//! The endpoints' commands: check everything, note it, send it, wait for it, save it.

mod follow;
mod keep;
pub(crate) mod lost;
mod queued;
mod sync;

pub(crate) use follow::{follow, over};
pub(crate) use keep::{Answer, Asked, Kept, keep};

use crate::envelope::{Envelope, Kind};
use crate::exit::{Exit, Failure};
use crate::fault;
use crate::input::{self, Draft, ToUpload};
use crate::ledger::NewRow;
use crate::output::{Output, data, print_envelope};
use crate::save::Destination;
use crate::session::{Session, runtime, unusable};
use clap::ArgMatches;
use ideogram_client::{Callable, EndpointVisitor, ImageInput, visit_endpoint};
use ideogram_schema::EndpointInfo;
use serde_json::{Map, Value};
use std::future::IntoFuture as _;
use std::path::PathBuf;
use std::pin::Pin;

/// The field that asks for the file inside the answer.
const SYNC_MODE: &str = "sync_mode";

/// How often a random seed is drawn again because the ledger has seen its input.
const DRAWS: usize = 16;

/// A request that is ready to be sent.
#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) info: &'static EndpointInfo,
    pub(crate) input: Map<String, Value>,
    pub(crate) seed: Option<i64>,
    pub(crate) sync: bool,
    pub(crate) destination: Destination,
}

/// Runs the command of an endpoint.
pub(crate) fn run(info: &'static EndpointInfo, matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    let Draft { input, uploads } = input::from_matches(info, matches)?;
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
    let kept = runtime()?.block_on(async {
        let mut session = Session::open(matches, output).await?;
        upload(&mut session, &mut order, &uploads).await?;
        choose_seed(&mut order, &session)?;
        let visit = Visit { session: &mut session, order: &order };
        match visit_endpoint(info.id, visit) {
            Some(call) => call.await,
            None => Err(Failure::service(format!("this build cannot call `{}`", info.id))),
        }
    })?;
    report(kept, output)
}

/// Prints what was saved: the paths, or the envelope.
pub(crate) fn report(kept: Kept, output: Output) -> Result<(), Failure> {
    if output.json() {
        return print_envelope(&Envelope::new(Kind::Images, vec![kept.row]));
    }
    data(&kept.paths())
}

/// Uploads what is too large to travel inside the request. Nothing is paid yet, so Ctrl-C just ends it.
async fn upload(session: &mut Session, order: &mut Order, uploads: &[ToUpload]) -> Result<(), Failure> {
    for file in uploads {
        session.output.progress(&format!("uploading `{}`", file.path.display()));
        let uploading = session.client.upload(ImageInput::path(&file.path)).into_future();
        match session.interrupts.unless(uploading).await {
            Some(Ok(url)) => file.fill(&mut order.input, url.as_str()),
            Some(Err(error)) => return Err(fault::of_call(&error, order.info)),
            None => return Err(Failure::new(Exit::Interrupted, "left before anything was sent")),
        }
    }
    Ok(())
}

/// Draws a seed where the user chose none, another one when the ledger has seen this very input.
fn choose_seed(order: &mut Order, session: &Session) -> Result<(), Failure> {
    for _ in 0..DRAWS {
        let mut input = order.input.clone();
        order.seed = input::ensure_seed(order.info, &mut input)?;
        if input == order.input {
            return Ok(());
        }
        let twin = session.ledger.has_twin(order.info.id, &text_of(&input)).map_err(|error| unusable(&error))?;
        if !twin {
            order.input = input;
            return Ok(());
        }
    }
    Err(Failure::service("no seed is left that this prompt was not sent with; choose one with `--seed`"))
}

struct Visit<'a> {
    session: &'a mut Session,
    order: &'a Order,
}

impl<'a> EndpointVisitor for Visit<'a> {
    type Output = Pin<Box<dyn Future<Output = Result<Kept, Failure>> + 'a>>;

    fn visit<E: Callable>(self) -> Self::Output {
        let Self { session, order } = self;
        Box::pin(async move {
            let typed = serde_json::from_value::<E::Input>(Value::Object(order.input.clone()))
                .map_err(|error| Failure::usage(format!("the input does not fit `{}`: {error}", order.info.id)))?;
            let sent = order.sent();
            if order.sync {
                sync::call::<E>(session, order, &typed, &sent).await
            } else {
                queued::call::<E>(session, order, &typed, &sent).await
            }
        })
    }
}

/// The input as the ledger has it: keys sorted, so that equal inputs are equal texts.
fn text_of(input: &Map<String, Value>) -> String {
    Value::Object(input.clone()).to_string()
}

impl Order {
    fn sent(&self) -> String {
        text_of(&self.input)
    }

    fn row<'a>(&'a self, sent: &'a str, base: &'a str, destination: Option<&'a std::path::Path>) -> NewRow<'a> {
        NewRow {
            seed: self.seed,
            base,
            queued: !self.sync,
            destination,
            overwrite: self.destination.overwrites(),
            ..NewRow::new(self.info.id, sent)
        }
    }
}
