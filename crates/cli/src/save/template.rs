//! File names with placeholders: `{slug}-{seed}.{ext}`.

use crate::exit::Failure;
use crate::save::name::{Naming, is_reserved};
use ideogram_schema::{ENDPOINTS, EndpointInfo, Field, FieldKind};
use std::fmt;

/// The most bytes of a name, so that a number, `.json` or a temporary ending still fits behind it.
const MAX_NAME: usize = 200;

/// The fields that are not a field of the endpoint.
const OWN: &[&str] = &["slug", "seed", "index", "command", "request_id", "ext"];

/// The name of a file, with places for what is known of it once it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Template(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Field(&'static str),
}

/// Every field that a template may have: the tool's own, then those of the endpoints.
pub(crate) fn fields() -> Vec<&'static str> {
    fields_of(ENDPOINTS.iter().copied())
}

/// The tool's own fields, then those of these endpoints.
pub(crate) fn fields_of(endpoints: impl IntoIterator<Item = &'static EndpointInfo>) -> Vec<&'static str> {
    let inputs =
        endpoints.into_iter().flat_map(|info| info.inputs).filter(|field| is_short(field)).map(|field| field.name);
    let mut fields = OWN.to_vec();
    for name in inputs {
        if !fields.contains(&name) {
            fields.push(name);
        }
    }
    fields
}

fn is_short(field: &Field) -> bool {
    matches!(
        field.kind,
        FieldKind::Enum(_)
            | FieldKind::IntegerEnum(_)
            | FieldKind::Integer(_)
            | FieldKind::Number(_)
            | FieldKind::Boolean
    )
}

/// The name that a file gets when nobody says: `{slug}-{seed}.{ext}`.
impl Default for Template {
    fn default() -> Self {
        Self(vec![
            Part::Field("slug"),
            Part::Text("-".to_owned()),
            Part::Field("seed"),
            Part::Text(".".to_owned()),
            Part::Field("ext"),
        ])
    }
}

impl Template {
    /// Reads the name of a file; `None` where it has no field in it. `{{` and `}}` are braces.
    pub(super) fn parse(name: &str) -> Option<Result<Self, Failure>> {
        name.contains(['{', '}']).then(|| Self::read(name))
    }

    fn read(name: &str) -> Result<Self, Failure> {
        let mut parts = Vec::new();
        let mut text = String::new();
        let mut rest = name;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, braces) = rest.split_at(at);
            text.push_str(before);
            if let Some(after) = braces.strip_prefix("{{").or_else(|| braces.strip_prefix("}}")) {
                text.extend(braces.chars().next());
                rest = after;
                continue;
            }
            let field = braces.strip_prefix('{').and_then(|braces| braces.split_once('}'));
            let Some((field, after)) = field else {
                return Err(Failure::usage(format!(
                    "`--output` has a brace without its other half in `{name}`; a brace in a name is `{{{{` or `}}}}`"
                )));
            };
            let known = field.replace('-', "_");
            let Some(known) = fields().into_iter().find(|name| *name == known) else {
                return Err(Failure::usage(format!(
                    "`--output` knows no field `{{{field}}}`: there are `{{{}}}`",
                    fields().join("}`, `{")
                )));
            };
            if !text.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut text)));
            }
            parts.push(Part::Field(known));
            rest = after;
        }
        text.push_str(rest);
        if !text.is_empty() {
            parts.push(Part::Text(text));
        }
        let has_extension =
            parts.contains(&Part::Field("ext")) || matches!(parts.last(), Some(Part::Text(text)) if text.contains('.'));
        if !has_extension {
            parts.extend([Part::Text(".".to_owned()), Part::Field("ext")]);
        }
        Ok(Self(parts))
    }

    /// Puts the number of a request in its place.
    pub(super) fn set_index(&mut self, index: usize) {
        for part in &mut self.0 {
            if *part == Part::Field("index") {
                *part = Part::Text(index.to_string());
            }
        }
    }

    /// The name of a file.
    pub(super) fn name(&self, naming: &Naming<'_>, extension: &str) -> String {
        let mut name = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => name.push_str(text),
                Part::Field("slug") => name.push_str(&naming.slug()),
                Part::Field("seed") => name.push_str(&naming.seed.map(|seed| seed.to_string()).unwrap_or_default()),
                Part::Field("index") => name.push('1'),
                Part::Field("command") => name.push_str(naming.info.verb),
                Part::Field("request_id") => name.push_str(&naming.request_id()),
                Part::Field("ext") => name.push_str(extension),
                Part::Field(input) => name.push_str(&naming.input(input)),
            }
        }
        fit(&name, naming)
    }
}

/// The name without what a missing field leaves at its end, short enough, and a name on every system.
fn fit(name: &str, naming: &Naming<'_>) -> String {
    let (stem, extension) = name.rsplit_once('.').map_or((name, ""), |(stem, extension)| (stem, extension));
    let stem = stem.trim_end_matches(['-', '_', ' ', '.']);
    let mut stem = if stem.is_empty() { naming.slug() } else { stem.to_owned() };
    let room = MAX_NAME.saturating_sub(extension.len() + 1);
    while stem.len() > room {
        stem.pop();
    }
    let name = if extension.is_empty() { stem } else { format!("{stem}.{extension}") };
    if is_reserved(&name) { format!("_{name}") } else { name }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.0 {
            match part {
                Part::Text(text) => f.write_str(&text.replace('{', "{{").replace('}', "}}"))?,
                Part::Field(name) => write!(f, "{{{name}}}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Template, fields};
    use crate::save::Naming;
    use ideogram_schema::ENDPOINTS;
    use serde_json::{Value, json};

    fn name(template: &str, words: &str, seed: Option<i64>, input: &Value) -> String {
        let naming = Naming {
            info: ENDPOINTS[0],
            input: input.as_object().unwrap(),
            words: Some(words),
            seed,
            request_id: Some("../764c"),
        };
        Template::parse(template).unwrap().unwrap().name(&naming, "png")
    }

    #[test]
    fn every_field_stands_for_something_and_none_leads_out_of_the_folder() {
        let input = json!({"style": "../render_3D", "aspect_ratio": "16:9"});
        for (template, expected) in [
            ("{slug}-{seed}.{ext}", "a-fox-7.png"),
            ("{slug}", "a-fox.png"),
            ("{seed}.jpeg", "7.jpeg"),
            ("{command}_{style}_{aspect-ratio}.{ext}", "generate_render_3D_16-9.png"),
            ("{request_id}.{ext}", "764c.png"),
            ("{index}-{{x}}.{ext}", "1-{x}.png"),
            // The default of a field that was not given.
            ("{expand_prompt}.{ext}", "true.png"),
        ] {
            assert_eq!(name(template, "A fox", Some(7), &input), expected, "{template}");
            let parsed = Template::parse(template).unwrap().unwrap();
            assert_eq!(Template::parse(&parsed.to_string()).unwrap().unwrap(), parsed, "as the ledger keeps it");
        }
        for field in fields() {
            let made = name(&format!("{{{field}}}"), "../..", None, &json!({field: "../../x"}));
            assert!(!made.contains(['/', '\\']) && !made.starts_with('.'), "{field}: {made}");
        }
    }

    #[test]
    fn what_is_missing_leaves_no_dash_and_no_empty_name() {
        let none = json!({});
        assert_eq!(name("{slug}-{seed}.{ext}", "A fox", None, &none), "a-fox.png");
        assert_eq!(name("{seed}.{ext}", "🦊", None, &none), "generate.png");
        assert_eq!(name("{slug}.{ext}", "CON", None, &none), "_con.png");
        assert_eq!(name("{seed}.{ext}", "x", Some(-1), &none), "-1.png");
        let long = name("{slug}{slug}{slug}{slug}.{ext}", &"狐".repeat(90), None, &none);
        assert!(long.len() <= 200 && long.ends_with("狐.png"), "{}", long.len());
    }

    #[test]
    fn a_template_is_told_from_a_name_and_a_wrong_one_from_a_right_one() {
        assert!(Template::parse("fox.png").is_none());
        assert_eq!(Template::parse("{slug}-{seed}.{ext}").unwrap().unwrap(), Template::default());
        let wrong = |template: &str| Template::parse(template).unwrap().unwrap_err().message().to_owned();
        assert!(wrong("{sed}.png").starts_with("`--output` knows no field `{sed}`: there are `{slug}`, `{seed}`, "));
        assert!(wrong("{sed}.png").contains("`{style}`"));
        assert!(wrong("{seed.png").contains("without its other half"));
        assert!(wrong("seed}.png").contains("without its other half"));
    }
}
