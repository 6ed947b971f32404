//! Where files go. Nothing that exists is overwritten by accident, no half file is ever seen under its final name, and
//! no name from the service is used.

use crate::exit::Failure;
use crate::output::{Output, stdout_is_closed, write_stdout};
use ideogram_client::Format;
use std::fs::{self, File};
use std::io::{ErrorKind, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// The most names that are tried beside a taken one.
const MAX_TRIES: usize = 10_000;

/// The most characters of a prompt that become part of a name.
const MAX_SLUG: usize = 48;

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

    /// Saves one file of a request, the first with `number` 0, and tells where; `None` is stdout or a device.
    pub(crate) fn save(
        &self,
        number: usize,
        stem: &str,
        bytes: &[u8],
        output: Output,
    ) -> Result<Option<PathBuf>, Failure> {
        match &self.target {
            Target::Stdout if number == 0 => write_stdout(bytes).map(|()| None),
            Target::Special(path) => fs::OpenOptions::new()
                .append(true)
                .open(path)
                .and_then(|mut file| file.write_all(bytes))
                .map(|()| None)
                .map_err(|error| cannot_write(path, &error)),
            Target::File(path) if number == 0 => {
                let saved = write(path, self.overwrite, bytes)?;
                if saved != *path {
                    output.note(&format!(
                        "`{}` was created while the picture was downloading, so the picture is in `{}`",
                        path.display(),
                        saved.display()
                    ));
                }
                Ok(Some(saved))
            }
            Target::File(path) => write(&beside(path, number + 1), self.overwrite, bytes).map(Some),
            Target::Directory(directory) => write_in(directory, stem, bytes).map(Some),
            Target::Stdout => write_in(Path::new("."), stem, bytes).map(Some),
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
        Ok(_) if !overwrite => Err(Failure::usage(format!(
            "`{}` is there already; choose another name, or overwrite it with `--force`",
            path.display()
        ))),
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
    temporary(directory).map(drop).map_err(|error| cannot_write(directory, &error))
}

fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

fn temporary(directory: &Path) -> std::io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".ideogram-").suffix(".part");
    // An ordinary file's permissions, which the umask narrows; the default is for secrets.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(directory)
}

/// Writes the file whole or not at all. A name that is taken is left alone unless `overwrite`; the next free one is used.
fn write(path: &Path, overwrite: bool, bytes: &[u8]) -> Result<PathBuf, Failure> {
    let directory = parent(path);
    let cannot = |error: &std::io::Error| cannot_write(path, error);
    let mut file = temporary(directory).map_err(|error| cannot(&error))?;
    let content = file.as_file_mut();
    content.write_all(bytes).and_then(|()| content.sync_all()).map_err(|error| cannot(&error))?;
    let saved = if overwrite {
        file.persist(path).map_err(|error| cannot(&error.error))?;
        path.to_owned()
    } else {
        under_a_free_name(file, path)?
    };
    // The name itself is safe only when the directory is.
    File::open(directory).and_then(|directory| directory.sync_all()).map_err(|error| cannot(&error))?;
    Ok(saved)
}

/// Writes a file that is the tool's own to replace, and tells its absolute path.
#[cfg(feature = "sandbox")]
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<PathBuf, Failure> {
    let written = write(path, true, bytes)?;
    std::path::absolute(&written).map_err(|error| cannot_write(&written, &error))
}

fn under_a_free_name(mut file: NamedTempFile, path: &Path) -> Result<PathBuf, Failure> {
    for number in 1..=MAX_TRIES {
        let name = if number == 1 { path.to_owned() } else { beside(path, number) };
        match file.persist_noclobber(&name) {
            Ok(_) => return Ok(name),
            Err(refused) if refused.error.kind() == ErrorKind::AlreadyExists => file = refused.file,
            Err(refused) => return Err(cannot_write(&name, &refused.error)),
        }
    }
    Err(Failure::file(format!("`{}` and {MAX_TRIES} names like it are taken", path.display())))
}

fn write_in(directory: &Path, stem: &str, bytes: &[u8]) -> Result<PathBuf, Failure> {
    let name = format!("{stem}.{}", Format::of(bytes).map_or("bin", Format::extension));
    let path = if directory == Path::new(".") { PathBuf::from(name) } else { directory.join(name) };
    write(&path, false, bytes)
}

/// `fox.png` and 2 give `fox-2.png`.
fn beside(path: &Path, number: usize) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{number}"));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
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
    use super::{beside, stem, write};
    use std::path::Path;

    #[test]
    fn a_name_has_nothing_but_letters_digits_and_dashes() {
        assert_eq!(stem("generate", Some("A fox, reading a map!"), Some(7)), "a-fox-reading-a-map-7");
        assert_eq!(stem("generate", Some("../../etc/passwd\u{202e}"), None), "etc-passwd");
        assert_eq!(stem("generate", Some("狐狸"), Some(-1)), "generate--1");
        assert!(stem("generate", Some(&"long ".repeat(100)), None).len() <= 48);
    }

    #[test]
    fn a_taken_name_is_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("fox.png");
        for (content, name) in [("one", "fox.png"), ("two", "fox-2.png"), ("three", "fox-3.png")] {
            assert_eq!(write(&path, false, content.as_bytes()).unwrap(), directory.path().join(name));
        }
        assert_eq!(std::fs::read(&path).unwrap(), b"one");
        write(&path, true, b"four").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"four");
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 3);
    }

    #[test]
    fn a_second_file_stands_beside_the_first() {
        assert_eq!(beside(Path::new("a/fox.tar.gz"), 2), Path::new("a/fox.tar-2.gz"));
        assert_eq!(beside(Path::new("fox"), 3), Path::new("fox-3"));
    }
}
