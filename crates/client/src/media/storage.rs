//! The calls of fal's storage: a token for the CDN, uploads with it, and uploads to a signed URL.

use crate::answer;
use crate::base::{Base, is_loopback};
use crate::error::{Error, Kind, Result};
use crate::head::Head;
use crate::operation::Operation;
use crate::transport::sort;
use crate::{Client, download};
use bytes::Bytes;
use reqwest::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue};
use reqwest::{Method, Request};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::time::{Duration, SystemTime};
use tokio::sync::Mutex;
use url::Url;

/// A token is not used in its last minute.
const MARGIN: Duration = Duration::from_secs(60);
/// How long a token is used that does not say until when it is good.
const UNSAID: Duration = Duration::from_secs(300);

/// The token of the CDN: fetched once for many uploads.
#[derive(Debug, Default)]
pub(crate) struct Tokens(Mutex<Option<Token>>);

/// A token, where it may go, and until when it is good.
#[derive(Clone, Debug)]
pub(super) struct Token {
    authorization: SecretString,
    pub(super) base: Base,
    until: SystemTime,
}

#[derive(Deserialize)]
struct TokenAnswer {
    token: String,
    #[serde(default)]
    token_type: Option<String>,
    #[serde(default)]
    base_url: Option<String>,
    #[serde(default)]
    expires_at: Option<String>,
}

/// The answer to an upload in one piece.
#[derive(Deserialize)]
pub(super) struct Uploaded {
    pub(super) access_url: String,
}

/// The answer to the beginning of an upload in parts.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Begun {
    pub(super) access_url: String,
    #[serde(rename = "uploadId")]
    pub(super) upload_id: String,
}

/// A part that has arrived.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Part {
    pub(super) part_number: u32,
    pub(super) etag: String,
}

/// The answer to an announcement.
#[derive(Deserialize)]
pub(super) struct Announced {
    pub(super) upload_url: String,
    pub(super) file_url: String,
}

impl Client {
    /// The token of the CDN, fetched where there is none or it is about to expire. Those who wait share one fetch.
    pub(super) async fn cdn_token(&self) -> Result<Token> {
        let mut kept = self.shared().tokens.0.lock().await;
        if let Some(token) = kept.as_ref().filter(|token| token.until > SystemTime::now()) {
            return Ok(token.clone());
        }
        let answer: TokenAnswer =
            self.rest("/storage/auth/token?storage_type=fal-cdn-v3", &serde_json::json!({})).await?;
        let token = self.token_of(&answer);
        *kept = Some(token.clone());
        Ok(token)
    }

    /// Forgets a token that the CDN has refused.
    pub(super) async fn forget_cdn_token(&self) {
        *self.shared().tokens.0.lock().await = None;
    }

    fn token_of(&self, answer: &TokenAnswer) -> Token {
        let cdn = &self.shared().bases.cdn;
        // It goes to the configured base, or to the one that came with it; that one must be https.
        let given = answer.base_url.as_deref().and_then(|url| Base::parse("base_url", url).ok());
        let base = given.filter(|base| !base.is_plain() && !base.is_loopback()).unwrap_or_else(|| cdn.clone());
        let base = if self.shared().bases.cdn_is_configured { cdn.clone() } else { base };
        let scheme = answer.token_type.as_deref().unwrap_or("Bearer");
        let authorization = format!("{scheme} {}", answer.token).into();
        let expires = answer.expires_at.as_deref().and_then(|text| humantime::parse_rfc3339_weak(text).ok());
        let now = SystemTime::now();
        let until = expires.map_or(now + UNSAID, |expires| expires.checked_sub(MARGIN).unwrap_or(now));
        Token { authorization, base, until }
    }

    /// Announces a file, for a signed URL to put it to.
    pub(super) async fn announce(&self, file_name: &str, content_type: &str) -> Result<Announced> {
        let body = serde_json::json!({ "file_name": file_name, "content_type": content_type });
        self.rest("/storage/upload/initiate?storage_type=gcs", &body).await
    }

    /// Posts to the REST service, with the key.
    async fn rest<T: DeserializeOwned>(&self, path: &str, body: &serde_json::Value) -> Result<T> {
        let shared = self.shared();
        let http = shared.http.keyed(&shared.bases.rest)?;
        let url = format!("{}{path}", shared.bases.rest.as_str());
        let send = || async {
            let mut request = http.post(&url).json(body).build()?;
            shared.run.inner.prepare(&mut request);
            sort(http.execute(request).await?)
        };
        let (_, answer) = self.call(Operation::Token, None, send, |body| serde_json::from_slice(body)).await?;
        Ok(answer)
    }

    /// One attempt to send something to the CDN, with its token.
    pub(super) async fn to_cdn(
        &self,
        token: &Token,
        method: Method,
        url: Url,
        headers: HeaderMap,
        body: reqwest::Body,
        length: u64,
    ) -> Result<(Head, Option<String>, Bytes)> {
        if !token.base.contains(&url) && !self.shared().bases.cdn.contains(&url) {
            return Err(Error::new(
                Kind::ForeignUrl,
                "the CDN named a URL outside itself, and its token does not go there",
            ));
        }
        let http = self.shared().http.keyed(&token.base)?;
        let mut request = Request::new(method, url);
        *request.headers_mut() = headers;
        let authorization = HeaderValue::try_from(token.authorization.expose_secret());
        let mut authorization =
            authorization.map_err(|_| Error::new(Kind::Decode, "the token cannot stand in a header"))?;
        authorization.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, authorization);
        send(&http, request, body, length).await
    }

    /// One attempt to put a file to a signed URL, which needs no credential and gets none.
    pub(super) async fn to_signed_url(
        &self,
        url: &str,
        content_type: &str,
        body: reqwest::Body,
        length: u64,
    ) -> Result<()> {
        let local = self.shared().bases.is_local();
        let parsed = Url::parse(url).ok().filter(|url| url.scheme() == "https" || (local && is_loopback(url)));
        let Some(url) = parsed.filter(|url| download::check(url, local).is_ok()) else {
            return Err(Error::new(
                Kind::ForeignUrl,
                "the signed URL for the upload does not lead to a public `https` host",
            ));
        };
        let http = download::http(self)?;
        let mut request = Request::new(Method::PUT, url);
        let content_type = HeaderValue::try_from(content_type).map_err(|_| Error::input("the MIME type is not one"))?;
        request.headers_mut().insert(CONTENT_TYPE, content_type);
        send(&http, request, body, length).await.map(drop)
    }
}

/// Sends a body of known length and reads the answer.
async fn send(
    http: &reqwest::Client,
    mut request: Request,
    body: reqwest::Body,
    length: u64,
) -> Result<(Head, Option<String>, Bytes)> {
    // Without it a streamed body would go out in chunks of unsaid length, which storage hosts refuse.
    request.headers_mut().insert(CONTENT_LENGTH, length.into());
    *request.body_mut() = Some(body);
    let response = http.execute(request).await.map_err(Error::transport)?;
    let etag = response.headers().get(ETAG).and_then(|etag| etag.to_str().ok()).map(str::to_owned);
    let (head, body) = answer::open(sort(response)).await?;
    let body = answer::read(&head, body, Operation::Upload.limit()).await?;
    Ok((head, etag, body))
}
