//! Faults on request: what a network, an ingress or a service may do to a call, by probability or by script.

use crate::lock::lock;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use std::sync::Mutex;

/// Writes an enumeration whose variants have names in kebab case, for files and JSON.
macro_rules! named {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* #[serde(rename = $text)] $variant,)*
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self; [$($text),*].len()] = &[$(Self::$variant),*];

            /// The name as files and JSON have it.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }
        }
    };
}

named! {
    /// A kind of call.
    Call {
        /// A synchronous run.
        Run = "run",
        /// A submit to the queue.
        Submit = "submit",
        /// A look at a job's status.
        Status = "status",
        /// A job's status stream.
        Stream = "stream",
        /// A job's result.
        Result = "result",
        /// A cancel.
        Cancel = "cancel",
        /// A token, of the storage or for an application.
        Token = "token",
        /// The announcement of an upload, in one piece or in parts.
        Initiate = "initiate",
        /// An upload in one piece.
        Upload = "upload",
        /// One part of an upload.
        Part = "part",
        /// The end of an upload in parts.
        Complete = "complete",
        /// A download from the CDN.
        Download = "download",
        /// The platform API.
        Platform = "platform",
        /// The OpenAPI documents.
        Site = "site",
        /// Anything else.
        Other = "other",
    }
}

named! {
    /// What goes wrong.
    Fault {
        /// Nothing: a place to fill in a script.
        Ok = "ok",
        /// The call waits for `latency_ms`, and by chance up to `jitter_ms` more; other faults may strike it too.
        Latency = "latency",
        /// 429 with `Retry-After`; nothing was done.
        RateLimit = "rate-limit",
        /// The ingress answers `status` (503) with its page and without a request id; nothing was done.
        IngressError = "ingress-error",
        /// The service answers `status` (503) with JSON and a request id; nothing was done.
        AppError = "app-error",
        /// The work is done, then the service answers `status` (503) in place of the result.
        AppErrorAfter = "app-error-after",
        /// The work is done, then a gateway answers `status` (504) in place of the result.
        GatewayErrorAfter = "gateway-error-after",
        /// The connection is reset; nothing was done.
        ResetBefore = "reset-before",
        /// The work is done, then the connection is reset.
        ResetAfter = "reset-after",
        /// The work is done, then the connection ends without a reply.
        LostReply = "lost-reply",
        /// The connection ends within the reply's head.
        CutHead = "cut-head",
        /// The connection ends in the middle of the body.
        Truncate = "truncate",
        /// The body comes `chunk` bytes at a time, one piece each `interval_ms`.
        Drip = "drip",
        /// The body stops in the middle, and the connection stays open.
        Stall = "stall",
        /// The body is JSON of another shape than is promised.
        WrongJson = "wrong-json",
        /// The body is an HTML page.
        Html = "html",
        /// A result or a file that was there is gone.
        Expired = "expired",
        /// Each event of a status stream comes twice.
        DuplicateEvents = "duplicate-events",
        /// Events of a status stream are lost, the last among them.
        MissingEvents = "missing-events",
        /// The URLs that a submit or a status names lie on the host of `url`.
        ForeignUrls = "foreign-urls",
    }
}

/// One rule: which calls, how often, and what happens to them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Rule {
    /// The calls that it is for; none means all.
    pub calls: Vec<Call>,
    /// What goes wrong.
    pub fault: Fault,
    /// What goes wrong with the first call, the second and so on; in place of `fault`. After the last nothing does.
    pub script: Vec<Fault>,
    /// How likely it strikes, from 0 to 1.
    pub probability: f64,
    /// How many calls are let through first.
    pub skip: u64,
    /// How often it strikes at most.
    pub times: Option<u64>,
    /// The status of an answer in place of the right one.
    pub status: Option<u16>,
    /// The seconds, or the date, that `Retry-After` says.
    pub retry_after: String,
    /// For `latency`, in milliseconds.
    pub latency_ms: u64,
    /// For `latency`, in milliseconds.
    pub jitter_ms: u64,
    /// For `drip`, in bytes.
    pub chunk: usize,
    /// For `drip`, in milliseconds.
    pub interval_ms: u64,
    /// For `foreign-urls`: an origin.
    pub url: String,
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
            chunk: 64,
            interval_ms: 20,
            url: "https://queue.example.com".to_owned(),
        }
    }
}

impl Rule {
    /// A rule that always strikes these calls.
    ///
    /// ```
    /// use ideogram_sandbox::{Call, Fault, Rule};
    ///
    /// let mut rule = Rule::new([Call::Submit], Fault::LostReply);
    /// rule.times = Some(1);
    /// ```
    pub fn new(calls: impl IntoIterator<Item = Call>, fault: Fault) -> Self {
        Self { calls: calls.into_iter().collect(), fault, ..Self::default() }
    }
}

/// All rules of a sandbox, and the seed of their chance.
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
/// "#.parse().unwrap();
/// assert_eq!(faults.rule.len(), 2);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Faults {
    /// The same seed gives the same faults to the same sequence of calls.
    pub seed: u64,
    /// The rules; of several that strike one call the first counts, beside any latency.
    pub rule: Vec<Rule>,
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

/// A file of faults that cannot be used; the message says where and why.
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

    fn from_str(text: &str) -> Result<Self, InvalidFaults> {
        let faults: Self = toml::from_str(text).map_err(|error| InvalidFaults(error.to_string()))?;
        faults.check()?;
        Ok(faults)
    }
}

impl Faults {
    /// Whether the rules make sense.
    ///
    /// # Errors
    /// [`InvalidFaults`] for a probability outside 0 to 1, or a status that is none.
    pub fn check(&self) -> Result<(), InvalidFaults> {
        for (index, rule) in self.rule.iter().enumerate() {
            let number = index + 1;
            if !(0.0..=1.0).contains(&rule.probability) {
                return Err(InvalidFaults(format!("rule {number}: `probability` must be from 0 to 1")));
            }
            if rule.status.is_some_and(|status| !(400..=599).contains(&status)) {
                return Err(InvalidFaults(format!("rule {number}: `status` must be from 400 to 599")));
            }
            if rule.chunk == 0 {
                return Err(InvalidFaults(format!("rule {number}: `chunk` must be at least 1")));
            }
        }
        Ok(())
    }
}

/// What a rule decided for one call.
#[derive(Clone, Debug)]
pub(crate) struct Strike {
    pub(crate) fault: Fault,
    pub(crate) rule: Rule,
}

/// The faults of one call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Verdict {
    pub(crate) latency_ms: u64,
    pub(crate) strike: Option<Strike>,
}

/// What a status stream's handler has to do wrong itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StreamFault {
    Duplicate,
    Missing,
}

/// The rules in force, with what they have seen.
#[derive(Debug)]
pub(crate) struct FaultEngine {
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    faults: Faults,
    seen: Vec<Seen>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    calls: u64,
    strikes: u64,
}

impl FaultEngine {
    pub(crate) fn new(faults: Faults) -> Self {
        let seen = vec![Seen::default(); faults.rule.len()];
        Self { inner: Mutex::new(Inner { faults, seen }) }
    }

    /// Puts other rules into force; all counts start anew.
    pub(crate) fn replace(&self, faults: Faults) {
        let seen = vec![Seen::default(); faults.rule.len()];
        *lock(&self.inner) = Inner { faults, seen };
    }

    /// The rules in force, each with how many calls it saw and struck.
    pub(crate) fn as_json(&self) -> serde_json::Value {
        let inner = lock(&self.inner);
        let rules = inner
            .faults
            .rule
            .iter()
            .zip(&inner.seen)
            .map(|(rule, seen)| serde_json::json!({ "rule": rule, "calls": seen.calls, "strikes": seen.strikes }));
        serde_json::json!({ "seed": inner.faults.seed, "rules": rules.collect::<Vec<_>>() })
    }

    /// What befalls the next call of that kind.
    pub(crate) fn judge(&self, call: Call) -> Verdict {
        let mut verdict = Verdict::default();
        let mut inner = lock(&self.inner);
        let Inner { faults, seen } = &mut *inner;
        for (index, (rule, seen)) in faults.rule.iter().zip(seen).enumerate() {
            if !rule.calls.is_empty() && !rule.calls.contains(&call) {
                continue;
            }
            let nth = seen.calls;
            seen.calls += 1;
            if nth < rule.skip || rule.times.is_some_and(|times| seen.strikes >= times) {
                continue;
            }
            // Each decision depends on the seed, the rule and the call's number alone, not on other rules' decisions.
            let mut chance =
                fastrand::Rng::with_seed(faults.seed ^ (index as u64) << 48 ^ nth.wrapping_mul(0x9E37_79B9));
            if chance.f64() >= rule.probability {
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
                    let jitter = if rule.jitter_ms == 0 { 0 } else { chance.u64(0..=rule.jitter_ms) };
                    verdict.latency_ms = verdict.latency_ms.saturating_add(rule.latency_ms).saturating_add(jitter);
                }
                _ if verdict.strike.is_some() => continue,
                _ => verdict.strike = Some(Strike { fault, rule: rule.clone() }),
            }
            seen.strikes += 1;
        }
        verdict
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults_of(engine: &FaultEngine, call: Call, calls: usize) -> Vec<Fault> {
        (0..calls).map(|_| engine.judge(call).strike.map_or(Fault::Ok, |strike| strike.fault)).collect()
    }

    #[test]
    fn a_script_is_played_once_in_order() {
        let mut rule = Rule::new([Call::Submit], Fault::Ok);
        rule.skip = 1;
        rule.script = vec![Fault::LostReply, Fault::Ok, Fault::Html];
        let engine = FaultEngine::new(rule.into());
        let expected = [Fault::Ok, Fault::LostReply, Fault::Ok, Fault::Html, Fault::Ok];
        assert_eq!(faults_of(&engine, Call::Submit, 5), expected);
        assert_eq!(faults_of(&engine, Call::Status, 1), [Fault::Ok], "other calls are none of its business");
    }

    #[test]
    fn one_seed_gives_one_run() {
        let mut rule = Rule::new([], Fault::IngressError);
        rule.probability = 0.3;
        let run = |seed| {
            let mut faults = Faults::from(rule.clone());
            faults.seed = seed;
            faults_of(&FaultEngine::new(faults), Call::Run, 1000)
        };
        assert_eq!(run(7), run(7));
        assert_ne!(run(7), run(8));
        let strikes = run(7).iter().filter(|fault| **fault != Fault::Ok).count();
        assert!((230..370).contains(&strikes), "{strikes} of 1000 at 0.3");
    }

    #[test]
    fn a_file_with_a_mistake_names_it() {
        let error = |text: &str| text.parse::<Faults>().unwrap_err().to_string();
        assert!(error("[[rule]]\nfault = \"flood\"").contains("flood"));
        assert!(error("[[rule]]\nfault = \"html\"\nprobabilty = 1").contains("probabilty"));
        assert_eq!(error("[[rule]]\nprobability = 2"), "rule 1: `probability` must be from 0 to 1");
    }
}
