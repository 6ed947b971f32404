//! Random ids, keys and seeds. No other file draws random numbers. Those of faults and pictures are made here too, from
//! a seed, so that they repeat.

use crate::lock::lock;
use ring::rand::{SecureRandom, SystemRandom};
use std::sync::Mutex;
use std::time::Duration;

/// An id in the form that fal's request ids have.
pub(crate) fn uuid() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// An id of 32 hexadecimal digits that cannot be guessed, for files, uploads and tokens.
pub(crate) fn id() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

/// The bytes of a new key; `None` if the system has no randomness.
pub(crate) fn key() -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    SystemRandom::new().fill(&mut bytes).ok().map(|()| bytes)
}

/// The random choices of one sandbox, which repeat if it has a seed.
#[derive(Debug)]
pub(crate) struct Choices(Mutex<fastrand::Rng>);

impl Choices {
    pub(crate) fn new(seed: Option<u64>) -> Self {
        Self(Mutex::new(seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed)))
    }

    /// A seed for a picture whose request has none.
    pub(crate) fn seed(&self) -> i64 {
        lock(&self.0).i64(0..=i64::from(i32::MAX))
    }

    /// A time from zero to this one, evenly spread.
    pub(crate) fn up_to(&self, spread: Duration) -> Duration {
        if spread.is_zero() { Duration::ZERO } else { spread.mul_f64(lock(&self.0).f64()) }
    }
}

/// The random numbers for one decision on a fault: the same seed, rule and call give the same numbers, whatever other
/// rules decide.
#[derive(Debug)]
pub(crate) struct Dice(fastrand::Rng);

impl Dice {
    pub(crate) fn new(seed: u64, rule: usize, call: u64) -> Self {
        Self(fastrand::Rng::with_seed(seed ^ (rule as u64) << 48 ^ call.wrapping_mul(0x9E37_79B9)))
    }

    /// In `[0, 1)`.
    pub(crate) fn unit(&mut self) -> f64 {
        self.0.f64()
    }

    /// From zero to this number, included.
    pub(crate) fn up_to(&mut self, most: u64) -> u64 {
        if most == 0 { 0 } else { self.0.u64(0..=most) }
    }
}
