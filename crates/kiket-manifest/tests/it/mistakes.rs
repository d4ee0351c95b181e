//! Errors say where, what is wrong and what to do.

use kiket_manifest::{Error, LARGEST, parse};

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
            "extension:\n  id: a\n  callback:\n    timeout: '5000'\n",
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
            "id: a\nsettings: [{key: k, secret: 'true'}]",
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
            "line 2, column 9: `hooks[0]` is wrong: `../x` can not name an event or a version: \
             1 to 128 letters, digits, dots, dashes and underscores, the first a letter or digit",
        ),
        ("id: [", "line 1, column 5: unclosed bracket '['; correct the YAML or JSON there"),
    ];
    for (text, expected) in table {
        assert_eq!(parse(text).unwrap_err().to_string(), expected, "{text}");
    }
}

#[test]
fn two_documents_are_refused() {
    let error = parse("id: a\n---\nid: b\n").unwrap_err();
    assert!(matches!(error, Error::Syntax { .. }), "{error}");
}

#[test]
fn what_costs_more_than_a_manifest_has_reason_to_is_refused() {
    let wide = format!("id: a\nx: [{}]", "1,".repeat(60_000));
    let deep = format!("id: a\nx: {}", "[".repeat(1_000));
    let repeated = "id: a\na: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n\
                    c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n";
    for text in [&wide, &deep, repeated] {
        let error = parse(text).unwrap_err();
        assert!(matches!(error, Error::Syntax { .. }), "{error}");
    }
    let long = format!("id: a # {}", "x".repeat(LARGEST));
    assert!(matches!(parse(&long).unwrap_err(), Error::TooLarge));
}
