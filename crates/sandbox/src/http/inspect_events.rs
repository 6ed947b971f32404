//! The events that the page follows: the first has everything, each later one what has changed since.

use super::inspect_report;
use crate::hash::digest;
use crate::http::reply;
use crate::world::State;
use axum::extract::State as Shared;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream::unfold;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// How many jobs and requests the page shows.
const SHOWN: usize = 120;
/// Changes within this time come as one event.
const TOGETHER: Duration = Duration::from_millis(100);

/// What one page has received so far.
struct Follower {
    state: Arc<State>,
    changes: watch::Receiver<()>,
    /// The digest of each item as it was sent last.
    told: HashMap<String, [u8; 32]>,
    is_first: bool,
}

/// `GET /_sandbox/events`: `jobs` and `requests` that are new or changed, the order of those that are shown, and the
/// facts at the head.
pub(super) async fn events(Shared(state): Shared<Arc<State>>) -> Response {
    let changes = state.changes();
    let follower = Follower { state, changes, told: HashMap::new(), is_first: true };
    reply::events(unfold(follower, |mut follower| async move { Some((follower.next().await?, follower)) }))
}

impl Follower {
    async fn next(&mut self) -> Option<Bytes> {
        let closing = self.state.closing.clone();
        if !std::mem::take(&mut self.is_first) {
            tokio::select! {
                _ = self.changes.changed() => tokio::time::sleep(TOGETHER).await,
                () = tokio::time::sleep(self.state.config.ping_interval) => return Some(Bytes::from_static(b": ping\n\n")),
                () = closing.cancelled() => return None,
            }
        }
        self.changes.mark_unchanged();
        Some(format!("data: {}\n\n", self.report()).into())
    }

    fn report(&mut self) -> Value {
        let (records, _) = self.state.recorder.newest_first();
        let requests: Vec<Value> = records.iter().take(SHOWN).map(|record| record.as_json()).collect();
        let jobs = self.state.jobs.newest_first();
        let jobs: Vec<Value> = jobs.iter().take(SHOWN).map(|job| inspect_report::job(&self.state, job)).collect();
        let names =
            |items: &[Value], key: &str| items.iter().filter_map(|item| item.get(key).cloned()).collect::<Value>();
        let mut event = inspect_report::head(&self.state);
        let orders = (names(&jobs, "request_id"), names(&requests, "number"));
        let mut told = HashMap::with_capacity(jobs.len() + requests.len());
        let mut changed = |items: Vec<Value>, key: &str| -> Value {
            let is_new = |item: &Value| {
                let name = format!("{key} {}", item.get(key).map(Value::to_string).unwrap_or_default());
                let now: [u8; 32] = digest(item.to_string().as_bytes()).try_into().unwrap_or_default();
                told.insert(name.clone(), now);
                self.told.get(&name) != Some(&now)
            };
            items.into_iter().filter(is_new).collect()
        };
        let (jobs, requests) = (changed(jobs, "request_id"), changed(requests, "number"));
        self.told = told;
        if let Some(event) = event.as_object_mut() {
            for (name, value) in [
                ("jobs", jobs),
                ("requests", requests),
                ("job_order", orders.0),
                ("request_order", orders.1),
                ("faults", self.state.faults.as_json()),
            ] {
                event.insert(name.to_owned(), value);
            }
        }
        event
    }
}

/// What a form for faults offers: the names of calls and faults.
pub(super) fn fault_names() -> Value {
    use crate::faults::{Call, Fault};
    json!({
        "calls": Call::ALL.iter().map(|call| call.name()).collect::<Vec<_>>(),
        "faults": Fault::ALL.iter().map(|fault| fault.name()).collect::<Vec<_>>(),
    })
}
