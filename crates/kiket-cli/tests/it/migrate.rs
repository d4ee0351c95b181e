//! `kiket extensions migrate` and `kiket extensions schema`.

use insta::assert_snapshot;
use serde_json::Value;

use crate::folder::Folder;

const FLAT: &str = "\
# Ours.
id: com.example.crm
name: CRM
version: 1.10
delivery_secret: tell-1
callback: {url: https://crm.example.com}
hooks: [issue.created]
settings:
  - {key: API_TOKEN, secret: true, default: tell-2}
";

#[test]
fn the_change_is_shown_without_secrets_and_not_made() {
    let folder = Folder::with("extension.yaml", FLAT);
    let done = folder.run("migrate");
    assert!(!done.to_string().contains("tell-"), "{done}");
    assert_snapshot!(done);
    assert_eq!(folder.content("extension.yaml"), FLAT);
}

#[test]
fn what_is_written_says_the_same_and_needs_no_other_change() {
    let folder = Folder::with("extension.yaml", FLAT);
    assert_snapshot!(folder.run("migrate extension.yaml --write"));
    let written = folder.content("extension.yaml");
    assert_snapshot!(written);
    let (old, new) =
        (kiket_manifest::parse(FLAT).unwrap(), kiket_manifest::parse(&written).unwrap());
    assert_eq!(old, new);
    assert_snapshot!(folder.run("migrate"));
    assert_eq!(folder.run("migrate --write").code, Some(0));
    assert_eq!(folder.content("extension.yaml"), written);
}

#[test]
fn what_could_not_be_read_again_is_not_written() {
    let deep = format!("id: com.example.crm\nx-deep: {}{}\n", "[".repeat(31), "]".repeat(31));
    let folder = Folder::with("extension.yaml", &deep);
    let done = folder.run("migrate --write");
    assert_ne!(done.code, Some(0), "{done}");
    assert!(done.stderr.contains("would be larger or deeper than what is read"), "{done}");
    assert_eq!(folder.content("extension.yaml"), deep);
}

#[test]
fn a_canonical_manifest_keeps_its_comments() {
    let content = "# Ours.\nmodel_version: \"1.0\"\nextension:\n  id: a # short\n  hooks: []\n  \
                   permissions: []\n";
    let folder = Folder::with("extension.yaml", content);
    let done = folder.run("migrate --write");
    assert_eq!(done.stderr, "extension.yaml is in the canonical form\n", "{done}");
    assert_eq!(folder.content("extension.yaml"), content);
}

#[test]
fn standard_input_is_written_to_standard_output() {
    let folder = Folder::with("unused", "");
    let done = folder.run_with("migrate - --write", FLAT, &[]);
    assert_eq!(done.code, Some(0), "{done}");
    let again = folder.run_with("migrate - --write", &done.stdout, &[]);
    assert_eq!(again.stdout, done.stdout);
    assert_eq!(again.stderr, "standard input is in the canonical form\n");
}

#[test]
fn json_is_not_written_over_with_yaml() {
    let content = r#"{"id": "a", "hooks": ["issue.created"]}"#;
    let folder = Folder::with("manifest.json", content);
    assert_snapshot!(folder.run("migrate --write"));
    assert_eq!(folder.content("manifest.json"), content);
}

#[test]
fn a_manifest_with_errors_is_not_migrated() {
    let folder = Folder::with("extension.yaml", "id: a\nhooks: 5\n");
    assert_snapshot!(folder.run("migrate --write"));
}

#[test]
fn the_schema_is_that_of_the_canonical_form() {
    let done = Folder::with("unused", "").run("schema");
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
    let schema: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(schema, kiket_manifest::schema());
}
