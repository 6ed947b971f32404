//! What is known about the caller of a request: the host that it used, and whether a web page sent it.

use crate::services::{INSPECTION, below};
use crate::world::addresses::{Addresses, Links};
use http::request::Parts;
use http::{HeaderName, header};

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// What a handler knows about its caller, besides the request.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// The URLs for its answer.
    pub(crate) links: Links,
    /// Whether the caller is a web page that is not the user's own.
    pub(crate) is_foreign_page: bool,
}

/// The host and port that a request names.
pub(crate) fn authority(parts: &Parts) -> Option<&str> {
    parts.uri.authority().map(http::uri::Authority::as_str).or_else(|| text(parts, &header::HOST))
}

fn text<'a>(parts: &'a Parts, name: &HeaderName) -> Option<&'a str> {
    parts.headers.get(name).and_then(|value| value.to_str().ok())
}

/// Whether a request comes from a web page that is neither on this machine nor on a host that the user allowed.
pub(crate) fn is_foreign_page(addresses: &Addresses, parts: &Parts) -> bool {
    parts.headers.contains_key(header::ORIGIN)
        && !text(parts, &header::ORIGIN).is_some_and(|origin| addresses.is_own_page(origin))
}

/// Whether a request may use `/_sandbox`. A page of another origin may not, nor one under an unknown host name, which
/// may be an attack by DNS rebinding. A program that is not a browser sends no origin, so only its host is checked.
pub(crate) fn may_inspect(addresses: &Addresses, parts: &Parts) -> bool {
    let Some(authority) = authority(parts) else { return false };
    let same_origin = !parts.headers.contains_key(header::ORIGIN)
        || text(parts, &header::ORIGIN).is_some_and(|origin| addresses.is_same_origin(origin, authority));
    let same_site = !parts.headers.contains_key(FETCH_SITE)
        || text(parts, &FETCH_SITE).is_some_and(|site| matches!(site, "same-origin" | "none"));
    addresses.allows(authority) && same_origin && same_site
}

/// Whether a request is for the sandbox itself and not for a service.
pub(crate) fn is_inspection(path: &str) -> bool {
    below(INSPECTION, path)
}
