//! An answer with what the server said about it.

use crate::call::head::Head;
use ideogram_schema::{Metrics, QueueStatus};
use std::ops::Deref;
use std::time::Duration;

/// An endpoint's output, and the facts that came with it. It can be used like the output itself.
///
/// ```no_run
/// # async fn example(client: ideogram_client::Client) -> ideogram_client::Result<()> {
/// let response = client.run(&ideogram_client::GenerateInput::new("A fox")).await?;
/// println!("{} with seed {}", response.images[0].url, response.seed);
/// println!("{:?} billed {:?}", response.request_id(), response.billable_units());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Response<T> {
    output: T,
    request_id: Option<String>,
    billable_units: Option<f64>,
    served_from: Option<String>,
    metrics: Option<Metrics>,
    elapsed: Duration,
}

impl<T> Response<T> {
    pub(crate) fn new(output: T, head: Head, elapsed: Duration) -> Self {
        Self {
            output,
            request_id: head.request_id,
            billable_units: head.billable_units,
            served_from: head.served_from,
            metrics: None,
            elapsed,
        }
    }

    /// Adds what the queue knew of the job.
    pub(crate) fn with_job(mut self, request_id: &str, status: Option<QueueStatus>, elapsed: Duration) -> Self {
        self.request_id = Some(request_id.to_owned());
        self.metrics = status.and_then(|status| status.metrics);
        self.elapsed = elapsed;
        self
    }

    /// The output itself.
    pub fn output(&self) -> &T {
        &self.output
    }

    /// The output itself, without the facts.
    pub fn into_output(self) -> T {
        self.output
    }

    /// The request's id: what support, history and bill know it by.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// What is billed, in the endpoint's unit (`X-Fal-Billable-Units`).
    pub fn billable_units(&self) -> Option<f64> {
        self.billable_units
    }

    /// Where it was served from (`X-Fal-Served-From`).
    pub fn served_from(&self) -> Option<&str> {
        self.served_from.as_deref()
    }

    /// How long the model worked, in seconds; known for queued jobs.
    pub fn inference_time(&self) -> Option<f64> {
        self.metrics.as_ref()?.inference_time
    }

    /// How long the whole call took, as seen from here.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }
}

impl<T> Deref for Response<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.output
    }
}
