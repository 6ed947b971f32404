//! Golden files of what people read: they change when the description changes, and then a reviewer sees how.

use crate::support::Place;
use ideogram_schema::ENDPOINTS;

fn page(arguments: &[&str]) -> String {
    let run = Place::new().run(arguments.iter().copied());
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{arguments:?}");
    run.text().to_owned()
}

/// Taken from the tree, so that no command is forgotten.
#[cfg(feature = "sandbox")]
#[test]
fn help_of_every_command() {
    fn walk(command: &clap::Command, path: &[&str]) {
        let words = [path, &["--help"]].concat();
        let name = ["help"].iter().chain(path).copied().collect::<Vec<_>>().join("-");
        insta::assert_snapshot!(name, page(&words));
        for below in command.get_subcommands() {
            walk(below, &[path, &[below.get_name()]].concat());
        }
    }
    walk(&ideogram_cli::command(), &[]);
}

#[test]
fn help_names_every_default_and_every_allowed_value() {
    for info in ENDPOINTS {
        let help = page(&[info.verb, "--help"]);
        let words = help.split_whitespace().collect::<Vec<_>>().join(" ");
        for field in info.inputs {
            if let ideogram_schema::FieldKind::Enum(values) = field.kind {
                assert!(words.contains(&values.join(", ")), "{}: {values:?} in {help}", field.name);
            }
            if let Some(default) = field.default {
                let shown = serde_json::from_str::<String>(default).ok().filter(|text| !text.is_empty());
                let shown = shown.unwrap_or_else(|| default.to_owned());
                assert!(words.contains(&format!("[default: {shown}]")), "{}: {shown} in {help}", field.name);
            }
        }
    }
}

#[test]
fn man_pages_and_the_schema() {
    #[cfg(feature = "sandbox")]
    insta::assert_snapshot!("man-generate", page(&["man", "generate"]));
    insta::assert_snapshot!("schema", page(&["schema"]));
    assert!(page(&["man"]).contains("ideogram\\-generate"));
}

#[test]
fn completions_know_the_flags_of_every_endpoint() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = page(&["completions", shell]);
        for word in ["aspect-ratio", "mask"] {
            assert!(script.contains(word), "{shell} does not know {word}");
        }
    }
}

#[test]
fn the_version_is_one_line() {
    assert_eq!(page(&["--version"]), format!("ideogram {}\n", env!("CARGO_PKG_VERSION")));
}
