//! Only one module of a crate draws random numbers, so that a test can determine them.

use super::{Breach, Source, breach};

const PACKAGES: [&str; 5] = ["fastrand", "getrandom", "oorandom", "rand", "rand_core"];
const NAMES: [&str; 7] = ["OsRng", "RandomState", "SystemRandom", "ThreadRng", "new_v4", "new_v7", "now_v7"];

pub(super) fn check(source: &Source<'_>, breaches: &mut Vec<Breach>) {
    let Some(chance) = &source.rules.chance else { return };
    for (module, mentioned) in source.outside(chance) {
        let path = &mentioned.mention.path;
        let package = path.len() > 1 && path.first().is_some_and(|first| PACKAGES.contains(&first.as_str()));
        let name = path.len() > 1 && path.iter().any(|name| NAMES.contains(&name.as_str()));
        if (package || name) && mentioned.target.is_none() {
            let message = format!("`{}` draws chance: only `{chance}` may, ask it", path.join("::"));
            breaches.push(breach(module, mentioned.mention.line(), "chance", message));
        }
    }
}
