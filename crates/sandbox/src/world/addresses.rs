//! The sandbox's addresses: makes the URLs in answers, and recognises the URLs that lead to the sandbox. No other file
//! does either.
//!
//! The URLs in an answer use the host that the request used: a caller of `queue.fal.run` gets URLs at `queue.fal.run`,
//! and a caller of `localhost` gets URLs at `localhost`.

use crate::services::{INSPECTION, Service, below};
use std::net::IpAddr;
use url::{Host, Url};

/// The addresses that the sandbox listens on, and its host names.
#[derive(Debug)]
pub(crate) struct Addresses {
    scheme: &'static str,
    /// `http://127.0.0.1:PORT`, without a slash at the end.
    pub(crate) origin: String,
    port: u16,
    /// The ports of single services, when there are some.
    ports: Vec<(Service, u16)>,
    /// Service and origin, for each of those ports.
    pub(crate) service_urls: Vec<(Service, String)>,
    /// Host names that the user said are this machine's.
    allowed: Vec<String>,
}

/// How the URLs of one answer are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Base {
    /// All services under one origin, each below its prefix.
    Origin(String),
    /// Each service on the host that it has at fal; the one that was called on the host by which it was called.
    Hosts { scheme: String, host: &'static str, port: Option<u16> },
    /// Each service on its own port of one host.
    Ports { scheme: &'static str, host: String, ports: Vec<(Service, u16)> },
}

impl Base {
    /// The URL of a path of that service, without its prefix.
    fn url(&self, service: Service, path: &str) -> String {
        match self {
            Self::Origin(origin) => format!("{origin}{}{path}", service.prefix()),
            Self::Hosts { scheme, host, port } => {
                let hosts = service.hosts();
                let host = if hosts.contains(host) { host } else { hosts.first().copied().unwrap_or_default() };
                let port = port.map(|port| format!(":{port}")).unwrap_or_default();
                format!("{scheme}://{host}{port}{path}")
            }
            Self::Ports { scheme, host, ports } => {
                let port = ports.iter().find(|(one, _)| *one == service).map_or(0, |(_, port)| *port);
                format!("{scheme}://{host}:{port}{path}")
            }
        }
    }
}

/// The base URLs in the answers to one caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Links {
    /// For calls. They have the host that the request used; through the proxy, they have the host of its target.
    calls: Base,
    /// For files, which are fetched and sent without the proxy.
    files: Base,
}

impl Links {
    pub(crate) fn new(base: Base) -> Self {
        Self { calls: base.clone(), files: base }
    }

    /// The same files, and calls by way of the proxy's target.
    pub(crate) fn through_proxy(self, target: Base) -> Self {
        Self { calls: target, ..self }
    }

    /// The URL of a path of that service, without its prefix.
    pub(crate) fn url(&self, service: Service, path: &str) -> String {
        if service == Service::Cdn { self.files.url(service, path) } else { self.calls.url(service, path) }
    }
}

impl Addresses {
    pub(crate) fn new(tls: bool, port: u16, ports: Vec<(Service, u16)>, allowed: Vec<String>) -> Self {
        let scheme = if tls { "https" } else { "http" };
        let origin = |port: u16| format!("{scheme}://127.0.0.1:{port}");
        let service_urls = ports.iter().map(|(service, port)| (*service, origin(*port))).collect();
        Self { scheme, origin: origin(port), port, ports, service_urls, allowed }
    }

    /// The URLs for answers without a particular caller.
    pub(crate) fn links(&self) -> Links {
        Links::new(Base::Origin(self.origin.clone()))
    }

    /// The URLs for a request with that `Host`, by the service of the port that it came on and without a prefix, if so.
    pub(crate) fn base(&self, host: Option<&str>, port_of: Option<Service>) -> Base {
        let Some(url) = host.and_then(|host| self.by_authority(host)) else { return Base::Origin(self.origin.clone()) };
        if let Some(base) = hosts(&url) {
            return base;
        }
        match (port_of, url.host_str()) {
            (Some(_), Some(host)) if !self.ports.is_empty() => {
                Base::Ports { scheme: self.scheme, host: host.to_owned(), ports: self.ports.clone() }
            }
            _ => Base::Origin(url.origin().ascii_serialization()),
        }
    }

    /// The service that a `Host` stands for at fal.
    pub(crate) fn service_of_host(&self, authority: &str) -> Option<Service> {
        Service::of_host(self.by_authority(authority)?.host_str()?).map(|(service, _)| service)
    }

    /// The path, prefix included, that a URL of one of the services means here, and how such URLs are written.
    pub(crate) fn service_path(&self, url: &Url) -> Option<(String, Base)> {
        if !matches!(url.scheme(), "http" | "https") {
            return None;
        }
        let path = url.path();
        if let Some((service, _)) = Service::of_host(url.host_str()?) {
            return Some((format!("{}{path}", service.prefix()), hosts(url)?));
        }
        if !self.is_known(&url.host()?) {
            return None;
        }
        let port = url.port_or_known_default()?;
        let by_port = self.ports.iter().find(|(_, own)| *own == port).map(|(service, _)| *service);
        if Service::of_path(path).is_some() && (port == self.port || by_port.is_some()) {
            return Some((path.to_owned(), Base::Origin(url.origin().ascii_serialization())));
        }
        let path = format!("{}{path}", by_port?.prefix());
        Some((path, self.base(Some(url.authority()), by_port)))
    }

    /// The id of the file that a URL leads to, if it has the form of one of ours. The id decides, not the host: an id
    /// cannot be guessed, and a container may use any name for this machine.
    pub(crate) fn file_id(url: &Url) -> Option<&str> {
        if matches!(url.scheme(), "http" | "https") { file_id(url.path()) } else { None }
    }

    /// Whether a `Host` is this machine, one of fal's, or one that the user allowed. A browser with another one may be
    /// a victim of DNS rebinding.
    pub(crate) fn allows(&self, authority: &str) -> bool {
        self.by_authority(authority).is_some_and(|url| {
            url.host().is_some_and(|host| self.is_known(&host))
                || url.host_str().is_some_and(|name| Service::of_host(name).is_some())
        })
    }

    /// Whether a web page of that origin is the user's own: on this machine, or on a host that the user allowed.
    pub(crate) fn is_own_page(&self, origin: &str) -> bool {
        Url::parse(origin).is_ok_and(|url| url.host().is_some_and(|host| self.is_known(&host)))
    }

    /// Whether an `Origin` is the one of a request with that `Host`.
    pub(crate) fn is_same_origin(&self, origin: &str, authority: &str) -> bool {
        let own = self.by_authority(authority).map(|url| url.origin());
        Url::parse(origin).is_ok_and(|url| own.is_some_and(|own| own.is_tuple() && own == url.origin()))
    }

    fn is_known(&self, host: &Host<&str>) -> bool {
        match host {
            Host::Domain(name) => {
                *name == "localhost"
                    || name.ends_with(".localhost")
                    || self.allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(name))
            }
            Host::Ipv4(address) => IpAddr::from(*address).is_loopback() || self.allowed.contains(&address.to_string()),
            Host::Ipv6(address) => IpAddr::from(*address).is_loopback() || self.allowed.contains(&address.to_string()),
        }
    }

    /// The URL of the root of a `Host`, when it is no more than host and port.
    fn by_authority(&self, authority: &str) -> Option<Url> {
        let url = Url::parse(&format!("{}://{authority}/", self.scheme)).ok()?;
        let plain = url.username().is_empty() && url.password().is_none() && url.path() == "/";
        (plain && url.query().is_none() && url.fragment().is_none()).then_some(url)
    }
}

/// How URLs are written for a caller that knows fal's hosts.
fn hosts(url: &Url) -> Option<Base> {
    let (_, host) = Service::of_host(url.host_str()?)?;
    Some(Base::Hosts { scheme: url.scheme().to_owned(), host, port: url.port() })
}

/// The path of a file on the CDN, without its prefix.
pub(crate) fn file_path(id: &str, name: &str) -> String {
    format!("/files/b/{id}/{name}")
}

/// The id in the path of a file, under whichever of its prefixes.
pub(crate) fn file_id(path: &str) -> Option<&str> {
    let mut path = path;
    for prefix in [INSPECTION, Service::Cdn.prefix()] {
        if below(prefix, path) {
            path = path.strip_prefix(prefix)?;
        }
    }
    let mut parts = path.strip_prefix("/files/b/")?.split('/');
    parts.next().filter(|id| !id.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses() -> Addresses {
        Addresses::new(false, 8787, vec![(Service::Queue, 9001), (Service::Cdn, 9002)], vec!["sandbox".to_owned()])
    }

    fn urls(host: &str, port_of: Option<Service>) -> (String, String) {
        let links = Links::new(addresses().base(Some(host), port_of));
        (links.url(Service::Queue, "/q"), links.url(Service::Cdn, "/f"))
    }

    #[test]
    fn urls_lead_back_the_way_the_request_came() {
        for (host, port_of, queue, cdn) in [
            ("127.0.0.1:8787", None, "http://127.0.0.1:8787/queue/q", "http://127.0.0.1:8787/cdn/f"),
            ("localhost:8787", None, "http://localhost:8787/queue/q", "http://localhost:8787/cdn/f"),
            ("[::1]:8787", None, "http://[::1]:8787/queue/q", "http://[::1]:8787/cdn/f"),
            ("queue.fal.run", None, "http://queue.fal.run/q", "http://v3.fal.media/f"),
            ("queue.falrun.com:81", None, "http://queue.falrun.com:81/q", "http://v3.fal.media:81/f"),
            ("v3b.fal.media", None, "http://queue.fal.run/q", "http://v3b.fal.media/f"),
            ("localhost:9001", Some(Service::Queue), "http://localhost:9001/q", "http://localhost:9002/f"),
            ("nonsense/x", None, "http://127.0.0.1:8787/queue/q", "http://127.0.0.1:8787/cdn/f"),
            ("user@evil", None, "http://127.0.0.1:8787/queue/q", "http://127.0.0.1:8787/cdn/f"),
        ] {
            assert_eq!(urls(host, port_of), (queue.to_owned(), cdn.to_owned()), "{host}");
        }
    }

    #[test]
    fn every_url_that_is_told_is_known() {
        for base in [
            addresses().base(Some("localhost:8787"), None),
            addresses().base(Some("queue.fal.run"), None),
            addresses().base(Some("queue.fal.run:443"), None),
            addresses().base(Some("localhost:9001"), Some(Service::Queue)),
        ] {
            let links = Links::new(base.clone());
            let file = Url::parse(&links.url(Service::Cdn, &file_path("1", "a.png"))).unwrap();
            assert_eq!(Addresses::file_id(&file), Some("1"), "{file}");
            let call = Url::parse(&links.url(Service::Queue, "/fal-ai/x")).unwrap();
            assert_eq!(addresses().service_path(&call), Some(("/queue/fal-ai/x".to_owned(), base)), "{call}");
        }
        let elsewhere = Url::parse("http://127.0.0.1:1/queue/fal-ai/x").unwrap();
        assert_eq!(addresses().service_path(&elsewhere), None);
    }

    #[test]
    fn only_names_of_this_machine_of_fal_and_of_the_user_are_allowed() {
        for (host, allowed) in [
            ("127.0.0.1:8787", true),
            ("localhost", true),
            ("[::1]:1", true),
            ("queue.fal.run", true),
            ("sandbox:8787", true),
            ("rebound.example", false),
            ("127.0.0.1.example", false),
            ("10.0.0.1", false),
        ] {
            assert_eq!(addresses().allows(host), allowed, "{host}");
        }
    }

    #[test]
    fn an_origin_is_compared_as_an_origin() {
        assert!(addresses().is_same_origin("http://localhost:8787", "localhost:8787"));
        assert!(addresses().is_same_origin("http://localhost", "localhost:80"));
        assert!(!addresses().is_same_origin("http://localhost:8788", "localhost:8787"));
        assert!(!addresses().is_same_origin("null", "localhost:8787"));
    }
}
