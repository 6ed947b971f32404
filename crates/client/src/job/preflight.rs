//! Checks of the input before a paid request is sent.

use crate::error::Result;
use crate::wire::input::Payload;
use serde_json::Value;

/// Refuses an input that names a file by anything but a URL, and one with an inlined picture and mask of different
/// sizes. The endpoint's table says which fields are files.
pub(crate) fn check(payload: &Payload) -> Result<()> {
    // Parsing an inlined picture takes time, so it is done once, and only for endpoints that take files.
    if !payload.endpoint.takes_files() {
        return Ok(());
    }
    let Value::Object(input) = payload.value() else { return Ok(()) };
    payload.endpoint.check_files(&input)?;
    #[cfg(feature = "media")]
    crate::media::mask::check_inlined(payload.endpoint, &input)?;
    Ok(())
}
