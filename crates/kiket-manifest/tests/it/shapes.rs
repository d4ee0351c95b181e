//! Every shape in use reads into the same model.

use kiket_manifest::{Manifest, Spanned, Text, parse};
use serde_json::json;

fn url(manifest: &Manifest) -> String {
    let url = manifest.callback.url.as_ref().unwrap();
    url.resolve(|name| Some(format!("<{name}>"))).unwrap()
}

fn default(manifest: &Manifest, setting: usize) -> serde_json::Value {
    manifest.settings[setting].default_value(|_| None).unwrap()
}

fn texts(texts: &[Spanned<String>]) -> Vec<&str> {
    texts.iter().map(|text| text.as_str()).collect()
}

fn events(manifest: &Manifest) -> Vec<&str> {
    let hooks = manifest.hooks.iter();
    hooks.map(|hook| hook.event.as_str()).collect()
}

#[test]
fn the_flat_shape_is_read() {
    let manifest = parse(
        "id: com.example.marketing\nversion: 1.0.0\ndelivery_secret: sh_123\n\
         settings:\n  - {key: api_key, secret: true}\n  - {key: limit, default: 5}\n",
    )
    .unwrap();
    assert_eq!(*manifest.id, "com.example.marketing");
    assert_eq!(manifest.version.as_ref().unwrap().as_str(), "1.0.0");
    let Some(Text::Literal(secret)) = manifest.delivery_secret.as_deref() else {
        panic!("{manifest:?}");
    };
    assert_eq!(secret.expose(), "sh_123");
    assert!(manifest.secret_keys().eq(["api_key"]));
    assert_eq!(default(&manifest, 1), json!(5));
}

#[test]
fn the_canonical_shape_is_read() {
    let manifest = parse(include_str!("../samples/canonical.yaml")).unwrap();
    assert_eq!(*manifest.id, "dev.kiket.ext.sms");
    assert_eq!(manifest.sdk.as_ref().unwrap().as_str(), "ruby");
    assert_eq!(url(&manifest), "<EXTENSION_BASE_URL>");
    assert_eq!(*manifest.callback.timeout_ms.unwrap(), 30_000);
    assert!(*manifest.callback.required.unwrap());
    assert_eq!(events(&manifest), ["issue.created", "workflow.before_transition"]);
    assert_eq!(*manifest.hooks[0].retries.unwrap(), 1);
    assert!(*manifest.hooks[1].required.unwrap());
    assert_eq!(texts(&manifest.permissions), ["issues:read", "users:read"]);
    assert!(manifest.secret_keys().eq(["ACCOUNT_TOKEN", "DATABASE_PASSWORD"]));
}

#[test]
fn a_delivery_object_is_a_callback() {
    let manifest = parse(
        "manifestVersion: '1.0'\nid: a\ndelivery:\n  type: http\n  callback:\n    \
         url: https://a.example\n    secret: env:HOOK\n    timeout: 8000\n    secret_keys: [K]\n\
         configuration:\n  properties:\n    base: {type: string, default: x}\n",
    )
    .unwrap();
    assert_eq!(url(&manifest), "https://a.example");
    assert_eq!(*manifest.callback.timeout_ms.unwrap(), 8000);
    let secret = manifest.delivery_secret.as_ref().unwrap();
    assert_eq!(secret.reference().unwrap().name, "HOOK");
    assert!(manifest.secret_keys().eq(["K"]));
    assert_eq!(*manifest.settings[0].key, "base");
}

#[test]
fn the_word_of_delivery_is_no_secret() {
    let manifest = parse("extension: {id: a, delivery: http}").unwrap();
    assert_eq!(manifest.delivery_secret, None);
}

#[test]
fn json_with_listed_configuration_is_read() {
    let manifest = parse(
        "{\n\t\"id\": \"slack\", \"version\": \"2.1.0\", \"capabilities\": {\"chat\": true},\n\
         \t\"configuration\": {\"secrets\": [{\"key\": \"BOT\", \"required\": true}],\n\
         \t\t\"settings\": [{\"key\": \"channel\", \"default\": \"\\ud83d\\ude00\"}]}\n}",
    )
    .unwrap();
    assert!(manifest.secret_keys().eq(["BOT"]));
    assert!(manifest.settings[0].required);
    assert_eq!(default(&manifest, 1), json!("😀"));
}

#[test]
fn settings_may_be_a_mapping() {
    let manifest =
        parse("id: a\nsettings:\n  token: {secret: true}\n  region: eu\n  note:\n").unwrap();
    assert!(manifest.secret_keys().eq(["token"]));
    let keys: Vec<_> = manifest.settings.iter().map(|s| s.key.as_str()).collect();
    assert_eq!(keys, ["token", "region", "note"]);
    assert_eq!(default(&manifest, 1), json!("eu"));
}

#[test]
fn a_block_inside_extension_wins_over_one_beside_it() {
    let manifest = parse(
        "permissions: [outer]\nhooks: [issue.created]\nextension:\n  id: a\n  permissions: [inner]\n",
    )
    .unwrap();
    assert_eq!(texts(&manifest.permissions), ["inner"]);
    assert_eq!(events(&manifest), ["issue.created"]);
}

#[test]
fn a_version_keeps_its_digits() {
    for (written, expected) in [("1.0", "1.0"), ("1.10", "1.10"), ("2", "2"), ("'3.0'", "3.0")] {
        let manifest = parse(&format!("id: a\nversion: {written}\nname: x\n")).unwrap();
        assert_eq!(manifest.version.as_ref().unwrap().as_str(), expected);
    }
    let manifest = parse("id: a\nhooks: [{event: e, version: 2}]").unwrap();
    assert_eq!(manifest.hooks[0].version.as_ref().unwrap().as_str(), "2");
}

#[test]
fn of_a_repeated_key_the_last_counts() {
    let manifest = parse("extension:\n  id: a\n  permissions: [x]\n  permissions: [y]\n").unwrap();
    assert_eq!(texts(&manifest.permissions), ["y"]);
}

#[test]
fn a_setting_declared_twice_is_secret_when_either_says_so() {
    let manifest =
        parse("id: a\nconfiguration: {K: {default: d}}\ndeployment: {secret_keys: [K]}").unwrap();
    assert!(manifest.secret_keys().eq(["K"]));
    assert_eq!(default(&manifest, 0), json!("d"));
}

#[test]
fn both_names_of_a_timeout_are_read_and_the_canonical_form_has_one() {
    for name in ["timeout", "timeout_ms"] {
        let manifest = parse(&format!(
            "id: a\ncallback: {{{name}: 8000}}\nhooks: [{{event: b, {name}: 500}}]\n"
        ))
        .unwrap();
        assert_eq!(*manifest.callback.timeout_ms.unwrap(), 8_000);
        assert_eq!(*manifest.hooks[0].timeout_ms.unwrap(), 500);
        let written = manifest.to_yaml();
        assert!(written.contains("timeout: 8000") && written.contains("timeout: 500"), "{written}");
        assert_eq!(parse(&written).unwrap(), manifest);
    }
}

#[test]
fn of_two_timeouts_the_first_name_counts() {
    let document =
        kiket_manifest::Document::parse("id: a\ncallback: {timeout_ms: 9000, timeout: 8000}\n");
    assert_eq!(*document.manifest().callback.timeout_ms.unwrap(), 8_000);
    let found = crate::findings(&document);
    assert_eq!(
        found,
        ["2:12 Warning said-twice: `timeout_ms` is said beside `timeout`, which counts; \
          take this one out"]
    );
}
