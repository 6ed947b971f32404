//! What a reviewer reads when the description or the API changes: the generated code's surface, and what each crate
//! promises. `INSTA_UPDATE=always cargo test -p ideogram-tests --test it surface` takes the snapshots anew.

use ideogram_tests::root;

#[test]
fn the_schema_crates_generated_surface_is_the_reviewed_one() {
    insta::assert_snapshot!(xtask::emit::surface::of_folder(&root().join("crates/schema/src/generated")).unwrap());
}

#[test]
fn the_clients_generated_surface_is_the_reviewed_one() {
    insta::assert_snapshot!(xtask::emit::surface::of_folder(&root().join("crates/client/src/generated")).unwrap());
}

/// What a crate promises, hand-written and generated.
fn public_api(folder: &str, library: &str) -> String {
    xtask::modules::public_api(&xtask::tidy::Tree::read(&root()).unwrap().files, folder, library).unwrap()
}

#[test]
fn the_schema_crates_public_api_is_the_reviewed_one() {
    insta::assert_snapshot!(public_api("crates/schema", "ideogram-schema"));
}

#[test]
fn the_clients_public_api_is_the_reviewed_one() {
    insta::assert_snapshot!(public_api("crates/client", "ideogram-client"));
}

#[test]
fn the_sandboxes_public_api_is_the_reviewed_one() {
    insta::assert_snapshot!(public_api("crates/sandbox", "ideogram-sandbox"));
}

#[test]
fn the_command_lines_public_api_is_the_reviewed_one() {
    insta::assert_snapshot!(public_api("crates/cli", "ideogram-cli"));
}
