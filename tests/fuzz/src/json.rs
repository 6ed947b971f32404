//! JSON that is nearly right.

use crate::text::text;
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::{Index, select};
use serde_json::{Map, Number, Value, json as value};

/// One change to a value, at one of its nodes.
#[derive(Clone, Debug)]
enum Change {
    Set(Index, Value),
    Remove(Index),
    /// Another name for a member.
    Rename(Index, String),
    /// A further member or item.
    Add(Index, String, Value),
    /// The node in a list, or as the member of an object.
    Wrap(Index, bool),
    /// What stands at one node, at another.
    Copy(Index, Index),
}

/// Values that are right, changed in up to five places.
pub fn json(right: Vec<Value>) -> impl Strategy<Value = Value> {
    let changes = prop_oneof![1 => Just(Vec::new()), 12 => vec(change(), 1..5)];
    (select(right), changes).prop_map(|(value, changes)| changes.into_iter().fold(value, apply))
}

/// Values that are seldom expected.
pub fn odd() -> impl Strategy<Value = Value> {
    let numbers = vec![
        value!(0),
        value!(1),
        value!(-1),
        value!(7.0),
        value!(-0.0),
        value!(0.1),
        value!(1e300),
        value!(5e-324),
        value!(i64::MAX),
        value!(i64::MIN),
        value!(u64::MAX),
        value!(9_007_199_254_740_993_u64),
        value!(2_147_483_648_u64),
    ];
    prop_oneof![
        2 => select(vec![value!(null), value!(true), value!(false), value!([]), value!({}), value!(""), value!([[]]), value!([null])]),
        2 => select(numbers),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<f64>().prop_map(|number| Number::from_f64(number).map_or(Value::Null, Value::Number)),
        3 => text().prop_map(Value::from),
        1 => (1..130_usize, any::<bool>()).prop_map(|(depth, list)| (0..depth).fold(Value::Null, |inner, _| wrap(inner, list))),
        1 => (text(), text()).prop_map(|(name, text)| Value::Object(Map::from_iter([(name, Value::from(text))]))),
    ]
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => (any::<Index>(), odd()).prop_map(|(at, value)| Change::Set(at, value)),
        2 => any::<Index>().prop_map(Change::Remove),
        1 => (any::<Index>(), text()).prop_map(|(at, name)| Change::Rename(at, name)),
        2 => (any::<Index>(), text(), odd()).prop_map(|(at, name, value)| Change::Add(at, name, value)),
        1 => (any::<Index>(), any::<bool>()).prop_map(|(at, list)| Change::Wrap(at, list)),
        1 => (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Change::Copy(from, to)),
    ]
}

fn wrap(inner: Value, list: bool) -> Value {
    if list { Value::Array(vec![inner]) } else { Value::Object(Map::from_iter([("x".to_owned(), inner)])) }
}

fn apply(mut whole: Value, change: Change) -> Value {
    let mut places = Vec::new();
    collect(&whole, String::new(), &mut places);
    let place = |at: &Index| at.get(&places).clone();
    match change {
        Change::Set(at, value) => set(&mut whole, &place(&at), value),
        Change::Remove(at) => _ = take(&mut whole, &place(&at)),
        Change::Rename(at, name) => {
            let place = place(&at);
            let parent = place.rsplit_once('/').map(|(parent, _)| parent.to_owned());
            if let Some(parent) = parent
                && whole.pointer(&parent).is_some_and(Value::is_object)
                && let Some(value) = take(&mut whole, &place)
                && let Some(Value::Object(members)) = whole.pointer_mut(&parent)
            {
                members.insert(name, value);
            }
        }
        Change::Add(at, name, value) => match whole.pointer_mut(&place(&at)) {
            Some(Value::Object(members)) => _ = members.insert(name, value),
            Some(Value::Array(items)) => items.push(value),
            _ => {}
        },
        Change::Wrap(at, list) => {
            let place = place(&at);
            let inner = whole.pointer(&place).cloned().unwrap_or_default();
            set(&mut whole, &place, wrap(inner, list));
        }
        Change::Copy(from, to) => {
            let value = whole.pointer(&place(&from)).cloned().unwrap_or_default();
            set(&mut whole, &place(&to), value);
        }
    }
    whole
}

fn set(whole: &mut Value, place: &str, value: Value) {
    if let Some(node) = whole.pointer_mut(place) {
        *node = value;
    }
}

fn take(whole: &mut Value, place: &str) -> Option<Value> {
    let (parent, key) = place.rsplit_once('/')?;
    match whole.pointer_mut(parent)? {
        Value::Object(members) => members.remove(&key.replace("~1", "/").replace("~0", "~")),
        Value::Array(items) => {
            let at = key.parse::<usize>().ok().filter(|at| *at < items.len())?;
            Some(items.remove(at))
        }
        _ => None,
    }
}

/// The pointers of a value's nodes, its own among them.
fn collect(node: &Value, place: String, places: &mut Vec<String>) {
    match node {
        Value::Object(members) => {
            for (name, inner) in members {
                collect(inner, format!("{place}/{}", name.replace('~', "~0").replace('/', "~1")), places);
            }
        }
        Value::Array(items) => {
            for (at, inner) in items.iter().enumerate() {
                collect(inner, format!("{place}/{at}"), places);
            }
        }
        _ => {}
    }
    places.push(place);
}
