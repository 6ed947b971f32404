//! The ledger's part of a batch, and nothing else: what it writes of each row, by many tasks at once.
//!
//! Its only argument is a JSON object, see [`Orders`]; it prints one line of JSON, as the clients do.

#[path = "../usage.rs"]
mod usage;

use ideogram_cli::ledger::{Closing, Ledger, LedgerGroup, NewRow};
use serde::Deserialize;
use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use usage::{Figures, cpu_us, peak_kib};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// What to do.
#[derive(Deserialize)]
struct Orders {
    /// Rows.
    count: usize,
    at_once: usize,
    /// The ledger, which is made.
    ledger: PathBuf,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let start_kib = peak_kib()?;
    let orders: Orders = serde_json::from_str(&std::env::args().nth(1).ok_or("the orders are missing")?)?;
    let group = LedgerGroup::new(Ledger::open(&orders.ledger)?)?;
    let (next, count, cpu, begun) = (Arc::new(AtomicUsize::new(0)), orders.count, cpu_us()?, Instant::now());
    let worker = || {
        let (group, next) = (group.clone(), next.clone());
        async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return Ok::<_, Box<dyn Error + Send + Sync>>(());
                }
                row(&group, number).await?;
            }
        }
    };
    let workers: Vec<_> = (0..orders.at_once).map(|_| tokio::spawn(worker())).collect();
    for worker in workers {
        worker.await??;
    }
    let wall_us = u64::try_from(begun.elapsed().as_micros())?;
    let (cpu_us, peak_kib) = (cpu_us()? - cpu, peak_kib()?);
    let figures = Figures { wall_us, cpu_us, peak_kib, start_kib, late_us: Vec::new() };
    println!("{}", serde_json::to_string(&figures)?);
    Ok(())
}

/// All that is written of one row, from before it is sent until its picture is saved.
async fn row(group: &LedgerGroup, number: usize) -> Result<()> {
    let input = format!(r#"{{"prompt":"A fox reading a map, poster {number}","seed":{number}}}"#);
    let (key, path) = (format!("#{number}"), format!("/pictures/a-fox-{number}.png"));
    let id = group
        .write(move |ledger| {
            let batch = Some(("prompts.jsonl", key.as_str()));
            ledger.begin(&NewRow { batch, account: Some("bench"), ..NewRow::new("fal-ai/ideogram/v2/turbo", &input) })
        })
        .await?;
    group.write(move |ledger| ledger.accepted(id, &format!("764cabcf-b745-4b3e-ae38-{number:012}"))).await?;
    group.note(move |ledger| ledger.started(id, 1_795_000_000_000)).await?;
    let files = vec![path];
    let taking = files.clone();
    group.note(move |ledger| ledger.about_to_take(id, &taking)).await?;
    group.note(move |ledger| ledger.close(id, &Closing::Saved { files })).await?;
    Ok(())
}
