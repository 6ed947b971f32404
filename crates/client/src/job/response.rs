//! An answer with what the server said about it.

use crate::call::files::OutputFile;
use crate::call::head::Head;
use crate::error::{Error, ErrorKind, Result};
use crate::limits;
use crate::picture::file_name::numbered;
use crate::picture::image::Image;
use crate::picture::saved::SavedFile;
use crate::wire::Wire;
use bytes::Bytes;
use ideogram_schema::{EndpointInfo, FileRole, Metrics, QueueStatus};
use serde_json::Value;
use std::fmt;
use std::ops::Deref;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// An endpoint's output, and what the service said about it. It dereferences to the output.
///
/// ```no_run
/// # async fn example(client: ideogram_client::Client) -> ideogram_client::Result<()> {
/// let response = client.subscribe(&ideogram_client::GenerateInput::new("A fox")).await?;
/// println!("seed {}, request {:?}, {:?} billed", response.seed, response.request_id(), response.billable_units());
/// for saved in response.save_to("pictures/").await? {
///     println!("saved {}, {} bytes", saved.path().display(), saved.bytes());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Response<T> {
    output: T,
    body: Bytes,
    /// Found in the body when first asked for.
    files: OnceLock<Vec<OutputFile>>,
    wire: Arc<Wire>,
    endpoint: &'static EndpointInfo,
    request_id: Option<String>,
    billable_units: Option<f64>,
    served_from: Option<String>,
    metrics: Option<Metrics>,
    elapsed: Duration,
}

impl<T> Response<T> {
    /// `answer` is the output and the body that it was read from.
    pub(crate) fn new(
        wire: Arc<Wire>,
        endpoint: &'static EndpointInfo,
        answer: (T, Bytes),
        head: Head,
        elapsed: Duration,
    ) -> Self {
        Self {
            output: answer.0,
            body: answer.1,
            files: OnceLock::new(),
            wire,
            endpoint,
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

    /// Saves every file of the answer, and returns them in the answer's order, each with its
    /// [`warnings`](crate::FileFacts::warnings).
    ///
    /// A path that ends with `/`, or at which there is a folder, is a folder, and is made if it is missing. Each file
    /// gets the server's name in it, cleaned, with an extension that fits its content, and a number if that name is
    /// taken. Any other path is the path of the first file, and an existing file is replaced; a second file is saved
    /// beside it as `fox-2.png`. Each file is saved completely or not at all.
    ///
    /// ```no_run
    /// # async fn example(client: ideogram_client::Client) -> ideogram_client::Result<()> {
    /// let response = client.subscribe(&ideogram_client::GenerateInput::new("A fox")).await?;
    /// response.save_to("fox.png").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The first error of a file; files before it stay saved. [`is_file`](crate::Error::is_file) when it cannot be
    /// written, or its folder cannot be made; [`is_expired`](crate::Error::is_expired) when the server no longer has
    /// it; [`is_timeout`](crate::Error::is_timeout), [`is_connect`](crate::Error::is_connect) and
    /// [`is_decode`](crate::Error::is_decode) when it cannot be fetched. The file is paid for in each case, and
    /// [`file_url`](crate::Error::file_url) is its URL.
    pub async fn save_to(&self, path: impl AsRef<Path>) -> Result<Vec<SavedFile>> {
        let path = path.as_ref();
        let is_folder = path.is_dir() || path.as_os_str().as_encoded_bytes().ends_with(b"/");
        if is_folder {
            let cannot = |error| {
                let error = Error::new(ErrorKind::File, format!("the folder `{}` cannot be made", path.display()))
                    .with_source(error);
                match self.files().first() {
                    Some(file) => {
                        error.hiding(&self.wire.secrets).undelivered(&file.file.url, self.request_id.as_deref())
                    }
                    None => error,
                }
            };
            tokio::fs::create_dir_all(path).await.map_err(cannot)?;
        }
        let files = self.files();
        let mut saved = Vec::with_capacity(files.len());
        for (number, file) in (1..).zip(files) {
            let mut image = Image::new(self.wire.clone(), file.file.clone());
            if file.role == FileRole::Other {
                image = image.with_any_content();
            }
            if let Some(request_id) = &self.request_id {
                image = image.with_request_id(request_id);
            }
            saved.push(if is_folder {
                image.save_in(path).await?
            } else {
                image.save_to(numbered(path, number)).await?
            });
        }
        Ok(saved)
    }

    /// The files of the answer, in the description's order; at most [`limits::OUTPUT_FILES`].
    pub fn files(&self) -> &[OutputFile] {
        self.files.get_or_init(|| {
            let answer = serde_json::from_slice::<Value>(&self.body).unwrap_or_default();
            let mut files = OutputFile::all_in(self.endpoint, &answer);
            files.truncate(limits::OUTPUT_FILES);
            files
        })
    }

    /// The answer's body as the model wrote it: JSON with everything that the typed output leaves out.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The endpoint that made it.
    pub fn endpoint(&self) -> &'static EndpointInfo {
        self.endpoint
    }

    /// The output itself.
    pub fn output(&self) -> &T {
        &self.output
    }

    /// The output alone.
    pub fn into_output(self) -> T {
        self.output
    }

    /// The request's id, as fal's support, history and bills use it. `None` only for a run whose answer has no header
    /// `X-Fal-Request-Id`.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// The number of units that are billed (`X-Fal-Billable-Units`); [`EndpointInfo::price`] is the price of one.
    /// `None` if the answer does not have the header.
    pub fn billable_units(&self) -> Option<f64> {
        self.billable_units
    }

    /// The header `X-Fal-Served-From`, unchanged: where the answer was served from. `None` if the answer does not have
    /// it.
    pub fn served_from(&self) -> Option<&str> {
        self.served_from.as_deref()
    }

    /// How long the model worked, in seconds, as the job's last status says. `None` for a run, and for a result that was
    /// fetched without following the job ([`Job::result`](crate::Job::result)).
    pub fn inference_time(&self) -> Option<f64> {
        self.metrics.as_ref()?.inference_time
    }

    /// How long it took, by this machine's clock: a run as a whole, a job since it was submitted, or attached to. For a result
    /// from the history it is the time that the platform says.
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

impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("output", &self.output)
            .field("endpoint", &self.endpoint.id)
            .field("request_id", &self.request_id)
            .field("billable_units", &self.billable_units)
            .field("elapsed", &self.elapsed)
            .finish_non_exhaustive()
    }
}
