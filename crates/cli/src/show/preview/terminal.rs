//! What the terminal can show, according to its environment variables.

use super::blocks::Colours;
use super::size::Cells;
use crate::settings::env::TerminalVariables;

/// How a picture is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// The graphics protocol of kitty.
    Kitty,
    /// The inline images of iTerm2.
    Iterm,
    /// Half blocks in colours.
    Blocks(Colours),
}

/// Programs that know kitty's protocol, by `TERM_PROGRAM`.
const KITTY: [&str; 2] = ["kitty", "ghostty"];

/// Programs that know iTerm2's, by `TERM_PROGRAM` or `LC_TERMINAL`.
const ITERM: [&str; 3] = ["iTerm.app", "iTerm2", "WezTerm"];

/// The way for this terminal; none where it shows no pictures. Nothing is asked of it: an answer would come as typed text.
pub(super) fn way(variables: &TerminalVariables) -> Option<Way> {
    let is = |text: &Option<String>, names: &[&str]| text.as_deref().is_some_and(|text| names.contains(&text));
    let term = variables.term.as_deref().unwrap_or(if cfg!(windows) { "windows" } else { "dumb" });
    if term == "dumb" {
        return None;
    }
    // A multiplexer passes pictures on only if it is configured to, and draws over them.
    let multiplexed = variables.multiplexer || term.starts_with("screen") || term.starts_with("tmux");
    if !multiplexed {
        if variables.kitty_window || matches!(term, "xterm-kitty" | "xterm-ghostty") || is(&variables.program, &KITTY) {
            return Some(Way::Kitty);
        }
        if is(&variables.program, &ITERM) || is(&variables.lc_terminal, &ITERM) {
            return Some(Way::Iterm);
        }
    }
    if variables.no_color {
        return None;
    }
    let all = is(&variables.color_term, &["truecolor", "24bit"]) || term.ends_with("-direct");
    Some(Way::Blocks(if all { Colours::All } else { Colours::Listed }))
}

/// The size of the terminal at stderr; 80 by 24 where it does not say.
#[cfg(unix)]
pub(super) fn size() -> Cells {
    match rustix::termios::tcgetwinsize(std::io::stderr()) {
        Ok(size) if size.ws_col > 0 && size.ws_row > 0 => {
            Cells { columns: size.ws_col.into(), rows: size.ws_row.into() }
        }
        _ => Cells { columns: 80, rows: 24 },
    }
}

/// The size of the terminal at stderr: not asked here.
#[cfg(not(unix))]
pub(super) fn size() -> Cells {
    Cells { columns: 80, rows: 24 }
}

#[cfg(test)]
mod tests {
    use super::{Colours, Way, way};
    use crate::settings::env::TerminalVariables;

    #[test]
    fn each_terminal_is_spoken_to_in_its_own_way() {
        let of = |term: &str, change: fn(&mut TerminalVariables)| {
            let mut variables = TerminalVariables { term: Some(term.to_owned()), ..TerminalVariables::default() };
            change(&mut variables);
            way(&variables)
        };
        let blocks = |colours| Some(Way::Blocks(colours));
        assert_eq!(of("dumb", |terminal| terminal.kitty_window = true), None);
        assert_eq!(of("xterm-kitty", |_| ()), Some(Way::Kitty));
        assert_eq!(of("xterm-256color", |terminal| terminal.kitty_window = true), Some(Way::Kitty));
        assert_eq!(of("xterm-256color", |terminal| terminal.program = Some("ghostty".into())), Some(Way::Kitty));
        assert_eq!(of("xterm-256color", |terminal| terminal.program = Some("WezTerm".into())), Some(Way::Iterm));
        assert_eq!(of("xterm-256color", |terminal| terminal.lc_terminal = Some("iTerm2".into())), Some(Way::Iterm));
        assert_eq!(of("xterm-256color", |_| ()), blocks(Colours::Listed));
        assert_eq!(
            of("xterm-256color", |terminal| terminal.color_term = Some("truecolor".into())),
            blocks(Colours::All)
        );
        assert_eq!(of("xterm-256color", |terminal| terminal.no_color = true), None);
        // Within tmux the variables of the terminal around it are still there.
        let within = |terminal: &mut TerminalVariables| {
            (terminal.multiplexer, terminal.kitty_window, terminal.program) = (true, true, Some("iTerm.app".into()));
        };
        assert_eq!(of("xterm-kitty", within), blocks(Colours::Listed));
        assert_eq!(of("tmux-256color", |terminal| terminal.kitty_window = true), blocks(Colours::Listed));
        assert_eq!(of("screen", |_| ()), blocks(Colours::Listed));
    }
}
