//! No file that is written by hand is longer than somebody reads.

use super::Breach;
use super::headers::is_generated;
use super::tree::Tree;

/// Lines.
const LONGEST: usize = 800;

pub(super) fn check(tree: &Tree, breaches: &mut Vec<Breach>) {
    for (file, text) in tree.ending("rs") {
        let lines = text.lines().count();
        if lines > LONGEST && !is_generated(file) {
            let message = format!("has {lines} lines, {LONGEST} are the most: cut it in two by topic");
            breaches.push(Breach { file: file.clone(), line: LONGEST + 1, rule: "size", message });
        }
    }
}
