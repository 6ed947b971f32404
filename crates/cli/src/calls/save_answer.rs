//! From an answer to files on disk, and only then is the ledger's row closed.

use crate::args::flag::SEED;
use crate::calls::answer_files::{AnswerFile, files_in};
use crate::calls::session::{Session, warn_unless};
use crate::calls::{failure, prompt};
use crate::data_uri;
use crate::envelope::{ImageRow, ResultRow};
use crate::exit::{ErrorKind, Exit, Failure};
use crate::ledger::Closing;
use crate::output::{Output, warn};
use crate::save::{Destination, stem};
use crate::summary::{sha256, summarised};
use ideogram_client::{Dimensions, Format};
use ideogram_schema::{EndpointInfo, File, FileRole};
use serde_json::{Map, Value};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long one file may take to come, however slowly it drips. It is paid for, so the deadline of the run is not asked.
const FETCH: Duration = Duration::from_secs(10 * 60);

/// What the service answered to a request.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) body: Value,
    pub(crate) request_id: Option<String>,
}

impl Answer {
    pub(crate) fn new(body: Value, request_id: Option<String>) -> Self {
        Self { body, request_id }
    }
}

/// What was asked for, as far as saving needs it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SaveRequest<'a> {
    pub(crate) id: i64,
    pub(crate) info: &'static EndpointInfo,
    pub(crate) input: &'a Map<String, Value>,
    pub(crate) seed: Option<i64>,
    pub(crate) destination: &'a Destination,
}

/// Files that are safe.
#[derive(Debug)]
pub(crate) struct SavedAnswer {
    pub(crate) row: ResultRow,
    paths: Vec<PathBuf>,
}

impl SavedAnswer {
    /// The paths, one a line; nothing for what went to stdout or a device.
    pub(crate) fn paths(&self) -> Vec<u8> {
        self.paths.iter().flat_map(|path| [path.as_os_str().as_encoded_bytes(), b"\n"].concat()).collect()
    }
}

/// Fetches and saves every file of the answer, then closes the row. When that fails the row keeps the answer.
pub(crate) async fn save_answer(
    session: &mut Session,
    request: SaveRequest<'_>,
    answer: Answer,
) -> Result<SavedAnswer, Failure> {
    let files = files_in(request.info, &answer.body);
    if files.is_empty() {
        let failure = with_request(Failure::failed("the service answered without a file"), request, &answer);
        let closed = session.ledger.close(request.id, &Closing::Failed { why: failure.message().to_owned() });
        warn_unless(closed, "there is nothing to save");
        return Err(failure);
    }
    match save_all(session, request, &answer, &files).await {
        Ok(saved) => {
            let files = saved.paths.iter().filter_map(|path| absolute(path)).collect();
            let closed = session.ledger.close(request.id, &Closing::Saved { files });
            warn_unless(closed, "the files are saved");
            Ok(saved)
        }
        // The reader of stdout has gone with the file half written: it is still owed.
        Err(failure) => {
            let saved = session.ledger.answered(request.id, answer.request_id.as_deref(), &answer.body.to_string());
            warn_unless(saved, "there is an answer whose files are still to be saved");
            if failure.exit() != Exit::Success {
                return Err(session.with_resume_advice(failure, request.id));
            }
            let advice = if session.persistent {
                format!("; `ideogram jobs resume {} --output FILE` saves it", request.id)
            } else {
                String::new()
            };
            warn(&format!("the reader of stdout has left before the picture was written whole{advice}"));
            Err(failure)
        }
    }
}

async fn save_all(
    session: &mut Session,
    request: SaveRequest<'_>,
    answer: &Answer,
    files: &[AnswerFile],
) -> Result<SavedAnswer, Failure> {
    let seed = answer.body.get(SEED).and_then(Value::as_i64).or(request.seed);
    let name = stem(request.info.verb, prompt::prompt_of(request.info, request.input), seed);
    let mut images = Vec::with_capacity(files.len());
    let mut paths = Vec::with_capacity(files.len());
    for (number, file) in files.iter().enumerate() {
        let bytes = fetch(session, file, request).await.map_err(|failure| with_request(failure, request, answer))?;
        let path = request.destination.save(number, &name, &bytes, session.output)?;
        let image = image_row(&file.url, &bytes, path.as_deref());
        report_saved(session.output, &image, path.as_deref(), seed);
        images.push(image);
        paths.extend(path);
    }
    let row = ResultRow {
        endpoint: request.info.id.to_owned(),
        request_id: answer.request_id.clone(),
        seed,
        images,
        input: summarised(request.input),
        job: None,
    };
    Ok(SavedAnswer { row, paths })
}

/// The file's content. What is to be a picture and is none, an error page for one, is not taken for it.
async fn fetch(session: &mut Session, file: &AnswerFile, request: SaveRequest<'_>) -> Result<Vec<u8>, Failure> {
    let image = session.client.image(&File::new(&file.url));
    let fetching = tokio::time::timeout(FETCH, image.bytes());
    let bytes: Vec<u8> = match session.interrupts.unless(fetching).await {
        Some(Ok(Ok(bytes))) => bytes.into(),
        // Whatever it is, it is the service's doing: the URL is its own.
        Some(Ok(Err(error))) => {
            let kind = match ErrorKind::from(&error) {
                kind @ (ErrorKind::Network | ErrorKind::Timeout) => kind,
                _ => ErrorKind::Failed,
            };
            return Err(failure::of_call(&error, request.info).with_kind(kind));
        }
        Some(Err(_)) => {
            return Err(Failure::new(ErrorKind::Timeout, format!("the picture did not come within {FETCH:?}")));
        }
        None => return Err(session.interrupts.failure("interrupted while the picture was fetched")),
    };
    if file.role != FileRole::Other && Format::of(&bytes).is_none() {
        let (count, url) = (bytes.len(), crate::clean::line(file.url.get(..200).unwrap_or(&file.url)));
        return Err(Failure::failed(format!("the {count} bytes at `{url}` are no picture")));
    }
    Ok(bytes)
}

fn with_request(mut failure: Failure, request: SaveRequest<'_>, answer: &Answer) -> Failure {
    failure.facts.endpoint = Some(request.info.id);
    failure.facts.request_id.clone_from(&answer.request_id);
    failure
}

fn image_row(url: &str, bytes: &[u8], path: Option<&Path>) -> ImageRow {
    let size = Dimensions::of(bytes);
    ImageRow {
        path: path.map(|path| path.display().to_string()),
        url: data_uri::of(url).is_none().then(|| url.to_owned()),
        content_type: Format::of(bytes).map_or("application/octet-stream", Format::content_type),
        width: size.map(|size| size.width),
        height: size.map(|size| size.height),
        bytes: bytes.len() as u64,
        sha256: sha256(bytes),
    }
}

fn report_saved(output: Output, image: &ImageRow, path: Option<&Path>, seed: Option<i64>) {
    let size = match (image.width, image.height) {
        (Some(width), Some(height)) => format!("{width}×{height} "),
        _ => String::new(),
    };
    let place = path.map_or_else(|| "written".to_owned(), |path| format!("saved `{}`", path.display()));
    let seed = seed.map(|seed| format!(", seed {seed}")).unwrap_or_default();
    output.progress(&format!("{place}: {size}{}, {} bytes{seed}", image.content_type, image.bytes));
    // A name that promises another format misleads the programs that go by it.
    let expected = path.and_then(Path::extension).and_then(OsStr::to_str).and_then(content_type_of);
    if expected.is_some_and(|expected| expected != image.content_type) {
        output.note(&format!("{place} is {}, in spite of its name", image.content_type));
    }
}

/// The MIME type that the ending of a name stands for, of the formats in common use.
fn content_type_of(extension: &str) -> Option<&'static str> {
    let formats = [Format::Png, Format::Jpeg, Format::WebP, Format::Gif];
    let extension = if extension.eq_ignore_ascii_case("jpeg") { "jpg" } else { extension };
    let format = formats.into_iter().find(|format| format.extension().eq_ignore_ascii_case(extension))?;
    Some(format.content_type())
}

fn absolute(path: &Path) -> Option<String> {
    std::path::absolute(path).ok().map(|path| path.display().to_string())
}
