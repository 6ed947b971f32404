//! Decides which files of this machine a call may name.

use crate::clean;
use crate::exit::Failure;
use std::path::{Path, PathBuf};

/// The folder that calls may read from and save to; without one, they name no file.
#[derive(Clone, Debug)]
pub(super) struct Root(Option<PathBuf>);

impl Root {
    pub(super) fn new(folder: Option<&Path>) -> Result<Self, Failure> {
        let real = folder.map(|folder| {
            let cannot = |error| Failure::file(format!("cannot use `{}` as the root: {error}", folder.display()));
            std::fs::canonicalize(folder).map_err(cannot)
        });
        real.transpose().map(Self)
    }

    pub(super) fn folder(&self) -> Option<&Path> {
        self.0.as_deref()
    }

    /// A file that is there. Links are followed first, and must not lead out.
    pub(super) fn file(&self, given: &str) -> Result<PathBuf, Failure> {
        let root = self.root(given)?;
        let real = std::fs::canonicalize(root.join(given))
            .map_err(|error| Failure::file(format!("cannot read `{}`: {error}", clean::line(given))))?;
        within(root, real, given)
    }

    /// A file that is to be made, in a folder that is there. A link in its place is refused.
    pub(super) fn new_file(&self, given: &str) -> Result<PathBuf, Failure> {
        let root = self.root(given)?;
        let path = root.join(given);
        let cannot =
            |why: &dyn std::fmt::Display| Failure::file(format!("cannot write `{}`: {why}", clean::line(given)));
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(cannot(&"it is no name of a file"));
        };
        let folder = within(root, std::fs::canonicalize(folder).map_err(|error| cannot(&error))?, given)?;
        let path = folder.join(name);
        match std::fs::symlink_metadata(&path) {
            Ok(found) if found.is_symlink() => Err(cannot(&"it is a link")),
            _ => Ok(path),
        }
    }

    fn root(&self, given: &str) -> Result<&Path, Failure> {
        self.folder().ok_or_else(|| {
            Failure::usage(format!(
                "`{}` is a path, and this server was started without `--root`: it takes URLs and data URIs only",
                clean::line(given)
            ))
        })
    }
}

fn within(root: &Path, real: PathBuf, given: &str) -> Result<PathBuf, Failure> {
    if real.starts_with(root) {
        return Ok(real);
    }
    Err(Failure::usage(format!("`{}` is outside of the root `{}`", clean::line(given), root.display())))
}

#[cfg(test)]
mod tests {
    use super::Root;
    use std::fs;

    #[test]
    fn without_a_root_no_file_is_named() {
        let root = Root::new(None).unwrap();
        for path in ["fox.png", "/etc/passwd", "file:///etc/passwd"] {
            assert!(root.file(path).unwrap_err().message().contains("without `--root`"), "{path}");
            assert!(root.new_file(path).is_err());
        }
    }

    #[cfg(unix)]
    #[test]
    fn nothing_outside_of_the_root_is_read_or_written_by_any_way() {
        let folder = tempfile::tempdir().unwrap();
        let (inside, outside) = (folder.path().join("in"), folder.path().join("out"));
        for path in [&inside, &outside, &inside.join("deep")] {
            fs::create_dir(path).unwrap();
        }
        fs::write(inside.join("fox.png"), "").unwrap();
        fs::write(outside.join("secret.png"), "").unwrap();
        std::os::unix::fs::symlink(&outside, inside.join("link")).unwrap();
        std::os::unix::fs::symlink(outside.join("secret.png"), inside.join("link.png")).unwrap();
        std::os::unix::fs::symlink("deep", inside.join("near")).unwrap();
        let root = Root::new(Some(&inside)).unwrap();
        let real = fs::canonicalize(&inside).unwrap();
        assert_eq!(root.file("fox.png").unwrap(), real.join("fox.png"));
        assert_eq!(root.file("deep/../fox.png").unwrap(), real.join("fox.png"));
        assert_eq!(root.new_file("near/new.png").unwrap(), real.join("deep/new.png"));
        for path in ["../out/secret.png", "link/secret.png", "link.png", "/etc/passwd", "deep/../../out/secret.png"] {
            assert!(root.file(path).unwrap_err().message().contains("outside of the root"), "{path}");
        }
        for path in ["../new.png", "link/new.png", "link.png", "/tmp/new.png", ".."] {
            assert!(root.new_file(path).is_err(), "{path}");
        }
    }
}
