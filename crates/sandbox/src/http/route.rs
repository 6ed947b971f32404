//! What a path means: the prefixes, the hosts that they stand for, and the kinds of calls.

use crate::faults::Call;
use crate::services::Service;
use http::{Method, Uri};

/// The URI with a prefix in front of its path.
pub(crate) fn with_prefix(uri: &Uri, service: Service) -> Option<Uri> {
    let path = uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    format!("{}{path}", service.prefix()).parse().ok()
}

/// One call, as the log and the faults name it, and the queued request that it is about.
pub(crate) fn classify<'a>(method: &Method, path: &'a str) -> (Call, Option<&'a str>) {
    let mut segments = path.split('/').skip(1);
    let call = match segments.next().unwrap_or_default() {
        "run" => Call::Run,
        "queue" => return queue(method, &path["/queue".len()..]),
        "rest" => match path {
            "/rest/storage/auth/token" | "/rest/tokens/" | "/rest/tokens" => Call::Token,
            "/rest/storage/upload/initiate" | "/rest/storage/upload/initiate-multipart" => Call::Initiate,
            _ => Call::Other,
        },
        "cdn" => match *method {
            Method::GET | Method::HEAD => Call::Download,
            Method::POST if path.ends_with("/complete") => Call::Complete,
            Method::POST if path.ends_with("/multipart") => Call::Initiate,
            Method::PUT if path.contains("/multipart/") => Call::Part,
            _ => Call::Upload,
        },
        "platform" => Call::Platform,
        "site" => Call::Site,
        _ => Call::Other,
    };
    (call, None)
}

/// The upload in parts that a path is about.
pub(crate) fn upload_id(path: &str) -> Option<&str> {
    let below = path.strip_prefix("/cdn/")?;
    below.split('/').skip_while(|segment| *segment != "multipart").nth(1)
}

fn queue<'a>(method: &Method, path: &'a str) -> (Call, Option<&'a str>) {
    let path = QueuePath::of(path);
    let call = match (path.request, path.action, method) {
        (None, ..) => Call::Submit,
        (Some(_), "", _) => Call::Result,
        (Some(_), "status", _) => Call::Status,
        (Some(_), "status/stream", _) => Call::Stream,
        (Some(_), "cancel", _) => Call::Cancel,
        _ => Call::Other,
    };
    (call, path.request)
}

/// A path on the queue's host: `/owner/app/requests/id/action`, or an endpoint's id.
#[derive(Debug, PartialEq)]
pub(crate) struct QueuePath<'a> {
    /// The first two segments.
    pub(crate) owner: &'a str,
    pub(crate) app: &'a str,
    /// The request that is asked about; none for a submit.
    pub(crate) request: Option<&'a str>,
    /// What is asked: empty for the result.
    pub(crate) action: &'a str,
    /// All of it, without the leading slash.
    pub(crate) full: &'a str,
}

impl<'a> QueuePath<'a> {
    pub(crate) fn of(path: &'a str) -> Self {
        let full = path.trim_start_matches('/');
        let mut parts = full.splitn(5, '/');
        let (owner, app) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let request = if parts.next() == Some("requests") { parts.next().filter(|id| !id.is_empty()) } else { None };
        let action = if request.is_some() { parts.next().unwrap_or_default().trim_end_matches('/') } else { "" };
        Self { owner, app, request, action, full }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_named_below_owner_and_app_only() {
        let path = QueuePath::of("/fal-ai/ideogram/requests/abc/status/stream");
        assert_eq!((path.request, path.action), (Some("abc"), "status/stream"));
        assert_eq!(QueuePath::of("/fal-ai/ideogram/v2/turbo/requests/abc").request, None);
        assert_eq!(QueuePath::of("/fal-ai/ideogram/requests/").request, None);
    }

    #[test]
    fn calls_are_told_apart() {
        for (method, path, expected) in [
            (Method::POST, "/queue/fal-ai/ideogram/v2/turbo", Call::Submit),
            (Method::GET, "/queue/fal-ai/ideogram/requests/1", Call::Result),
            (Method::PUT, "/queue/fal-ai/ideogram/requests/1/cancel", Call::Cancel),
            (Method::PUT, "/cdn/files/b/1/x.png/multipart/2/3", Call::Part),
            (Method::POST, "/rest/storage/auth/token", Call::Token),
            (Method::GET, "/nowhere", Call::Other),
        ] {
            assert_eq!(classify(&method, path).0, expected, "{path}");
        }
    }
}
