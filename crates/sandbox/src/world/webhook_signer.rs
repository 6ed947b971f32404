//! The signature of webhooks.

use crate::chance;
use crate::hash::{digest, hex};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

/// The account that webhooks are sent for.
pub(crate) const USER_ID: &str = "sandbox-user";

/// The key that webhooks are signed with, new in each sandbox.
#[derive(Debug)]
pub(crate) struct WebhookSigner {
    pair: Option<Ed25519KeyPair>,
}

impl WebhookSigner {
    pub(crate) fn new() -> Self {
        Self { pair: chance::key().and_then(|seed| Ed25519KeyPair::from_seed_unchecked(&seed).ok()) }
    }

    /// The public key, in the form in which receivers fetch it.
    pub(crate) fn jwks(&self) -> Value {
        let keys: Vec<Value> = self
            .pair
            .iter()
            .map(|pair| {
                let x = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
                json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": "sandbox", "x": x })
            })
            .collect();
        json!({ "keys": keys })
    }

    /// The signature over a delivery, as hexadecimal digits.
    pub(crate) fn sign(&self, request_id: &str, timestamp: u64, body: &[u8]) -> String {
        let message = format!("{request_id}\n{USER_ID}\n{timestamp}\n{}", hex(&digest(body)));
        self.pair.as_ref().map(|pair| hex(pair.sign(message.as_bytes()).as_ref())).unwrap_or_default()
    }
}
