//! Writes several files, all of them or none.

use crate::error::{Error, Result};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Replaces the files below `root`; when one of them cannot be, the others are as they were.
///
/// # Errors
/// A file cannot be written.
pub(super) fn replace(root: &Path, files: &[(String, Vec<u8>)]) -> Result<()> {
    let mut staged = Staged::default();
    for (path, bytes) in files {
        let target = root.join(path);
        staged.stage(target, bytes).map_err(|error| unwritable(path, &error))?;
    }
    for (index, (path, _)) in files.iter().enumerate() {
        staged.put(index).map_err(|error| unwritable(path, &error))?;
    }
    staged.files.clear();
    Ok(())
}

fn unwritable(path: &str, error: &io::Error) -> Error {
    Error::new(format!("cannot be written: {error}; nothing was changed")).in_file(path)
}

/// Files written beside their targets; what is not put in place, or only with others that failed, is taken back.
#[derive(Default)]
struct Staged {
    files: Vec<File>,
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
    /// It is in place of these bytes.
    Replaced(Vec<u8>),
}

impl Staged {
    fn stage(&mut self, target: PathBuf, bytes: &[u8]) -> io::Result<()> {
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut name = target.file_name().unwrap_or_default().to_owned();
        name.push(".new");
        let new = target.with_file_name(name);
        self.files.push(File { target, new: new.clone(), state: State::Beside });
        fs::write(new, bytes)
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
}

impl Drop for Staged {
    fn drop(&mut self) {
        for file in &self.files {
            // There is nobody left to tell when taking back fails as well.
            let _ = match &file.state {
                State::Beside => fs::remove_file(&file.new),
                State::Created => fs::remove_file(&file.target),
                State::Replaced(bytes) => fs::write(&file.target, bytes),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::replace;
    use std::fs;

    #[test]
    fn when_one_file_cannot_be_written_all_are_as_they_were() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("a"), "old").unwrap();
        // A folder that is not empty stands where the third file should go.
        fs::create_dir_all(root.path().join("c/full")).unwrap();
        let files = ["a", "b", "c"].map(|name| (name.to_owned(), b"new".to_vec()));
        let error = replace(root.path(), &files).unwrap_err().to_string();
        assert!(error.starts_with("c: cannot be written: "), "{error}");
        assert!(error.ends_with("; nothing was changed"), "{error}");
        let mut names: Vec<_> = fs::read_dir(root.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["a", "c"]);
        assert_eq!(fs::read(root.path().join("a")).unwrap(), b"old");
        replace(root.path(), &files[..2]).unwrap();
        assert_eq!(fs::read(root.path().join("b")).unwrap(), b"new");
    }
}
