//! Where the sandbox is: its URLs, and the files that they lead to.

use crate::services::{self, Service};

/// The origins that the sandbox is reached at.
#[derive(Debug)]
pub(crate) struct Addresses {
    /// `http://127.0.0.1:PORT`, without a slash at the end.
    pub(crate) origin: String,
    /// The ports of single services, when there are some: service and origin.
    pub(crate) services: Vec<(Service, String)>,
}

impl Addresses {
    /// A URL of this sandbox: a prefix such as `/cdn` and a path below it.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// The path, prefix included, of a URL that leads here.
    pub(crate) fn own_path(&self, url: &url::Url) -> Option<String> {
        let origin = url.origin().ascii_serialization();
        if origin == self.origin {
            return Some(url.path().to_owned());
        }
        let service = self.services.iter().find(|(_, service)| *service == origin).map(|(service, _)| service.prefix());
        service.map(|prefix| {
            if services::has_prefix(url.path()) { url.path().to_owned() } else { format!("{prefix}{}", url.path()) }
        })
    }
}
