//! Where the service is and who may call it.

use super::annotation::annotation;
use super::rules::Kind;
use super::walk::{At, Walk, shown};
use serde_json::Value;

/// The first server is where calls go; the order of the others means nothing.
pub(super) fn servers(walk: &mut Walk, at: &At, old: Option<&Value>, new: Option<&Value>) {
    fn list(value: Option<&Value>) -> Option<Vec<(&str, &Value)>> {
        let read = |server| Some((server, Value::get(server, "url")?.as_str()?));
        let servers = value.map_or(Some([].as_slice()), |list| list.as_array().map(Vec::as_slice))?;
        servers.iter().map(|server| read(server).map(|(server, url)| (url, server))).collect()
    }
    let (Some(old_list), Some(new_list)) = (list(old), list(new)) else { return walk.unknown(at, old, new) };
    let url = |list: &[(&str, &Value)]| list.first().map(|(url, _)| Value::from(*url));
    let (old_url, new_url) = (url(&old_list), url(&new_list));
    if old_url != new_url {
        walk.report_value(&at.key("0/url"), Kind::Server, "the base URL", old_url.as_ref(), new_url.as_ref());
    }
    let has = |list: &[(&str, &Value)], url: &str| list.iter().any(|(other, _)| *other == url);
    for (url, _) in old_list.iter().skip(1).filter(|(url, _)| !has(&new_list, url)) {
        walk.report(at, Kind::Server, format!("no longer has the base URL `{url}`"));
    }
    for (index, (url, server)) in new_list.iter().enumerate() {
        let here = at.key(&index.to_string());
        let same = old_list.iter().find(|(other, _)| other == url);
        let Some((_, old)) = same.or_else(|| old_list.first().filter(|_| index == 0)) else {
            if index > 0 {
                walk.report(&here, Kind::ServerAdded, format!("has the further base URL `{url}`"));
            }
            continue;
        };
        walk.differing(&here, old, server, |walk, key, old, new| match key {
            "url" => {}
            "variables" => plain(walk, &here.name(key), Kind::Server, old, new),
            _ => annotation(walk, &here.name(key), key, old, new),
        });
    }
}

/// What has no rules for its parts: every difference is of one kind, but for texts.
pub(super) fn plain(walk: &mut Walk, at: &At, kind: Kind, old: Option<&Value>, new: Option<&Value>) {
    match (old, new) {
        (Some(old @ Value::Object(_)), Some(new @ Value::Object(_))) => {
            walk.differing(at, old, new, |walk, key, old, new| match key {
                "description" | "summary" => annotation(walk, &at.name(key), key, old, new),
                _ => plain(walk, &at.name(key), kind, old, new),
            });
        }
        (Some(Value::Array(old)), Some(Value::Array(new))) if old.len() == new.len() => {
            for (index, (old, new)) in old.iter().zip(new).enumerate().filter(|(_, (old, new))| old != new) {
                plain(walk, &at.key(&index.to_string()), kind, Some(old), Some(new));
            }
        }
        _ => {
            let key = at.pointer.rsplit('/').next().unwrap_or_default().to_owned();
            walk.report_value(at, kind, &format!("the `{key}`"), old, new);
        }
    }
}

/// A list of alternatives; an empty one, or none, asks for nothing.
pub(super) fn security(walk: &mut Walk, at: &At, old: Option<&Value>, new: Option<&Value>) {
    let list = |value: Option<&Value>| value.map_or(Some(Vec::new()), |list| list.as_array().cloned());
    let (Some(old), Some(new)) = (list(old), list(new)) else { return walk.unknown(at, old, new) };
    if new.is_empty() && !old.is_empty() {
        return walk.report(at, Kind::SecurityRelaxed, "no longer asks for credentials");
    }
    if old.is_empty() && !new.is_empty() {
        return walk.report(at, Kind::SecurityRequired, "now asks for credentials");
    }
    for alternative in old.iter().filter(|alternative| !new.contains(alternative)) {
        walk.report(at, Kind::SecurityRequired, format!("no longer accepts {}", shown(alternative)));
    }
    for alternative in new.iter().filter(|alternative| !old.contains(alternative)) {
        walk.report(at, Kind::SecurityRelaxed, format!("also accepts {}", shown(alternative)));
    }
}
