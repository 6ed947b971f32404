//! Where files go. Nothing that exists is overwritten by accident, and no name from the service is used. The files
//! themselves are the client's to download and to save.

use crate::exit::Failure;
use crate::output::{Output, stdout_is_closed, write_stdout};
use ideogram_client::{Download, Error, Format, numbered};
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{ErrorKind, IsTerminal as _, Read as _, Write as _};
use std::path::{Path, PathBuf};

/// Bytes that are passed on to a pipe or device at once.
const PIECE: usize = 64 << 10;

/// The most characters of a prompt that become part of a name.
const MAX_SLUG: usize = 48;

/// How many names like one that is taken are tried.
const MAX_NUMBER: usize = 10_000;

/// What `--output` asks for, checked before anything is paid.
#[derive(Clone, Debug)]
pub(crate) struct Destination {
    target: Target,
    overwrite: bool,
}

#[derive(Clone, Debug)]
enum Target {
    /// The bytes of the one file on stdout.
    Stdout,
    /// A device or a pipe: written in place, as it cannot be replaced.
    Special(PathBuf),
    /// This very file.
    File(PathBuf),
    /// Any free name in this directory.
    Directory(PathBuf),
}

impl Destination {
    /// Judges `--output`; without it files get default names in the working directory.
    pub(crate) fn new(path: Option<&Path>, overwrite: bool, output: Output) -> Result<Self, Failure> {
        let target = match path {
            None => {
                let here = PathBuf::from(".");
                writable(&here)?;
                Target::Directory(here)
            }
            Some(path) if path == "-" => stdout(output)?,
            Some(path) => at(path, overwrite)?,
        };
        Ok(Self { target, overwrite })
    }

    /// Where a request that was interrupted was meant to go. A name that was taken meanwhile is left alone, as ever.
    pub(crate) fn again(path: Option<&Path>, overwrite: bool, output: Output) -> Result<Self, Failure> {
        let taken = path.is_some_and(|path| !overwrite && path.is_file());
        match path {
            Some(path) if taken => {
                writable(parent(path)).map(|()| Self { target: Target::File(path.to_owned()), overwrite })
            }
            path => Self::new(path, overwrite, output),
        }
    }

    /// Whether there is room for the files of several requests.
    pub(crate) fn is_directory(&self) -> bool {
        matches!(self.target, Target::Directory(_))
    }

    pub(crate) fn overwrites(&self) -> bool {
        self.overwrite
    }

    /// What the ledger keeps, so that an interrupted run can be finished where it was meant to end: an absolute path.
    pub(crate) fn remembered(&self) -> Option<PathBuf> {
        match &self.target {
            Target::Stdout | Target::Special(_) => None,
            Target::File(path) | Target::Directory(path) => std::path::absolute(path).ok(),
        }
    }

    /// Where a file is downloaded to: its folder, or one for temporary files where the bytes go on from there.
    pub(crate) fn folder(&self, number: usize) -> PathBuf {
        match &self.target {
            Target::Stdout if number == 0 => std::env::temp_dir(),
            Target::Stdout => PathBuf::new(),
            Target::Special(_) => std::env::temp_dir(),
            Target::File(path) => path.parent().unwrap_or(Path::new("")).to_owned(),
            Target::Directory(directory) if directory == Path::new(".") => PathBuf::new(),
            Target::Directory(directory) => directory.clone(),
        }
    }

    /// Opens the device or pipe, where that is the place: before anything is downloaded.
    pub(crate) fn open(&self) -> Result<Option<File>, Failure> {
        let Target::Special(path) = &self.target else { return Ok(None) };
        fs::OpenOptions::new().append(true).open(path).map(Some).map_err(|error| cannot_write(path, &error))
    }

    /// The name that a file of a request gets in its folder where it is free; none on stdout and on a device.
    fn name(&self, number: usize, stem: &str, format: Option<Format>) -> Option<OsString> {
        match &self.target {
            Target::Special(_) => None,
            Target::Stdout if number == 0 => None,
            Target::File(path) if number == 0 => path.file_name().map(OsStr::to_owned),
            Target::File(path) => numbered(path, number + 1).file_name().map(OsStr::to_owned),
            Target::Directory(_) | Target::Stdout => {
                Some(format!("{stem}.{}", format.map_or("bin", Format::extension)).into())
            }
        }
    }

    /// The names that a file of a request may have got: its own, and those with a number where it was taken.
    pub(crate) fn names(&self, number: usize, stem: &str, format: Option<Format>) -> impl Iterator<Item = PathBuf> {
        let folder = self.folder(number);
        let first = self.name(number, stem, format).map(|name| folder.join(name));
        first.into_iter().flat_map(|first| {
            let more = first.clone();
            std::iter::once(first).chain((2..).map(move |number| numbered(&more, number)))
        })
    }

    /// Puts one file of a request, the first with `number` 0, where it belongs, and tells where; `None` is stdout or the
    /// device. Each path is told before it is taken.
    pub(crate) async fn put(
        &self,
        number: usize,
        stem: &str,
        download: Download,
        device: Option<&File>,
        about_to_take: impl FnMut(&Path),
    ) -> Result<Option<PathBuf>, Put> {
        let Some(name) = self.name(number, stem, download.format()) else {
            return self.pass_on(download, device).await.map(|()| None);
        };
        let replace = self.overwrite && matches!(self.target, Target::File(_));
        let saved = if replace { download.replace(name).await } else { download.save_new(name, about_to_take).await };
        saved.map(|saved| Some(saved.into_path())).map_err(Put::Client)
    }

    /// Whether the bytes go to stdout or a device, which may let one wait.
    pub(crate) fn is_stream(&self) -> bool {
        matches!(self.target, Target::Stdout | Target::Special(_))
    }

    /// Passes a file on to stdout or the device, on a thread of its own: the reader may be slow.
    async fn pass_on(&self, download: Download, device: Option<&File>) -> Result<(), Put> {
        let (Target::Special(path), Some(device)) = (&self.target, device) else {
            return on_thread(move || copy(download, write_stdout)).await;
        };
        let path = path.clone();
        let mut device = device.try_clone().map_err(|error| Put::Failure(cannot_write(&path, &error)))?;
        on_thread(move || copy(download, |piece| device.write_all(piece).map_err(|error| cannot_write(&path, &error))))
            .await
    }

    /// The file that was asked for, where it is another one than this.
    pub(crate) fn other_than(&self, number: usize, saved: &Path) -> Option<PathBuf> {
        let Target::File(path) = &self.target else { return None };
        let meant = if number == 0 { path.clone() } else { numbered(path, number + 1) };
        (meant != saved).then_some(meant)
    }
}

/// Why a file is not where it belongs.
pub(crate) enum Put {
    /// A device, a pipe, stdout.
    Failure(Failure),
    /// A file, in the client's words.
    Client(Error),
}

async fn on_thread(work: impl FnOnce() -> Result<(), Put> + Send + 'static) -> Result<(), Put> {
    let ended = |error| Put::Failure(Failure::failed(format!("a thread of this program ended early: {error}")));
    tokio::task::spawn_blocking(work).await.map_err(ended)?
}

/// Passes a file on in pieces.
fn copy(download: Download, mut write: impl FnMut(&[u8]) -> Result<(), Failure>) -> Result<(), Put> {
    let lost = |error: std::io::Error| Put::Failure(Failure::file(format!("cannot read the downloaded file: {error}")));
    let mut reader = download.into_reader().map_err(lost)?;
    let mut piece = vec![0; PIECE];
    loop {
        match reader.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(count) => write(piece.get(..count).unwrap_or_default()).map_err(Put::Failure)?,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(lost(error)),
        }
    }
}

fn stdout(output: Output) -> Result<Target, Failure> {
    if output.json() {
        return Err(Failure::usage("`--json` and `--output -` both want stdout; save to a file, or drop `--json`"));
    }
    if stdout_is_closed() {
        return Err(Failure::usage("stdout is closed, so the picture has nowhere to go; nothing was sent"));
    }
    if std::io::stdout().is_terminal() {
        return Err(Failure::usage("stdout is a terminal, which shows no pictures; send it on with `|` or `>`"));
    }
    Ok(Target::Stdout)
}

fn at(path: &Path, overwrite: bool) -> Result<Target, Failure> {
    let names_a_directory = path.as_os_str().as_encoded_bytes().ends_with(b"/");
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => writable(path).map(|()| Target::Directory(path.to_owned())),
        Ok(found) if !found.is_file() => Ok(Target::Special(path.to_owned())),
        Ok(_) if !overwrite => Err(already_there(path)),
        Err(error) if error.kind() != ErrorKind::NotFound => Err(cannot_write(path, &error)),
        Err(_) if names_a_directory => {
            fs::create_dir_all(path).map_err(|error| cannot_write(path, &error))?;
            writable(path).map(|()| Target::Directory(path.to_owned()))
        }
        Ok(_) | Err(_) => writable(parent(path)).map(|()| Target::File(path.to_owned())),
    }
}

/// Finds out before anything is paid whether a file can be made here.
fn writable(directory: &Path) -> Result<(), Failure> {
    tempfile::tempfile_in(directory).map(drop).map_err(|error| cannot_write(directory, &error))
}

fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Writes a small file that is the tool's own to replace, and tells its absolute path.
#[cfg(feature = "sandbox")]
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<PathBuf, Failure> {
    write(path, bytes, true)?;
    std::path::absolute(path).map_err(|error| cannot_write(path, &error))
}

/// Writes a small file, whole or not at all. One that is there already is replaced only where `overwrite` says so.
pub(crate) fn write(path: &Path, bytes: &[u8], overwrite: bool) -> Result<PathBuf, Failure> {
    let written = temporary(path, bytes).and_then(|file| {
        let kept = if overwrite { file.persist(path) } else { file.persist_noclobber(path) };
        kept.map_err(|error| error.error)
    });
    match written {
        Ok(_) => Ok(path.to_owned()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(already_there(path)),
        Err(error) => Err(cannot_write(path, &error)),
    }
}

/// Writes a small file under this name, or under the first one like it that is free: `mask.png`, `mask-2.png`, and so on.
pub(crate) fn write_free(path: &Path, bytes: &[u8]) -> Result<PathBuf, Failure> {
    let cannot = |error| cannot_write(path, &error);
    let mut file = temporary(path, bytes).map_err(cannot)?;
    for number in 1..=MAX_NUMBER {
        let name = numbered(path, number);
        match file.persist_noclobber(&name) {
            Ok(_) => return Ok(name),
            Err(error) if error.error.kind() == ErrorKind::AlreadyExists => file = error.file,
            Err(error) => return Err(cannot(error.error)),
        }
    }
    Err(already_there(path))
}

fn temporary(path: &Path, bytes: &[u8]) -> std::io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    // An ordinary file's permissions, which the umask narrows; the default is for secrets.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(parent(path))?;
    file.write_all(bytes)?;
    Ok(file)
}

fn already_there(path: &Path) -> Failure {
    Failure::usage(format!(
        "`{}` is there already; choose another name, or overwrite it with `--force`",
        path.display()
    ))
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Failure {
    Failure::file(format!("cannot write `{}`: {error}", path.display()))
}

/// A name from the user's own words and seed: lower-case ASCII letters, digits and dashes.
pub(crate) fn stem(verb: &str, words: Option<&str>, seed: Option<i64>) -> String {
    let mut slug = String::new();
    for character in words.unwrap_or_default().chars() {
        if slug.len() >= MAX_SLUG {
            break;
        }
        if character.is_ascii_alphanumeric() {
            slug.push(character.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    let slug = if slug.is_empty() { verb } else { slug };
    match seed {
        Some(seed) => format!("{slug}-{seed}"),
        None => slug.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn a_name_has_nothing_but_letters_digits_and_dashes() {
        assert_eq!(stem("generate", Some("A fox, reading a map!"), Some(7)), "a-fox-reading-a-map-7");
        assert_eq!(stem("generate", Some("../../etc/passwd\u{202e}"), None), "etc-passwd");
        assert_eq!(stem("generate", Some("狐狸"), Some(-1)), "generate--1");
        assert!(stem("generate", Some(&"long ".repeat(100)), None).len() <= 48);
    }
}
