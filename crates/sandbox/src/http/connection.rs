//! A connection that can be broken on purpose, below HTTP and below TLS.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;

/// No limit on what may still be written.
const UNLIMITED: usize = usize::MAX;

/// A handle with which a call can break its own connection.
#[derive(Debug)]
pub(crate) struct ConnectionControl {
    broken: Notify,
    is_broken: AtomicBool,
    reset: AtomicBool,
    writable: AtomicUsize,
}

impl Default for ConnectionControl {
    fn default() -> Self {
        Self {
            broken: Notify::new(),
            is_broken: AtomicBool::new(false),
            reset: AtomicBool::new(false),
            writable: AtomicUsize::new(UNLIMITED),
        }
    }
}

impl ConnectionControl {
    /// Breaks the connection with a reset: what was written and not yet read is lost too.
    pub(crate) fn reset(&self) {
        self.reset.store(true, Ordering::Relaxed);
        self.close();
    }

    /// Closes the connection normally, but at once.
    pub(crate) fn close(&self) {
        self.is_broken.store(true, Ordering::Relaxed);
        self.broken.notify_one();
    }

    /// Ends the connection after that many more bytes.
    pub(crate) fn close_after(&self, bytes: usize) {
        self.writable.store(bytes, Ordering::Relaxed);
    }

    /// Waits until somebody breaks the connection.
    pub(crate) async fn broken(&self) {
        self.broken.notified().await;
    }
}

/// A TCP stream under a [`ConnectionControl`].
#[derive(Debug)]
pub(crate) struct BreakableStream {
    stream: TcpStream,
    control: Arc<ConnectionControl>,
}

impl BreakableStream {
    pub(crate) fn new(stream: TcpStream, control: Arc<ConnectionControl>) -> Self {
        Self { stream, control }
    }
}

impl Drop for BreakableStream {
    fn drop(&mut self) {
        if self.control.reset.load(Ordering::Relaxed) {
            // This makes the close a reset. If it fails, the peer sees a normal close.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for BreakableStream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for BreakableStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        // TLS would send its closing message when it is dropped; a broken connection must not.
        if self.control.is_broken.load(Ordering::Relaxed) {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let writable = self.control.writable.load(Ordering::Relaxed);
        if writable == UNLIMITED {
            return Pin::new(&mut self.stream).poll_write(cx, bytes);
        }
        let allowed = bytes.get(..writable.min(bytes.len())).unwrap_or_default();
        if allowed.is_empty() {
            self.control.close();
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let written = Pin::new(&mut self.stream).poll_write(cx, allowed);
        if let Poll::Ready(Ok(count)) = written {
            self.control.writable.store(writable - count, Ordering::Relaxed);
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
