//! Decides where files are saved. No existing file is overwritten by accident, and no name from the service is used.
//! The client downloads and saves the files themselves.

mod name;
mod template;
mod write;

pub(crate) use name::Naming;
pub(crate) use template::fields_of;
#[cfg(feature = "sandbox")]
pub(crate) use write::replace;
pub(crate) use write::{write, write_free};

use crate::exit::Failure;
use crate::output::{Output, stdout_is_closed, write_stdout};
use crate::save::template::Template;
use ideogram_client::{Download, Error, Format, numbered};
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{ErrorKind, IsTerminal as _, Read as _, Write as _};
use std::path::{Path, PathBuf};

/// The name of a file by a template; `None` where it is none.
#[cfg(feature = "__fuzz")]
pub(crate) fn name_by(template: &str, naming: &Naming<'_>) -> Option<String> {
    Some(Template::parse(template)?.ok()?.name(naming, "png"))
}

/// Bytes that are passed on to a pipe or device at once.
const PIECE: usize = 64 << 10;

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
    /// Any free name of this form in this folder.
    Folder(PathBuf, Template),
}

impl Destination {
    /// Judges `--output`; without it files get default names in the working directory.
    pub(crate) fn new(path: Option<&Path>, overwrite: bool, output: Output) -> Result<Self, Failure> {
        let target = match path {
            None => {
                let here = PathBuf::from(".");
                writable(&here)?;
                Target::Folder(here, Template::default())
            }
            Some(path) if path == "-" => stdout(output).map(|()| Target::Stdout)?,
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
    pub(crate) fn is_folder(&self) -> bool {
        matches!(self.target, Target::Folder(..))
    }

    /// The same for one of several requests: its number is that of `{index}`.
    pub(crate) fn with_index(mut self, index: usize) -> Self {
        if let Target::Folder(_, template) = &mut self.target {
            template.set_index(index);
        }
        self
    }

    pub(crate) fn overwrites(&self) -> bool {
        self.overwrite
    }

    /// What the ledger keeps, so that an interrupted run can be finished where it was meant to end: an absolute path. That of a
    /// folder ends as one, so that it is no name of a file where the folder is gone by then.
    pub(crate) fn remembered(&self) -> Option<PathBuf> {
        match &self.target {
            Target::Stdout | Target::Special(_) => None,
            Target::File(path) => std::path::absolute(path).ok(),
            Target::Folder(folder, template) if *template == Template::default() => {
                std::path::absolute(folder).ok().map(|folder| folder.join(""))
            }
            Target::Folder(folder, template) => std::path::absolute(folder.join(template.to_string())).ok(),
        }
    }

    /// Where a file is downloaded to: its folder, or one for temporary files where the bytes go on from there.
    pub(crate) fn folder(&self, number: usize) -> PathBuf {
        match &self.target {
            Target::Stdout if number == 0 => std::env::temp_dir(),
            Target::Stdout => PathBuf::new(),
            Target::Special(_) => std::env::temp_dir(),
            Target::File(path) => self.real(path).parent().unwrap_or(Path::new("")).to_owned(),
            Target::Folder(folder, _) if folder == Path::new(".") => PathBuf::new(),
            Target::Folder(folder, _) => folder.clone(),
        }
    }

    /// Opens the device or pipe, where that is the place: before anything is downloaded.
    pub(crate) fn open(&self) -> Result<Option<File>, Failure> {
        let Target::Special(path) = &self.target else { return Ok(None) };
        fs::OpenOptions::new().append(true).open(path).map(Some).map_err(|error| cannot_write(path, &error))
    }

    /// The name that a file of a request gets in its folder where it is free; none on stdout and on a device.
    fn name(&self, number: usize, naming: &Naming<'_>, format: Option<Format>) -> Option<OsString> {
        let extension = format.map_or("bin", Format::extension);
        match &self.target {
            Target::Special(_) => None,
            Target::Stdout if number == 0 => None,
            Target::Stdout => Some(Template::default().name(naming, extension).into()),
            Target::File(path) if number == 0 => self.real(path).file_name().map(OsStr::to_owned),
            Target::File(path) => numbered(path, number + 1).file_name().map(OsStr::to_owned),
            Target::Folder(_, template) => Some(template.name(naming, extension).into()),
        }
    }

    /// The file behind a path that is to be overwritten: the link stays, and what it leads to is replaced.
    fn real(&self, path: &Path) -> PathBuf {
        if self.overwrite { real(path) } else { path.to_owned() }
    }

    /// The names that a file of a request may have got: its own, and those with a number where it was taken.
    pub(crate) fn names(
        &self,
        number: usize,
        naming: &Naming<'_>,
        format: Option<Format>,
    ) -> impl Iterator<Item = PathBuf> + use<> {
        let folder = self.folder(number);
        let first = self.name(number, naming, format).map(|name| folder.join(name));
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
        naming: &Naming<'_>,
        download: Download,
        device: Option<&File>,
        about_to_take: impl FnMut(&Path),
    ) -> Result<Option<PathBuf>, Put> {
        let Some(name) = self.name(number, naming, download.format()) else {
            return self.pass_on(download, device).await.map(|()| None);
        };
        let replace = self.overwrite && matches!(self.target, Target::File(_));
        let saved = if replace { download.replace(name).await } else { download.save_new(name, about_to_take).await };
        let saved = saved.map_err(Put::Client)?.into_path();
        Ok(Some(match &self.target {
            // The path as the user wrote it.
            Target::File(path) if number == 0 && saved == self.real(path) => path.clone(),
            _ => saved,
        }))
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

/// Finds out whether the bytes of a file can go to stdout.
pub(crate) fn stdout(output: Output) -> Result<(), Failure> {
    if output.json() {
        return Err(Failure::usage("`--json` and `--output -` both want stdout; save to a file, or drop `--json`"));
    }
    if stdout_is_closed() {
        return Err(Failure::usage("stdout is closed, so the picture has nowhere to go"));
    }
    if std::io::stdout().is_terminal() {
        return Err(Failure::usage("stdout is a terminal, which shows no pictures; send it on with `|` or `>`"));
    }
    Ok(())
}

fn at(path: &Path, overwrite: bool) -> Result<Target, Failure> {
    let names_a_folder = path.as_os_str().as_encoded_bytes().ends_with(b"/");
    let folder = |path: &Path| writable(path).map(|()| Target::Folder(path.to_owned(), Template::default()));
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => folder(path),
        Ok(found) if !found.is_file() => Ok(Target::Special(path.to_owned())),
        Ok(_) if !overwrite => Err(already_there(path)),
        Ok(_) => writable(parent(&real(path))).map(|()| Target::File(path.to_owned())),
        Err(error) if error.kind() != ErrorKind::NotFound => Err(cannot_write(path, &error)),
        Err(_) => {
            let fields_of = |path: Option<&OsStr>| path.and_then(OsStr::to_str).and_then(Template::parse).transpose();
            let in_folder = parent(path).to_str().is_some_and(|parent| parent.contains(['{', '}']));
            if (names_a_folder && fields_of(path.file_name())?.is_some()) || (in_folder && !parent(path).exists()) {
                return Err(Failure::usage("`--output` takes fields in the name of the file, not in that of a folder"));
            }
            if names_a_folder {
                fs::create_dir_all(path).map_err(|error| cannot_write(path, &error))?;
                return folder(path);
            }
            let template = fields_of(path.file_name())?;
            writable(parent(path)).map(|()| match template {
                Some(template) => Target::Folder(parent(path).to_owned(), template),
                None => Target::File(path.to_owned()),
            })
        }
    }
}

/// Finds out before anything is paid whether a small file of this name can be written later.
pub(crate) fn may_write(path: &Path, overwrite: bool) -> Result<(), Failure> {
    match at(path, overwrite)? {
        Target::File(_) => Ok(()),
        _ => Err(Failure::usage(format!("`{}` is no name of a file", path.display()))),
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

/// The file that a path leads to through links, where it is there.
fn real(path: &Path) -> PathBuf {
    let is_link = fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink());
    if is_link { fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()) } else { path.to_owned() }
}

fn already_there(path: &Path) -> Failure {
    Failure::usage(format!(
        "`{}` is there already; choose another name, or overwrite it with `--overwrite`",
        path.display()
    ))
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Failure {
    Failure::file(format!("cannot write `{}`: {error}", path.display()))
}
