//! The model: from an accepted job to its outcome.

use crate::clock;
use crate::draw::{Limits, Ratio, Scene, decode};
use crate::services::Service;
use crate::validate::{self, Detail, ValidInput};
use crate::world::State;
use crate::world::addresses::file_path;
use crate::world::budget;
use crate::world::file_store::{Recipe, SourceFiles};
use crate::world::input_files::LoadError;
use crate::world::job::Job;
use crate::world::outcome::Outcome;
use crate::world::trigger;
use bytes::Bytes;
use http::StatusCode;
use ideogram_schema::{EndpointInfo, FileRole};
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;

/// Makes what a job asks for.
///
/// # Errors
/// The outcome that is no picture: an input that cannot be worked with, or a model that crashed.
pub(crate) async fn run(
    state: &Arc<State>,
    job: &Arc<Job>,
    info: &'static EndpointInfo,
) -> Result<Outcome, Box<Outcome>> {
    let body = job.payload().unwrap_or_default();
    let input = validate::validate(info, job.content_type.as_deref(), &body)
        .map_err(|details| Box::new(Outcome::invalid(&details)))?;
    drop(body);
    job.log("INFO", format!("Request {} accepted by {}", job.id, info.id));
    let time = state.service_time();
    if let Some(outcome) = trigger::outcome(&input) {
        pause(time).await;
        job.log("ERROR", "The request failed on its trigger");
        return Ok(outcome);
    }
    if trigger::hangs(&input) {
        job.caller_left.cancelled().await;
        let status = StatusCode::from_u16(499).unwrap_or(StatusCode::BAD_REQUEST);
        return Ok(Outcome::failure(status, "Client disconnected", "client_disconnected"));
    }
    let images = load(state, job, &input).await?;
    let sources = [&images.source, &images.mask].into_iter().flatten().map(Bytes::len).sum();
    budget::make_room(state, sources).map_err(|_| Box::new(Outcome::out_of_memory()))?;
    pause(time / 2).await;
    job.log("INFO", "Drawing");
    pause(time.saturating_sub(time / 2)).await;
    let recipe = recipe(state, info, &input, images, job.options.file_lifetime);
    let seed = recipe.scene.seed;
    let private = input.flag("sync_mode") == Some(true);
    let file = if private {
        let png = state.files.draw(&recipe).await.ok_or_else(|| Box::new(Outcome::crash()))?;
        OutputFile { url: data_uri(&png), content_type: "image/png", file_name: None, file_size: Some(png.len()) }
    } else {
        let (id, name) = state.files.plan(recipe);
        let url = state.addresses.links().url(Service::Cdn, &file_path(&id, &name));
        // Drawn when somebody fetches it, so its size is not known yet.
        OutputFile { url, content_type: "image/png", file_name: Some(name), file_size: None }
    };
    job.log("INFO", format!("Done, seed {seed}"));
    let files_at = (!private).then(|| state.addresses.links().url(Service::Cdn, ""));
    Ok(Outcome { files_at, private, ..Outcome::output(&Output { images: [file], seed }, 1) })
}

/// Waits, unless there is nothing to wait for: a timer takes a millisecond even then.
async fn pause(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}

/// What every endpoint of the family answers with; the typed models read it in the tests.
#[derive(Serialize)]
struct Output {
    images: [OutputFile; 1],
    seed: i64,
}

#[derive(Serialize)]
struct OutputFile {
    url: String,
    content_type: &'static str,
    file_name: Option<String>,
    file_size: Option<usize>,
}

fn data_uri(png: &[u8]) -> String {
    use base64::Engine as _;
    format!("data:image/png;base64,{}", base64::engine::general_purpose::STANDARD.encode(png))
}

/// The pictures that came with an input.
#[derive(Default)]
struct Images {
    source: Option<Bytes>,
    mask: Option<Bytes>,
}

/// Loads and decodes every file of the input, and compares mask and picture.
async fn load(state: &Arc<State>, job: &Job, input: &ValidInput) -> Result<Images, Box<Outcome>> {
    let mut images = Images::default();
    let (mut source_size, mut mask_size, mut mask_field) = (None, None, None);
    for (field, role, url) in input.files() {
        let refuse = |detail: Detail| Box::new(Outcome::refused(StatusCode::UNPROCESSABLE_ENTITY, &detail));
        let bytes =
            state.loader.load(url, !job.is_from_foreign_page).await.map_err(|error| refuse(error.detail(field)))?;
        if role == FileRole::Other {
            continue;
        }
        let encoded = bytes.clone();
        let size = state
            .files
            .compute(move || decode(&encoded, &Limits::default()).map(|bitmap| (bitmap.width(), bitmap.height())))
            .await
            .ok_or_else(|| Box::new(Outcome::crash()))?
            .map_err(|error| refuse(LoadError::from(error).detail(field)))?;
        if role == FileRole::Mask {
            (images.mask, mask_size, mask_field) = (Some(bytes), Some(size), Some(field));
        } else {
            (images.source, source_size) = (Some(bytes), Some(size));
        }
    }
    match (source_size, mask_size) {
        (Some(source), Some(mask)) if source != mask => {
            let message = format!(
                "The mask ({}x{}) must have the same dimensions as the image ({}x{}).",
                mask.0, mask.1, source.0, source.1
            );
            let detail = Detail::of_field(mask_field, "value_error", &message);
            Err(Box::new(Outcome::refused(StatusCode::UNPROCESSABLE_ENTITY, &detail)))
        }
        _ => Ok(images),
    }
}

/// Everything that the picture depends on. Fields are found by name, files by their role, so an endpoint that has others
/// or fewer works too.
fn recipe(state: &State, info: &EndpointInfo, input: &ValidInput, images: Images, keep: Option<Duration>) -> Recipe {
    let seed = input.integer("seed").unwrap_or_else(|| state.choices.seed());
    let mut scene = Scene::new(info.id, input.text("prompt").unwrap_or_default(), seed);
    input.text("negative_prompt").unwrap_or_default().clone_into(&mut scene.negative_prompt);
    scene.expand_prompt = input.flag("expand_prompt").unwrap_or(false);
    if let Some(style) = input.text("style") {
        style.clone_into(&mut scene.style);
    }
    if let Some(ratio) = input.text("aspect_ratio").and_then(|text| text.parse::<Ratio>().ok()) {
        scene.ratio = ratio;
    }
    let keep_source = |bytes| state.files.keep_source(bytes);
    let source = match (images.source, images.mask) {
        (Some(source), Some(mask)) => SourceFiles::Edit {
            source: keep_source(source),
            mask: keep_source(mask),
            mask_edits: state.config.mask_edits,
        },
        (Some(source), None) => {
            SourceFiles::Remix { source: keep_source(source), strength: input.number("strength").unwrap_or(0.5) }
        }
        (None, _) => SourceFiles::None,
    };
    Recipe { scene, source, expires_at: keep.and_then(|keep| clock::now().checked_add(keep)) }
}
