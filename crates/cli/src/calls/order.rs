//! A request that is ready to be sent, and its row in the ledger.

use crate::args::input;
use crate::calls::prompt::prompt_of;
use crate::calls::session::Session;
use crate::cost::cost;
use crate::exit::Failure;
use crate::ledger::NewRow;
use crate::save::Destination;
use crate::settings::ledger::unusable_ledger;
use ideogram_client::{Client, JsonInput};
use ideogram_schema::EndpointInfo;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::path::Path;

/// How often a random seed is drawn again because the ledger has seen its input.
const DRAWS: usize = 16;

/// The field that asks for the file inside the answer.
const SYNC_MODE: &str = "sync_mode";

/// A request that is to be sent once.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) info: &'static EndpointInfo,
    pub(crate) input: Map<String, Value>,
    /// The seed in the input, once it is chosen.
    pub(crate) seed: Option<i64>,
    /// Whether it is a call in one piece instead of one through the queue.
    pub(crate) sync: bool,
    pub(crate) destination: Destination,
    /// A URL that the service tells of the outcome.
    pub(crate) webhook: Option<String>,
    /// Whose call it is, for the ledger.
    pub(crate) caller: Cow<'static, str>,
    /// The batch it belongs to and its key in it.
    pub(crate) batch: Option<(String, String)>,
    /// The latest row of its caller, 0 for none, where a later one means that it is bought already.
    pub(crate) after: Option<i64>,
    /// The row of a lost request that it takes the place of, which is given up when this one is noted. Only for a session
    /// that shares its writes.
    pub(crate) instead_of: Option<i64>,
}

/// Refuses what the service would bill without making anything of use: no words, and a result that is soon gone.
/// `queue_sync_mode` lets a queued request have its file inside the answer all the same.
pub(crate) fn worth_sending(
    info: &EndpointInfo,
    input: &Map<String, Value>,
    sync: bool,
    queue_sync_mode: bool,
) -> Result<(), Failure> {
    if prompt_of(info, input).is_some_and(|prompt| prompt.trim().is_empty()) {
        return Err(Failure::usage("the prompt is empty; the service would make a picture of nothing, and bill it"));
    }
    if input.get(SYNC_MODE) == Some(&Value::Bool(true)) && !sync && !queue_sync_mode {
        return Err(Failure::usage(
            "`--sync-mode` makes a queued result large, and the service keeps such a result for minutes only and in no \
             history; add `--sync`, or `--queue-sync-mode` to queue it all the same",
        ));
    }
    Ok(())
}

/// Draws a seed where the user chose none, another one when the ledger has seen this very input.
pub(super) fn choose_seed(order: &mut Order, session: &Session) -> Result<(), Failure> {
    for _ in 0..DRAWS {
        let mut drawn = order.clone();
        drawn.seed = input::ensure_seed(drawn.info, &mut drawn.input)?;
        let is_new = drawn.input == order.input
            || !session
                .ledger
                .was_sent_before(order.info.id, &drawn.sent())
                .map_err(|error| unusable_ledger(&error))?;
        if is_new {
            *order = drawn;
            return Ok(());
        }
    }
    Err(Failure::failed("no seed is left that this prompt was not sent with; choose one with `--seed`"))
}

impl Order {
    /// A call of the command line through the queue.
    pub(crate) fn new(info: &'static EndpointInfo, input: Map<String, Value>, destination: Destination) -> Self {
        let caller = Cow::Borrowed("command");
        Self {
            info,
            input,
            seed: None,
            sync: false,
            destination,
            webhook: None,
            caller,
            batch: None,
            after: None,
            instead_of: None,
        }
    }

    /// The input as the client takes it.
    pub(super) fn json(&self) -> Result<JsonInput, Failure> {
        JsonInput::of(self.info, self.input.clone()).map_err(|error| Failure::usage(error.to_string()))
    }

    /// The input as the ledger has it: keys sorted, so that equal inputs are equal texts.
    pub(super) fn sent(&self) -> String {
        Value::Object(self.input.clone()).to_string()
    }

    pub(super) fn row<'a>(
        &'a self,
        sent: &'a str,
        client: &'a Client,
        base: &'a str,
        destination: Option<&'a Path>,
    ) -> NewRow<'a> {
        NewRow {
            seed: self.seed,
            base,
            queued: !self.sync,
            destination,
            overwrite: self.destination.overwrites(),
            clock_offset_ms: client.clock_offset_ms(),
            account: Some(client.key_fingerprint()),
            cost_micros: cost(self.info, &self.input).and_then(|micros| i64::try_from(micros).ok()),
            caller: &self.caller,
            batch: self.batch.as_ref().map(|(batch, key)| (batch.as_str(), key.as_str())),
            after: self.after,
            ..NewRow::new(self.info.id, sent)
        }
    }
}
