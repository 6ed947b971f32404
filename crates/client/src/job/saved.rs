//! A job as data, to be stored and continued later.

use crate::error::{Error, Result};
use crate::job::{Job, Jobs};
use crate::text::clean;
use crate::wire::input::CallOutput;
use ideogram_schema::EndpointInfo;
use serde::{Deserialize, Serialize, Serializer};
use std::sync::Arc;

/// What is needed to continue with a job in another process or at another time: plain data, to be stored as JSON or in any other
/// format of serde. [`Client::restore`](crate::Client::restore) makes a [`Job`](crate::Job) of it.
///
/// ```no_run
/// use ideogram_client::{Client, Generate, Job, Output, SavedJob};
///
/// # fn example(client: Client, job: Job<Output>) -> ideogram_client::Result<()> {
/// let text = serde_json::to_string(&job).unwrap();
/// // … later …
/// let saved: SavedJob = serde_json::from_str(&text).unwrap();
/// let job = client.restore::<Generate>(&saved)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SavedJob {
    /// The base URL of the queue that the job is in.
    pub queue: String,
    /// The endpoint's id; [`restore_json`](crate::Client::restore_json) takes a job of any endpoint.
    pub endpoint: String,
    /// The job's id.
    pub request_id: String,
}

impl<O: CallOutput> Job<O> {
    /// What to store to continue with the job later; serialising the job itself gives the same.
    pub fn save(&self) -> SavedJob {
        SavedJob {
            queue: self.jobs().wire.bases.queue.as_str().to_owned(),
            endpoint: self.endpoint().id.to_owned(),
            request_id: self.request_id().to_owned(),
        }
    }
}

impl<O: CallOutput> Serialize for Job<O> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.save().serialize(serializer)
    }
}

impl SavedJob {
    /// The job, where it is one of this endpoint in this queue.
    pub(crate) fn restore<O: CallOutput>(&self, jobs: Arc<Jobs>, endpoint: &'static EndpointInfo) -> Result<Job<O>> {
        for (what, saved, here) in [
            ("endpoint", self.endpoint.as_str(), endpoint.id),
            ("queue", self.queue.as_str(), jobs.wire.bases.queue.as_str()),
        ] {
            if saved != here {
                let saved = clean(saved, 200);
                return Err(Error::input(format!("the job belongs to the {what} `{saved}`, not to `{here}`")));
            }
        }
        Job::attach(jobs, endpoint, self.request_id.clone())
    }
}
