//! File names: those that a server gave, made safe, and those of several files that were given one name.

use crate::picture::format::Format;
use crate::text::cut;
use std::path::{Path, PathBuf};

/// The most bytes of a name, without its extension.
const STEM: usize = 100;

/// A file name that stays in its folder on every system. The extension is that of the format, where that is known.
pub(crate) fn clean(given: &str, format: Option<Format>) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let fits = |character: char| character.is_alphanumeric() || matches!(character, '-' | '_' | '.' | ' ' | '(' | ')');
    let cleaned: String = last.chars().map(|character| if fits(character) { character } else { '_' }).collect();
    let trimmed = cleaned.trim_matches(['.', ' ']);
    let (stem, extension) = match trimmed.rsplit_once('.') {
        Some((stem, extension)) if extension.len() <= 8 && extension.chars().all(char::is_alphanumeric) => {
            (stem, extension)
        }
        _ => (trimmed, ""),
    };
    let stem = cut(stem.trim_matches(['.', ' ']), STEM).trim_end_matches(['.', ' ']);
    // Windows reserves these names for devices, with any extension.
    let first = stem.split('.').next().unwrap_or_default().trim_end().to_ascii_lowercase();
    let device = ["con", "prn", "aux", "nul", "com", "lpt"]
        .iter()
        .any(|device| first.strip_prefix(device).is_some_and(|rest| rest.is_empty() || rest.parse::<u8>().is_ok()));
    let stem = if stem.is_empty() || device { "image" } else { stem };
    match (format, extension) {
        // An extension `jpeg` is kept, and not replaced by `jpg`.
        (Some(Format::Jpeg), "jpeg") => format!("{stem}.jpeg"),
        (Some(format), _) => format!("{stem}.{}", format.extension()),
        (None, "") => stem.to_owned(),
        (None, extension) => format!("{stem}.{extension}"),
    }
}

/// The path of one of several files that are saved under one path: the first (number 1 or 0) has that path itself, and the others
/// are beside it with their number. [`Response::save_to`](crate::Response::save_to) uses these names.
///
/// ```
/// # use std::path::Path;
/// assert_eq!(ideogram_client::numbered(Path::new("a/fox.png"), 2), Path::new("a/fox-2.png"));
/// ```
pub fn numbered(path: &Path, number: usize) -> PathBuf {
    if number <= 1 {
        return path.to_owned();
    }
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{number}"));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::{clean, numbered};
    use crate::picture::format::Format::{Jpeg, Png};
    use std::path::Path;

    #[test]
    fn a_second_file_stands_beside_the_first() {
        assert_eq!(numbered(Path::new("a/fox.png"), 1), Path::new("a/fox.png"));
        assert_eq!(numbered(Path::new("a/fox.tar.gz"), 2), Path::new("a/fox.tar-2.gz"));
        assert_eq!(numbered(Path::new("fox"), 3), Path::new("fox-3"));
        assert_eq!(numbered(Path::new("a/.fox"), 2), Path::new("a/.fox-2"));
    }

    #[test]
    fn a_name_never_leaves_its_folder() {
        for (given, expected) in [
            ("fox.png", "fox.png"),
            ("../../.bashrc", "bashrc"),
            ("/etc/passwd", "passwd"),
            ("C:\\Windows\\x.png", "x.png"),
            ("..", "image"),
            ("", "image"),
            ("a\0b\n\u{202e}gnp.exe", "a_b__gnp.exe"),
            ("CON.png", "image.png"),
            ("lpt1.txt", "image.txt"),
            ("con.tar.gz", "image.gz"),
            ("nul .a_b", "image"),
            (".hidden", "hidden"),
            ("Füchse (2).png", "Füchse (2).png"),
        ] {
            assert_eq!(clean(given, None), expected, "{given:?}");
        }
        assert!(clean(&"x".repeat(5000), None).len() <= 100);
        assert_eq!(clean(&format!("{}.____________", "x".repeat(99)), None), "x".repeat(99), "cut behind the dot");
    }

    #[test]
    fn the_extension_says_what_the_content_is() {
        assert_eq!(clean("fox.exe", Some(Png)), "fox.png");
        assert_eq!(clean("fox", Some(Png)), "fox.png");
        assert_eq!(clean("fox.jpeg", Some(Jpeg)), "fox.jpeg");
    }
}
