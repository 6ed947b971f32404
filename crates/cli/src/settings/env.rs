//! The environment variables that this program reads, beside those of the client.

use ideogram_client::env;
use std::path::PathBuf;

/// The file that paid requests are noted in.
pub(crate) const IDEOGRAM_LEDGER: &str = "IDEOGRAM_LEDGER";

/// The directory of the user's data, by the XDG base directory specification.
pub(crate) const XDG_DATA_HOME: &str = "XDG_DATA_HOME";

/// The directory of the user's settings, by the XDG base directory specification.
pub(crate) const XDG_CONFIG_HOME: &str = "XDG_CONFIG_HOME";

/// The user's home.
pub(crate) const HOME: &str = "HOME";

/// The folder that a variable names, where that is an absolute path.
pub(crate) fn folder(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute())
}

/// What a variable holds, where that is text.
pub(super) fn text(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The variables that are set, with what they hold; what must not be shown is left out.
pub(crate) fn set() -> Vec<(&'static str, String)> {
    let shown = env::ALL.iter().filter(|variable| !variable.secret);
    shown.filter_map(|variable| Some((variable.name, text(variable.name)?))).collect()
}

/// Whether the terminal says that it cannot move its cursor.
pub(crate) fn is_dumb_terminal() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// What the terminal says of itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct TerminalVariables {
    pub(crate) term: Option<String>,
    pub(crate) program: Option<String>,
    /// The terminal program at the other end of an SSH connection.
    pub(crate) lc_terminal: Option<String>,
    pub(crate) color_term: Option<String>,
    /// Whether it is a window of kitty.
    pub(crate) kitty_window: bool,
    /// Whether it is within tmux or GNU screen.
    pub(crate) multiplexer: bool,
    /// Whether the user wants no colours.
    pub(crate) no_color: bool,
}

/// The variables that terminals set.
pub(crate) fn terminal() -> TerminalVariables {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    TerminalVariables {
        term: text("TERM"),
        program: text("TERM_PROGRAM"),
        lc_terminal: text("LC_TERMINAL"),
        // The terminal of Windows has every colour, and sets only this.
        color_term: text("COLORTERM").or_else(|| is_set("WT_SESSION").then(|| "truecolor".to_owned())),
        kitty_window: is_set("KITTY_WINDOW_ID"),
        multiplexer: is_set("TMUX") || is_set("STY"),
        no_color: is_set("NO_COLOR"),
    }
}

/// Every variable of our own with its meaning, for `--help`.
pub(crate) fn reference() -> String {
    let own = (IDEOGRAM_LEDGER, "The file that paid requests are noted in.");
    let variables = env::ALL.iter().map(|variable| (variable.name, variable.description)).chain([own]);
    let lines: Vec<String> =
        variables.map(|(name, description)| format!("  {name:21}  {}", description.trim_end_matches('.'))).collect();
    format!("Environment:\n{}", lines.join("\n"))
}
