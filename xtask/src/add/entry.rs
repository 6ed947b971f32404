//! The entry in `endpoints.toml`.

use crate::sources::endpoints::EndpointEntry;
use std::fmt::Write as _;

/// The list with one more entry, and comments below it. The existing text is not changed.
pub(super) fn appended(list: &str, entry: &EndpointEntry, comment: &str) -> String {
    let EndpointEntry { id, file, name, verb, positional, summary, names } = entry;
    let text = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let mut list = list.trim_end().to_owned();
    list.push_str("\n\n[[endpoint]]\n");
    for (key, value) in [("id", id), ("file", file), ("name", name), ("verb", verb)] {
        let _ = writeln!(list, "{key} = {}", text(value));
    }
    let positional: Vec<String> = positional.iter().map(|name| text(name)).collect();
    let _ = writeln!(list, "positional = [{}]\nsummary = {}", positional.join(", "), text(summary));
    if !names.is_empty() {
        let names: Vec<String> = names.iter().map(|(from, to)| format!("{} = {}", text(from), text(to))).collect();
        let _ = writeln!(list, "names = {{ {} }}", names.join(", "));
    }
    list.push_str(comment);
    list
}

#[cfg(test)]
mod tests {
    use super::appended;
    use crate::sources::endpoints::{self, EndpointEntry};
    use crate::sources::files::Files;

    #[test]
    fn what_is_written_is_read_back() {
        let entry = EndpointEntry {
            id: "fal-ai/some/model".to_owned(),
            file: "some-model.json".to_owned(),
            name: "SomeModel".to_owned(),
            verb: "some-model".to_owned(),
            positional: vec!["image_url".to_owned(), "prompt".to_owned()],
            summary: "Says \"hello\" \\ and more.".to_owned(),
            names: [("Fi le".to_owned(), "SomeModelFile".to_owned())].into(),
        };
        let text = appended("# Mine.\n", &entry, "# A hint.\n");
        assert!(text.starts_with("# Mine.\n\n[[endpoint]]\n") && text.ends_with("# A hint.\n"), "{text}");
        let mut files = Files::default();
        files.insert(endpoints::PATH, text);
        assert_eq!(endpoints::read(&files).unwrap(), [entry]);
    }
}
