//! Determines which variant of a union a JSON value is.

use serde_json::Value;

/// The shape of the values of a union's variant, in enough detail to distinguish variants.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum JsonShape {
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// A text, preferably one of the listed values, if there are any.
    String(&'static [&'static str]),
    /// A list.
    Array,
    /// An object.
    Object {
        /// Every field that it describes.
        fields: &'static [&'static str],
        /// The fields that must be there.
        required: &'static [&'static str],
        /// The tags: fields that tell which variant an object is, with the texts that stand for this one.
        tags: &'static [(&'static str, &'static [&'static str])],
    },
    /// Anything.
    Any,
}

/// The indices of the variants that the value may be, the best one first: a tag decides, then what is required, then
/// how many fields are unknown, then the order of the description. Variants that the value cannot be are left out.
pub fn candidates(value: &Value, variants: &[&[JsonShape]]) -> Vec<usize> {
    let distance = |shapes: &[JsonShape]| shapes.iter().filter_map(|shape| shape.distance(value)).min();
    let mut fitting: Vec<(usize, usize)> =
        variants.iter().enumerate().filter_map(|(index, shapes)| Some((distance(shapes)?, index))).collect();
    fitting.sort_unstable();
    fitting.into_iter().map(|(_, index)| index).collect()
}

impl JsonShape {
    /// How far a value is from the shape; `None` if it cannot have the shape.
    fn distance(&self, value: &Value) -> Option<usize> {
        const NO_TAG: usize = 1 << 16;
        const EXACT: u64 = 1 << 53;
        match (self, value) {
            (Self::Any, _) => Some(usize::MAX),
            (Self::Boolean, Value::Bool(_)) | (Self::Array, Value::Array(_)) => Some(0),
            (Self::Integer, Value::Number(number)) => Some(usize::from(number.is_f64())),
            (Self::Number, Value::Number(number)) if number.is_f64() => Some(0),
            // A whole number that an `f64` cannot hold exactly would change when it is written back.
            (Self::Number, Value::Number(number)) => {
                number.as_i64().is_some_and(|number| number.unsigned_abs() <= EXACT).then_some(1)
            }
            (Self::String([]), Value::String(_)) => Some(1),
            (Self::String(listed), Value::String(text)) => Some(if listed.contains(&text.as_str()) { 0 } else { 2 }),
            (Self::Object { fields, required, tags }, Value::Object(map)) => {
                let mut told = false;
                for (field, texts) in *tags {
                    match map.get(*field).and_then(Value::as_str) {
                        Some(text) if texts.contains(&text) => told = true,
                        Some(_) => return None,
                        None => {}
                    }
                }
                if required.iter().any(|field| !map.contains_key(*field)) {
                    return None;
                }
                let unknown = map.keys().filter(|key| !fields.contains(&key.as_str())).count();
                Some(unknown + if told { 0 } else { NO_TAG })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{JsonShape, candidates};
    use serde_json::json;

    const A: &[JsonShape] =
        &[JsonShape::Object { fields: &["kind", "x"], required: &["kind"], tags: &[("kind", &["a"])] }];
    const B: &[JsonShape] =
        &[JsonShape::Object { fields: &["kind", "x", "y"], required: &["kind"], tags: &[("kind", &["b"])] }];
    const FEW: &[JsonShape] = &[JsonShape::Object { fields: &["a"], required: &[], tags: &[] }];
    const MORE: &[JsonShape] = &[JsonShape::Object { fields: &["a", "b"], required: &[], tags: &[] }];

    #[test]
    fn a_tag_decides_whatever_the_other_fields_are() {
        assert_eq!(candidates(&json!({"kind": "b", "x": 1, "y": "keep"}), &[A, B]), [1]);
        assert_eq!(candidates(&json!({"kind": "a", "y": "keep"}), &[A, B]), [0]);
        assert!(candidates(&json!({"kind": "tomorrow"}), &[A, B]).is_empty());
        assert_eq!(candidates(&json!({"kind": "a", "a": 1}), &[MORE, A]), [1, 0]);
    }

    #[test]
    fn the_variant_that_knows_every_field_goes_before_one_that_does_not() {
        assert_eq!(candidates(&json!({"a": 1, "b": 2}), &[FEW, MORE]), [1, 0]);
        assert_eq!(candidates(&json!({"a": 1}), &[FEW, MORE]), [0, 1]);
        assert_eq!(candidates(&json!({}), &[A, FEW]), [1]);
    }

    #[test]
    fn a_value_is_of_its_own_json_type() {
        let (integer, number): (&[JsonShape], &[JsonShape]) = (&[JsonShape::Integer], &[JsonShape::Number]);
        assert_eq!(candidates(&json!(42), &[number, integer]), [1, 0]);
        assert_eq!(candidates(&json!(4.5), &[integer, number]), [1, 0]);
        assert!(candidates(&json!(u64::MAX), &[number]).is_empty());
        // The last whole number up to which an `f64` holds all of them, and the first that it does not.
        assert_eq!(candidates(&json!(1_i64 << 53), &[number]), [0]);
        assert!(candidates(&json!((1_i64 << 53) + 1), &[number]).is_empty());
        assert_eq!(candidates(&json!([]), &[FEW, &[JsonShape::Array]]), [1]);
        let (listed, text): (&[JsonShape], &[JsonShape]) = (&[JsonShape::String(&["auto"])], &[JsonShape::String(&[])]);
        assert_eq!(candidates(&json!("auto"), &[text, listed]), [1, 0]);
        assert_eq!(candidates(&json!("new"), &[listed, text]), [1, 0]);
        assert_eq!(candidates(&json!(true), &[&[JsonShape::Any], text]), [0]);
    }
}
