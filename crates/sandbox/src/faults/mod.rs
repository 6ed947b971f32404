//! Faults that the user configures, by probability or by script: what a network, an ingress or a service may do to a
//! call. This module decides which fault a call gets; `http::fault_injection` applies it.

#[macro_use]
mod named;

mod call;
mod engine;
mod fault;
mod rule;

pub use call::Call;
pub(crate) use engine::{FaultEngine, Injection};
pub use fault::Fault;
pub use rule::{Faults, InvalidFaults, Rule};
