//! Fixes put right what they can and break nothing, and nothing that is found shows a secret.

use kiket_manifest::lint::{lint, rules};
use kiket_manifest::{Document, Severity, apply};
use proptest::prelude::*;

use crate::arbitrary::{manifest, mutated};

/// Fixes bring others to light at most so often: a member, the one inside it, and its value.
const ROUNDS: usize = 5;

fn fixed(text: &str) -> String {
    let document = Document::parse(text);
    let findings = lint(&document);
    apply(document.text(), findings.iter().map(|finding| finding.fix.as_slice())).0
}

fn errors(text: &str) -> usize {
    let findings = lint(&Document::parse(text));
    findings.iter().filter(|finding| finding.severity == Severity::Error).count()
}

/// Fixes until nothing changes, which must come soon, and never with more errors.
fn exercise(text: &str) {
    let text = Document::parse(text).text().to_owned();
    let mut last = text.clone();
    for _ in 0..ROUNDS {
        let next = fixed(&last);
        assert!(errors(&next) <= errors(&last), "{last}\n--- becomes\n{next}");
        if next == last {
            return;
        }
        last = next;
    }
    assert_eq!(fixed(&last), last, "of\n{text}");
}

#[test]
fn a_second_application_changes_no_sample() {
    for rule in rules() {
        let once = fixed(rule.bad);
        assert_eq!(fixed(&once), once, "{}", rule.id);
        assert!(errors(&once) <= errors(rule.bad), "{}", rule.id);
    }
}

#[test]
fn what_is_certain_is_put_right() {
    let table = [
        ("unknown-member", "timout", "timeout"),
        ("unknown-sdk", "pyton", "python"),
        ("unknown-tier", "standrd", "standard"),
        ("unknown-step", "infos", "info"),
        ("unknown-operation", "reed", "read"),
        ("output-field-type", "copiable", "copyable"),
        ("unknown-obtain", "api-key", "api_key"),
        ("unknown-action-scope", "projct", "project"),
        ("api-version", "\"1\"", "v1"),
        ("unknown-model-version", "\"7\"", "\"1.0\""),
        ("egress-host", "\"https://api.example.com/v1\"", "api.example.com"),
        ("duplicate-scope", ", read:issues", ""),
    ];
    for (id, wrong, right) in table {
        let rule = kiket_manifest::lint::rule(id).unwrap();
        assert_eq!(fixed(rule.bad), rule.bad.replace(wrong, right), "{id}");
    }
}

#[test]
fn what_is_missing_is_added_where_there_is_one_answer() {
    let text = "extension:\n  id: com.example.crm\n  name: CRM\n  sdk: rust\n  \
                callback: {url: https://crm.example.com}\n";
    let fixed = fixed(text);
    let mut added: Vec<_> = fixed.lines().filter(|line| !text.contains(line)).collect();
    added.sort_unstable();
    assert_eq!(added, ["  delivery: http", "  version: \"1.0.0\"", "model_version: \"1.0\""]);
    assert!(lint(&Document::parse(&fixed)).is_empty(), "{fixed}");
}

#[test]
fn a_misspelt_member_is_not_renamed_over_another_or_into_an_error() {
    for text in [
        "id: com.example.crm\nversion: 1.0.0\nhooks: [{event: issue.created, timout: 1, timeout: 5000}]\n",
        "id: com.example.crm\nversion: 1.0.0\nhooks: [{event: issue.created, timout: soon}]\n",
        "id: com.example.crm\nversion: 1.0.0\nhooks: [{event: issue.created, retires: 99}]\n",
    ] {
        assert_eq!(fixed(text), text);
        assert_eq!(lint(&Document::parse(text)).len(), 1, "{text}");
    }
}

#[test]
fn a_member_is_not_renamed_into_an_error_in_bytes_that_are_no_utf8_either() {
    let document = Document::from_bytes(b"id: a\nversion: 1.0.0\nname: \xff\nhoks: [a, /]\n");
    let unknown = lint(&document).into_iter().find(|finding| finding.id == "unknown-member");
    assert_eq!(unknown.unwrap().fix, []);
}

#[test]
fn members_are_not_renamed_into_an_error_together_either() {
    let text = "id: a\nversion: 1.0.0\nhooks: [{evnt: issue.created, retries: -1, timout: soon}]\n";
    let before = errors(text);
    assert!(errors(&fixed(text)) <= before, "{}", fixed(text));
}

#[test]
fn what_an_alias_needs_is_not_taken_out() {
    let text = "id: com.example.crm\nversion: 1.0.0\nx-a: &a {b: c}\nx-a: {d: e}\nx-f: *a\n";
    assert_eq!(lint(&Document::parse(text))[0].id, "duplicate-key");
    assert_eq!(fixed(text), text);
    let without = text.replace("x-f: *a\n", "");
    assert_eq!(fixed(&without), without.replace("x-a: &a {b: c}\n", ""));
}

#[test]
fn keys_behind_question_marks_are_left_to_their_author() {
    let repeated = ["? a\n: b\nc: d\n? a\n: e\n", "a: b\n? c\n: d\na: e\n"];
    for members in repeated {
        let text = format!("id: com.example.crm\nversion: 1.0.0\nx-y:\n{}", indented(members));
        assert_eq!(lint(&Document::parse(&text))[0].id, "duplicate-key");
        assert_eq!(errors(&fixed(&text)), 0, "{}", fixed(&text));
    }
    // No version can be put before this key.
    let text = "? id\n: com.example.crm\n";
    assert_eq!(fixed(text), text);
}

fn indented(lines: &str) -> String {
    lines.lines().map(|line| format!("  {line}\n")).collect()
}

#[test]
fn a_text_that_breaks_off_is_not_changed() {
    // Without its quotes, the value would go on in the next line.
    let text = "id: a\nhoks: []\ncallback:\n  required: \"true\"\n      timeout: 5000\n    - [\n";
    let findings = lint(&Document::parse(text));
    assert!(findings.iter().any(|finding| finding.id == "quoted-value"), "{findings:?}");
    assert!(findings.iter().any(|finding| finding.id == "unknown-member"), "{findings:?}");
    assert_eq!(fixed(text), text);
}

#[test]
fn no_finding_shows_a_secret() {
    let text = "\
model_version: hush-1
delivery_secret: hush-2
extension:
  id: com.example.crm
  callback:
    url: http://user:hush-3@crm.example.com
    headers: {Authorization: hush-4, X-Kiket-Signature: hush-5, \"X Y\": hush-6}
  configuration:
    API_TOKEN: {type: integer, secret: true, default: hush-7, options: [a], min: 3, max: 1}
    OTHER_TOKEN: {default: hush-8}
  hooks: [{event: issue.created, client_secret: hush-9, endpoint: \"https://hush-10.example.com\"}]
  deployment: {env: {DATABASE_PASSWORD: hush-11}}
  setup: [{secrets: {collect: [API_TOKEN], fields: [{key: A, default: hush-12, obtain: {secret: hush-13}}]}}]
  oauth: {nested: [{access_token: hush-14}]}
";
    let findings = lint(&Document::parse(text));
    assert!(findings.iter().filter(|finding| finding.id == "literal-secret").count() >= 6);
    for finding in findings {
        let told = format!("{} {:?}", finding.message, finding.help);
        assert!(!told.contains("hush"), "{told}");
    }
}

proptest! {
    #[test]
    fn any_text_is_linted(text in any::<String>()) {
        exercise(&text);
    }

    #[test]
    fn any_yaml_like_text_is_linted(text in "(id: a\n)?([a-z]{1,3}|[-:?{}\\[\\],&*!|>'\"#%@` \n\t0-9.]){0,60}") {
        exercise(&text);
    }

    #[test]
    fn any_mutated_manifest_is_linted(text in mutated()) {
        exercise(&text);
    }

    #[test]
    fn any_manifest_is_linted(manifest in manifest()) {
        exercise(&manifest.to_string());
    }
}
