//! A run of one target: some inputs, or as many as fit into the time that the environment gives.

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};
use std::cell::Cell;
use std::fmt::Debug;
use std::time::{Duration, Instant};

/// Inputs between two looks at the clock. Every seed stands for so many.
const ROUND: u32 = 128;
/// How long to run, in seconds; unset, it is one round.
const SECONDS: &str = "FUZZ_SECONDS";
/// The seed of the first round; the next ones follow it.
const SEED: &str = "FUZZ_SEED";

/// Checks that a property holds for inputs of a strategy.
///
/// # Panics
/// It does not: with the smallest input that was found, and the command that finds it again.
#[allow(clippy::panic, reason = "this is what a test calls")]
pub fn hold<S>(target: &str, strategy: &S, property: impl Fn(S::Value))
where
    S: Strategy,
    S::Value: Debug,
{
    let time = number(SECONDS).map(Duration::from_secs);
    let first = number(SEED).unwrap_or_default();
    let begun = Instant::now();
    let (inputs, slowest) = (Cell::new(0_u64), Cell::new(Duration::ZERO));
    for seed in first.. {
        let outcome = runner(seed).run(strategy, |input| {
            let begun = Instant::now();
            property(input);
            inputs.set(inputs.get() + 1);
            slowest.set(slowest.get().max(begun.elapsed()));
            Ok(())
        });
        if let Err(error) = outcome {
            panic!("{}", report(target, seed, error));
        }
        if time.is_none_or(|time| begun.elapsed() >= time) {
            break;
        }
    }
    let (inputs, seconds) = (inputs.get(), begun.elapsed().as_secs_f64());
    #[allow(clippy::cast_precision_loss, reason = "a figure for people")]
    let speed = inputs as f64 / seconds.max(0.001);
    println!(
        "{target:<12} {inputs:>9} inputs in {seconds:>5.1} s, {speed:>7.0} a second, slowest {:>5.1} ms, seed {first}",
        slowest.get().as_secs_f64() * 1000.0
    );
}

/// A target draws the same inputs from the same seed, on every machine.
fn runner(seed: u64) -> TestRunner {
    let config = Config {
        cases: ROUND,
        // What was found stands in a test with a name, not in a file of seeds.
        failure_persistence: None,
        max_shrink_time: 20_000,
        ..Config::default()
    };
    let mut bytes = [0; 32];
    for (place, byte) in bytes.iter_mut().zip(seed.to_le_bytes()) {
        *place = byte;
    }
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

fn report<T: Debug>(target: &str, seed: u64, error: TestError<T>) -> String {
    match error {
        TestError::Fail(reason, input) => format!(
            "{target}: {reason}\nthe input: {input:?}\nagain with: cargo xtask fuzz --target {target} --seed {seed} --seconds 1"
        ),
        TestError::Abort(reason) => format!("{target}: {reason}"),
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}
