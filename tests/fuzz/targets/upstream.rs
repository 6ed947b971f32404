//! The documents of endpoints, as somebody else serves them: to the generator and to the sandbox.

use crate::document;
use ideogram_fuzz::{hold, json};
use xtask::describe::describe_document;
use xtask::emit::standalone::schema_crate;
use xtask::sources::document::{Document, parse, to_text};

#[test]
fn upstream() {
    let mut right = vec![
        document("openapi/upstream/turbo.json"),
        document("openapi/upstream/edit.json"),
        document("openapi/upstream/remix.json"),
    ];
    right.extend(
        ["tagged", "unions", "numbers", "sizes", "additional"]
            .map(|name| document(&format!("xtask/tests/corpus/{name}.json"))),
    );
    hold("upstream", &json(right), |value| {
        let text = to_text(&value);
        match parse(text.as_bytes()) {
            Ok(read) => assert_eq!(read, value, "it is not read as it was written"),
            Err(error) => assert!(error.to_string().contains("recursion limit"), "{error}"),
        }
        // What the sandbox cannot read it says; it does not stop.
        ideogram_sandbox::fuzz::reads(&text);
        let document = Document { name: "up.json".to_owned(), value };
        let described = describe_document(&document, None);
        for problem in &described.problems {
            assert!(problem.file().is_some() && !problem.message().trim().is_empty(), "{problem}");
        }
        if let Ok(description) = described.complete() {
            let made = schema_crate(&description, std::path::Path::new("/schema"));
            assert!(made.is_ok(), "it is described and cannot be generated: {}", made.unwrap_err());
        }
    });
}
