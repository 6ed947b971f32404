//! Fetching what the server made, without the key and from public addresses only.

use crate::call::head::Head;
use crate::error::{Error, ErrorKind, Result};
use crate::limits;
use crate::picture::address::check;
use crate::picture::announced::Announced;
use crate::picture::dns::{NotPublic, PublicOnly};
use crate::text::clean;
use crate::wire::Wire;
use crate::wire::answer::receive;
use reqwest::StatusCode;
use reqwest::redirect::{Attempt, Policy};
use url::Url;

/// A download that has begun.
pub(crate) struct Incoming {
    pub(crate) head: Head,
    pub(crate) announced: Announced,
    pub(crate) response: reqwest::Response,
}

/// Starts a download.
pub(crate) async fn start(wire: &Wire, text: &str) -> Result<Incoming> {
    let local = wire.bases.is_local();
    let url = Url::parse(text).map_err(|error| {
        Error::input(format!("`{}` is not a URL", clean(&wire.secrets.hide(text), 200))).with_source(error)
    })?;
    check(&url, local).map_err(|why| {
        Error::new(
            ErrorKind::ForeignUrl,
            format!("`{}` is not downloaded: {why}", clean(&wire.secrets.hide(url.as_str()), 200)),
        )
    })?;
    let response = http(wire, &url)?.get(url).send().await.map_err(|error| {
        let refused = NotPublic::caused(&error);
        let mut error = Error::transport(error);
        if refused {
            error.repr_mut().kind = ErrorKind::ForeignUrl;
            "the picture is not downloaded".clone_into(&mut error.repr_mut().message);
        }
        error
    })?;
    let announced = Announced::of(response.headers());
    let (head, response) = receive(Ok(response)).await?;
    let why = match head.status {
        StatusCode::OK | StatusCode::NON_AUTHORITATIVE_INFORMATION => {
            return Ok(Incoming { head, announced, response });
        }
        StatusCode::PARTIAL_CONTENT => "only a part of the picture came, which was not asked for",
        _ => "no picture came",
    };
    Err(Error::new(ErrorKind::Decode, format!("{why} ({})", head.status)).with_head(head))
}

/// The client for what carries no credential.
pub(crate) fn http(wire: &Wire, url: &Url) -> Result<reqwest::Client> {
    let local = wire.bases.is_local();
    wire.http.keyless(url, |builder| {
        builder.redirect(redirects(local)).read_timeout(limits::DOWNLOAD_SILENCE).dns_resolver(PublicOnly::new(local))
    })
}

fn redirects(local: bool) -> Policy {
    Policy::custom(move |attempt: Attempt<'_>| {
        if attempt.previous().len() > limits::REDIRECTS {
            return attempt.error("too many redirects");
        }
        match check(attempt.url(), local) {
            Ok(()) => attempt.follow(),
            Err(why) => attempt.error(why),
        }
    })
}
