//! Which fields of a document hold files, where no overlay says so: by the names and shapes that fal's own documents use.

use serde_json::{Map, Value};

/// Marks the files of a document's components in normal form. A text named `image_url`, or a list of texts named
/// `image_urls`, is a file of an input; an object with a text `url` and one of `content_type`, `file_name` and `file_size`
/// is a file of an output. What is marked already stays as it is.
pub(super) fn mark(schemas: &mut Map<String, Value>) {
    for schema in schemas.values_mut().filter_map(Value::as_object_mut) {
        let is_file = is_file(schema);
        if is_file {
            schema.entry("x-fal-file-output").or_insert_with(|| "other".into());
        }
        let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
        for (name, property) in properties.into_iter().flatten().filter(|_| !is_file) {
            let (is_one, is_list) = (name.ends_with("_url"), name.ends_with("_urls"));
            let is_text = |schema: &Value| schema.get("type").and_then(Value::as_str) == Some("string");
            if (is_one && is_text(property)) || (is_list && property.get("items").is_some_and(is_text)) {
                let role = if name.starts_with("image_url") { "image" } else { "other" };
                if let Some(property) = property.as_object_mut() {
                    property.entry("x-fal-file-input").or_insert_with(|| role.into());
                }
            }
        }
    }
}

fn is_file(schema: &Map<String, Value>) -> bool {
    let properties = schema.get("properties").and_then(Value::as_object);
    let is = |name: &str, kind: &str| {
        let property = properties.and_then(|properties| properties.get(name));
        property.and_then(|property| property.get("type")).and_then(Value::as_str) == Some(kind)
    };
    is("url", "string") && (is("content_type", "string") || is("file_name", "string") || is("file_size", "integer"))
}

#[cfg(test)]
mod tests {
    use super::mark;
    use serde_json::{Value, json};

    #[test]
    fn files_are_known_by_their_names_and_shapes() {
        let text = json!({ "type": "string" });
        let list = json!({ "type": "array", "items": text });
        let mut schemas = json!({
            "Input": { "properties": { "image_url": text, "image_urls": list, "lora_url": text, "url": text, "urls": text } },
            "File": { "properties": { "url": text, "content_type": text, "preview_url": text } },
            "Link": { "properties": { "url": text } },
        });
        mark(schemas.as_object_mut().unwrap());
        let input = |name: &str| schemas["Input"]["properties"][name]["x-fal-file-input"].clone();
        assert_eq!([input("image_url"), input("image_urls"), input("lora_url")], ["image", "image", "other"]);
        assert_eq!([input("url"), input("urls")], [Value::Null, Value::Null]);
        assert_eq!(schemas["File"]["x-fal-file-output"], "other");
        assert_eq!(schemas["File"]["properties"]["preview_url"].get("x-fal-file-input"), None);
        assert_eq!(schemas["Link"].get("x-fal-file-output"), None);
    }
}
