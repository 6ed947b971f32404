//! What of a request is written down: not keys and tokens, which would end up in a bug report.

use crate::world::recorder::Head;
use http::{HeaderName, Uri, header, request::Parts};

/// Headers whose values are not written down.
const SECRET: [HeaderName; 3] = [header::AUTHORIZATION, header::PROXY_AUTHORIZATION, header::COOKIE];

/// The head of a request, its secrets replaced.
pub(crate) fn head(parts: &Parts) -> Head {
    let headers = parts.headers.iter().map(|(name, value)| {
        let value = if SECRET.contains(name) { "redacted".into() } else { String::from_utf8_lossy(value.as_bytes()) };
        (name.as_str().to_owned(), value.into_owned())
    });
    Head { method: parts.method.as_str().to_owned(), uri: without_secrets(&parts.uri), headers: headers.collect() }
}

/// The path and query, tokens and signatures replaced.
fn without_secrets(uri: &Uri) -> String {
    let Some(query) = uri.query() else { return uri.path().to_owned() };
    let secret = |name: &str| matches!(name, "fal_jwt_token" | "signature");
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if secret(name) => format!("{name}=redacted"),
        _ => pair.to_owned(),
    });
    format!("{}?{}", uri.path(), pairs.collect::<Vec<_>>().join("&"))
}
