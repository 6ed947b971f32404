//! The request ids that this client was given, so that none of them is taken for a lost request.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};

/// Request ids that a client remembers as its own.
const REMEMBERED: usize = 10_000;

/// The ids that this client was given for its own requests, the latest ones: none of them is a lost one.
#[derive(Debug, Default)]
pub(crate) struct SubmittedIds(Mutex<(HashSet<String>, VecDeque<String>)>);

impl SubmittedIds {
    /// Remembers an id; false when it was known.
    pub(super) fn claim(&self, request_id: &str) -> bool {
        let mut guard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (ids, order) = &mut *guard;
        if !ids.insert(request_id.to_owned()) {
            return false;
        }
        order.push_back(request_id.to_owned());
        if order.len() > REMEMBERED
            && let Some(oldest) = order.pop_front()
        {
            ids.remove(&oldest);
        }
        true
    }

    pub(super) fn has(&self, request_id: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0.contains(request_id)
    }
}

#[cfg(test)]
mod tests {
    use super::SubmittedIds;

    #[test]
    fn a_request_is_claimed_once_and_only_so_many_are_remembered() {
        let ids = SubmittedIds::default();
        assert!(ids.claim("a") && !ids.claim("a"));
        (0..super::REMEMBERED).for_each(|n| assert!(ids.claim(&n.to_string())));
        assert!(!ids.has("a") && ids.has("0"));
    }
}
