//! The sample extension.
fn main() {}
