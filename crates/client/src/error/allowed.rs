//! The limits that the service names when it refuses an input: what would have been allowed.

use crate::text::clean;
use ideogram_schema::ValidationErrorDetail;
use serde_json::{Map, Value};
use std::fmt::{self, Display, Formatter};

/// The most values of an enumeration, or formats, that a sentence lists.
const VALUES: usize = 20;
/// The most bytes of one of them.
const VALUE: usize = 40;

/// What the service would have allowed, read from the `ctx` of a [`ValidationErrorDetail`]. Each field is set only for
/// the kinds of error that it belongs to. Undocumented entries are in `ctx` only.
///
/// [`Display`] writes all of it in words, and nothing if no field is set: `at least 0.01`, ``one of `auto`, `anime` ``,
/// `at most 4096×4096 pixels`. The texts in it are the server's, shortened and free of control characters.
///
/// ```
/// # fn show(error: ideogram_client::Error) {
/// use ideogram_client::Allowed;
///
/// for detail in error.details() {
///     let allowed = Allowed::of(detail);
///     match allowed.at_most {
///         Some(most) => println!("{} is cut to {most}", detail.location()),
///         None => println!("{} must be {allowed}", detail.location()),
///     }
/// }
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Allowed {
    /// The least number (`ge`).
    pub at_least: Option<f64>,
    /// A number that the value must exceed (`gt`).
    pub more_than: Option<f64>,
    /// The greatest number (`le`).
    pub at_most: Option<f64>,
    /// A number that the value must stay below (`lt`).
    pub less_than: Option<f64>,
    /// The value must be a multiple of this.
    pub multiple_of: Option<f64>,
    /// The least number of characters or items.
    pub min_length: Option<u64>,
    /// The greatest number of characters or items.
    pub max_length: Option<u64>,
    /// The least width and height of a picture, in pixels.
    pub min_size: Option<(u64, u64)>,
    /// The greatest width and height of a picture, in pixels.
    pub max_size: Option<(u64, u64)>,
    /// The largest file, in bytes.
    pub max_bytes: Option<u64>,
    /// The shortest duration, in seconds.
    pub min_duration: Option<f64>,
    /// The longest duration, in seconds.
    pub max_duration: Option<f64>,
    /// The least number of files.
    pub min_count: Option<u64>,
    /// The greatest number of files.
    pub max_count: Option<u64>,
    /// The values to choose from.
    pub one_of: Vec<String>,
    /// The formats or extensions of files.
    pub formats: Vec<String>,
}

impl Allowed {
    /// Reads the limits in one detail.
    pub fn of(detail: &ValidationErrorDetail) -> Self {
        let empty = Map::new();
        let context = detail.ctx.as_ref().unwrap_or(&empty);
        let number = |name: &str| context.get(name).and_then(Value::as_f64);
        let count = |name: &str| context.get(name).and_then(Value::as_u64);
        let formats = list(context.get("supported_formats"));
        Self {
            at_least: number("ge"),
            more_than: number("gt"),
            at_most: number("le"),
            less_than: number("lt"),
            multiple_of: number("multiple_of"),
            min_length: count("min_length"),
            max_length: count("max_length"),
            min_size: count("min_width").zip(count("min_height")),
            max_size: count("max_width").zip(count("max_height")),
            max_bytes: count("max_size"),
            min_duration: number("min_duration"),
            max_duration: number("max_duration"),
            min_count: count("min_count"),
            max_count: count("max_count"),
            one_of: list(context.get("expected")),
            formats: if formats.is_empty() { list(context.get("supported_extensions")) } else { formats },
        }
    }
}

/// Reads a list of texts, or a sentence of the server's framework (pydantic) such as `'auto', 'general' or 'anime'`.
fn list(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(items)) => {
            items.iter().map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned)).collect()
        }
        Some(Value::String(sentence)) => sentence.split('\'').skip(1).step_by(2).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

impl Display for Allowed {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let phrases: Vec<_> = self.phrases().into_iter().map(|phrase| phrase.words).collect();
        f.write_str(&phrases.join(", "))
    }
}

/// A phrase about what is allowed, and the numbers and texts in it.
struct Phrase {
    words: String,
    figures: Vec<String>,
}

impl Allowed {
    /// What is allowed, as far as a message does not say it already.
    pub(super) fn beyond(&self, message: &str) -> String {
        let edge = |character: char| !(character.is_alphanumeric() || matches!(character, '.' | '-' | '_' | ':' | '/'));
        let words: Vec<_> = message.split(edge).map(|word| word.trim_end_matches(['.', ':'])).collect();
        let unsaid = |phrase: &Phrase| !phrase.figures.iter().all(|figure| words.contains(&figure.as_str()));
        let phrases: Vec<_> = self.phrases().into_iter().filter(unsaid).map(|phrase| phrase.words).collect();
        phrases.join(", ")
    }

    fn phrases(&self) -> Vec<Phrase> {
        let mut phrases = Vec::new();
        let mut say = |before: &str, figures: &[&dyn Display], joint: &str, after: &str| {
            let figures: Vec<_> = figures.iter().map(ToString::to_string).collect();
            phrases.push(Phrase { words: format!("{before}{}{after}", figures.join(joint)), figures });
        };
        for (before, number, after) in [
            ("at least ", self.at_least, ""),
            ("more than ", self.more_than, ""),
            ("at most ", self.at_most, ""),
            ("less than ", self.less_than, ""),
            ("a multiple of ", self.multiple_of, ""),
            ("at least ", self.min_duration, " seconds"),
            ("at most ", self.max_duration, " seconds"),
        ] {
            if let Some(number) = number {
                say(before, &[&number], "", after);
            }
        }
        for (before, count, after) in [
            ("at least ", self.min_length, " characters or items"),
            ("at most ", self.max_length, " characters or items"),
            ("at most ", self.max_bytes, " bytes"),
            ("at least ", self.min_count, " files"),
            ("at most ", self.max_count, " files"),
        ] {
            if let Some(count) = count {
                say(before, &[&count], "", after);
            }
        }
        for (before, size) in [("at least ", self.min_size), ("at most ", self.max_size)] {
            if let Some((width, height)) = size {
                say(before, &[&width, &height], "×", " pixels");
            }
        }
        for values in [&self.one_of, &self.formats] {
            if !values.is_empty() {
                let shown: Vec<_> = values.iter().take(VALUES).map(|value| clean(value, VALUE)).collect();
                let shown: Vec<_> = shown.iter().map(|value| value as &dyn Display).collect();
                say("one of `", &shown, "`, `", if values.len() > VALUES { "`, and more" } else { "`" });
            }
        }
        phrases
    }
}

#[cfg(test)]
mod tests {
    use super::Allowed;
    use ideogram_schema::ValidationErrorDetail;
    use serde_json::json;

    fn allowed(context: &serde_json::Value) -> Allowed {
        let detail = json!({"loc": ["body", "x"], "msg": "m", "type": "t", "ctx": context});
        Allowed::of(&serde_json::from_value::<ValidationErrorDetail>(detail).unwrap())
    }

    #[test]
    fn the_documented_figures_are_typed() {
        assert_eq!(allowed(&json!({"le": 1.0})).at_most, Some(1.0));
        let size = allowed(&json!({"min_height": 64, "min_width": 32}));
        assert_eq!((size.min_size, size.to_string().as_str()), (Some((32, 64)), "at least 32×64 pixels"));
        assert_eq!(allowed(&json!({"expected": "'auto', 'general' or 'anime'"})).one_of, ["auto", "general", "anime"]);
        assert_eq!(allowed(&json!({"expected": ["a", 7]})).one_of, ["a", "7"]);
        assert_eq!(allowed(&json!({"supported_extensions": [".zip"]})).formats, [".zip"]);
        assert_eq!(allowed(&json!({"le": "x", "error": "y"})), Allowed::default());
    }

    #[test]
    fn everything_that_is_allowed_can_be_said_in_words() {
        for (context, words) in [
            (json!({"ge": 0.01}), "at least 0.01"),
            (json!({"gt": 0}), "more than 0"),
            (json!({"le": 1.0}), "at most 1"),
            (json!({"lt": 10.5}), "less than 10.5"),
            (json!({"multiple_of": 8}), "a multiple of 8"),
            (json!({"min_length": 3}), "at least 3 characters or items"),
            (json!({"max_length": 9}), "at most 9 characters or items"),
            (json!({"max_width": 40, "max_height": 30}), "at most 40×30 pixels"),
            (json!({"max_size": 1024}), "at most 1024 bytes"),
            (json!({"min_duration": 0.5, "max_duration": 2}), "at least 0.5 seconds, at most 2 seconds"),
            (json!({"min_count": 1, "max_count": 2}), "at least 1 files, at most 2 files"),
            (json!({"expected": "'auto', 'general' or 'anime'"}), "one of `auto`, `general`, `anime`"),
            (json!({"expected": ["a", 7]}), "one of `a`, `7`"),
            (json!({"supported_formats": ["png", "webp"]}), "one of `png`, `webp`"),
            (json!({"error": "y"}), ""),
        ] {
            assert_eq!(allowed(&context).to_string(), words);
        }
        let many: Vec<_> = (0..1000).map(|n| format!("\u{1b}{n}{}", "x".repeat(1000))).collect();
        let words = allowed(&json!({"expected": many})).to_string();
        assert!(words.len() < 1200 && words.ends_with(", and more") && !words.contains('\u{1b}'), "{words}");
    }

    #[test]
    fn what_the_message_says_already_is_not_said_again() {
        let most = allowed(&json!({"le": 1.0}));
        assert_eq!(most.beyond("Input should be less than or equal to 1"), "");
        assert_eq!(most.beyond("Input should be less than or equal to 1."), "");
        assert_eq!(most.beyond("Input should be less than or equal to 10"), "at most 1");
        let values = allowed(&json!({"expected": "'auto', 'render_3D' or '16:9'"}));
        assert_eq!(values.beyond("Input should be 'auto', 'render_3D' or '16:9'"), "");
        assert_eq!(values.beyond("not valid"), "one of `auto`, `render_3D`, `16:9`");
    }
}
