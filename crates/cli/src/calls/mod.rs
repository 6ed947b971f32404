//! The endpoints' commands: check the request, note it in the ledger, send it, wait for it, and save its files.

mod dry_run;
pub(crate) mod failure;
mod fetch;
pub(crate) mod follow;
pub(crate) mod job_row;
pub(crate) mod lost_reply;
mod oddities;
pub(crate) mod order;
pub(crate) mod place;
pub(crate) mod prompt;
mod queued;
mod run;
pub(crate) mod save_answer;
pub(crate) mod session;
mod several;
mod sync;
mod upload;

pub(crate) use run::{CallPlan, make, run};
