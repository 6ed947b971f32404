//! What is measured, and what it should come to.

use super::figures::Sample;
use super::program::Program::{Curl, Hyper, JavaScript, JavaScriptStream, Ours, OursInMemory, Python, Reqwest, True};
use super::row::{Goal, Kind, Metric, Row};
use super::server::Behaviour;
use super::setup::FILE_BYTES;
use super::work::Work;

/// All rows, the most important first.
pub(super) fn rows(quick: bool) -> Vec<Row> {
    [calls(quick), follows(quick), crowds(quick), files(quick), processes(quick), batches(quick)]
        .into_iter()
        .flatten()
        .collect()
}

fn calls(quick: bool) -> Vec<Row> {
    let cpu = |goal| metric("CPU a request, µs", Sample::cpu_us, goal);
    let many = Work { at_once: 64, warm_up: 640, ..sync(quick) };
    let instructions = Work { count: if quick { 200 } else { 500 }, ..sync(quick) };
    vec![
        Row {
            name: "sync",
            title: "synchronous run, one after the other",
            kind: Kind::Inside,
            work: sync(quick),
            programs: &[Ours, Reqwest, Hyper, Python, JavaScript],
            metrics: vec![cpu(Goal::AtMostTimes(1.15))],
        },
        Row {
            name: "sync-64",
            title: "synchronous run, 64 at once",
            kind: Kind::Inside,
            work: many,
            programs: &[Ours, Reqwest, Hyper, Python, JavaScript],
            metrics: vec![metric("requests a second", Sample::a_second, Goal::AtLeastTimes(0.9)), cpu(Goal::None)],
        },
        Row {
            name: "instructions",
            title: "instructions of a synchronous run, user space",
            kind: Kind::Instructions,
            work: instructions,
            programs: if quick { &[Ours, Reqwest, Hyper] } else { &[Ours, Reqwest, Hyper, Python] },
            metrics: outside("instructions", Goal::AtMostTimes(1.3)),
        },
    ]
}

fn follows(quick: bool) -> Vec<Row> {
    let near = follow(quick);
    let far = Work { behaviour: Behaviour { rtt_ms: 30, ..near.behaviour }, ..near };
    vec![
        Row {
            name: "follow",
            title: "a job of 300 to 400 ms, followed to its result",
            kind: Kind::Inside,
            work: near,
            programs: &[Ours, Reqwest, Hyper, Python, JavaScript, JavaScriptStream],
            metrics: vec![
                metric("late p50, ms", Sample::late_p50_ms, Goal::AtMost(1.0)),
                metric("late p95, ms", Sample::late_p95_ms, Goal::AtMost(1.5)),
                metric("requests a job", Sample::requests, Goal::AtMost(3.0)),
                metric("CPU a job, ms", Sample::cpu_ms, Goal::AtMost(0.6)),
            ],
        },
        Row {
            name: "far",
            title: "the same with every request answered 30 ms later",
            kind: Kind::Inside,
            work: far,
            programs: &[Ours, Reqwest, Python, JavaScript, JavaScriptStream],
            metrics: vec![
                metric("late p50, ms", Sample::late_p50_ms, Goal::AtMostAbove(1.5)),
                metric("late p95, ms", Sample::late_p95_ms, Goal::AtMostAbove(1.5)),
            ],
        },
    ]
}

fn crowds(quick: bool) -> Vec<Row> {
    let behaviour = Behaviour { job_ms: (1_000, 3_000), ..Behaviour::default() };
    let many = Work { count: 1_000, at_once: 1_000, warm_up: 0, behaviour, ..follow(quick) };
    let metrics = |late, connections| {
        vec![
            metric("wall over ideal", |sample| sample.wall_ms() / 3_000.0, Goal::AtMost(1.05)),
            metric("late p50, ms", Sample::late_p50_ms, Goal::None),
            metric("late p95, ms", Sample::late_p95_ms, Goal::AtMost(late)),
            metric("peak memory, MiB", Sample::peak_mib, Goal::AtMost(40.0)),
            metric("connections", Sample::connections, Goal::AtMost(connections)),
            metric("requests a job", Sample::requests, Goal::None),
        ]
    };
    vec![
        Row {
            name: "many-http1",
            title: "1,000 jobs of 1 to 3 s followed at once, HTTP/1.1",
            kind: Kind::Inside,
            work: many,
            programs: if quick { &[Ours, Reqwest] } else { &[Ours, Reqwest, Python, JavaScript] },
            metrics: metrics(150.0, 128.0),
        },
        Row {
            name: "many-http2",
            title: "1,000 jobs of 1 to 3 s followed at once, HTTP/2 over TLS",
            kind: Kind::Inside,
            work: Work { tls: true, ..many },
            programs: &[Ours, Reqwest],
            metrics: metrics(10.0, 16.0),
        },
    ]
}

fn files(quick: bool) -> Vec<Row> {
    let behaviour = Behaviour { picture_bytes: FILE_BYTES, ..Behaviour::default() };
    let work = |task| Work { task, count: if quick { 2 } else { 5 }, warm_up: 1, behaviour, ..sync(quick) };
    let metrics = |times| {
        vec![
            metric("wall, ms", Sample::wall_ms_each, Goal::AtMostTimes(times)),
            metric("peak memory, MiB", Sample::peak_mib, Goal::AtMost(16.0)),
        ]
    };
    vec![
        Row {
            name: "upload",
            title: "upload of 50 MB from disk",
            kind: Kind::Inside,
            work: work("upload"),
            programs: &[Ours, Reqwest, Python, JavaScript],
            metrics: metrics(1.3),
        },
        Row {
            name: "download",
            title: "download of 50 MB to disk",
            kind: Kind::Inside,
            work: work("download"),
            programs: &[Ours, Reqwest, Python, JavaScript],
            metrics: metrics(1.2),
        },
    ]
}

fn processes(quick: bool) -> Vec<Row> {
    let work = Work { count: if quick { 5 } else { 20 }, warm_up: 0, ..sync(quick) };
    vec![
        Row {
            name: "start",
            title: "process start to the end of one synchronous run",
            kind: Kind::Start,
            work,
            programs: &[Ours, OursInMemory, Reqwest, Curl, Python, JavaScript],
            metrics: outside("wall, ms", Goal::AtMost(8.0)),
        },
        Row {
            name: "version",
            title: "process start to the end of `--version` or of an empty script",
            kind: Kind::Version,
            work,
            programs: &[Ours, True, Curl, Python, JavaScript],
            metrics: outside("wall, ms", Goal::AtMost(3.0)),
        },
    ]
}

fn batches(quick: bool) -> Vec<Row> {
    let work = |count| Work { count: if quick { count / 50 } else { count }, at_once: 32, warm_up: 0, ..sync(quick) };
    let peak = || metric("peak memory, MiB", |_| f64::NAN, Goal::AtMost(80.0));
    let of = |name, goal| metric(name, |_| f64::NAN, goal);
    vec![
        Row {
            name: "batch-ledger",
            title: "what the ledger writes of a batch's row, 32 at once",
            kind: Kind::Ledger,
            work: work(32_000),
            programs: &[Ours],
            metrics: vec![of("wall a row, µs", Goal::AtMost(200.0))],
        },
        Row {
            name: "batch-100k",
            title: "batch of 100,000 rows, 32 at once, in our sandbox",
            kind: Kind::Batch,
            work: work(100_000),
            programs: &[Ours],
            metrics: vec![of("rows a second", Goal::None), peak()],
        },
        Row {
            name: "batch-million",
            title: "look at a batch of a million rows before anything is sent",
            kind: Kind::Survey,
            work: work(1_000_000),
            programs: &[Ours],
            metrics: vec![of("wall, s", Goal::None), peak()],
        },
    ]
}

/// One synchronous run after the other.
fn sync(quick: bool) -> Work {
    Work {
        task: "sync",
        count: if quick { 1_000 } else { 5_000 },
        at_once: 1,
        warm_up: 100,
        tls: false,
        behaviour: Behaviour::default(),
    }
}

/// One followed job after the other. They do not all take the same time, or polls would hit or miss by rule.
fn follow(quick: bool) -> Work {
    let behaviour = Behaviour { job_ms: (300, 400), ..Behaviour::default() };
    Work { task: "follow", count: if quick { 5 } else { 20 }, warm_up: 1, behaviour, ..sync(quick) }
}

fn metric(name: &'static str, of: fn(&Sample) -> f64, goal: Goal) -> Metric {
    Metric { name, of, goal }
}

/// What is measured from outside has one figure and no sample.
fn outside(name: &'static str, goal: Goal) -> Vec<Metric> {
    vec![metric(name, |_| f64::NAN, goal)]
}

#[cfg(test)]
mod tests {
    use super::rows;

    #[test]
    fn the_names_of_rows_are_their_own() {
        let mut names: Vec<_> = rows(false).iter().map(|row| row.name).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
