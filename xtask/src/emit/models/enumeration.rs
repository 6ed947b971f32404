//! An enumeration of texts or whole numbers, open for values that the description does not list.

use crate::emit::docs;

pub(super) fn enumeration<'a>(
    macro_name: &str,
    name: &str,
    paragraphs: &[String],
    values: impl Iterator<Item = (&'a String, String)>,
) -> String {
    let mut source = format!("super::{macro_name}! {{\n{}    {name} {{\n", docs::comment(paragraphs, "    "));
    for (variant, value) in values {
        source.push_str(&format!("        {variant} = {value},\n"));
    }
    source.push_str("    }\n}\n");
    source
}
