//! A request that is ready to be sent, and its row in the ledger.

use crate::args::input;
use crate::calls::session::Session;
use crate::exit::Failure;
use crate::ledger::NewRow;
use crate::save::Destination;
use crate::settings::ledger::unusable_ledger;
use ideogram_client::{Client, JsonInput};
use ideogram_schema::EndpointInfo;
use serde_json::{Map, Value};
use std::path::Path;

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

/// Draws a seed where the user chose none, another one when the ledger has seen this very input.
pub(super) fn choose_seed(order: &mut Order, session: &Session) -> Result<(), Failure> {
    for _ in 0..DRAWS {
        let mut input = order.input.clone();
        order.seed = input::ensure_seed(order.info, &mut input)?;
        if input == order.input {
            return Ok(());
        }
        let sent_before =
            session.ledger.was_sent_before(order.info.id, &text_of(&input)).map_err(|error| unusable_ledger(&error))?;
        if !sent_before {
            order.input = input;
            return Ok(());
        }
    }
    Err(Failure::failed("no seed is left that this prompt was not sent with; choose one with `--seed`"))
}

/// The input as the ledger has it: keys sorted, so that equal inputs are equal texts.
fn text_of(input: &Map<String, Value>) -> String {
    Value::Object(input.clone()).to_string()
}

impl Order {
    /// The input as the client takes it.
    pub(super) fn json(&self) -> Result<JsonInput, Failure> {
        JsonInput::of(self.info, self.input.clone()).map_err(|error| Failure::usage(error.to_string()))
    }

    pub(super) fn sent(&self) -> String {
        text_of(&self.input)
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
            cost_micros: self.info.price.and_then(|price| i64::try_from(price.micros).ok()),
            ..NewRow::new(self.info.id, sent)
        }
    }
}
