//! `/api/fal/proxy`: where a program in a browser sends its calls, so that the key stays on a server.

use crate::http::caller::Caller;
use crate::http::{auth, reply};
use crate::world::State;
use axum::response::Response;
use http::request::Parts;
use http::{HeaderValue, StatusCode, Uri, header};

/// Where the proxy is.
pub(crate) const PATH: &str = "/api/fal/proxy";
const TARGET: &str = "x-fal-target-url";

/// Turns a call to the proxy into a call to its target, with a key of the sandbox. If keys are configured, the caller
/// needs one of them, because this proxy, unlike that of an application, cannot recognise its users.
pub(crate) fn forward(state: &State, parts: &mut Parts, caller: &mut Caller) -> Result<(), Box<Response>> {
    let refuse = |status, text| Box::new(reply::json(status, &text));
    if state.config.keys.is_restricted() {
        auth::check(state, &parts.headers, None)?;
    }
    let Some(target) = parts.headers.get(TARGET).and_then(|value| value.to_str().ok()) else {
        return Err(refuse(StatusCode::BAD_REQUEST, "Missing the x-fal-target-url header"));
    };
    let found = url::Url::parse(target).ok().and_then(|url| {
        let (path, base) = state.addresses.service_path(&url)?;
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        Some((format!("{path}{query}").parse::<Uri>().ok()?, base))
    });
    let Some((uri, base)) = found else {
        return Err(refuse(StatusCode::PRECONDITION_FAILED, "Invalid x-fal-target-url header"));
    };
    parts.uri = uri;
    caller.links = caller.links.clone().through_proxy(base);
    if let Ok(key) = HeaderValue::from_str(&format!("Key {}", state.config.keys.first())) {
        parts.headers.insert(header::AUTHORIZATION, key);
    }
    Ok(())
}
