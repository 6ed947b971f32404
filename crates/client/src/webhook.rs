//! Webhooks: whether a delivery is fal's, and what it says.
//!
//! A submit with [`with_webhook`](crate::Submit::with_webhook) has the outcome sent to a URL by `POST`. Anybody can post to
//! that URL, so check each delivery before believing it. fal signs it with Ed25519 and publishes the keys at
//! `/.well-known/jwks.json` of its REST service. The signature is over the headers `X-Fal-Webhook-Request-Id`,
//! `X-Fal-Webhook-User-Id` and `X-Fal-Webhook-Timestamp` and the SHA-256 of the body, as fal's documentation of webhooks
//! says, and is in `X-Fal-Webhook-Signature`.
//!
//! ```no_run
//! use ideogram_client::webhook::Verifier;
//! use ideogram_client::{Client, Generate};
//! use ideogram_client::http::StatusCode;
//! use ideogram_client::http::header::HeaderMap;
//!
//! /// What any web framework can call: with the headers and the body exactly as they came.
//! async fn receive(verifier: &Verifier, headers: &HeaderMap, body: &[u8]) -> StatusCode {
//!     match verifier.verify::<Generate>(headers, body).await {
//!         Ok(delivery) => {
//!             // It may come more than once: make the handling idempotent by its request id.
//!             match delivery.output() {
//!                 Ok(output) => {
//!                     for image in &output.images {
//!                         println!("{} {}", delivery.request_id, image.url);
//!                     }
//!                 }
//!                 // Its answer does not fit the type, and its files are here all the same.
//!                 Err(error) if !error.files().is_empty() => println!("{} {:?}", delivery.request_id, error.files()),
//!                 Err(error) => println!("{error}"),
//!             }
//!             StatusCode::OK
//!         }
//!         Err(error) if error.is_forged() => StatusCode::FORBIDDEN,
//!         // The keys could not be fetched: let fal try again.
//!         Err(_) => StatusCode::SERVICE_UNAVAILABLE,
//!     }
//! }
//! ```

use crate::call::json;
use crate::call::operation::Operation;
use crate::client::Client;
use crate::clock::{self, Instant};
use crate::error::{Body, Error, ErrorKind, RequestState, Result};
use crate::generated::storage;
use crate::limits;
use crate::text::clean;
use crate::wire::Wire;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::header::HeaderMap;
use ideogram_schema::{Endpoint, Jwk, Jwks, WebhookPayload, WebhookStatus};
use ring::digest::{SHA256, digest};
use ring::signature::{ED25519, UnparsedPublicKey};
use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::watch;
use tokio::time::timeout;

/// How far a delivery's time may lie from this machine's, either way: five minutes, as fal's documentation asks.
pub const TOLERANCE: Duration = Duration::from_secs(300);
/// How long fetched keys are used.
const KEYS_MAX_AGE: Duration = Duration::from_secs(24 * 3600);
/// The shortest time between two fetches because of unknown signatures, so that forged deliveries do not cause a fetch
/// each.
const KEYS_MIN_AGE: Duration = Duration::from_secs(60);
/// The age from which keys are renewed in the background.
const KEYS_RENEWAL_AGE: Duration = Duration::from_secs(20 * 3600);
/// How long a failed fetch counts: a burst of deliveries must not cause a fetch each.
const FAILURE_MAX_AGE: Duration = Duration::from_secs(5);
/// How long a delivery waits for the keys: its sender waits for an answer.
const PATIENCE: Duration = Duration::from_millis(1800);
/// Keys that are kept.
const KEYS: usize = 64;

type PublicKey = [u8; 32];

/// Checks deliveries with fal's public keys; made by [`Client::webhook_verifier`]. Cheap to clone; clones share the keys, so
/// make one and keep it.
///
/// The keys are fetched when first needed, once for all who wait, kept for a day, and renewed in the background before that.
/// They are fetched again when a signature is by none of them, once a minute at most. [`verify`](Self::verify) answers within
/// two seconds, since the sender waits.
#[derive(Clone, Debug)]
pub struct Verifier {
    wire: Arc<Wire>,
    store: Arc<watch::Sender<Store>>,
}

/// What is known of the keys.
#[derive(Debug, Default)]
struct Store {
    keys: Option<Keys>,
    failure: Option<Failure>,
    fetching: bool,
}

/// Why the keys could not be fetched.
#[derive(Debug)]
struct Failure {
    at: Instant,
    kind: ErrorKind,
    message: String,
}

impl Failure {
    fn of(error: &Error) -> Self {
        Self { at: clock::now(), kind: error.kind(), message: error.to_string() }
    }

    fn error(&self) -> Error {
        Error::new(self.kind, "").at(Operation::Keys, None).with_source(std::io::Error::other(self.message.clone()))
    }
}

/// Marks that a fetch is running. However it ends, dropping this allows the next one.
struct Fetching(Verifier);

impl Drop for Fetching {
    fn drop(&mut self) {
        self.0.store.send_modify(|store| store.fetching = false);
    }
}

#[derive(Clone, Debug)]
struct Keys {
    keys: Arc<[PublicKey]>,
    fetched: Instant,
}

/// A delivery whose signature was checked; made by [`Verifier::verify`]. The same delivery may arrive more than once,
/// so process each [`request_id`](Self::request_id) only once.
#[derive(Debug)]
#[non_exhaustive]
pub struct Delivery<E: Endpoint> {
    /// The request, as [`Job::request_id`](crate::Job::request_id) has it.
    pub request_id: String,
    /// The id of the last attempt at the request: the queue may have repeated it.
    pub gateway_request_id: Option<String>,
    /// The id of the account that the request belongs to (`X-Fal-Webhook-User-Id`).
    pub user_id: String,
    body: Bytes,
    output: Result<E::Output>,
}

impl<E: Endpoint> Delivery<E> {
    /// The body as it was received.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The endpoint's output, or why there is none.
    ///
    /// # Errors
    /// - Over: [`is_job_failure`](Error::is_job_failure) when the request failed, with the model's own
    ///   [details](Error::details); [`is_cancelled`](Error::is_cancelled) when it was cancelled.
    /// - Billed: [`is_decode`](Error::is_decode) when it succeeded and its output does not fit the type, or could not be put
    ///   into the delivery: [`files`](Error::files) has the files that are in it all the same, and
    ///   [`Job::result`](crate::Job::result) fetches it by the request id.
    pub fn output(&self) -> Result<&E::Output, &Error> {
        self.output.as_ref()
    }

    /// The endpoint's output, as [`output`](Self::output) has it, without the delivery.
    ///
    /// # Errors
    /// As [`output`](Self::output).
    pub fn into_output(self) -> Result<E::Output> {
        self.output
    }
}

impl Client {
    /// A verifier of webhook deliveries, which fetches the keys from this client's REST service. Nothing is sent yet.
    pub fn webhook_verifier(&self) -> Verifier {
        Verifier { wire: self.wire().clone(), store: Arc::new(watch::Sender::new(Store::default())) }
    }
}

impl Verifier {
    /// Checks a delivery and reads it. `headers` and `body` must be as they were received: the signature does not fit a
    /// body that was parsed and written again. A delivery about a failed request is not an error here:
    /// [`Delivery::output`] has the outcome of the request.
    ///
    /// # Errors
    /// [`is_forged`](Error::is_forged) when it is not fal's, or more than [`TOLERANCE`] old: answer it with 403. When the keys
    /// cannot be fetched, [`is_connect`](Error::is_connect), [`is_timeout`](Error::is_timeout) or
    /// [`is_decode`](Error::is_decode): answer it with 503, so that fal tries again. Neither changes the request or its bill.
    pub async fn verify<E: Endpoint>(&self, headers: &HeaderMap, body: &[u8]) -> Result<Delivery<E>> {
        let signed = Signed::read(headers, body, clock::system_time())?;
        let keys = self.keys(None).await?;
        if !signed.is_signed_by(&keys.keys) && !signed.is_signed_by(&self.keys(Some(keys.fetched)).await?.keys) {
            return Err(forged("its signature is by none of fal's keys"));
        }
        Ok(read(signed.request_id, signed.user_id, body))
    }

    /// The keys. If `than` is given, ones that were fetched after it, unless the last fetch is less than
    /// [`KEYS_MIN_AGE`] ago.
    async fn keys(&self, than: Option<Instant>) -> Result<Keys> {
        if let Some(known) = self.known(than) {
            return known;
        }
        self.fetch_aside();
        let mut store = self.store.subscribe();
        // The caller is a server that must answer soon, whatever it received.
        let fetched = timeout(PATIENCE, store.wait_for(|store| !store.fetching)).await;
        match (fetched, self.known(than)) {
            (Ok(_), Some(known)) => known,
            _ => Err(Error::new(ErrorKind::Timeout, "").at(Operation::Keys, None)),
        }
    }

    /// What is known without a fetch: the keys, or why there are none.
    fn known(&self, than: Option<Instant>) -> Option<Result<Keys>> {
        let store = self.store.borrow();
        let failure = store.failure.as_ref().filter(|failure| clock::since(failure.at) < FAILURE_MAX_AGE);
        if let Some(keys) = store.keys.clone() {
            let age = clock::since(keys.fetched);
            if age < KEYS_MAX_AGE && than.is_none_or(|than| keys.fetched > than || age < KEYS_MIN_AGE) {
                let is_due = age >= KEYS_RENEWAL_AGE && failure.is_none();
                drop(store);
                if is_due {
                    self.fetch_aside();
                }
                return Some(Ok(keys));
            }
        }
        failure.map(|failure| Err(failure.error()))
    }

    /// Fetches the keys in a task of its own, one at a time: it goes on when nobody waits any more.
    fn fetch_aside(&self) {
        let free = |store: &mut Store| !std::mem::replace(&mut store.fetching, true);
        if self.store.send_if_modified(free) {
            let fetching = Fetching(self.clone());
            tokio::spawn(async move {
                let outcome = fetching.0.fetch().await;
                fetching.0.store.send_modify(|store| match outcome {
                    Ok(keys) => {
                        store.keys = Some(Keys { keys, fetched: clock::now() });
                        store.failure = None;
                    }
                    Err(error) => store.failure = Some(Failure::of(&error)),
                });
            });
        }
    }

    async fn fetch(&self) -> Result<Arc<[PublicKey]>> {
        let wire = &self.wire;
        let base = &wire.bases.rest;
        // The verification keys are public, so the API key is not sent.
        let inner = wire.run.inner.without_key(base.clone(), HeaderMap::new());
        let rest = storage::Client::new_with_client(base.as_str(), wire.http.keyed(base)?, inner);
        let read = |body: &Bytes| json::from_slice::<Jwks>(body);
        let (_, set) = wire.call(Operation::Keys, None, || rest.jwks(), read).await?;
        let keys: Vec<PublicKey> = set.keys.iter().filter_map(public_key).take(KEYS).collect();
        if keys.is_empty() {
            return Err(Error::new(ErrorKind::Decode, "it has no Ed25519 key").at(Operation::Keys, None));
        }
        Ok(keys.into())
    }
}

/// The public key, if it is an Ed25519 one.
fn public_key(key: &Jwk) -> Option<PublicKey> {
    let fits = |said: &Option<String>, wanted| said.as_deref().is_none_or(|said| said == wanted);
    if !fits(&key.kty, "OKP") || !fits(&key.crv, "Ed25519") {
        return None;
    }
    URL_SAFE_NO_PAD.decode(key.x.as_deref()?.trim_end_matches('=')).ok()?.try_into().ok()
}

/// What is signed, and the signature.
#[derive(Debug)]
struct Signed {
    request_id: String,
    user_id: String,
    message: String,
    signature: [u8; 64],
}

impl Signed {
    /// Reads the headers and checks the time.
    fn read(headers: &HeaderMap, body: &[u8], now: SystemTime) -> Result<Self> {
        let one = |name: &str| {
            let mut values = headers.get_all(name).iter();
            let value =
                values.next().and_then(|value| value.to_str().ok()).filter(|text| text.len() <= limits::HEADER_BYTES);
            match (value, values.next()) {
                (Some(value), None) => Ok(value),
                _ => Err(forged(&format!("the header `{name}` is missing, repeated or no text"))),
            }
        };
        let (request_id, user_id) = (one("x-fal-webhook-request-id")?, one("x-fal-webhook-user-id")?);
        let (timestamp, signature) = (one("x-fal-webhook-timestamp")?, one("x-fal-webhook-signature")?);
        let sent: u64 = timestamp.parse().map_err(|_| forged("its timestamp is no number"))?;
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        if now.abs_diff(sent) > TOLERANCE.as_secs() {
            return Err(forged(&format!("its timestamp is {} seconds from this machine's clock", now.abs_diff(sent))));
        }
        let signature =
            unhex(signature).ok_or_else(|| forged("its signature is not 64 bytes in hexadecimal digits"))?;
        let mut message = format!("{request_id}\n{user_id}\n{timestamp}\n");
        for byte in digest(&SHA256, body).as_ref() {
            // Writing to a String cannot fail.
            let _ = write!(message, "{byte:02x}");
        }
        Ok(Self { request_id: request_id.to_owned(), user_id: user_id.to_owned(), message, signature })
    }

    fn is_signed_by(&self, keys: &[PublicKey]) -> bool {
        let verify =
            |key| UnparsedPublicKey::new(&ED25519, key).verify(self.message.as_bytes(), &self.signature).is_ok();
        keys.iter().any(verify)
    }
}

fn unhex(text: &str) -> Option<[u8; 64]> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let bytes: Option<Vec<u8>> = text
        .as_bytes()
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        })
        .collect();
    bytes?.try_into().ok()
}

fn forged(why: &str) -> Error {
    Error::new(ErrorKind::Forged, format!("the webhook delivery is not authentic: {why}"))
}

/// Reads a delivery that has been checked. The request's id is the signed one, where the body has none.
fn read<E: Endpoint>(request_id: String, user_id: String, body: &[u8]) -> Delivery<E> {
    let (request_id, gateway_request_id, output) = match serde_json::from_slice::<WebhookPayload>(body) {
        Ok(mut report) => {
            let (id, gateway_id) = (std::mem::take(&mut report.request_id), report.gateway_request_id.take());
            (id, gateway_id, outcome::<E>(report))
        }
        Err(error) => {
            let error = Error::new(ErrorKind::Decode, "it is not a webhook payload").with_source(error);
            (request_id, None, Err(error.in_state(RequestState::Accepted)))
        }
    };
    let output = output.map_err(|error| error.of_job(&request_id).at(Operation::Webhook, Some(E::ID)));
    Delivery { request_id, gateway_request_id, user_id, body: Bytes::copy_from_slice(body), output }
}

/// The outcome of the request.
fn outcome<E: Endpoint>(report: WebhookPayload) -> Result<E::Output> {
    match (report.status, report.payload_error) {
        (WebhookStatus::Ok, Some(why)) => {
            Err(Error::new(ErrorKind::Decode, clean(&why, 300)).in_state(RequestState::Answered))
        }
        (WebhookStatus::Ok, None) => {
            let payload = report.payload.unwrap_or_default();
            json::from_value::<E::Output>(&payload).map_err(|error| Error::misfit(&payload, error, E::INFO))
        }
        (_, why) => {
            let message = report.error.or(why).unwrap_or_else(|| "the webhook gives no reason".to_owned());
            let body = report.payload.map(|payload| Body::parse(payload.to_string().as_bytes()));
            Err(Error::verdict(message, body))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Signed, forged, public_key, read, unhex};
    use crate::error::RequestState;
    use http::header::{HeaderMap, HeaderValue};
    use ideogram_schema::Generate;
    use ring::signature::{Ed25519KeyPair, KeyPair};
    use std::time::{Duration, UNIX_EPOCH};

    const NOW: u64 = 1_700_000_000;

    fn pair() -> Ed25519KeyPair {
        Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap()
    }

    fn signed(body: &[u8], timestamp: u64) -> HeaderMap {
        use std::fmt::Write;
        let mut headers = HeaderMap::new();
        headers.insert("x-fal-webhook-request-id", HeaderValue::from_static("r-1"));
        headers.insert("x-fal-webhook-user-id", HeaderValue::from_static("u-1"));
        headers.insert("x-fal-webhook-timestamp", timestamp.into());
        headers.insert("x-fal-webhook-signature", HeaderValue::from_static(""));
        let hash = ring::digest::digest(&ring::digest::SHA256, body);
        let hash = hash.as_ref().iter().fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").unwrap();
            text
        });
        let signature = pair().sign(format!("r-1\nu-1\n{timestamp}\n{hash}").as_bytes());
        let hex = signature.as_ref().iter().fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").unwrap();
            text
        });
        headers.insert("x-fal-webhook-signature", hex.parse().unwrap());
        headers
    }

    fn check(headers: &HeaderMap, body: &[u8]) -> bool {
        let key: [u8; 32] = pair().public_key().as_ref().try_into().unwrap();
        let now = UNIX_EPOCH + Duration::from_secs(NOW);
        Signed::read(headers, body, now).is_ok_and(|signed| signed.is_signed_by(&[[0; 32], key]))
    }

    #[test]
    fn a_delivery_is_believed_with_the_right_signature_in_time_only() {
        assert!(check(&signed(b"{}", NOW), b"{}"));
        assert!(check(&signed(b"{}", NOW - 300), b"{}") && check(&signed(b"{}", NOW + 300), b"{}"));
        assert!(!check(&signed(b"{}", NOW - 301), b"{}") && !check(&signed(b"{}", NOW + 301), b"{}"));
        assert!(!check(&signed(b"{}", NOW), b"{ }"), "another body");
        for name in ["request-id", "user-id", "timestamp", "signature"] {
            let name = format!("x-fal-webhook-{name}").parse::<http::header::HeaderName>().unwrap();
            let mut headers = signed(b"{}", NOW);
            headers.append(&name, HeaderValue::from_static("x"));
            assert!(!check(&headers, b"{}"), "{name} twice");
            headers.remove(&name);
            assert!(!check(&headers, b"{}"), "no {name}");
        }
    }

    #[test]
    fn signatures_and_keys_of_another_form_are_none() {
        assert!(unhex(&"0g".repeat(64)).is_none() && unhex("00").is_none() && unhex(&"0".repeat(127)).is_none());
        let key = |text| public_key(&serde_json::from_str(text).unwrap());
        assert!(key(r#"{"x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#).is_some());
        assert!(key(r#"{"x":"AAAA"}"#).is_none() && key(r#"{"kty":"RSA","n":"AAAA"}"#).is_none());
    }

    #[test]
    fn every_documented_report_is_read() {
        let output = |text: &str| read::<Generate>("h".into(), "u".into(), text.as_bytes()).into_output();
        let ok = output(r#"{"request_id":"r","status":"OK","payload":{"images":[],"seed":7}}"#).unwrap();
        assert_eq!(ok.seed, 7);
        let text = r#"{"request_id":"r","status":"ERROR","error":"Invalid status code: 422",
            "payload":{"detail":[{"loc":["body","prompt"],"msg":"field required","type":"value_error.missing"}]}}"#;
        let error = output(text).unwrap_err();
        assert!(error.is_job_failure() && error.details().len() == 1 && error.request_id() == Some("r"));
        let text = r#"{"request_id":"r","status":"OK","payload":null,"payload_error":"not JSON"}"#;
        let error = output(text).unwrap_err();
        assert!(error.is_decode() && error.to_string().contains("not JSON"), "{error}");
        assert_eq!(error.state(), Some(RequestState::Answered));
        assert!(output(r#"{"request_id":"r","status":"ERROR"}"#).unwrap_err().is_job_failure());
        assert!(forged("x").is_forged());
    }

    #[test]
    fn a_delivery_that_does_not_fit_is_one_all_the_same() {
        let text = r#"{"request_id":"r","status":"OK","payload":{"images":[{"url":"https://a/b.png"}]}}"#;
        let delivery = read::<Generate>("h".into(), "u".into(), text.as_bytes());
        assert_eq!((delivery.request_id.as_str(), delivery.body()), ("r", text.as_bytes()));
        let error = delivery.output().unwrap_err();
        assert_eq!((error.state(), error.request_id()), (Some(RequestState::Answered), Some("r")));
        assert!(error.files().first().is_some_and(|found| found.file.url == "https://a/b.png"), "{error:?}");
        for text in ["", "no JSON", "[]", "{}", r#"{"status":"OK"}"#] {
            let delivery = read::<Generate>("h".into(), "u".into(), text.as_bytes());
            assert_eq!((delivery.request_id.as_str(), delivery.body()), ("h", text.as_bytes()));
            assert!(delivery.into_output().unwrap_err().is_decode(), "{text}");
        }
    }
}
