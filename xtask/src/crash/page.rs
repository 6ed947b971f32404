//! The figures of `docs/RELIABILITY.md`.

use super::verdict::Verdict;
use crate::error::{Error, Result};
use crate::print::say;
use crate::sources::lock::today;
use std::fmt::Write as _;
use std::path::Path;

const PAGE: &str = "docs/RELIABILITY.md";
const BEGIN: &str = "<!-- Written by `cargo xtask crash --write`: begin -->\n";
const END: &str = "<!-- Written by `cargo xtask crash --write`: end -->\n";

/// Writes the figures between the page's markers.
pub(super) fn write(root: &Path, points: usize, seed: u64, verdict: &Verdict) -> Result<()> {
    let path = root.join(PAGE);
    let failed = |error: std::io::Error| Error::new(error.to_string()).in_file(&path);
    let page = std::fs::read_to_string(&path).map_err(failed)?;
    let page = between(&page, &figures(points, seed, verdict))
        .ok_or_else(|| Error::new("has no markers for the figures").in_file(&path))?;
    std::fs::write(&path, page).map_err(failed)?;
    say!("wrote {PAGE}");
    Ok(())
}

/// The sentence and the table.
fn figures(points: usize, seed: u64, verdict: &Verdict) -> String {
    let mut text = format!(
        "`cargo xtask crash --points {points} --seed {seed}` on {}: **{verdict}**.\n\n\
        | Killed | Times |\n|---|---:|\n",
        today()
    );
    for (state, hits) in &verdict.hits {
        let _ = writeln!(text, "| {state} | {hits} |");
    }
    text
}

/// The page with other text between its markers.
fn between(page: &str, text: &str) -> Option<String> {
    let (before, rest) = page.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{text}\n{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crash::verdict::judge;

    #[test]
    fn only_what_stands_between_the_markers_is_written() {
        let page = format!("before\n{BEGIN}old\n{END}after\n");
        let written = between(&page, "new\n").unwrap();
        assert_eq!(written, format!("before\n{BEGIN}\nnew\n\n{END}after\n"));
        assert_eq!(between(&written, "new\n").unwrap(), written);
        assert_eq!(between("no markers", "new"), None);
    }

    #[test]
    fn the_figures_name_the_command_and_every_state() {
        let text = figures(20, 7, &judge(&[], 1));
        assert!(text.starts_with("`cargo xtask crash --points 20 --seed 7` on "), "{text}");
        assert!(text.contains("| following | 0 |\n"), "{text}");
    }
}
