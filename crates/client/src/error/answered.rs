//! Errors for an answer that is paid for and does not fit its type: the answer is kept whole, with the files in it.

use super::{Body, Error, ErrorKind, RequestState};
use crate::call::files::OutputFile;
use crate::call::operation::Operation;
use crate::limits;
use ideogram_schema::{EndpointInfo, QueueStatus};
use serde_json::Value;

impl Error {
    /// Keeps the answer that could not be read, if it is the model's output.
    pub(crate) fn with_answer(mut self, operation: Operation, answer: &[u8]) -> Self {
        if !operation.answers_output() {
            return self;
        }
        // A status of the queue, and anything but an object, is not an output.
        let is_output = serde_json::from_slice::<Value>(answer).is_ok_and(|value| value.is_object())
            && serde_json::from_slice::<QueueStatus>(answer).is_err();
        if is_output {
            self.0.body = Some(Body::of_output(answer));
        }
        let compressed = self.0.head.as_ref().is_some_and(|head| head.content_encoding.is_some());
        if is_output || compressed { self.in_state(RequestState::Answered) } else { self }
    }

    /// Marks the request as answered, if only the answer's size or form kept it from being read.
    pub(crate) fn of_answer(self, operation: Operation) -> Self {
        let is_answer = self.status().is_some_and(|status| status.is_success()) && operation.answers_output();
        match self.kind() {
            ErrorKind::TooLarge if is_answer => self.in_state(RequestState::Answered),
            _ => self,
        }
    }

    /// The error for a complete answer that does not fit the description.
    pub(crate) fn misfit(answer: &Value, why: serde_json::Error, endpoint: &EndpointInfo) -> Self {
        let mut error = Self::new(ErrorKind::Decode, "").with_source(why).in_state(RequestState::Answered);
        error.0.body = Some(Body::of_output(answer.to_string().as_bytes()));
        error.with_files_of(endpoint)
    }

    /// Finds the files in the answer that was kept.
    pub(crate) fn with_files_of(mut self, endpoint: &EndpointInfo) -> Self {
        let is_kept = self.0.state == Some(RequestState::Answered) || self.is_job_failure();
        if let Some(body) = self.0.body.as_ref().filter(|_| is_kept && self.0.files.0.is_empty())
            && let Ok(answer) = serde_json::from_str::<Value>(&body.text)
        {
            let mut files = OutputFile::all_in(endpoint, &answer);
            let more = files.len().saturating_sub(limits::OUTPUT_FILES);
            files.truncate(limits::OUTPUT_FILES);
            self.0.files = (files, more);
        }
        self
    }

    /// The files in an answer that is paid for and does not fit its type, in the description's order.
    /// [`Client::image`](crate::Client::image) can still fetch them. At most
    /// [`limits::OUTPUT_FILES`](crate::limits::OUTPUT_FILES); [`more_files`](Self::more_files) counts the rest.
    ///
    /// ```no_run
    /// # use ideogram_client::{Client, GenerateInput};
    /// # async fn example(client: Client) -> ideogram_client::Result<()> {
    /// if let Err(error) = client.run(&GenerateInput::new("A fox")).await {
    ///     for found in error.files() {
    ///         client.image(&found.file).save_in("pictures").await?;
    ///     }
    ///     return Err(error);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn files(&self) -> &[OutputFile] {
        &self.0.files.0
    }

    /// How many files the answer has beyond those in [`files`](Self::files).
    pub fn more_files(&self) -> usize {
        self.0.files.1
    }
}
