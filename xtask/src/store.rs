//! Writes several files and removes others: all of it or nothing.

use crate::error::{Error, Result};
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Replaces files below `root` and removes others. If one of them fails, all files are as they were before.
///
/// # Errors
/// A file cannot be written or removed.
pub(crate) fn replace<P: AsRef<Path>, B: AsRef<[u8]>>(root: &Path, files: &[(P, B)], gone: &[P]) -> Result<()> {
    let mut staged = Staged::default();
    for (path, bytes) in files {
        let path = path.as_ref();
        staged.stage(root.join(path), bytes.as_ref()).map_err(|error| unwritable(path, &error))?;
    }
    for (index, (path, _)) in files.iter().enumerate() {
        staged.put(index).map_err(|error| unwritable(path.as_ref(), &error))?;
    }
    for path in gone {
        staged.take_away(root.join(path)).map_err(|error| {
            let message = format!("cannot be removed: {error}; nothing was changed");
            Error::new(message).in_file(path)
        })?;
    }
    staged.files.clear();
    staged.folders.clear();
    Ok(())
}

fn unwritable(path: &Path, error: &io::Error) -> Error {
    Error::new(format!("cannot be written: {error}; nothing was changed")).in_file(path)
}

/// Files that are written beside their targets. When this is dropped before all are in place, the changes are undone.
#[derive(Default)]
struct Staged {
    files: Vec<File>,
    /// The folders that were made for them, the outermost first.
    folders: Vec<PathBuf>,
}

struct File {
    target: PathBuf,
    new: PathBuf,
    state: State,
}

enum State {
    /// The new file lies beside its target.
    Beside,
    /// It is in place, where there was none.
    Created,
    /// It is in place of these bytes, or the file that had them is gone.
    Replaced(Vec<u8>),
}

impl Staged {
    fn stage(&mut self, target: PathBuf, bytes: &[u8]) -> io::Result<()> {
        if let Some(folder) = target.parent() {
            let missing: Vec<_> = folder.ancestors().take_while(|folder| !folder.exists()).collect();
            self.folders.extend(missing.into_iter().rev().map(Path::to_path_buf));
            fs::create_dir_all(folder)?;
        }
        let mut name = target.file_name().unwrap_or_default().to_owned();
        name.push(".new");
        let new = target.with_file_name(name);
        self.files.push(File { target, new: new.clone(), state: State::Beside });
        let mut file = fs::File::create(new)?;
        file.write_all(bytes)?;
        file.sync_all()
    }

    fn put(&mut self, index: usize) -> io::Result<()> {
        let Some(file) = self.files.get_mut(index) else { return Ok(()) };
        let state = match fs::read(&file.target) {
            Ok(bytes) => State::Replaced(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => State::Created,
            Err(error) => return Err(error),
        };
        fs::rename(&file.new, &file.target)?;
        file.state = state;
        Ok(())
    }

    fn take_away(&mut self, target: PathBuf) -> io::Result<()> {
        let state = State::Replaced(fs::read(&target)?);
        fs::remove_file(&target)?;
        self.files.push(File { new: target.clone(), target, state });
        Ok(())
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        for file in self.files.iter().rev() {
            // If undoing fails as well, that cannot be reported.
            let _ = match &file.state {
                State::Beside => fs::remove_file(&file.new),
                State::Created => fs::remove_file(&file.target),
                State::Replaced(bytes) => fs::write(&file.target, bytes),
            };
        }
        for folder in self.folders.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::replace;
    use std::fs;

    #[test]
    fn when_one_file_cannot_be_written_or_removed_all_are_as_they_were() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("a"), "old").unwrap();
        // A folder that is not empty stands where the third file should go.
        fs::create_dir_all(root.path().join("c/full")).unwrap();
        let files = ["a", "d/e/b", "c"].map(|name| (name, "new"));
        let error = replace(root.path(), &files, &[]).unwrap_err().to_string();
        assert!(error.starts_with("c: cannot be written: "), "{error}");
        assert!(error.ends_with("; nothing was changed"), "{error}");
        let error = replace(root.path(), &files[..2], &["a", "c"]).unwrap_err().to_string();
        assert!(error.starts_with("c: cannot be removed: "), "{error}");
        let mut names: Vec<_> = fs::read_dir(root.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["a", "c"]);
        assert_eq!(fs::read(root.path().join("a")).unwrap(), b"old");
        replace(root.path(), &files[1..2], &["a"]).unwrap();
        assert_eq!(fs::read(root.path().join("d/e/b")).unwrap(), b"new");
        assert!(!root.path().join("a").exists());
    }
}
