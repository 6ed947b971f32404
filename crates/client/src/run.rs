//! The synchronous call.

use crate::call::operation::Operation;
use crate::clock;
use crate::error::{Error, ErrorKind, Result};
use crate::job::preflight;
use crate::job::response::Response;
use crate::wire::input::{CallInput, CallOutput, Payload};
use crate::wire::options::CallOptions;
use crate::wire::{Wire, read_output};
use futures_util::future::{BoxFuture, FutureExt};
use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

/// A synchronous run, made by [`Client::run`](crate::Client::run); awaiting it sends it.
#[must_use = "a call is sent when it is awaited"]
pub struct Run<'a, O> {
    wire: &'a Arc<Wire>,
    payload: Result<Payload>,
    options: CallOptions,
    deadline: Option<Duration>,
    output: PhantomData<fn() -> O>,
}

impl<'a, O: CallOutput> Run<'a, O> {
    pub(crate) fn new(wire: &'a Arc<Wire>, input: &impl CallInput<Output = O>) -> Self {
        let payload = Payload::new(input);
        Self { wire, payload, options: CallOptions::default(), deadline: None, output: PhantomData }
    }

    /// Sets what is asked of the platform besides the input.
    pub fn with_options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// How long the whole call may take, retries included; by default the client's deadline. Past it the picture is lost
    /// and may be billed.
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    async fn send(self) -> Result<Response<O>> {
        let begun = clock::system_time();
        self.attempt().await.map_err(|error| error.sent_since(begun))
    }

    async fn attempt(self) -> Result<Response<O>> {
        let begun = clock::now();
        let payload = self.payload?;
        preflight::check(&payload)?;
        let id = payload.endpoint.id;
        let parameters = self.options.run_parameters()?;
        let wire = self.wire;
        let operations = wire.run.with_headers(self.options.extra()?);
        let deadline = self.deadline.unwrap_or(wire.timeouts.deadline);
        let call = wire.call(Operation::Run, Some(id), || parameters.run(&operations, id, &payload.json), read_output);
        let Ok(call) = tokio::time::timeout(deadline, call).await else {
            return Err(Error::new(
                ErrorKind::Deadline,
                format!("the run of `{id}` did not finish within {deadline:?}"),
            )
            .at(Operation::Run, Some(id)));
        };
        let (head, answer) = call.map_err(|error| error.with_files_of(payload.endpoint))?;
        Ok(Response::new(self.wire.clone(), payload.endpoint, answer, head, clock::since(begun)))
    }
}

impl<O> fmt::Debug for Run<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run").field("payload", &self.payload).field("options", &self.options).finish_non_exhaustive()
    }
}

impl<'a, O: CallOutput> IntoFuture for Run<'a, O> {
    type Output = Result<Response<O>>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        self.send().boxed()
    }
}
