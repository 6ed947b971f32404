//! What the parts of one sandbox share.

pub(crate) mod files;
pub(crate) mod job;
pub(crate) mod job_store;
pub(crate) mod media;
pub(crate) mod model;
pub(crate) mod outbound;
pub(crate) mod outcome;
pub(crate) mod scheduler;
pub(crate) mod shelf;
pub(crate) mod storage;
pub(crate) mod trigger;
pub(crate) mod webhook;

use crate::config::Config;
use crate::faults::FaultEngine;
use crate::http::inspect::Recorder;
use crate::http::route;
use crate::world::files::Files;
use crate::world::job::{Job, Origin, lock};
use crate::world::job_store::{Bounds, JobStore};
use crate::world::media::Loader;
use crate::world::outcome::Outcome;
use crate::world::scheduler::Scheduler;
use crate::world::storage::Storage;
use crate::world::webhook::Signer;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The whole state of a sandbox.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) config: Config,
    /// `http://127.0.0.1:PORT`, without a slash at the end.
    pub(crate) origin: String,
    /// The ports of single services, when there are some: prefix and origin.
    pub(crate) services: Vec<(&'static str, String)>,
    pub(crate) jobs: JobStore,
    pub(crate) scheduler: Scheduler,
    pub(crate) files: Files,
    pub(crate) storage: Storage,
    pub(crate) loader: Loader,
    pub(crate) signer: Signer,
    pub(crate) faults: FaultEngine,
    pub(crate) recorder: Recorder,
    /// Synchronous runs under way.
    pub(crate) direct: AtomicUsize,
    /// Ends what would not end by itself.
    pub(crate) closing: CancellationToken,
    /// Ends everything.
    pub(crate) stopping: CancellationToken,
    tasks: TaskTracker,
    chance: Mutex<fastrand::Rng>,
    spent: AtomicU64,
}

impl State {
    pub(crate) fn new(config: Config, origin: String, services: Vec<(&'static str, String)>) -> Self {
        Self {
            jobs: JobStore::new(Bounds {
                jobs: config.max_jobs,
                pending_bytes: config.max_pending_bytes,
                kept_bytes: config.job_store_bytes,
            }),
            scheduler: Scheduler::default(),
            files: Files::new(&config),
            storage: Storage::default(),
            loader: Loader::new(config.mask_edits),
            signer: Signer::new(),
            faults: FaultEngine::new(config.faults.clone()),
            recorder: Recorder::new(config.max_requests),
            direct: AtomicUsize::new(0),
            closing: CancellationToken::new(),
            stopping: CancellationToken::new(),
            tasks: TaskTracker::new(),
            chance: Mutex::new(config.seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed)),
            spent: AtomicU64::new(0),
            config,
            origin,
            services,
        }
    }

    /// Runs a task until it ends or the sandbox stops.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let stopping = self.stopping.clone();
        self.tasks.spawn(async move {
            tokio::select! {
                () = task => {}
                () = stopping.cancelled() => {}
            }
        });
    }

    /// Waits for the tasks after [`State::stopping`] was cancelled.
    pub(crate) async fn stopped(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// A URL of this sandbox: a prefix such as `/cdn` and a path below it.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// The path, prefix included, of a URL that leads here.
    pub(crate) fn own_path(&self, url: &url::Url) -> Option<String> {
        let origin = url.origin().ascii_serialization();
        if origin == self.origin {
            return Some(url.path().to_owned());
        }
        let service = self.services.iter().find(|(_, service)| *service == origin).map(|(prefix, _)| *prefix);
        service.map(|prefix| {
            if route::has_prefix(url.path()) { url.path().to_owned() } else { format!("{prefix}{}", url.path()) }
        })
    }

    /// A seed for a picture whose caller left the choice to the model.
    pub(crate) fn choose_seed(&self) -> i64 {
        lock(&self.chance).i64(0..=i64::from(i32::MAX))
    }

    /// How long a job runs.
    pub(crate) fn service_time(&self) -> Duration {
        let spread = self.config.service_spread;
        let extra = if spread.is_zero() { Duration::ZERO } else { spread.mul_f64(lock(&self.chance).f64()) };
        self.config.service_time.saturating_add(extra)
    }

    /// Lines up a job; says no when too much waits already.
    pub(crate) fn accept(self: &Arc<Self>, job: &Arc<Job>) -> bool {
        let accepted = self.jobs.insert(job);
        if accepted {
            self.scheduler.enqueue(self, job);
        }
        accepted
    }

    /// Ends a job: its result is kept, charged and reported, unless it had ended before.
    pub(crate) fn finish(self: &Arc<Self>, job: &Arc<Job>, outcome: Outcome) {
        let (units, bytes) = (outcome.units.unwrap_or(0), outcome.body.len());
        if !job.complete(Arc::new(outcome)) {
            return;
        }
        if let Some(price) = job.endpoint.and_then(|info| info.price) {
            self.spent.fetch_add(price.micros.saturating_mul(units.into()), Ordering::Relaxed);
        }
        self.jobs.completed(job, bytes);
        if job.origin == Origin::Queue && job.wishes.webhook.is_some() {
            self.spawn(webhook::deliver(Arc::clone(self), Arc::clone(job)));
        }
    }

    /// Whether a call that costs money must be refused.
    pub(crate) fn balance_is_exhausted(&self) -> bool {
        self.config.balance.is_some_and(|balance| self.spent.load(Ordering::Relaxed) >= balance)
    }

    /// What was charged so far, in millionths of a dollar.
    pub(crate) fn spent(&self) -> u64 {
        self.spent.load(Ordering::Relaxed)
    }

    /// Whether a job's result can still be fetched.
    pub(crate) fn result_is_kept(&self, job: &Job, outcome: &Outcome) -> bool {
        let large = outcome.body.len() >= self.config.large_result_bytes;
        let ttl = if large { self.config.large_result_ttl } else { self.config.result_ttl };
        let age = job.times().1.and_then(|ended| ended.elapsed().ok()).unwrap_or_default();
        !outcome.forgotten && age < ttl
    }

    /// Whether a job's payloads are in the history.
    pub(crate) fn stores_io(&self, job: &Job) -> bool {
        job.wishes.store_io.unwrap_or(self.config.store_io)
    }
}
