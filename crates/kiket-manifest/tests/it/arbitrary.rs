//! No bytes make the reader panic or exceed its budget, and what it reads it can write and read
//! again.

use kiket_manifest::{Document, Node, Value, secret_variable};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;

const FULL: &str = include_str!("../samples/full.yaml");

/// Checks that a document is no larger than the budget allows and that every place is one.
pub(crate) fn assert_bounded(document: &Document) {
    let mut values = 0;
    let mut nodes = vec![(document.root(), 0)];
    while let Some((node, depth)) = nodes.pop() {
        values += 1;
        assert!(depth <= 32, "too deep");
        assert!(document.text().get(node.span.start..node.span.end).is_some(), "{:?}", node.span);
        let inner: Vec<&Node> = match &node.value {
            Value::List(items) => items.iter().collect(),
            Value::Mapping(entries) => entries.iter().map(|entry| &entry.value).collect(),
            _ => Vec::new(),
        };
        nodes.extend(inner.into_iter().map(|node| (node, depth + 1)));
    }
    assert!(values <= 20_000, "{values} values");
    assert!(document.findings().len() <= 101);
    for finding in document.findings() {
        assert!(document.text().is_char_boundary(finding.span.start), "{finding:?}");
        assert!(finding.message.len() < 1_000);
        assert!(document.position(finding.span).line >= 1);
    }
}

/// Reads, writes, and reads again, which must give the same.
fn survives(text: &str) {
    if let Ok(manifest) = kiket_manifest::parse(text) {
        let written = manifest.to_yaml();
        assert_eq!(kiket_manifest::parse(&written).unwrap(), manifest, "{text}\n---\n{written}");
    }
}

/// Reads, mends, writes, and reads again, which must write the same.
fn exercise(text: &str) {
    let document = Document::parse(text);
    assert_bounded(&document);
    let fixes = document.findings().iter().map(|finding| finding.fix.as_slice());
    let (fixed, _) = kiket_manifest::apply(document.text(), fixes);
    let _ = Document::parse(&fixed);
    if let Ok(manifest) = document.into_manifest() {
        let written = manifest.to_yaml();
        let read_back = Document::parse(&written);
        assert_eq!(read_back.manifest().to_yaml(), written, "{text}");
        let without = serde_json::to_string(&manifest).unwrap();
        let again = serde_json::to_string(Document::parse(&without).manifest()).unwrap();
        assert_eq!(without, again);
    }
}

/// A real manifest with one stretch of characters replaced.
pub(crate) fn mutated() -> impl Strategy<Value = String> {
    let length = FULL.chars().count();
    (0..length, 0..40usize, "\\PC{0,12}|[-:{}\\[\\]&*!|>'\"#\n\t ]{1,6}").prop_map(
        |(start, gone, put)| {
            let before = FULL.chars().take(start);
            before.chain(put.chars()).chain(FULL.chars().skip(start + gone)).collect()
        },
    )
}

/// Any value, often a text that could be taken for something else.
fn value() -> impl Strategy<Value = serde_json::Value> {
    let texts = prop_oneof![
        any::<String>(),
        "[-+.0-9eExo_:~ ]{1,5}|yes|NULL|True|\\$\\{[A-Z]\\}|env\\.X|org\\.y|[#&*!|>@`%-] ?a|a: b|a #b|---",
        "( |\n|a|\t){1,6}",
    ];
    let leaf = prop_oneof![
        texts.prop_map(|text| json!(text)),
        any::<i64>().prop_map(|number| json!(number)),
        any::<bool>().prop_map(|flag| json!(flag)),
        Just(json!(null)),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(|items| json!(items)),
            proptest::collection::btree_map(key(), inner, 0..4).prop_map(|map| json!(map)),
        ]
    })
}

/// A member's name, mostly one that means something.
fn key() -> impl Strategy<Value = String> {
    let known = [
        "id",
        "key",
        "name",
        "version",
        "delivery",
        "callback",
        "url",
        "secret",
        "headers",
        "timeout",
        "hooks",
        "triggers",
        "events",
        "event",
        "permissions",
        "scopes",
        "settings",
        "secrets",
        "configuration",
        "properties",
        "fields",
        "default",
        "type",
        "required",
        "actions",
        "custom_data",
        "module",
        "deployment",
        "secret_keys",
        "activationEvents",
        "activation_events",
        "extension",
        "capabilities",
        "<<",
        "null",
        "setup",
    ];
    prop_oneof![8 => proptest::sample::select(known.to_vec()).prop_map(str::to_owned), 1 => any::<String>()]
}

/// A manifest whose members often have the right types.
pub(crate) fn manifest() -> impl Strategy<Value = serde_json::Value> {
    let entries = || proptest::collection::btree_map(key(), value(), 0..5);
    let settings = vec((key(), entries(), "string|integer|boolean|number|secret|template"), 0..3)
        .prop_map(|settings| {
            let setting =
                |(key, mut entries, kind): (String, std::collections::BTreeMap<_, _>, _)| {
                    entries.remove("secret");
                    entries.remove("required");
                    entries.insert("key".to_owned(), json!(key));
                    entries.insert("type".to_owned(), json!(kind));
                    json!(entries)
                };
            settings.into_iter().map(setting).collect::<Vec<_>>()
        });
    let hooks = vec("[a-z.]{1,6}".prop_map(|event| json!({"event": format!("e{event}")})), 0..3);
    (entries(), settings, hooks, any::<bool>(), "\\PC{0,8}").prop_map(
        |(mut root, settings, hooks, inside, text)| {
            root.insert("id".to_owned(), json!("com.example.a"));
            root.insert("name".to_owned(), json!(text));
            root.insert("settings".to_owned(), json!(settings));
            root.insert("hooks".to_owned(), json!(hooks));
            if inside { json!({"extension": root}) } else { json!(root) }
        },
    )
}

proptest! {
    #[test]
    fn any_bytes_are_read_within_the_budget(bytes in any::<Vec<u8>>()) {
        assert_bounded(&Document::from_bytes(&bytes));
    }

    #[test]
    fn any_text_is_read_within_the_budget(text in any::<String>()) {
        exercise(&text);
    }

    #[test]
    fn any_yaml_like_text_is_read_within_the_budget(text in "(id: a\n)?([a-z]{1,3}|[-:?{}\\[\\],&*!|>'\"#%@` \n\t0-9.]){0,60}") {
        exercise(&text);
    }

    #[test]
    fn any_mutated_manifest_is_read_within_the_budget(text in mutated()) {
        exercise(&text);
    }

    #[test]
    fn any_manifest_survives_the_canonical_form(manifest in manifest()) {
        survives(&manifest.to_string());
    }

    #[test]
    fn any_value_survives_the_canonical_form(id in "[a-z]{1,20}", value in value(), key in any::<String>()) {
        let written = json!({"id": id, "other": value, "name": key, "settings": [{"key": key, "default": value}]});
        survives(&written.to_string());
    }

    #[test]
    fn any_key_has_one_to_three_variables(key in any::<String>()) {
        let names = secret_variable(&key);
        prop_assert!((1..=3).contains(&names.len()));
        prop_assert!(names.iter().all(|name| name.starts_with("KIKET_SECRET_")));
    }
}
