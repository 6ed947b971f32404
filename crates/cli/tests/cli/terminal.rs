//! The binary on a real pseudo-terminal, and what is on its screen.

use crate::support::Place;
use rustix::fs::OFlags;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::num::NonZero;
use std::os::unix::fs::OpenOptionsExt as _;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long a screen is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// A terminal with the binary on it.
pub(crate) struct Terminal {
    keyboard: File,
    child: Child,
    seen: Arc<Mutex<Seen>>,
    reader: JoinHandle<()>,
}

/// What came out of the binary.
struct Seen {
    parser: vt100::Parser,
    raw: Vec<u8>,
}

impl Terminal {
    /// Starts a command of the [`Place`] on a terminal of this size.
    pub(crate) fn start(command: &Command, columns: u16) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a pseudo-terminal");
        grantpt(&master).and_then(|()| unlockpt(&master)).expect("it can be opened");
        let name = ptsname(&master, Vec::new()).expect("it has a name").into_string().expect("in plain text");
        resize(&master, columns);
        let open = || {
            let flags = i32::try_from(OFlags::NOCTTY.bits()).expect("a flag");
            File::options().read(true).write(true).custom_flags(flags).open(&name).expect("its other end")
        };
        // It makes the terminal the process' own, so that a typed Ctrl-C reaches it as a signal.
        let mut session = Command::new("/usr/bin/setsid");
        session.args(["--ctty", "--wait"]).arg(command.get_program()).args(command.get_args()).env_clear();
        session.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        session.current_dir(command.get_current_dir().expect("a directory"));
        if !command.get_envs().any(|(name, _)| name == "TERM") {
            session.env("TERM", "xterm-256color");
        }
        session.env_remove("COLUMNS").stdin(open()).stdout(open()).stderr(open());
        let child = session.spawn().expect("the binary starts");
        drop(session);
        let seen =
            Arc::new(Mutex::new(Seen { parser: vt100::Parser::new(cells(24), cells(columns), 0), raw: Vec::new() }));
        let mut output = File::from(master.try_clone().expect("a second handle"));
        let filled = Arc::clone(&seen);
        let reader = std::thread::spawn(move || {
            let mut piece = [0; 4096];
            // Linux says that the other end is closed by an error.
            while let Ok(count @ 1..) = output.read(&mut piece) {
                let mut seen = filled.lock().expect("no reader panics");
                seen.parser.process(&piece[..count]);
                seen.raw.extend_from_slice(&piece[..count]);
            }
        });
        Self { keyboard: File::from(master), child, seen, reader }
    }

    /// What is on the screen.
    pub(crate) fn screen(&self) -> String {
        self.seen.lock().expect("the reader does not panic").parser.screen().contents()
    }

    /// Waits until the screen has this on it.
    #[track_caller]
    pub(crate) fn wait_for(&self, text: &str) -> String {
        self.wait_until(text, |screen| screen.contains(text))
    }

    /// Waits for a screen.
    #[track_caller]
    pub(crate) fn wait_until(&self, what: &str, is_there: impl Fn(&str) -> bool) -> String {
        let begun = Instant::now();
        loop {
            let screen = self.screen();
            if is_there(&screen) {
                return screen;
            }
            assert!(begun.elapsed() < PATIENCE, "`{what}` does not come:\n{screen}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Types something: `\x03` is Ctrl-C.
    pub(crate) fn type_in(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).expect("it takes keys");
    }

    /// Makes the window narrower or wider; the binary is told by the system.
    pub(crate) fn resize(&self, columns: u16) {
        self.seen.lock().expect("the reader does not panic").parser.screen_mut().set_size(cells(24), cells(columns));
        resize(&self.keyboard, columns);
    }

    /// Waits for the end: the exit code, the last screen, and every byte that came.
    pub(crate) fn end(mut self) -> (Option<i32>, String, Vec<u8>) {
        let code = self.child.wait().expect("it ends").code();
        self.reader.join().expect("the reader does not panic");
        let seen = self.seen.lock().expect("the reader does not panic");
        (code, seen.parser.screen().contents(), seen.raw.clone())
    }
}

fn cells(count: u16) -> NonZero<u16> {
    NonZero::new(count).expect("a terminal has some")
}

fn resize(terminal: impl std::os::fd::AsFd, columns: u16) {
    let size = Winsize { ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(terminal, size).expect("it has a size");
}

impl Place {
    /// Starts the binary on a terminal, set up against a service.
    pub(crate) fn on_terminal(&self, server: &crate::server::Server, arguments: &str, columns: u16) -> Terminal {
        Terminal::start(self.calling(server).args(arguments.split(' ')), columns)
    }
}
