//! Errors say where, what is wrong and what to do.

use kiket_manifest::{Document, Severity, parse};

use crate::findings;

#[test]
fn each_mistake_names_its_place_and_the_remedy() {
    let table = [
        ("", "line 1, column 1: `manifest` is empty; write a mapping"),
        ("- id: a", "line 1, column 1: `manifest` is a list; write a mapping"),
        (
            "name: x",
            "line 1, column 1: `manifest` has no `id`; add one, such as `id: com.example.crm`",
        ),
        ("id: ' '", "line 1, column 5: `id` is empty; write a text"),
        ("extension: 5", "line 1, column 12: `extension` is a number; write a mapping"),
        (
            "extension:\n  id: a\n  callback:\n    timeout: soon\n",
            "line 4, column 14: `extension.callback.timeout` is a text; \
             write a whole number of milliseconds",
        ),
        (
            "id: a\ncallback: {timeout: -5}",
            "line 2, column 21: `callback.timeout` can not be -5; \
             write a whole number of milliseconds",
        ),
        (
            "id: a\ncallback: {required: yes}",
            "line 2, column 22: `callback.required` is a text; write true or false",
        ),
        (
            "id: a\nsettings: [{key: k, secret: 'yes!'}]",
            "line 2, column 29: `settings[0].secret` is a text; write true or false",
        ),
        (
            "id: a\nsettings: [{}]",
            "line 2, column 12: `settings[0]` has no `key`; name the setting",
        ),
        ("id: a\nhooks: issue.created", "line 2, column 8: `hooks` is a text; write a list"),
        (
            "id: a\nhooks: [{}]",
            "line 2, column 9: `hooks[0]` has no `event`; name the event to hear",
        ),
        (
            "id: a\nhooks: [{event: e, retries: 99999999999}]",
            "line 2, column 29: `hooks[0].retries` can not be 99999999999; \
             write how many retries there may be",
        ),
        (
            "id: a\nhooks: ['../x']",
            "line 2, column 9: `hooks[0]` is wrong; `../x` can not name an event or a version: \
             1 to 128 letters, digits, dots, dashes and underscores, the first a letter or digit",
        ),
        (
            "id: [",
            "line 1, column 5: unclosed bracket '['; correct the YAML or JSON there \
             (and 1 more error)",
        ),
    ];
    for (text, expected) in table {
        assert_eq!(parse(text).unwrap_err().to_string(), expected, "{text}");
    }
}

#[test]
fn reading_goes_on_after_every_mistake() {
    let document = Document::parse(include_str!("../samples/mistakes.yaml"));
    let errors = document.findings().iter().filter(|found| found.severity == Severity::Error);
    assert_eq!(errors.count(), 17, "{:#?}", findings(&document));
    let manifest = document.manifest();
    assert_eq!(manifest.hooks.len(), 1);
    assert_eq!(*manifest.hooks[0].timeout_ms.unwrap(), 5000);
    assert!(*manifest.callback.required.unwrap());
    assert!(manifest.setting("LIMIT").is_some());
}

#[test]
fn a_text_that_breaks_off_is_read_up_to_there_and_nothing_is_called_missing() {
    let document = Document::parse("name: x\nhooks:\n  - event: issue.created\n  - {timeout: 5\n");
    assert!(!document.is_complete());
    assert_eq!(document.manifest().name.as_ref().unwrap().as_str(), "x");
    assert_eq!(document.manifest().hooks.len(), 1);
    let ids: Vec<_> = document.findings().iter().map(|finding| finding.id).collect();
    assert_eq!(ids, ["syntax"]);
}

#[test]
fn quoted_values_are_read_with_a_warning_and_repeated_keys_too() {
    let document = Document::parse("id: a\nid: b\ncallback: {timeout: '5000'}\n");
    assert_eq!(
        findings(&document),
        [
            "1:1 Warning duplicate-key: `id` stands again in line 2, and only that counts; \
             take this one out",
            "3:21 Warning quoted-value: `callback.timeout` is a text; write 5000 without quotes",
        ]
    );
    assert_eq!(*document.into_manifest().unwrap().id, "b");
}
