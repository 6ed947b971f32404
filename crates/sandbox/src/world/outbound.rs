//! Calls that the sandbox makes itself: webhooks, and files that an input names.

use rustls::ClientConfig;
use rustls_platform_verifier::BuilderVerifierExt;
use std::sync::Arc;
use std::time::Duration;

/// Why no client could be made.
pub(crate) type Error = Box<dyn std::error::Error + Send + Sync>;

/// Which network a client may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Network {
    /// Only the given URL, without a proxy and without redirects: a receiver or a file server near the sandbox.
    Local,
    /// The internet, with the proxies of the environment.
    Internet,
}

/// A client that trusts what this machine trusts.
///
/// # Errors
/// When the machine's roots cannot be read.
pub(crate) fn client(timeout: Duration, network: Network) -> Result<reqwest::Client, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_platform_verifier()?
        .with_no_client_auth();
    let builder = reqwest::Client::builder().tls_backend_preconfigured(tls).timeout(timeout);
    let builder = match network {
        Network::Local => builder.no_proxy().redirect(reqwest::redirect::Policy::none()),
        Network::Internet => builder.redirect(reqwest::redirect::Policy::limited(5)),
    };
    Ok(builder.build()?)
}
