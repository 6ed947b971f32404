//! Documents in JSON: read with a bound, written with sorted keys.

use crate::error::{Error, Result};
use crate::pointer::Pointer;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use std::cell::RefCell;
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The largest document that is read, in bytes. Those of fal's catalogue have up to about 200 KB.
pub const MAX_BYTES: u64 = 8 * 1024 * 1024;

/// One OpenAPI document and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// Its name before the `#` of pointers into it, for example `openapi/run.json`.
    pub name: String,
    /// What it says.
    pub value: Value,
}

impl Document {
    /// What tells which of a description's documents it is: `run.json`.
    pub fn file_name(&self) -> &str {
        self.name.rsplit(['/', ':']).next().unwrap_or(&self.name)
    }

    /// The file's name without `.json`, which is its generated modules' name too: `run`.
    pub fn stem(&self) -> &str {
        self.file_name().strip_suffix(".json").unwrap_or(self.file_name())
    }
}

/// The bytes of `path` below `root`.
///
/// # Errors
/// The file cannot be read, or is larger than [`MAX_BYTES`].
pub fn read(root: &Path, path: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(root.join(path))
        .and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| Error::new(format!("cannot be read: {error}")).in_file(path))?;
    check_size(bytes.len() as u64).map_err(|error| error.in_file(path))?;
    Ok(bytes)
}

/// Whether a document of that many bytes is read at all.
///
/// # Errors
/// It is larger than [`MAX_BYTES`].
pub fn check_size(bytes: u64) -> Result<()> {
    if bytes <= MAX_BYTES {
        return Ok(());
    }
    Err(Error::new(format!("is larger than {} MiB: no description of an endpoint is", MAX_BYTES / 1024 / 1024)))
}

/// The JSON document `path` below `root`.
///
/// # Errors
/// The file cannot be read or is no JSON document, as [`parse`] says.
pub fn load(root: &Path, path: &str) -> Result<Value> {
    parse(&read(root, path)?).map_err(|error| error.in_file(path))
}

/// A JSON document.
///
/// # Errors
/// It is empty, a web page, of another encoding than UTF-8, cut off, malformed, nested deeper than 128 levels, or has a
/// key twice in one object (of which a parser would silently drop one). The message has line and column, or the pointer
/// of the key.
pub fn parse(bytes: &[u8]) -> Result<Value> {
    // A byte order mark says nothing in UTF-8.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let other = match bytes {
        [0x1f, 0x8b, ..] => Some("is compressed with gzip: unpack it first"),
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some("is UTF-32 text: save it as UTF-8"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("is UTF-16 text: save it as UTF-8"),
        [0, ..] | [_, 0, ..] => Some("is UTF-16 or UTF-32 text: save it as UTF-8"),
        _ => None,
    };
    if let Some(other) = other {
        return Err(Error::new(other));
    }
    match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
        None => return Err(Error::new("is empty where a JSON document should be")),
        Some(b'<') => return Err(Error::new("is a web page (it starts with `<`) where a JSON document should be")),
        Some(_) => {}
    }
    let place = RefCell::new(None);
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    Node { at: Pointer::root(), place: &place }
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value))
        .map_err(|error| match place.take() {
            Some(at) => Error::new("the key stands here twice: one of the two would be lost").at(at),
            None if error.is_eof() => Error::new(format!("is cut off: {error}")),
            None => Error::new(format!("is not JSON: {error}")),
        })
}

/// The document as text: keys sorted, two spaces, a newline at the end. Equal documents give equal bytes.
pub fn to_text(value: &Value) -> String {
    // A value of JSON cannot fail to be written.
    let mut text = serde_json::to_string_pretty(&Sorted(value)).unwrap_or_default();
    text.push('\n');
    text
}

/// The document as text without white space, keys sorted.
pub fn canonical(value: &Value) -> String {
    serde_json::to_string(&Sorted(value)).unwrap_or_default()
}

/// A value that is written with its keys sorted, whatever map `serde_json` was built with.
struct Sorted<'v>(&'v Value);

impl Serialize for Sorted<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(map) => {
                let mut entries: Vec<_> = map.iter().map(|(key, value)| (key, Sorted(value))).collect();
                entries.sort_by_key(|(key, _)| *key);
                serializer.collect_map(entries)
            }
            Value::Array(items) => serializer.collect_seq(items.iter().map(Sorted)),
            scalar => scalar.serialize(serializer),
        }
    }
}

/// Reads one value; `place` gets the pointer of a key that stands twice in its object.
struct Node<'p> {
    at: Pointer,
    place: &'p RefCell<Option<Pointer>>,
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> std::result::Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> std::result::Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> std::result::Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(Node { at: self.at.index(items.len()), place: self.place })? {
            items.push(item);
        }
        Ok(items.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> std::result::Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            let at = self.at.join(&key);
            if map.contains_key(&key) {
                self.place.replace(Some(at));
                return Err(A::Error::custom("duplicate key"));
            }
            let value = access.next_value_seed(Node { at, place: self.place })?;
            map.insert(key, value);
        }
        Ok(map.into())
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_BYTES, load, parse, to_text};
    use serde_json::json;

    fn refusal(text: &str) -> String {
        parse(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn what_is_no_json_document_says_what_it_is_instead() {
        assert_eq!(refusal(" \n "), "is empty where a JSON document should be");
        assert_eq!(
            refusal("\n<!DOCTYPE html><html>"),
            "is a web page (it starts with `<`) where a JSON document should be"
        );
        assert!(refusal(r#"{"openapi": "3.0"#).starts_with("is cut off: "), "{}", refusal(r#"{"openapi": "3.0"#));
        assert!(refusal("{]").starts_with("is not JSON: "), "{}", refusal("{]"));
        assert!(refusal("{} {}").starts_with("is not JSON: trailing characters"), "{}", refusal("{} {}"));
    }

    #[test]
    fn a_byte_order_mark_is_no_fault_and_other_encodings_are_named() {
        assert_eq!(parse(b"\xef\xbb\xbf{\"a\": 1}").unwrap(), json!({"a": 1}));
        let utf_32 =
            |order: fn(u32) -> [u8; 4], text: &str| text.chars().map(u32::from).flat_map(order).collect::<Vec<u8>>();
        let utf_16 = |order: fn(u16) -> [u8; 2], text: &str| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
        for (bytes, expected) in [
            (utf_16(u16::to_le_bytes, "\u{feff}{}"), "is UTF-16 text: save it as UTF-8"),
            (utf_16(u16::to_be_bytes, "\u{feff}{}"), "is UTF-16 text: save it as UTF-8"),
            (utf_32(u32::to_le_bytes, "\u{feff}{}"), "is UTF-32 text: save it as UTF-8"),
            (utf_32(u32::to_be_bytes, "\u{feff}{}"), "is UTF-32 text: save it as UTF-8"),
            (utf_16(u16::to_le_bytes, "{}"), "is UTF-16 or UTF-32 text: save it as UTF-8"),
            (vec![0x1f, 0x8b, 8, 0], "is compressed with gzip: unpack it first"),
        ] {
            assert_eq!(parse(&bytes).unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn a_key_that_stands_twice_is_named() {
        assert_eq!(
            refusal(r#"{"a": [{"b/c": 1, "b/c": 1}]}"#),
            "#/a/0/b~1c: the key stands here twice: one of the two would be lost"
        );
    }

    #[test]
    fn deep_nesting_is_an_error_and_no_overflow() {
        assert!(refusal(&"[".repeat(1_000_000)).contains("recursion limit"));
    }

    #[test]
    fn a_file_is_read_up_to_its_bound_only() {
        let directory = tempfile::tempdir().unwrap();
        let file = std::fs::File::create(directory.path().join("spaces.json")).unwrap();
        file.set_len(1 << 30).unwrap();
        let error = load(directory.path(), "spaces.json").unwrap_err().to_string();
        assert_eq!(error, "spaces.json: is larger than 8 MiB: no description of an endpoint is");
        assert_eq!(MAX_BYTES, 8 << 20);
    }

    #[test]
    fn equal_documents_give_equal_bytes_whatever_their_key_order() {
        let one = parse(br#"{"b": [{"d": 1, "c": 0.8}], "a": null}"#).unwrap();
        let other = parse(br#"{"a": null, "b": [{"c": 0.8, "d": 1}]}"#).unwrap();
        assert_eq!(to_text(&one), to_text(&other));
        assert_eq!(to_text(&json!({"b": 1, "a": {}})), "{\n  \"a\": {},\n  \"b\": 1\n}\n");
    }
}
