//! The command line: its start, what it adds to a job, and its batches.

use super::super::program::Program::{Curl, JavaScript, Ours, OursInMemory, Python, Reqwest, True};
use super::super::row::{Goal, Kind, Row};
use super::super::server::Behaviour;
use super::super::work::Work;
use super::{outside, sync};

pub(super) fn rows(quick: bool) -> Vec<Row> {
    [processes(quick), batches(quick)].into_iter().flatten().collect()
}

fn processes(quick: bool) -> Vec<Row> {
    let picture = |picture_bytes| Behaviour { picture_bytes, ..Behaviour::default() };
    let runs = Work { count: if quick { 5 } else { 20 }, warm_up: 0, behaviour: picture(1 << 10), ..sync(quick) };
    let followed = Behaviour { job_ms: (300, 400), ..picture(1_000_000) };
    vec![
        Row {
            name: "start",
            title: "process start to the end of one synchronous run",
            kind: Kind::Start,
            work: runs,
            programs: &[Ours, OursInMemory, Reqwest, Curl, Python, JavaScript],
            metrics: vec![outside("wall, ms", [Goal::AtMost(8.0), Goal::AtMostTimes(1.25, OursInMemory)])],
        },
        Row {
            name: "version",
            title: "process start to the end of `--version` or of an empty script",
            kind: Kind::Version,
            work: runs,
            programs: &[Ours, True, Curl, Python, JavaScript],
            metrics: vec![outside("wall, ms", [Goal::AtMost(3.0)])],
        },
        Row {
            name: "cli-tls",
            title: "a whole run over TLS: a job submitted, followed, and its picture of 1 MB saved",
            kind: Kind::BeyondJob,
            work: Work { task: "make", tls: true, behaviour: followed, ..runs },
            programs: &[Ours, Reqwest, Curl, Python, JavaScript],
            metrics: vec![outside("wall beyond the job's own time, ms", [Goal::AtMost(20.0)])],
        },
        Row {
            name: "cli-picture",
            title: "a picture of 120 MB saved by the command line",
            kind: Kind::Picture,
            work: Work { count: 1, behaviour: picture(120_000_000), ..runs },
            programs: &[Ours],
            metrics: vec![outside("peak memory, MiB", [Goal::AtMost(16.0)])],
        },
    ]
}

fn batches(quick: bool) -> Vec<Row> {
    let work = |count| Work { count: if quick { count / 50 } else { count }, at_once: 32, warm_up: 0, ..sync(quick) };
    let peak = || outside("peak memory, MiB", [Goal::AtMost(80.0)]);
    vec![
        Row {
            name: "batch-ledger",
            title: "what the ledger writes of a batch's row, 32 at once",
            kind: Kind::Ledger,
            work: work(32_000),
            programs: &[Ours],
            metrics: vec![outside("wall per row, µs", [Goal::AtMost(200.0)])],
        },
        Row {
            name: "batch-100k",
            title: "batch of 100,000 rows, 32 at once, in our sandbox",
            kind: Kind::Batch,
            work: work(100_000),
            programs: &[Ours],
            metrics: vec![outside("rows per second", []), peak()],
        },
        Row {
            name: "batch-million",
            title: "look at a batch of a million rows before anything is sent",
            kind: Kind::Survey,
            work: work(1_000_000),
            programs: &[Ours],
            metrics: vec![outside("wall, s", []), peak()],
        },
    ]
}
