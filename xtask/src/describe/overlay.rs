//! Applies overlays, which hold our corrections and additions. An action that no longer does anything is an error, so
//! that it is removed together with the mistake that it corrects. So is an action whose replaced text has changed.

use crate::error::Error;
use crate::sources::lock::sha256;
use crate::sources::overlay::{Action, Overlay};
use serde_json::Value;
use serde_json_path::NormalizedPath;
use std::cmp::Reverse;

/// How many digits of a hash are written.
const DIGITS: usize = 16;

/// Applies every action in turn. An action is a problem if it matches nothing, changes nothing, does not fit what it
/// matches, or replaces a text with another hash than its `x-replaces`.
pub(super) fn apply(overlay: &Overlay, document: &mut Value, problems: &mut Vec<Error>) {
    for (index, action) in overlay.actions.iter().enumerate() {
        if let Err(message) = apply_action(action, document) {
            problems.push(Error::new(message).in_file(&overlay.file).at(format_args!("/actions/{index}")));
        }
    }
}

fn apply_action(action: &Action, document: &mut Value) -> std::result::Result<(), String> {
    let target = &action.target;
    let mut places: Vec<String> =
        target.query_located(document).locations().map(NormalizedPath::to_json_pointer).collect();
    if places.is_empty() {
        return Err(format!("`{target}` matches nothing: correct the path, or delete the action"));
    }
    // From the end, so that removing one item of a list does not move those still to come. A target may list its matches in
    // any order, and one of them twice.
    places.sort_by_cached_key(|place| Reverse(steps(place)));
    places.dedup();
    let mut changed = false;
    let mut replaced = Vec::new();
    for place in places {
        let Some(update) = &action.update else {
            remove(document, &place);
            changed = true;
            continue;
        };
        let node = document.pointer_mut(&place).ok_or_else(|| format!("`{target}` has no `{place}`"))?;
        let before = node.clone();
        match node {
            Value::Object(_) if update.is_object() => merge(node, update, &mut replaced),
            Value::Array(items) => items.push(update.clone()),
            _ => {
                return Err(format!(
                    "`update` does not fit `{place}`: an object goes into an object, an entry into a list"
                ));
            }
        }
        changed |= *node != before;
    }
    replaced.sort();
    if changed {
        return remembered(action, &replaced);
    }
    Err(format!("`{target}` changes nothing: the document says so already, delete the action"))
}

/// Checks that the replaced text has the hash in the action's `x-replaces`: the first digits of its sha256.
fn remembered(action: &Action, replaced: &[String]) -> std::result::Result<(), String> {
    if replaced.is_empty() {
        return match &action.replaces {
            None => Ok(()),
            Some(_) => {
                Err("replaces nothing any more: see whether it is still needed, and take `x-replaces` out".to_owned())
            }
        };
    }
    let hash: String = sha256(replaced.join("\n").as_bytes()).chars().take(DIGITS).collect();
    if action.replaces.as_ref() == Some(&hash) {
        return Ok(());
    }
    let since = if action.replaces.is_some() { ", which is not what it replaced when it was written" } else { "" };
    let shown: String = replaced.join(", ").chars().take(200).collect();
    Err(format!(
        "replaces {shown}{since}: see that what it sets still fits, then say `\"x-replaces\": \"{hash}\"` beside its `update`"
    ))
}

/// Merges the update; `replaced` gets the JSON of each single value that it overwrites.
fn merge(into: &mut Value, update: &Value, replaced: &mut Vec<String>) {
    match (into, update) {
        (Value::Object(into), Value::Object(update)) => {
            for (key, value) in update {
                match into.get_mut(key) {
                    Some(known) => merge(known, value, replaced),
                    None => _ = into.insert(key.clone(), value.clone()),
                }
            }
        }
        (Value::Array(into), Value::Array(update)) => into.extend(update.iter().cloned()),
        (into, update) => {
            if into != update {
                replaced.push(into.to_string());
            }
            into.clone_from(update);
        }
    }
}

/// A place's steps, by which places can be sorted: an index by its number.
fn steps(place: &str) -> Vec<(Option<usize>, String)> {
    place.split('/').map(|step| (step.parse().ok(), step.to_owned())).collect()
}

fn remove(document: &mut Value, place: &str) {
    let Some((parent, key)) = place.rsplit_once('/') else { return };
    let key = key.replace("~1", "/").replace("~0", "~");
    match document.pointer_mut(parent) {
        Some(Value::Object(map)) => _ = map.remove(&key),
        Some(Value::Array(items)) => {
            if let Some(index) = key.parse().ok().filter(|index| *index < items.len()) {
                items.remove(index);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::apply as apply_overlay;
    use crate::sources::overlay::Overlay;
    use serde_json::{Value, json};

    fn apply(action: &Value, document: &mut Value) -> Result<(), String> {
        let overlay = json!({"overlay": "1.0.0", "info": {"title": "t", "version": "1"}, "actions": [action]});
        let overlay = Overlay::parse("o.json".into(), overlay).map_err(|error| error.to_string())?;
        let mut problems = Vec::new();
        apply_overlay(&overlay, document, &mut problems);
        problems.first().map_or(Ok(()), |error| Err(error.to_string()))
    }

    #[test]
    fn an_update_is_merged_into_every_match() {
        let mut document = json!({"a": {"x": {"d": 1}}, "b": {"x": {"list": [1]}}});
        let update = json!({"target": "$.*.x", "update": {"e": {"f": 2}, "list": [2]}, "x-reason": "r"});
        apply(&update, &mut document).unwrap();
        assert_eq!(
            document,
            json!({"a": {"x": {"d": 1, "e": {"f": 2}, "list": [2]}}, "b": {"x": {"list": [1, 2], "e": {"f": 2}}}})
        );
    }

    #[test]
    fn an_action_stops_when_what_it_replaces_is_another() {
        let action = |replaces: Value| {
            let mut action = json!({"target": "$.a", "update": {"d": "ours"}, "x-reason": "r"});
            if !replaces.is_null() {
                action["x-replaces"] = replaces;
            }
            action
        };
        let on = |text: &str, replaces: Value| apply(&action(replaces), &mut json!({"a": {"d": text}}));
        let first = on("theirs", Value::Null).unwrap_err();
        assert!(first.contains("replaces \"theirs\": see that what it sets still fits"), "{first}");
        let (_, hash) = first.split_once("\"x-replaces\": \"").unwrap();
        let hash = json!(hash.split('"').next().unwrap());
        assert_eq!(on("theirs", hash.clone()), Ok(()));
        let other = on("theirs, changed", hash.clone()).unwrap_err();
        assert!(other.contains("\"theirs, changed\", which is not what it replaced when it was written"), "{other}");
        let gone = apply(&action(hash), &mut json!({"a": {}})).unwrap_err();
        assert!(gone.contains("replaces nothing any more"), "{gone}");
        assert_eq!(apply(&action(Value::Null), &mut json!({"a": {}})), Ok(()), "a text that was not there");
    }

    #[test]
    fn a_removal_takes_every_match_away() {
        let mut document = json!({"list": [1, 2, 3, 4], "a/b": 1, "c": 2});
        apply(&json!({"target": "$.list[1:3]", "remove": true, "x-reason": "r"}), &mut document).unwrap();
        apply(&json!({"target": "$['a/b']", "remove": true, "x-reason": "r"}), &mut document).unwrap();
        assert_eq!(document, json!({"list": [1, 4], "c": 2}));
    }

    #[test]
    fn a_removal_takes_away_what_its_target_lists_in_any_order_and_twice() {
        let removed = |target: &str| {
            let mut document = json!({"a": (0..12).collect::<Vec<_>>(), "b": [{"c": 1}, {"c": 2}]});
            apply(&json!({"target": target, "remove": true, "x-reason": "r"}), &mut document).unwrap();
            document
        };
        assert_eq!(removed("$.a[2,0]")["a"], json!([1, 3, 4, 5, 6, 7, 8, 9, 10, 11]));
        assert_eq!(removed("$.a[0,0]")["a"], json!([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]));
        assert_eq!(removed("$.a[9,10,2]")["a"], json!([0, 1, 3, 4, 5, 6, 7, 8, 11]));
        assert_eq!(removed("$.b[0,1,0].c")["b"], json!([{}, {}]));
    }

    #[test]
    fn an_action_that_does_nothing_is_an_error() {
        let mut document = json!({"a": {"b": 1}});
        for (action, expected) in [
            (json!({"target": "$.c", "update": {}, "x-reason": "r"}), "`$.c` matches nothing"),
            (json!({"target": "$.a", "update": {"b": 1}, "x-reason": "r"}), "`$.a` changes nothing"),
            (json!({"target": "$.a.b", "update": {"c": 1}, "x-reason": "r"}), "`update` does not fit `/a/b`"),
            (json!({"target": "$.a", "update": {"c": 1}, "x-reason": " "}), "needs an `x-reason`"),
            (json!({"target": "$.a", "x-reason": "r"}), "needs either an `update` or `\"remove\": true`"),
        ] {
            let message = apply(&action, &mut document).unwrap_err();
            assert!(message.starts_with(&format!("o.json#/actions/0: {expected}")), "{message}");
        }
        assert!(apply(&json!({"target": "$..["}), &mut document).unwrap_err().starts_with("o.json: is no overlay: "));
        assert_eq!(document, json!({"a": {"b": 1}}));
    }
}
