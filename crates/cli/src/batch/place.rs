//! The destination of a row's files: always below one folder, whatever the row says.

use crate::batch::read::Fault;
use std::path::{Component, Path, PathBuf};

/// The column that is judged here.
const OUTPUT: &str = "output";

/// The path of a row's `output` below the folder; refused where it leads out of it, also through a link.
pub(super) fn below(folder: &Path, output: &str) -> Result<PathBuf, Fault> {
    let refused = |why: &str| Fault::at(OUTPUT, format!("`{output}` {why}"));
    let path = Path::new(output);
    if !path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
        return Err(refused("is not below the folder that pictures go to"));
    }
    let whole = folder.join(path);
    let there = whole.ancestors().find(|part| part.symlink_metadata().is_ok()).unwrap_or(folder);
    if there.as_os_str().is_empty() || !there.starts_with(folder) {
        // The folder itself does not exist yet.
        return Ok(whole);
    }
    let real = |path: &Path| path.canonicalize().map_err(|error| refused(&format!("cannot be looked at: {error}")));
    if !real(there)?.starts_with(real(if folder.as_os_str().is_empty() { Path::new(".") } else { folder })?) {
        return Err(refused("leads out of the folder that pictures go to"));
    }
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use super::below;

    #[test]
    fn nothing_leads_out_of_the_folder() {
        let directory = tempfile::tempdir().unwrap();
        let folder = directory.path().join("out");
        assert_eq!(below(&folder, "new/a.png").unwrap(), folder.join("new/a.png"));
        std::fs::create_dir_all(folder.join("in")).unwrap();
        for good in ["a.png", "./a.png", "in/a.png", "new/deep/a.png", "in/"] {
            assert_eq!(below(&folder, good).unwrap(), folder.join(good), "{good}");
        }
        for bad in ["../a.png", "/tmp/a.png", "in/../../a.png"] {
            assert!(below(&folder, bad).unwrap_err().why.contains("is not below"), "{bad}");
        }
        #[cfg(unix)]
        for (target, name) in [(directory.path().join("elsewhere"), "link"), (directory.path().to_owned(), "up")] {
            std::os::unix::fs::symlink(target, folder.join(name)).unwrap();
            assert!(below(&folder, &format!("{name}/a.png")).is_err(), "{name}");
        }
    }
}
