//! Each rule, with a breach of it planted into a small tree.

use super::metadata::Metadata;
use super::{Breach, Tree, tidy};
use serde_json::{Value, json};

const RULES: &str = r#"
[[crate]]
name = "ours"
folder = "crates/ours"
uses = []
without = ["tokio"]
layers = [["lib", "face"], ["job"], ["wire"]]
leaves = ["limits", "clock", "chance", "env"]
clock = "clock"
chance = "chance"
environment = "env"
"#;

const DENY: &str = r#"
[graph]
all-features = true

[bans]
multiple-versions = "deny"
deny = [{ crate = "openssl-sys", reason = "one TLS stack" }]
skip = []

[licenses]
allow = ["MIT"]
exceptions = [{ crate = "fonts", allow = ["OFL-1.1"] }]

[sources]
unknown-registry = "deny"
unknown-git = "deny"
allow-registry = ["https://github.com/rust-lang/crates.io-index"]
"#;

/// A tree that breaks no rule, with these files instead of or beside its own.
fn tree(files: &[(&str, &str)]) -> Tree {
    let own = [
        ("xtask/tidy.toml", RULES),
        ("deny.toml", DENY),
        ("crates/ours/Cargo.toml", "[package]\nname = \"ours\"\n"),
        (
            "crates/ours/src/lib.rs",
            "mod chance;\nmod clock;\nmod env;\nmod face;\nmod job;\nmod limits;\nmod wire;\npub use face::Client;\n",
        ),
        ("crates/ours/src/face.rs", "pub struct Client(crate::job::Job);\n"),
        ("crates/ours/src/job/mod.rs", "mod follow;\npub struct Job;\npub fn begin() { follow::follow() }\n"),
        ("crates/ours/src/job/follow.rs", "use super::Job;\nuse crate::{limits, wire};\npub fn follow() {}\n"),
        ("crates/ours/src/wire.rs", "pub fn send() {}\n"),
        ("crates/ours/src/limits.rs", "pub const TRIES: u8 = 3;\n"),
        ("crates/ours/src/clock.rs", "pub fn now() -> std::time::Instant { std::time::Instant::now() }\n"),
        ("crates/ours/src/chance.rs", "pub fn id() -> String { uuid::Uuid::new_v4().to_string() }\n"),
        ("crates/ours/src/env.rs", "pub fn key() -> Option<String> { std::env::var(\"FAL_KEY\").ok() }\n"),
    ];
    let texts = own.iter().chain(files).map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
    Tree { files: texts.collect(), metadata: packages(&[]), ..Tree::default() }
}

/// The workspace `ours`, which depends on these packages: name, version, licence, source.
fn packages(below: &[(&str, &str, &str, &str)]) -> Metadata {
    let id = |name: &str, version: &str| format!("{name} {version}");
    let mut all = vec![json!({
        "id": "ours 1.0.0", "name": "ours", "version": "1.0.0", "license": "MIT", "source": null,
        "dependencies": below.iter().map(|(name, ..)| json!({"name": name, "kind": null})).collect::<Vec<_>>(),
    })];
    let mut nodes: Vec<Value> = Vec::new();
    for (name, version, license, source) in below {
        let id = id(name, version);
        nodes.push(json!({"id": id, "deps": []}));
        all.push(json!({
            "id": id, "name": name, "version": version, "license": license, "source": source, "dependencies": [],
        }));
    }
    let edge = |(name, version, ..): &(&str, &str, &str, &str)| json!({"pkg": id(name, version), "dep_kinds": [{"kind": null}]});
    nodes.push(json!({"id": "ours 1.0.0", "deps": below.iter().map(edge).collect::<Vec<_>>()}));
    let text = json!({"packages": all, "workspace_members": ["ours 1.0.0"], "resolve": {"nodes": nodes}}).to_string();
    Metadata::read(&text).unwrap()
}

const INDEX: &str = "registry+https://github.com/rust-lang/crates.io-index";

fn breaches(tree: &Tree) -> Vec<String> {
    tidy(tree).unwrap().breaches.iter().map(|Breach { file, line, rule, .. }| format!("{file}:{line} {rule}")).collect()
}

#[test]
fn a_tree_that_keeps_the_rules_is_tidy() {
    let report = tidy(&tree(&[])).unwrap();
    assert_eq!((report.breaches, report.modules), (Vec::new(), 9));
}

#[test]
fn an_upward_use_is_an_arrow_from_its_line() {
    let tree = tree(&[("crates/ours/src/wire.rs", "use std::fmt;\nuse crate::face::Client;\n")]);
    let report = tidy(&tree).unwrap();
    let [breach] = report.breaches.as_slice() else { panic!("{:?}", report.breaches) };
    assert_eq!(
        breach.to_string(),
        "crates/ours/src/wire.rs:2: layers: `wire` uses `crate::face::Client` of `face`, and a lower layer may not: \
         move what it needs down, or itself up"
    );
}

#[test]
fn an_upward_full_path_is_one_wherever_it_stands() {
    for planted in [
        "fn f(_: crate::job::Job) {}",
        "fn f() { crate::job::begin() }",
        "fn f() -> Vec<super::job::Job> { Vec::new() }",
        "fn f() { let _ = format!(\"{}\", crate::job::begin()); }",
        "mod inner { fn f() { super::super::job::begin() } }",
        "#[serde(with = \"crate::job\")] struct S;",
        "use crate::{limits::{self, TRIES}, job::*};",
        "use crate::job as queue; fn f() { queue::begin() }",
        "fn f() { use crate::job; job::begin() }",
        "macro_rules! m { () => { $crate::job::begin() } }",
    ] {
        let found = breaches(&tree(&[("crates/ours/src/wire.rs", planted)]));
        assert_eq!(found, ["crates/ours/src/wire.rs:1 layers"], "{planted}");
    }
}

#[test]
fn a_path_through_a_reexport_ends_where_the_item_is_defined() {
    let through_root = tree(&[("crates/ours/src/wire.rs", "use crate::Client;\n")]);
    assert_eq!(breaches(&through_root), ["crates/ours/src/wire.rs:1 layers"]);
    let message = &tidy(&through_root).unwrap().breaches[0].message;
    assert!(message.contains("`crate::Client` of `face`"), "{message}");

    let downward = "mod chance;\nmod clock;\nmod env;\nmod face;\nmod job;\nmod limits;\nmod wire;\n\
                    pub use wire::*;\npub use other::Thing;\n";
    let allowed = "use crate::{Thing, send};\nuse crate::limits::Duration;\npub struct Job;\n";
    let tree = tree(&[
        ("crates/ours/src/lib.rs", downward),
        ("crates/ours/src/job/mod.rs", allowed),
        ("crates/ours/src/face.rs", "pub struct Client;\n"),
        ("crates/ours/src/limits.rs", "pub const TRIES: u8 = 3;\npub use std::time::Duration;\n"),
    ]);
    assert_eq!(breaches(&tree), Vec::<String>::new());
}

#[test]
fn what_a_glob_brings_counts_where_it_is_used() {
    let tree = tree(&[
        ("crates/ours/src/limits.rs", "pub const TRIES: u8 = 3;\npub use crate::job::Job;\n"),
        ("crates/ours/src/wire.rs", "use crate::limits::*;\nfn f(_: Job) {}\n"),
    ]);
    assert_eq!(breaches(&tree), ["crates/ours/src/limits.rs:2 layers", "crates/ours/src/wire.rs:2 layers"]);
}

#[test]
fn tests_and_quoted_code_and_visibilities_are_no_arrows() {
    for allowed in [
        "#[cfg(test)] mod tests { use crate::face::Client; }",
        "#[cfg(test)] use crate::face::Client;",
        "struct S; impl S { #[cfg(test)] fn f() { crate::job::begin() } }",
        "fn f() { quote! { crate::job::begin() } }",
        "pub(in crate::job) struct S;",
        "/// See [`crate::face::Client`].\nstruct S;",
    ] {
        assert_eq!(breaches(&tree(&[("crates/ours/src/wire.rs", allowed)])), Vec::<String>::new(), "{allowed}");
    }
}

#[test]
fn a_leaf_uses_leaves_only() {
    let upward = tree(&[("crates/ours/src/limits.rs", "use crate::clock;\nuse crate::wire;\n")]);
    assert_eq!(breaches(&upward), ["crates/ours/src/limits.rs:2 layers"]);
}

#[test]
fn a_module_in_no_layer_and_a_layer_without_its_module_are_told() {
    let lib = "mod chance;\nmod clock;\nmod env;\nmod face;\nmod job;\nmod limits;\nmod new;\n";
    let tree = tree(&[
        ("crates/ours/src/lib.rs", lib),
        ("crates/ours/src/new.rs", ""),
        ("crates/ours/src/job/follow.rs", "pub fn follow() {}\n"),
    ]);
    assert_eq!(breaches(&tree), ["crates/ours/src/new.rs:1 layers", "xtask/tidy.toml:1 layers"]);
}

#[test]
fn neighbours_that_need_each_other_are_a_cycle_until_it_is_listed() {
    let lib = "mod chance;\nmod clock;\nmod env;\nmod face;\nmod job;\nmod limits;\nmod other;\nmod wire;\n";
    let rules = RULES.replace("\"face\"]", "\"face\", \"other\"]");
    let cycle = [
        ("xtask/tidy.toml", rules.as_str()),
        ("crates/ours/src/lib.rs", lib),
        ("crates/ours/src/face.rs", "use crate::other::Builder;\npub struct Client;\n"),
        ("crates/ours/src/other.rs", "pub struct Builder;\nfn build() -> crate::face::Client {}\n"),
    ];
    assert_eq!(breaches(&tree(&cycle)), ["crates/ours/src/face.rs:1 cycles", "crates/ours/src/other.rs:2 cycles"]);

    let listed = "[[crate.cycle]]\nmodules = [\"face\", \"other\"]\nreason = \"a builder\"\n";
    let listed =
        tidy(&tree(&[cycle.as_slice(), &[("xtask/tidy.toml", &format!("{rules}{listed}"))]].concat())).unwrap();
    assert_eq!((listed.breaches, listed.cycles), (Vec::new(), vec!["ours: `face` and `other`: a builder".to_owned()]));

    let gone = format!("{RULES}[[crate.cycle]]\nmodules = [\"face\", \"job\"]\nreason = \"none\"\n");
    assert_eq!(breaches(&tree(&[("xtask/tidy.toml", &gone)])), ["xtask/tidy.toml:1 cycles"]);
}

#[test]
fn the_clock_is_read_in_one_module() {
    let reading = "use std::time::Instant as Moment;\nfn a() { Moment::now(); }\nfn b(begun: Moment) { begun.elapsed(); begun.elapsed; }\n\
                   fn c() { crate::clock::now(); }\nfn d() { std::time::SystemTime::now(); }\n";
    let tree = tree(&[("crates/ours/src/wire.rs", reading)]);
    let lines = [2, 3, 5].map(|line| format!("crates/ours/src/wire.rs:{line} clock"));
    assert_eq!(breaches(&tree), lines);
}

#[test]
fn chance_is_drawn_in_one_module() {
    let drawing = "fn a() { fastrand::u8(..); }\nfn b() { uuid::Uuid::new_v4(); }\nfn c() { uuid::Uuid::parse_str(\"\"); }\n\
                   fn d() { std::hash::RandomState::new(); }\nfn e() { crate::chance::id(); }\n";
    let tree = tree(&[("crates/ours/src/wire.rs", drawing)]);
    assert_eq!(breaches(&tree), [1, 2, 4].map(|line| format!("crates/ours/src/wire.rs:{line} chance")));
}

#[test]
fn the_environment_is_read_and_named_in_its_registry() {
    let reading = "fn a() { std::env::var(\"HOME\"); }\nuse std::env;\nfn b() { env::vars_os(); }\n\
                   const KEY: &str = \"FAL_KEY_ID\";\nfn c() { crate::env::key(); }\n/// `FAL_KEY`\nconst NO: &str = \"FAL\";\n";
    let tree = tree(&[("crates/ours/src/wire.rs", reading)]);
    assert_eq!(breaches(&tree), [1, 3, 4].map(|line| format!("crates/ours/src/wire.rs:{line} environment")));
}

#[test]
fn a_file_over_eight_hundred_lines_is_too_long_whoever_writes_it() {
    let generated = format!("// @generated by `cargo xtask codegen`; edits are lost.\n{}", "\n".repeat(800));
    let tree = tree(&[
        ("crates/ours/tests/long.rs", &"\n".repeat(801)),
        ("crates/ours/tests/longest.rs", &"\n".repeat(800)),
        ("crates/ours/src/generated/models.rs", &generated),
    ]);
    assert_eq!(breaches(&tree), ["crates/ours/src/generated/models.rs:801 size", "crates/ours/tests/long.rs:801 size"]);
}

#[test]
fn generated_folders_and_headers_go_together() {
    let header = "// @generated by `cargo xtask codegen`; edits are lost.\n";
    let tree = tree(&[
        ("crates/ours/src/generated/mod.rs", "pub struct A;\n"),
        ("crates/ours/src/generated/other.rs", header),
        ("crates/ours/examples/copied.rs", header),
        ("tests/it/corpus/bare/mod.rs", "pub struct A;\n"),
    ]);
    assert_eq!(
        breaches(&tree),
        [
            "crates/ours/examples/copied.rs:1 headers",
            "crates/ours/src/generated/mod.rs:1 headers",
            "tests/it/corpus/bare/mod.rs:1 headers",
        ]
    );
}

#[test]
fn links_lead_to_files_and_headings() {
    let readme = "# Title\n\n[a](docs/page.md) [b](docs/gone.md)\n[c](docs/page.md#the-way-of-it) [d](docs/page.md#gone)\n\
                  [e](#title) [f](https://example.com/gone) [g](crates/) `crates/ours/src/lib.rs` `crates/ours/src/gone.rs`\n\
                  `crates/*/src` `crates/ours`\n\n```sh\ncat docs/gone.md\n```\n";
    let page = "## The way, of *it*\n\n[back](../README.md) [nowhere](README.md)\n";
    let tree = tree(&[("README.md", readme), ("docs/page.md", page)]);
    assert_eq!(
        breaches(&tree),
        ["README.md:3 links", "README.md:4 links", "README.md:5 links", "docs/page.md:3 links"]
    );
}

#[test]
fn what_a_reader_copies_does_not_index() {
    let readme = "```rust\nlet a = images.first();\nsave(&response.images[0]);\n```\n\n```sh\njq '.images[0]'\n```\n";
    let docs = "//! ```\n//! # let all = [1, 2];\n//! print(all()?[0]);\n//! ```\n//! ```text\n//! all[0]\n//! ```\n";
    let example = "fn main() { for n in [1, 2] { f(&mut [n], vec![n], list[n]); } }\n";
    let tree =
        tree(&[("README.md", readme), ("crates/ours/src/wire.rs", docs), ("crates/ours/examples/one.rs", example)]);
    assert_eq!(
        breaches(&tree),
        ["README.md:3 indexing", "crates/ours/examples/one.rs:1 indexing", "crates/ours/src/wire.rs:3 indexing"]
    );
}

#[test]
fn a_crate_depends_on_those_of_the_workspace_that_it_may() {
    let metadata = json!({
        "packages": [
            {"id": "ours", "name": "ours", "version": "1.0.0", "license": "MIT", "source": null,
             "dependencies": [{"name": "theirs", "kind": null}, {"name": "tools", "kind": "dev"}]},
            {"id": "theirs", "name": "theirs", "version": "1.0.0", "license": "MIT", "source": null, "dependencies": []},
        ],
        "workspace_members": ["ours", "theirs"],
        "resolve": {"nodes": [{"id": "ours", "deps": []}, {"id": "theirs", "deps": []}]},
    });
    let mut tree = tree(&[("crates/ours/Cargo.toml", "[package]\n\n[dependencies]\ntheirs.workspace = true\n")]);
    tree.metadata = Metadata::read(&metadata.to_string()).unwrap();
    // The second is not listed in `tidy.toml`.
    assert_eq!(breaches(&tree), ["crates/ours/Cargo.toml:4 crates", "xtask/tidy.toml:1 crates"]);
}

#[test]
fn what_a_crate_does_without_is_not_below_it() {
    let mut tree = tree(&[]);
    // The workspace's own build may have it, by what another crate asks for.
    tree.metadata = packages(&[("tokio", "1.0.0", "MIT", INDEX)]);
    assert_eq!(breaches(&tree), Vec::<String>::new());
    tree.below.insert("ours".to_owned(), ["serde", "tokio"].map(str::to_owned).into());
    assert_eq!(breaches(&tree), ["crates/ours/Cargo.toml:1 crates"]);
}

#[test]
fn packages_are_held_to_deny_toml() {
    for (below, rule) in [
        (vec![("openssl-sys", "0.9.1", "MIT", INDEX)], "bans"),
        (vec![("syn", "2.0.1", "MIT", INDEX), ("syn", "3.0.0", "MIT", INDEX)], "duplicates"),
        (vec![("copyleft", "1.0.0", "GPL-3.0-only", INDEX)], "licences"),
        (vec![("unlicensed", "1.0.0", "", INDEX)], "licences"),
        (vec![("both", "1.0.0", "MIT AND OFL-1.1", INDEX)], "licences"),
        (vec![("forked", "1.0.0", "MIT", "git+https://example.com/forked")], "sources"),
    ] {
        let mut tree = tree(&[]);
        tree.metadata = packages(&below);
        assert_eq!(breaches(&tree), [format!("Cargo.lock:1 {rule}")], "{below:?}");
    }
    let mut tree = tree(&[]);
    tree.metadata =
        packages(&[("either", "1.0.0", "GPL-3.0-only OR MIT", INDEX), ("fonts", "1.0.0", "MIT AND OFL-1.1", INDEX)]);
    assert_eq!(breaches(&tree), Vec::<String>::new());
}

#[test]
fn deny_toml_decides_and_may_not_say_what_is_not_understood() {
    let twice = [("syn", "2.0.1", "MIT", INDEX), ("syn", "3.0.0", "MIT", INDEX)];
    let skipping = DENY.replace("skip = []", "skip = [{ crate = \"syn@2\", reason = \"old derives\" }]");
    let mut skipped = tree(&[("deny.toml", &skipping)]);
    skipped.metadata = packages(&twice);
    assert_eq!(breaches(&skipped), Vec::<String>::new());
    skipped.metadata = packages(&[]);
    assert_eq!(breaches(&skipped), ["deny.toml:8 duplicates"]);

    let lenient = DENY.replace("multiple-versions = \"deny\"", "multiple-versions = \"warn\"");
    assert!(tidy(&tree(&[("deny.toml", &lenient)])).unwrap_err().to_string().contains("warn"));
    let unknown = DENY.replace("[licenses]", "[licenses]\nprivate = { ignore = true }");
    assert!(tidy(&tree(&[("deny.toml", &unknown)])).unwrap_err().to_string().contains("private"));
}

#[test]
fn a_file_that_is_no_rust_is_named_with_its_line() {
    let error = tidy(&tree(&[("crates/ours/src/wire.rs", "fn f() {}\nfn {}\n")])).unwrap_err().to_string();
    assert!(error.starts_with("crates/ours/src/wire.rs: line 2:"), "{error}");
}
