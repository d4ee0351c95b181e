//! Edits leave everything else as it is.

use kiket_manifest::{Document, Edit, Span, apply};
use proptest::prelude::*;
use serde_json::json;

fn fixed(text: &str) -> (String, usize) {
    let document = Document::parse(text);
    let fixes = document.findings().iter().map(|finding| finding.fix.as_slice());
    apply(text, fixes)
}

fn with(text: &str, edit: Edit) -> String {
    apply(text, [[edit].as_slice()]).0
}

#[test]
fn repeated_keys_and_quoted_values_are_put_right() {
    let text = "\
# head
id: a   # the id
callback: {timeout: '5000', required: \"true\", url: x, url: y}
hooks: # gone
  - a
  # gone too

# stays
hooks:
  - b # stays
";
    let expected = "\
# head
id: a   # the id
callback: {timeout: 5000, required: true, url: y}
  # gone too

# stays
hooks:
  - b # stays
";
    assert_eq!(fixed(text), (expected.to_owned(), 0));
    assert_eq!(fixed(expected), (expected.to_owned(), 0));
}

#[test]
fn repeated_keys_of_every_kind_of_value_are_taken_out() {
    for value in ["x", "", "|\n    a\n\n    b", "\n    c: d", "\n    - e", "{f: g}", "'h\n    i'"] {
        let text = format!("o:\n  id: {value}\n  id: last\n  z: 1\n");
        assert_eq!(fixed(&text).0, "o:\n  id: last\n  z: 1\n", "{text}");
    }
    assert_eq!(fixed("- id: a\n  id: b\n").0, "- id: b\n");
    assert_eq!(fixed("{\"id\": 1, \"id\": 2}").0, "{\"id\": 2}");
}

#[test]
fn a_fix_that_overlaps_another_waits_for_the_next_time() {
    let text = "id: a\no: {x: 1, x: 2}\no: {y: 1}\n";
    let (once, left_out) = fixed(text);
    assert_eq!((once.as_str(), left_out), ("id: a\no: {y: 1}\n", 1));
}

#[test]
fn a_missing_member_is_added_in_the_style_of_its_mapping() {
    let cases = [
        ("e:\n  # c\n  id: a # d\n  n: b\n", "e:\n  # c\n  id: a # d\n  sdk: rust\n  n: b\n"),
        ("e:\n  o:\n    p: q\n", "e:\n  sdk: rust\n  o:\n    p: q\n"),
        ("e: {id: a}\n", "e: {sdk: rust, id: a}\n"),
        ("e: {}\n", "e: {sdk: rust}\n"),
        ("e:\r\n  id: a\r\n", "e:\r\n  id: a\r\n  sdk: rust\r\n"),
        ("{\"e\": {\"id\": 1}}", "{\"e\": {\"sdk\": \"rust\", \"id\": 1}}"),
        (
            "{\n  \"e\": {\n    \"id\": 1\n  }\n}",
            "{\n  \"e\": {\n    \"sdk\": \"rust\",\n    \"id\": 1\n  }\n}",
        ),
        ("e:\n  id: a", "e:\n  id: a\n  sdk: rust"),
    ];
    for (text, expected) in cases {
        let document = Document::parse(text);
        let mapping = document.root().get("e").unwrap();
        let edit = document.insert(mapping, "sdk", &json!("rust")).unwrap();
        assert_eq!(with(text, edit), expected);
        let again = Document::parse(expected);
        assert_eq!(again.insert(again.root().get("e").unwrap(), "sdk", &json!("rust")), None);
    }
    let list = Document::parse("- id: a\n  n: b\n");
    let edit = list.insert(&list.root().items()[0], "sdk", &json!("rust")).unwrap();
    assert_eq!(with(list.text(), edit), "- id: a\n  sdk: rust\n  n: b\n");
}

#[test]
fn a_scalar_is_replaced_and_a_key_renamed() {
    let text = "a: 'old' # c\nb: |\n  old\nc: d\n";
    let document = Document::parse(text);
    let entries = document.root().entries();
    let edits = [
        document.replace(entries[0].value.span, &json!("issues:read")),
        document.replace(entries[1].value.span, &json!("yes")),
        document.rename(&entries[2].key, "d"),
    ];
    let (edited, _) = apply(text, [edits.as_slice()]);
    assert_eq!(edited, "a: issues:read # c\nb: \"yes\"\nd: d\n");
}

#[test]
fn what_is_no_stretch_of_the_text_is_left_out() {
    let edit = |start, end| [Edit { span: Span::new(start, end), text: "x".to_owned() }];
    for (start, end) in [(1, 2), (0, 99), (2, 1)] {
        assert_eq!(apply("é", [edit(start, end).as_slice()]), ("é".to_owned(), 1));
    }
}

proptest! {
    /// A written scalar reads back as the value, wherever it stands.
    #[test]
    fn a_replaced_scalar_reads_back(value in any::<String>(), place in 0..4usize) {
        let text = ["a: x\n", "{\"a\": \"x\"}", "a: {b: [x, y]}\n", "a: 'x'\n"][place];
        let document = Document::parse(text);
        let mut node = document.root().get("a").unwrap();
        while node.as_text().is_none() {
            node = node.get("b").or_else(|| node.items().first()).unwrap();
        }
        let edited = with(text, document.replace(node.span, &json!(value)));
        let again = Document::parse(&edited);
        let mut node = again.root().get("a").unwrap();
        while node.as_text().is_none() {
            node = node.get("b").or_else(|| node.items().first()).unwrap();
        }
        prop_assert_eq!(node.as_text(), Some(value.as_str()), "{}", edited);
    }

    /// Fixing until nothing is left to fix ends, and a fixed text stays as it is.
    #[test]
    fn fixes_come_to_an_end(
        text in "(id: a\n)?(([a-c]: ([0-9]|'true'|\\{a: 1, b: 2, a: 3\\}|\n  [ab]: 1\n  [ab]: 2)( # c)?\n){0,6})"
    ) {
        let mut text = text;
        for _ in 0..8 {
            let (next, _) = fixed(&text);
            let (before, after) = (Document::parse(&text), Document::parse(&next));
            prop_assert_eq!(before.manifest(), after.manifest());
            text = next;
        }
        prop_assert_eq!(fixed(&text), (text, 0));
    }
}
