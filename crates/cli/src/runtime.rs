//! The async runtime.

use crate::exit::Failure;
use tokio::runtime::Runtime;

/// One thread is enough: the work is waiting.
fn runtime() -> Result<Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| no_runtime(&error))
}

/// Runs a command's work to its end. A thread that is stuck in a write to a pipe is left to the end of the process.
pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = runtime()?;
    let outcome = runtime.block_on(work);
    runtime.shutdown_background();
    Ok(outcome)
}

pub(crate) fn no_runtime(error: &std::io::Error) -> Failure {
    Failure::failed(format!("the runtime does not start: {error}"))
}
