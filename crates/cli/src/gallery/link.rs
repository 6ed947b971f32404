//! The relative URL from the page to a file.

use crate::exit::Failure;
use crate::gallery::made;
use std::path::{Path, PathBuf};
use url::Url;

/// The folder of the pages.
#[derive(Clone, Debug)]
pub(super) struct Links {
    folder: PathBuf,
    /// A file in it.
    page: Url,
}

impl Links {
    /// From a folder, which is made where it is missing.
    pub(super) fn new(folder: &Path) -> Result<Self, Failure> {
        let folder = made(folder)?;
        let page = Url::from_file_path(folder.join("index.html"));
        let page = page.map_err(|()| Failure::file(format!("`{}` has no URL", folder.display())))?;
        Ok(Self { folder, page })
    }

    /// The folder, absolute and without links in it.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The relative URL of a file that is there, or an absolute one where no relative one leads to it.
    pub(super) fn to(&self, path: &Path) -> Option<String> {
        let target = Url::from_file_path(std::fs::canonicalize(path).ok()?).ok()?;
        let relative = self.page.make_relative(&target).filter(|way| !way.starts_with('/'));
        // A name that begins with text and a colon would be read as a URL scheme.
        let relative = relative.map(|way| if way.starts_with("../") { way } else { format!("./{way}") });
        let leads_there = |way: &String| self.page.join(way).is_ok_and(|url| url == target);
        Some(relative.filter(leads_there).unwrap_or_else(|| target.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::Links;

    #[test]
    fn whatever_a_file_is_called_its_link_leads_to_it() {
        let place = tempfile::tempdir().unwrap();
        let links = Links::new(&place.path().join("a gallery/#1")).unwrap();
        for name in [
            "a gallery/#1/fox.png",
            "a gallery/#1/javascript:alert(1).png",
            "a gallery/#1/50%25 \"'<b>&?#.png",
            "a gallery/#1/new\nline\u{202e}.png",
            "a gallery/beside.png",
            "elsewhere/日本.png",
        ] {
            let path = place.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, "").unwrap();
            let link = links.to(&path).unwrap();
            assert!(link.starts_with("./") || link.starts_with("../"), "{link}");
            assert!(!link.contains(['"', '<', '>', ' ', '#', '?', '\n', '\u{202e}']), "{link}");
            let led_to = links.page.join(&link).unwrap().to_file_path().unwrap();
            assert_eq!(led_to, path.canonicalize().unwrap());
        }
        assert_eq!(links.to(&place.path().join("missing.png")), None);
    }
}
