//! One GET, bounded in time and size, that stays on its host.

use crate::error::{Error, Result};
use crate::sources::document::{MAX_BYTES, check_size};
use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;
use ureq::http::{StatusCode, Uri, header};
use ureq::tls::{RootCerts, TlsConfig, TlsProvider};

/// How many redirects are followed.
const MAX_REDIRECTS: usize = 3;

/// How long a download may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// From the first byte sent to the last byte received, each document.
    pub total: Duration,
}

impl Default for Limits {
    /// A minute each.
    fn default() -> Self {
        Self { total: Duration::from_secs(60) }
    }
}

/// Whether documents may be fetched from there: over TLS, or from this machine.
///
/// # Errors
/// The text is no such URL.
pub(super) fn check(from: &str) -> Result<()> {
    let uri: Uri = from.parse().map_err(|error| Error::new(format!("`--from {from}`: {error}")))?;
    match (uri.scheme_str(), host(&uri)) {
        (Some("https"), Some(_)) => Ok(()),
        (Some("http"), Some(host)) if is_loopback(&host) => Ok(()),
        _ => Err(Error::new(format!(
            "`--from {from}`: documents are fetched over `https://` only, or from this machine"
        ))),
    }
}

fn host(uri: &Uri) -> Option<String> {
    uri.host().map(|host| host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase())
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

pub(super) struct Fetcher {
    limits: Limits,
}

impl Fetcher {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits }
    }

    /// The body that the URL answers with.
    pub(super) fn get(&self, url: &str) -> Result<Vec<u8>> {
        let mut uri: Uri = url.parse().map_err(|error| Error::new(format!("is no URL: {error}")))?;
        for _ in 0..=MAX_REDIRECTS {
            let mut response =
                self.agent(&uri).get(uri.clone()).header(header::ACCEPT, "application/json").call().map_err(failed)?;
            let status = response.status();
            let length =
                response.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
            if status.is_redirection() {
                let location = response.headers().get(header::LOCATION).and_then(|location| location.to_str().ok());
                uri = redirected(&uri, location.unwrap_or_default())?;
                continue;
            }
            if let Some(length) = length.filter(|_| status == StatusCode::OK) {
                check_size(length)?;
            }
            let mut body = Vec::new();
            let reader = response.body_mut().with_config().limit(MAX_BYTES + 2).reader();
            if let Err(error) = reader.take(MAX_BYTES + 1).read_to_end(&mut body) {
                return Err(Error::new(format!("broke off after {} bytes: {}", body.len(), clean(&error.to_string()))));
            }
            check_size(body.len() as u64)?;
            if status != StatusCode::OK {
                return Err(Error::new(format!("answers {status}: {}", clean(&String::from_utf8_lossy(&body)))));
            }
            return Ok(body);
        }
        Err(Error::new(format!("redirects more than {MAX_REDIRECTS} times")))
    }

    fn agent(&self, uri: &Uri) -> ureq::Agent {
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .root_certs(RootCerts::PlatformVerifier)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .build();
        let mut config = ureq::Agent::config_builder()
            .tls_config(tls)
            .user_agent("ideogram-xtask")
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(self.limits.total));
        if host(uri).is_some_and(|host| is_loopback(&host)) {
            config = config.proxy(None);
        }
        config.build().into()
    }
}

fn failed(error: ureq::Error) -> Error {
    match error {
        ureq::Error::Timeout(_) => Error::new("took too long: try again later"),
        other => Error::new(format!("cannot be had: {}", clean(&other.to_string()))),
    }
}

/// Where a redirect leads, which must be on the same host and no less safe.
fn redirected(from: &Uri, location: &str) -> Result<Uri> {
    let refused = |why: &str| {
        let message = format!("redirects to `{}`, {why}: nothing was sent there", clean(location));
        Error::new(format!("{message}; if the documents have moved, name their new place with `--from`"))
    };
    let (scheme, authority) = (from.scheme_str().unwrap_or_default(), from.authority().map_or("", |it| it.as_str()));
    let absolute = match location.as_bytes() {
        [b'/', b'/', ..] => format!("{scheme}:{location}"),
        [b'/', ..] => format!("{scheme}://{authority}{location}"),
        _ if location.contains("://") => location.to_owned(),
        _ => return Err(refused("which is no absolute path")),
    };
    let to: Uri = absolute.parse().map_err(|_| refused("which is no URL"))?;
    let port = |uri: &Uri| uri.port_u16().unwrap_or(if uri.scheme_str() == Some("https") { 443 } else { 80 });
    if host(&to) != host(from) {
        return Err(refused("which is another host"));
    }
    if to.scheme_str() != Some(scheme) || port(&to) != port(from) {
        return Err(refused("which is another port or scheme"));
    }
    Ok(to)
}

/// A server's text as one short line without control characters.
fn clean(text: &str) -> String {
    let printable = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    let words: Vec<String> = printable.collect::<String>().split_whitespace().map(str::to_owned).collect();
    let line = words.join(" ");
    let mut short: String = line.chars().take(200).collect();
    if short.len() < line.len() {
        short.push('…');
    }
    if short.is_empty() { "no text".to_owned() } else { short }
}

#[cfg(test)]
mod tests {
    use super::{check, clean, redirected};

    #[test]
    fn documents_come_over_tls_or_from_this_machine() {
        for from in ["https://fal.ai", "http://127.0.0.1:80/x", "http://localhost", "http://[::1]:8080"] {
            assert_eq!(check(from), Ok(()), "{from}");
        }
        for from in
            ["http://fal.ai", "http://127.0.0.1.example.com", "ftp://fal.ai", "fal.ai", "file:///etc/passwd", ""]
        {
            assert!(check(from).is_err(), "{from}");
        }
    }

    #[test]
    fn a_redirect_stays_where_it_was() {
        let from = "https://fal.ai/a?b=c".parse().unwrap();
        for to in ["/d?e", "https://fal.ai/d", "//FAL.ai/d", "https://fal.ai:443/d"] {
            assert!(redirected(&from, to).is_ok(), "{to}");
        }
        for to in [
            "https://example.com/d",
            "//example.com",
            "http://fal.ai/d",
            "https://fal.ai:8443/d",
            "d",
            "",
            "https://",
            "https://fal.ai@example.com/d",
            "https://fal.ai.example.com/",
        ] {
            let text = redirected(&from, to).unwrap_err().to_string();
            assert!(text.starts_with("redirects to `"), "{text}");
        }
    }

    #[test]
    fn a_servers_text_is_one_short_line() {
        assert_eq!(clean("a\u{1b}[31m\r\n  b"), "a [31m b");
        assert_eq!(clean(&"x".repeat(300)).chars().count(), 201);
        assert_eq!(clean("\n"), "no text");
    }
}
