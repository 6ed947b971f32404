//! Turns arguments into the JSON that is sent, and checks each value against the description before anything costs
//! money.

use crate::args::flag::{Flag, flags, is_seed, item};
use crate::args::kind::{self, length};
use crate::args::local_file::{self, Content, LocalFile, Treatment};
use crate::args::text;
use crate::args::usage::similar;
use crate::args::value::is_set;
use crate::exit::Failure;
use clap::ArgMatches;
use ideogram_schema::{Bounds, EndpointInfo, FieldKind, FileRole};
use serde_json::{Map, Value};
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use tempfile::TempPath;

/// The greatest seed that the tool picks by itself: every server's generator takes 31 bits.
const MAX_RANDOM_SEED: i64 = (1 << 31) - 1;

/// An input, as far as it can be made without a network.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) input: Map<String, Value>,
    /// The files that have to be uploaded first; their places in the input hold `null`.
    pub(crate) uploads: Vec<ToUpload>,
    /// What is worth a word about the local files.
    pub(crate) notes: Vec<String>,
}

/// A place for a file in an input.
#[derive(Clone, Copy, Debug)]
struct Place {
    field: &'static str,
    /// Its place in the field's list, where it is one.
    index: usize,
}

/// A file on its way into an input.
#[derive(Debug)]
pub(crate) struct ToUpload {
    place: Place,
    pub(crate) path: PathBuf,
    /// What the user calls it.
    pub(crate) name: String,
    /// Keeps a file that was made here until it is uploaded.
    _made: Option<TempPath>,
}

impl ToUpload {
    /// Puts the file's URL into its place.
    pub(crate) fn fill(&self, input: &mut Map<String, Value>, url: &str) {
        self.place.fill(input, url);
    }
}

impl Place {
    fn fill(&self, input: &mut Map<String, Value>, url: &str) {
        let value = match input.get_mut(self.field) {
            Some(Value::Array(values)) => values.get_mut(self.index),
            value => value,
        };
        if let Some(value) = value {
            *value = url.into();
        }
    }
}

/// An input whose files are still to be read, so that every flag can be judged before.
#[derive(Debug)]
pub(crate) struct Unread {
    /// Null stands where something is to be read.
    pub(crate) input: Map<String, Value>,
    texts: Vec<(Flag, String)>,
    files: Vec<(PathBuf, String, FileRole, Place)>,
    treatment: Treatment,
}

impl Unread {
    /// Reads the texts and looks at the local files, which are inlined when they are small.
    pub(crate) fn read(mut self) -> Result<Draft, Failure> {
        for (flag, typed) in self.texts {
            let read = text::read(&typed, &flag.shown())?;
            let read = value(&flag, item(&flag.field.kind), &read)?;
            self.input.insert(flag.field.name.to_owned(), read);
        }
        let draft = Draft { input: self.input, uploads: Vec::new(), notes: Vec::new() };
        with_files(draft, self.files, self.treatment)
    }
}

/// The input of an endpoint from the arguments of its own command, in which a text may stand in a file or on stdin.
pub(crate) fn typed(info: &'static EndpointInfo, matches: &ArgMatches) -> Result<Unread, Failure> {
    unread(info, matches, true)
}

/// The input of an endpoint from arguments in which a text is a text.
pub(crate) fn from_matches(info: &'static EndpointInfo, matches: &ArgMatches) -> Result<Unread, Failure> {
    unread(info, matches, false)
}

fn unread(info: &'static EndpointInfo, matches: &ArgMatches, is_typed: bool) -> Result<Unread, Failure> {
    let mut input = Map::new();
    let mut files: Vec<(PathBuf, String, FileRole, Place)> = Vec::new();
    let mut texts: Vec<(Flag, String)> = Vec::new();
    for flag in flags(info) {
        let mut values = Vec::new();
        for (index, raw) in raw_values(&flag, matches).into_iter().enumerate() {
            values.push(match item(&flag.field.kind) {
                FieldKind::File(role) => {
                    if let Some(url) = raw.to_str().filter(|text| local_file::is_remote(text)) {
                        url.into()
                    } else {
                        files.push((raw.into(), flag.shown(), *role, Place { field: flag.field.name, index }));
                        Value::default()
                    }
                }
                FieldKind::String { .. } if is_typed && flag.is_positional() => {
                    texts.push((flag.clone(), raw.to_string_lossy().into_owned()));
                    Value::default()
                }
                kind => value(&flag, kind, &raw.to_string_lossy())?,
            });
        }
        if let Some(value) = assembled(&flag, values)? {
            input.insert(flag.field.name.to_owned(), value);
        }
    }
    let of_texts = texts.iter().filter(|(_, typed)| typed == text::STDIN).map(|(flag, _)| flag.shown());
    let of_files = files.iter().filter(|(raw, ..)| raw.as_os_str() == text::STDIN).map(|(_, flag, ..)| flag.clone());
    let from_stdin: Vec<String> = of_texts.chain(of_files).collect();
    if from_stdin.len() > 1 {
        return Err(Failure::usage(format!(
            "stdin can be read once only, and `-` is given for `{}`",
            from_stdin.join("` and `")
        )));
    }
    Ok(Unread { input, texts, files, treatment: treatment(matches) })
}

/// The value of a field that a text stands for, as on the command line: of a list, the list in JSON or its only item.
pub(crate) fn value_of(flag: &Flag, raw: &str) -> Result<Value, Failure> {
    let is_list = matches!(flag.field.kind, FieldKind::Array { .. });
    if is_list && let Ok(list @ Value::Array(_)) = serde_json::from_str(raw) {
        return Ok(list);
    }
    let value = match item(&flag.field.kind) {
        FieldKind::File(_) => raw.trim().into(),
        kind => value(flag, kind, raw)?,
    };
    Ok(if is_list { Value::Array(vec![value]) } else { value })
}

/// What is in place of a file that is named by a path, until it is there itself.
const UNSENT: &str = "data:,";

/// Builds the input of an endpoint from JSON. A file that is named by no URL is a path: `local` says which file that is.
pub(crate) fn from_values(
    info: &'static EndpointInfo,
    input: Map<String, Value>,
    local: impl Fn(&str) -> Result<PathBuf, Failure>,
) -> Result<Draft, Failure> {
    let mut draft = Draft { input, uploads: Vec::new(), notes: Vec::new() };
    let mut paths: Vec<(String, FileRole, Place)> = Vec::new();
    for field in info.inputs {
        let (FieldKind::File(role), Some(value)) = (item(&field.kind), draft.input.get_mut(field.name)) else {
            continue;
        };
        let values = match value {
            Value::Array(values) => values.iter_mut().collect(),
            one => vec![one],
        };
        for (index, value) in values.into_iter().enumerate() {
            if let Some(path) = value.as_str().filter(|text| !local_file::is_remote(text)) {
                paths.push((path.to_owned(), *role, Place { field: field.name, index }));
                *value = UNSENT.into();
            }
        }
    }
    // Every value is checked before a file is read.
    info.check(&draft.input).map_err(|fault| Failure::usage(fault.to_string()))?;
    for field in info.inputs {
        if let (FieldKind::Enum(values), Some(Value::String(given))) = (&field.kind, draft.input.get(field.name))
            && !values.contains(&given.as_str())
        {
            let (name, given) = (field.name, shown(given));
            return Err(Failure::usage(format!(
                "`{name}` cannot be `{given}`: it must be one of `{}`",
                values.join("`, `")
            )));
        }
    }
    let mut files = Vec::new();
    for (path, role, place) in paths {
        files.push((local(&path)?, place.field.to_owned(), role, place));
    }
    with_files(draft, files, Treatment { rotate: true, any_mask: false, fit_mask: false })
}

/// Looks at the local files of an input and puts them into it, or notes that they are to be uploaded.
fn with_files(
    mut draft: Draft,
    files: Vec<(PathBuf, String, FileRole, Place)>,
    treatment: Treatment,
) -> Result<Draft, Failure> {
    let mut locals = Vec::new();
    for (path, flag, role, place) in files {
        let local = local_file::read(&path, &flag, role, treatment, &mut draft.notes)?;
        locals.push((role, place, local));
    }
    same_size(&mut locals, treatment, &mut draft.notes)?;
    for (_, place, local) in locals {
        let (path, made) = match local.content {
            Content::Inline(uri) => {
                place.fill(&mut draft.input, &uri);
                continue;
            }
            Content::Upload(path) => (path, None),
            Content::Made(path) => (path.to_path_buf(), Some(path)),
        };
        draft.uploads.push(ToUpload { place, path, name: local.name, _made: made });
    }
    Ok(draft)
}

/// What the flags of an endpoint with pictures say about them.
fn treatment(matches: &ArgMatches) -> Treatment {
    Treatment {
        rotate: !is_set(matches, "no-rotate"),
        any_mask: is_set(matches, "any-mask"),
        fit_mask: is_set(matches, "fit-mask"),
    }
}

/// Fills the seed with a random number when the user left it open, and tells which is used.
pub(crate) fn ensure_seed(info: &EndpointInfo, input: &mut Map<String, Value>) -> Result<Option<i64>, Failure> {
    let Some(field) = info.inputs.iter().find(|field| is_seed(field)) else { return Ok(None) };
    if let Some(seed) = input.get(field.name) {
        return Ok(seed.as_i64());
    }
    let FieldKind::Integer(bounds) = &field.kind else { return Ok(None) };
    let Some(seed) = random_seed(bounds)? else { return Ok(None) };
    input.insert(field.name.to_owned(), seed.into());
    Ok(Some(seed))
}

/// A number from 0 to 2³¹−1 within the bounds; `None` where the bounds leave no such number.
fn random_seed(bounds: &Bounds<i64>) -> Result<Option<i64>, Failure> {
    let least = bounds.minimum.unwrap_or(0).max(bounds.exclusive_minimum.map_or(0, |bound| bound.saturating_add(1)));
    let most = bounds
        .maximum
        .unwrap_or(MAX_RANDOM_SEED)
        .min(bounds.exclusive_maximum.map_or(MAX_RANDOM_SEED, |bound| bound.saturating_sub(1)));
    let (least, most) = (least.clamp(0, MAX_RANDOM_SEED), most.clamp(0, MAX_RANDOM_SEED));
    let random =
        getrandom::u32().map_err(|error| Failure::failed(format!("the system has no random numbers: {error}")))?;
    let seed = least + i64::from(random) % (most - least + 1).max(1);
    Ok(bounds.check(seed).is_ok().then_some(seed))
}

/// What was given for a field; a command of several endpoints may not have it, or may have it from another one.
fn raw_values<'a>(flag: &Flag, matches: &'a ArgMatches) -> Vec<&'a OsStr> {
    let id = flag.id();
    let files = matches.try_get_many::<OsString>(&id).ok().flatten();
    let texts = matches.try_get_many::<String>(&id).ok().flatten();
    let files = files.into_iter().flatten().map(OsString::as_os_str);
    files.chain(texts.into_iter().flatten().map(OsStr::new)).collect()
}

/// The one value, or the list with its length checked; `None` when the argument was not given.
fn assembled(flag: &Flag, mut values: Vec<Value>) -> Result<Option<Value>, Failure> {
    if values.is_empty() {
        return Ok(None);
    }
    let FieldKind::Array { min_items, max_items, .. } = flag.field.kind else { return Ok(values.pop()) };
    let count = values.len() as u64;
    if min_items.is_some_and(|least| count < least) || max_items.is_some_and(|most| count > most) {
        let allowed = length(min_items, max_items, "values").unwrap_or_default();
        return Err(Failure::usage(format!("`{}` was given {count} times: it takes {allowed}", flag.shown())));
    }
    Ok(Some(Value::Array(values)))
}

/// Judges one value of the field that an argument stands for, where it is one of this endpoint and no file.
pub(crate) fn check(info: &'static EndpointInfo, id: &str, raw: &str) -> Result<(), Failure> {
    match flags(info).into_iter().find(|flag| flag.id() == id) {
        Some(flag) if !matches!(item(&flag.field.kind), FieldKind::File(_)) => {
            value(&flag, item(&flag.field.kind), raw).map(|_| ())
        }
        _ => Ok(()),
    }
}

/// One value, typed as the table says.
fn value(flag: &Flag, kind: &'static FieldKind, raw: &str) -> Result<Value, Failure> {
    let refused = |why: String| Failure::usage(format!("`{}` cannot be `{}`: {why}", flag.shown(), shown(raw)));
    match kind {
        FieldKind::String { min_length, max_length } => {
            let count = raw.chars().count() as u64;
            if min_length.is_some_and(|least| count < least) || max_length.is_some_and(|most| count > most) {
                let allowed = length(*min_length, *max_length, "characters").unwrap_or_default();
                return Err(refused(format!("it has {count} characters and must have {allowed}")));
            }
            Ok(raw.into())
        }
        FieldKind::Boolean => raw.parse().map(Value::Bool).map_err(|_| refused("it must be `true` or `false`".into())),
        FieldKind::Integer(bounds) => {
            let number: i64 = raw.trim().parse().map_err(|_| {
                let limits = if *bounds == Bounds::NONE { String::new() } else { format!(" {bounds}") };
                refused(format!("it must be a whole number{limits}"))
            })?;
            bounds.check(number).map_err(|_| refused(format!("it must be {bounds}")))?;
            Ok(number.into())
        }
        FieldKind::Number(bounds) => {
            let limits = if *bounds == Bounds::NONE { String::new() } else { format!(" {bounds}") };
            let number: f64 = raw.trim().parse().map_err(|_| refused(format!("it must be a number{limits}")))?;
            bounds.check(number).map_err(|_| refused(format!("it must be a number{limits}")))?;
            Ok(number.into())
        }
        FieldKind::Enum(values) => match values.iter().find(|value| **value == raw) {
            Some(value) => Ok((*value).into()),
            None => Err(match similar(raw, values.iter().copied()) {
                Some(meant) => {
                    Failure::usage(format!("`{}` cannot be `{}`; did you mean `{meant}`?", flag.shown(), shown(raw)))
                }
                None => refused(format!("it must be one of `{}`", values.join("`, `"))),
            }),
        },
        FieldKind::Object(_) | FieldKind::Map(_) | FieldKind::IntegerEnum(_) | FieldKind::OneOf(_) => {
            if let Some(value) = kind::read(kind, raw) {
                return Ok(value);
            }
            // For JSON that does not fit, the error has the place.
            let json = serde_json::from_str::<Value>(raw).ok().filter(|json| json.is_object() || json.is_array());
            match json.and_then(|json| kind.check(flag.field.name, &json).err()) {
                Some(fault) => Err(refused(fault.to_string())),
                None => Err(refused(format!("it must be {}", kind::allowed(kind)))),
            }
        }
        // Any JSON value. What is not JSON is taken as a text, so that plain words need no nested quotes.
        _ => Ok(serde_json::from_str(raw).unwrap_or_else(|_| raw.into())),
    }
}

/// A mask that does not fit its picture is scaled where that was asked for, else refused before the service charges for
/// saying so.
fn same_size(
    locals: &mut [(FileRole, Place, LocalFile)],
    treatment: Treatment,
    notes: &mut Vec<String>,
) -> Result<(), Failure> {
    let image = locals.iter().find_map(|(role, _, local)| match (role, local.size) {
        (FileRole::Image, Some(size)) => Some((size, local.name.clone())),
        _ => None,
    });
    let Some((of_image, image)) = image else { return Ok(()) };
    for (_, _, mask) in locals.iter_mut().filter(|(role, ..)| *role == FileRole::Mask) {
        let Some(of_mask) = mask.size.filter(|size| *size != of_image) else { continue };
        if treatment.fit_mask && mask.fit(of_image)? {
            notes.push(format!("the mask `{}` is scaled from {of_mask} to {of_image}", mask.name));
            continue;
        }
        let advice = if treatment.fit_mask { "" } else { "; `--fit-mask` scales it" };
        return Err(Failure::usage(format!(
            "the mask `{}` is {of_mask} pixels and the image `{image}` is {of_image}: both must have the same size{advice}",
            mask.name
        )));
    }
    Ok(())
}

/// A value in a message: short, and harmless to a terminal.
fn shown(raw: &str) -> String {
    let mut text = crate::clean::line(raw);
    if text.chars().count() > 80 {
        text = text.chars().take(80).chain(['…']).collect();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Unread, from_matches, random_seed};
    use crate::args::flag::{flags, with_fields};
    use clap::Command;
    use ideogram_schema::{Bounds, ENDPOINTS, EndpointInfo, Field, FieldKind, FileRole};
    use serde_json::{Value, json};

    const TEXT: FieldKind = FieldKind::String { min_length: Some(2), max_length: Some(4) };
    const FILES: FieldKind =
        FieldKind::Array { items: &FieldKind::File(FileRole::Other), min_items: None, max_items: Some(2) };

    const COUNT: FieldKind = FieldKind::Integer(Bounds::NONE.at_least(1));
    const SIZE: &[Field] = &[Field::new("width", COUNT).required(), Field::new("height", COUNT).required()];

    /// An endpoint that no description has yet: a field of every kind, and names that are taken.
    fn endpoint() -> &'static EndpointInfo {
        let field = |name, kind| {
            let mut field: Field = ENDPOINTS[0].inputs[0];
            (field.name, field.kind, field.required, field.default) = (name, kind, false, None);
            field
        };
        let mut info = *ENDPOINTS[0];
        info.positional = &[];
        info.inputs = Vec::leak(vec![
            field("label", TEXT),
            field("file_urls", FILES),
            field("image", FieldKind::Any),
            field("image_url", FieldKind::File(FileRole::Image)),
            field("options", FieldKind::Object(SIZE)),
            field("image_size", FieldKind::OneOf(&[FieldKind::Object(SIZE), FieldKind::Enum(&["square_hd", "auto"])])),
            field("fps", FieldKind::IntegerEnum(&[24, -1])),
            field("weights", FieldKind::Map(&FieldKind::Number(Bounds::NONE))),
            field("count_or_text", FieldKind::OneOf(&[TEXT, FieldKind::Number(Bounds::NONE), COUNT])),
            field("steps", FieldKind::Integer(ideogram_schema::Bounds::NONE)),
            field("json", FieldKind::Boolean),
            field(
                "kinds",
                FieldKind::Array { items: &FieldKind::Enum(&["a", "b"]), min_items: Some(2), max_items: None },
            ),
        ]);
        Box::leak(Box::new(info))
    }

    fn input(arguments: &[&str]) -> Result<Value, String> {
        let info = endpoint();
        let command = with_fields(Command::new("test").no_binary_name(true), info);
        let matches = command.try_get_matches_from(arguments).map_err(|error| error.to_string())?;
        from_matches(info, &matches)
            .and_then(Unread::read)
            .map(|draft| Value::Object(draft.input))
            .map_err(|failure| failure.message().to_owned())
    }

    #[test]
    fn fields_that_no_endpoint_has_yet_are_flags_too() {
        let shown: Vec<String> = flags(endpoint()).iter().map(crate::args::flag::Flag::shown).collect();
        let expected = [
            "--label",
            "--file",
            "--image",
            "--image-url",
            "--options",
            "--image-size",
            "--fps",
            "--weights",
            "--count-or-text",
            "--steps",
            "--input-json",
            "--kinds",
        ];
        assert_eq!(shown, expected);
        let arguments = [
            "--label=ab",
            "--file=https://a/1",
            "--file=data:,x",
            "--image={\"width\": 3}",
            "--options=640x480",
            "--steps=-3",
            "--input-json",
            "--kinds=b",
            "--kinds=a",
        ];
        assert_eq!(
            input(&arguments),
            Ok(json!({"label": "ab", "file_urls": ["https://a/1", "data:,x"], "image": {"width": 3},
                "options": {"width": 640, "height": 480},
                "steps": -3, "json": true, "kinds": ["b", "a"]}))
        );
        assert_eq!(input(&["--image", "square"]), Ok(json!({"image": "square"})), "plain words need no quotes");
        assert_eq!(input(&[]), Ok(json!({})));
    }

    #[test]
    fn lengths_and_shapes_are_checked() {
        for (arguments, sentence) in [
            (&["--label=é"][..], "`--label` cannot be `é`: it has 1 characters and must have 2 to 4 characters"),
            (
                &["--file=a:,", "--file=b"],
                "cannot read `a:,`, given as `--file`: No such file or directory (os error 2)",
            ),
            (
                &["--file=data:,", "--file=data:,", "--file=data:,"],
                "`--file` was given 3 times: it takes at most 2 values",
            ),
            (&["--kinds=a"], "`--kinds` was given 1 times: it takes at least 2 values"),
            (&["--kinds=a", "--kinds=c"], "`--kinds` cannot be `c`: it must be one of `a`, `b`"),
            (&["--options=[]"], "`--options` cannot be `[]`: `options` must be a JSON object"),
            (&["--options=640"], "`--options` cannot be `640`: it must be a size such as `1280x720`"),
        ] {
            assert_eq!(input(arguments), Err(sentence.to_owned()));
        }
    }

    #[test]
    fn unions_maps_and_listed_numbers_are_typed_and_checked() {
        for (argument, field, value) in [
            ("--image-size=square_hd", "image_size", json!("square_hd")),
            ("--image-size=1280x720", "image_size", json!({"width": 1280, "height": 720})),
            ("--image-size={\"width\": 1, \"height\": 2}", "image_size", json!({"width": 1, "height": 2})),
            ("--fps=-1", "fps", json!(-1)),
            ("--weights={\"fox\": 0.5}", "weights", json!({"fox": 0.5})),
            ("--count-or-text=3", "count_or_text", json!(3)),
            ("--count-or-text=0.5", "count_or_text", json!(0.5)),
            ("--count-or-text=abc", "count_or_text", json!("abc")),
        ] {
            assert_eq!(input(&[argument]), Ok(json!({ field: value })), "{argument}");
        }
        for (argument, sentence) in [
            (
                "--image-size=nonsense",
                "`--image-size` cannot be `nonsense`: it must be one of `square_hd`, `auto`, or a size such as `1280x720`",
            ),
            (
                "--image-size={\"width\": 0, \"height\": 2}",
                "`--image-size` cannot be `{\"width\": 0, \"height\": 2}`: `image_size.width` must be a whole number, at \
                 least 1",
            ),
            (
                "--image-size=0x720",
                "`--image-size` cannot be `0x720`: it must be one of `square_hd`, `auto`, or a size such as `1280x720`",
            ),
            ("--fps=25", "`--fps` cannot be `25`: it must be one of `24`, `-1`"),
            ("--weights={\"fox\": \"x\"}", "`--weights` cannot be `{\"fox\": \"x\"}`: `weights.fox` must be a number"),
            ("--weights=x", "`--weights` cannot be `x`: it must be a JSON object"),
            (
                "--count-or-text=abcde",
                "`--count-or-text` cannot be `abcde`: it must be a text of 2 to 4 characters, or a number, or a whole \
                 number at least 1",
            ),
        ] {
            assert_eq!(input(&[argument]), Err(sentence.to_owned()));
        }
    }

    #[test]
    fn help_and_completions_list_what_a_union_takes() {
        let mut command = with_fields(Command::new("test").no_binary_name(true), endpoint());
        let help = command.render_long_help().to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(help.contains("Also takes a size such as `1280x720`."), "{help}");
        assert!(help.contains("[possible values: square_hd, auto]") && help.contains("24, -1"), "{help}");
        let mut script = Vec::new();
        clap_complete::generate(clap_complete::Shell::Bash, &mut command, "test", &mut script);
        let script = String::from_utf8(script).unwrap();
        assert!(script.contains("square_hd auto") && script.contains("24 -1"), "{script}");
    }

    #[test]
    fn a_random_seed_fits_31_bits_and_the_bounds() {
        let mut bounds = Bounds::NONE;
        for _ in 0..1_000 {
            let seed = random_seed(&bounds).unwrap().unwrap();
            assert!((0..=i64::from(i32::MAX)).contains(&seed), "{seed}");
        }
        (bounds.minimum, bounds.exclusive_maximum) = (Some(3), Some(5));
        for _ in 0..100 {
            assert!([3, 4].contains(&random_seed(&bounds).unwrap().unwrap()));
        }
        (bounds.minimum, bounds.exclusive_maximum) = (Some(i64::MAX), None);
        assert_eq!(random_seed(&bounds).unwrap(), None, "the server draws one then");
    }
}
