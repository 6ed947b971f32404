//! Merges two schemas that both apply: `allOf`, and keywords beside `$ref`, `anyOf` and `oneOf`.

use super::read::Reader;
use super::schema::{Additional, Annotations, Array, Bound, Bounds, Object, Schema, Shape, Text, Union};
use crate::pointer::Pointer;
use std::cmp::Ordering;

impl Reader<'_> {
    /// The schema of the values that both allow. If both have a description, a default or the like, the first one's is
    /// kept.
    pub(super) fn merge(&mut self, outer: &Schema, inner: &Schema) -> Schema {
        // A union among the two multiplies what is merged with it.
        if self.is_too_much(&outer.at) {
            return Schema::new(Shape::Any, &outer.at);
        }
        match (&outer.shape, &inner.shape) {
            (one, other) if one == other || [one, other].contains(&&Shape::Any) => {}
            (Shape::Reference(target), _) => {
                let found = self.referred(outer, target);
                return self.deeper(&outer.at, |this| this.merge(&found, inner));
            }
            (_, Shape::Reference(target)) => {
                let found = self.referred(inner, target);
                return self.deeper(&outer.at, |this| this.merge(outer, &found));
            }
            _ => {}
        }
        let nullable = outer.takes_null() && inner.takes_null();
        let inferred = outer.inferred && inner.inferred;
        let at = if matches!(outer.shape, Shape::Any) { inner.at.clone() } else { outer.at.clone() };
        let notes = merge_annotations(outer.notes.clone(), inner.notes.clone());
        let shape = self.merge_shapes(outer, inner);
        Schema { at, nullable: nullable && !matches!(shape, Shape::Any | Shape::Null), shape, inferred, notes }
    }

    /// What a reference refers to, with what stands beside the reference.
    fn referred(&mut self, reference: &Schema, target: &Pointer) -> Schema {
        let found = self.follow(target, &reference.at);
        Schema {
            nullable: found.nullable || reference.nullable,
            notes: merge_annotations(reference.notes.clone(), found.notes.clone()),
            ..found
        }
    }

    fn merge_shapes(&mut self, one: &Schema, other: &Schema) -> Shape {
        match (&one.shape, &other.shape) {
            (Shape::Any, shape) | (shape, Shape::Any) => shape.clone(),
            (Shape::Union(union), _) => self.distribute(union, other),
            (_, Shape::Union(union)) => self.distribute(union, one),
            (Shape::Integer(this), Shape::Integer(that) | Shape::Number(that))
            | (Shape::Number(this), Shape::Integer(that)) => match merge_bounds(this, that) {
                Some(bounds) if !bounds.are_empty() => {
                    let format = bounds.format.clone();
                    Shape::Integer(Bounds { format, ..self.whole(bounds, &one.at) })
                }
                _ => self.contradiction(&one.at, &other.at),
            },
            (Shape::Number(this), Shape::Number(that)) => match merge_bounds(this, that) {
                Some(bounds) if !bounds.are_empty() => Shape::Number(bounds),
                _ => self.contradiction(&one.at, &other.at),
            },
            (Shape::Enum(..), Shape::Text(_) | Shape::Integer(_) | Shape::Number(_))
                if other.inferred || scalar_fits(&one.shape, &other.shape) =>
            {
                self.limited(&one.shape, other, &one.at)
            }
            (Shape::Text(_) | Shape::Integer(_) | Shape::Number(_), Shape::Enum(..))
                if one.inferred || scalar_fits(&other.shape, &one.shape) =>
            {
                self.limited(&other.shape, one, &other.at)
            }
            (Shape::Enum(kind, values), Shape::Enum(_, allowed)) => {
                let both: Vec<_> = values.iter().filter(|value| allowed.contains(value)).cloned().collect();
                if both.is_empty() {
                    return self.contradiction(&one.at, &other.at);
                }
                Shape::Enum(*kind, both)
            }
            (Shape::Text(this), Shape::Text(that)) => match merge_texts(this, that) {
                Some(text) => Shape::Text(text),
                None => self.contradiction(&one.at, &other.at),
            },
            (Shape::Array(this), Shape::Array(that)) => Shape::Array(self.merge_arrays(this, that)),
            (Shape::Object(this), Shape::Object(that)) => Shape::Object(self.merge_objects(this, that)),
            (this, that) if this == that => this.clone(),
            (_, shape) if one.inferred => shape.clone(),
            (shape, _) if other.inferred => shape.clone(),
            _ => self.contradiction(&one.at, &other.at),
        }
    }

    fn contradiction(&mut self, one: &Pointer, other: &Pointer) -> Shape {
        let message = if one == other {
            "two parts of this schema cannot be carried together: no single Rust type takes just what both take"
                .to_owned()
        } else {
            format!("this and `{other}` cannot be carried together: no single Rust type takes just what both take")
        };
        self.wrong(one, message);
        Shape::Any
    }

    /// The values of an enumeration that keep to the limits of another schema.
    fn limited(&mut self, values: &Shape, limits: &Schema, at: &Pointer) -> Shape {
        let Shape::Enum(kind, values) = values else { return values.clone() };
        let kept: Vec<_> = values.iter().filter(|value| limits.shape.allows(value)).cloned().collect();
        if kept.is_empty() {
            return self.contradiction(at, &limits.at);
        }
        Shape::Enum(*kind, kept)
    }

    /// A restriction beside a union holds for each of its variants.
    fn distribute(&mut self, union: &Union, other: &Schema) -> Shape {
        if union.discriminator.is_some() {
            // Its mapping leads to the variants as they are: changed ones would have no tag.
            let says_nothing = other.inferred && !matches!(other.shape, Shape::Object(_));
            if !says_nothing && !is_any_object(&other.shape) {
                let message = "what stands beside a union with a `discriminator` would have to be part of each variant: \
                               write it into the variants' own schemas";
                self.wrong(&other.at, message);
            }
            return Shape::Union(union.clone());
        }
        let other = Schema { notes: Annotations::default(), ..other.clone() };
        let variants = union.variants.iter().map(|variant| self.merge(variant, &other)).collect();
        Shape::Union(Union { variants, ..union.clone() })
    }

    fn merge_arrays(&mut self, this: &Array, that: &Array) -> Array {
        Array {
            items: Box::new(self.merge(&this.items, &that.items)),
            min_items: this.min_items.max(that.min_items),
            max_items: least(this.max_items, that.max_items),
            unique: this.unique || that.unique,
        }
    }

    fn merge_objects(&mut self, this: &Object, that: &Object) -> Object {
        let properties = match (&this.properties, &that.properties) {
            (None, None) => None,
            (Some(only), None) | (None, Some(only)) => Some(only.clone()),
            (Some(first), Some(second)) => {
                let mut merged = first.clone();
                for (name, theirs) in second {
                    match merged.iter_mut().find(|(known, _)| known == name) {
                        None => merged.push((name.clone(), theirs.clone())),
                        Some((_, ours)) => *ours = self.merge(ours, theirs),
                    }
                }
                Some(merged)
            }
        };
        Object {
            properties,
            required: this.required.union(&that.required).cloned().collect(),
            additional: match (&this.additional, &that.additional) {
                (Additional::Unsaid, said) | (said, Additional::Unsaid) => said.clone(),
                (Additional::Forbidden, _) | (_, Additional::Forbidden) => Additional::Forbidden,
                (Additional::Any, said) | (said, Additional::Any) => said.clone(),
                (Additional::Of(ours), Additional::Of(theirs)) => Additional::Of(Box::new(self.merge(ours, theirs))),
            },
            min_properties: this.min_properties.max(that.min_properties),
            max_properties: least(this.max_properties, that.max_properties),
        }
    }
}

/// Whether the shape takes every object.
fn is_any_object(shape: &Shape) -> bool {
    let Shape::Object(object) = shape else { return false };
    let Object { properties, required, additional, min_properties, max_properties } = object;
    properties.as_ref().is_none_or(Vec::is_empty)
        && required.is_empty()
        && matches!(additional, Additional::Unsaid | Additional::Any)
        && min_properties.is_none()
        && max_properties.is_none()
}

fn scalar_fits(values: &Shape, kind: &Shape) -> bool {
    use super::schema::Scalar;
    matches!(
        (values, kind),
        (Shape::Enum(Scalar::String, _), Shape::Text(_))
            | (Shape::Enum(Scalar::Integer(_), _), Shape::Integer(_))
            | (Shape::Enum(Scalar::Integer(_) | Scalar::Number, _), Shape::Number(_))
    )
}

fn merge_annotations(outer: Annotations, inner: Annotations) -> Annotations {
    let examples = if outer.examples.is_empty() { inner.examples } else { outer.examples };
    let (mut kept, mut foreign) = (inner.kept, inner.foreign);
    kept.extend(outer.kept);
    foreign.extend(outer.foreign);
    Annotations {
        description: outer.description.or(inner.description),
        default: outer.default.or(inner.default),
        examples,
        kept,
        foreign,
    }
}

fn merge_texts(this: &Text, that: &Text) -> Option<Text> {
    Some(Text {
        min_length: this.min_length.max(that.min_length),
        max_length: least(this.max_length, that.max_length),
        pattern: either(this.pattern.as_ref(), that.pattern.as_ref())?,
        format: either(this.format.as_ref(), that.format.as_ref())?,
    })
}

fn merge_bounds(this: &Bounds, that: &Bounds) -> Option<Bounds> {
    Some(Bounds {
        minimum: tighter(this.minimum.clone(), that.minimum.clone(), Ordering::Greater),
        maximum: tighter(this.maximum.clone(), that.maximum.clone(), Ordering::Less),
        multiple_of: either(this.multiple_of.as_ref(), that.multiple_of.as_ref())?,
        format: this.format.clone().or_else(|| that.format.clone()),
    })
}

/// The value that one of them has, or both; `None` if they have different ones.
#[expect(clippy::option_option, reason = "whether it can be said at all, and what it then is")]
fn either<T: Clone + PartialEq>(one: Option<&T>, other: Option<&T>) -> Option<Option<T>> {
    match (one, other) {
        (Some(one), Some(other)) if one != other => None,
        (Some(only), _) | (None, Some(only)) => Some(Some(only.clone())),
        (None, None) => Some(None),
    }
}

/// Of two bounds the tighter one: of two minima the greater, of two maxima the less; of two alike the exclusive one.
pub(super) fn tighter(one: Option<Bound>, other: Option<Bound>, wanted: Ordering) -> Option<Bound> {
    match (one, other) {
        (Some(one), Some(other)) => {
            let order = one.value.as_f64().partial_cmp(&other.value.as_f64());
            Some(match order {
                Some(Ordering::Equal) => Bound { exclusive: one.exclusive || other.exclusive, ..one },
                Some(order) if order == wanted => one,
                _ => other,
            })
        }
        (only, None) | (None, only) => only,
    }
}

fn least(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (only, None) | (None, only) => only,
    }
}
