//! A file that is being written. If the system supports that, it has no name until it is complete.
//!
//! The system removes an [unnamed](crate::picture::unnamed) file when the process ends, even if it is killed. On
//! systems without such files the file has a temporary name until it is complete, and `tempfile` makes, removes and
//! renames it.

use crate::picture::file_name::numbered;
use crate::picture::unnamed;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use tempfile::{Builder, TempPath};
use tokio::task::spawn_blocking;

/// How many names are tried if one is taken.
const NAMES: usize = 10_000;

/// A file in its folder that does not have its final name yet. Dropping it removes it.
#[derive(Debug)]
pub(crate) struct PartFile {
    file: File,
    folder: PathBuf,
    /// Its temporary path, if it has one.
    temporary: Option<TempPath>,
    /// The temporary name to use where one is needed; a random one otherwise.
    name: Option<String>,
}

impl PartFile {
    /// Makes an empty file in the folder. A file that an earlier process left under the temporary name is removed.
    pub(crate) fn open(folder: &Path, name: Option<&str>) -> io::Result<Self> {
        if let Some(name) = name {
            remove(&folder.join(name))?;
        }
        let (name, folder) = (name.map(str::to_owned), folder.to_owned());
        match unnamed::open(place(&folder)) {
            Some(file) => Ok(Self { file, folder, temporary: None, name }),
            None => Self::named(folder, name),
        }
    }

    /// The same under a temporary name.
    fn named(folder: PathBuf, name: Option<String>) -> io::Result<Self> {
        let (file, temporary) =
            Self::builder(name.as_deref(), |builder| builder.tempfile_in(place(&folder)))?.into_parts();
        Ok(Self { file, folder, temporary: Some(temporary), name })
    }

    /// How temporary names are made.
    fn builder<T>(name: Option<&str>, make: impl FnOnce(&Builder<'_, '_>) -> io::Result<T>) -> io::Result<T> {
        let mut builder = Builder::new();
        match name {
            Some(name) => builder.prefix(name).rand_bytes(0),
            None => builder.prefix(".ideogram-").suffix(".part"),
        };
        // The permissions of ordinary files, reduced by the umask. The default of `tempfile` lets only the owner read
        // the file.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        make(&builder)
    }

    /// A handle of the file, to write and read it.
    pub(crate) fn handle(&self) -> io::Result<File> {
        self.file.try_clone()
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Syncs the file to the disk and gives it this name in its folder. A file that has the name is replaced in one
    /// step, and its permissions stay.
    pub(crate) fn replace(self, name: &OsStr) -> io::Result<PathBuf> {
        self.file.sync_all()?;
        let path = self.folder.join(name);
        if let Ok(found) = fs::symlink_metadata(&path)
            && found.is_file()
        {
            self.file.set_permissions(found.permissions())?;
        }
        match self.temporary {
            Some(temporary) => temporary.persist(&path)?,
            None => match unnamed::link(&self.file, &path) {
                // Linking does not replace an existing file, but renaming does. So the file gets a temporary name
                // first.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    let link = |builder: &Builder<'_, '_>| {
                        builder.make_in(place(&self.folder), |temporary| unnamed::link(&self.file, temporary))
                    };
                    Self::builder(self.name.as_deref(), link)?.into_temp_path().persist(&path)?;
                }
                outcome => outcome?,
            },
        }
        sync(&self.folder)?;
        Ok(path)
    }

    /// Syncs the file to the disk and gives it this name in its folder, or the name with a number if it is taken.
    /// Nothing is replaced. `about_to_take` is called with each path before it is tried.
    pub(crate) async fn take_free(mut self, name: &OsStr, mut about_to_take: impl FnMut(&Path)) -> io::Result<PathBuf> {
        self = blocking(move || self.file.sync_all().map(|()| self)).await?;
        for number in 1..=NAMES {
            let path = numbered(&self.folder.join(name), number);
            if fs::symlink_metadata(&path).is_ok() {
                continue;
            }
            about_to_take(&path);
            let taken;
            (self, taken) = blocking(move || {
                let taken = self.take(&path).map(|()| path);
                Ok((self, taken))
            })
            .await?;
            match taken {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                outcome => return outcome,
            }
        }
        let name = name.display();
        Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("`{name}` and {NAMES} names like it are taken")))
    }

    /// Gives the file this name unless it is taken.
    fn take(&mut self, path: &Path) -> io::Result<()> {
        match self.temporary.take() {
            None => unnamed::link(&self.file, path)?,
            Some(temporary) => match temporary.persist_noclobber(path) {
                Ok(()) => {}
                Err(refused) if refused.error.kind() == io::ErrorKind::AlreadyExists => {
                    self.temporary = Some(refused.path);
                    return Err(refused.error);
                }
                // On a file system without hard links, an empty file reserves the name first.
                Err(refused) => {
                    File::options().write(true).create_new(true).open(path)?;
                    refused.path.persist(path)?;
                }
            },
        }
        sync(&self.folder)
    }
}

/// Runs work that waits for the disk on a thread for blocking calls.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    spawn_blocking(work).await.map_err(io::Error::other)?
}

/// An empty path stands for the working directory, but can only be joined to names; to open it, it must be `.`.
fn place(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() { Path::new(".") } else { folder }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Syncs the folder to the disk: only then is a new name in it durable.
fn sync(folder: &Path) -> io::Result<()> {
    if !cfg!(unix) {
        return Ok(());
    }
    match File::open(place(folder))?.sync_all() {
        // Not every file system supports this.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        outcome => outcome,
    }
}

#[cfg(test)]
mod tests {
    use super::PartFile;
    use std::io::Write;
    use std::path::Path;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Both kinds of file, each with its content.
    fn parts(folder: &Path, content: &str) -> [PartFile; 2] {
        let parts = [
            PartFile::open(folder, None).unwrap(),
            PartFile::named(folder.to_owned(), Some(".row-7.part".to_owned())).unwrap(),
        ];
        for part in &parts {
            part.handle().unwrap().write_all(content.as_bytes()).unwrap();
        }
        parts
    }

    #[test]
    fn a_file_has_no_name_until_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let parts = parts(folder.path(), "one");
        assert_eq!(parts[0].temporary.is_none(), cfg!(target_os = "linux"));
        assert_eq!(names(folder.path()), [".row-7.part"], "the second kind is seen");
        drop(parts);
        assert!(names(folder.path()).is_empty());
    }

    #[tokio::test]
    async fn a_name_that_is_taken_is_left_alone_and_each_is_told_before_it_is_taken() {
        for kind in 0..2 {
            let folder = tempfile::tempdir().unwrap();
            for (content, name) in [("one", "fox.png"), ("two", "fox-2.png"), ("three", "fox-3.png")] {
                let part = parts(folder.path(), content).into_iter().nth(kind).unwrap();
                let mut told = Vec::new();
                let path = part
                    .take_free("fox.png".as_ref(), |path| told.push((path.to_owned(), path.exists())))
                    .await
                    .unwrap();
                assert_eq!(path, folder.path().join(name));
                assert_eq!(told, [(path.clone(), false)]);
                assert_eq!(std::fs::read_to_string(path).unwrap(), content);
            }
            assert_eq!(names(folder.path()), ["fox-2.png", "fox-3.png", "fox.png"]);
        }
    }

    #[tokio::test]
    async fn a_name_that_is_taken_at_the_last_moment_is_left_alone_too() {
        for kind in 0..2 {
            let folder = tempfile::tempdir().unwrap();
            let part = parts(folder.path(), "ours").into_iter().nth(kind).unwrap();
            let mut others = 0;
            let path = part.take_free("fox.png".as_ref(), |path| {
                if others < 2 {
                    others += 1;
                    std::fs::write(path, "theirs").unwrap();
                }
            });
            assert_eq!(path.await.unwrap(), folder.path().join("fox-3.png"));
            assert_eq!(std::fs::read_to_string(folder.path().join("fox.png")).unwrap(), "theirs");
        }
    }

    #[test]
    fn a_file_is_replaced_in_one_step_and_nothing_else_stays() {
        for kind in 0..2 {
            let folder = tempfile::tempdir().unwrap();
            for content in ["one", "two"] {
                let part = parts(folder.path(), content).into_iter().nth(kind).unwrap();
                let path = part.replace("fox.png".as_ref()).unwrap();
                assert_eq!(std::fs::read_to_string(path).unwrap(), content);
            }
            assert_eq!(names(folder.path()), ["fox.png"]);
        }
    }

    #[test]
    fn what_an_earlier_process_left_under_the_temporary_name_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".row-7.part"), "half").unwrap();
        let part = PartFile::open(folder.path(), Some(".row-7.part")).unwrap();
        drop(part);
        assert!(names(folder.path()).is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn the_permissions_of_a_file_that_is_replaced_stay() {
        use std::os::unix::fs::PermissionsExt;
        for kind in 0..2 {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("fox.png");
            std::fs::write(&path, "one").unwrap();
            std::fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
            let part = parts(folder.path(), "two").into_iter().nth(kind).unwrap();
            part.replace("fox.png".as_ref()).unwrap();
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
            assert_eq!(std::fs::read_to_string(path).unwrap(), "two");
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn the_file_has_the_permissions_of_an_ordinary_one() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ordinary"), "").unwrap();
        let mode = |name: &str| std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        for (part, name) in parts(folder.path(), "x").into_iter().zip(["one", "two"]) {
            part.take_free(name.as_ref(), |_| {}).await.unwrap();
            assert_eq!(mode(name), mode("ordinary"));
        }
    }
}
