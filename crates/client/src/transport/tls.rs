//! One TLS configuration: rustls with ring, the system's roots and, where wanted, one more file of them.

use crate::error::{Error, Result};
use crate::limits;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use rustls_platform_verifier::Verifier;
use std::io::Read;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;

/// The configuration of every connection. With `ahead` the roots are read from now on, by a thread of their own, rather than
/// when the first connection needs them.
pub(crate) fn config(extra_roots: Vec<CertificateDer<'static>>, ahead: bool) -> Result<ClientConfig> {
    provide_default();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Arc::new(LazyVerifier { provider: provider.clone(), extra_roots, inner: OnceLock::new() });
    if ahead {
        verifier.read_ahead();
    }
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::configuration("TLS could not be set up").with_source(error))?
        .dangerous() // The verifier below does what the platform's does, only later.
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// Installs a default cryptography provider for the process, if it has none.
///
/// This crate does not need the default. But cargo unifies the features of `reqwest`: an application that uses
/// `reqwest` without TLS gets rustls without a provider as soon as this crate is among its dependencies, and would
/// panic when it makes a client.
fn provide_default() {
    if CryptoProvider::get_default().is_none() {
        // An error means that another provider was installed meanwhile, which is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
}

/// Reads the certificates of a PEM file.
pub(crate) fn read_roots(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let refuse = |why: &str| Error::configuration(format!("the certificate file `{}` {why}", path.display()));
    let mut pem = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(limits::CA_FILE_BYTES).read_to_end(&mut pem))
        .map_err(|error| refuse("cannot be read").with_source(error))?;
    let roots: Vec<_> = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<_, _>>()
        .map_err(|error| refuse("is not valid PEM").with_source(error))?;
    if roots.is_empty() { Err(refuse("holds no certificate")) } else { Ok(roots) }
}

/// The platform's verifier, made at the first handshake or ahead of it: reading the system's roots takes milliseconds, which a
/// program that talks to this machine only need not spend.
#[derive(Debug)]
struct LazyVerifier {
    provider: Arc<CryptoProvider>,
    extra_roots: Vec<CertificateDer<'static>>,
    inner: OnceLock<Result<Verifier, rustls::Error>>,
}

impl LazyVerifier {
    /// Has a thread read the roots. Where there can be none, the first connection reads them; where they cannot be read, each
    /// connection says so.
    fn read_ahead(self: &Arc<Self>) -> Option<JoinHandle<()>> {
        let verifier = self.clone();
        let read = move || drop(verifier.get());
        std::thread::Builder::new().name("roots".to_owned()).spawn(read).ok()
    }

    /// The verifier. Whoever asks while another thread reads the roots waits for that.
    fn get(&self) -> Result<&Verifier, rustls::Error> {
        self.inner
            .get_or_init(|| Verifier::new_with_extra_roots(self.extra_roots.iter().cloned(), self.provider.clone()))
            .as_ref()
            .map_err(Clone::clone)
    }
}

impl ServerCertVerifier for LazyVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        self.get()?.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_ahead_is_there_for_the_first_connection() {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = Arc::new(LazyVerifier { provider, extra_roots: Vec::new(), inner: OnceLock::new() });
        assert!(verifier.inner.get().is_none());
        verifier.read_ahead().unwrap().join().unwrap();
        assert!(verifier.inner.get().is_some());
    }
}
