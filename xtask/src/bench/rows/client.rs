//! The client beside clients written by hand and those of others.

use super::super::figures::Sample;
use super::super::program::Program::{Hyper, JavaScript, JavaScriptStream, Ours, Python, Reqwest};
use super::super::row::{Goal, Kind, Row};
use super::super::server::Behaviour;
use super::super::setup::FILE_BYTES;
use super::super::work::Work;
use super::{metric, outside, sync};

pub(super) fn rows(quick: bool) -> Vec<Row> {
    [calls(quick), follows(quick), many(quick), crowds(quick), files(quick)].into_iter().flatten().collect()
}

fn calls(quick: bool) -> Vec<Row> {
    let one_by_one = || vec![metric("CPU per request, µs", Sample::cpu_us, [Goal::AtMostTimes(1.1, Reqwest)])];
    let at_once = || {
        vec![
            metric("requests per second", Sample::a_second, [Goal::AtLeastTimes(0.9, Reqwest)]),
            metric("CPU per request, µs", Sample::cpu_us, []),
        ]
    };
    let many = Work { at_once: 64, warm_up: 640, ..sync(quick) };
    let instructions = Work { count: if quick { 200 } else { 500 }, ..sync(quick) };
    vec![
        Row {
            name: "sync",
            title: "synchronous run, one after the other",
            kind: Kind::Inside,
            work: sync(quick),
            programs: &[Ours, Reqwest, Hyper, Python, JavaScript],
            metrics: one_by_one(),
        },
        Row {
            name: "sync-tls",
            title: "synchronous run, one after the other, HTTP/2 over TLS",
            kind: Kind::Inside,
            work: Work { tls: true, ..sync(quick) },
            programs: &[Ours, Reqwest, Python, JavaScript],
            metrics: one_by_one(),
        },
        Row {
            name: "sync-64",
            title: "synchronous run, 64 at once",
            kind: Kind::Inside,
            work: many,
            programs: &[Ours, Reqwest, Hyper, Python, JavaScript],
            metrics: at_once(),
        },
        Row {
            name: "sync-64-tls",
            title: "synchronous run, 64 at once, HTTP/2 over TLS",
            kind: Kind::Inside,
            work: Work { tls: true, ..many },
            programs: &[Ours, Reqwest, Python, JavaScript],
            metrics: at_once(),
        },
        Row {
            name: "instructions",
            title: "instructions of a synchronous run, user space",
            kind: Kind::Instructions,
            work: instructions,
            programs: if quick { &[Ours, Reqwest, Hyper] } else { &[Ours, Reqwest, Hyper, Python] },
            metrics: vec![outside("instructions", [Goal::AtMostTimes(1.1, Reqwest)])],
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
                metric("late p50, ms", Sample::late_p50_ms, [Goal::AtMost(1.0)]),
                metric("late p95, ms", Sample::late_p95_ms, [Goal::AtMost(1.5)]),
                metric("requests per job", Sample::requests, [Goal::AtMost(3.0)]),
                metric("CPU per job, ms", Sample::cpu_ms, [Goal::AtMost(0.6), Goal::AtMostTimes(1.1, Reqwest)]),
            ],
        },
        Row {
            name: "far",
            title: "the same with every request answered 30 ms later",
            kind: Kind::Inside,
            work: far,
            programs: &[Ours, Reqwest, Python, JavaScript, JavaScriptStream],
            metrics: vec![
                metric("late p50, ms", Sample::late_p50_ms, [Goal::AtMostAbove(1.5, Reqwest)]),
                metric("late p95, ms", Sample::late_p95_ms, [Goal::AtMostAbove(1.5, Reqwest)]),
            ],
        },
    ]
}

fn many(quick: bool) -> Vec<Row> {
    let http1 = at_once(quick, 1_000, (1_000, 3_000));
    vec![
        Row {
            name: "many-http1",
            title: "1,000 jobs of 1 to 3 s followed at once, HTTP/1.1",
            kind: Kind::Inside,
            work: http1,
            programs: if quick { &[Ours, Reqwest] } else { &[Ours, Reqwest, Python, JavaScript] },
            metrics: vec![
                metric("wall over ideal", Sample::over_ideal, [Goal::AtMost(1.05)]),
                metric("late p50, ms", Sample::late_p50_ms, []),
                metric("late p95, ms", Sample::late_p95_ms, [Goal::AtMost(100.0)]),
                metric("peak memory, MiB", Sample::peak_mib, [Goal::AtMost(40.0)]),
                metric("connections", Sample::connections, [Goal::AtMost(128.0)]),
                metric("requests per job", Sample::requests, [Goal::AtMost(12.0)]),
            ],
        },
        Row {
            name: "many-http2",
            title: "1,000 jobs of 1 to 3 s followed at once, HTTP/2 over TLS",
            kind: Kind::Inside,
            work: Work { tls: true, ..http1 },
            programs: &[Ours, Reqwest],
            metrics: vec![
                metric("wall over ideal", Sample::over_ideal, [Goal::AtMost(1.05)]),
                metric("late p50, ms", Sample::late_p50_ms, []),
                metric("late p95, ms", Sample::late_p95_ms, [Goal::AtMost(3.0)]),
                metric("peak memory, MiB", Sample::peak_mib, [Goal::AtMost(40.0)]),
                metric("connections", Sample::connections, [Goal::AtMost(16.0)]),
                metric("requests per job", Sample::requests, []),
            ],
        },
    ]
}

/// More jobs than other clients can follow at once, since clients written by hand need a connection for each. The
/// service needs seconds to accept so many, so a job takes longer than that.
fn crowds(quick: bool) -> Vec<Row> {
    let row = |name, title, count, (shortest, longest)| Row {
        name,
        title,
        kind: Kind::Inside,
        work: if quick {
            at_once(quick, count / 20, (shortest / 10, longest / 10))
        } else {
            at_once(quick, count, (shortest, longest))
        },
        programs: &[Ours],
        metrics: vec![
            metric("wall over ideal", Sample::over_ideal, [Goal::AtMost(1.2)]),
            metric("memory per job, KiB", Sample::memory_kib_each, [Goal::AtMost(8.0)]),
            metric("connections", Sample::connections, [Goal::AtMost(128.0)]),
            metric("late p95, ms", Sample::late_p95_ms, []),
            metric("requests per job", Sample::requests, []),
        ],
    };
    vec![
        row("crowd-10k", "10,000 jobs of 10 to 30 s followed at once, HTTP/1.1", 10_000, (10_000, 30_000)),
        row("crowd-100k", "100,000 jobs of 1 to 2 minutes followed at once, HTTP/1.1", 100_000, (60_000, 120_000)),
    ]
}

fn files(quick: bool) -> Vec<Row> {
    let behaviour = Behaviour { picture_bytes: FILE_BYTES, ..Behaviour::default() };
    let work = |task| Work { task, count: if quick { 2 } else { 5 }, warm_up: 1, behaviour, ..sync(quick) };
    let metrics = |times| {
        vec![
            metric("wall, ms", Sample::wall_ms_each, [Goal::AtMostTimes(times, Reqwest)]),
            metric("peak memory, MiB", Sample::peak_mib, [Goal::AtMost(16.0)]),
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

/// One followed job after the other. They take different times, because otherwise polls would always come just after,
/// or just before, the end of a job.
fn follow(quick: bool) -> Work {
    let behaviour = Behaviour { job_ms: (300, 400), ..Behaviour::default() };
    Work { task: "follow", count: if quick { 5 } else { 20 }, warm_up: 1, behaviour, ..sync(quick) }
}

/// So many jobs, all followed at once.
fn at_once(quick: bool, count: usize, job_ms: (u32, u32)) -> Work {
    let behaviour = Behaviour { job_ms, ..Behaviour::default() };
    Work { count, at_once: count, warm_up: 0, behaviour, ..follow(quick) }
}
