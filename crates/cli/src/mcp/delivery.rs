//! Decides when a result counts as delivered: when the answer with it was written to the client. An answer to a call
//! that the client has cancelled is not sent, so the same call gets the same result again. And tells when the client has
//! gone: after that nothing is bought.

use crate::interrupt::Halt;
use rmcp::RoleServer;
use rmcp::model::{JsonRpcMessage, RequestId};
use rmcp::service::{RxJsonRpcMessage, TxJsonRpcMessage};
use rmcp::transport::Transport;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;

/// The rows of the ledger whose result is in an answer that is not sent yet, by the call's id.
pub(super) type Pending = Arc<Mutex<HashMap<RequestId, i64>>>;

/// What was written to the client, and how much is on its way there.
pub(super) struct Delivered {
    rows: UnboundedReceiver<i64>,
    writing: watch::Receiver<usize>,
}

impl Delivered {
    /// How many results are being written.
    pub(super) fn writing(&self) -> watch::Receiver<usize> {
        self.writing.clone()
    }

    /// The next row whose result was written, if there is one.
    pub(super) fn next(&mut self) -> Option<i64> {
        self.rows.try_recv().ok()
    }
}

/// One result that is being written.
struct Writing(watch::Sender<usize>);

impl Writing {
    fn new(count: &watch::Sender<usize>) -> Self {
        count.send_modify(|count| *count += 1);
        Self(count.clone())
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count = count.saturating_sub(1));
    }
}

/// A transport that tells which results it has written, and that the client has gone.
pub(super) struct Delivering<T> {
    inner: T,
    pending: Pending,
    written: UnboundedSender<i64>,
    writing: watch::Sender<usize>,
    halt: Halt,
}

impl<T> Delivering<T> {
    pub(super) fn new(inner: T, halt: Halt) -> (Self, Delivered) {
        let (written, rows) = unbounded_channel();
        let (count, writing) = watch::channel(0);
        let pending = Pending::default();
        (Self { inner, pending, written, writing: count, halt }, Delivered { rows, writing })
    }

    pub(super) fn pending(&self) -> Pending {
        Arc::clone(&self.pending)
    }
}

impl<T: Transport<RoleServer>> Transport<RoleServer> for Delivering<T> {
    type Error = T::Error;

    fn send(
        &mut self,
        item: TxJsonRpcMessage<RoleServer>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send + 'static {
        let row = match &item {
            JsonRpcMessage::Response(response) => {
                self.pending.lock().unwrap_or_else(PoisonError::into_inner).remove(&response.id)
            }
            _ => None,
        };
        let row = row.map(|row| (row, self.written.clone(), Writing::new(&self.writing)));
        let sending = self.inner.send(item);
        async move {
            sending.await?;
            if let Some((row, written, _writing)) = row {
                // If the server has ended, this is not recorded, and the result counts as not delivered.
                let _ = written.send(row);
            }
            Ok(())
        }
    }

    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleServer>> {
        let received = self.inner.receive().await;
        if received.is_none() {
            // The calls that are at work have some seconds to end, and must not buy in them.
            self.halt.say();
        }
        received
    }

    async fn close(&mut self) -> Result<(), Self::Error> {
        self.inner.close().await
    }
}
