//! A DNS resolver for downloads that returns public addresses only, so that a server cannot make this program read from
//! its own network.

use crate::env;
use crate::picture::address::is_public;
use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::fmt;

/// A host has no public address.
#[derive(Debug)]
pub(crate) struct NotPublic(String);

impl fmt::Display for NotPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` has no public address, and downloads go to public addresses only", self.0)
    }
}

impl std::error::Error for NotPublic {}

impl NotPublic {
    /// Whether this error is among the causes of another.
    pub(crate) fn caused(error: &(dyn std::error::Error + 'static)) -> bool {
        error.is::<Self>() || error.source().is_some_and(Self::caused)
    }
}

/// Resolves names as the system does, and drops addresses that are not public.
#[derive(Debug)]
pub(crate) struct PublicOnly {
    /// Whether addresses of this machine are allowed too.
    local: bool,
    /// Hosts of the environment's proxies, which usually have private addresses.
    proxies: Vec<String>,
}

impl PublicOnly {
    pub(crate) fn new(local: bool) -> Self {
        let host = |name: &str| {
            let value = env::read(name).ok()??;
            let url = Url::parse(&value).or_else(|_| Url::parse(&format!("http://{value}"))).ok()?;
            url.host_str().map(str::to_ascii_lowercase)
        };
        Self { local, proxies: env::PROXIES.iter().filter_map(|name| host(name)).collect() }
    }
}

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_ascii_lowercase();
        let anywhere = self.proxies.contains(&host);
        let local = self.local;
        Box::pin(async move {
            let found: Vec<_> = tokio::net::lookup_host((host.as_str(), 0)).await?.collect();
            let allowed = |ip: std::net::IpAddr| anywhere || is_public(ip) || (local && ip.is_loopback());
            let kept: Vec<_> = found.into_iter().filter(|address| allowed(address.ip())).collect();
            if kept.is_empty() {
                return Err(NotPublic(host).into());
            }
            Ok(Box::new(kept.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::PublicOnly;
    use reqwest::dns::Resolve;

    #[tokio::test]
    async fn a_name_of_this_machine_is_resolved_only_where_it_is_expected() {
        let resolve = |local| PublicOnly { local, proxies: vec![] }.resolve("localhost".parse().unwrap());
        assert!(resolve(true).await.unwrap().count() > 0);
        assert!(resolve(false).await.is_err());
        let proxy = PublicOnly { local: false, proxies: vec!["localhost".into()] };
        assert!(proxy.resolve("LOCALHOST".parse().unwrap()).await.is_ok());
    }
}
