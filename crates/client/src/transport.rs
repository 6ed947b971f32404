//! The bridge to the generated operations: what every request gets on its way out, and how it leaves.

use crate::generated::glue::RawResult;
use crate::generated::{queue, run};
use crate::key::Key;
use progenitor_client::{ClientHooks, ClientInfo, OperationInfo, ResponseValue};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use reqwest::{Request, Response, Version};
use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What the hooks of the generated clients need. Its `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct Inner {
    identity: Arc<Identity>,
    /// Headers of one call, checked by [`CallOptions`](crate::CallOptions).
    extra: Option<Arc<HeaderMap>>,
}

/// Who sends.
#[derive(Debug)]
struct Identity {
    key: Key,
    user_agent: HeaderValue,
    /// Whether the last answer came over HTTP/2.
    http2: AtomicBool,
}

impl Inner {
    pub(crate) fn new(key: Key, user_agent: HeaderValue) -> Self {
        Self { identity: Arc::new(Identity { key, user_agent, http2: AtomicBool::new(false) }), extra: None }
    }

    /// Whether one connection carries many requests at once, as far as is known.
    pub(crate) fn speaks_http2(&self) -> bool {
        self.identity.http2.load(Ordering::Relaxed)
    }

    fn seen(&self, response: &Response) {
        let http2 = response.version() == Version::HTTP_2;
        if http2 != self.speaks_http2() {
            self.identity.http2.store(http2, Ordering::Relaxed);
        }
    }

    /// Puts on a request what all of them carry. Only for requests to a configured base.
    pub(crate) fn prepare(&self, request: &mut Request) {
        let headers = request.headers_mut();
        // progenitor sends the document's version; fal knows no such header.
        headers.remove(HeaderName::from_static("api-version"));
        headers.insert(USER_AGENT, self.identity.user_agent.clone());
        if let Some(extra) = &self.extra {
            for (name, value) in extra.iter() {
                headers.insert(name.clone(), value.clone());
            }
        }
        if let Some(authorization) = self.identity.key.header() {
            headers.insert(AUTHORIZATION, authorization);
        }
    }
}

/// Sorts an answer as the generated operations do: a success as a stream of raw bytes, the rest untouched.
#[allow(clippy::result_large_err, reason = "the generated operations have this type")]
pub(crate) fn sort(response: Response) -> RawResult {
    if response.status().is_success() {
        Ok(ResponseValue::stream(response))
    } else {
        Err(progenitor_client::Error::UnexpectedResponse(response))
    }
}

macro_rules! hooks {
    ($($client:ty),+) => {$(
        impl ClientHooks<Inner> for $client {
            async fn pre<E>(&self, request: &mut Request, _: &OperationInfo) -> Result<(), progenitor_client::Error<E>> {
                self.inner().prepare(request);
                Ok(())
            }

            async fn exec(&self, request: Request, _: &OperationInfo) -> reqwest::Result<Response> {
                let response = self.client().execute(request).await?;
                self.inner().seen(&response);
                Ok(response)
            }
        }

        impl $client {
            /// The same operations, with headers of one call.
            pub(crate) fn with_headers(&self, extra: Option<Arc<HeaderMap>>) -> Cow<'_, Self> {
                if extra.is_none() {
                    return Cow::Borrowed(self);
                }
                let mut own = self.clone();
                own.inner.extra = extra;
                Cow::Owned(own)
            }
        }
    )+};
}

hooks!(run::Client, queue::Client);
