//! How reports look, and what follows from them.

use super::Edit::{Remove, Set};
use super::{base, report};
use serde_json::{Value, json};
use xtask::diff::{Bump, compare};

#[test]
fn a_table_has_one_row_a_change_and_the_worst_first() {
    let report = report(&[
        Set("PaintInput/properties/tidy/default", json!(false)),
        Set("Palette/enum/-", json!("red")),
        Set("Palette/x-enum-varnames/-", json!("Red")),
        Remove("PaintOutput/required/1"),
        Set("Weight/minimum", json!(0.1)),
        Set("PaintInput/description", json!("Another text.")),
    ]);
    let expected = std::fs::read_to_string(super::fixtures().join("table.txt")).unwrap();
    assert_eq!(report.to_table(), expected);
    assert_eq!(
        report.changelog_rows()[..2],
        [
            "`PaintOutput.seed` may now be left out (wire: breaking, Rust: major, response)",
            "`Weight` must be at least 0.1, had to be at least 0.01 (wire: breaking, Rust: major, request)",
        ]
    );
}

#[test]
fn json_has_the_documented_keys_and_no_others() {
    let json: Value = serde_json::from_str(&report(&[Remove("PaintOutput/required/1")]).to_json()).unwrap();
    assert_eq!(
        json,
        json!({
            "changes": [{
                "pointer": "run.json#/components/schemas/PaintOutput/properties/seed",
                "kind": "field-optional",
                "position": "response",
                "wire": "breaking",
                "rust": "major",
                "text": "`PaintOutput.seed` may now be left out",
            }],
            "bump": "major",
        })
    );
}

#[test]
fn the_bump_is_the_worst_verdict_and_the_exit_code_tells_what_breaks() {
    for (edit, bump, exit_code) in [
        (Set("PaintInput/description", json!("b")), Bump::Patch, 0),
        (Set("PaintInput/properties/tidy/default", json!(false)), Bump::Patch, 0),
        (Set("QueueStatus/properties/status/enum/-", json!("b")), Bump::Minor, 0),
        (Set("/servers/0/url", json!("https://b.example")), Bump::Patch, 1),
        (Set("Palette/x-shared-name", json!("b")), Bump::Major, 1),
    ] {
        let report = report(std::slice::from_ref(&edit));
        assert_eq!((report.bump, report.exit_code()), (bump, exit_code), "{edit:?}");
    }
    let nothing = compare(&base(), &base());
    assert_eq!((nothing.bump, nothing.exit_code()), (Bump::None, 0));
    assert_eq!(nothing.to_table(), "No change: both say the same.\n");
}

#[test]
fn what_a_description_says_cannot_steer_a_terminal_or_leave_its_code_span() {
    let hostile = "\u{1b}[2J\u{9b}0m\u{202e}`<b>";
    let report = report(&[
        Set("PaintInput/description", json!(hostile)),
        Set("PaintInput/properties/\u{1b}[2J", json!({"type": "string"})),
    ]);
    for text in [report.to_table(), report.changelog_rows().join("\n")] {
        assert!(!text.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{text:?}");
        assert!(text.lines().all(|line| line.matches('`').count() % 2 == 0), "{text}");
    }
}
