//! One limit on the memory of everything that is kept. Data that can be sent or made again is dropped first: unfinished
//! uploads, then drawings, then finished files and results. Inputs of open jobs and the record of requests are never
//! dropped; when nothing else is left, further bytes are refused.

use crate::world::State;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Bytes that are being received, counted until they are stored or dropped.
#[derive(Debug)]
pub(crate) struct Held {
    state: Arc<State>,
    bytes: usize,
}

/// There is no room, even after everything that may be dropped is dropped.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct OutOfMemory;

impl Held {
    /// Nothing yet.
    pub(crate) fn new(state: &Arc<State>) -> Self {
        Self { state: Arc::clone(state), bytes: 0 }
    }

    /// Takes in that many bytes more.
    pub(crate) fn grow(&mut self, bytes: usize) -> Result<(), OutOfMemory> {
        make_room(&self.state, bytes)?;
        self.bytes += bytes;
        self.state.arriving.fetch_add(bytes, Ordering::Relaxed);
        Ok(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.state.arriving.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// Bytes that are kept, of whatever kind.
pub(crate) fn used(state: &State) -> usize {
    let stores = [state.uploads.bytes(), state.files.bytes(), state.jobs.bytes(), state.recorder.bytes()];
    stores.iter().fold(state.arriving.load(Ordering::Relaxed), |sum, bytes| sum.saturating_add(*bytes))
}

/// Drops what may go until there is room for that many bytes.
pub(crate) fn make_room(state: &State, bytes: usize) -> Result<(), OutOfMemory> {
    let most = state.config.memory;
    while used(state).saturating_add(bytes) > most {
        let dropped = state.uploads.drop_oldest()
            || state.files.drop_drawing()
            || state.files.drop_oldest()
            || state.jobs.drop_oldest_payloads();
        if !dropped {
            if !state.is_full.swap(true, Ordering::Relaxed) {
                state.log.line(&format!(
                    "{} of {most} bytes of memory hold inputs of open jobs and requests; refusing {bytes} more with 507",
                    used(state)
                ));
            }
            return Err(OutOfMemory);
        }
    }
    if bytes > 0 {
        state.is_full.store(false, Ordering::Relaxed);
    }
    Ok(())
}
