//! Secrets neither print nor serialise, and references say where they are found.

use kiket_manifest::{Manifest, Origin, Text, parse};

const WITH_SECRETS: &str = "\
id: a
version: 1.0
callback: {url: 'https://a.example', timeout: 5000, headers: {X: hush-header}}
oauth: {password: hush-other, pin_token: 12345, more: [{client_secret: hush-nested, token_url: u}]}
deployment: {env: {DATABASE_URL: hush-env, REGION: env.REGION}}
delivery_secret: hush-delivery
hooks: [issue.created, {event: b, version: v2, required: false, retries: 3, endpoint: /b}]
permissions: [issues:read]
settings:
  - {key: token, secret: true, required: true, default: hush-default}
  - {key: properties, default: [1, 2.5, null, true, {a: b}]}
";

fn canonical(manifest: &Manifest) -> String {
    serde_json::to_string(manifest).unwrap()
}

#[test]
fn neither_debug_nor_json_shows_a_literal_secret() {
    for secret in ["hush-delivery", "'${KEY:-hush-fallback}'"] {
        let manifest = parse(&WITH_SECRETS.replace("hush-delivery", secret)).unwrap();
        assert!(!format!("{manifest:?}").contains("hush"), "{manifest:?}");
        assert!(!canonical(&manifest).contains("hush"), "{}", canonical(&manifest));
    }
}

#[test]
fn what_is_written_without_secrets_lacks_nothing_else() {
    let written = canonical(&parse(WITH_SECRETS).unwrap());
    assert!(!written.contains("12345"), "{written}");
    let mut text = WITH_SECRETS.replace("delivery_secret: hush-delivery\n", "");
    for secret in [
        ", headers: {X: hush-header}",
        "password: hush-other, pin_token: 12345, ",
        ", default: hush-default",
        "client_secret: hush-nested, ",
        "DATABASE_URL: hush-env, ",
    ] {
        text = text.replace(secret, "");
    }
    assert_eq!(parse(&written).unwrap(), parse(&text).unwrap());
}

#[test]
fn what_takes_the_files_place_keeps_the_secrets() {
    let manifest = parse(WITH_SECRETS).unwrap();
    assert!(manifest.to_yaml().contains("hush-nested"));
    assert_eq!(parse(&manifest.to_yaml()).unwrap(), manifest);
}

#[test]
fn no_debug_of_a_document_shows_its_text() {
    let document = kiket_manifest::Document::parse(WITH_SECRETS);
    let shown = format!("{document:?} {:?}", document.root());
    assert!(!shown.contains("hush") && !shown.contains("12345"), "{shown}");
}

#[test]
fn the_canonical_form_keeps_references() {
    let text = "id: a\ncallback: {url: '${URL:-http://localhost}', secret: env.SECRET}";
    let manifest = parse(text).unwrap();
    assert_eq!(parse(&canonical(&manifest)).unwrap(), manifest);
}

#[test]
fn every_spelling_of_a_reference_is_read() {
    for spelling in ["env.X_1", "env:X_1", "ENV:X_1", "${X_1}"] {
        let text: Text = spelling.parse().unwrap();
        let resolved = text.resolve(|name| (name == "X_1").then(|| "value".to_owned()));
        assert_eq!(resolved.unwrap(), "value", "{spelling}");
        assert_eq!(text.resolve(|_| None).unwrap_err().variable, "X_1");
    }
}

#[test]
fn a_fallback_stands_in_for_an_unset_or_empty_variable() {
    let text: Text = "${X:-a}b:-}".parse().unwrap();
    assert_eq!(text.resolve(|_| None).unwrap(), "a}b:-");
    assert_eq!(text.resolve(|_| Some(String::new())).unwrap(), "a}b:-");
    assert_eq!(text.resolve(|_| Some("set".to_owned())).unwrap(), "set");
}

#[test]
fn an_empty_variable_is_no_value() {
    let text: Text = "env.X".parse().unwrap();
    assert!(text.resolve(|_| Some(String::new())).is_err());
}

#[test]
fn what_only_looks_like_a_reference_is_a_literal() {
    for literal in ["env.example.com", "environment", "env.", "env:", "env.1X", "$X", "änv.X", ""]
    {
        let text: Text = literal.parse().unwrap();
        assert_eq!(text, Text::Literal(literal.to_owned()));
    }
}

#[test]
fn a_reference_inside_a_longer_text_is_refused_without_showing_it() {
    for text in ["${URL}/hooks", "hush${X", "${hush-hush}", "${}", "${A}${B}"] {
        let error = parse(&format!("id: a\ndelivery_secret: '{text}'")).unwrap_err().to_string();
        assert!(error.starts_with("line 2, column 18: `delivery_secret` holds"), "{error}");
        assert!(!error.contains("hush"), "{error}");
    }
}

#[test]
fn credentials_of_makers_and_organisations_are_no_environment_variables() {
    for (spelling, origin) in
        [("ext.zoom_id", Origin::Extension), ("org.slack_token", Origin::Organization)]
    {
        let text: Text = spelling.parse().unwrap();
        let Text::Reference(reference) = &text else { panic!("{text:?}") };
        assert_eq!((reference.origin, reference.to_string().as_str()), (origin, spelling));
        let unresolved = text.resolve(|_| Some("from the environment".to_owned())).unwrap_err();
        assert_eq!(unresolved.variable, spelling);
    }
}

#[test]
fn a_plain_default_may_look_like_an_organisations_secret() {
    let text = "id: a\nsettings: {package: {default: org.apache}, token: {secret: true, default: org.apache}}";
    let manifest = parse(text).unwrap();
    assert_eq!(manifest.settings[0].default_value(|_| None), Some("org.apache".into()));
    assert_eq!(manifest.settings[1].default_value(|_| None), None);
}

#[test]
fn a_callback_of_nothing_but_a_secret_is_left_out_whole() {
    let text = "id: com.example.crm\nversion: 1.0.0\ncallback: {api_key: hush}\n";
    let written = serde_json::to_value(parse(text).unwrap()).unwrap();
    assert_eq!(written["extension"].get("callback"), None, "{written}");
    let again = parse(&written.to_string()).unwrap();
    assert_eq!(serde_json::to_value(again).unwrap(), written);
}
