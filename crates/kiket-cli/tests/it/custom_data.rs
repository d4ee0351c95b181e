//! `kiket custom-data`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use crate::folder::Done;
use crate::platform::{MANIFEST, Running, TOKEN, assert_told};

const SCHEMA: &str = "module: com.example.crm.contacts
tables:
  people:
    columns:
      - {name: email, type: string, null: false}
      - {name: age, type: integer}
";
const TABLE: &str = "com.example.crm.contacts people --project 27";

fn with_table() -> Running {
    let running = Running::start();
    let permissions = "  custom_data: {permissions: [{module: com.example.crm.contacts, \
                       operations: [read, write, admin]}]}\n";
    running.write_manifest(&format!("{MANIFEST}{permissions}"));
    let module = running.folder.path().join(".kiket/modules/contacts");
    fs::create_dir_all(&module).unwrap();
    fs::write(module.join("schema.yml"), SCHEMA).unwrap();
    let done = running.run("extensions install --project 27 --organization 3");
    assert_eq!(done.code, Some(0), "{done}");
    running
}

fn run_with_input(running: &Running, arguments: &str, input: &str) -> Done {
    let url = running.url();
    running.run_with(arguments, input, &[("KIKET_URL", &url), ("KIKET_ADMIN_TOKEN", TOKEN)])
}

fn create(running: &Running, record: &str) {
    let done = run_with_input(running, &format!("custom-data create {TABLE} --record -"), record);
    assert_eq!(done.code, Some(0), "{done}");
}

fn listed(running: &Running) -> usize {
    let done = running.run(&format!("custom-data list {TABLE} --format json"));
    let page: Value = serde_json::from_str(&done.stdout).unwrap();
    page["data"].as_array().unwrap().len()
}

#[test]
fn a_record_is_made_shown_changed_and_removed() {
    let running = with_table();
    fs::write(running.folder.path().join("ada.json"), r#"{"email":"ada@example.com"}"#).unwrap();
    let made = running.run(&format!("custom-data create {TABLE} --record @ada.json"));
    assert_told!(running.told(&made));
    let change = format!(r#"custom-data update {TABLE} 1 --record {{"age":36}}"#);
    assert_eq!(running.run(&change).code, Some(0));
    assert_told!(running.told(&running.run(&format!("custom-data get {TABLE} 1"))));
    let asked = running.run(&format!("custom-data delete {TABLE} 1"));
    assert_eq!(asked.code, Some(2), "{asked}");
    let done = running.run(&format!("custom-data delete {TABLE} 1 --hard --yes"));
    assert_eq!((done.code, done.stdout.as_str()), (Some(0), "record 1 is removed\n"), "{done}");
    let gone = running.run(&format!("custom-data get {TABLE} 1"));
    assert_eq!(gone.code, Some(1));
    assert_told!(running.told(&gone));
}

#[test]
fn a_list_is_filtered_ordered_and_paged() {
    let running = with_table();
    for age in [36, 41, 29] {
        create(
            &running,
            &json!({ "email": format!("n{age}@example.com"), "age": age }).to_string(),
        );
    }
    let page = running.run(&format!("custom-data list {TABLE} --order -age --limit 2"));
    assert!(page.stderr.starts_with("there are more: --cursor "), "{page}");
    assert_told!(running.told(&Done { stderr: String::new(), ..page }));
    let one = running.run(&format!("custom-data list {TABLE} --filter age:=41"));
    assert!(one.stdout.contains("n41@") && !one.stdout.contains("n36@"), "{one}");
    let one = running.run(&format!("custom-data list {TABLE} --filter email=n29@example.com"));
    assert!(one.stdout.contains("n29@") && !one.stdout.contains("n36@"), "{one}");
    let wrong = running.run(&format!("custom-data list {TABLE} --filter size=1"));
    assert_eq!(wrong.code, Some(4));
    assert_told!(running.told(&wrong));
}

#[test]
fn a_project_is_named_by_its_key_and_an_unknown_one_is_told() {
    let running = with_table();
    let by_key = "custom-data list com.example.crm.contacts people --project";
    let unknown = running.run(&format!("{by_key} SHOP"));
    assert_eq!(unknown.code, Some(1), "{unknown}");
    assert_told!(running.told(&unknown));
    assert_eq!(running.run(&format!("{by_key} not/a/key")).code, Some(2));
    assert_eq!(running.run(&format!("custom-data create {TABLE} --record 5")).code, Some(4));
}

#[test]
fn bad_lines_are_named_the_others_go_on_and_a_second_run_adds_only_what_was_missing() {
    let running = with_table();
    let path = running.folder.path().join("people.ndjson");
    let lines = |second: &str| {
        format!(
            "{{\"email\":\"a@example.com\",\"id\":7}}\n{second}\n\n{{\"age\":5}}\n\
             {{\"email\":\"a@example.com\",\"id\":7}}\n"
        )
    };
    fs::write(&path, lines("no json")).unwrap();
    let import = format!("custom-data import {TABLE} people.ndjson");
    let done = running.run(&import);
    assert_eq!(done.code, Some(1), "{done}");
    assert_told!(running.told(&done));
    assert_eq!(listed(&running), 2);
    fs::write(&path, lines("{\"email\":\"b@example.com\"}")).unwrap();
    let again = running.run(&format!("{import} --format json"));
    let imported: Value = serde_json::from_str(&again.stdout).unwrap();
    assert_eq!((&imported["records"], &imported["failed"][0]["line"]), (&json!(3), &json!(4)));
    assert_eq!(listed(&running), 3);
}

#[test]
fn an_import_into_no_table_ends_at_once() {
    let running = with_table();
    let import = "custom-data import com.example.crm.contacts nothing --project 27 -";
    let done = run_with_input(&running, import, "{}\n{}\n{}\n");
    assert_eq!((done.code, done.stdout.as_str()), (Some(1), ""), "{done}");
    assert_told!(running.told(&done));
}

#[test]
fn an_export_has_every_page_and_can_be_imported_elsewhere() {
    let running = with_table();
    let records: String =
        (0..501).map(|age| format!("{{\"email\":\"n@example.com\",\"age\":{age}}}\n")).collect();
    let done = run_with_input(&running, &format!("custom-data import {TABLE} -"), &records);
    assert_eq!((done.code, done.stdout.as_str()), (Some(0), "records: 501\n"), "{done}");
    let export = format!("custom-data export {TABLE}");
    let shown = running.run(&export);
    assert_eq!((shown.code, shown.stdout.lines().count()), (Some(0), 501), "{}", shown.stderr);
    let done = running.run(&format!("{export} --filter age:=7 --output seven.ndjson"));
    assert_told!(running.told(&done));
    let path = running.folder.path().join("seven.ndjson");
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let again = running.run(&format!("custom-data import {TABLE} seven.ndjson"));
    assert_eq!(again.stdout, "records: 1\n", "{again}");
}

#[test]
fn no_platform_and_a_wrong_token_are_told_apart_and_leave_no_file() {
    let mut running = with_table();
    let url = running.url();
    let variables = [("KIKET_URL", url.as_str()), ("KIKET_ADMIN_TOKEN", "wrong")];
    let export = format!("custom-data export {TABLE} --output all.ndjson");
    assert_eq!(running.run_with(&export, "", &variables).code, Some(3));
    running.stop();
    let gone = running.run(&export);
    assert_eq!(gone.code, Some(5), "{gone}");
    assert!(!running.folder.path().join("all.ndjson").exists());
    let broken = run_with_input(&running, &format!("custom-data import {TABLE} -"), "{}\n");
    assert_eq!(broken.code, Some(5), "{broken}");
    assert!(broken.stderr.contains("run it again within 24 hours"), "{broken}");
}
