//! What the generated operations leave to this crate: each request is prepared and sent by its [`Transport`].

use crate::generated::{platform, queue, run, storage};
use crate::transport::Transport;
use crate::transport::sent::Sent;
use progenitor_client::{ClientHooks, ClientInfo, OperationInfo};
use reqwest::header::HeaderMap;
use reqwest::{Request, Response};
use std::sync::Arc;

macro_rules! hooks {
    ($($client:ty),+) => {$(
        impl ClientHooks<Transport> for $client {
            async fn pre<E>(&self, request: &mut Request, _: &OperationInfo) -> Result<(), progenitor_client::Error<E>> {
                self.inner().prepare(request);
                Ok(())
            }

            async fn exec(&self, request: Request, _: &OperationInfo) -> reqwest::Result<Response> {
                self.inner().execute(self.client(), request).await
            }
        }
    )+};
}

macro_rules! per_call {
    ($($client:ty),+) => {$(
        impl $client {
            /// The same operations for one call: with its headers, and recording in `sent` when its request is sent.
            pub(crate) fn of_call(&self, extra: Option<Arc<HeaderMap>>, sent: Option<&Sent>) -> Self {
                Self { inner: self.inner.of_call(extra, sent), ..self.clone() }
            }
        }
    )+};
}

hooks!(run::Client, queue::Client, platform::Client, storage::Client);
per_call!(run::Client, queue::Client);
