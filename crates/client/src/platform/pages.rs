//! Lists of the platform, page by page.

use crate::call::json;
use crate::call::operation::Operation;
use crate::error::Result;
use crate::generated::parameters::RawResult;
use crate::generated::platform;
use crate::wire::Wire;
use serde::de::DeserializeOwned;
use std::future::Future;

/// The most pages that one search reads.
const PAGES: usize = 200;

/// Reads one list of the platform, page by page, until `each` stops it or there is no more. Returns whether the end was
/// reached. `ask` calls the operation, given the client and the page's cursor.
pub(super) async fn list<T, I, Fut>(
    wire: &Wire,
    operation: Operation,
    ask: impl Fn(platform::Client, Option<String>) -> Fut,
    items: impl Fn(T) -> (Vec<I>, Option<String>),
    mut each: impl FnMut(I) -> bool,
) -> Result<bool>
where
    T: DeserializeOwned,
    Fut: Future<Output = RawResult>,
{
    let base = &wire.bases.platform;
    let inner = wire.run.inner.at_host(base.clone(), None);
    let operations = platform::Client::new_with_client(base.as_str(), wire.http.keyed(base)?, inner);
    let mut cursor: Option<String> = None;
    for _ in 0..PAGES {
        let send = || ask(operations.clone(), cursor.clone());
        let (_, page) = wire.call(operation, None, send, |body| json::from_slice(body)).await?;
        let (found, next) = items(page);
        for item in found {
            if !each(item) {
                return Ok(false);
            }
        }
        // A cursor that comes again would make an endless loop.
        match next {
            Some(next) if cursor.as_ref() != Some(&next) => cursor = Some(next),
            _ => return Ok(true),
        }
    }
    Ok(false)
}
