//! The environment variables that this program reads: the one list that `--help`, the man page and the documentation are
//! made from, beside the client's own.

use ideogram_client::env;
use std::path::PathBuf;

/// One variable.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Variable {
    pub(crate) name: &'static str,
    /// What it sets, one sentence.
    pub(crate) description: &'static str,
}

macro_rules! variables {
    ($($(#[doc = $description:literal])+ $name:ident;)+) => {
        $($(#[doc = $description])+ pub(crate) const $name: &str = stringify!($name);)+

        /// Those of this program.
        const OWN: &[Variable] = &[$(Variable {
            name: $name,
            description: concat!($($description),+).trim_ascii_start(),
        }),+];
    };
}

variables! {
    /// The ledger file, in which paid requests are recorded.
    IDEOGRAM_LEDGER;
    /// The folder of the user's settings, absolute; `~/.config` if it is not set.
    XDG_CONFIG_HOME;
    /// The folder of the user's data, absolute; `~/.local/share` if it is not set.
    XDG_DATA_HOME;
    /// The user's home, an absolute path.
    HOME;
    /// Set to anything: no colours.
    NO_COLOR;
    /// Set to anything but `0`: colours even if the output is not a terminal.
    CLICOLOR_FORCE;
    /// Set to `0`: no colours.
    CLICOLOR;
    /// The kind of the terminal; `dumb` has no colours.
    TERM;
    /// The terminal's program, by which `--preview` knows how to show a picture.
    TERM_PROGRAM;
    /// The same at the other end of an SSH connection.
    LC_TERMINAL;
    /// `truecolor` or `24bit`: `--preview` uses 24-bit colour.
    COLORTERM;
    /// Set by Windows Terminal, which supports 24-bit colour.
    WT_SESSION;
    /// Set by kitty: `--preview` shows a picture by its protocol.
    KITTY_WINDOW_ID;
    /// Set within tmux: `--preview` shows half blocks.
    TMUX;
    /// Set within GNU screen: `--preview` shows half blocks.
    STY;
}

/// The variables that name proxies, which the system's conventions define.
const PROXIES: [&str; 8] =
    ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"];

/// Every variable with its meaning: the client's, then those of this program.
pub(crate) fn all() -> impl Iterator<Item = Variable> {
    let of_client = env::ALL.iter().map(|variable| Variable { name: variable.name, description: variable.description });
    of_client.chain(OWN.iter().copied())
}

/// The folder that a variable names, where that is an absolute path.
pub(crate) fn folder(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute())
}

/// What a variable holds, where that is text.
pub(crate) fn text(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The variables that are set, with what they hold; what must not be shown is left out.
pub(crate) fn set() -> Vec<(&'static str, String)> {
    let shown = env::ALL.iter().filter(|variable| !variable.secret);
    shown.filter_map(|variable| Some((variable.name, text(variable.name)?))).collect()
}

/// Whether the terminal says that it cannot move its cursor.
pub(crate) fn is_dumb_terminal() -> bool {
    std::env::var_os(TERM).is_some_and(|term| term == "dumb")
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
        term: text(TERM),
        program: text(TERM_PROGRAM),
        lc_terminal: text(LC_TERMINAL),
        // Windows Terminal supports 24-bit colour, and sets only this.
        color_term: text(COLORTERM).or_else(|| is_set(WT_SESSION).then(|| "truecolor".to_owned())),
        kitty_window: is_set(KITTY_WINDOW_ID),
        multiplexer: is_set(TMUX) || is_set(STY),
        no_color: is_set(NO_COLOR),
    }
}

/// The variables that name a proxy and are set; what they hold may have a password in it.
pub(crate) fn proxies() -> Vec<&'static str> {
    let set = |name: &&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    PROXIES.into_iter().filter(set).collect()
}

/// Every variable with its meaning, for `--help`.
pub(crate) fn reference() -> String {
    let lines: Vec<String> = all()
        .map(|variable| format!("  {:21}  {}", variable.name, variable.description.trim_end_matches('.')))
        .collect();
    format!("Environment:\n{}", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::all;
    use crate::document_of_workspace;

    /// The page of the documentation is this list.
    #[test]
    fn the_page_of_the_documentation_is_made_from_the_registry() {
        let Some(page) = document_of_workspace("docs/ENVIRONMENT.md") else { return };
        let rows: String =
            all().map(|variable| format!("| `{}` | {} |\n", variable.name, variable.description)).collect();
        assert!(page.ends_with(&format!("|---|---|\n{rows}")), "docs/ENVIRONMENT.md ends with:\n{rows}");
    }
}
