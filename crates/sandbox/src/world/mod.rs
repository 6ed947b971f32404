//! What the parts of one sandbox share.

pub(crate) mod addresses;
pub(crate) mod engine;
pub(crate) mod files;
pub(crate) mod job;
pub(crate) mod job_store;
pub(crate) mod media;
pub(crate) mod model;
pub(crate) mod outbound;
pub(crate) mod outcome;
pub(crate) mod recorder;
pub(crate) mod scheduler;
pub(crate) mod shelf;
pub(crate) mod signer;
pub(crate) mod storage;
pub(crate) mod trigger;
pub(crate) mod webhook;

use crate::config::Config;
use crate::faults::FaultEngine;
use crate::lock::lock;
use crate::world::addresses::Addresses;
use crate::world::files::Files;
use crate::world::job::Job;
use crate::world::job_store::{Bounds, JobStore};
use crate::world::media::Loader;
use crate::world::outcome::Outcome;
use crate::world::recorder::Recorder;
use crate::world::scheduler::Scheduler;
use crate::world::signer::Signer;
use crate::world::storage::Storage;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The whole state of a sandbox.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) config: Config,
    pub(crate) addresses: Arc<Addresses>,
    pub(crate) jobs: JobStore,
    pub(crate) scheduler: Scheduler,
    pub(crate) files: Arc<Files>,
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
    pub(crate) fn new(config: Config, addresses: Addresses) -> Self {
        let (addresses, files) = (Arc::new(addresses), Arc::new(Files::new(&config)));
        Self {
            jobs: JobStore::new(Bounds {
                jobs: config.max_jobs,
                pending_bytes: config.max_pending_bytes,
                kept_bytes: config.job_store_bytes,
            }),
            scheduler: Scheduler::new(config.runners),
            loader: Loader::new(&config, Arc::clone(&addresses), Arc::clone(&files)),
            files,
            storage: Storage::default(),
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
            addresses,
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

    /// Takes money from the account, in millionths of a dollar.
    pub(crate) fn charge(&self, micros: u64) {
        self.spent.fetch_add(micros, Ordering::Relaxed);
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
