//! Whether output is coloured: `--color` decides, then `NO_COLOR`, `CLICOLOR_FORCE` and `CLICOLOR`, then whether the
//! output is a terminal with colours.

use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicBool, Ordering};

static STDOUT: AtomicBool = AtomicBool::new(false);
static STDERR: AtomicBool = AtomicBool::new(false);

/// The words of `--color`.
pub(crate) const CHOICES: [&str; 3] = ["auto", "always", "never"];

/// What the environment says about colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Wish {
    /// None: somebody said so, or the terminal has none.
    Never,
    /// Even if the output is not a terminal.
    Always,
    /// On a terminal.
    #[default]
    Terminal,
}

/// What the variables say.
pub(crate) fn wish(read: impl Fn(&str) -> Option<String>) -> Wish {
    let says = |name: &str| read(name).filter(|value| !value.is_empty());
    if says("NO_COLOR").is_some() {
        Wish::Never
    } else if says("CLICOLOR_FORCE").is_some_and(|value| value != "0") {
        Wish::Always
    } else if says("CLICOLOR").is_some_and(|value| value == "0") || says("TERM").is_some_and(|kind| kind == "dumb") {
        Wish::Never
    } else {
        Wish::Terminal
    }
}

/// Decides for the whole run.
pub(crate) fn decide(choice: Option<&str>, wish: Wish) {
    let wanted = |is_terminal| is_wanted(choice, is_terminal, wish);
    STDOUT.store(wanted(std::io::stdout().is_terminal()), Ordering::Relaxed);
    STDERR.store(wanted(std::io::stderr().is_terminal()), Ordering::Relaxed);
}

fn is_wanted(choice: Option<&str>, is_terminal: bool, wish: Wish) -> bool {
    match (choice, wish) {
        (Some("always"), _) => true,
        (Some("never"), _) | (_, Wish::Never) => false,
        (_, Wish::Always) => true,
        (_, Wish::Terminal) => is_terminal,
    }
}

/// Whether stdout is coloured.
pub(crate) fn on_stdout() -> bool {
    STDOUT.load(Ordering::Relaxed)
}

/// The label of a line on stderr (`error: `), coloured where that is wanted.
pub(crate) fn label(label: &str) -> String {
    let code = match label.trim_end_matches([':', ' ']) {
        "error" => "1;31",
        "warning" => "1;33",
        "note" => "1;36",
        _ => return label.to_owned(),
    };
    if STDERR.load(Ordering::Relaxed) {
        format!("\u{1b}[{code}m{}\u{1b}[0m ", label.trim_end())
    } else {
        label.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::{is_wanted, wish};

    #[test]
    fn the_flag_goes_before_the_environment_and_that_before_the_terminal() {
        for (choice, is_terminal, variables, expected) in [
            (None, true, &[][..], true),
            (None, false, &[], false),
            (None, true, &[("TERM", "dumb")], false),
            (None, true, &[("NO_COLOR", "1")], false),
            (None, true, &[("NO_COLOR", "")], true),
            (None, true, &[("CLICOLOR", "0")], false),
            (None, false, &[("CLICOLOR", "1")], false),
            (None, false, &[("CLICOLOR_FORCE", "1")], true),
            (None, false, &[("CLICOLOR_FORCE", "0")], false),
            (None, true, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], false),
            (Some("auto"), true, &[("NO_COLOR", "1")], false),
            (Some("always"), false, &[("NO_COLOR", "1"), ("TERM", "dumb")], true),
            (Some("never"), true, &[("CLICOLOR_FORCE", "1")], false),
        ] {
            let read =
                |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
            assert_eq!(is_wanted(choice, is_terminal, wish(read)), expected, "{choice:?} {is_terminal} {variables:?}");
        }
    }
}
