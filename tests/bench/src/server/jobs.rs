//! The jobs: each takes its time and does nothing.

use crate::Settings;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::watch;

/// When a job completed, in microseconds since 1970; `None` before that.
pub(crate) type Completed = watch::Receiver<Option<u64>>;

#[derive(Default)]
pub(crate) struct Jobs(Mutex<HashMap<String, Completed>>);

impl Jobs {
    /// Accepts a job and gives its id.
    pub(crate) fn accept(&self, settings: &Settings) -> String {
        let mut jobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let number = jobs.len() as u64;
        let id = format!("00000000-0000-4000-8000-{number:012x}");
        // A stride that is prime to the range spreads few jobs as evenly as many.
        let range = settings.job_max_ms.saturating_sub(settings.job_ms) + 1;
        let takes = Duration::from_millis(settings.job_ms + number * 7919 % range);
        let (completed, watching) = watch::channel(None);
        tokio::spawn(async move {
            tokio::time::sleep(takes).await;
            completed.send_replace(Some(now()));
            // Whoever asks later finds the value; the sender is not needed for that.
        });
        jobs.insert(id.clone(), watching);
        id
    }

    pub(crate) fn get(&self, id: &str) -> Option<Arc<Completed>> {
        let jobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.get(id).map(|completed| Arc::new(completed.clone()))
    }
}

/// Microseconds since 1970.
pub(crate) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}
