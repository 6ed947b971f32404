//! What a reviewer reads when the description changes: the generated code's public surface.

use crate::description::root;

#[test]
fn the_schema_crates_generated_surface_is_the_reviewed_one() {
    insta::assert_snapshot!(xtask::emit::surface::of_folder(&root().join("crates/schema/src/generated")).unwrap());
}

#[test]
fn the_clients_generated_surface_is_the_reviewed_one() {
    insta::assert_snapshot!(xtask::emit::surface::of_folder(&root().join("crates/client/src/generated")).unwrap());
}
