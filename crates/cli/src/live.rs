//! Progress lines on a terminal, which are redrawn. Any other output is written above them.

use console::Term;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle, TermLike};
use std::fmt::Write;
use std::io;
use std::sync::OnceLock;
use std::time::Duration;

/// How often a line is drawn while nothing happens.
const TICK: Duration = Duration::from_millis(100);

/// How often in a second a line is drawn at most.
const HERTZ: u8 = 20;

/// Columns that stay free at the end of a line, for the `^C` that a terminal writes where the cursor is. Behind a line that
/// fills the terminal it would begin the next one, and the line would be left behind.
const FREE: u16 = 4;

/// All of them. There are none before the first request of a run at a terminal.
static LINES: OnceLock<MultiProgress> = OnceLock::new();

/// One line, which is gone when this is dropped.
#[derive(Debug)]
pub(crate) struct LiveLine(ProgressBar);

impl LiveLine {
    /// Shows a line: a mark that moves, the time since now, and what is said.
    pub(crate) fn new(said: &str) -> Self {
        let lines = LINES.get_or_init(|| MultiProgress::with_draw_target(narrow_stderr()));
        let bar = lines.add(ProgressBar::new_spinner());
        bar.set_style(style(None));
        bar.set_message(said.to_owned());
        bar.enable_steady_tick(TICK);
        bar.tick();
        Self(bar)
    }

    /// Shows a line with a bar, for so many things that are done one after the other.
    pub(crate) fn bar(total: u64) -> Self {
        let line = Self::new("");
        line.0.set_length(total);
        line.0.set_style(styled("{spinner} {clock}  [{bar:20}]  {wide_msg}", None).progress_chars("=>-"));
        line
    }

    /// So many are done.
    pub(crate) fn is_at(&self, done: u64) {
        self.0.set_position(done);
    }

    /// What it says from now on; a line that is too long for the terminal is cut.
    pub(crate) fn say(&self, said: String) {
        self.0.set_message(said);
    }

    /// How long the whole is expected to take.
    pub(crate) fn expect(&self, expected: Duration) {
        self.0.set_style(style(Some(expected)));
    }
}

impl Drop for LiveLine {
    fn drop(&mut self) {
        self.0.finish_and_clear();
        if let Some(lines) = LINES.get() {
            lines.remove(&self.0);
        }
    }
}

fn narrow_stderr() -> ProgressDrawTarget {
    ProgressDrawTarget::term_like_with_hz(Box::new(Narrow(Term::buffered_stderr())), HERTZ)
}

/// A terminal that is a little narrower than it is.
#[derive(Debug)]
struct Narrow(Term);

impl TermLike for Narrow {
    fn width(&self) -> u16 {
        TermLike::width(&self.0).saturating_sub(FREE)
    }

    fn height(&self) -> u16 {
        TermLike::height(&self.0)
    }

    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        self.0.move_cursor_up(n)
    }

    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        self.0.move_cursor_down(n)
    }

    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        self.0.move_cursor_right(n)
    }

    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        self.0.move_cursor_left(n)
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.0.write_line(text)
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.0.write_str(text)
    }

    fn clear_line(&self) -> io::Result<()> {
        self.0.clear_line()
    }

    fn flush(&self) -> io::Result<()> {
        self.0.flush()
    }
}

fn style(expected: Option<Duration>) -> ProgressStyle {
    styled("{spinner} {clock}  {wide_msg}", expected)
}

fn styled(template: &str, expected: Option<Duration>) -> ProgressStyle {
    let clock = move |state: &ProgressState, text: &mut dyn Write| {
        // Writing to a String cannot fail.
        let _ = text.write_str(&clock(state.elapsed(), expected));
    };
    let style = ProgressStyle::with_template(template);
    style.unwrap_or_else(|_| ProgressStyle::default_spinner()).with_key("clock", clock)
}

/// `12 s of about 15 s`, `2:05`.
pub(crate) fn clock(elapsed: Duration, expected: Option<Duration>) -> String {
    let time = |time: Duration| match time.as_secs() {
        seconds @ 0..=99 => format!("{seconds} s"),
        seconds => format!("{}:{:02}", seconds / 60, seconds % 60),
    };
    match expected {
        Some(expected) => format!("{} of about {}", time(elapsed), time(expected.max(Duration::from_secs(1)))),
        None => time(elapsed),
    }
}

/// Writes something while no line is on the screen.
pub(crate) fn above<T>(write: impl FnOnce() -> T) -> T {
    match LINES.get() {
        Some(lines) => lines.suspend(write),
        None => write(),
    }
}

#[cfg(test)]
mod tests {
    use super::clock;
    use std::time::Duration;

    #[test]
    fn times_are_short() {
        let seconds = Duration::from_secs;
        assert_eq!(clock(seconds(0), None), "0 s");
        assert_eq!(clock(seconds(99), Some(seconds(15))), "99 s of about 15 s");
        assert_eq!(clock(seconds(125), Some(Duration::from_millis(20))), "2:05 of about 1 s");
    }
}
