//! A manifest. An input is the bytes of its file.

use kiket_manifest::lint::lint;
use kiket_manifest::{Document, Finding, LARGEST, Severity, Value, apply};

/// What a document may cost at most: values with keys, bytes of texts and keys, levels, findings.
const MOST_VALUES: usize = 20_000;
const MOST_BYTES: usize = 2 * LARGEST;
const DEEPEST: usize = 32;
const MOST_READ: usize = 100;
/// The most findings of one rule.
const MOST_FOUND: usize = 100;
const TOO_MUCH: [&str; 3] = ["too-large", "too-many-values", "too-deep"];
/// How often fixes may bring others to light.
const ROUNDS: usize = 10;

/// Any bytes are read and linted within the budget, every place is one, fixes come to an end and
/// bring no error, and what is read is written and read again as the same.
///
/// # Panics
/// When that does not hold.
pub fn check(input: &[u8]) {
    let document = Document::from_bytes(input);
    is_within_budget(&document);
    let found = lint(&document);
    let of_one_rule = |id| found.iter().filter(|finding| finding.id == id).count();
    for finding in &found {
        let place = document.text().get(finding.span.start..finding.span.end);
        assert!(place.is_some(), "no stretch of the text: {finding:?}");
        assert!(document.position(finding.span).line >= 1, "{finding:?}");
        assert!(finding.message.len() < 1_000, "{finding:?}");
        assert!(of_one_rule(finding.id) <= MOST_FOUND, "too many of {}", finding.id);
    }
    is_fixed(&document, found);
    is_read_back(document);
}

fn is_within_budget(document: &Document) {
    assert!(document.text().len() <= LARGEST, "too long");
    assert!(document.findings().len() <= MOST_READ, "too many findings");
    let (mut values, mut bytes) = (0, 0);
    let mut open = vec![(document.root(), 0)];
    while let Some((node, depth)) = open.pop() {
        assert!(depth <= DEEPEST, "too deep");
        values += 1;
        match &node.value {
            Value::Text(text) => bytes += text.len(),
            Value::List(items) => open.extend(items.iter().map(|item| (item, depth + 1))),
            Value::Mapping(entries) => {
                values += entries.len();
                bytes += entries.iter().map(|entry| entry.key.len()).sum::<usize>();
                open.extend(entries.iter().map(|entry| (&entry.value, depth + 1)));
            }
            Value::Null | Value::Boolean(_) | Value::Number(_) => {}
        }
    }
    assert!(values <= MOST_VALUES, "{values} values");
    assert!(bytes <= MOST_BYTES, "{bytes} bytes");
}

/// Applying all fixes again and again comes to an end, each time with no more errors.
fn is_fixed(document: &Document, found: Vec<Finding>) {
    let (mut last, mut found) = (document.text().to_owned(), found);
    for _ in 0..ROUNDS {
        let (next, _) = apply(&last, found.iter().map(|finding| finding.fix.as_slice()));
        if next == last {
            return;
        }
        let document = Document::parse(&next);
        let (before, is_full) = (errors(&found), document.findings().len() >= MOST_READ);
        found = lint(&document);
        let after = errors(&found);
        // Of a full list nobody knows what is not in it.
        assert!(
            after <= before || is_full,
            "{after} errors, not {before}:\n{last}\n--- becomes\n{next}"
        );
        last = next;
    }
    panic!("fixes do not come to an end, at last with\n{last}");
}

/// How many errors the text has. That the file was not UTF-8 is none of them.
fn errors(found: &[Finding]) -> usize {
    let errors = found.iter().filter(|finding| finding.severity == Severity::Error);
    errors.filter(|finding| finding.id != "encoding").count()
}

/// The canonical form, with secrets and without, is that of the manifest that it is read back as;
/// unless the form's own lines and levels make it too large.
fn is_read_back(document: Document) {
    let Ok(manifest) = document.into_manifest() else { return };
    let written = manifest.to_yaml();
    let without = serde_json::to_value(&manifest).expect("JSON");
    for (text, is_whole) in [(written.clone(), true), (without.to_string(), false)] {
        let again = Document::parse(&text);
        if again.findings().iter().any(|finding| TOO_MUCH.contains(&finding.id)) {
            continue;
        }
        let json = serde_json::to_value(again.manifest()).expect("JSON");
        assert_eq!(json, without, "the canonical form says something else:\n{text}");
        if is_whole {
            assert_eq!(again.manifest().to_yaml(), written, "another canonical form");
        }
    }
}
