//! Names of Rust types, each a pure function of one text of the description.

use heck::ToUpperCamelCase as _;

/// A type's name.
///
/// ```
/// use xtask::names::type_name;
///
/// assert_eq!(type_name("GenerateInputAspectRatio"), "GenerateInputAspectRatio");
/// assert_eq!(type_name("fal__toolkit__Image-3d"), "FalToolkitImage3d");
/// assert_eq!(type_name("3DModel"), "N3dModel");
/// ```
pub fn type_name(text: &str) -> String {
    let name = ascii(text).to_upper_camel_case();
    match name.chars().next() {
        None => "Unnamed".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("N{name}"),
        Some(_) => name,
    }
}

/// The part of a type's name that a field adds to its owner's.
pub fn part(text: &str) -> String {
    let part = ascii(text).to_upper_camel_case();
    if part.is_empty() { "Field".to_owned() } else { part }
}

/// Whether Rust keeps the word for itself.
pub fn is_keyword(word: &str) -> bool {
    // No keyword has an underscore in it, and most names of fields have: the parser need not be asked.
    let is_compound =
        word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') && word.trim_matches('_').contains('_');
    !is_compound && (word == "gen" || syn::parse_str::<syn::Ident>(word).is_err())
}

/// The text with a blank for each character that the name of a component may not have: OpenAPI takes ASCII only.
fn ascii(text: &str) -> String {
    text.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { ' ' }).collect()
}

/// Whether a Rust name may have this letter or digit, of whatever script.
pub(super) fn is_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric()
        || (letter.is_alphanumeric() && syn::parse_str::<syn::Ident>(&format!("a{letter}")).is_ok())
}
