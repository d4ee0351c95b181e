//! `kiket extensions lint` of a folder: what stands beside the manifest.

use insta::assert_snapshot;

use crate::folder::Folder;

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
const SCHEMA: &str = "\
module: crm.notes
tables:
  notes:
    columns:
      - {name: body, type: txt}
    indexes:
      - {columns: [bdy]}
";
const PROFILES: &str = "crm: {outputs: {kiket: {type: postgres, password: tell-1}}}\n";

/// Something is wrong in the manifest, in a schema and in a dbt project.
fn wrong() -> Folder {
    let folder = Folder::with(".kiket/manifest.yaml", MANIFEST);
    folder.write("README.md", "# CRM\n");
    folder.write(".kiket/modules/notes/schema.yml", SCHEMA);
    folder.write(".kiket/modules/notes/dbt/dbt_project.yml", "name: crm-notes\nprofile: crm\n");
    folder.write(".kiket/modules/notes/dbt/profiles.yml", PROFILES);
    folder
}

#[test]
fn text_shows_each_finding_in_its_file() {
    assert_snapshot!(wrong().run("lint"));
}

#[test]
fn json_names_the_file_of_each_finding() {
    assert_snapshot!(wrong().run("lint --format json"));
}

#[test]
fn every_format_names_the_files_below_the_folder_that_was_named() {
    let folder = Folder::with("apps/crm/.kiket/manifest.yaml", MANIFEST);
    folder.write("apps/crm/.kiket/modules/notes/schema.yml", "module: crm.notes\ntables: [\n");
    assert_snapshot!(folder.run("lint --format github apps/crm"));
    for format in ["text", "json", "sarif"] {
        let done = folder.run(&format!("lint --format {format} apps/crm"));
        assert!(done.stdout.contains("apps/crm/.kiket/modules/notes/schema.yml"), "{done}");
        assert!(done.stdout.contains("apps/crm/.kiket/manifest.yaml"), "{done}");
    }
}

#[test]
fn no_format_shows_a_secret_of_a_file() {
    for format in ["text", "json", "github", "sarif"] {
        let done = wrong().run(&format!("lint --format {format}"));
        assert!(done.stdout.contains("dbt-credential") && !done.stdout.contains("tell-"), "{done}");
    }
}

#[test]
fn a_single_file_and_standard_input_are_linted_alone() {
    let folder = wrong();
    for done in [folder.run("lint .kiket/manifest.yaml"), folder.run_with("lint -", MANIFEST, &[])]
    {
        assert_eq!(done.code, Some(0), "{done}");
        assert!(done.stdout.ends_with("nothing is wrong\n"), "{done}");
    }
}

#[test]
fn rules_of_files_are_allowed_denied_and_explained_as_others_are() {
    let folder = Folder::of_extension(".kiket/manifest.yaml", MANIFEST);
    let schema = "module: crm.notes\ntables: {notes: {columns: [{name: body, type: txt}]}}\n";
    folder.write(".kiket/modules/notes/schema.yml", schema);
    assert_eq!(folder.run("lint").code, Some(0));
    assert_eq!(folder.run("lint --deny unknown-column-type").code, Some(1));
    assert_eq!(folder.run("lint --deny warnings --allow unknown-column-type").code, Some(0));
    assert_snapshot!(folder.run("lint --explain unknown-column-type"));
}

#[test]
fn a_fix_of_the_manifest_leaves_other_files_as_they_are() {
    let folder = wrong();
    folder.write(".kiket/manifest.yaml", &MANIFEST.replace("sdk: rust", "sdk: rost"));
    let done = folder.run("lint --fix");
    assert_eq!(done.code, Some(4), "{done}");
    assert_eq!(folder.content(".kiket/manifest.yaml"), MANIFEST);
    assert_eq!(folder.content(".kiket/modules/notes/schema.yml"), SCHEMA);
}

#[test]
fn a_finding_of_a_folder_stays_when_the_manifest_is_of_no_known_form() {
    let folder = Folder::of_extension(".kiket/manifest.yaml", "");
    folder.write(".kiket/modules/notes/schema.yml", "module: [\n");
    let done = folder.run("lint --format github");
    assert_eq!(done.stdout.lines().count(), 2, "{done}");
}

#[test]
fn code_is_compared_of_a_folder_in_rust_only() {
    let folder = wrong();
    assert_snapshot!(folder.run("lint --code .kiket/manifest.yaml"));
    assert_eq!(folder.run_with("lint --code -", MANIFEST, &[]).code, Some(4));
    let folder = Folder::of_extension("extension.yaml", MANIFEST);
    let done = folder.run("lint --code");
    assert_eq!((done.code, done.stdout.as_str()), (Some(4), ""), "{done}");
    assert!(done.stderr.contains("has no Cargo.toml, so it is no extension in Rust"));
}

#[test]
fn code_is_not_run_while_the_manifest_has_errors() {
    let folder = Folder::of_extension("extension.yaml", "id: com.example.crm\nversion: [1]\n");
    folder.write("Cargo.toml", "this is never read");
    let done = folder.run("lint --code");
    assert_eq!(done.code, Some(4), "{done}");
    assert_eq!(done.stderr, "the code is not compared: correct the manifest's errors first\n");
}
