//! The figures that come with a fault of an input: what would have been allowed.

use ideogram_schema::ValidationErrorDetail;
use serde_json::{Map, Value};
use std::fmt;

/// What would have been allowed, from the `ctx` of a [`ValidationErrorDetail`]: the documented figures, typed. Each is
/// there only for the faults that it belongs to; anything else stays in `ctx` itself.
///
/// ```
/// # fn show(error: ideogram_client::Error) {
/// use ideogram_client::Allowed;
///
/// for detail in error.details() {
///     let allowed = Allowed::of(detail);
///     if let Some(most) = allowed.at_most {
///         println!("at most {most}");
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
    /// Reads what a fault says.
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

/// A list of texts; or the framework's sentence, `'auto', 'general' or 'anime'`.
fn list(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(items)) => {
            items.iter().map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned)).collect()
        }
        Some(Value::String(sentence)) => sentence.split('\'').skip(1).step_by(2).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

impl fmt::Display for Allowed {
    /// What the server's sentence often leaves out: sizes, files, formats. Empty where there is nothing of that.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words = Vec::new();
        if let Some((width, height)) = self.min_size {
            words.push(format!("at least {width}×{height} pixels"));
        }
        if let Some((width, height)) = self.max_size {
            words.push(format!("at most {width}×{height} pixels"));
        }
        if let Some(bytes) = self.max_bytes {
            words.push(format!("at most {bytes} bytes"));
        }
        if !self.formats.is_empty() {
            let formats: Vec<_> = self.formats.iter().take(20).map(|name| crate::text::clean(name, 40)).collect();
            words.push(format!("one of {}", formats.join(", ")));
        }
        f.write_str(&words.join(", "))
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
}
