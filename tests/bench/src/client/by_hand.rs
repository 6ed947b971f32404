//! What the clients written by hand share: the two shapes, and the place of a job.

use serde::{Deserialize, Serialize};

pub(crate) const KEY: &str = "key_id:key_secret";
pub(crate) const PROMPT: &str = "A fox reading a map, poster";

#[derive(Serialize)]
pub(crate) struct Input {
    pub(crate) prompt: &'static str,
}

#[derive(Deserialize)]
pub(crate) struct File {
    pub(crate) url: String,
}

#[derive(Deserialize)]
pub(crate) struct Output {
    pub(crate) images: Vec<File>,
    pub(crate) seed: i64,
}

#[derive(Deserialize)]
pub(crate) struct Submitted {
    pub(crate) request_id: String,
}

/// Where calls go.
pub(crate) struct Urls {
    pub(crate) run: String,
    pub(crate) submit: String,
    requests: String,
    pub(crate) token: String,
    pub(crate) upload: String,
    pub(crate) picture: String,
}

impl Urls {
    pub(crate) fn new(base: &str, endpoint: &str) -> Self {
        // Calls after the submit are made on owner and alias alone.
        let app = endpoint.split('/').take(2).collect::<Vec<_>>().join("/");
        Self {
            run: format!("{base}/run/{endpoint}"),
            submit: format!("{base}/queue/{endpoint}"),
            requests: format!("{base}/queue/{app}/requests"),
            token: format!("{base}/rest/storage/auth/token?storage_type=fal-cdn-v3"),
            upload: format!("{base}/cdn/files/upload"),
            picture: format!("{base}/cdn/files/b/bench/image.png"),
        }
    }

    pub(crate) fn stream(&self, request_id: &str) -> String {
        format!("{}/{request_id}/status/stream", self.requests)
    }

    pub(crate) fn result(&self, request_id: &str) -> String {
        format!("{}/{request_id}", self.requests)
    }
}

/// Whether the events so far say that the job is done.
pub(crate) fn is_completed(events: &[u8]) -> bool {
    events.windows(b"COMPLETED".len()).any(|window| window == b"COMPLETED")
}
