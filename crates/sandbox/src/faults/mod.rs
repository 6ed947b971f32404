//! Faults on request: what a network, an ingress or a service may do to a call, by probability or by script. Here it is
//! decided; `http::fault_injection` does it.

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
