//! The prompt of a request, for file names and lists.

use ideogram_schema::{EndpointInfo, FieldKind};
use serde_json::{Map, Value};

/// The user's own words in an input: the first text that the command takes by position.
pub(crate) fn prompt_of<'a>(info: &EndpointInfo, input: &'a Map<String, Value>) -> Option<&'a str> {
    let texts = info.positional.iter().filter_map(|name| info.input(name));
    let mut texts = texts.filter(|field| matches!(field.kind, FieldKind::String { .. }));
    input.get(texts.next()?.name)?.as_str()
}

#[cfg(test)]
mod tests {
    use super::prompt_of;
    use ideogram_schema::ENDPOINTS;
    use serde_json::json;

    #[test]
    fn the_words_are_the_prompt() {
        let input = json!({"prompt": "A fox", "image_url": "https://a/1.png"});
        for info in ENDPOINTS {
            assert_eq!(prompt_of(info, input.as_object().unwrap()), Some("A fox"));
        }
    }
}
