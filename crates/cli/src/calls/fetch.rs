//! Downloads the files of an answer, and recognises those that an earlier run has saved.

use crate::calls::failure;
use crate::calls::session::Session;
use crate::clock;
use crate::exit::{ErrorKind, Failure};
use crate::ledger::{Ledger, Row};
use crate::summary::{sha256, sha256_of};
use ideogram_client::{Download, ErrorKind as Cause, FileFacts, OutputFile, limits};
use ideogram_schema::{EndpointInfo, File, FileRole};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::Instant;

/// How long one file may take to come, however slowly it drips, where the deadline of the run is later.
const FETCH: Duration = Duration::from_secs(10 * 60);

/// By how much the times of files may be behind the clock.
const COARSE: Duration = Duration::from_millis(100);

/// Downloads the file into the folder, where it has no name yet.
pub(super) async fn fetch(
    session: &mut Session,
    found: &OutputFile,
    folder: &Path,
    info: &'static EndpointInfo,
    request_id: Option<&str>,
) -> Result<Download, Failure> {
    let mut image = session.client.image(&found.file).with_part_name(part_name(&found.file));
    if found.role == FileRole::Other {
        image = image.with_any_content();
    }
    let progress = session.progress.clone();
    image = image.on_progress(move |bytes| progress.downloading(bytes));
    if let Some(request_id) = request_id {
        image = image.with_request_id(request_id);
    }
    // An answer that came during the time to wind up is downloaded in the rest of that time. After it, the row keeps
    // the answer.
    let late = if session.time_left().is_zero() { limits::WIND_UP } else { Duration::ZERO };
    let until = (Instant::now() + FETCH).min(session.deadline + late);
    let fetching = tokio::time::timeout_at(until, Box::pin(image.download_in(folder)));
    let failure = match session.interrupts.unless(fetching).await {
        Some(Ok(Ok(download))) => return Ok(download),
        Some(Ok(Err(error))) => {
            // The request has been answered, so its outcome is known; and the URL is the service's, so an error in it
            // is not the user's.
            let kind = match error.kind() {
                Cause::File => ErrorKind::File,
                Cause::Timeout => ErrorKind::Timeout,
                Cause::Decode => ErrorKind::Failed,
                _ if error.is_retryable() => ErrorKind::Network,
                _ => ErrorKind::Failed,
            };
            let mut failure = failure::of_call(&error, info).with_kind(kind);
            failure.facts.expired = error.is_expired();
            return Err(failure);
        }
        Some(Err(_)) => Failure::new(ErrorKind::Timeout, "the picture did not come in time"),
        None => session.interrupts.failure("interrupted while the picture was fetched"),
    };
    Err(of_request(failure, info, request_id))
}

/// The same failure as one of this request.
pub(super) fn of_request(mut failure: Failure, info: &'static EndpointInfo, request_id: Option<&str>) -> Failure {
    failure.facts.endpoint = Some(info.id);
    failure.facts.request_id = request_id.map(str::to_owned);
    failure
}

/// A name for the temporary file, the same in each run: the next one removes what a killed one left.
fn part_name(file: &File) -> String {
    let mut name = format!(".ideogram-{}", sha256(file.url.as_bytes()));
    name.truncate(26);
    name + ".part"
}

/// Removes what an earlier run may have left in another folder; in this one the client does.
pub(super) fn clear(earlier: Option<&Row>, file: &File, folder: &Path) {
    let Some(meant) = earlier.and_then(|row| row.destination.as_deref()) else { return };
    let meant = if meant.is_dir() { meant } else { meant.parent().unwrap_or(Path::new("")) };
    if std::path::absolute(folder).is_ok_and(|folder| folder != meant) {
        for end in ["", "-2"] {
            // Usually there is no such file.
            let _ = std::fs::remove_file(meant.join(part_name(file) + end));
        }
    }
}

/// A path as the ledger has it: absolute, and what is no Unicode in it replaced. Two folders may have one name there; then a file
/// in one counts as taken where it is in the other, and is left alone.
pub(super) fn noted_as(path: &Path) -> Option<String> {
    std::path::absolute(path).ok().map(|path| path.display().to_string())
}

/// The file of an earlier run that ended before it could say so: the name that it was about to take, with this content.
/// Where a power cut has undone that note too, it is one of the names that the file would get, made since the request was
/// noted, and no other request's. `taken` are this answer's other files.
pub(super) fn saved_earlier(
    ledger: &Ledger,
    earlier: Option<&Row>,
    taken: &[String],
    folder: &Path,
    names: impl Iterator<Item = PathBuf>,
    facts: &FileFacts,
) -> Option<PathBuf> {
    let earlier = earlier?;
    let same = |path: &Path| {
        let size = std::fs::metadata(path).ok()?.len();
        (size == facts.bytes() && sha256_of(path).ok()? == facts.sha256()).then_some(())
    };
    if let Some(noted) = earlier.taking.get(taken.len())
        && let Some(path) = Path::new(noted).file_name().map(|name| folder.join(name))
        && noted_as(&path).as_ref() == Some(noted)
        && same(&path).is_some()
    {
        return Some(path);
    }
    let is_ours = |path: &Path| {
        let modified = std::fs::metadata(path).ok()?.modified().ok()?;
        let is_new = modified + COARSE >= clock::time(earlier.created_ms);
        let name = noted_as(path)?;
        let is_free = !taken.contains(&name) && !ledger.has_file(earlier.id, &name);
        (is_new && is_free).then_some(())
    };
    let is_there = |path: &PathBuf| std::fs::symlink_metadata(path).is_ok();
    names.take_while(is_there).find(|path| same(path).and_then(|()| is_ours(path)).is_some())
}
