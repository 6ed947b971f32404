//! Reads the key from the terminal, without showing it, or from a pipe.

use crate::exit::Failure;
use crate::settings::key_file::LONGEST;
use secrecy::SecretString;
use std::io::{self, IsTerminal as _, Read as _};

/// What is asked for on a terminal.
const QUESTION: &str = "API key, as `id:secret` from fal's dashboard (it is not shown): ";

/// Reads the key: from the pipe at stdin, else from the person at the terminal.
pub(super) fn read(stdin: bool) -> Result<SecretString, Failure> {
    if !stdin && io::stdin().is_terminal() {
        return hidden();
    }
    let cannot = |error: io::Error| Failure::file(format!("cannot read the key from stdin: {error}"));
    let mut text = String::new();
    io::stdin().lock().take(LONGEST + 1).read_to_string(&mut text).map_err(cannot)?;
    let text = SecretString::from(text);
    if secrecy::ExposeSecret::expose_secret(&text).len() as u64 > LONGEST {
        return Err(Failure::file("what came from stdin is too long for a key"));
    }
    Ok(text)
}

#[cfg(unix)]
fn hidden() -> Result<SecretString, Failure> {
    use crate::exit::ErrorKind;
    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
    use std::io::Write as _;

    /// Gives the terminal back as it was.
    struct Restore(Termios);
    impl Drop for Restore {
        fn drop(&mut self) {
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
            let _ = writeln!(io::stderr());
        }
    }

    let cannot = |error: io::Error| Failure::file(format!("cannot ask for the key: {error}"));
    let before = tcgetattr(io::stdin()).map_err(|error| cannot(error.into()))?;
    let mut silent = before.clone();
    // Ctrl-C is read as a character too, so that no signal ends the program while echo is off.
    silent.local_modes.remove(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG);
    tcsetattr(io::stdin(), OptionalActions::Now, &silent).map_err(|error| cannot(error.into()))?;
    let restore = Restore(before);
    let _ = write!(io::stderr(), "{QUESTION}");
    let _ = io::stderr().flush();
    let mut typed = Vec::new();
    for byte in io::stdin().lock().bytes().take(usize::try_from(LONGEST).unwrap_or(usize::MAX)) {
        match byte.map_err(cannot)? {
            b'\n' | b'\r' | 0x04 => break,
            0x03 => {
                drop(restore);
                return Err(Failure::new(ErrorKind::Interrupted, "nothing was changed"));
            }
            0x08 | 0x7f => drop(typed.pop()),
            // Ctrl-U deletes all that was typed.
            0x15 => typed.clear(),
            byte => typed.push(byte),
        }
    }
    drop(restore);
    String::from_utf8(typed).map(SecretString::from).map_err(|_| Failure::usage("the key is not valid UTF-8"))
}

#[cfg(not(unix))]
fn hidden() -> Result<SecretString, Failure> {
    Err(Failure::usage("give the key through a pipe: `ideogram auth login --stdin`"))
}
