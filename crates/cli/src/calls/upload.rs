//! Uploads local files that are too large to be inlined in the request.

use crate::args::input::ToUpload;
use crate::calls::failure;
use crate::calls::session::{Session, warn_unless};
use crate::clock;
use crate::exit::{ErrorKind, Failure};
use crate::interrupt::Halt;
use crate::ledger::Upload;
use crate::summary::sha256_of;
use ideogram_client::{ImageInput, ObjectLifecycle};
use ideogram_schema::EndpointInfo;
use serde_json::{Map, Value};
use std::future::IntoFuture as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use tokio::time::timeout_at;

/// How long the service is asked to keep an uploaded file.
const KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How long its URL is used for the same bytes: less, as a request may wait before it reads the file.
const REUSED: Duration = Duration::from_secs(6 * 24 * 60 * 60);

/// Uploads what is too large to travel inside the request, unless the same bytes are there already. Nothing is paid yet, so
/// Ctrl-C just ends it, and so does the word that nothing more is sent.
pub(super) async fn upload(
    session: &mut Session,
    info: &'static EndpointInfo,
    input: &mut Map<String, Value>,
    uploads: &[ToUpload],
) -> Result<(), Failure> {
    for file in uploads {
        let url = one(session, info, file).await?;
        file.fill(input, &url);
    }
    Ok(())
}

async fn one(session: &mut Session, info: &'static EndpointInfo, file: &ToUpload) -> Result<String, Failure> {
    let (path, name) = (file.path.as_path(), file.name.as_str());
    let (base, account) = (session.client.queue_url().to_owned(), session.client.key_fingerprint().to_owned());
    let before = stamp(path);
    let sha256 = hash(path).await.unwrap_or_default();
    let upload = Upload { sha256: &sha256, base: &base, account: &account };
    // If the ledger cannot be read, the file counts as not uploaded.
    if let Ok(Some(url)) = session.ledger.uploaded(&upload) {
        session.output.progress(&format!("`{name}` is uploaded already"));
        return Ok(url);
    }
    let kept = ObjectLifecycle::new().with_expiration(KEPT).map_err(|error| failure::of_call(&error, info))?;
    let (progress, shown) = (session.progress.clone(), name.to_owned());
    let uploading = session.client.upload(ImageInput::path(path)).with_object_lifecycle(kept);
    let uploading = uploading.on_progress(move |bytes| progress.uploading(&shown, bytes)).into_future();
    let (halt, deadline) = (session.halt.clone(), session.deadline);
    let uploading = async {
        tokio::select! {
            biased;
            () = halt.said() => None,
            uploaded = timeout_at(deadline, uploading) => Some(uploaded),
        }
    };
    match session.interrupts.unless(uploading).await {
        Some(Some(Ok(Ok(url)))) => {
            // If the file has changed meanwhile, the upload does not have this content.
            if !sha256.is_empty() && before.is_some() && stamp(path) == before {
                let expires_ms = clock::now_ms().saturating_add(i64::try_from(REUSED.as_millis()).unwrap_or_default());
                warn_unless(session.ledger.note_upload(&upload, url.as_str(), expires_ms), "a file is uploaded");
            }
            Ok(url.as_str().to_owned())
        }
        Some(Some(Ok(Err(error)))) => Err(failure::of_call(&error, info)),
        Some(Some(Err(_))) => {
            let what = format!("`{name}` was not uploaded in time, so nothing was sent");
            Err(Failure::new(ErrorKind::Timeout, what))
        }
        Some(None) => Err(Halt::failure()),
        None => Err(session.interrupts.failure("left before anything was sent")),
    }
}

/// The SHA-256 of a file; none where it cannot be read, which the upload then says.
async fn hash(path: &Path) -> Option<String> {
    let path: PathBuf = path.to_owned();
    tokio::task::spawn_blocking(move || sha256_of(&path).ok()).await.ok().flatten()
}

/// Size and time of a file.
fn stamp(path: &Path) -> Option<(u64, SystemTime)> {
    let found = std::fs::metadata(path).ok()?;
    Some((found.len(), found.modified().ok()?))
}
