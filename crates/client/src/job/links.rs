//! The URLs that the server names for a job, and whether the key may go there.

use crate::error::{Error, ErrorKind, Result};
use crate::text::clean;
use ideogram_schema::QueueStatus;
use url::Url;

/// Where one of a job's calls goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    /// Where the description says; the generated operation knows.
    Described,
    /// Elsewhere below the configured base.
    Given(Url),
    /// Outside the configured base. The text is the server's.
    Foreign(String),
}

/// The three of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Links {
    pub(crate) status: Link,
    pub(crate) result: Link,
    pub(crate) cancel: Link,
}

impl Links {
    /// Sorts what the answer to a submit names; `None` when all of it is where the description says. `described` is the
    /// request's own URL as the description has it.
    pub(crate) fn new(status: &QueueStatus, allowed: impl Fn(&Url) -> bool, described: &str) -> Option<Self> {
        let link = |given: &Option<String>, suffix: &str| match given.as_deref() {
            None => Link::Described,
            Some(given) if given.strip_prefix(described) == Some(suffix) => Link::Described,
            Some(given) => match Url::parse(given) {
                Ok(url) if allowed(&url) => Link::Given(url),
                _ => Link::Foreign(clean(given, 200).into_owned()),
            },
        };
        let links = Self {
            status: link(&status.status_url, "/status"),
            result: link(&status.response_url, ""),
            cancel: link(&status.cancel_url, "/cancel"),
        };
        let described = [&links.status, &links.result, &links.cancel].iter().all(|link| **link == Link::Described);
        (!described).then_some(links)
    }
}

impl Link {
    /// The URL to call instead of the described one.
    pub(crate) fn given(&self) -> Result<Option<&Url>> {
        match self {
            Self::Described => Ok(None),
            Self::Given(url) => Ok(Some(url)),
            Self::Foreign(text) => Err(Error::new(
                ErrorKind::ForeignUrl,
                format!(
                    "the server names `{text}` for this job, outside the configured queue, and the key does not go there; \
                     re-attach by the request id to ask the configured queue instead"
                ),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Link, Links};
    use crate::wire::base::Base;
    use ideogram_schema::{QueueState, QueueStatus};

    #[test]
    fn links_are_sorted_by_where_they_lead() {
        let base = Base::parse("x", "https://queue.example/q").unwrap();
        let described = "https://queue.example/q/o/a/requests/1";
        let status = QueueStatus::new(QueueState::InQueue, "1")
            .with_status_url(format!("{described}/status"))
            .with_response_url(format!("{described}/response"))
            .with_cancel_url("https://queue.example.evil.example/q/o/a/requests/1/cancel");
        let links = Links::new(&status, |url| base.contains(url), described).unwrap();
        assert_eq!(links.status, Link::Described);
        assert!(matches!(links.result, Link::Given(_)));
        assert!(links.cancel.given().unwrap_err().is_foreign_url());
    }
}
