//! `cargo xtask codegen --changelog`: what changed in the description, as rows of the changelog's unreleased section.

use super::{Version, compare_code, load};
use crate::describe::Description;
use crate::error::{Error, Result};
use std::path::Path;

const FILE: &str = "CHANGELOG.md";
const SECTION: &str = "## Unreleased";
const HEADING: &str = "### API description";

/// The rows: the committed description against what codegen makes of the working tree.
///
/// # Errors
/// The committed description cannot be had.
pub fn rows(root: &Path, description: &Description) -> Result<Vec<String>> {
    let new = Version { documents: description.documents.clone() };
    Ok(compare_code(&load(root, "HEAD")?, &new).changelog_rows())
}

/// Adds the rows that are not there yet and returns how many that were.
///
/// # Errors
/// A changelog that cannot be read or written, or that has no unreleased section.
pub fn add(root: &Path, rows: &[String]) -> Result<usize> {
    let path = root.join(FILE);
    let text =
        std::fs::read_to_string(&path).map_err(|error| Error::new(format!("cannot be read: {error}")).in_file(FILE))?;
    let (text, added) = with_rows(&text, rows)?;
    if added > 0 {
        std::fs::write(&path, text).map_err(|error| Error::new(format!("cannot be written: {error}")).in_file(FILE))?;
    }
    Ok(added)
}

fn with_rows(text: &str, rows: &[String]) -> Result<(String, usize)> {
    let missing = || Error::new(format!("has no line `{SECTION}`: add one at its top")).in_file(FILE);
    let start = text.find(&format!("{SECTION}\n")).ok_or_else(missing)? + SECTION.len() + 1;
    let end = text[start..].find("\n## ").map_or(text.len(), |found| start + found + 1);
    let (before, section, after) = (&text[..start], &text[start..end], &text[end..]);
    let new: Vec<String> =
        rows.iter().map(|row| format!("- {row}\n")).filter(|row| !section.contains(row.as_str())).collect();
    if new.is_empty() {
        return Ok((text.to_owned(), 0));
    }
    let heading = format!("{HEADING}\n\n");
    let section = match section.split_once(&heading) {
        Some((above, below)) => format!("{above}{heading}{}{below}", new.concat()),
        None => format!("\n{heading}{}{section}", new.concat()),
    };
    Ok((format!("{before}{section}{after}"), new.len()))
}

#[cfg(test)]
mod tests {
    use super::with_rows;

    #[test]
    fn rows_are_added_once_below_their_heading() {
        let text = "# Changelog\n\n## Unreleased\n\n- by hand\n\n## 0.1.0\n\n- old\n";
        let rows = ["`style` takes `manga`".to_owned()];
        let (once, added) = with_rows(text, &rows).unwrap();
        assert_eq!(added, 1);
        assert_eq!(
            once,
            "# Changelog\n\n## Unreleased\n\n### API description\n\n- `style` takes `manga`\n\n- by hand\n\n## 0.1.0\n\n- old\n"
        );
        assert_eq!(with_rows(&once, &rows).unwrap(), (once.clone(), 0));
        let (twice, added) = with_rows(&once, &["another".to_owned()]).unwrap();
        assert_eq!(added, 1);
        assert!(twice.contains("### API description\n\n- another\n- `style`"), "{twice}");
    }

    #[test]
    fn a_changelog_without_the_section_is_an_error() {
        assert!(with_rows("# Changelog\n", &["row".to_owned()]).unwrap_err().to_string().contains("## Unreleased"));
    }
}
