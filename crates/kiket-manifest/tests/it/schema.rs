//! The JSON Schema of the canonical form.

#[test]
fn the_schema_is_as_published() {
    insta::assert_json_snapshot!(kiket_manifest::schema());
}
