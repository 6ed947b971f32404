//! Names of files: those that a server gave, and those that are made of a person's words and of what a server said.

use ideogram_client::Format;
use ideogram_fuzz::{hold, odd, text};
use proptest::prelude::{Strategy, prop_oneof};
use proptest::sample::select;
use serde_json::{Map, Value};
use std::path::{Component, Path};

const FORMATS: &[Option<Format>] =
    &[None, Some(Format::Png), Some(Format::Jpeg), Some(Format::WebP), Some(Format::Avif), Some(Format::Tiff)];
const TEMPLATES: &[&str] = &[
    "{slug}-{seed}.{ext}",
    "{request_id}",
    "{style}_{aspect-ratio}.{ext}",
    "{slug}{slug}{slug}{slug}{slug}",
    "{request_id}{style}{seed}.png",
    "{negative_prompt}",
    "{command}-{index}-{{x}}.{ext}",
    "{seed}",
];

#[test]
fn file_names() {
    let value = prop_oneof![text().prop_map(Value::from), odd()];
    hold(
        "file_names",
        &(text(), select(FORMATS), select(TEMPLATES), text(), value),
        |(given, format, template, words, value)| {
            let name = ideogram_client::fuzz::file_name(&given, format);
            is_one_component(&name);
            assert!(name.len() <= 120, "{} bytes", name.len());
            let input = Map::from_iter(
                ["style", "aspect_ratio", "negative_prompt"].map(|field| (field.to_owned(), value.clone())),
            );
            if let Some(name) = ideogram_cli::fuzz::file_name(template, &words, &input, &given) {
                is_one_component(&name);
                assert!(name.len() <= 200, "{} bytes", name.len());
            }
        },
    );
}

/// One step down from its folder, on every system.
fn is_one_component(name: &str) {
    let components: Vec<Component> = Path::new(name).components().collect();
    assert!(matches!(components[..], [Component::Normal(only)] if only == name), "{name:?} is not one component");
    assert!(
        !name.contains(['/', '\\', ':', '*', '?', '"', '<', '>', '|']),
        "{name:?} has a character that Windows takes for its own"
    );
    assert!(!name.chars().any(char::is_control), "{name:?} has a control character");
    assert!(
        !name.starts_with(['.', ' ']) && !name.ends_with(['.', ' ']),
        "{name:?} begins or ends with a dot or a blank"
    );
    let stem = name.split('.').next().unwrap().trim_end().to_ascii_lowercase();
    let is_device =
        |device: &str| stem.strip_prefix(device).is_some_and(|rest| matches!(rest.as_bytes(), [b'1'..=b'9']));
    let device = matches!(stem.as_str(), "con" | "prn" | "aux" | "nul") || is_device("com") || is_device("lpt");
    assert!(!device, "{name:?} is a device on Windows");
}
