//! Temporary tokens: of the storage, and for an application.

use crate::lock::lock;
use crate::world::bounded_map::BoundedMap;
use crate::{chance, clock};
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

/// How many are remembered.
const MAX_TOKENS: usize = 10_000;
/// How long a token is good for.
pub(crate) const TOKEN_TTL: Duration = Duration::from_secs(3600);

/// The tokens that were issued, and when each expires.
#[derive(Debug)]
pub(crate) struct Tokens(Mutex<BoundedMap<SystemTime>>);

impl Tokens {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(BoundedMap::new(MAX_TOKENS)))
    }

    /// A new token and when it expires.
    pub(crate) fn issue(&self, ttl: Duration) -> (String, SystemTime) {
        let token = format!("sandbox-{}", chance::id());
        let expires_at = clock::now() + ttl.min(TOKEN_TTL);
        lock(&self.0).insert(token.clone(), expires_at, 1);
        (token, expires_at)
    }

    /// Whether the token was issued here and is still good.
    pub(crate) fn knows(&self, token: &str) -> bool {
        lock(&self.0).get(token).is_some_and(|expires_at| clock::now() < *expires_at)
    }
}
