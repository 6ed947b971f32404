//! The work that a measured program gets.

use super::server::Behaviour;

/// The work that a measured program gets.
#[derive(Clone, Copy)]
pub(super) struct Work {
    pub(super) task: &'static str,
    pub(super) count: usize,
    pub(super) at_once: usize,
    pub(super) warm_up: usize,
    pub(super) tls: bool,
    pub(super) behaviour: Behaviour,
}
