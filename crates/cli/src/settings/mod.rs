//! What a run is configured with: the client, the ledger, and the environment variables behind them.

pub(crate) mod client;
pub(crate) mod env;
pub(crate) mod key_file;
pub(crate) mod ledger;
pub(crate) mod location;
