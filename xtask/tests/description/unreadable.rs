//! Files that are not what they should be: a sentence that says which, where, and what to do.

use super::Copy;
use std::fs::File;

#[test]
fn a_document_that_is_none_says_what_it_is() {
    let copy = Copy::new();
    let whole = copy.text("upstream/turbo.json");
    let middle = whole.len() / 2;
    for (text, expected) in [
        (&whole[..middle], "is cut off: "),
        ("<!DOCTYPE html><html><body>502 Bad Gateway</body></html>", "is a web page (it starts with `<`)"),
        ("", "is empty where a JSON document should be"),
        ("not json", "is not JSON: "),
        ("{\"openapi\": 1, \"openapi\": 2}", "the key stands here twice"),
    ] {
        copy.write("upstream/turbo.json", text);
        let refusal = copy.refusal();
        assert!(refusal.starts_with("openapi/upstream/turbo.json"), "{refusal}");
        assert!(refusal.contains(expected), "{refusal}");
    }
}

#[test]
fn a_gigabyte_of_spaces_is_not_read() {
    let copy = Copy::new();
    File::create(copy.path("upstream/turbo.json")).unwrap().set_len(1 << 30).unwrap();
    assert_eq!(copy.refusal(), "openapi/upstream/turbo.json: is larger than 8 MiB: no description of an endpoint is");
}

#[test]
fn every_other_file_is_named_too() {
    for (file, text) in [
        ("endpoints.toml", "[[endpoint]"),
        ("upstream.lock", "[[document]]\nfile = 1"),
        ("allow.toml", "keyword = 1"),
        ("template/common.json", "{"),
        ("template/run.json", "<html>"),
        ("template/queue.json", ""),
        ("template/upstream.json", "[1,"),
        ("overlay/shared.json", "{}"),
    ] {
        let copy = Copy::new();
        copy.write(file, text);
        assert!(copy.refusal().starts_with(&format!("openapi/{file}")), "{}", copy.refusal());
        std::fs::remove_file(copy.path(file)).unwrap();
        if file.starts_with("overlay") {
            copy.describe();
        } else {
            assert!(copy.refusal().starts_with(&format!("openapi/{file}: cannot be read: ")), "{}", copy.refusal());
        }
    }
}
