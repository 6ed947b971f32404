//! fal's services, each with its path prefix here and its hosts at fal.

/// One of fal's services, which have different hosts at fal.
///
/// ```
/// use ideogram_sandbox::Service;
///
/// assert_eq!(Service::Queue.prefix(), "/queue");
/// assert_eq!(Service::Queue.hosts().first(), Some(&"queue.fal.run"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Service {
    /// Synchronous runs.
    Run,
    /// The queue.
    Queue,
    /// Tokens, announced uploads, and the keys that webhooks are signed with.
    Rest,
    /// Uploads and downloads.
    Cdn,
    /// History, prices, bills and models.
    Platform,
    /// The OpenAPI documents.
    Site,
}

impl Service {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Run, Self::Queue, Self::Rest, Self::Cdn, Self::Platform, Self::Site];

    /// Its name: the prefix without its slash.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Queue => "queue",
            Self::Rest => "rest",
            Self::Cdn => "cdn",
            Self::Platform => "platform",
            Self::Site => "site",
        }
    }

    /// The prefix of its paths where all services have one origin.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Run => "/run",
            Self::Queue => "/queue",
            Self::Rest => "/rest",
            Self::Cdn => "/cdn",
            Self::Platform => "/platform",
            Self::Site => "/site",
        }
    }

    /// The hosts that it stands for, the usual one first.
    pub const fn hosts(self) -> &'static [&'static str] {
        match self {
            Self::Run => &["fal.run", "falrun.com"],
            Self::Queue => &["queue.fal.run", "queue.falrun.com"],
            Self::Rest => &["rest.fal.ai", "rest.alpha.fal.ai"],
            Self::Cdn => &["v3.fal.media", "v3b.fal.media", "fal.media"],
            Self::Platform => &["api.fal.ai"],
            Self::Site => &["fal.ai"],
        }
    }

    /// The service that a path with a prefix is for.
    pub(crate) fn of_path(path: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|service| below(service.prefix(), path))
    }

    /// The service that a host name stands for, and the name as it is in the table.
    pub(crate) fn of_host(name: &str) -> Option<(Self, &'static str)> {
        let host = |service: &Self| service.hosts().iter().find(|host| host.eq_ignore_ascii_case(name)).copied();
        Self::ALL.iter().find_map(|service| Some((*service, host(service)?)))
    }
}

/// The path of the sandbox's own page and data.
pub(crate) const INSPECTION: &str = "/_sandbox";

/// Whether a path lies below one of the prefixes, or is one of the sandbox's own.
pub(crate) fn has_prefix(path: &str) -> bool {
    Service::of_path(path).is_some() || below(INSPECTION, path)
}

/// Whether a path is the prefix or lies below it.
pub(crate) fn below(prefix: &str, path: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_stands_for_one_service_however_it_is_written() {
        assert_eq!(Service::of_host("Queue.Fal.Run"), Some((Service::Queue, "queue.fal.run")));
        assert_eq!(Service::of_host("127.0.0.1"), None);
    }

    #[test]
    fn a_prefix_ends_at_a_slash() {
        assert_eq!(Service::of_path("/queue/fal-ai"), Some(Service::Queue));
        assert_eq!(Service::of_path("/queued"), None);
    }
}
