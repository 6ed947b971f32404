//! No Rust file is too long to read, whether hand-written or generated.

use super::Breach;
use super::headers::is_generated;
use super::tree::Tree;

/// Lines.
const LONGEST: usize = 800;

pub(super) fn check(tree: &Tree, breaches: &mut Vec<Breach>) {
    for (file, text) in tree.ending("rs") {
        let lines = text.lines().count();
        if lines > LONGEST {
            let advice = if is_generated(file) {
                "the generator cuts a module by the first words of its types (`xtask/src/emit/models/files.rs`)"
            } else {
                "cut it in two by topic"
            };
            let message = format!("has {lines} lines, {LONGEST} are the most: {advice}");
            breaches.push(Breach { file: file.clone(), line: LONGEST + 1, rule: "size", message });
        }
    }
}
