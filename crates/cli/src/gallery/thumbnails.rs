//! The thumbnails, beside the pages. A thumbnail is reused while it is up to date: its name identifies the file of
//! which it was made.

use crate::exit::Failure;
use crate::output::Output;
use crate::pictures::{dimensions, thumbnail};
use crate::save::write;
use crate::summary::hex;
use sha2::{Digest as _, Sha256};
use std::collections::HashSet;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::UNIX_EPOCH;

/// The folder of the small pictures.
pub(super) const FOLDER: &str = "thumbnails";
/// What they are at most, in pixels: twice what a page shows, as screens have it.
const WIDTH: u32 = 960;
const HEIGHT: u32 = 420;
/// The most that are made at once: each has a whole picture in memory.
const MAX_AT_ONCE: usize = 4;
/// A picture of more pixels is decoded by itself.
const LARGE: u64 = 20_000_000;
/// After so many one is told how far it is.
const TELL: usize = 200;

/// What is known of a picture by looking at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    /// The name of the small picture; `None` where none can be made: of a format that is not decoded here, for one.
    pub(super) thumbnail: Option<String>,
    /// Width and height of the whole picture, in pixels.
    pub(super) size: Option<(u32, u32)>,
}

pub(super) struct Thumbnails {
    folder: PathBuf,
    used: HashSet<String>,
    /// How many there are to be, and how many have been looked at.
    total: usize,
    done: AtomicUsize,
    /// Held while a large picture is decoded.
    alone: Mutex<()>,
    output: Output,
}

impl Thumbnails {
    pub(super) fn new(folder: &Path, total: usize, output: Output) -> Self {
        let folder = folder.join(FOLDER);
        Self { folder, used: HashSet::new(), total, done: AtomicUsize::new(0), alone: Mutex::new(()), output }
    }

    /// Looks at each picture; `None` where the file has gone.
    pub(super) fn make(&mut self, pictures: &[&Path]) -> Result<Vec<Option<Seen>>, Failure> {
        if pictures.is_empty() {
            return Ok(Vec::new());
        }
        std::fs::create_dir_all(&self.folder)
            .map_err(|error| Failure::file(format!("cannot make the folder `{}`: {error}", self.folder.display())))?;
        let workers = thread::available_parallelism().map_or(1, NonZero::get).min(MAX_AT_ONCE).min(pictures.len());
        let (this, next) = (&*self, AtomicUsize::new(0));
        let work = || -> Result<Vec<(usize, Option<Seen>)>, Failure> {
            let mut seen = Vec::new();
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(path) = pictures.get(index) else { return Ok(seen) };
                seen.push((index, this.look(path)?));
            }
        };
        let ended = thread::scope(|scope| {
            let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
            threads.into_iter().map(thread::ScopedJoinHandle::join).collect::<Vec<_>>()
        });
        let mut all = Vec::with_capacity(pictures.len());
        for of_thread in ended {
            let lost = |_| Failure::failed("a thread of this program ended early");
            all.extend(of_thread.map_err(lost).flatten()?);
        }
        all.sort_unstable_by_key(|(index, _)| *index);
        let all: Vec<Option<Seen>> = all.into_iter().map(|(_, seen)| seen).collect();
        self.used.extend(all.iter().flatten().filter_map(|seen| seen.thumbnail.clone()));
        Ok(all)
    }

    fn look(&self, path: &Path) -> Result<Option<Seen>, Failure> {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if done.is_multiple_of(TELL) {
            self.output.progress(&format!("{done} of {} pictures looked at", self.total));
        }
        let Some(name) = name_of(path) else { return Ok(None) };
        let Ok((width, height)) = dimensions(path) else { return Ok(Some(Seen { thumbnail: None, size: None })) };
        let seen = |thumbnail| Ok(Some(Seen { thumbnail, size: Some((width, height)) }));
        let small = self.folder.join(&name);
        if std::fs::exists(&small).unwrap_or(false) {
            return seen(Some(name));
        }
        let is_large = u64::from(width) * u64::from(height) > LARGE;
        let alone = is_large.then(|| self.alone.lock().unwrap_or_else(PoisonError::into_inner));
        let Ok(jpeg) = thumbnail(path, WIDTH, HEIGHT) else { return seen(None) };
        drop(alone);
        write(&small, &jpeg, true)?;
        seen(Some(name))
    }

    /// Removes the small pictures that no page shows any more. What was not made here stays; so does what cannot be removed.
    pub(super) fn remove_unused(&self) {
        for entry in std::fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            if name.to_str().is_some_and(|name| is_name(name) && !self.used.contains(name)) {
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }
}

/// The name of a file's small picture: another one once the file has changed. `None` where there is no such file.
fn name_of(path: &Path) -> Option<String> {
    let found = std::fs::metadata(path).ok()?;
    let changed = found.modified().ok()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    let path = std::fs::canonicalize(path).ok()?;
    let hash = Sha256::new()
        .chain_update(path.as_os_str().as_encoded_bytes())
        .chain_update([0])
        .chain_update(found.len().to_le_bytes())
        .chain_update(changed.as_nanos().to_le_bytes())
        .finalize();
    Some(format!("{}.jpg", hex(hash.get(..16)?)))
}

fn is_name(name: &str) -> bool {
    let stem = name.strip_suffix(".jpg");
    stem.is_some_and(|stem| stem.len() == 32 && stem.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
