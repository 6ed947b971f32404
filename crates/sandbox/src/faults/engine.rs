//! The rules in force, and what they decide for each call.

use super::call::Call;
use super::fault::Fault;
use super::rule::{Faults, Rule};
use crate::chance::Dice;
use crate::lock::lock;
use std::sync::Mutex;

/// What goes wrong with one call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Injection {
    pub(crate) latency_ms: u64,
    /// The fault, and the rule that says how.
    pub(crate) fault: Option<(Fault, Rule)>,
}

impl Injection {
    /// What goes wrong, for the record.
    pub(crate) fn fault(&self) -> Option<Fault> {
        let fault = self.fault.as_ref().map(|(fault, _)| *fault);
        fault.or((self.latency_ms > 0).then_some(Fault::Latency))
    }
}

/// The rules in force, with their counts.
#[derive(Debug)]
pub(crate) struct FaultEngine {
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    faults: Faults,
    /// By rule.
    counts: Vec<Counts>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    /// Calls that the rule is for.
    calls: u64,
    /// Those to which its fault was applied.
    injected: u64,
}

impl Inner {
    fn new(faults: Faults) -> Self {
        Self { counts: vec![Counts::default(); faults.rule.len()], faults }
    }
}

impl FaultEngine {
    pub(crate) fn new(faults: Faults) -> Self {
        Self { inner: Mutex::new(Inner::new(faults)) }
    }

    /// Puts other rules into force; all counts start anew.
    pub(crate) fn replace(&self, faults: Faults) {
        *lock(&self.inner) = Inner::new(faults);
    }

    /// The rules in force, each with how many calls it matched, and to how many its fault was applied.
    pub(crate) fn as_json(&self) -> serde_json::Value {
        let inner = lock(&self.inner);
        let rules = inner.faults.rule.iter().zip(&inner.counts).map(
            |(rule, counts)| serde_json::json!({ "rule": rule, "calls": counts.calls, "injected": counts.injected }),
        );
        serde_json::json!({ "seed": inner.faults.seed, "rules": rules.collect::<Vec<_>>() })
    }

    /// Decides what goes wrong with the next call of that kind.
    pub(crate) fn decide(&self, call: Call) -> Injection {
        let mut injection = Injection::default();
        let mut inner = lock(&self.inner);
        let Inner { faults, counts } = &mut *inner;
        for (index, (rule, counts)) in faults.rule.iter().zip(counts).enumerate() {
            if !rule.calls.is_empty() && !rule.calls.contains(&call) {
                continue;
            }
            let nth = counts.calls;
            counts.calls += 1;
            if nth < rule.skip || rule.times.is_some_and(|times| counts.injected >= times) {
                continue;
            }
            // Each decision depends on the seed, the rule and the call's number alone, not on other rules' decisions.
            let mut dice = Dice::new(faults.seed, index, nth);
            if dice.unit() >= rule.probability {
                continue;
            }
            let fault = if rule.script.is_empty() {
                rule.fault
            } else {
                let place = usize::try_from(nth - rule.skip).unwrap_or(usize::MAX);
                rule.script.get(place).copied().unwrap_or(Fault::Ok)
            };
            match fault {
                Fault::Ok => continue,
                Fault::Latency => {
                    let jitter = dice.up_to(rule.jitter_ms);
                    injection.latency_ms = injection.latency_ms.saturating_add(rule.latency_ms).saturating_add(jitter);
                }
                _ if injection.fault.is_some() => continue,
                _ => injection.fault = Some((fault, rule.clone())),
            }
            counts.injected += 1;
        }
        injection
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults_of(engine: &FaultEngine, call: Call, calls: usize) -> Vec<Fault> {
        (0..calls).map(|_| engine.decide(call).fault.map_or(Fault::Ok, |(fault, _)| fault)).collect()
    }

    #[test]
    fn a_script_is_played_once_in_order() {
        let rule = Rule::script([Call::Submit], [Fault::LostReply, Fault::Ok, Fault::Html]).with_skip(1);
        let engine = FaultEngine::new(rule.into());
        let expected = [Fault::Ok, Fault::LostReply, Fault::Ok, Fault::Html, Fault::Ok];
        assert_eq!(faults_of(&engine, Call::Submit, 5), expected);
        assert_eq!(faults_of(&engine, Call::Status, 1), [Fault::Ok], "other calls are none of its business");
    }

    #[test]
    fn one_seed_gives_one_run() {
        let rule = Rule::new([], Fault::IngressError).with_probability(0.3).unwrap();
        let run = |seed| {
            let faults = Faults::from(rule.clone()).with_seed(seed);
            faults_of(&FaultEngine::new(faults), Call::Run, 1000)
        };
        assert_eq!(run(7), run(7));
        assert_ne!(run(7), run(8));
        let injected = run(7).iter().filter(|fault| **fault != Fault::Ok).count();
        assert!((230..370).contains(&injected), "{injected} of 1000 at 0.3");
    }
}
