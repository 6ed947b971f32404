//! What can be known to fail before a paid request is sent.

use crate::error::Result;
use crate::wire::input::Payload;
use serde_json::Value;

/// Refuses an input that names a file by something else than a URL, and one whose mask does not fit its picture, where
/// both are inlined. What an endpoint takes is in its table.
pub(crate) fn check(payload: &Payload) -> Result<()> {
    // A picture that is inlined takes time to read, so it is done once, and only where there can be one.
    if !payload.endpoint.takes_files() {
        return Ok(());
    }
    let Value::Object(input) = payload.value() else { return Ok(()) };
    payload.endpoint.check_files(&input)?;
    #[cfg(feature = "media")]
    crate::media::mask::check_inlined(payload.endpoint, &input)?;
    Ok(())
}
