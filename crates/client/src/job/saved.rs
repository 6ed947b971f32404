//! A job as it is written down, to be taken up again.

use crate::error::{Error, Result};
use crate::generated::glue::Callable;
use crate::job::{Job, Jobs};
use crate::text::clean;
use serde::{Deserialize, Serialize, Serializer};
use std::sync::Arc;

/// What is needed to take a job up again, in another process or on another day: plain data.
///
/// ```no_run
/// use ideogram_client::{Client, Generate, Job, SavedJob};
///
/// # fn example(client: Client, job: Job<Generate>) -> ideogram_client::Result<()> {
/// let text = serde_json::to_string(&job).unwrap();
/// // … later …
/// let saved: SavedJob = serde_json::from_str(&text).unwrap();
/// let job: Job<Generate> = client.restore(&saved)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SavedJob {
    /// The base URL of the queue that the job is in.
    pub queue: String,
    /// The endpoint's id, for [`visit_endpoint`](crate::visit_endpoint) where it is not known.
    pub endpoint: String,
    /// The job's id.
    pub request_id: String,
}

impl<E: Callable> Job<E> {
    /// What to write down to take the job up again; the job itself serialises to the same.
    pub fn save(&self) -> SavedJob {
        SavedJob {
            queue: self.jobs().wire.bases.queue.as_str().to_owned(),
            endpoint: E::ID.to_owned(),
            request_id: self.request_id().to_owned(),
        }
    }
}

impl<E: Callable> Serialize for Job<E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.save().serialize(serializer)
    }
}

impl SavedJob {
    /// The job, where it is one of this endpoint in this queue.
    pub(crate) fn restore<E: Callable>(&self, jobs: Arc<Jobs>) -> Result<Job<E>> {
        for (what, saved, here) in [
            ("endpoint", self.endpoint.as_str(), E::ID),
            ("queue", self.queue.as_str(), jobs.wire.bases.queue.as_str()),
        ] {
            if saved != here {
                let saved = clean(saved, 200);
                return Err(Error::input(format!("the job belongs to the {what} `{saved}`, not to `{here}`")));
            }
        }
        Job::attach(jobs, self.request_id.clone())
    }
}
