//! No text makes the reader panic, and what it accepts it can write and read again.

use kiket_manifest::{parse, secret_variable};
use proptest::prelude::*;

const CANONICAL: &str = include_str!("canonical.yaml");

/// Reads, and when that works writes and reads again.
fn exercise(text: &str) {
    match parse(text) {
        Ok(manifest) => {
            let once = serde_json::to_string(&manifest).unwrap();
            let twice = serde_json::to_string(&parse(&once).unwrap()).unwrap();
            assert_eq!(once, twice);
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// A real manifest with one stretch of characters replaced.
fn mutated() -> impl Strategy<Value = String> {
    let length = CANONICAL.chars().count();
    (0..length, 0..40usize, "\\PC{0,12}|[-:{}\\[\\]&*!|>'\"#\n\t ]{1,6}").prop_map(
        |(start, gone, put)| {
            let before = CANONICAL.chars().take(start);
            before.chain(put.chars()).chain(CANONICAL.chars().skip(start + gone)).collect()
        },
    )
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        exercise(&text);
    }

    #[test]
    fn any_yaml_like_text_is_read_or_refused(text in "(id: a\n)?([a-z]{1,3}|[-:?{}\\[\\],&*!|>'\"#%@` \n\t0-9.]){0,60}") {
        exercise(&text);
    }

    #[test]
    fn any_mutated_manifest_is_read_or_refused(text in mutated()) {
        exercise(&text);
    }

    #[test]
    fn any_value_survives_the_canonical_form(id in "\\PC{1,20}", default in any::<String>(), key in any::<String>()) {
        prop_assume!(!id.trim().is_empty());
        let written = serde_json::json!({"id": id, "settings": [{"key": key, "default": default}]});
        exercise(&written.to_string());
    }

    #[test]
    fn any_key_has_one_to_three_variables(key in any::<String>()) {
        let names = secret_variable(&key);
        prop_assert!((1..=3).contains(&names.len()));
        prop_assert!(names.iter().all(|name| name.starts_with("KIKET_SECRET_")));
    }
}
