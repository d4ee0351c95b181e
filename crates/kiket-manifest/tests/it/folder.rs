//! What is found beside a manifest, and what is never looked at.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use kiket_manifest::lint::{Beside, lint_beside};
use kiket_manifest::{Document, Folder, LARGEST};
use tempfile::TempDir;

const MANIFEST: &str = "\
model_version: \"1.0\"
extension:
  id: com.example.crm
  name: CRM
  version: 1.0.0
  sdk: rust
  delivery: internal
  permissions: [custom_data.read]
  custom_data: {permissions: [{module: crm.notes, operations: [read]}]}
";
const SCHEMA: &str = ".kiket/modules/notes/schema.yml";
const GOOD: &str = "module: crm.notes\ntables: {notes: {columns: [{name: body, type: text}]}}\n";

/// A folder with a readme, tests and these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in [("README.md", ""), ("spec/a.rb", "")].iter().chain(files) {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    root
}

/// Every finding of a folder as `file:line:column id: message`.
fn found_with(manifest: &str, root: &Path) -> Vec<String> {
    let document = Document::parse(manifest);
    let folder = Folder::read(root).unwrap();
    let findings = lint_beside(&document, Beside { folder: Some(&folder), code: None });
    let line = |finding: &kiket_manifest::Finding| {
        let (file, of_file) = match &finding.file {
            Some(file) => (file.display().to_string(), folder.document(file).unwrap()),
            None => ("manifest".to_owned(), &document),
        };
        let place = of_file.position(finding.span);
        format!("{file}:{}:{} {}: {}", place.line, place.column, finding.id, finding.message)
    };
    findings.iter().map(line).collect()
}

fn found(root: &TempDir) -> Vec<String> {
    found_with(MANIFEST, root.path())
}

#[test]
fn a_problem_of_a_file_is_found_in_that_file() {
    let text =
        "module: crm.notes\ntables:\n  notes:\n    columns:\n      - {name: body, type: txt}\n";
    assert_eq!(
        found(&folder(&[(SCHEMA, text)])),
        [".kiket/modules/notes/schema.yml:5:28 unknown-column-type: there is no type `txt`"]
    );
}

#[test]
fn a_file_that_breaks_off_is_wrong_there_and_lacks_nothing() {
    let lines = found(&folder(&[(SCHEMA, "module: crm.notes\ntables: {notes: {columns: [\n")]));
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert!(lines[0].starts_with(&format!("{SCHEMA}:2:27 syntax: ")), "{lines:#?}");
    let lines = found(&folder(&[
        (SCHEMA, GOOD),
        (".kiket/modules/crm/dbt/dbt_project.yml", "vars: {a: \"\n"),
    ]));
    assert_eq!(lines.len(), 1, "{lines:#?}");
}

#[test]
fn both_forms_of_a_schema_say_the_same() {
    let older = "\
model_version: \"1.0\"
module:
  id: crm.notes
  name: Notes
  version: 1.0.0
  scope: project
  tables:
    - name: notes
      soft_delete: true
      columns: [{name: body, type: text, null: false}]
      indexes: [{columns: [project_id, body], unique: true}]
";
    assert!(found(&folder(&[(SCHEMA, GOOD)])).is_empty());
    assert!(found(&folder(&[(SCHEMA, older)])).is_empty());
    let wrong =
        |text: &str| text.replace("type: text", "type: txt").replace("crm.notes", "crm.nots");
    for text in [wrong(GOOD), wrong(older)] {
        let ids: Vec<_> = found(&folder(&[(SCHEMA, &text)]))
            .iter()
            .map(|line| line.split(' ').nth(1).unwrap().to_owned())
            .collect();
        assert_eq!(ids, ["undeclared-module:", "unknown-column-type:"], "{text}");
    }
}

#[test]
fn permissions_and_seeds_may_only_name_what_there_is() {
    let schema = "\
module: crm.notes
tables: {notes: {columns: [{name: body, type: text}]}}
permissions:
  - {role: user, tables: {nots: [read]}}
  - {role: admin, tables: [notes, memos], operations: [reed]}
";
    let seed = "table: notes\nrecords: [{body: Hello, project_id: 1}, {bdy: Hello}]\n";
    assert_eq!(
        found(&folder(&[(SCHEMA, schema), (".kiket/modules/notes/seeds/first.yaml", seed)])),
        [
            ".kiket/modules/notes/schema.yml:4:27 unknown-table: there is no table `nots`",
            ".kiket/modules/notes/schema.yml:5:35 unknown-table: there is no table `memos`",
            ".kiket/modules/notes/schema.yml:5:56 unknown-operation: there is no operation `reed`",
            ".kiket/modules/notes/seeds/first.yaml:2:42 unknown-column: there is no column `bdy`",
        ]
    );
}

#[test]
fn a_module_of_another_extension_may_be_read() {
    let with = |module: &str, operations: &str| {
        let more =
            format!("operations: [read]}}, {{module: {module}, operations: [{operations}]}}");
        let manifest = MANIFEST
            .replace("operations: [read]}", &more)
            .replace("[custom_data.read]", "[custom_data.read, custom_data.write]");
        found_with(&manifest, folder(&[(SCHEMA, GOOD)]).path())
    };
    assert!(with("kiket.team.capacity", "read").is_empty());
    assert_eq!(with("kiket.team.capacity", "write").len(), 1);
    assert_eq!(with("com.example.crm.memos", "read").len(), 1);
    assert!(with("com.example.crmx.memos", "read").is_empty());
}

#[test]
fn a_later_form_may_be_the_models_of_the_whole_extension() {
    let model = [(".kiket/analytics/dbt/models/a.sql", "select 1 as id")];
    assert!(found_with(MANIFEST, folder(&model).path()).is_empty());
}

#[test]
fn tests_are_found_where_each_language_keeps_them() {
    let with = |path: &str, text: &str| {
        let root = folder(&[(path, text)]);
        fs::remove_dir_all(root.path().join("spec")).unwrap();
        found(&root).is_empty()
    };
    for path in [
        "tests/it/main.rs",
        "test/a.rb",
        "__tests__/a.js",
        "src/test/java/ATest.java",
        "Crm.Tests/A.cs",
        "handler_test.go",
        "test_crm.py",
        "src/crm.test.ts",
    ] {
        assert!(with(path, ""), "{path}");
    }
    assert!(with("src/main.rs", "fn main() {}\n#[cfg(test)]\nmod tests {}\n"));
    assert!(!with("src/main.rs", "fn main() {}\n"));
    assert!(!with("contest/main.rs", ""));
}

#[test]
fn a_readme_may_be_written_in_any_way() {
    for name in ["readme.md", "README", "Readme.rst"] {
        let root = folder(&[(name, "")]);
        fs::remove_file(root.path().join("README.md")).unwrap();
        assert!(found(&root).is_empty(), "{name}");
    }
    let root = folder(&[("readmes", "")]);
    fs::remove_file(root.path().join("README.md")).unwrap();
    assert_eq!(found(&root).len(), 1);
}

#[test]
fn what_lies_outside_is_not_read_and_what_lies_inside_is() {
    let outside = folder(&[("schema.yml", "tell: [\n"), ("modules/memos/schema.yml", "tell: [\n")]);
    let root = folder(&[("shared/schema.yml", GOOD)]);
    fs::create_dir_all(root.path().join(".kiket/modules/notes")).unwrap();
    let schema = root.path().join(SCHEMA);
    symlink(root.path().join("shared/schema.yml"), &schema).unwrap();
    assert!(found(&root).is_empty());

    fs::remove_file(&schema).unwrap();
    symlink(outside.path().join("schema.yml"), &schema).unwrap();
    let memos = root.path().join(".kiket/modules/memos");
    symlink(outside.path().join("modules/memos"), &memos).unwrap();
    assert_eq!(
        found(&root),
        [
            "manifest:2:1 unread-file: `.kiket/modules/memos` is a link that leads out of the folder",
            "manifest:2:1 unread-file: `.kiket/modules/notes/schema.yml` is a link that leads out of \
             the folder",
        ]
    );
}

#[test]
fn a_pipe_in_place_of_a_file_does_not_stop_the_linter() {
    let root = folder(&[(".kiket/modules/notes/seeds/a.yml", "table: notes\n")]);
    let status =
        std::process::Command::new("mkfifo").arg(root.path().join(SCHEMA)).status().unwrap();
    assert!(status.success());
    let lines = found(&root);
    assert_eq!(lines, [format!("manifest:2:1 unread-file: `{SCHEMA}` is no file")]);
}

#[test]
fn what_may_not_be_read_is_said() {
    let root = folder(&[(SCHEMA, GOOD)]);
    let schema = root.path().join(SCHEMA);
    fs::set_permissions(&schema, PermissionsExt::from_mode(0o000)).unwrap();
    // Nothing is hidden from the system's administrator.
    let is_hidden = fs::read(&schema).is_err();
    assert_eq!(found(&root).len(), usize::from(is_hidden));
}

#[test]
fn no_more_is_read_than_a_person_writes() {
    let large = format!("module: crm.notes\n# {}\n", "x".repeat(LARGEST));
    assert_eq!(
        found(&folder(&[(SCHEMA, &large)])),
        [format!("{SCHEMA}:1:1 too-large: the file is larger than 256 KiB")]
    );
    let root = folder(&[(SCHEMA, GOOD)]);
    let seeds = root.path().join(".kiket/modules/notes/seeds");
    fs::create_dir(&seeds).unwrap();
    for number in 0..300 {
        fs::write(seeds.join(format!("{number:03}.yml")), "table: notes\n").unwrap();
    }
    let lines = found(&root);
    let told =
        "manifest:2:1 unread-file: `.kiket/modules/notes/seeds/199.yml` is one more than are read";
    assert_eq!(lines[0], told);
    assert_eq!(lines.len(), 100);
}

#[test]
fn a_folder_that_is_not_there_is_an_error() {
    let root = tempfile::tempdir().unwrap();
    let error = Folder::read(&root.path().join("absent")).unwrap_err();
    assert!(error.to_string().contains("absent"), "{error}");
}

#[test]
fn variables_of_declared_secrets_are_set() {
    let project =
        "name: crm\nprofile: crm\nvars: {a: \"{{ env_var('INSTALLATION_SECRET_API') }}\"}\n";
    let files = [(".kiket/modules/crm/dbt/dbt_project.yml", project)];
    assert_eq!(
        found(&folder(&files)),
        [".kiket/modules/crm/dbt/dbt_project.yml:3:11 unset-dbt-variable: nobody sets \
             `INSTALLATION_SECRET_API`"]
    );
    for secret in [
        "  configuration: {API: {type: string, secret: true}}\n",
        "  deployment: {secret_keys: [API]}\n",
    ] {
        let manifest = format!("{MANIFEST}{secret}");
        assert!(found_with(&manifest, folder(&files).path()).is_empty(), "{secret}");
    }
}

#[test]
fn no_message_shows_a_credential() {
    let profiles = "crm: {outputs: {kiket: {password: hush-1, token: hush-2, host: hush-3}}}\n";
    let lines = found(&folder(&[
        (".kiket/modules/crm/dbt/dbt_project.yml", "name: crm\nprofile: crm\n"),
        (".kiket/modules/crm/dbt/profiles.yml", profiles),
    ]));
    assert_eq!(lines.len(), 2, "{lines:#?}");
    assert!(!lines.concat().contains("hush"), "{lines:#?}");
}
