//! What the workspace costs its maintainers.

use super::super::program::Program::Ours;
use super::super::row::{Goal, Kind, Metric, Row};
use super::super::work::Work;
use super::{outside, sync};

pub(super) fn rows(quick: bool) -> Vec<Row> {
    let row = |name, title, kind, count, metrics| Row {
        name,
        title,
        kind,
        work: Work { count, ..sync(quick) },
        programs: &[Ours],
        metrics,
    };
    let runs = if quick { 5 } else { 20 };
    let wall = |most| vec![outside("wall, ms", [Goal::AtMost(most)])];
    let mut rows = vec![
        row("codegen-debug", "`cargo xtask codegen --check`, debug build", Kind::Codegen(&[]), runs, wall(100.0)),
        row(
            "codegen-release",
            "`cargo xtask codegen --check`, release build",
            Kind::Codegen(&["--release"]),
            runs,
            wall(20.0),
        ),
    ];
    if quick {
        return rows;
    }
    let goal = |most: Option<f64>| most.map(Goal::AtMost);
    let figures = |cpu, wall, packages| {
        [("CPU, s", cpu), ("wall, s", wall), ("packages", packages)]
            .map(|(name, most)| Metric { goals: goal(most).into_iter().collect(), ..outside(name, []) })
            .into()
    };
    rows.extend([
        row(
            "build-schema",
            "cold build of the schema crate",
            Kind::Build("ideogram-schema", &[]),
            1,
            figures(Some(12.0), None, Some(15.0)),
        ),
        row(
            "build-client",
            "cold build of the client",
            Kind::Build("ideogram-client", &[]),
            1,
            figures(Some(80.0), None, Some(110.0)),
        ),
        row("build-xtask", "cold build of xtask", Kind::Build("xtask", &[]), 1, figures(Some(90.0), None, None)),
        row(
            "build-cli",
            "cold release build of the command line",
            Kind::Build("ideogram-cli", &["--release"]),
            1,
            figures(None, Some(180.0), None),
        ),
        row(
            "tests",
            "`cargo test --workspace` after the build",
            Kind::Tests,
            1,
            vec![outside("wall, minutes", [Goal::AtMost(6.0)]), outside("tests above 60 s", [Goal::AtMost(0.0)])],
        ),
    ]);
    rows
}
