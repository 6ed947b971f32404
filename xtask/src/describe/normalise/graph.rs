//! The schemas of one document, and which refers to which.

use super::schema::{Schema, Shape};
use crate::pointer::Pointer;
use std::collections::{BTreeMap, BTreeSet};

/// The schemas and what refers to what.
pub(super) struct Graph {
    pub schemas: BTreeMap<Pointer, Schema>,
}

impl Graph {
    /// Where a chain of bare references ends.
    pub(super) fn target(&self, place: &Pointer) -> Pointer {
        self.chain(place).pop().unwrap_or_else(|| place.clone())
    }

    /// Whether it says no more than to look elsewhere.
    pub(super) fn is_alias(&self, place: &Pointer) -> bool {
        matches!(self.schemas.get(place), Some(Schema { shape: Shape::Reference(_), .. }))
    }

    pub(super) fn chain(&self, place: &Pointer) -> Vec<Pointer> {
        let mut chain = vec![place.clone()];
        while let Some(Schema { shape: Shape::Reference(next), .. }) = chain.last().and_then(|at| self.schemas.get(at))
        {
            if chain.contains(next) {
                break;
            }
            chain.push(next.clone());
        }
        chain
    }

    /// Whether a schema on the way to the target takes `null`: then so does whatever refers to it.
    pub(super) fn takes_null(&self, place: &Pointer) -> bool {
        self.chain(place).iter().filter_map(|at| self.schemas.get(at)).any(|schema| schema.nullable)
    }

    pub(super) fn reachable(&self, from: &Pointer) -> BTreeSet<Pointer> {
        let mut found = BTreeSet::new();
        let mut rest = vec![from.clone()];
        while let Some(place) = rest.pop() {
            if found.insert(place.clone()) {
                rest.extend(self.schemas.get(&place).into_iter().flat_map(Schema::references).cloned());
            }
        }
        found
    }
}
