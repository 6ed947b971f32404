//! A bounded store: when it is full, the oldest value is dropped first.

use std::collections::{BTreeMap, HashMap};

/// Values by key, each with a weight; the sum of the weights never exceeds the capacity.
#[derive(Debug)]
pub(crate) struct BoundedMap<V> {
    entries: HashMap<String, Entry<V>>,
    /// Keys in the order in which they came.
    order: BTreeMap<u64, String>,
    next: u64,
    weight: usize,
    capacity: usize,
}

#[derive(Debug)]
struct Entry<V> {
    value: V,
    weight: usize,
    place: u64,
}

impl<V> BoundedMap<V> {
    /// An empty one.
    pub(crate) fn new(capacity: usize) -> Self {
        Self { entries: HashMap::new(), order: BTreeMap::new(), next: 0, weight: 0, capacity }
    }

    /// Puts a value in, in place of one with the same key, and drops the oldest until the bound holds. A value heavier
    /// than the whole capacity is not kept.
    pub(crate) fn insert(&mut self, key: String, value: V, weight: usize) {
        self.remove(&key);
        while self.weight.saturating_add(weight) > self.capacity {
            if !self.drop_oldest() {
                return;
            }
        }
        self.order.insert(self.next, key.clone());
        self.entries.insert(key, Entry { value, weight, place: self.next });
        self.next += 1;
        self.weight += weight;
    }

    /// Drops the oldest value; returns whether there was one.
    pub(crate) fn drop_oldest(&mut self) -> bool {
        let Some((_, oldest)) = self.order.pop_first() else { return false };
        if let Some(entry) = self.entries.remove(&oldest) {
            self.weight -= entry.weight;
        }
        true
    }

    /// Lets a value count as the latest.
    pub(crate) fn touch(&mut self, key: &str) {
        if let Some(entry) = self.entries.get_mut(key) {
            self.order.remove(&entry.place);
            entry.place = self.next;
            self.order.insert(self.next, key.to_owned());
            self.next += 1;
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The weight of all of them.
    pub(crate) fn weight(&self) -> usize {
        self.weight
    }

    /// The value of that key.
    pub(crate) fn get(&self, key: &str) -> Option<&V> {
        self.entries.get(key).map(|entry| &entry.value)
    }

    /// Takes the value of that key out.
    pub(crate) fn remove(&mut self, key: &str) -> Option<V> {
        let entry = self.entries.remove(key)?;
        self.order.remove(&entry.place);
        self.weight -= entry.weight;
        Some(entry.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_goes_first_and_the_bound_holds() {
        let mut map = BoundedMap::new(10);
        for (key, weight) in [("a", 4), ("b", 4), ("c", 4)] {
            map.insert(key.to_owned(), key, weight);
        }
        assert_eq!((map.get("a"), map.get("b"), map.get("c"), map.weight), (None, Some(&"b"), Some(&"c"), 8));
        map.insert("d".to_owned(), "d", 11);
        assert_eq!((map.get("d"), map.weight), (None, 0), "too heavy for the whole map");
    }

    #[test]
    fn a_key_put_in_again_counts_once() {
        let mut map = BoundedMap::new(10);
        map.insert("a".to_owned(), 1, 6);
        map.insert("a".to_owned(), 2, 6);
        assert_eq!((map.get("a"), map.weight), (Some(&2), 6));
    }
}
