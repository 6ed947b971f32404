//! Rules that say which calls get which fault, from a program or from a file.

use super::call::Call;
use super::fault::Fault;
use http::HeaderValue;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::num::NonZeroUsize;
use std::str::FromStr;
use std::time::Duration;

/// One rule: which calls, how often, and what happens to them.
///
/// ```
/// use ideogram_sandbox::{Call, Fault, Rule};
///
/// let once = Rule::new([Call::Submit], Fault::LostReply).with_times(1);
/// let often = Rule::new([Call::Status, Call::Result], Fault::IngressError).with_probability(0.05)?;
/// # Ok::<_, ideogram_sandbox::InvalidFaults>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rule {
    /// The calls that it is for; none means all.
    pub(crate) calls: Vec<Call>,
    pub(crate) fault: Fault,
    /// The fault of the first call, the second and so on, in place of `fault`. Later calls get none.
    pub(crate) script: Vec<Fault>,
    /// From 0 to 1.
    pub(crate) probability: f64,
    pub(crate) skip: u64,
    pub(crate) times: Option<u64>,
    /// From 400 to 599.
    pub(crate) status: Option<u16>,
    pub(crate) retry_after: String,
    pub(crate) latency_ms: u64,
    pub(crate) jitter_ms: u64,
    pub(crate) chunk: NonZeroUsize,
    pub(crate) interval_ms: u64,
    pub(crate) url: String,
}

impl Default for Rule {
    fn default() -> Self {
        Self {
            calls: Vec::new(),
            fault: Fault::Ok,
            script: Vec::new(),
            probability: 1.0,
            skip: 0,
            times: None,
            status: None,
            retry_after: "1".to_owned(),
            latency_ms: 0,
            jitter_ms: 0,
            chunk: NonZeroUsize::MIN.saturating_add(63),
            interval_ms: 20,
            url: "https://queue.example.com".to_owned(),
        }
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

impl Rule {
    /// A rule that applies this fault to every one of these calls; no calls means all of them.
    pub fn new(calls: impl IntoIterator<Item = Call>, fault: Fault) -> Self {
        Self { calls: calls.into_iter().collect(), fault, ..Self::default() }
    }

    /// A rule with a script: the fault of the first call, the second and so on. Later calls get none.
    pub fn script(calls: impl IntoIterator<Item = Call>, faults: impl IntoIterator<Item = Fault>) -> Self {
        Self { script: faults.into_iter().collect(), ..Self::new(calls, Fault::Ok) }
    }

    /// The probability that the rule applies to a call, from 0 to 1. Default 1.
    ///
    /// # Errors
    /// [`InvalidFaults`] for a number that is not from 0 to 1.
    pub fn with_probability(self, probability: f64) -> Result<Self, InvalidFaults> {
        let rule = Self { probability, ..self };
        rule.check().map_err(InvalidFaults)?;
        Ok(rule)
    }

    /// The status of the faulty answer, from 400 to 599. Default: the one that the fault's documentation names.
    ///
    /// # Errors
    /// [`InvalidFaults`] for a status that is not from 400 to 599.
    pub fn with_status(self, status: u16) -> Result<Self, InvalidFaults> {
        let rule = Self { status: Some(status), ..self };
        rule.check().map_err(InvalidFaults)?;
        Ok(rule)
    }

    /// How many calls are let through first. Default none.
    #[must_use]
    pub fn with_skip(self, calls: u64) -> Self {
        Self { skip: calls, ..self }
    }

    /// How often the rule applies at most. Default: no limit.
    #[must_use]
    pub fn with_times(self, times: u64) -> Self {
        Self { times: Some(times), ..self }
    }

    /// What the header `Retry-After` of [`Fault::RateLimit`] says: seconds or a date. Default 1. A text that no
    /// header may have is left out.
    #[must_use]
    pub fn with_retry_after(self, text: impl Into<String>) -> Self {
        Self { retry_after: text.into(), ..self }
    }

    /// How long [`Fault::Latency`] waits, and the most that is added at random, in whole milliseconds. Default 0.
    #[must_use]
    pub fn with_latency(self, latency: Duration, jitter: Duration) -> Self {
        Self { latency_ms: millis(latency), jitter_ms: millis(jitter), ..self }
    }

    /// How many bytes [`Fault::Drip`] sends at a time, and how long it waits before each. Default 64 bytes, 20 ms.
    #[must_use]
    pub fn with_drip(self, chunk: NonZeroUsize, interval: Duration) -> Self {
        Self { chunk, interval_ms: millis(interval), ..self }
    }

    /// The origin that [`Fault::ForeignUrls`] puts into links. Default `https://queue.example.com`.
    #[must_use]
    pub fn with_url(self, origin: impl Into<String>) -> Self {
        Self { url: origin.into(), ..self }
    }

    fn check(&self) -> Result<(), String> {
        if !(0.0..=1.0).contains(&self.probability) {
            return Err("`probability` must be from 0 to 1".to_owned());
        }
        if self.status.is_some_and(|status| !(400..=599).contains(&status)) {
            return Err("`status` must be from 400 to 599".to_owned());
        }
        if HeaderValue::from_str(&self.retry_after).is_err() {
            return Err("`retry_after` must be what a header may have, seconds or a date".to_owned());
        }
        Ok(())
    }
}

/// All rules of a sandbox, and the seed of their random decisions.
///
/// ```
/// let faults: ideogram_sandbox::Faults = r#"
///     seed = 7
///     [[rule]]
///     calls = ["submit", "status"]
///     fault = "ingress-error"
///     probability = 0.05
///     [[rule]]
///     calls = ["result"]
///     script = ["ok", "lost-reply"]
/// "#.parse()?;
/// assert_eq!(faults.rules().len(), 2);
/// # Ok::<_, ideogram_sandbox::InvalidFaults>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Faults {
    pub(crate) seed: u64,
    /// If several apply to one call, the first counts, in addition to any latency.
    pub(crate) rule: Vec<Rule>,
}

impl From<Vec<Rule>> for Faults {
    fn from(rule: Vec<Rule>) -> Self {
        Self { seed: 0, rule }
    }
}

impl From<Rule> for Faults {
    fn from(rule: Rule) -> Self {
        vec![rule].into()
    }
}

/// Faults that cannot be used; the message says where and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidFaults(String);

impl fmt::Display for InvalidFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidFaults {}

impl FromStr for Faults {
    type Err = InvalidFaults;

    /// Reads the TOML of a file of faults.
    fn from_str(text: &str) -> Result<Self, InvalidFaults> {
        let faults: Self = toml::from_str(text).map_err(|error| InvalidFaults(error.to_string()))?;
        faults.checked()
    }
}

impl Faults {
    /// The rules, in their order. If several apply to one call, the first counts, in addition to any latency.
    pub fn rules(&self) -> &[Rule] {
        &self.rule
    }

    /// The same seed gives the same faults to the same sequence of calls. Default 0.
    #[must_use]
    pub fn with_seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Reads rules from JSON, with the same fields as the TOML.
    pub(crate) fn from_json(body: &[u8]) -> Result<Self, InvalidFaults> {
        let faults: Self = serde_json::from_slice(body).map_err(|error| InvalidFaults(error.to_string()))?;
        faults.checked()
    }

    fn checked(self) -> Result<Self, InvalidFaults> {
        for (number, rule) in (1..).zip(&self.rule) {
            rule.check().map_err(|error| InvalidFaults(format!("rule {number}: {error}")))?;
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_with_a_mistake_names_it() {
        let error = |text: &str| text.parse::<Faults>().unwrap_err().to_string();
        assert!(error("[[rule]]\nfault = \"flood\"").contains("flood"));
        assert!(error("[[rule]]\nfault = \"html\"\nprobabilty = 1").contains("probabilty"));
        assert_eq!(error("[[rule]]\nprobability = 2"), "rule 1: `probability` must be from 0 to 1");
        let error = error("[[rule]]\nfault = \"rate-limit\"\nretry_after = \"1\\n2\"");
        assert!(error.starts_with("rule 1: `retry_after` must be"), "{error}");
    }

    #[test]
    fn a_rule_is_checked_where_it_is_made() {
        let rule = || Rule::new([Call::Run], Fault::AppError);
        assert!(rule().with_probability(f64::NAN).is_err());
        assert!(rule().with_status(200).is_err());
        assert_eq!(rule().with_status(418).unwrap().status, Some(418));
    }
}
