//! The state of one sandbox, which its parts share.

pub(crate) mod addresses;
pub(crate) mod bounded_map;
pub(crate) mod budget;
pub(crate) mod engine;
pub(crate) mod file_store;
pub(crate) mod input_files;
pub(crate) mod job;
pub(crate) mod job_store;
pub(crate) mod model;
pub(crate) mod outbound;
pub(crate) mod outcome;
pub(crate) mod output;
pub(crate) mod pending_uploads;
pub(crate) mod recorder;
pub(crate) mod scheduler;
pub(crate) mod tokens;
pub(crate) mod trigger;
pub(crate) mod webhook;
pub(crate) mod webhook_signer;

use crate::chance::Choices;
use crate::config::Config;
use crate::description::Endpoints;
use crate::faults::FaultEngine;
use crate::log::Log;
use crate::world::addresses::Addresses;
use crate::world::file_store::FileStore;
use crate::world::input_files::InputLoader;
use crate::world::job::Job;
use crate::world::job_store::JobStore;
use crate::world::outcome::Outcome;
use crate::world::pending_uploads::PendingUploads;
use crate::world::recorder::Recorder;
use crate::world::scheduler::Scheduler;
use crate::world::tokens::Tokens;
use crate::world::webhook_signer::WebhookSigner;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The whole state of a sandbox.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) config: Config,
    pub(crate) addresses: Addresses,
    pub(crate) endpoints: Endpoints,
    pub(crate) jobs: JobStore,
    pub(crate) scheduler: Scheduler,
    pub(crate) files: Arc<FileStore>,
    pub(crate) uploads: PendingUploads,
    pub(crate) tokens: Tokens,
    pub(crate) loader: InputLoader,
    pub(crate) signer: WebhookSigner,
    pub(crate) faults: FaultEngine,
    pub(crate) recorder: Recorder,
    /// Synchronous runs under way.
    pub(crate) sync_runs: AtomicUsize,
    /// Bytes of requests that are not stored yet.
    pub(crate) arriving: AtomicUsize,
    /// Whether bytes were refused and none taken since.
    pub(crate) is_full: AtomicBool,
    pub(crate) log: Log,
    /// Ends tasks that would not end by themselves.
    pub(crate) closing: CancellationToken,
    /// Ends everything.
    pub(crate) stopping: CancellationToken,
    tasks: TaskTracker,
    pub(crate) choices: Choices,
    spent: AtomicU64,
    changes: watch::Sender<()>,
}

impl State {
    pub(crate) fn new(config: Config, addresses: Addresses, endpoints: Endpoints, files: FileStore, log: Log) -> Self {
        let files = Arc::new(files);
        Self {
            jobs: JobStore::new(config.max_jobs),
            scheduler: Scheduler::new(config.runners),
            loader: InputLoader::new(&config, &endpoints, Arc::clone(&files)),
            files,
            uploads: PendingUploads::new(),
            tokens: Tokens::new(),
            signer: WebhookSigner::new(),
            faults: FaultEngine::new(config.faults.clone()),
            recorder: Recorder::new(config.max_requests),
            sync_runs: AtomicUsize::new(0),
            arriving: AtomicUsize::new(0),
            is_full: AtomicBool::new(false),
            log,
            closing: CancellationToken::new(),
            stopping: CancellationToken::new(),
            tasks: TaskTracker::new(),
            choices: Choices::new(config.seed),
            spent: AtomicU64::new(0),
            changes: watch::Sender::new(()),
            config,
            addresses,
            endpoints,
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

    /// How long a job runs.
    pub(crate) fn service_time(&self) -> Duration {
        self.config.service_time.saturating_add(self.choices.up_to(self.config.service_spread))
    }

    /// Notifies observers that something has changed.
    pub(crate) fn changed(&self) {
        self.changes.send_replace(());
    }

    /// A receiver of every change from now on.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
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
        let age = job.times().1.and_then(|ended| crate::clock::now().duration_since(ended).ok()).unwrap_or_default();
        !outcome.forgotten && age < ttl
    }

    /// Whether a job's payloads are in the history.
    pub(crate) fn stores_io(&self, job: &Job) -> bool {
        job.options.store_io.unwrap_or(self.config.store_io)
    }
}
