//! Checking an input that came as JSON against the table of its endpoint, before anything is sent or paid.

use crate::field::{Field, FieldKind};
use crate::number::Bounds;
use serde_json::{Map, Value};
use std::fmt::{self, Write};

/// A JSON input does not fit its endpoint. The message names the field and what it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputError {
    path: String,
    fault: Fault,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Fault {
    /// The endpoint has no field of this name.
    UnknownField { nearest: Option<&'static str>, known: Vec<&'static str> },
    /// A required field is missing.
    Missing,
    /// The value has the wrong kind or is out of bounds; the text says what it must be.
    Mismatch(String),
    /// A file is given by something other than a URL; the text is what was given, shortened.
    NoUrl(String),
    /// The type that takes the input has refused it.
    Refused(String),
}

impl InputError {
    fn new(path: &str, fault: Fault) -> Self {
        Self { path: path.to_owned(), fault }
    }

    pub(crate) fn refused(why: &impl fmt::Display) -> Self {
        Self::new("", Fault::Refused(why.to_string()))
    }

    pub(crate) fn no_object() -> Self {
        Self::new("", Fault::Mismatch("a JSON object".to_owned()))
    }

    /// The path of the field, such as `image_url` or `images[2].url`; empty if the error is about the whole input.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The field that was probably meant, if the endpoint has no field of the given name.
    pub fn nearest(&self) -> Option<&'static str> {
        match self.fault {
            Fault::UnknownField { nearest, .. } => nearest,
            _ => None,
        }
    }

    /// Whether the endpoint has no field of that name.
    pub fn is_unknown_field(&self) -> bool {
        matches!(self.fault, Fault::UnknownField { .. })
    }

    /// Whether a file is given by something other than a URL, such as a local path.
    pub fn is_no_url(&self) -> bool {
        matches!(self.fault, Fault::NoUrl(_))
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str("the input")?,
            path => write!(f, "`{path}`")?,
        }
        match &self.fault {
            Fault::UnknownField { nearest: Some(nearest), .. } => {
                write!(f, " is not a field of the input; did you mean `{nearest}`?")
            }
            Fault::UnknownField { known, .. } => {
                write!(f, " is not a field of the input, which has `{}`", known.join("`, `"))
            }
            Fault::Missing => f.write_str(" is missing"),
            Fault::Mismatch(expected) => write!(f, " must be {expected}"),
            Fault::NoUrl(given) => write!(f, " is {given}, which is neither a URL nor a `data:` URI"),
            Fault::Refused(why) => write!(f, " does not fit: {why}"),
        }
    }
}

impl std::error::Error for InputError {}

/// Whether a value of this kind can name a file.
pub(crate) fn has_file(kind: &FieldKind) -> bool {
    match kind {
        FieldKind::File(_) => true,
        FieldKind::Array { items, .. } => has_file(items),
        FieldKind::Object(fields) => fields.iter().any(|field| has_file(&field.kind)),
        FieldKind::Map(values) => has_file(values),
        FieldKind::OneOf(kinds) => kinds.iter().any(has_file),
        _ => false,
    }
}

/// Checks that every name is known, that the required fields are there, and that each value fits.
pub(crate) fn object(fields: &'static [Field], input: &Map<String, Value>, path: &str) -> Result<(), InputError> {
    for name in input.keys() {
        if !fields.iter().any(|field| field.name == name) {
            let known: Vec<_> = fields.iter().map(|field| field.name).collect();
            let nearest = nearest(name, &known);
            return Err(InputError::new(&below(path, name), Fault::UnknownField { nearest, known }));
        }
    }
    for field in fields {
        let path = below(path, field.name);
        match input.get(field.name) {
            None if field.required => return Err(InputError::new(&path, Fault::Missing)),
            None => {}
            Some(Value::Null) if field.nullable => {}
            Some(given) => value(&field.kind, given, &path)?,
        }
    }
    Ok(())
}

fn value(kind: &'static FieldKind, given: &Value, path: &str) -> Result<(), InputError> {
    let fits = match (kind, given) {
        (FieldKind::Any, _) => true,
        (FieldKind::File(_), Value::String(text)) => return file(text, path),
        (FieldKind::String { min_length, max_length }, Value::String(text)) => {
            within(text.chars().count(), *min_length, *max_length)
        }
        (FieldKind::Enum(_), given) => given.is_string(),
        (FieldKind::Boolean, given) => given.is_boolean(),
        (FieldKind::Integer(bounds), given) => match given.as_i64() {
            Some(number) => bounds.check(number).is_ok(),
            None => given.is_u64() && is_unsigned(bounds),
        },
        (FieldKind::Number(bounds), given) => given.as_f64().is_some_and(|number| bounds.check(number).is_ok()),
        (FieldKind::Array { items, min_items, max_items }, Value::Array(list)) => {
            for (index, item) in list.iter().enumerate() {
                value(items, item, &format!("{path}[{index}]"))?;
            }
            within(list.len(), *min_items, *max_items)
        }
        (FieldKind::Object(fields), Value::Object(given)) => return object(fields, given, path),
        (FieldKind::Map(values), Value::Object(given)) => {
            return given.iter().try_for_each(|(name, given)| value(values, given, &below(path, name)));
        }
        (FieldKind::IntegerEnum(listed), given) => given.as_i64().is_some_and(|number| listed.contains(&number)),
        (FieldKind::OneOf(kinds), given) => return one_of(kind, kinds, given, path),
        _ => false,
    };
    if fits { Ok(()) } else { Err(InputError::new(path, Fault::Mismatch(expected(kind)))) }
}

/// Whether the bounds are those of a `u64`: no upper one, and none below zero.
fn is_unsigned(bounds: &Bounds<i64>) -> bool {
    let least = bounds.minimum.or(bounds.exclusive_minimum);
    bounds.maximum.is_none() && bounds.exclusive_maximum.is_none() && least.is_some_and(|least| least >= 0)
}

/// Checks that one of the kinds takes the value. If none does, the error is that of the only kind with the value's JSON
/// type, or that a file is not given by a URL.
fn one_of(kind: &FieldKind, kinds: &'static [FieldKind], given: &Value, path: &str) -> Result<(), InputError> {
    let mut faults = Vec::new();
    for kind in kinds {
        match value(kind, given, path) {
            Ok(()) => return Ok(()),
            Err(fault) => faults.push((kind, fault)),
        }
    }
    let likely = |(kind, fault): &(&FieldKind, InputError)| fault.is_no_url() || is_alike(kind, given);
    let mut left: Vec<InputError> = faults.into_iter().filter(likely).map(|(_, fault)| fault).collect();
    if let Some(no_url) = left.iter().position(InputError::is_no_url) {
        return Err(left.swap_remove(no_url));
    }
    match <[InputError; 1]>::try_from(left) {
        Ok([only]) => Err(only),
        Err(_) => Err(InputError::new(path, Fault::Mismatch(expected(kind)))),
    }
}

/// Whether a value is of the JSON type that the kind has.
fn is_alike(kind: &FieldKind, given: &Value) -> bool {
    match kind {
        FieldKind::String { .. } | FieldKind::File(_) | FieldKind::Enum(_) => given.is_string(),
        FieldKind::Boolean => given.is_boolean(),
        FieldKind::Integer(_) | FieldKind::Number(_) | FieldKind::IntegerEnum(_) => given.is_number(),
        FieldKind::Array { .. } => given.is_array(),
        FieldKind::Object(_) | FieldKind::Map(_) => given.is_object(),
        FieldKind::OneOf(kinds) => kinds.iter().any(|kind| is_alike(kind, given)),
        FieldKind::Any => true,
    }
}

impl FieldKind {
    /// Checks one value of this kind as [`EndpointInfo::check`](crate::EndpointInfo::check) does those of an input; `name` is
    /// what the message calls it.
    ///
    /// ```
    /// use ideogram_schema::{Bounds, FieldKind};
    /// use serde_json::json;
    ///
    /// static WEIGHTS: FieldKind = FieldKind::Map(&FieldKind::Number(Bounds::NONE.at_most(1.0)));
    /// let error = WEIGHTS.check("weights", &json!({"fox": 2})).unwrap_err();
    /// assert_eq!(error.to_string(), "`weights.fox` must be a number, at most 1");
    /// ```
    ///
    /// # Errors
    /// [`InputError`] with the path of the first value that is wrong, from `name` on, and what it must be.
    pub fn check(&'static self, name: &str, given: &Value) -> Result<(), InputError> {
        value(self, given, name)
    }
}

/// Checks the files of an input, and nothing else.
pub(crate) fn files(fields: &'static [Field], input: &Map<String, Value>, path: &str) -> Result<(), InputError> {
    fields.iter().try_for_each(|field| match input.get(field.name) {
        Some(given) if has_file(&field.kind) => files_in(&field.kind, given, &below(path, field.name)),
        _ => Ok(()),
    })
}

fn files_in(kind: &'static FieldKind, given: &Value, path: &str) -> Result<(), InputError> {
    match (kind, given) {
        (FieldKind::File(_), Value::String(text)) => file(text, path),
        (FieldKind::Array { items, .. }, Value::Array(list)) => {
            list.iter().enumerate().try_for_each(|(index, item)| files_in(items, item, &format!("{path}[{index}]")))
        }
        (FieldKind::Object(fields), Value::Object(given)) => files(fields, given, path),
        (FieldKind::Map(values), Value::Object(given)) => {
            given.iter().try_for_each(|(name, given)| files_in(values, given, &below(path, name)))
        }
        (FieldKind::OneOf(kinds), given) => {
            one_of(kind, kinds, given, path).or_else(|fault| if fault.is_no_url() { Err(fault) } else { Ok(()) })
        }
        _ => Ok(()),
    }
}

fn file(text: &str, path: &str) -> Result<(), InputError> {
    if is_url(text) { Ok(()) } else { Err(InputError::new(path, Fault::NoUrl(quoted(text)))) }
}

/// Whether a text may be a URL that a service can read. A scheme of one letter is a Windows drive.
fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.trim_start().split_once(':') else { return false };
    let is_scheme = scheme.len() > 1
        && scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    scheme.eq_ignore_ascii_case("data") || (is_scheme && !scheme.eq_ignore_ascii_case("file") && rest.starts_with("//"))
}

fn within(count: usize, least: Option<u64>, most: Option<u64>) -> bool {
    least.is_none_or(|least| count as u64 >= least) && most.is_none_or(|most| count as u64 <= most)
}

/// What a field takes, in words.
fn expected(kind: &FieldKind) -> String {
    let counted = |what: &str, least: &Option<u64>, most: &Option<u64>, of: &str| match (least, most) {
        (None, None) => what.to_owned(),
        (Some(least), None) => format!("{what} of at least {least} {of}"),
        (None, Some(most)) => format!("{what} of at most {most} {of}"),
        (Some(least), Some(most)) => format!("{what} of {least} to {most} {of}"),
    };
    let bounded = |what: &str, bounds: String| match bounds.as_str() {
        "any number" => what.to_owned(),
        range if range.starts_with("from") => format!("{what} {range}"),
        bounds => format!("{what}, {bounds}"),
    };
    match kind {
        FieldKind::String { min_length, max_length } => counted("a text", min_length, max_length, "characters"),
        FieldKind::File(_) => "the URL of a file".to_owned(),
        FieldKind::Boolean => "`true` or `false`".to_owned(),
        FieldKind::Integer(bounds) => bounded("a whole number", bounds.to_string()),
        FieldKind::Number(bounds) => bounded("a number", bounds.to_string()),
        FieldKind::Enum(values) => format!("one of `{}`", values.join("`, `")),
        FieldKind::Array { min_items, max_items, .. } => counted("a list", min_items, max_items, "items"),
        FieldKind::IntegerEnum(values) => {
            let values: Vec<String> = values.iter().map(ToString::to_string).collect();
            format!("one of `{}`", values.join("`, `"))
        }
        FieldKind::Object(_) | FieldKind::Map(_) => "a JSON object".to_owned(),
        FieldKind::OneOf(kinds) => {
            let mut kinds: Vec<String> = kinds.iter().map(expected).collect();
            kinds.dedup();
            kinds.join(", or ")
        }
        FieldKind::Any => "any JSON value".to_owned(),
    }
}

fn below(path: &str, name: &str) -> String {
    let mut path = path.to_owned();
    push_name(&mut path, name);
    path
}

/// Adds a name to a path: `.name`, or `["odd name"]` with what could disturb a terminal escaped.
pub(crate) fn push_name(path: &mut String, name: &str) {
    let is_plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    let written = match (is_plain && name.len() <= MAX_SHOWN, path.is_empty()) {
        (true, true) => write!(path, "{name}"),
        (true, false) => write!(path, ".{name}"),
        (false, _) => write!(path, "[{}]", quoted(name)),
    };
    // Writing to a `String` does not fail.
    debug_assert!(written.is_ok());
}

/// Appends a step that is neither a name nor a number: the beginning of its JSON, with what could disturb a terminal escaped.
pub(crate) fn push_value(path: &mut String, json: &str) {
    path.push('[');
    for character in json.chars().take(MAX_SHOWN) {
        match character {
            ' '..='~' => path.push(character),
            other => path.extend(other.escape_debug()),
        }
    }
    path.push_str(if json.chars().nth(MAX_SHOWN).is_some() { "…]" } else { "]" });
}

/// The most characters of a name or a value in a message.
const MAX_SHOWN: usize = 80;

fn quoted(text: &str) -> String {
    let shown: String = text.chars().take(MAX_SHOWN).collect();
    let dots = if shown.len() < text.len() { "…" } else { "" };
    format!("{shown:?}{dots}")
}

/// The known name that a misspelled one most likely stands for: a few letters off, another way to join words
/// (`aspectRatio`), or one that begins the other (`image` for `image_url`).
fn nearest(name: &str, known: &[&'static str]) -> Option<&'static str> {
    let plain = |name: &str| -> Vec<char> {
        name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).take(MAX_SHOWN).collect()
    };
    let wrong = plain(name);
    let rank = |known: &&'static str| {
        let right = plain(known);
        let distance = distance(&wrong, &right);
        let begins = wrong.len().min(right.len()) >= 3 && (right.starts_with(&wrong) || wrong.starts_with(&right));
        (begins || distance <= (right.len() / 3).max(2)).then_some((distance, *known))
    };
    known.iter().filter_map(rank).min_by_key(|(distance, _)| *distance).map(|(_, name)| name)
}

/// How many characters have to be added, removed or replaced (Levenshtein).
fn distance(left: &[char], right: &[char]) -> usize {
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for (row, a) in left.iter().enumerate() {
        let mut before = row + 1;
        let mut current = vec![before];
        for (pair, b) in above.windows(2).zip(right) {
            if let [diagonal, up] = pair {
                before = (diagonal + usize::from(a != b)).min(up + 1).min(before + 1);
            }
            current.push(before);
        }
        above = current;
    }
    above.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{InputError, distance, has_file, is_url, nearest};
    use crate::field::{Field, FieldKind, FileRole};
    use crate::number::Bounds;
    use serde_json::{Value, json};

    const fn field(name: &'static str, kind: FieldKind) -> Field {
        Field { name, description: "", kind, required: false, nullable: false, default: None, examples: &[] }
    }

    const SIZE: &[Field] = &[field("width", FieldKind::Integer(Bounds { minimum: Some(1), ..Bounds::NONE }))];

    /// A field of every kind.
    const EVERY: &[Field] = &[
        Field { required: true, ..field("prompt", FieldKind::String { min_length: Some(2), max_length: None }) },
        Field { nullable: true, ..field("seed", FieldKind::Integer(Bounds::NONE)) },
        field("strength", FieldKind::Number(Bounds { maximum: Some(1.0), ..Bounds::NONE })),
        field("style", FieldKind::Enum(&["auto", "anime"])),
        field("sync_mode", FieldKind::Boolean),
        field("size", FieldKind::Object(SIZE)),
        field(
            "image_urls",
            FieldKind::Array { items: &FieldKind::File(FileRole::Other), min_items: None, max_items: Some(2) },
        ),
        field("extra", FieldKind::Any),
        field("large", FieldKind::Integer(Bounds::NONE.at_least(0))),
        field("fps", FieldKind::IntegerEnum(&[24, 30])),
        field("weights", FieldKind::Map(&FieldKind::Number(Bounds::NONE))),
        field("image_size", FieldKind::OneOf(&[FieldKind::Object(SIZE), FieldKind::Enum(&["square_hd"])])),
        field("part", FieldKind::OneOf(&[FieldKind::Object(TEXT_PART), FieldKind::Object(FILE_PART)])),
    ];

    const TEXT_PART: &[Field] =
        &[Field::new("text", FieldKind::String { min_length: None, max_length: None }).required()];
    const FILE_PART: &[Field] = &[Field::new("file_url", FieldKind::File(FileRole::Other)).required()];

    fn check(input: Value) -> Result<(), InputError> {
        let Value::Object(mut object) = input else { panic!() };
        object.entry("prompt").or_insert_with(|| "A fox".into());
        super::object(EVERY, &object, "")
    }

    #[test]
    fn what_fits_is_not_refused() {
        for fits in [
            json!({}),
            json!({"seed": null, "strength": 1, "style": "watercolour", "sync_mode": true, "size": {"width": 1}}),
            json!({"seed": -7, "image_urls": ["https://a/b", "data:,x"], "extra": [null]}),
            json!({"fps": 24, "weights": {"a": 1, "b": 0.5}, "image_size": {"width": 3}, "part": {"text": "x"}}),
            json!({"large": u64::MAX}),
            json!({"image_size": "square_hd", "part": {"file_url": "https://a/b"}}),
        ] {
            assert_eq!(check(fits.clone()), Ok(()), "{fits}");
        }
    }

    #[test]
    fn each_fault_names_its_field_and_what_it_takes() {
        for (input, sentence) in [
            (json!({"promt": "x"}), "`promt` is not a field of the input; did you mean `prompt`?"),
            (json!({"size": {"widht": 3}}), "`size.widht` is not a field of the input; did you mean `width`?"),
            (json!({"size": {"nothing": 3}}), "`size.nothing` is not a field of the input, which has `width`"),
            (json!({"\u{1b}[31m": 1, "prompt": "A fox"}), "`[\"\\u{1b}[31m\"]` is not a field of the input"),
            (json!({"prompt": "x"}), "`prompt` must be a text of at least 2 characters"),
            (json!({"prompt": null}), "`prompt` must be a text of at least 2 characters"),
            (json!({"seed": 1.5}), "`seed` must be a whole number"),
            (json!({"seed": u64::MAX}), "`seed` must be a whole number"),
            (json!({"large": -1}), "`large` must be a whole number, at least 0"),
            (json!({"seed": "7"}), "`seed` must be a whole number"),
            (json!({"strength": 1.5}), "`strength` must be a number, at most 1"),
            (json!({"style": 7}), "`style` must be one of `auto`, `anime`"),
            (json!({"sync_mode": "yes"}), "`sync_mode` must be `true` or `false`"),
            (json!({"size": {"width": 0}}), "`size.width` must be a whole number, at least 1"),
            (json!({"size": []}), "`size` must be a JSON object"),
            (json!({"image_urls": ["https://a/b", 7]}), "`image_urls[1]` must be the URL of a file"),
            (json!({"image_urls": ["data:,", "data:,", "data:,"]}), "`image_urls` must be a list of at most 2 items"),
            (json!({"fps": 25}), "`fps` must be one of `24`, `30`"),
            (json!({"weights": {"a": "x"}}), "`weights.a` must be a number"),
            (json!({"image_size": {"width": 0}}), "`image_size.width` must be a whole number, at least 1"),
            (json!({"image_size": 7}), "`image_size` must be a JSON object, or one of `square_hd`"),
            (json!({"part": {"file": "https://a/b"}}), "`part` must be a JSON object"),
            (
                json!({"part": {"file_url": "fox.png"}}),
                "`part.file_url` is \"fox.png\", which is neither a URL nor a `data:` URI",
            ),
            (
                json!({"image_urls": ["fox.png"]}),
                "`image_urls[0]` is \"fox.png\", which is neither a URL nor a `data:` URI",
            ),
        ] {
            let error = check(input.clone()).unwrap_err().to_string();
            assert!(error.starts_with(sentence), "{input}: {error}");
        }
        let missing = super::object(EVERY, &serde_json::Map::new(), "").unwrap_err();
        assert_eq!((missing.to_string().as_str(), missing.path()), ("`prompt` is missing", "prompt"));
    }

    #[test]
    fn a_number_without_an_upper_bound_may_be_above_an_i64() {
        static FROM_ONE: FieldKind = FieldKind::Integer(Bounds::NONE.at_least(1));
        static BELOW_ZERO_TOO: FieldKind = FieldKind::Integer(Bounds::NONE.at_least(-1));
        static AT_MOST: FieldKind = FieldKind::Integer(Bounds::NONE.at_least(1).at_most(i64::MAX));
        let fits = |kind: &'static FieldKind| kind.check("steps", &json!(u64::MAX)).is_ok();
        assert_eq!([fits(&FROM_ONE), fits(&BELOW_ZERO_TOO), fits(&AT_MOST)], [true, false, false]);
    }

    #[test]
    fn a_huge_name_or_value_is_shown_in_part() {
        let long = "\u{202e}x".repeat(1 << 16);
        for input in [json!({ long.clone(): 1 }), json!({"image_urls": [long]})] {
            let shown = check(input).unwrap_err().to_string();
            assert!(shown.len() < 1000 && !shown.contains('\u{202e}'), "{shown:.300}");
        }
    }

    #[test]
    fn only_files_are_looked_at_where_the_rest_is_typed() {
        let input = |input: Value| super::files(EVERY, input.as_object().unwrap(), "");
        assert!(
            EVERY.iter().any(|field| has_file(&field.kind))
                && input(json!({"unknown": 1, "image_urls": ["https://a"]})).is_ok()
        );
        let error = input(json!({"image_urls": ["https://a", "./b.png"]})).unwrap_err();
        assert!(error.is_no_url() && !error.is_unknown_field() && error.path() == "image_urls[1]", "{error}");
        let error = input(json!({"part": {"file_url": "./b.png"}})).unwrap_err();
        assert!(error.is_no_url() && error.path() == "part.file_url", "{error}");
        assert!(input(json!({"part": {"later": 1}})).is_ok());
    }

    #[test]
    fn a_path_is_no_url_and_a_url_is_no_path() {
        for url in ["https://a/b.png", "HTTP://a", " https://a", "data:image/png;base64,AA", "DATA:,x", "s3://bucket/a"]
        {
            assert!(is_url(url), "{url}");
        }
        for path in
            ["fox.png", "./fox.png", "/tmp/a:b.png", "~/fox.png", "C:\\fox.png", "C://fox.png", "file:///fox.png"]
        {
            assert!(!is_url(path), "{path}");
        }
        for neither in ["", "https", "https:", "example.com/fox.png", "://a", "//a/b"] {
            assert!(!is_url(neither), "{neither}");
        }
    }

    #[test]
    fn the_nearest_name_is_found_or_none_is() {
        let known = ["prompt", "image_url", "aspect_ratio", "strength", "expand_prompt", "seed", "style", "sync_mode"];
        for (wrong, right) in [
            ("apsect_ratio", Some("aspect_ratio")),
            ("aspectRatio", Some("aspect_ratio")),
            ("Prompt", Some("prompt")),
            ("promt", Some("prompt")),
            ("image", Some("image_url")),
            ("imageURL", Some("image_url")),
            ("magic_prompt", None),
            ("num_images", None),
            ("", None),
        ] {
            assert_eq!(nearest(wrong, &known), right, "{wrong}");
        }
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        assert_eq!(distance(&chars("kitten"), &chars("sitting")), 3);
        assert_eq!(distance(&[], &chars("abc")), 3);
    }
}
