//! The same work by different clients, measured from inside.
//!
//! Its only argument is a JSON object, see [`Orders`]; it prints one line of JSON, see [`Figures`](usage::Figures). The programs in other
//! languages beside it take and print the same.

mod by_hand;
#[path = "../file_limit.rs"]
mod file_limit;
mod hyper_client;
mod ours;
mod reqwest_client;
#[path = "../usage.rs"]
mod usage;

use hyper_client::HyperClient;
use ours::Ours;
use reqwest_client::ReqwestClient;
use serde::Deserialize;
use std::error::Error;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use usage::{Figures, cpu_us, peak_kib};

pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// What to do.
#[derive(Deserialize)]
pub(crate) struct Orders {
    program: String,
    task: Task,
    /// The server's origin.
    base: String,
    /// The endpoint's id.
    endpoint: String,
    count: usize,
    at_once: usize,
    /// Calls before the clock is started.
    warm_up: usize,
    /// The certificate to trust.
    ca_file: PathBuf,
    /// The file to upload, or the one to download to.
    file: PathBuf,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Task {
    Sync,
    Follow,
    Upload,
    Download,
    /// A job from its submit to its picture on the disk.
    Make,
}

/// A client that is measured. What it gives is the moment at which the server was done, in microseconds since 1970.
pub(crate) trait Program: Send + Sync + Sized + 'static {
    fn new(orders: &Orders) -> Result<Self>;
    fn run(&self) -> impl Future<Output = Result<i64>> + Send;
    fn follow(&self) -> impl Future<Output = Result<i64>> + Send;
    fn upload(&self, file: &Path) -> impl Future<Output = Result<()>> + Send;
    fn download(&self, file: &Path) -> impl Future<Output = Result<()>> + Send;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    file_limit::raise()?;
    let orders: Orders = serde_json::from_str(&std::env::args().nth(1).ok_or("the orders are missing")?)?;
    let figures = match orders.program.as_str() {
        "ours" => measure::<Ours>(orders).await?,
        "reqwest" => measure::<ReqwestClient>(orders).await?,
        "hyper" => measure::<HyperClient>(orders).await?,
        other => return Err(format!("no program `{other}`").into()),
    };
    println!("{}", serde_json::to_string(&figures)?);
    Ok(())
}

async fn measure<P: Program>(orders: Orders) -> Result<Figures> {
    let start_kib = peak_kib()?;
    let program = P::new(&orders)?;
    let shared = Arc::new((program, orders));
    let (_, orders) = &*shared;
    drive(&shared, orders.warm_up).await?;
    let cpu = cpu_us()?;
    let begun = Instant::now();
    let late_us = drive(&shared, orders.count).await?;
    let wall_us = u64::try_from(begun.elapsed().as_micros())?;
    Ok(Figures { wall_us, cpu_us: cpu_us()? - cpu, peak_kib: peak_kib()?, start_kib, late_us })
}

/// Does the task `count` times, as many at once as ordered.
async fn drive<P: Program>(shared: &Arc<(P, Orders)>, count: usize) -> Result<Vec<u64>> {
    let next = Arc::new(AtomicUsize::new(0));
    let worker = || {
        let (shared, next) = (shared.clone(), next.clone());
        async move {
            let mut late = Vec::new();
            let (program, orders) = &*shared;
            while next.fetch_add(1, Ordering::Relaxed) < count {
                match orders.task {
                    Task::Sync => drop(program.run().await?),
                    Task::Follow => late.push(since(program.follow().await?)),
                    // Boxed: what a worker does not do is no part of its memory.
                    Task::Upload => Box::pin(program.upload(&orders.file)).await?,
                    Task::Download => Box::pin(program.download(&orders.file)).await?,
                    Task::Make => {
                        late.push(since(program.follow().await?));
                        Box::pin(program.download(&orders.file)).await?;
                    }
                }
            }
            Ok::<_, Box<dyn Error + Send + Sync>>(late)
        }
    };
    if shared.1.at_once == 1 {
        return worker().await;
    }
    let workers: Vec<_> = (0..shared.1.at_once).map(|_| tokio::spawn(worker())).collect();
    let mut late = Vec::new();
    for worker in workers {
        late.extend(worker.await??);
    }
    Ok(late)
}

fn since(moment_us: i64) -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_micros();
    u64::try_from(now).unwrap_or_default().saturating_sub(u64::try_from(moment_us).unwrap_or_default())
}
