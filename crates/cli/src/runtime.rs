//! The asynchronous runtime.

use crate::exit::Failure;
use tokio::runtime::Runtime;

/// One thread is enough: the work is waiting.
pub(crate) fn runtime() -> Result<Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| no_runtime(&error))
}

pub(crate) fn no_runtime(error: &std::io::Error) -> Failure {
    Failure::failed(format!("the runtime does not start: {error}"))
}
