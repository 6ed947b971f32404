//! Saves the files of an answer, and closes the ledger's row only after that.

use crate::args::flag::SEED;
use crate::calls::fetch::{clear, fetch, noted_as, of_request, saved_earlier};
use crate::calls::oddities::tell_oddities;
use crate::calls::session::{Session, is_request_id, warn_unless};
use crate::calls::{failure, prompt};
use crate::clean;
use crate::cost::{cost, cost_row};
use crate::data_uri;
use crate::envelope::{ImageRow, ResultRow};
use crate::exit::{ErrorKind, Exit, Failure};
use crate::ledger::{Closing, Ledger, Row};
use crate::made::Made;
use crate::output::{Output, warn};
use crate::price::amount;
use crate::save::{self, Destination, Naming, Put};
use crate::summary::summarised;
use ideogram_client::{Download, FileFacts, Format, OutputFile, limits};
use ideogram_schema::EndpointInfo;
use serde_json::{Map, Value, json};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// How many names of a file are tried before it is left to the client to find one.
const NAMES: usize = 1_000;

/// What the service answered to a request.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) body: Value,
    pub(crate) request_id: Option<String>,
}

impl Answer {
    /// What a server calls the id of its request is kept only where it is one: it goes into files, and a header holds any text.
    pub(crate) fn new(body: Value, request_id: Option<String>) -> Self {
        Self { body, request_id: request_id.filter(|id| is_request_id(id)) }
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
    /// What an earlier run wrote down of it.
    pub(crate) earlier: Option<&'a Row>,
}

/// Files that are safe.
#[derive(Debug)]
pub(crate) struct SavedAnswer {
    pub(crate) row: ResultRow,
    paths: Vec<PathBuf>,
    /// How many files of the answer are left for another run.
    left: usize,
}

impl SavedAnswer {
    /// What is to be said where files of the answer are left for another run.
    pub(crate) fn incomplete(&self) -> Option<Failure> {
        let what = format!("{} files of the answer are not saved yet", self.left);
        (self.left > 0).then(|| Failure::new(ErrorKind::Partial, what))
    }

    /// The row of the envelope, and the paths.
    pub(crate) fn into_parts(self) -> (ResultRow, Vec<PathBuf>) {
        (self.row, self.paths)
    }

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
    let mut files = OutputFile::all_in(request.info, &answer.body);
    tell_oddities(request.info, &answer.body, answer.request_id.as_deref());
    if files.is_empty() {
        let failure = Failure::failed(without_file(&answer));
        let failure = of_request(failure, request.info, answer.request_id.as_deref());
        let (id, closing) = (request.id, Closing::Failed { why: clean::hidden(failure.message()).into_owned() });
        let closed = session.note(move |ledger| ledger.close(id, &closing)).await;
        warn_unless(closed, "there is nothing to save");
        return Err(failure);
    }
    // No endpoint makes so many, but a hostile server might send them.
    let (bound, total) = (limits::OUTPUT_FILES, files.len());
    let done = saved_before(request.earlier, bound, total);
    let more = files.split_off(total.min(done.len() + bound));
    match save_all(session, request, &answer, &files, done).await {
        // The other files are not saved yet.
        Ok((mut saved, taken)) if !more.is_empty() => {
            saved.left = more.len();
            keep(session, request.id, &answer, "there are files that are not saved").await;
            let (id, note) = (request.id, format!("{} of {total} files are saved", taken.len()));
            let noted =
                session.note(move |ledger| ledger.about_to_take(id, &taken).and_then(|()| ledger.note(id, &note)));
            warn_unless(noted.await, "some files are saved");
            warn(&left_out(session, request.id, &more));
            Ok(saved)
        }
        Ok((saved, files)) => {
            let id = request.id;
            let closed = session.note(move |ledger| ledger.close(id, &Closing::Saved { files })).await;
            warn_unless(closed, "the files are saved");
            for path in &saved.paths {
                session.about.shown.show(path, session.output);
            }
            Ok(saved)
        }
        // The reader of stdout closed it with the file half written, so the file is not delivered yet.
        Err(failure) => {
            keep(session, request.id, &answer, "there is an answer whose files are still to be saved").await;
            if failure.facts.expired {
                return Err(session.with_close_advice(failure, request.id));
            }
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

/// Keeps the answer in the row until its files are saved.
async fn keep(session: &mut Session, id: i64, answer: &Answer, what: &str) {
    let body = answer.body.to_string();
    let (body, request_id) = (clean::hidden(&body).into_owned(), answer.request_id.clone());
    warn_unless(session.write(move |ledger| ledger.answered(id, request_id.as_deref(), &body)).await, what);
}

/// The paths of an answer's first files, which earlier runs have saved: of more files than one run saves, as many as fill
/// whole runs. Others are looked at one by one.
fn saved_before(earlier: Option<&Row>, bound: usize, total: usize) -> Vec<String> {
    let taking = earlier.map(|earlier| earlier.taking.as_slice()).unwrap_or_default();
    let whole = taking.len() - taking.len() % bound;
    taking.iter().take(if total > bound { whole } else { 0 }).cloned().collect()
}

/// What is known of a request that made nothing: enough to ask about it.
fn without_file(answer: &Answer) -> String {
    let request = answer.request_id.as_deref().map(|id| format!(" request `{}`", clean::line(id))).unwrap_or_default();
    format!("the service answered{request} without a file; it may be billed all the same, so look in fal's dashboard")
}

/// Names the files that are left for the next run: their URLs, as far as a line holds them.
fn left_out(session: &Session, id: i64, more: &[OutputFile]) -> String {
    let urls: Vec<&str> = more.iter().map(|found| found.file.url.as_str()).filter(|url| !data_uri::is(url)).collect();
    let advice = if session.persistent {
        format!(
            ", so the request stays open: `ideogram jobs resume {id}` saves the next, `ideogram jobs close {id}` gives them up"
        )
    } else {
        String::new()
    };
    format!("{} more files of the answer are not saved{advice}; they are at {}", more.len(), urls.join(" "))
}

/// Saves the files that come after those that are `taken`; gives all their paths.
async fn save_all(
    session: &mut Session,
    request: SaveRequest<'_>,
    answer: &Answer,
    files: &[OutputFile],
    mut taken: Vec<String>,
) -> Result<(SavedAnswer, Vec<String>), Failure> {
    let seed = answer.body.get(SEED).and_then(Value::as_i64).or(request.seed);
    let prompt = prompt::prompt_of(request.info, request.input);
    let request_id = answer.request_id.as_deref();
    let naming = Naming { info: request.info, input: request.input, words: prompt, seed, request_id };
    let made = Made::new(request.info, request.input, seed, answer.request_id.as_deref());
    let mut images = Vec::with_capacity(files.len());
    let mut paths = Vec::with_capacity(files.len());
    let device = request.destination.open()?;
    for (number, found) in files.iter().enumerate().skip(taken.len()) {
        let folder = request.destination.folder(number);
        clear(request.earlier, &found.file, &folder);
        let mut download = fetch(session, found, &folder, request.info, answer.request_id.as_deref()).await?;
        let find = |facts: &FileFacts, ledger: &Ledger| {
            let names = request.destination.names(number, &naming, facts.format());
            saved_earlier(ledger, request.earlier, &taken, &folder, names, facts)
        };
        // The earlier run may have saved it without the request in it.
        let mut path = find(&download, &session.ledger);
        if path.is_none() && session.about.inside {
            add_texts(&mut download, &made, prompt, request.info).await?;
            path = find(&download, &session.ledger);
        }
        let facts = (*download).clone();
        if path.is_none() {
            // The first free name is noted in the same transaction as other tasks' changes; in nearly every case it is
            // the final one.
            let names = request.destination.names(number, &naming, facts.format());
            let first = names.take(NAMES).find(|path| path.symlink_metadata().is_err());
            let with = |path: &Path| taken.iter().cloned().chain(noted_as(path)).collect::<Vec<_>>();
            if let Some(names) = first.as_deref().map(with) {
                let id = request.id;
                let noted = session.note(move |ledger| ledger.about_to_take(id, &names)).await;
                warn_unless(noted, "a file is about to be made");
            }
            let ledger = &mut session.ledger;
            let about_to_take = |path: &Path| {
                if first.as_deref() != Some(path) {
                    warn_unless(ledger.about_to_take(request.id, &with(path)), "a file is about to be made");
                }
            };
            let put = request.destination.put(number, &naming, download, device.as_ref(), about_to_take);
            let put = if request.destination.is_stream() {
                match session.interrupts.unless(put).await {
                    Some(put) => put,
                    None => return Err(session.interrupts.failure("left before the picture was written whole")),
                }
            } else {
                put.await
            };
            path = put.map_err(|why| match why {
                Put::Failure(failure) => failure,
                Put::Client(error) => failure::of_call(&error, request.info).with_kind(ErrorKind::File),
            })?;
        }
        let image = image_row(&found.file.url, &facts, path.as_deref());
        let meant = path.as_deref().and_then(|path| request.destination.other_than(number, path));
        // The price is that of the request, so it is in the row of its first file.
        let price = cost(request.info, request.input).filter(|_| number == 0 && !session.is_sandbox());
        report_saved(session.output, &image, &facts, path.as_deref(), seed, price);
        if let (Some(path), Some(meant)) = (&path, meant) {
            let (path, meant) = (path.display(), meant.display());
            let why = "was created while the picture was downloading, so the picture is in";
            session.output.note(&format!("`{meant}` {why} `{path}`"));
        }
        if let Some(path) = path.as_deref().filter(|_| session.about.beside) {
            write_sidecar(path, &image, &made, request.destination.overwrites());
        }
        session.progress.saved(image.path.as_deref());
        images.push(image);
        taken.extend(path.as_deref().and_then(noted_as));
        paths.extend(path);
    }
    let row = ResultRow {
        endpoint: request.info.id.to_owned(),
        request_id: answer.request_id.clone(),
        seed,
        images,
        input: summarised(request.input),
        cost: cost_row(request.info, request.input),
        job: None,
        error: None,
    };
    Ok((SavedAnswer { row, paths, left: 0 }, taken))
}

/// Writes into a PNG what made it. A disk that is full for that is full for the ledger's row as well, so it is a failure that
/// leaves the row open.
async fn add_texts(
    download: &mut Download,
    made: &Made,
    prompt: Option<&str>,
    info: &'static EndpointInfo,
) -> Result<(), Failure> {
    let texts = made.texts(prompt);
    let texts: Vec<_> = texts.iter().map(|(keyword, text)| (*keyword, text.as_str())).collect();
    let added = download.add_png_texts(&texts).await;
    added.map(drop).map_err(|error| failure::of_call(&error, info).with_kind(ErrorKind::File))
}

/// Writes what made a picture beside it. The picture is safe by then, so that a failure is a word and no more.
fn write_sidecar(picture: &Path, image: &ImageRow, made: &Made, overwrite: bool) {
    let mut path = picture.as_os_str().to_owned();
    path.push(".json");
    let sidecar =
        json!({"file": picture.file_name().map(|name| name.to_string_lossy()), "sha256": image.sha256, "made": made});
    let written = save::write(Path::new(&path), format!("{sidecar:#}\n").as_bytes(), overwrite);
    if let Err(failure) = written {
        warn(failure.message());
    }
}

fn image_row(url: &str, facts: &FileFacts, path: Option<&Path>) -> ImageRow {
    let size = facts.dimensions();
    ImageRow {
        path: path.map(|path| path.display().to_string()),
        url: (!data_uri::is(url)).then(|| url.to_owned()),
        content_type: facts.format().map_or("application/octet-stream", Format::content_type),
        width: size.map(|size| size.width),
        height: size.map(|size| size.height),
        bytes: facts.bytes(),
        sha256: facts.sha256().to_owned(),
    }
}

fn report_saved(
    output: Output,
    image: &ImageRow,
    facts: &FileFacts,
    path: Option<&Path>,
    seed: Option<i64>,
    price: Option<u64>,
) {
    let size = match (image.width, image.height) {
        (Some(width), Some(height)) => format!("{width}×{height} "),
        _ => String::new(),
    };
    let place = path.map_or_else(|| "written".to_owned(), |path| format!("saved `{}`", path.display()));
    let seed = seed.map(|seed| format!(", seed {seed}")).unwrap_or_default();
    let price = price.map(|price| format!(", ${}", amount(price))).unwrap_or_default();
    output.progress(&format!("{place}: {size}{}, {} bytes{seed}{price}", image.content_type, image.bytes));
    for warning in facts.warnings() {
        warn(&format!("{place}, but {warning}; it came the same twice"));
    }
    // A name with the extension of another format misleads programs that rely on it.
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
