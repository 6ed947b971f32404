//! Bounds of numbers, and lengths.

use super::rules::Kind;
use super::verdict::Position;
use super::view::View;
use super::walk::{At, Walk};
use serde_json::{Number, Value};
use std::cmp::Ordering;

/// One end of a range.
#[derive(Clone, Debug)]
struct End {
    number: Number,
    exclusive: bool,
}

/// A range, whichever way it was written.
#[derive(Debug, Default)]
struct Range {
    lower: Option<End>,
    upper: Option<End>,
    step: Option<Number>,
}

/// A bound that is no number, nor a flag where it may be one.
struct Malformed;

impl Range {
    fn read(view: &View) -> Result<Self, Malformed> {
        Ok(Self {
            lower: end(view, "minimum", "exclusiveMinimum", Ordering::Greater)?,
            upper: end(view, "maximum", "exclusiveMaximum", Ordering::Less)?,
            step: number(view, "multipleOf")?,
        })
    }

    fn is_open(&self) -> bool {
        self.lower.is_none() && self.upper.is_none() && self.step.is_none()
    }
}

fn number(view: &View, key: &str) -> Result<Option<Number>, Malformed> {
    view.get(key).map(|value| value.as_number().cloned().ok_or(Malformed)).transpose()
}

/// The end that both keywords make: `exclusiveMinimum` is a flag of `minimum` in OpenAPI 3.0, a bound of its own in 3.1.
/// `tighter` is how the tighter of two bounds compares with the other.
fn end(view: &View, inclusive: &str, exclusive: &str, tighter: Ordering) -> Result<Option<End>, Malformed> {
    let bound = number(view, inclusive)?;
    let exclusive = match view.get(exclusive) {
        None => false,
        Some(Value::Bool(flag)) => *flag,
        Some(Value::Number(other)) => {
            if bound.as_ref().is_none_or(|bound| compare_numbers(bound, other) != tighter) {
                return Ok(Some(End { number: other.clone(), exclusive: true }));
            }
            false
        }
        Some(_) => return Err(Malformed),
    };
    Ok(bound.map(|number| End { number, exclusive }))
}

fn compare_numbers(one: &Number, two: &Number) -> Ordering {
    let whole = |number: &Number| number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
    match (whole(one), whole(two)) {
        (Some(one), Some(two)) => one.cmp(&two),
        _ => match (one.as_f64(), two.as_f64()) {
            (Some(one), Some(two)) => one.total_cmp(&two),
            _ => Ordering::Equal,
        },
    }
}

/// How tight the new end is against the old one.
fn tightness(old: Option<&End>, new: Option<&End>, tighter: Ordering) -> Ordering {
    match (old, new) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some(old), Some(new)) => match compare_numbers(&new.number, &old.number) {
            Ordering::Equal => new.exclusive.cmp(&old.exclusive),
            order if order == tighter => Ordering::Greater,
            _ => Ordering::Less,
        },
    }
}

/// How tight the new step is against the old one; none when neither's multiples are all multiples of the other.
fn step_tightness(old: Option<&Number>, new: Option<&Number>) -> Option<Ordering> {
    match (old, new) {
        (None, None) => Some(Ordering::Equal),
        (None, Some(_)) => Some(Ordering::Greater),
        (Some(_), None) => Some(Ordering::Less),
        (Some(old), Some(new)) if compare_numbers(old, new) == Ordering::Equal => Some(Ordering::Equal),
        (Some(old), Some(new)) if is_multiple(new, old) => Some(Ordering::Greater),
        (Some(old), Some(new)) if is_multiple(old, new) => Some(Ordering::Less),
        _ => None,
    }
}

fn is_multiple(number: &Number, of: &Number) -> bool {
    let (Some(number), Some(of)) = (number.as_f64(), of.as_f64()) else { return false };
    let quotient = number / of;
    quotient.is_finite() && (quotient - quotient.round()).abs() < 1e-9
}

pub(super) fn compare(walk: &mut Walk, at: &At, old: &View, new: &View) {
    let keys = ["minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf"];
    let (Ok(old_range), Ok(new_range)) = (Range::read(old), Range::read(new)) else {
        for key in keys.into_iter().filter(|key| old.get(key) != new.get(key)) {
            walk.unknown(&at.key(key), old.get(key), new.get(key));
        }
        return;
    };
    // A number that is sent has a checked type when it has any bound; one that is only received has not.
    let is_checked = at.component || matches!(at.position, Position::Request | Position::Both);
    let sides = [
        (keys[0], tightness(old_range.lower.as_ref(), new_range.lower.as_ref(), Ordering::Greater)),
        (keys[2], tightness(old_range.upper.as_ref(), new_range.upper.as_ref(), Ordering::Less)),
    ];
    for (key, tightness) in sides {
        let kind = match tightness {
            Ordering::Equal => continue,
            Ordering::Greater if is_checked && old_range.is_open() => Kind::BoundAdded,
            Ordering::Less if is_checked && new_range.is_open() => Kind::BoundRemoved,
            Ordering::Greater => Kind::BoundNarrowed,
            Ordering::Less => Kind::BoundWidened,
        };
        let (old, new) = if key == keys[0] {
            (
                words("at least", "more than", old_range.lower.as_ref()),
                words("at least", "more than", new_range.lower.as_ref()),
            )
        } else {
            (
                words("at most", "less than", old_range.upper.as_ref()),
                words("at most", "less than", new_range.upper.as_ref()),
            )
        };
        walk.report(&at.key(key), kind, format!("must be {new}, had to be {old}"));
    }
    let kinds: &[Kind] = match step_tightness(old_range.step.as_ref(), new_range.step.as_ref()) {
        Some(Ordering::Equal) => &[],
        Some(Ordering::Greater) if is_checked && old_range.is_open() => &[Kind::BoundAdded],
        Some(Ordering::Less) if is_checked && new_range.is_open() => &[Kind::BoundRemoved],
        Some(Ordering::Greater) => &[Kind::BoundNarrowed],
        Some(Ordering::Less) => &[Kind::BoundWidened],
        None => &[Kind::BoundNarrowed, Kind::BoundWidened],
    };
    for kind in kinds {
        let step = at.key("multipleOf");
        walk.report_value(&step, *kind, "the step", old.get("multipleOf"), new.get("multipleOf"));
    }
}

fn words(inclusive: &str, exclusive: &str, end: Option<&End>) -> String {
    match end {
        None if inclusive == "at least" => "of any size below".to_owned(),
        None => "of any size above".to_owned(),
        Some(end) => format!("{} {}", if end.exclusive { exclusive } else { inclusive }, end.number),
    }
}

/// A least or greatest length; no least length is 0.
pub(super) fn length(walk: &mut Walk, at: &At, key: &str, is_least: bool, old: Option<&Value>, new: Option<&Value>) {
    let missing = if is_least { 0 } else { u64::MAX };
    let read = |value: Option<&Value>| value.map_or(Some(missing), Value::as_u64);
    let kind = match (read(old), read(new)) {
        (Some(old), Some(new)) if old == new => return,
        (Some(old), Some(new)) if (new > old) == is_least => Kind::LengthNarrowed,
        (Some(_), Some(_)) => Kind::LengthWidened,
        _ => return walk.unknown(at, old, new),
    };
    walk.report_value(at, kind, &format!("`{key}`"), old, new);
}
