//! The model: from an accepted job to its outcome.

use crate::clock;
use crate::description::Endpoint;
use crate::draw::{Limits, Ratio, Scene, decode};
use crate::json::Json;
use crate::services::Service;
use crate::validate::{self, Detail, Refusal, ValidInput};
use crate::world::State;
use crate::world::addresses::file_path;
use crate::world::budget;
use crate::world::file_store::{Recipe, SourceFiles};
use crate::world::input_files::LoadError;
use crate::world::job::Job;
use crate::world::outcome::Outcome;
use crate::world::output::{self, Facts, PictureFile};
use crate::world::trigger;
use bytes::Bytes;
use http::StatusCode;
use ideogram_schema::FileRole;
use std::sync::Arc;
use std::time::Duration;

/// Performs a job.
///
/// # Errors
/// The outcome of a failure: an input that cannot be used, or a model that crashed.
pub(crate) async fn run(state: &Arc<State>, job: &Arc<Job>, endpoint: &Arc<Endpoint>) -> Result<Outcome, Box<Outcome>> {
    let body = job.payload().unwrap_or_default();
    let input = validate::validate(endpoint, job.content_type.as_deref(), &body).map_err(|refusal| {
        Box::new(match refusal {
            Refusal::Invalid(details) => Outcome::invalid(&details),
            Refusal::Unreadable => Outcome::unreadable(),
        })
    })?;
    drop(body);
    job.log("INFO", format!("Request {} accepted by {}", job.id, endpoint.id));
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
    let source_size = images.source_size;
    let recipe = recipe(state, endpoint, &input, images, job.options.file_lifetime);
    let seed = recipe.scene.seed;
    let size = if matches!(recipe.source, SourceFiles::Edit { .. }) { source_size } else { None };
    let (width, height) = size.unwrap_or_else(|| recipe.scene.dimensions());
    let facts = Facts { input: Some(&input), seed, count: pictures_wanted(&input), seconds: time.as_secs_f64() };
    let mut wanted = 0;
    let blank = PictureFile { url: String::new(), file_name: None, file_size: None, width, height };
    output::make(endpoint, &facts, &mut || {
        wanted += 1;
        blank.clone()
    });
    let private = input.flag("sync_mode") == Some(true);
    let mut files = Vec::with_capacity(wanted);
    for index in 0..wanted {
        let mut recipe = recipe.clone();
        recipe.scene.seed = seed.wrapping_add(i64::try_from(index).unwrap_or(0));
        files.push(if private {
            let png = state.files.draw(&recipe).await.ok_or_else(|| Box::new(Outcome::crash()))?;
            PictureFile { url: data_uri(&png), file_size: Some(png.len()), ..blank.clone() }
        } else {
            let (id, name) = state.files.plan(recipe);
            let url = state.addresses.links().url(Service::Cdn, &file_path(&id, &name));
            // Drawn when somebody fetches it, so its size in bytes is not known yet.
            PictureFile { url, file_name: Some(name), ..blank.clone() }
        });
    }
    let mut files = files.into_iter();
    let body = output::make(endpoint, &facts, &mut || files.next().unwrap_or_else(|| blank.clone()));
    job.log("INFO", format!("Done, seed {seed}"));
    let files_at = (!private).then(|| state.addresses.links().url(Service::Cdn, ""));
    let units = u32::try_from(facts.count).unwrap_or(1);
    Ok(Outcome { files_at, private, ..Outcome::output(&body, units) })
}

/// No request gets more pictures.
const MOST_PICTURES: usize = 64;
/// No picture has a longer side: more would take the machine's memory.
const MOST_SIDE: i64 = 4096;

/// How many pictures are asked for, by the name that fal's endpoints have for it.
fn pictures_wanted(input: &ValidInput) -> usize {
    let wanted = input.integer("num_images").and_then(|count| usize::try_from(count).ok());
    wanted.unwrap_or(1).clamp(1, MOST_PICTURES)
}

/// The size that is asked for: width and height, or one of the names that fal's endpoints have for sizes.
fn size_wanted(input: &ValidInput) -> Option<(u32, u32)> {
    let named = input.get("image_size");
    let side = |name: &str| {
        let length = named.and_then(|size| size.get(name)).or(input.get(name)).and_then(Json::as_i64)?;
        u32::try_from(length.clamp(1, MOST_SIDE)).ok()
    };
    match named.and_then(Json::as_str) {
        Some("square_hd") => Some((1024, 1024)),
        Some("square") => Some((512, 512)),
        Some("portrait_4_3") => Some((768, 1024)),
        Some("portrait_16_9") => Some((576, 1024)),
        Some("landscape_4_3") => Some((1024, 768)),
        Some("landscape_16_9") => Some((1024, 576)),
        _ => side("width").zip(side("height")),
    }
}

/// Waits, but not at all for a time of zero, because a timer would take a millisecond.
async fn pause(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}

fn data_uri(png: &[u8]) -> String {
    use base64::Engine as _;
    format!("data:image/png;base64,{}", base64::engine::general_purpose::STANDARD.encode(png))
}

/// The pictures that came with an input.
#[derive(Default)]
struct Images {
    source: Option<Bytes>,
    source_size: Option<(u32, u32)>,
    mask: Option<Bytes>,
}

/// Loads and decodes every file of the input, and compares mask and picture.
async fn load(state: &Arc<State>, job: &Job, input: &ValidInput) -> Result<Images, Box<Outcome>> {
    let mut images = Images::default();
    let (mut mask_size, mut mask_field) = (None, None);
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
            (images.source, images.source_size) = (Some(bytes), Some(size));
        }
    }
    match (images.source_size, mask_size) {
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
fn recipe(state: &State, endpoint: &Endpoint, input: &ValidInput, images: Images, keep: Option<Duration>) -> Recipe {
    let seed = input.integer("seed").unwrap_or_else(|| state.choices.seed());
    let mut scene = Scene::new(endpoint.id.as_str(), input.text("prompt").unwrap_or_default(), seed);
    input.text("negative_prompt").unwrap_or_default().clone_into(&mut scene.negative_prompt);
    scene.expand_prompt = input.flag("expand_prompt").unwrap_or(false);
    if let Some(style) = input.text("style") {
        style.clone_into(&mut scene.style);
    }
    if let Some(ratio) = input.text("aspect_ratio").and_then(|text| text.parse::<Ratio>().ok()) {
        scene.ratio = ratio;
    }
    scene.size = size_wanted(input);
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
