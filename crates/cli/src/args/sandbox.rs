//! The arguments of `ideogram sandbox`.

use crate::args::value::{switch, time};
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, Command, ValueHint, value_parser};
use ideogram_sandbox::{Call, Fault, HANG, TRIGGERS};
use std::path::PathBuf;

/// The port of `ideogram sandbox` where nobody says: the environment lines stay the same from run to run.
const PORT: &str = "8787";

/// `ideogram sandbox`.
pub(crate) fn command() -> Command {
    let arg = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    let file = |arg: Arg| arg.value_parser(value_parser!(PathBuf)).value_hint(ValueHint::FilePath);
    let port = arg("port", "N", "Port on 127.0.0.1; 0 takes any free one");
    let service_time = arg("service-time", "TIME", "How long a job runs: `50ms`, `3s` [default: the sandbox's own]");
    let runners = arg("runners", "N", "How many jobs run at once [default: the sandbox's own]");
    let edits = arg("mask-edits", "COLOUR", "Which colour of a mask is repainted; fal's documentation does not say");
    Command::new("sandbox")
        .about("Run a local imitation of the service until Ctrl-C")
        .args([
            port.value_parser(value_parser!(u16)).default_value(PORT),
            service_time.value_parser(time()),
            runners.value_parser(value_parser!(u16).range(1..)),
            arg("seed", "N", "Seed for everything random, so that every run is the same").value_parser(value_parser!(u64)),
            edits.value_parser(PossibleValuesParser::new(["black", "white"])).default_value("black"),
            switch(
                "allow-fetch",
                "Fetch pictures from any URL; without it only local ones and the page's examples load",
            ),
            file(arg("font", "FILE", "A typeface for letters that the built-in ones lack: TrueType or OpenType")),
            switch("flat", "Make pictures of one colour and draw nothing, for load tests"),
            file(arg("document", "FILE", "Serve another endpoint, from fal's OpenAPI document for it"))
                .action(ArgAction::Append),
            file(arg("faults", "FILE", "Inject the faults of this TOML file; see below")),
            switch("service-ports", "Also listen on a separate port for each service, without path prefixes"),
            arg("memory", "SIZE", "Memory for everything that is kept: `512M`, `2G` [default: the sandbox's own]")
                .value_parser(size),
            arg("allow-host", "NAME", "Show the page under this host name too").action(ArgAction::Append),
            file(arg("tls", "FILE", "Use TLS, and write the certificate to trust to this file")),
        ])
        .args(timing())
        .args(account())
        .after_help(format!(
            "{}\n\n{}\n\nExamples:\n  ideogram sandbox --port 0\n  ideogram sandbox --port 0 --service-time 3s --balance 10",
            triggers(),
            faults()
        ))
}

/// How long things take.
fn timing() -> Vec<Arg> {
    let arg = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name("TIME").value_parser(time()).help(help).help_heading("Time")
    };
    vec![
        arg("service-spread", "A job runs up to this much longer, at random"),
        arg("ping-interval", "Time between two pings of a status stream"),
        arg("result-ttl", "How long a result is kept after its job has completed"),
        arg("large-result-ttl", "How long a result of 10 KiB or more is kept"),
        arg("history-lag", "How much later than it was sent a request shows in the platform's history"),
        arg("webhook-backoff", "Wait before a webhook's second attempt; each later one waits twice as long"),
    ]
}

/// Who may call, and how much.
fn account() -> Vec<Arg> {
    let arg = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help).help_heading("Account")
    };
    vec![
        arg("key", "ID:SECRET", "The one key that is accepted, instead of every well-formed one"),
        arg("balance", "PICTURES", "The balance: what this many pictures cost at the list price")
            .value_parser(value_parser!(u32)),
        arg("concurrency", "N", "Synchronous runs under way before the next is refused with 429")
            .value_parser(value_parser!(u16).range(1..)),
        switch("cdn-takes-key", "Accept uploads to the CDN with the key, not only with a token")
            .help_heading("Account"),
        switch("ignore-cancel", "Let running jobs finish in spite of a cancel, as models may").help_heading("Account"),
    ]
}

/// The prompts that fail, for `--help`.
fn triggers() -> String {
    let width = TRIGGERS.iter().map(|trigger| trigger.prompt().len()).max().unwrap_or_default();
    let lines: Vec<String> =
        TRIGGERS.iter().map(|trigger| format!("  {:width$}  {}", trigger.prompt(), trigger.status)).collect();
    format!(
        "A prompt that contains one of these fails with this status:\n{}\n  {HANG:width$}  runs until it is cancelled",
        lines.join("\n")
    )
}

/// The format of `--faults`, for `--help`.
fn faults() -> String {
    let calls: Vec<&str> = Call::ALL.iter().map(|call| call.name()).collect();
    let faults: Vec<&str> = Fault::ALL.iter().map(|fault| fault.name()).collect();
    format!(
        "A file of faults has a `seed` and any number of rules:\n\n  \
         seed = 7\n\n  \
         [[rule]]\n  \
         calls = [\"submit\", \"status\"]   # none means all\n  \
         fault = \"ingress-error\"\n  \
         probability = 0.05              # from 0 to 1\n\n  \
         [[rule]]\n  \
         calls = [\"result\"]\n  \
         script = [\"ok\", \"lost-reply\"]  # the first call, the second; then nothing\n\n\
         Calls: {}.\nFaults: {}.\nFields of a rule: calls, fault, script, probability, skip, times, status, retry_after, \
         latency_ms, jitter_ms, chunk, interval_ms, url.",
        calls.join(", "),
        faults.join(", ")
    )
}

/// A number of bytes, such as `512M`.
fn size(text: &str) -> Result<usize, String> {
    let (digits, factor) = match text.as_bytes().last() {
        Some(b'K' | b'k') => (text.trim_end_matches(['K', 'k']), 1 << 10),
        Some(b'M' | b'm') => (text.trim_end_matches(['M', 'm']), 1 << 20),
        Some(b'G' | b'g') => (text.trim_end_matches(['G', 'g']), 1 << 30),
        _ => (text, 1),
    };
    let bytes = digits.parse::<usize>().ok().and_then(|number| number.checked_mul(factor));
    bytes.filter(|bytes| *bytes > 0).ok_or_else(|| "a size is a number with `K`, `M` or `G`, such as `512M`".to_owned())
}
