//! What a program used, and what it reports.

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;
use serde::Serialize;
use std::error::Error;

/// What came of it.
#[derive(Serialize)]
pub(crate) struct Figures {
    pub(crate) wall_us: u64,
    pub(crate) cpu_us: u64,
    pub(crate) peak_kib: u64,
    /// The most memory before anything was done.
    pub(crate) start_kib: u64,
    /// From a job's completion at the server to its result in hand here, in microseconds.
    pub(crate) late_us: Vec<u64>,
}

/// Time on a processor so far, user and system.
pub(crate) fn cpu_us() -> Result<u64, Box<dyn Error + Send + Sync>> {
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    Ok(u64::try_from(usage.user_time().num_microseconds() + usage.system_time().num_microseconds())?)
}

/// The most memory that was resident.
pub(crate) fn peak_kib() -> Result<u64, Box<dyn Error + Send + Sync>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no `VmHWM` in the status")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
