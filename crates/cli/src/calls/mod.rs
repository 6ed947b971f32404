//! The endpoints' commands: check everything, note it, send it, wait for it, save it.

pub(crate) mod failure;
pub(crate) mod follow;
pub(crate) mod keep;
pub(crate) mod lost;
mod made;
mod order;
pub(crate) mod prompt;
mod queued;
mod run;
pub(crate) mod session;
mod sync;
mod upload;

pub(crate) use run::run;
