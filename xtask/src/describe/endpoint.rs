//! What the description says of an endpoint as a whole.

use super::components::{Components, Shape, referenced};
use crate::error::{Error, Result};
use crate::sources::endpoints;
use serde_json::Value;

/// What `x-fal-endpoint` says of an endpoint.
#[derive(Clone, Debug, PartialEq)]
pub struct EndpointFacts {
    /// The full endpoint id.
    pub id: String,
    /// The id's first segment.
    pub owner: String,
    /// The id's second segment.
    pub app: String,
    /// The marker's name.
    pub name: String,
    /// The command's name.
    pub verb: String,
    /// One line.
    pub summary: String,
    /// The fields a command line takes by position.
    pub positional: Vec<String>,
    /// The input's component.
    pub input: String,
    /// The output's component.
    pub output: String,
    /// Millionths, currency, unit.
    pub price: Option<(u64, String, String)>,
}

impl EndpointFacts {
    /// Reads the extension of one operation.
    ///
    /// # Errors
    /// A fact that is missing or of the wrong type.
    pub fn read(extension: &Value, pointer: &str) -> Result<Self> {
        let text = |keyword: &str| -> Result<String> {
            let value = extension.get(keyword).and_then(Value::as_str);
            value.map(str::to_owned).ok_or_else(|| Error::new(format!("`{keyword}` must be a text")).at(pointer))
        };
        let component = |keyword: &str| -> Result<String> {
            let reference = text(keyword)?;
            let name = reference.strip_prefix("#/components/schemas/").map(str::to_owned);
            name.ok_or_else(|| Error::new(format!("`{keyword}` must be a reference to a component")).at(pointer))
        };
        let positional = extension.get("positional").and_then(Value::as_array);
        let price = match extension.get("price") {
            None | Some(Value::Null) => None,
            Some(price) => Some(read_price(price, pointer)?),
        };
        Ok(Self {
            id: text("id")?,
            owner: text("owner")?,
            app: text("app")?,
            name: text("name")?,
            verb: text("verb")?,
            summary: text("summary")?,
            positional: positional.into_iter().flatten().filter_map(|name| name.as_str().map(str::to_owned)).collect(),
            input: component("input")?,
            output: component("output")?,
            price,
        })
    }
}

impl EndpointFacts {
    /// What does not go together with the components: positional fields that the input does not have, or that no command line
    /// can take in this order.
    pub(super) fn check(&self, components: &Components) -> Vec<Error> {
        let Some(Shape::Struct(fields)) = components.get(&self.input).map(|input| &input.shape) else {
            return Vec::new();
        };
        let names: Vec<&str> = fields.iter().map(|field| field.json.as_str()).collect();
        let wrong = |name: &str, why: &str| {
            let message = format!("`positional` of `{}` has `{name}`, {why}", self.id);
            Error::new(message).in_file(endpoints::PATH)
        };
        let mut problems = Vec::new();
        let mut optional: Option<&str> = None;
        for (index, name) in self.positional.iter().enumerate() {
            let rest = self.positional.get(index + 1..).unwrap_or_default();
            let Some(field) = fields.iter().find(|field| field.json == *name) else {
                let known = names.join("`, `");
                problems.push(wrong(name, &format!("which is no field of its input; those are `{known}`")));
                continue;
            };
            if rest.contains(name) {
                problems.push(wrong(name, "twice: take one of them out"));
            } else if is_list(&field.schema, components) && !rest.is_empty() {
                problems.push(wrong(name, "a list, which takes all that follows: put it last"));
            }
            match optional {
                Some(before) if field.required => {
                    problems.push(wrong(name, &format!("which is required, after `{before}`, which is not")));
                }
                None if !field.required => optional = Some(name.as_str()),
                _ => {}
            }
        }
        problems
    }
}

/// Whether a field's values are lists.
fn is_list(schema: &Value, components: &Components) -> bool {
    match referenced(schema).and_then(|name| components.get(name)).map(|component| &component.shape) {
        Some(Shape::Wrapper(schema)) => is_list(schema, components),
        Some(_) => false,
        None => schema.get("type").is_some_and(|kind| kind == "array"),
    }
}

fn read_price(price: &Value, pointer: &str) -> Result<(u64, String, String)> {
    let text = |keyword: &str| price.get(keyword).and_then(Value::as_str);
    let (Some(amount), Some(currency), Some(unit)) = (text("amount"), text("currency"), text("unit")) else {
        return Err(Error::new("a price needs the texts `amount`, `currency` and `unit`").at(pointer));
    };
    let micros = micros(amount)
        .ok_or_else(|| Error::new(format!("`{amount}` is no amount with at most six decimals")).at(pointer))?;
    Ok((micros, currency.to_owned(), unit.to_owned()))
}

/// A decimal in millionths, exactly.
fn micros(amount: &str) -> Option<u64> {
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || fraction.len() > 6 || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    format!("{whole}{fraction:0<6}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::micros;

    #[test]
    fn prices_are_exact() {
        assert_eq!(micros("0.05"), Some(50_000));
        assert_eq!(micros("1"), Some(1_000_000));
        assert_eq!(micros("0.0000001"), None);
        assert_eq!(micros("5e-2"), None);
        assert_eq!(micros(""), None);
    }
}
