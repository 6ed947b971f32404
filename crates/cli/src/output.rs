//! Output: results to stdout, messages to stderr, and no panic if the other end of a pipe is closed.

use crate::clean;
use crate::colour;
use crate::envelope::Envelope;
use crate::event::EventRow;
use crate::exit::{Exit, Failure};
use crate::live;
use std::ffi::OsString;
use std::io::{self, BufRead as _, ErrorKind, IsTerminal as _, Read as _, Write as _};

/// What stdout gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Text,
    /// The envelope: `--json`.
    Envelope,
    /// Events, then the envelope: `--json=events`.
    Events,
}

impl Format {
    /// What a command line asks for, also one that makes no sense otherwise.
    pub(crate) fn asked_for(arguments: &[OsString]) -> Self {
        let arguments = || arguments.iter().take_while(|argument| *argument != "--");
        if arguments().any(|argument| argument == "--json=events") {
            Self::Events
        } else if arguments().any(|argument| argument == "--json" || argument == "--json=true") {
            Self::Envelope
        } else {
            Self::Text
        }
    }
}

/// The two streams, and how much is to be said on them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    format: Format,
    quiet: bool,
    watched: bool,
    /// Whether its lines can be changed.
    live: bool,
}

impl Output {
    pub(crate) fn new(format: Format, quiet: bool, dumb: bool) -> Self {
        let watched = io::stderr().is_terminal();
        Self { format, quiet, watched, live: watched && !dumb }
    }

    pub(crate) fn json(self) -> bool {
        self.format != Format::Text
    }

    /// Whether a line on stderr can show what is being done.
    pub(crate) fn has_live_lines(self) -> bool {
        self.live && !self.quiet
    }

    /// Whether lines that stay tell what is being done.
    pub(crate) fn has_plain_progress(self) -> bool {
        !self.live && !self.quiet
    }

    pub(crate) fn has_events(self) -> bool {
        self.format == Format::Events
    }

    /// A line of what is being done, where lines stay.
    pub(crate) fn plain_progress(self, text: &str) {
        if self.has_plain_progress() {
            talk("progress: ", text);
        }
    }

    /// One event on stdout. A reader that is gone misses nothing: the envelope says how it ends.
    pub(crate) fn event(self, row: &EventRow) {
        if self.has_events()
            && let Ok(bytes) = clean::json(row)
        {
            let _ = write_stdout(&bytes);
        }
    }

    /// A line for somebody who watches; scripts and logs do not get it.
    pub(crate) fn progress(self, text: &str) {
        if self.is_watched() {
            talk("", text);
        }
    }

    /// A line of the service's log, for somebody who watches.
    pub(crate) fn log(self, text: &str) {
        if self.watched && !self.quiet {
            talk("  ", text);
        }
    }

    /// A line that matters without being a failure.
    pub(crate) fn note(self, text: &str) {
        if !self.quiet {
            talk("note: ", text);
        }
    }

    /// Whether somebody sees what is shown on stderr.
    pub(crate) fn is_watched(self) -> bool {
        self.watched && !self.quiet
    }

    /// Tells of a failure, on stderr and with `--json` on stdout too, and gives the exit code that goes with it.
    pub(crate) fn failure(self, failure: &Failure) -> Exit {
        if !failure.is_reported() {
            print_failure(failure);
            if self.json() {
                // If the reader is gone, the exit code still says the same.
                let _ = print_envelope(&Envelope::of_error(failure.row()));
            }
        }
        failure.exit()
    }
}

/// The sentence of a failure, on stderr.
pub(crate) fn print_failure(failure: &Failure) {
    if !failure.has_excerpt() {
        return talk("error: ", failure.message());
    }
    for (index, line) in failure.message().lines().enumerate() {
        let prefix = if index == 0 { colour::label("error: ") } else { String::new() };
        live::above(|| drop(writeln!(io::stderr().lock(), "{prefix}{}", clean::excerpt(line))));
    }
}

/// Prints the envelope.
pub(crate) fn print_envelope(envelope: &impl serde::Serialize) -> Result<(), Failure> {
    let bytes = clean::json(envelope)
        .map_err(|error| Failure::failed(format!("the result cannot be written as JSON: {error}")))?;
    write_stdout(&bytes)
}

/// Writes data to stdout, all of it or a failure.
pub(crate) fn write_stdout(bytes: &[u8]) -> Result<(), Failure> {
    let written = live::above(|| {
        let mut stdout = io::stdout().lock();
        stdout.write_all(bytes).and_then(|()| stdout.flush())
    });
    written.map_err(|error| match error.kind() {
        ErrorKind::BrokenPipe => Failure::pipe_closed(),
        _ => Failure::file(format!("cannot write to stdout: {error}")),
    })
}

/// How a run ends that has written its data to stdout, or has tried to: its own failure matters more than a reader who has left.
pub(crate) fn after_stdout(written: Result<(), Failure>, ended: Result<(), Failure>) -> Result<(), Failure> {
    match (written, ended) {
        (written, Ok(())) => written,
        (Err(why), Err(failure)) if !why.is_reported() => {
            print_failure(&why);
            Err(failure)
        }
        (_, failed) => failed,
    }
}

/// The paths of saved files, which go to stdout one after the other. Who reads them is not who pays: when the reader has left,
/// the work goes on, and nothing more is written.
#[derive(Debug, Default)]
pub(crate) struct Paths(Option<Failure>);

impl Paths {
    /// Writes some of them.
    pub(crate) fn write(&mut self, lines: &[u8]) {
        if self.0.is_none() {
            self.0 = write_stdout(lines).err();
        }
    }

    /// Why they cannot be written, other than that their reader has left.
    pub(crate) fn fault(&self) -> Option<&Failure> {
        self.0.as_ref().filter(|failure| !failure.is_reported())
    }

    /// What became of them.
    pub(crate) fn outcome(self) -> Result<(), Failure> {
        self.0.map_or(Ok(()), Err)
    }
}

/// Whether nothing that is written to stdout can arrive: it was closed before this program began, or its reader has gone.
#[cfg(unix)]
pub(crate) fn stdout_is_closed() -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::fs::{OFlags, fcntl_getfl, fstat};

    let stdout = io::stdout();
    // If a program is started without stdout, Rust's runtime opens the null device for reading and writing; a shell
    // opens it for writing only.
    let both_ways = fcntl_getfl(&stdout).is_ok_and(|flags| flags.contains(OFlags::RDWR));
    let null = rustix::fs::stat("/dev/null").map(|null| null.st_rdev);
    let stand_in = both_ways && fstat(&stdout).map(|file| file.st_rdev) == null;
    let mut watched = [PollFd::new(&stdout, PollFlags::OUT)];
    let asked = poll(&mut watched, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })).is_ok();
    let gone = watched.iter().any(|watched| watched.revents().intersects(PollFlags::ERR | PollFlags::NVAL));
    stand_in || (asked && gone)
}

/// Whether nothing that is written to stdout can arrive: not known here.
#[cfg(not(unix))]
pub(crate) fn stdout_is_closed() -> bool {
    false
}

/// A line that even `--quiet` lets through: something paid may be forgotten otherwise.
pub(crate) fn warn(text: &str) {
    talk("warning: ", text);
}

/// A picture for the terminal at stderr, in the sequences that it understands.
pub(crate) fn picture(sequences: &[u8]) {
    live::above(|| {
        let mut stderr = io::stderr().lock();
        drop(stderr.write_all(sequences).and_then(|()| stderr.flush()));
    });
}

/// The most bytes of an answer to a question.
const ANSWER: u64 = 1 << 10;

/// Whether somebody is there to answer a question.
pub(crate) fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks whether to go on with what costs. Whatever is no yes is a failure: nothing was sent.
pub(crate) fn consent(question: &str) -> Result<(), Failure> {
    let lines: Vec<_> = question.lines().map(clean::line).collect();
    let mut stderr = io::stderr().lock();
    let _ = write!(stderr, "{} [y/N] ", lines.join("\n")).and_then(|()| stderr.flush());
    drop(stderr);
    let mut answer = String::new();
    // An answer that cannot be read counts as no.
    let _ = io::stdin().lock().take(ANSWER).read_line(&mut answer);
    match answer.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Failure::new(crate::exit::ErrorKind::Cancelled, "nothing was sent")),
    }
}

/// One line on stderr; a closed stderr is nobody's loss.
fn talk(prefix: &str, text: &str) {
    live::above(|| drop(writeln!(io::stderr().lock(), "{}{}", colour::label(prefix), clean::line(text))));
}
