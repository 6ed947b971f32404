//! Overlays: read, and applied to a document.

use crate::document;
use ideogram_fuzz::{hold, json};
use serde_json::Value;
use xtask::describe::describe_document;
use xtask::sources::document::Document;
use xtask::sources::overlay::Overlay;

#[test]
fn overlay() {
    let base = Document { name: "base.json".to_owned(), value: document("openapi/upstream/turbo.json") };
    let mut right = Vec::new();
    for entry in std::fs::read_dir(crate::root().join("openapi/overlay")).unwrap() {
        let mut overlay = document(&format!("openapi/overlay/{}", entry.unwrap().file_name().to_str().unwrap()));
        // Some actions are enough, so that changes meet each of them.
        let actions = overlay["actions"].as_array_mut().unwrap();
        for few in actions.chunks(4).map(<[Value]>::to_vec).collect::<Vec<_>>() {
            overlay["actions"] = few.into();
            right.push(overlay.clone());
        }
    }
    hold("overlay", &json(right), |value| {
        let overlay = match Overlay::parse("o.json".to_owned(), value) {
            Ok(overlay) => overlay,
            Err(error) => return assert!(error.to_string().starts_with("o.json"), "{error}"),
        };
        let once = describe_document(&base, Some(&overlay));
        let twice = describe_document(&base, Some(&overlay));
        let told = |problems: &[xtask::error::Error]| problems.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(told(&once.problems), told(&twice.problems), "the same overlay does something else");
        for problem in &once.problems {
            assert!(problem.file().is_some() && !problem.message().trim().is_empty(), "{problem}");
        }
    });
}
