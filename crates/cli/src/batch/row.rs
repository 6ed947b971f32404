//! A row: its endpoint, fields, name and destination, and the key that identifies it.

use crate::args::flag::flags;
use crate::args::input::value_of;
use crate::args::local_file::is_remote;
use crate::batch::read::{Cell, Fault};
use crate::summary::{hex, sha256_of};
use ideogram_schema::{ENDPOINTS, EndpointInfo, FieldKind};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::path::Path;

/// The most requests that one row makes.
const MAX_COPIES: u64 = 1_000;

/// The columns that are not a field of the endpoint.
const ENDPOINT: &str = "endpoint";
const OUTPUT: &str = "output";
const COPIES: &str = "n";
const ID: &str = "id";

/// A row that is understood.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) info: &'static EndpointInfo,
    /// The fields, of local files their paths as they are written.
    pub(super) fields: Map<String, Value>,
    pub(super) output: Option<String>,
    pub(super) copies: u64,
    pub(super) id: Option<String>,
}

/// Understands a row, after `--set`.
pub(super) fn understand(cells: Vec<(String, Cell)>, sets: &[(String, String)]) -> Result<Asked, Fault> {
    let mut cells = cells;
    for (name, value) in sets {
        cells.retain(|(other, _)| !same_name(name, other));
        cells.push((name.clone(), Cell::Text(value.clone())));
    }
    once(&cells)?;
    let endpoint = take(&mut cells, ENDPOINT)?;
    let info = match endpoint.as_deref() {
        None => ENDPOINTS.first().copied(),
        Some(name) => ENDPOINTS.iter().copied().find(|info| info.verb == name || info.id == name),
    };
    let info = info.ok_or_else(|| {
        let known: Vec<&str> = ENDPOINTS.iter().map(|info| info.verb).collect();
        let named = endpoint.unwrap_or_default();
        Fault::at(ENDPOINT, format!("`{named}` is no endpoint; there are `{}`", known.join("`, `")))
    })?;
    let output = take(&mut cells, OUTPUT)?;
    let copies = match take(&mut cells, COPIES)? {
        None => 1,
        Some(text) => text
            .trim()
            .parse()
            .ok()
            .filter(|count| (1..=MAX_COPIES).contains(count))
            .ok_or_else(|| Fault::at(COPIES, format!("`{text}` is no number from 1 to {MAX_COPIES}")))?,
    };
    let id = take(&mut cells, ID)?;
    let known = flags(info);
    let mut fields = Map::new();
    for (name, cell) in cells {
        let flag = known.iter().find(|flag| same_name(flag.field.name, &name));
        let value = match (cell, flag) {
            (Cell::Text(text), Some(flag)) => {
                value_of(flag, &text).map_err(|failure| Fault::at(&name, failure.message()))?
            }
            // A listed value is checked here. The service may know more values, but a typing error would be paid for.
            (Cell::Json(Value::String(text)), Some(flag)) if matches!(flag.field.kind, FieldKind::Enum(_)) => {
                value_of(flag, &text).map_err(|failure| Fault::at(&name, failure.message()))?
            }
            (Cell::Text(text), None) => Value::String(text),
            (Cell::Json(value), _) => value,
        };
        fields.insert(flag.map_or(name, |flag| flag.field.name.to_owned()), value);
    }
    check(info, &fields)?;
    Ok(Asked { info, fields, output, copies, id })
}

/// Checks the fields against the description; a local file passes as the URL that it gets.
fn check(info: &'static EndpointInfo, fields: &Map<String, Value>) -> Result<(), Fault> {
    let mut checked = fields.clone();
    for (_, text) in files(info, &mut checked) {
        if !is_remote(text) && !text.is_empty() {
            "https://local".clone_into(text);
        }
    }
    info.check(&checked).map_err(|error| Fault::new(error.to_string()))
}

/// The texts of an input that name files, with their fields.
fn files<'a>(
    info: &'static EndpointInfo,
    fields: &'a mut Map<String, Value>,
) -> impl Iterator<Item = (&'static str, &'a mut String)> {
    fields.iter_mut().flat_map(move |(name, value)| {
        let field = info.input(name).filter(|field| {
            matches!(field.kind, FieldKind::File(_))
                || matches!(field.kind, FieldKind::Array { items: FieldKind::File(_), .. })
        });
        let values = match (field, value) {
            (None, _) => &mut [],
            (Some(_), Value::Array(values)) => values.as_mut_slice(),
            (Some(_), value) => std::slice::from_mut(value),
        };
        let name = field.map_or("", |field| field.name);
        values.iter_mut().filter_map(move |value| match value {
            Value::String(text) => Some((name, text)),
            _ => None,
        })
    })
}

/// `aspect-ratio` is `aspect_ratio`.
fn same_name(one: &str, other: &str) -> bool {
    one.len() == other.len()
        && one.bytes().zip(other.bytes()).all(|(a, b)| a == b || (matches!(a, b'-' | b'_') && matches!(b, b'-' | b'_')))
}

/// Refuses a row that has one name twice: which of the two is meant is not known, and it would be paid for.
fn once(cells: &[(String, Cell)]) -> Result<(), Fault> {
    let mut seen = BTreeMap::new();
    for (name, _) in cells {
        match seen.insert(name.replace('-', "_"), name) {
            Some(other) if other == name => return Err(Fault::at(name, "it is there twice; keep one of them")),
            Some(other) => return Err(Fault::at(name, format!("it is there as `{other}` too; keep one of them"))),
            None => {}
        }
    }
    Ok(())
}

/// Takes a column of our own out of the row, as text.
fn take(cells: &mut Vec<(String, Cell)>, name: &str) -> Result<Option<String>, Fault> {
    let Some(at) = cells.iter().position(|(other, _)| other == name) else { return Ok(None) };
    match cells.swap_remove(at).1 {
        Cell::Text(text) | Cell::Json(Value::String(text)) if text.trim().is_empty() => Ok(None),
        Cell::Text(text) | Cell::Json(Value::String(text)) => Ok(Some(text.trim().to_owned())),
        Cell::Json(Value::Number(number)) => Ok(Some(number.to_string())),
        Cell::Json(other) => Err(Fault::at(name, format!("`{other}` is no text"))),
    }
}

impl Asked {
    /// The SHA-256 of the request: endpoint and fields, a local file by its content. Two rows with the same are the same
    /// request.
    pub(super) fn fingerprint(&self, fields: &Map<String, Value>, folder: &Path) -> Result<String, Fault> {
        let mut named = fields.clone();
        let mut contents = Vec::new();
        for (name, text) in files(self.info, &mut named) {
            if !is_remote(text) {
                let sha256 = sha256_of(&folder.join(&*text)).map_err(|error| {
                    Fault::at(name, format!("cannot read `{text}`: {error}; name a file, or a URL"))
                })?;
                contents.push(sha256);
                *text = format!("file {}", contents.len());
            }
        }
        let canonical = json!([self.info.id, named, contents]).to_string();
        Ok(hex(&Sha256::digest(canonical)))
    }

    /// The fields of one of the row's requests: from the second on the seed counts up.
    pub(super) fn copy(&self, number: u64) -> Map<String, Value> {
        let mut fields = self.fields.clone();
        let seed = fields.get(crate::args::flag::SEED).and_then(Value::as_i64);
        if let Some(seed) = seed {
            let seed = seed.saturating_add(i64::try_from(number).unwrap_or_default());
            fields.insert(crate::args::flag::SEED.to_owned(), seed.into());
        }
        fields
    }
}

#[cfg(test)]
mod tests {
    use super::{Asked, same_name, understand};
    use crate::batch::read::{Cell, Fault};
    use serde_json::{Value, json};

    fn of_json(row: Value, sets: &[(&str, &str)]) -> Result<Asked, Fault> {
        let Value::Object(row) = row else { panic!("an object") };
        let sets: Vec<_> = sets.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        understand(row.into_iter().map(|(name, value)| (name, Cell::Json(value))).collect(), &sets)
    }

    fn of_text(row: &[(&str, &str)]) -> Result<Asked, Fault> {
        understand(row.iter().map(|(name, text)| ((*name).to_owned(), Cell::Text((*text).to_owned()))).collect(), &[])
    }

    #[test]
    fn cells_are_typed_by_the_description_and_set_comes_last() {
        let asked = of_text(&[("prompt", "a"), ("seed", "7"), ("expand-prompt", "false"), ("n", "3"), ("id", "x")]);
        let asked = asked.unwrap();
        assert_eq!(Value::Object(asked.copy(2)), json!({"prompt": "a", "seed": 9, "expand_prompt": false}));
        assert_eq!((asked.copies, asked.id.as_deref(), asked.info.verb), (3, Some("x"), "generate"));
        let asked = of_json(json!({"prompt": "a", "style": "anime"}), &[("style", "design"), ("seed", "1")]).unwrap();
        assert_eq!(Value::Object(asked.fields), json!({"prompt": "a", "style": "design", "seed": 1}));
    }

    #[test]
    fn a_cell_of_blanks_is_none_and_a_name_is_another_one_with_any_other_letter() {
        let asked = of_text(&[("prompt", "a"), ("id", " "), ("output", "\t"), ("n", "")]).unwrap();
        assert_eq!((asked.id, asked.output, asked.copies), (None, None, 1));
        assert!(same_name("aspect-ratio", "aspect_ratio") && same_name("aspect_ratio", "aspect-ratio"));
        for other in ["aspect.ratio", "aspectxratio", "aspect-ratios", "Aspect-ratio"] {
            assert!(!same_name("aspect-ratio", other) && !same_name(other, "aspect-ratio"), "{other}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_column() {
        for (row, column, words) in [
            (json!({"prompt": "a", "style": "animee"}), Some("style"), "did you mean `anime`"),
            (json!({"prompt": "a", "endpoint": "x"}), Some("endpoint"), "no endpoint"),
            (json!({"prompt": "a", "n": 0}), Some("n"), "from 1 to"),
            (json!({"prompt": "a", "output": {}}), Some("output"), "no text"),
            (json!({"promt": "a"}), None, "prompt"),
            (json!({"prompt": "a", "seed": "x"}), None, "seed"),
        ] {
            let fault = of_json(row.clone(), &[]).unwrap_err();
            assert_eq!(fault.column.as_deref(), column, "{row}: {fault:?}");
            assert!(fault.why.contains(words), "{row}: {fault:?}");
        }
    }

    #[test]
    fn a_name_that_is_there_twice_is_no_request_unless_set_says_what_it_is() {
        for (names, column, why) in [
            (["prompt", "prompt"], "prompt", "it is there twice"),
            (["style-x", "style_x"], "style_x", "it is there as `style-x` too"),
            (["aspect_ratio", "aspect-ratio"], "aspect-ratio", "it is there as `aspect_ratio` too"),
            (["output", "output"], "output", "it is there twice"),
        ] {
            let fault = of_text(&[(names[0], "1:1"), ("seed", "7"), (names[1], "16:9")]).unwrap_err();
            assert_eq!(fault.column.as_deref(), Some(column), "{fault:?}");
            assert!(fault.why.starts_with(why), "{fault:?}");
        }
        // With time that grows with the square of the names, this would take hours.
        let many = (0..400_000).map(|number| (format!("x{number}"), Cell::Text(String::new()))).collect();
        assert!(understand(many, &[]).is_err());
        let cells = [("prompt", "a"), ("style", "anime"), ("style", "design")];
        let cells = cells.map(|(name, text)| (name.to_owned(), Cell::Text(text.to_owned()))).into();
        let asked = understand(cells, &[("style".to_owned(), "auto".to_owned())]).unwrap();
        assert_eq!(asked.fields["style"], "auto");
    }

    #[cfg(unix)]
    #[test]
    fn what_has_no_end_and_what_nobody_writes_to_is_no_picture_of_a_row() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe.png");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        for name in ["/dev/zero", "pipe.png", "."] {
            let asked = of_json(json!({"endpoint": "remix", "prompt": "a", "image_url": name}), &[]).unwrap();
            let folder = folder.path().to_owned();
            let (tell, told) = std::sync::mpsc::channel();
            std::thread::spawn(move || tell.send(asked.fingerprint(&asked.fields, &folder)));
            let fault = told.recv_timeout(std::time::Duration::from_secs(20)).expect(name).unwrap_err();
            assert_eq!(fault.column.as_deref(), Some("image_url"));
            let why = "it is a folder, a device or a pipe, and no file; name a file, or a URL";
            assert_eq!(fault.why, format!("cannot read `{name}`: {why}"));
        }
    }

    #[test]
    fn a_local_file_is_known_by_its_content() {
        let folder = tempfile::tempdir().unwrap();
        let print = |name: &str| {
            let row = json!({"endpoint": "remix", "prompt": "a", "image_url": name});
            let asked = of_json(row, &[]).unwrap();
            asked.fingerprint(&asked.fields, folder.path()).map_err(|fault| fault.why)
        };
        for (name, content) in [("a.png", "one"), ("b.png", "one"), ("c.png", "two")] {
            std::fs::write(folder.path().join(name), content).unwrap();
        }
        assert_eq!(print("a.png").unwrap(), print("b.png").unwrap());
        assert_ne!(print("a.png").unwrap(), print("c.png").unwrap());
        assert!(print("d.png").unwrap_err().contains("cannot read `d.png`"));
        assert!(print("https://a/d.png").is_ok());
    }
}
