//! The synchronous call.

use crate::call::operation::Operation;
use crate::clock;
use crate::error::Result;
use crate::job::preflight;
use crate::job::response::Response;
use crate::wire::input::{CallInput, CallOutput, Payload};
use crate::wire::options::CallOptions;
use crate::wire::stop::Stop;
use crate::wire::{Wire, read_output, trace};
use futures_util::future::{BoxFuture, FutureExt};
use std::fmt;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

/// A synchronous run, made by [`Client::run`](crate::Client::run), which has its errors; awaiting it sends it.
///
/// ```no_run
/// use ideogram_client::{CallOptions, Client, GenerateInput};
/// use std::time::Duration;
///
/// # async fn example(client: Client) -> ideogram_client::Result<()> {
/// let input = GenerateInput::new("A fox");
/// let options = CallOptions::new().with_tag("team", "posters");
/// let response = client.run(&input).with_options(options).with_deadline(Duration::from_secs(60)).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Dropping it
/// Dropped before it is sent, it sends nothing. Dropped after that, its picture is lost and may be billed: a run cannot be
/// cancelled.
#[must_use = "a call is sent when it is awaited"]
pub struct Run<'a, O> {
    wire: &'a Arc<Wire>,
    payload: Result<Payload>,
    options: CallOptions,
    deadline: Option<Duration>,
    cancel: Option<BoxFuture<'a, ()>>,
    output: PhantomData<fn() -> O>,
}

impl<'a, O: CallOutput> Run<'a, O> {
    pub(crate) fn new(wire: &'a Arc<Wire>, input: &impl CallInput<Output = O>) -> Self {
        let payload = Payload::new(input);
        Self { wire, payload, options: CallOptions::default(), deadline: None, cancel: None, output: PhantomData }
    }

    /// Sets options of the platform, such as a start timeout or tags.
    pub fn with_options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// How long the whole call may take, retries included; by default the client's deadline.
    ///
    /// Each attempt sends the time that is left as its start timeout, unless [`CallOptions::with_start_timeout`] sets another.
    /// When the deadline passes between two attempts, nothing more is sent, and the call ends with the last attempt's error.
    /// When it passes after the run was sent, the picture is lost and may be billed:
    /// the state is [`Unknown`](crate::RequestState::Unknown), and [`sent_within`](crate::Error::sent_within) says where
    /// in the platform's history to look.
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sends nothing more once this future is done: a cancellation token, a timer, a signal. Before the run is sent, or between
    /// two attempts, the call then ends in an error whose state is [`NotSent`](crate::RequestState::NotSent).
    ///
    /// A run that was sent cannot be cancelled and will be billed, so the call still waits for its picture, until the deadline.
    /// Drop the call to stop waiting.
    pub fn cancel_when(mut self, cancel: impl Future<Output = ()> + Send + 'a) -> Self {
        self.cancel = Some(cancel.boxed());
        self
    }

    async fn send(self) -> Result<Response<O>> {
        let (begun_at, begun) = (clock::system_time(), clock::now());
        let (wire, payload) = (self.wire, self.payload?);
        preflight::check(&payload)?;
        let id = payload.endpoint.id;
        let parameters = self.options.run_parameters()?;
        let deadline = self.deadline.unwrap_or(wire.timeouts.deadline);
        let mut stop = Stop::new(deadline, self.cancel, wire.timeouts.wind_up);
        let operations = wire.run.of_call(self.options.extra()?, stop.sent());
        let send = || {
            // A request that has not started by the deadline need not be run at all.
            let left = deadline.saturating_sub(clock::since(begun));
            let mut parameters = parameters.clone();
            parameters.request_start_timeout = parameters.request_start_timeout.or_else(|| start_timeout(left));
            let (operations, json) = (&operations, &payload.json);
            async move { parameters.run(operations, id, json).await }
        };
        let call = wire.call_until(&mut stop, Operation::Run, Some(id), send, read_output).await;
        let (head, answer) =
            call.map_err(|error| error.with_files_of(payload.endpoint).sent_since(begun_at, wire.clock.offset_ms()))?;
        if let Some(request_id) = &head.request_id {
            trace::request_id(request_id, &wire.secrets);
        }
        Ok(Response::new(self.wire.clone(), payload.endpoint, answer, head, clock::since(begun)))
    }
}

/// The deadline as a start timeout, in whole milliseconds; none if it is shorter than the server allows, or longer than
/// a day.
fn start_timeout(left: Duration) -> Option<f64> {
    let allowed = Duration::from_millis(101)..=Duration::from_secs(24 * 3600);
    allowed
        .contains(&left)
        .then(|| Duration::from_millis(u64::try_from(left.as_millis()).unwrap_or_default()).as_secs_f64())
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
        let endpoint = self.payload.as_ref().map_or("", |payload| payload.endpoint.id);
        Box::pin(trace::call("run", endpoint, None, move || self.send()))
    }
}
