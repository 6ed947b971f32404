//! Writes the pages into their folder: files of an earlier gallery are replaced, any other files are kept.

use crate::exit::Failure;
use crate::save::write;
use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

/// What says that a page is a gallery's, and may be replaced by another one.
pub(super) const MARK: &str = "<meta name=\"generator\" content=\"ideogram gallery\">";

/// So many bytes of a page are looked at for the mark.
const HEAD: u64 = 2_048;

/// The file name of a page, the first with 1.
pub(super) fn name(number: usize) -> String {
    if number == 1 { "index.html".to_owned() } else { format!("page-{number}.html") }
}

/// Finds out before anything is paid whether the first page may be written here.
pub(crate) fn may_write(folder: &Path, overwrite: bool) -> Result<(), Failure> {
    is_ours(&folder.join(name(1)), overwrite).map(drop)
}

/// Writes a page, whole or not at all.
pub(super) fn write_page(folder: &Path, number: usize, html: &str, overwrite: bool) -> Result<PathBuf, Failure> {
    let path = folder.join(name(number));
    let replace = is_ours(&path, overwrite)?;
    write(&path, html.as_bytes(), replace)
}

/// Removes the pages of a gallery that had more of them.
pub(super) fn remove_pages_after(folder: &Path, last: usize) -> Result<(), Failure> {
    for number in last + 1.. {
        let path = folder.join(name(number));
        if !matches!(has_mark(&path), Ok(Some(true))) {
            return Ok(());
        }
        std::fs::remove_file(&path)
            .map_err(|error| Failure::file(format!("cannot remove `{}`: {error}", path.display())))?;
    }
    Ok(())
}

/// Whether a page is there to be replaced; a failure where it is somebody else's.
fn is_ours(path: &Path, overwrite: bool) -> Result<bool, Failure> {
    match has_mark(path) {
        Ok(None) => Ok(false),
        Ok(Some(ours)) if ours || overwrite => Ok(true),
        Ok(Some(_)) => Err(Failure::usage(format!(
            "`{}` is there already and is no gallery; choose another folder, or overwrite it with `--overwrite`",
            path.display()
        ))),
        Err(error) => Err(Failure::file(format!("cannot look at `{}`: {error}", path.display()))),
    }
}

/// Whether a file is a gallery's; `None` where there is none.
fn has_mark(path: &Path) -> std::io::Result<Option<bool>> {
    let file = match File::open(path) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
        opened => opened?,
    };
    let mut head = Vec::new();
    file.take(HEAD).read_to_end(&mut head)?;
    Ok(Some(String::from_utf8_lossy(&head).contains(MARK)))
}

#[cfg(all(test, unix))]
mod tests {
    use super::{MARK, may_write, name};

    #[test]
    fn a_page_that_cannot_be_looked_at_is_not_taken_for_a_free_place() {
        let directory = tempfile::tempdir().unwrap();
        let page = directory.path().join(name(1));
        may_write(directory.path(), false).unwrap();
        std::fs::write(&page, MARK).unwrap();
        may_write(directory.path(), false).unwrap();
        std::fs::remove_file(&page).unwrap();
        // A link that leads to itself.
        std::os::unix::fs::symlink(&page, &page).unwrap();
        for overwrite in [false, true] {
            let failure = may_write(directory.path(), overwrite).unwrap_err();
            assert!(failure.message().starts_with("cannot look at `"), "{}", failure.message());
        }
    }
}
