//! Authorisation of calls: keys, temporary tokens, and the account's balance.

use crate::http::reply;
use crate::query::parameter;
use crate::world::State;
use axum::extract::FromRequestParts;
use axum::response::Response;
use http::request::Parts;
use http::{HeaderMap, StatusCode, header};
use std::sync::Arc;

const MISSING: &str = "Authentication is required to access this application";
const MALFORMED: &str = "Invalid Key Authorization header format. Expected '<key_id>:<key_secret>'.";
const UNKNOWN: &str = "No user found for Key ID and Secret";
const EXHAUSTED: &str = "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing.";

/// Lets a call through that carries a key, or a temporary token for the application.
///
/// # Errors
/// The refusal to send: 401 with the reason.
pub(crate) fn check(state: &State, headers: &HeaderMap, query: Option<&str>) -> Result<(), Box<Response>> {
    if !state.config.require_key {
        return Ok(());
    }
    let refuse = |text| Err(Box::new(reply::detail(StatusCode::UNAUTHORIZED, text)));
    if let Some(token) = query.and_then(|query| parameter(query, "fal_jwt_token")) {
        return if state.tokens.knows(&token) { Ok(()) } else { refuse(UNKNOWN) };
    }
    let Some(value) = headers.get(header::AUTHORIZATION) else { return refuse(MISSING) };
    // The key is not trimmed: fal refuses a key with a newline too.
    let Some((scheme, key)) = value.to_str().ok().and_then(|value| value.split_once(' ')) else {
        return refuse(MALFORMED);
    };
    if !scheme.eq_ignore_ascii_case("key") {
        return refuse(MISSING);
    }
    match key.split_once(':') {
        Some((id, secret)) if !id.is_empty() && !secret.is_empty() => {
            if state.config.keys.accepts(key) {
                Ok(())
            } else {
                refuse(UNKNOWN)
            }
        }
        _ => refuse(MALFORMED),
    }
}

/// An extractor for calls with a key. Other calls are refused before the handler runs.
pub(crate) struct Keyed;

impl FromRequestParts<Arc<State>> for Keyed {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<State>) -> Result<Self, Response> {
        check(state, &parts.headers, None).map(|()| Self).map_err(|refusal| *refusal)
    }
}

/// Lets a paid call through while the account has a balance.
///
/// # Errors
/// The refusal to send: 403.
pub(crate) fn check_balance(state: &State) -> Result<(), Box<Response>> {
    if state.balance_is_exhausted() { Err(Box::new(reply::detail(StatusCode::FORBIDDEN, EXHAUSTED))) } else { Ok(()) }
}
