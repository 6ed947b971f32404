//! Connections, and what is put on a request: TLS, the key, headers, the backup host, the span.

pub(crate) mod base;
pub(crate) mod http_clients;
pub(crate) mod key;
pub(crate) mod sent;
pub(crate) mod server_clock;
pub(crate) mod span;
pub(crate) mod tls;

use crate::text::Secrets;
use crate::transport::base::Base;
use crate::transport::key::Key;
use crate::transport::sent::Sent;
use crate::transport::server_clock::ServerClock;
use http::header::{AUTHORIZATION, DATE, HeaderMap, HeaderValue, USER_AGENT};
use reqwest::{Request, Response, Version};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use url::Url;

/// How the requests of one generated client are sent: with which credentials and to which host. Its `Debug` shows no
/// secret.
#[derive(Clone, Debug)]
pub struct Transport {
    identity: Arc<Identity>,
    service: Arc<Service>,
    /// Headers of one call, checked by [`CallOptions`](crate::CallOptions).
    extra: Option<Arc<HeaderMap>>,
    /// Records when the request of one call is sent.
    sent: Option<Sent>,
}

/// The identity of the sender: its credentials and headers.
#[derive(Debug)]
struct Identity {
    /// The key's header, ready to be put on each request; none where the key must not go.
    authorization: Option<HeaderValue>,
    /// What no trace may show.
    secrets: Secrets,
    user_agent: HeaderValue,
    /// The service's clock, as far as its answers show it.
    clock: Arc<ServerClock>,
}

/// One of the two hosts.
#[derive(Debug)]
struct Service {
    base: Base,
    /// Where the same service is reached when no connection can be made to its base.
    backup: Option<Base>,
    /// The endpoint that was called last, and its URL. Most programs call one endpoint, and parsing a URL is slow.
    last: Mutex<Option<(String, Url)>>,
    /// Whether the last answer came over HTTP/2.
    http2: AtomicBool,
}

impl Transport {
    pub(crate) fn new(key: &Key, user_agent: HeaderValue, base: Base, backup: Option<Base>) -> Self {
        let identity = Arc::new(Identity {
            authorization: key.header(),
            secrets: key.secrets(),
            user_agent,
            clock: Arc::default(),
        });
        Self { identity, service: Service::new(base, backup), extra: None, sent: None }
    }

    /// The same identity at another host.
    pub(crate) fn at_host(&self, base: Base, backup: Option<Base>) -> Self {
        Self { service: Service::new(base, backup), ..self.clone() }
    }

    /// The same sender at a host where the key must not go, with headers instead: a token, for example.
    #[cfg(any(feature = "media", feature = "webhook"))]
    pub(crate) fn without_key(&self, base: Base, headers: HeaderMap) -> Self {
        let identity = Arc::new(Identity {
            authorization: None,
            secrets: self.identity.secrets.clone(),
            user_agent: self.identity.user_agent.clone(),
            clock: Arc::default(),
        });
        Self { identity, service: Service::new(base, None), extra: Some(Arc::new(headers)), sent: None }
    }

    /// The same for one call: with its headers, and recording in `sent` when its request is sent.
    pub(crate) fn of_call(&self, extra: Option<Arc<HeaderMap>>, sent: Option<&Sent>) -> Self {
        let (identity, service) = (self.identity.clone(), self.service.clone());
        Self { identity, service, extra, sent: sent.cloned() }
    }

    /// The URL of this endpoint below the base.
    pub(crate) fn endpoint_url(&self, endpoint: &str) -> Url {
        let mut last = self.service.last.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some((known, url)) if known == endpoint => url.clone(),
            _ => {
                let url = self.service.base.below(endpoint);
                *last = Some((endpoint.to_owned(), url.clone()));
                url
            }
        }
    }

    /// The URL of an operation. Most are below the base, which need not be parsed again.
    #[allow(clippy::result_large_err, reason = "the generated operations have this type")]
    pub(crate) fn url(&self, text: &str) -> Result<Url, progenitor_client::Error<()>> {
        let base = &self.service.base;
        if let Some(path) = text.strip_prefix(base.as_str()).and_then(|rest| rest.strip_prefix('/')) {
            return Ok(base.below(path));
        }
        Url::parse(text).map_err(|error| progenitor_client::Error::InvalidRequest(error.to_string()))
    }

    /// Whether the URL lies where the key may go.
    pub(crate) fn allows(&self, url: &Url) -> bool {
        self.service.base.contains(url) || self.service.backup.as_ref().is_some_and(|backup| backup.contains(url))
    }

    /// Whether one connection carries many requests at once, as far as is known.
    pub(crate) fn speaks_http2(&self) -> bool {
        self.service.http2.load(Ordering::Relaxed)
    }

    /// The service's clock, as far as the answers of both hosts have shown it.
    pub(crate) fn clock(&self) -> &Arc<ServerClock> {
        &self.identity.clock
    }

    fn note_date(&self, response: &Response) {
        if let Some(date) = response.headers().get(DATE).and_then(|date| date.to_str().ok()) {
            self.identity.clock.note_header(date);
        }
    }

    fn note_version(&self, response: &Response) {
        let http2 = response.version() == Version::HTTP_2;
        if http2 != self.speaks_http2() {
            self.service.http2.store(http2, Ordering::Relaxed);
        }
    }

    /// Sends a request. Where no connection can be made, the backup host gets it, once: nothing was sent before.
    pub(crate) async fn execute(&self, client: &reqwest::Client, request: Request) -> reqwest::Result<Response> {
        let span = span::of(&request, &self.identity.secrets);
        let outcome = span::inside(&span, pin!(self.send(client, request))).await;
        span::record(&span, &outcome, &self.identity.secrets);
        outcome
    }

    async fn send(&self, client: &reqwest::Client, mut request: Request) -> reqwest::Result<Response> {
        let mut spare = self.for_backup(&request);
        if let Some(sent) = &self.sent {
            sent.watch(&mut request);
            if let Some(spare) = &mut spare {
                sent.watch(spare);
            }
        }
        let response = match (client.execute(request).await, spare) {
            (Ok(response), _) => response,
            (Err(error), Some(spare)) if error.is_connect() => match client.execute(spare).await {
                // The caller should learn what is wrong with the first host.
                Err(second) if second.is_connect() => return Err(error),
                outcome => outcome?,
            },
            (Err(error), _) => return Err(error),
        };
        self.note_version(&response);
        self.note_date(&response);
        Ok(response)
    }

    /// The same request for the backup host, where there is one.
    fn for_backup(&self, request: &Request) -> Option<Request> {
        let url = self.service.base.moved(request.url(), self.service.backup.as_ref()?)?;
        let mut spare = request.try_clone()?;
        *spare.url_mut() = url;
        Some(spare)
    }

    /// Adds the headers that all requests have, the key among them. Only for requests to a configured base.
    pub(crate) fn prepare(&self, request: &mut Request) {
        let headers = request.headers_mut();
        headers.insert(USER_AGENT, self.identity.user_agent.clone());
        if let Some(extra) = &self.extra {
            for (name, value) in extra.iter() {
                headers.insert(name.clone(), value.clone());
            }
        }
        if let Some(authorization) = &self.identity.authorization {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
    }
}

impl Service {
    fn new(base: Base, backup: Option<Base>) -> Arc<Self> {
        Arc::new(Self { base, backup, last: Mutex::default(), http2: AtomicBool::new(false) })
    }
}
