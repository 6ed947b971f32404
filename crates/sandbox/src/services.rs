//! fal's services: the path prefix that each has here, and the hosts that it stands for.

/// Path prefixes and the hosts that they stand for.
const SERVICES: [(&str, &[&str]); 6] = [
    ("/run", &["fal.run", "falrun.com"]),
    ("/queue", &["queue.fal.run", "queue.falrun.com"]),
    ("/rest", &["rest.fal.ai", "rest.alpha.fal.ai"]),
    ("/cdn", &["v3.fal.media", "v3b.fal.media", "fal.media"]),
    ("/platform", &["api.fal.ai"]),
    ("/site", &["fal.ai"]),
];

/// The prefixes of the services, in the order of [`Sandbox::service_urls`](crate::Sandbox::service_urls).
pub(crate) fn prefixes() -> impl Iterator<Item = &'static str> {
    SERVICES.iter().map(|(prefix, _)| *prefix)
}

/// Whether a path lies below one of the prefixes, or is one of the sandbox's own.
pub(crate) fn has_prefix(path: &str) -> bool {
    let below = |prefix: &str| path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    prefixes().any(below) || below("/_sandbox")
}

/// The prefix that stands for a host, given with or without a port.
pub(crate) fn prefix_of_host(host: &str) -> Option<&'static str> {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    SERVICES.iter().find(|(_, hosts)| hosts.contains(&name)).map(|(prefix, _)| *prefix)
}

/// The hosts that a certificate should name.
pub(crate) fn hosts() -> impl Iterator<Item = &'static str> {
    SERVICES.iter().flat_map(|(_, hosts)| hosts.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_stand_for_prefixes_whatever_their_port() {
        assert_eq!(prefix_of_host("queue.fal.run:443"), Some("/queue"));
        assert_eq!(prefix_of_host("127.0.0.1:8080"), None);
    }
}
