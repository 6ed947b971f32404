//! An enumeration of texts or whole numbers, open for values that the description does not list.

use crate::describe::components::Component;
use crate::emit::docs;

pub(super) fn enumeration<'a>(
    macro_name: &str,
    component: &Component,
    paragraphs: &[String],
    values: impl Iterator<Item = (&'a String, String)>,
) -> String {
    let mut source =
        format!("super::{macro_name}! {{\n{}    {} {{\n", docs::comment(paragraphs, "    "), component.rust);
    for (name, value) in values {
        source.push_str(&format!("        {name} = {value},\n"));
    }
    source.push_str("    }\n}\n");
    source
}
