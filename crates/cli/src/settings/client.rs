//! The client, as the environment configures it.

use crate::exit::{ErrorKind, Failure};
use ideogram_client::{Client, Error};

/// A client with the key and the addresses of the environment.
pub(crate) fn from_env() -> Result<Client, Failure> {
    Client::from_env().map_err(|error| failure(&error))
}

/// A failure before there was any call: the key, the settings.
pub(crate) fn failure(error: &Error) -> Failure {
    let message = match (error.is_missing_key(), cfg!(feature = "sandbox")) {
        (true, true) => "there is no API key; set `FAL_KEY`, or add `--sandbox` to try without one".to_owned(),
        (true, false) => "there is no API key; set `FAL_KEY`".to_owned(),
        (false, _) => error.to_string(),
    };
    Failure::new(ErrorKind::from(error), message)
}
