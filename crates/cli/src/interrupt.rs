//! Handles Ctrl-C and SIGTERM: the first winds the run up, the second ends the process at once. And the word that a run
//! sends nothing more, whatever ends it.

use crate::exit::{ErrorKind, Exit, Failure};
use std::sync::Arc;
use tokio::sync::watch;

/// The word to all tasks of a run that nothing more is to be sent. What was sent goes on. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Halt(Arc<watch::Sender<bool>>);

impl Halt {
    /// Says it.
    pub(crate) fn say(&self) {
        self.0.send_replace(true);
    }

    /// Whether it was said.
    pub(crate) fn is_said(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is said.
    pub(crate) async fn said(&self) {
        // The channel does not close, as one end of it is here.
        let _ = self.0.subscribe().wait_for(|said| *said).await;
    }

    /// Of what was not sent for that reason.
    pub(crate) fn failure() -> Failure {
        let mut failure = Failure::new(ErrorKind::Cancelled, "not sent, because the run sends nothing more");
        failure.facts.held = true;
        failure
    }
}

/// The signals that ask this process to end.
#[derive(Debug)]
pub(crate) struct Interrupts {
    /// How the process ends when the latest of them ends it.
    exit: Exit,
    asked: bool,
    /// Whether somebody else listens, so that nothing is heard here.
    deaf: bool,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Interrupts {
    /// From here on the signals are waited for instead of ending the process.
    pub(crate) fn listen() -> Result<Self, Failure> {
        use tokio::signal::unix::{SignalKind, signal};
        let listen =
            |kind| signal(kind).map_err(|error| Failure::failed(format!("signals cannot be received: {error}")));
        Ok(Self {
            exit: Exit::Interrupted,
            asked: false,
            deaf: false,
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
        })
    }

    /// The next time somebody asks. Cancel-safe.
    pub(crate) async fn next(&mut self) {
        if self.deaf {
            std::future::pending::<()>().await;
        }
        self.exit = tokio::select! {
            _ = self.interrupt.recv() => Exit::Interrupted,
            _ = self.terminate.recv() => Exit::Terminated,
        };
        self.asked = true;
    }
}

#[cfg(not(unix))]
impl Interrupts {
    /// From here on Ctrl-C is waited for instead of ending the process.
    pub(crate) fn listen() -> Result<Self, Failure> {
        Ok(Self { exit: Exit::Interrupted, asked: false, deaf: false })
    }

    /// The next time somebody asks. Cancel-safe.
    pub(crate) async fn next(&mut self) {
        if self.deaf || tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        self.asked = true;
    }
}

impl Interrupts {
    /// Whether somebody has asked.
    pub(crate) fn was_asked(&self) -> bool {
        self.asked
    }

    /// For work that goes on when a signal comes: the one who ends the process listens.
    pub(crate) fn deaf() -> Result<Self, Failure> {
        Ok(Self { deaf: true, ..Self::listen()? })
    }

    /// The failure of a run that the latest signal ended: 130 for Ctrl-C, 143 for SIGTERM.
    pub(crate) fn failure(&self, message: &str) -> Failure {
        self.ended(Failure::new(ErrorKind::Interrupted, message))
    }

    /// The same failure, as what the latest signal led to.
    pub(crate) fn ended(&self, failure: Failure) -> Failure {
        failure.with_kind(ErrorKind::Interrupted).with_exit(self.exit)
    }

    /// Waits for something while Ctrl-C still ends the wait: `None` when it did.
    pub(crate) async fn unless<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.next() => None,
            done = work => Some(done),
        }
    }
}
