//! The HTTP clients: one for TLS, one for this machine, one for downloads.

use crate::error::{Error, Result};
use crate::limits;
use crate::transport::base::{Base, is_loopback};
use reqwest::redirect::Policy;
use rustls::ClientConfig;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use url::Url;

/// A function over reqwest's builder: see [`ClientBuilder::with_http`](crate::ClientBuilder::with_http).
pub(crate) type Customise = Arc<dyn Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync>;

/// HTTP clients, made when first needed. They share one TLS configuration, and with it the session cache.
pub(crate) struct HttpClients {
    tls: ClientConfig,
    connect: Duration,
    customise: Option<Customise>,
    secure: OnceLock<reqwest::Client>,
    plain: OnceLock<reqwest::Client>,
    keyless: OnceLock<reqwest::Client>,
    keyless_local: OnceLock<reqwest::Client>,
}

impl HttpClients {
    pub(crate) fn new(tls: ClientConfig, connect: Duration, customise: Option<Customise>) -> Self {
        let [secure, plain, keyless, keyless_local] = Default::default();
        Self { tls, connect, customise, secure, plain, keyless, keyless_local }
    }

    /// The client for calls that carry the key to this base. It follows no redirect.
    pub(crate) fn keyed(&self, base: &Base) -> Result<reqwest::Client> {
        let builder = || self.builder().redirect(Policy::none());
        if base.is_loopback() {
            // A proxy would get the key, and with plain http in clear text.
            once(&self.plain, || builder().no_proxy())
        } else {
            once(&self.secure, builder)
        }
    }

    /// One more client for calls that carry the key there, with connections of its own, and few of them idle.
    pub(crate) fn bounded(&self, url: &str) -> Result<reqwest::Client> {
        let builder = self.builder().redirect(Policy::none()).pool_max_idle_per_host(limits::IDLE_CONNECTIONS);
        let builder = if names_loopback(url) { builder.no_proxy() } else { builder };
        builder.build().map_err(unbuildable)
    }

    /// The same for a server that is known to speak HTTP/2. Requests at the same time then wait for one connection;
    /// otherwise each would open its own, and learn the protocol only after the handshake.
    pub(crate) fn multiplexed(&self, url: &str) -> Result<reqwest::Client> {
        let builder = self.builder().redirect(Policy::none()).http2_prior_knowledge();
        let builder = if names_loopback(url) { builder.no_proxy() } else { builder };
        builder.build().map_err(unbuildable)
    }

    /// The client for calls to this URL without the key. The caller sets redirects, DNS and so on, and must set the
    /// same each time. URLs on this machine are never requested through a proxy.
    pub(crate) fn keyless(
        &self,
        url: &Url,
        set: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
    ) -> Result<reqwest::Client> {
        if is_loopback(url) {
            once(&self.keyless_local, || set(self.builder()).no_proxy())
        } else {
            once(&self.keyless, || set(self.builder()))
        }
    }

    fn builder(&self) -> reqwest::ClientBuilder {
        let builder = reqwest::Client::builder();
        let builder = match &self.customise {
            Some(customise) => customise(builder),
            None => builder,
        };
        builder
            .tls_backend_preconfigured(self.tls.clone())
            .referer(false)
            // Only this crate's retry policy, which counts attempts, decides whether a request is sent again.
            .retry(reqwest::retry::never())
            .connect_timeout(self.connect)
            // If the server closes a connection while a paid request is on its way, nobody knows whether it was
            // accepted. So idle connections are closed before servers usually close them.
            .pool_idle_timeout(Duration::from_secs(30))
            .tcp_keepalive(Duration::from_secs(30))
            .http2_keep_alive_interval(Duration::from_secs(20))
            .http2_keep_alive_timeout(Duration::from_secs(20))
            .http2_max_header_list_size(limits::HEADERS_BYTES)
    }
}

fn unbuildable(error: reqwest::Error) -> Error {
    Error::configuration("the HTTP client could not be made").with_source(error)
}

fn names_loopback(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| is_loopback(&url))
}

/// The client of this slot, made when it is first asked for.
fn once(slot: &OnceLock<reqwest::Client>, builder: impl FnOnce() -> reqwest::ClientBuilder) -> Result<reqwest::Client> {
    if let Some(client) = slot.get() {
        return Ok(client.clone());
    }
    let made = builder().build().map_err(unbuildable)?;
    Ok(slot.get_or_init(|| made).clone())
}

impl std::fmt::Debug for HttpClients {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HttpClients")
    }
}
