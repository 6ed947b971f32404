//! The one module that draws random numbers: for waits that differ between clients, and for unique names.

/// A random number from 0 to 1, to vary the length of waits.
pub(crate) fn jitter() -> f64 {
    f64::from(u32::try_from(random() >> 32).unwrap_or_default()) / f64::from(u32::MAX)
}

/// A number that differs from call to call; it need not be unpredictable.
pub(crate) fn random() -> u64 {
    use std::hash::{BuildHasher, Hasher};
    std::hash::RandomState::new().build_hasher().finish()
}
