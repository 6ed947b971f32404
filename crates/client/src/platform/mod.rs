//! What the platform remembers: requests with their inputs and outputs, prices, bills.

mod find;
mod history;
mod money;

pub use find::{Found, LostReply};

pub(crate) use find::Known;

use crate::call::operation::Operation;
use crate::call::window::Window;
use crate::client::Client;
use crate::error::Result;
use crate::generated::glue::RawResult;
use crate::generated::platform;
use crate::wire::response::Response;
use ideogram_schema::EndpointInput;
use serde::de::DeserializeOwned;
use std::future::Future;

/// Pages that one question reads at most.
const PAGES: usize = 200;

impl Client {
    /// Reads one list of the platform, page by page, until `each` has seen enough or there is no more. Gives whether the
    /// end was reached. `ask` is the operation, given the operations and the page's cursor.
    async fn list<T, I, Fut>(
        &self,
        operation: Operation,
        ask: impl Fn(platform::Client, Option<String>) -> Fut,
        items: impl Fn(T) -> (Vec<I>, Option<String>),
        mut each: impl FnMut(I) -> bool,
    ) -> Result<bool>
    where
        T: DeserializeOwned,
        Fut: Future<Output = RawResult>,
    {
        let shared = self.shared();
        let base = &shared.bases.platform;
        let inner = shared.run.inner.at(base.clone(), None);
        let operations = platform::Client::new_with_client(base.as_str(), shared.http.keyed(base)?, inner);
        let mut cursor: Option<String> = None;
        for _ in 0..PAGES {
            let send = || ask(operations.clone(), cursor.clone());
            let (_, page) = self.call(operation, None, send, |body| serde_json::from_slice(body)).await?;
            let (found, next) = items(page);
            for item in found {
                if !each(item) {
                    return Ok(false);
                }
            }
            // A cursor that comes again would lead in a circle.
            match next {
                Some(next) if cursor.as_ref() != Some(&next) => cursor = Some(next),
                _ => return Ok(true),
            }
        }
        Ok(false)
    }

    /// Looks for a request whose reply was lost, by its exact input, among what the platform remembers of that time.
    ///
    /// A request that the caller gave a random seed is unique by its input, so what is found is certain. Without one, an
    /// equal request of another program could be taken for it.
    ///
    /// ```no_run
    /// use ideogram_client::{Client, Found, GenerateInput};
    ///
    /// # async fn example(client: Client) -> ideogram_client::Result<()> {
    /// let input = GenerateInput::new("A fox").with_seed(rand());
    /// # fn rand() -> i64 { 4 }
    /// let job = match client.submit(&input).await {
    ///     Err(error) if error.may_have_been_accepted() => {
    ///         let Some(window) = error.sent_within() else { return Err(error) };
    ///         match client.find_submitted(&input, window).await? {
    ///             Found::Once(job) => job,
    ///             _ => return Err(error),
    ///         }
    ///     }
    ///     outcome => outcome?,
    /// };
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// What HTTP has to offer. Where the platform keeps no payloads, no request can be told from another:
    /// [`Found::Undecided`].
    pub async fn find_submitted<I>(&self, input: &I, window: Window) -> Result<Found<I::Endpoint>>
    where
        I: EndpointInput<Endpoint: crate::generated::glue::Callable>,
    {
        find::find(self, input, window).await
    }

    /// The output of a finished request, from the platform's history: there for 30 days by default, where the queue keeps
    /// a result for an hour at most. `None` when it is not there, or not yet.
    ///
    /// # Errors
    /// [`is_job_failure`](crate::Error::is_job_failure) when the request failed; else what HTTP has to offer.
    pub async fn recorded_result<E: crate::generated::glue::Callable>(
        &self,
        request_id: &str,
    ) -> Result<Option<Response<E::Output>>> {
        history::result::<E>(self, request_id).await
    }
}
