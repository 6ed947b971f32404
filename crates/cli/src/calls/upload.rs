//! Local files that are too large to travel inside the request.

use crate::args::input::ToUpload;
use crate::calls::failure;
use crate::calls::order::Order;
use crate::calls::session::Session;
use crate::exit::Failure;
use ideogram_client::ImageInput;
use std::future::IntoFuture as _;

/// Uploads what is too large to travel inside the request. Nothing is paid yet, so Ctrl-C just ends it.
pub(super) async fn upload(session: &mut Session, order: &mut Order, uploads: &[ToUpload]) -> Result<(), Failure> {
    for file in uploads {
        session.output.progress(&format!("uploading `{}`", file.path.display()));
        let uploading = session.client.upload(ImageInput::path(&file.path)).into_future();
        match session.interrupts.unless(uploading).await {
            Some(Ok(url)) => file.fill(&mut order.input, url.as_str()),
            Some(Err(error)) => return Err(failure::of_call(&error, order.info)),
            None => return Err(session.interrupts.failure("left before anything was sent")),
        }
    }
    Ok(())
}
