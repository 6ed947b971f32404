//! Rust names for properties and enum values: each a pure function of one text, so that a new value renames no old one.

use super::types::{is_keyword, is_letter};
use heck::{ToSnakeCase, ToUpperCamelCase};

/// The field or argument name for a JSON property: `image_url`, `type_` for `type`, `n3d` for `3d`.
///
/// ```
/// assert_eq!(xtask::names::field("image_url"), "image_url");
/// assert_eq!(xtask::names::field("type"), "type_");
/// ```
pub fn field(property: &str) -> String {
    let name = spell_out(property).to_snake_case();
    match name.chars().next() {
        None => "empty".to_owned(),
        Some(first) if first.is_numeric() => format!("n{name}"),
        Some(_) if is_keyword(&name) => format!("{name}_"),
        Some(_) => name,
    }
}

/// The variant name for an enum value: `Ratio16x9` for `16:9`, `Render3d` for `render_3D`, `Value1_5` for `1.5`.
///
/// ```
/// assert_eq!(xtask::names::variant("16:9"), "Ratio16x9");
/// ```
pub fn variant(value: &str) -> String {
    if value.is_empty() {
        return "Empty".to_owned();
    }
    if let Some((width, height)) = value.split_once(':') {
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_number(width) && is_number(height) {
            return format!("Ratio{width}x{height}");
        }
    }
    let parts: Vec<String> =
        split_decimal_points(&spell_out(value)).iter().map(|part| part.to_upper_camel_case()).collect();
    // A point between digits is kept as an underscore: `1.5` and `15` are different values.
    let name = parts.join("_");
    match name.chars().next() {
        None => value.chars().map(|character| format!("U{:x}", u32::from(character))).collect(),
        Some(first) if first.is_numeric() => format!("Value{name}"),
        Some(_) if is_keyword(&name) => format!("{name}_"),
        Some(_) => name,
    }
}

/// Characters with a meaning become words, and other characters that a Rust name cannot have become their code point.
/// The rest is left to the rules for upper and lower case.
fn spell_out(text: &str) -> String {
    let mut spelt = String::with_capacity(text.len());
    let mut previous: Option<char> = None;
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        let before_digit = rest.peek().is_some_and(char::is_ascii_digit);
        let word = match character {
            '+' => Some("Plus"),
            '-' if before_digit && !previous.is_some_and(char::is_alphanumeric) => Some("Minus"),
            '*' => Some("Star"),
            '#' => Some("Sharp"),
            '%' => Some("Percent"),
            '&' => Some("And"),
            '@' => Some("At"),
            '=' => Some("Equals"),
            '<' => Some("Less"),
            '>' => Some("Greater"),
            '!' => Some("Bang"),
            _ => None,
        };
        match word {
            Some(word) => spelt.extend([" ", word, " "]),
            None if character.is_ascii() || is_letter(character) => spelt.push(character),
            None => spelt.push_str(&format!(" U{:x} ", u32::from(character))),
        }
        previous = Some(character);
    }
    spelt
}

/// Splits where a point stands between two digits.
fn split_decimal_points(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let digit_at = |index: usize| characters.get(index).is_some_and(char::is_ascii_digit);
    let mut parts = vec![String::new()];
    for (index, character) in characters.iter().enumerate() {
        if *character == '.' && index > 0 && digit_at(index - 1) && digit_at(index + 1) {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(*character);
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::{field, variant};

    #[test]
    fn variants_read_as_rust_and_depend_on_one_value_only() {
        for (value, name) in [
            ("16:9", "Ratio16x9"),
            ("render_3D", "Render3d"),
            ("auto", "Auto"),
            ("IN_QUEUE", "InQueue"),
            ("1.5", "Value1_5"),
            ("15", "Value15"),
            ("-1", "Minus1"),
            ("c++", "CPlusPlus"),
            ("1024x1024", "Value1024x1024"),
            ("Self", "Self_"),
            ("", "Empty"),
            ("...", "U2eU2eU2e"),
            ("é", "É"),
            ("日本", "日本"),
            ("٣", "Value٣"),
            ("→", "U2192"),
            ("en-US", "EnUs"),
        ] {
            assert_eq!(variant(value), name, "{value:?}");
        }
    }

    #[test]
    fn fields_are_always_identifiers() {
        for (property, name) in [
            ("type", "type_"),
            ("3d", "n3d"),
            ("imageURL", "image_url"),
            ("$", "empty"),
            ("cfg+", "cfg_plus"),
            ("Größe", "größe"),
        ] {
            assert_eq!(field(property), name, "{property:?}");
        }
    }
}
