//! Text from outside on its way to a terminal.

use ideogram_cli::fuzz::{json as write, line};
use ideogram_fuzz::{hold, is_harmless, json, text};
use serde_json::{Value, json as value};

#[test]
fn shown() {
    let right = vec![value!({"path": "fox.png", "note": ["a", {"b": null}], "cost": 0.02, "n": 7})];
    hold("shown", &(text(), json(right)), |(text, body)| {
        let shown = line(&text);
        assert!(is_harmless(&shown), "{shown:?}");
        assert!(shown.chars().count() <= 1_001, "{} characters", shown.chars().count());
        assert_eq!(line(&shown), shown, "what is clean is not clean");
        let written = String::from_utf8(write(&body)).unwrap();
        let one_line = written.strip_suffix('\n').unwrap();
        assert!(is_harmless(one_line), "{one_line:?}");
        if let Ok(read) = serde_json::from_str::<Value>(&written) {
            assert!(read == body, "another value");
        }
    });
}
