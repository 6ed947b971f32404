//! The handle: start, addresses, faults, shutdown.

use crate::config::Builder;
use crate::description::Endpoints;
use crate::faults::Faults;
use crate::http::server::Server;
use crate::records::{Charge, JobRecord, RequestRecord};
use crate::services::{INSPECTION, Service};
use crate::tls;
use crate::world::State;
use crate::world::addresses::Addresses;
use crate::world::file_store::FileStore;
use crate::world::output;
use std::fmt;
use std::net::Ipv4Addr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_util::task::TaskTracker;

/// A running sandbox. Dropping it stops it at once; [`Sandbox::shutdown`] lets calls under way end first.
pub struct Sandbox {
    state: Arc<State>,
    connections: TaskTracker,
    authority: Option<String>,
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox").field("url", &self.url()).finish_non_exhaustive()
    }
}

/// Why a sandbox could not start.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// The sandbox cannot listen on the port.
    Port {
        /// The port that was asked for; 0 is any free one.
        port: u16,
        /// What the system said.
        source: std::io::Error,
    },
    /// A setting has a value that cannot be used.
    Setting {
        /// The method of [`Builder`] that set it.
        name: &'static str,
        /// Why not, and what to take.
        reason: &'static str,
    },
    /// A document of [`Builder::documents`] from which no endpoint can be read.
    Document(String),
    /// No certificate could be made.
    Certificate(Box<dyn std::error::Error + Send + Sync>),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Port { port, source } => {
                write!(f, "the sandbox cannot listen on port {port} ({source}); take another, or 0 for any free one")
            }
            Self::Setting { name, reason } => write!(f, "the sandbox's setting `{name}` cannot be used: {reason}"),
            Self::Document(reason) => write!(f, "the sandbox cannot read an endpoint's document: {reason}"),
            Self::Certificate(source) => write!(f, "the sandbox cannot make a certificate: {source}"),
        }
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Port { source, .. } => Some(source),
            Self::Certificate(source) => Some(source.as_ref()),
            Self::Setting { .. } | Self::Document(_) => None,
        }
    }
}

impl Builder {
    /// Starts the sandbox on the current Tokio runtime.
    ///
    /// # Errors
    /// [`StartError::Setting`] and [`StartError::Document`] when one cannot be used; [`StartError::Port`] when the port is
    /// taken or not free to listen on; [`StartError::Certificate`] when none can be made. Nothing listens then.
    pub async fn start(self) -> Result<Sandbox, StartError> {
        let config = self.config;
        config.check().map_err(|(name, reason)| StartError::Setting { name, reason })?;
        let identity = if config.tls { Some(tls::identity().map_err(StartError::Certificate)?) } else { None };
        let (main, port) = bind(config.port).await?;
        let mut listeners = vec![(main, None)];
        let mut ports = Vec::new();
        if config.service_ports {
            for &service in Service::ALL {
                let (listener, port) = bind(0).await?;
                listeners.push((listener, Some(service)));
                ports.push((service, port));
            }
        }
        let addresses = Addresses::new(config.tls, port, ports, config.allow_hosts.clone());
        let endpoints = Endpoints::with(&config.documents).map_err(|error| StartError::Document(error.to_string()))?;
        for endpoint in endpoints.iter() {
            for problem in output::problems(endpoint) {
                self.log.line(&format!("{}: cannot be made: {problem}", endpoint.id));
            }
        }
        let files = FileStore::new(&config);
        #[cfg(feature = "pictures")]
        let files = files.with_font(self.font);
        let state = Arc::new(State::new(config, addresses, endpoints, files, self.log));
        let tls = identity.as_ref().map(|identity| Arc::clone(&identity.server));
        let server = Server::new(Arc::clone(&state), tls);
        let connections = server.connections.clone();
        for (listener, service) in listeners {
            connections.spawn(server.clone().listen(listener, service));
        }
        Ok(Sandbox { state, connections, authority: identity.map(|identity| identity.authority) })
    }
}

async fn bind(port: u16) -> Result<(TcpListener, u16), StartError> {
    let failed = |source| StartError::Port { port, source };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(failed)?;
    let port = listener.local_addr().map_err(failed)?.port();
    Ok((listener, port))
}

impl Sandbox {
    /// Starts to build a sandbox, with default settings.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The origin that everything lies under: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> &str {
        &self.state.addresses.origin
    }

    fn url_of(&self, service: Service, path: &str) -> String {
        self.state.addresses.links().url(service, path)
    }

    /// The URL of the page that shows jobs with their pictures, requests and faults.
    pub fn page_url(&self) -> String {
        format!("{}{INSPECTION}", self.state.addresses.origin)
    }

    /// Stands for `https://fal.run`.
    pub fn run_url(&self) -> String {
        self.url_of(Service::Run, "")
    }

    /// Stands for `https://queue.fal.run`.
    pub fn queue_url(&self) -> String {
        self.url_of(Service::Queue, "")
    }

    /// Stands for `https://rest.fal.ai`.
    pub fn rest_url(&self) -> String {
        self.url_of(Service::Rest, "")
    }

    /// Stands for `https://v3.fal.media`.
    pub fn cdn_url(&self) -> String {
        self.url_of(Service::Cdn, "")
    }

    /// Stands for `https://api.fal.ai/v1`.
    pub fn platform_url(&self) -> String {
        self.url_of(Service::Platform, "/v1")
    }

    /// Stands for `https://fal.ai`.
    pub fn site_url(&self) -> String {
        self.url_of(Service::Site, "")
    }

    /// Service and origin of each service that has a port of its own ([`Builder::service_ports`]), else none.
    pub fn service_urls(&self) -> &[(Service, String)] {
        &self.state.addresses.service_urls
    }

    /// The certificate to trust, in PEM, when the sandbox speaks TLS. It is new with each start.
    pub fn authority_pem(&self) -> Option<&str> {
        self.authority.as_deref()
    }

    /// The jobs that were accepted, as far as they are kept ([`Builder::max_jobs`]), the oldest first.
    pub fn jobs(&self) -> Vec<JobRecord> {
        self.state.jobs.newest_first().iter().rev().map(|job| job.to_record()).collect()
    }

    /// The latest requests, up to [`Builder::max_requests`], the oldest first.
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.state.recorder.newest_first().0.iter().rev().map(|record| record.to_record()).collect()
    }

    /// What was charged: one entry for each job that cost something, the oldest first. To check that a program paid
    /// exactly once, write `assert_eq!(sandbox.charged().len(), 1)`.
    pub fn charged(&self) -> Vec<Charge> {
        self.state.jobs.newest_first().iter().rev().filter_map(|job| job.charge()).collect()
    }

    /// A key that is accepted: one of [`Builder::keys`], or any where none was given.
    pub fn key(&self) -> &str {
        self.state.config.keys.first()
    }

    /// Replaces the faults; those that were set before no longer apply.
    pub fn set_faults(&self, faults: impl Into<Faults>) {
        self.state.faults.replace(faults.into());
    }

    /// Stops the sandbox: it accepts no new connections, waits for calls under way for [`Builder::shutdown_grace`],
    /// ends status streams and drops jobs.
    pub async fn shutdown(self) {
        self.state.closing.cancel();
        self.connections.close();
        let _ = tokio::time::timeout(self.state.config.shutdown_grace, self.connections.wait()).await;
        self.state.stopping.cancel();
        self.connections.wait().await;
        self.state.stopped().await;
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.state.closing.cancel();
        self.state.stopping.cancel();
    }
}
