//! The files of the CDN: what was uploaded, and the pictures, which are drawn when somebody first asks for them.

use crate::chance;
use crate::clock;
use crate::config::Config;
use crate::draw::{self, Limits, MaskEdits, Scene, decode};
use crate::hash::{digest, hex};
use crate::lock::lock;
use crate::world::bounded_map::BoundedMap;
use bytes::Bytes;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;
use tokio::sync::Semaphore;

/// How many bytes of recipes are kept, and how many one takes beside its texts.
const MAX_RECIPES_BYTES: usize = 48 << 20;
const RECIPE_BYTES: usize = 1500;

/// A file as it is served.
#[derive(Clone, Debug)]
pub(crate) struct StoredFile {
    pub(crate) bytes: Bytes,
    pub(crate) content_type: String,
    /// A strong entity tag, quotes included.
    pub(crate) etag: String,
    /// From when on the file is gone.
    pub(crate) expires_at: Option<SystemTime>,
}

impl StoredFile {
    /// A file with the tag that its bytes give it.
    pub(crate) fn new(bytes: Bytes, content_type: &str, expires_at: Option<SystemTime>) -> Self {
        let etag = etag(&bytes);
        Self { bytes, content_type: content_type.to_owned(), etag, expires_at }
    }
}

/// Everything that a picture is made from; the other pictures by the digest of their bytes.
#[derive(Clone, Debug)]
pub(crate) struct Recipe {
    pub(crate) scene: Scene,
    pub(crate) source: SourceFiles,
    pub(crate) expires_at: Option<SystemTime>,
}

/// The files that a picture is made from, each by the digest of its bytes.
#[derive(Clone, Debug)]
pub(crate) enum SourceFiles {
    None,
    Remix { source: String, strength: f64 },
    Edit { source: String, mask: String, mask_edits: MaskEdits },
}

/// A recipe, and the lock that keeps two callers from drawing the same picture twice.
#[derive(Debug)]
struct PlannedPicture {
    recipe: Recipe,
    turn: tokio::sync::Mutex<()>,
}

/// The store of all files.
#[derive(Debug)]
pub(crate) struct FileStore {
    uploads: Mutex<BoundedMap<StoredFile>>,
    recipes: Mutex<BoundedMap<Arc<PlannedPicture>>>,
    drawn: Mutex<BoundedMap<StoredFile>>,
    sources: Mutex<BoundedMap<Bytes>>,
    /// Whether pictures are of one colour.
    flat: bool,
    /// For letters that the built-in typefaces lack.
    #[cfg(feature = "pictures")]
    font: Option<draw::Face>,
    /// Drawing and decoding take a processor each, and memory for whole pictures.
    processors: Arc<Semaphore>,
}

impl FileStore {
    pub(crate) fn new(config: &Config) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from).min(4);
        Self {
            uploads: Mutex::new(BoundedMap::new(usize::MAX)),
            recipes: Mutex::new(BoundedMap::new(MAX_RECIPES_BYTES.min(config.memory))),
            drawn: Mutex::new(BoundedMap::new(config.memory / 8)),
            sources: Mutex::new(BoundedMap::new(usize::MAX)),
            flat: config.flat,
            #[cfg(feature = "pictures")]
            font: None,
            processors: Arc::new(Semaphore::new(processors)),
        }
    }

    /// The same store with a typeface for letters that the built-in ones lack.
    #[cfg(feature = "pictures")]
    pub(crate) fn with_font(self, font: Option<draw::Face>) -> Self {
        Self { font, ..self }
    }

    /// Bytes of everything.
    pub(crate) fn bytes(&self) -> usize {
        let pictures = lock(&self.recipes).weight() + lock(&self.drawn).weight();
        pictures + lock(&self.uploads).weight() + lock(&self.sources).weight()
    }

    /// Drops the oldest drawing, which is made again when asked for; says whether there was one.
    pub(crate) fn drop_drawing(&self) -> bool {
        lock(&self.drawn).drop_oldest()
    }

    /// Drops the oldest finished upload, else what the oldest picture was made from; says whether there was one.
    pub(crate) fn drop_oldest(&self) -> bool {
        lock(&self.uploads).drop_oldest() || lock(&self.sources).drop_oldest()
    }

    /// Keeps an upload.
    pub(crate) fn keep(&self, id: &str, file: StoredFile) {
        let weight = file.bytes.len();
        lock(&self.uploads).insert(id.to_owned(), file, weight);
    }

    /// Keeps a picture's source under the digest of its bytes: a thousand jobs on one picture hold it once.
    pub(crate) fn keep_source(&self, bytes: Bytes) -> String {
        let key = hex(&digest(&bytes));
        let mut sources = lock(&self.sources);
        if sources.get(&key).is_none() {
            let weight = bytes.len();
            sources.insert(key.clone(), bytes, weight);
        }
        key
    }

    /// Keeps a recipe; returns the picture's id and file name.
    pub(crate) fn plan(&self, recipe: Recipe) -> (String, String) {
        let id = chance::id();
        let weight = RECIPE_BYTES + recipe.scene.prompt.len() + recipe.scene.negative_prompt.len();
        let planned = Arc::new(PlannedPicture { recipe, turn: tokio::sync::Mutex::new(()) });
        lock(&self.recipes).insert(id.clone(), planned, weight);
        (id, "image.png".to_owned())
    }

    /// The file of that id: an upload, or a picture, which is drawn now unless it was before.
    pub(crate) async fn fetch(&self, id: &str) -> Option<StoredFile> {
        let uploaded = lock(&self.uploads).get(id).cloned();
        let file = match uploaded {
            Some(file) => file,
            None => self.picture(id).await?,
        };
        file.expires_at.is_none_or(|at| clock::now() < at).then_some(file)
    }

    async fn picture(&self, id: &str) -> Option<StoredFile> {
        let planned = Arc::clone(lock(&self.recipes).get(id)?);
        let _turn = planned.turn.lock().await;
        if let Some(file) = lock(&self.drawn).get(id) {
            return Some(file.clone());
        }
        let png = self.draw(&planned.recipe).await?;
        let file = StoredFile::new(png, "image/png", planned.recipe.expires_at);
        lock(&self.drawn).insert(id.to_owned(), file.clone(), file.bytes.len());
        Some(file)
    }

    /// Draws a picture. None when a source of it has been dropped meanwhile.
    pub(crate) async fn draw(&self, recipe: &Recipe) -> Option<Bytes> {
        let file = |key: &str| lock(&self.sources).get(key).cloned();
        let (image, mask) = match &recipe.source {
            SourceFiles::None => (None, None),
            SourceFiles::Remix { source: key, .. } => (Some(file(key)?), None),
            SourceFiles::Edit { source: key, mask, .. } => (Some(file(key)?), Some(file(mask)?)),
        };
        let flat = self.flat;
        #[cfg(feature = "pictures")]
        let font = self.font.clone();
        let (mut scene, source) = (recipe.scene.clone(), recipe.source.clone());
        self.compute(move || {
            #[cfg(feature = "pictures")]
            scene.extra_face.clone_from(&font);
            let bitmap = |bytes: Option<Bytes>| decode(&bytes?, &Limits::default()).ok().map(Arc::new);
            scene.operation = match source {
                SourceFiles::None => draw::Operation::Generate,
                SourceFiles::Remix { strength, .. } => draw::Operation::Remix { source: bitmap(image)?, strength },
                SourceFiles::Edit { mask_edits, .. } => {
                    draw::Operation::Edit { source: bitmap(image)?, mask: bitmap(mask)?, mask_edits }
                }
            };
            let picture = if flat { draw::flat(&scene) } else { draw::draw(&scene) };
            picture.ok().map(|picture| picture.png.into())
        })
        .await?
    }

    /// Runs work that needs a processor, on another thread. `None` if it panicked.
    pub(crate) async fn compute<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let permit = Arc::clone(&self.processors).acquire_owned().await.ok()?;
        let work = move || {
            let value = work();
            drop(permit);
            value
        };
        tokio::task::spawn_blocking(work).await.ok()
    }
}

/// A strong entity tag, quotes included.
pub(crate) fn etag(bytes: &[u8]) -> String {
    format!("\"{}\"", hex(digest(bytes).get(..16).unwrap_or_default()))
}
