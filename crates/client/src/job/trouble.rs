//! The last failure in asking for a job's status, to be named in the error of a call that is given up.

use crate::error::{Error, ErrorKind, RequestState};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

/// The last failure in asking for a job's status; none after an answer that could be used.
#[derive(Clone, Debug, Default)]
pub(crate) struct LastTrouble(Arc<Mutex<Option<Error>>>);

impl LastTrouble {
    pub(super) fn set(&self, trouble: Option<Error>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }

    /// Adds that failure to the error of a call that was given up with its job open.
    pub(super) fn told(&self, mut error: Error) -> Error {
        let is_given_up = matches!(error.kind(), ErrorKind::Deadline | ErrorKind::Cancelled);
        if !is_given_up || error.state() != Some(RequestState::Accepted) {
            return error;
        }
        if let Some(mut last) = self.0.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // The outer error has the id already.
            last.repr_mut().request_id = None;
            // Writing to a String cannot fail.
            let _ = write!(error.repr_mut().message, "; the last attempt to ask about it: {last}");
        }
        error
    }
}
