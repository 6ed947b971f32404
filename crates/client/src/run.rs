//! The synchronous call.

use crate::call::operation::Operation;
use crate::error::{Error, Kind, Result};
use crate::generated::glue::Callable;
use crate::wire::Wire;
use crate::wire::options::CallOptions;
use crate::wire::response::Response;
use futures_util::future::{BoxFuture, FutureExt};
use std::fmt;
use std::future::IntoFuture;
use std::time::{Duration, Instant, SystemTime};

/// A synchronous run, made by [`Client::run`](crate::Client::run); awaiting it sends it.
#[must_use = "a call is sent when it is awaited"]
pub struct Run<'a, E: Callable> {
    wire: &'a Wire,
    input: &'a E::Input,
    options: CallOptions,
    deadline: Option<Duration>,
}

impl<'a, E: Callable> Run<'a, E> {
    pub(crate) fn new(wire: &'a Wire, input: &'a E::Input) -> Self {
        Self { wire, input, options: CallOptions::default(), deadline: None }
    }

    /// Sets what is asked of the platform besides the input.
    pub fn with_options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// How long the whole call may take, retries included; by default as the client says. Past it the picture is lost
    /// and may be billed.
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    async fn send(self) -> Result<Response<E::Output>> {
        let begun = SystemTime::now();
        self.attempt().await.map_err(|error| error.sent_since(begun))
    }

    async fn attempt(self) -> Result<Response<E::Output>> {
        let begun = Instant::now();
        #[cfg(feature = "media")]
        crate::media::mask::check_inlined::<E>(self.input)?;
        let parameters = self.options.run_parameters()?;
        let wire = self.wire;
        let operations = wire.run.with_headers(self.options.extra()?);
        let deadline = self.deadline.unwrap_or(wire.timeouts.deadline);
        let call = wire.call(
            Operation::Run,
            Some(E::ID),
            || E::run(&operations, self.input, &parameters),
            |body| serde_json::from_slice(body),
        );
        let Ok(call) = tokio::time::timeout(deadline, call).await else {
            return Err(Error::new(
                Kind::Deadline,
                format!("the run of `{}` did not finish within {deadline:?}", E::ID),
            )
            .at(Operation::Run, Some(E::ID)));
        };
        let (head, output) = call?;
        Ok(Response::new(output, head, begun.elapsed()))
    }
}

impl<E: Callable> fmt::Debug for Run<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run").field("input", self.input).field("options", &self.options).finish_non_exhaustive()
    }
}

impl<'a, E: Callable> IntoFuture for Run<'a, E> {
    type Output = Result<Response<E::Output>>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        self.send().boxed()
    }
}
