//! The calls of fal's storage: a token for the CDN, uploads with it, and uploads to a signed URL.

use crate::call::head::Head;
use crate::call::json;
use crate::call::operation::Operation;
use crate::error::{Error, ErrorKind, Result};
use crate::generated::parameters::RawResult;
use crate::generated::storage;
use crate::media::metadata::UploadMetadata;
use crate::picture::{address, download};
use crate::transport::base::{Base, is_loopback};
use crate::wire::Wire;
use crate::wire::answer;
use bytes::Bytes;
use http::Method;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue};
use ideogram_schema::{CdnToken, CdnTokenRequest, SignedUpload, StorageType, UploadAnnouncement};
use reqwest::Request;
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::Mutex;
use url::Url;

/// A token is not used in its last minute.
const EXPIRY_MARGIN: Duration = Duration::from_secs(60);
/// How long a token without an expiry time is used.
const DEFAULT_LIFETIME: Duration = Duration::from_secs(300);

/// fal's storage as one client uses it.
pub(crate) struct Storage {
    pub(super) wire: Arc<Wire>,
    /// The token of the CDN: fetched once for many uploads.
    token: Mutex<Option<Token>>,
}

/// A token, where it may go, and when it expires.
#[derive(Clone, Debug)]
pub(super) struct Token {
    authorization: SecretString,
    pub(super) base: Base,
    expires: SystemTime,
}

impl Storage {
    pub(crate) fn new(wire: Arc<Wire>) -> Self {
        Self { wire, token: Mutex::new(None) }
    }

    /// The token of the CDN, fetched if there is none or it is about to expire. Concurrent callers share one fetch.
    pub(super) async fn cdn_token(&self) -> Result<Token> {
        let mut kept = self.token.lock().await;
        if let Some(token) = kept.as_ref().filter(|token| token.expires > self.wire.clock.now()) {
            return Ok(token.clone());
        }
        let (rest, nothing) = (self.rest()?, CdnTokenRequest(serde_json::Map::new()));
        let send = || rest.cdn_token(&StorageType::FalCdnV3, &nothing);
        let (_, answer) = self.wire.call(Operation::Token, None, send, |body| json::from_slice(body)).await?;
        let token = self.token_of(&answer);
        *kept = Some(token.clone());
        Ok(token)
    }

    /// Forgets a token that the CDN has refused.
    pub(super) async fn forget_cdn_token(&self) {
        *self.token.lock().await = None;
    }

    fn token_of(&self, answer: &CdnToken) -> Token {
        let cdn = &self.wire.bases.cdn;
        // The token goes to the configured base, or to the one that came with the token, which must be https.
        let given = answer.base_url.as_deref().and_then(|url| Base::parse("base_url", url).ok());
        let base = given.filter(|base| !base.is_plain() && !base.is_loopback()).unwrap_or_else(|| cdn.clone());
        let base = if self.wire.bases.cdn_is_configured { cdn.clone() } else { base };
        let scheme = answer.token_type.as_deref().unwrap_or("Bearer");
        let authorization = format!("{scheme} {}", answer.token).into();
        let expires = answer.expires_at.as_deref().and_then(|text| humantime::parse_rfc3339_weak(text).ok());
        let now = self.wire.clock.now();
        let expires =
            expires.map_or(now + DEFAULT_LIFETIME, |expires| expires.checked_sub(EXPIRY_MARGIN).unwrap_or(now));
        Token { authorization, base, expires }
    }

    /// Announces a file, and gets a signed URL to upload it to.
    pub(super) async fn announce(&self, metadata: &UploadMetadata) -> Result<SignedUpload> {
        let file = UploadAnnouncement::new(&metadata.file_name, &metadata.content_type);
        let rest = self.rest()?;
        let send = || rest.initiate_upload(&StorageType::Gcs, metadata.lifecycle(), &file);
        let (_, answer) = self.wire.call(Operation::Token, None, send, |body| json::from_slice(body)).await?;
        Ok(answer)
    }

    /// The operations of the REST service, with the key.
    fn rest(&self) -> Result<storage::Client> {
        let wire = &self.wire;
        let base = &wire.bases.rest;
        let inner = wire.run.inner.at_host(base.clone(), None);
        Ok(storage::Client::new_with_client(base.as_str(), wire.http.keyed(base)?, inner))
    }

    /// The operations of the CDN at one of its URLs, with its token and these headers.
    pub(super) fn cdn(&self, token: &Token, url: &str, mut headers: HeaderMap) -> Result<storage::Client> {
        let wire = &self.wire;
        let url = Url::parse(url).map_err(|error| {
            Error::new(ErrorKind::Decode, "the CDN named something that is not a URL").with_source(error)
        })?;
        if !token.base.contains(&url) && !wire.bases.cdn.contains(&url) {
            return Err(Error::new(
                ErrorKind::ForeignUrl,
                "the CDN named a URL outside itself, and its token does not go there",
            ));
        }
        // The path is appended to this URL, so it must have no query and no fragment.
        if url.query().is_some() || url.fragment().is_some() {
            return Err(Error::new(ErrorKind::Decode, "the CDN named a URL with a query or a fragment for a file"));
        }
        let authorization = HeaderValue::try_from(token.authorization.expose_secret());
        let mut authorization =
            authorization.map_err(|_| Error::new(ErrorKind::Decode, "the token cannot stand in a header"))?;
        authorization.set_sensitive(true);
        headers.insert(AUTHORIZATION, authorization);
        let inner = wire.run.inner.without_key(token.base.clone(), headers);
        let http = wire.http.keyed(&token.base)?;
        Ok(storage::Client::new_with_client(url.as_str().trim_end_matches('/'), http, inner))
    }

    /// One attempt to put a file to a signed URL, which needs no credential and gets none.
    pub(super) async fn to_signed_url(
        &self,
        url: &str,
        content_type: &str,
        body: reqwest::Body,
        length: u64,
    ) -> Result<()> {
        let local = self.wire.bases.is_local();
        let parsed = Url::parse(url).ok().filter(|url| url.scheme() == "https" || (local && is_loopback(url)));
        let Some(url) = parsed.filter(|url| address::check(url, local).is_ok()) else {
            return Err(Error::new(
                ErrorKind::ForeignUrl,
                "the signed URL for the upload does not lead to a public `https` host",
            ));
        };
        let http = download::http(&self.wire, &url)?;
        let mut request = Request::new(Method::PUT, url);
        let content_type = HeaderValue::try_from(content_type).map_err(|_| Error::input("the MIME type is not one"))?;
        request.headers_mut().insert(CONTENT_TYPE, content_type);
        request.headers_mut().insert(CONTENT_LENGTH, length.into());
        *request.body_mut() = Some(body);
        read(async { Ok(http.execute(request).await?) }.await).await.map(drop)
    }
}

/// The answer of the storage, read to its end.
pub(super) async fn read(answer: RawResult) -> Result<(Head, Bytes)> {
    let (head, response) = answer::receive(answer).await?;
    match answer::read(response, Operation::Upload.limit()).await {
        Ok(body) => Ok((head, body)),
        Err(error) => Err(error.with_head(head)),
    }
}
