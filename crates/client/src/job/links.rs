//! The URLs that the server names for a job, if the key may be sent there.

use ideogram_schema::QueueStatus;
use url::Url;

/// The URLs of a job's calls, where the server has named others than the description.
///
/// A URL is used only if it is below the configured base. Behind a gateway, or with `localhost` for `127.0.0.1`, the
/// server names URLs with another base. Then the described path below the configured base is used, and the key goes
/// nowhere else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Links {
    pub(crate) status: Option<Url>,
    pub(crate) result: Option<Url>,
    pub(crate) cancel: Option<Url>,
}

impl Links {
    /// Takes the URLs from the answer to a submit; `None` if they are those of the description. `described` is the
    /// request's own URL according to the description.
    pub(crate) fn new(status: &QueueStatus, allowed: impl Fn(&Url) -> bool, described: &str) -> Option<Self> {
        let link = |given: &Option<String>, suffix: &str| {
            let given = given.as_deref().filter(|given| given.strip_prefix(described) != Some(suffix))?;
            Url::parse(given).ok().filter(&allowed)
        };
        let links = Self {
            status: link(&status.status_url, "/status"),
            result: link(&status.response_url, ""),
            cancel: link(&status.cancel_url, "/cancel"),
        };
        (links != Self::default()).then_some(links)
    }
}

#[cfg(test)]
mod tests {
    use super::Links;
    use crate::transport::base::Base;
    use ideogram_schema::{QueueState, QueueStatus};

    #[test]
    fn only_what_lies_below_the_configured_base_is_followed() {
        let base = Base::parse("x", "https://queue.example/q").unwrap();
        let described = "https://queue.example/q/o/a/requests/1";
        let links = |status: &str, result: &str, cancel: &str| {
            let status = QueueStatus::new(QueueState::InQueue, "1")
                .with_status_url(status)
                .with_response_url(result)
                .with_cancel_url(cancel);
            Links::new(&status, |url| base.contains(url), described)
        };
        let found = links(
            "https://queue.example/q/o/a/requests/1/status",
            "https://queue.example/q/o/a/requests/1/response",
            "https://queue.example.evil.example/q/o/a/requests/1/cancel",
        )
        .unwrap();
        assert_eq!((found.status, found.cancel), (None, None));
        assert!(found.result.unwrap().path().ends_with("/response"));
        for elsewhere in ["https://queue.fal.run/o/a/requests/1", "https://queue.example/other", "no URL", ""] {
            assert_eq!(links(elsewhere, elsewhere, elsewhere), None, "{elsewhere}");
        }
    }
}
