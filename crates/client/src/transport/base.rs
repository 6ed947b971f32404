//! Base URLs: the only places that the key goes to.

use crate::error::{Error, Result};
use url::{Host, Url};

/// An origin and a path prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Base {
    url: Url,
}

impl Base {
    /// Checks a base URL: `https`, or plain `http` to this machine; no user, query or fragment.
    ///
    /// `what` names the setting in the error's message.
    pub(crate) fn parse(what: &str, text: &str) -> Result<Self> {
        let refuse = |why: &str| Err(Error::configuration(format!("`{what}` is not usable as a base URL: {why}")));
        let mut url = match Url::parse(text.trim()) {
            Ok(url) => url,
            Err(error) => return refuse(&format!("{error}; write it like `https://queue.fal.run`")),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("it holds a user name or a password; the key is sent in a header instead");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return refuse("it holds a query or a fragment");
        }
        match url.scheme() {
            "https" if url.host().is_some() => {}
            "http" if is_loopback(&url) => {}
            "http" => return refuse("plain http is allowed for this machine only; use `https`"),
            scheme => return refuse(&format!("the scheme is `{scheme}`; use `https`")),
        }
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(Self { url })
    }

    /// The URL without a trailing slash, so that `/…` can be appended.
    pub(crate) fn as_str(&self) -> &str {
        self.url.as_str().trim_end_matches('/')
    }

    /// The URL of this path below the base.
    pub(crate) fn below(&self, path: &str) -> Url {
        let mut url = self.url.clone();
        url.set_path(&format!("{}/{path}", self.url.path().trim_end_matches('/')));
        url
    }

    /// Whether it is reached without TLS, which [`parse`](Self::parse) allows for this machine only.
    pub(crate) fn is_plain(&self) -> bool {
        self.url.scheme() == "http"
    }

    /// Whether it is on this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        is_loopback(&self.url)
    }

    /// Changes a URL below this base into the same one below the other base.
    pub(crate) fn moved(&self, url: &Url, other: &Self) -> Option<Url> {
        let rest = url.as_str().strip_prefix(self.as_str())?;
        Url::parse(&format!("{}{rest}", other.as_str())).ok().filter(|url| other.contains(url))
    }

    /// Whether the URL lies below this base: the same origin and the path prefix.
    pub(crate) fn contains(&self, url: &Url) -> bool {
        let prefix = self.url.path().trim_end_matches('/');
        url.scheme() == self.url.scheme()
            && url.host() == self.url.host()
            && url.port_or_known_default() == self.url.port_or_known_default()
            && url.username().is_empty()
            && url.password().is_none()
            && url.path().strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// The base URLs of all services.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bases {
    pub(crate) run: Base,
    pub(crate) queue: Base,
    pub(crate) run_backup: Option<Base>,
    pub(crate) queue_backup: Option<Base>,
    pub(crate) rest: Base,
    pub(crate) cdn: Base,
    pub(crate) platform: Base,
    /// Whether the CDN's base was configured; otherwise the answer with the token names it, as for fal's own clients.
    pub(crate) cdn_is_configured: bool,
}

impl Bases {
    /// Whether this client is configured for a service on this machine, so that downloads from it are allowed.
    pub(crate) fn is_local(&self) -> bool {
        [&self.run, &self.queue, &self.cdn].iter().any(|base| base.is_loopback())
    }
}

/// Whether a URL names this machine by address or as `localhost`.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Base, Bases};

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for good in ["http://127.0.0.1:8080/run", "http://localhost", "http://[::1]:9/", "https://fal.run/"] {
            let base = Base::parse("x", good).unwrap();
            assert_eq!(base.is_loopback(), !good.contains("fal.run"), "{good}");
            assert_eq!(base.is_plain(), good.starts_with("http:"), "{good}");
        }
        for bad in [
            "http://fal.run",
            "http://127.0.0.1.evil.example",
            "ftp://fal.run",
            "fal.run",
            "https://u:p@fal.run",
            "https://u@fal.run",
            "https://:p@fal.run",
            "https://fal.run?x",
        ] {
            assert!(Base::parse("x", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_put_below_a_base_is_a_path_and_nothing_else() {
        for (base, path, url) in [
            ("https://fal.run", "fal-ai/x", "https://fal.run/fal-ai/x"),
            ("https://host.example/a/", "fal-ai/x", "https://host.example/a/fal-ai/x"),
            ("https://host.example/a", "x?y#z", "https://host.example/a/x%3Fy%23z"),
        ] {
            assert_eq!(Base::parse("x", base).unwrap().below(path).as_str(), url);
        }
    }

    #[test]
    fn a_url_moves_with_its_path_and_query() {
        let [from, to] =
            ["https://queue.fal.run", "https://queue.falrun.com/x"].map(|url| Base::parse("x", url).unwrap());
        let moved = from.moved(&"https://queue.fal.run/a/b?c=d".parse().unwrap(), &to).unwrap();
        assert_eq!(moved.as_str(), "https://queue.falrun.com/x/a/b?c=d");
        assert_eq!(from.moved(&"https://queue.fal.run.evil.example/a".parse().unwrap(), &to), None);
    }

    #[test]
    fn only_what_lies_below_the_origin_and_the_prefix_is_contained() {
        let base = Base::parse("x", "https://host.example/queue/").unwrap();
        assert_eq!(base.as_str(), "https://host.example/queue");
        for inside in
            ["https://host.example/queue", "https://host.example/queue/a/b?c", "https://HOST.example:443/queue/a"]
        {
            assert!(base.contains(&inside.parse().unwrap()), "{inside}");
        }
        for outside in [
            "http://host.example/queue/a",
            "https://host.example:444/queue/a",
            "https://host.example/queued",
            "https://host.example/queue/../other",
            "https://host.example/queue/%2e%2e/other",
            "https://key@host.example/queue/a",
            "https://:secret@host.example/queue/a",
            "https://host.example.evil.example/queue/a",
        ] {
            assert!(!base.contains(&outside.parse().unwrap()), "{outside}");
        }
    }

    #[test]
    fn a_client_is_one_of_this_machine_where_it_calls_the_queue_or_fetches_pictures_here() {
        let base = |at: &str| Base::parse("x", at).unwrap();
        let (here, there) = ("http://127.0.0.1:8080", "https://fal.run");
        for (local, run, queue, cdn, others) in [
            (false, there, there, there, there),
            (true, here, there, there, there),
            (true, there, here, there, there),
            (true, there, there, here, there),
            // What prices and uploads are asked of says nothing of where pictures are.
            (false, there, there, there, here),
        ] {
            let bases = Bases {
                run: base(run),
                queue: base(queue),
                run_backup: Some(base(others)),
                queue_backup: Some(base(others)),
                rest: base(others),
                cdn: base(cdn),
                platform: base(others),
                cdn_is_configured: false,
            };
            assert_eq!(bases.is_local(), local, "{bases:?}");
        }
    }
}
