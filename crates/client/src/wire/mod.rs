//! One HTTP call on its way out and back.

pub(crate) mod answer;
pub(crate) mod base;
pub(crate) mod http;
pub(crate) mod key;
pub(crate) mod lanes;
pub(crate) mod options;
pub(crate) mod response;
pub(crate) mod retry;
pub(crate) mod span;
pub(crate) mod tls;
pub(crate) mod transport;
pub(crate) mod visit;
