//! What rustc says about wrong handlers. The texts are those of the pinned compiler.

#[test]
fn wrong_handlers_are_explained() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
