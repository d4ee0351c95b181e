//! What `lint --format sarif` writes has every member that SARIF 2.1.0 demands, within its bounds.

use std::collections::HashSet;

use kiket_manifest::lint::{Rule, files, rule, rules};
use serde_json::Value;

use crate::folder::Folder;

const WIDE: &str = "id: com.example.crm\nname: é€😀\nhooks: 5\n";

fn object(value: &Value) -> &serde_json::Map<String, Value> {
    assert!(value.is_object(), "no object: {value}");
    value.as_object().unwrap()
}

fn list(value: &Value) -> &[Value] {
    assert!(value.is_array(), "no list: {value}");
    value.as_array().unwrap()
}

fn text(value: &Value) -> &str {
    assert!(value.as_str().is_some_and(|text| !text.is_empty()), "no text: {value}");
    value.as_str().unwrap()
}

fn only(value: &Value, members: &[&str]) {
    for name in object(value).keys() {
        assert!(members.contains(&name.as_str()), "no member `{name}` here: {value}");
    }
}

/// Checks a whole log, and gives the rules of its results.
fn checked(log: &str) -> Vec<String> {
    let log: Value = serde_json::from_str(log).unwrap();
    only(&log, &["$schema", "version", "runs"]);
    assert_eq!(log["version"], "2.1.0");
    assert!(text(&log["$schema"]).ends_with("sarif-2.1.0.json"));
    assert_eq!(list(&log["runs"]).len(), 1);
    let run = &log["runs"][0];
    only(run, &["tool", "columnKind", "results"]);
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    only(&run["tool"], &["driver"]);
    let driver = &run["tool"]["driver"];
    only(driver, &["name", "version", "informationUri", "rules"]);
    text(&driver["name"]);
    text(&driver["version"]);
    let rules = list(&driver["rules"]);
    let mut ids = HashSet::new();
    for rule in rules {
        is_rule(rule);
        assert!(ids.insert(text(&rule["id"])), "{rule} stands twice");
    }
    list(&run["results"]).iter().map(|result| is_result(result, rules)).collect()
}

fn is_rule(rule: &Value) {
    only(rule, &["id", "shortDescription", "help", "defaultConfiguration"]);
    for message in [&rule["shortDescription"], &rule["help"]] {
        only(message, &["text", "markdown"]);
        text(&message["text"]);
    }
    only(&rule["defaultConfiguration"], &["level"]);
    is_level(&rule["defaultConfiguration"]["level"]);
}

fn is_level(level: &Value) {
    assert!(["none", "note", "warning", "error"].contains(&text(level)), "{level}");
}

fn is_result(result: &Value, rules: &[Value]) -> String {
    only(result, &["ruleId", "ruleIndex", "level", "message", "locations"]);
    let id = text(&result["ruleId"]);
    let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(rules[index]["id"], id, "{result}");
    is_level(&result["level"]);
    only(&result["message"], &["text"]);
    text(&result["message"]["text"]);
    assert!(!list(&result["locations"]).is_empty());
    for location in list(&result["locations"]) {
        only(location, &["physicalLocation"]);
        let place = &location["physicalLocation"];
        only(place, &["artifactLocation", "region"]);
        only(&place["artifactLocation"], &["uri"]);
        let uri = text(&place["artifactLocation"]["uri"]);
        let is_of_uri = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/:%".contains(&byte);
        assert!(uri.bytes().all(is_of_uri), "{uri}");
        is_region(&place["region"]);
    }
    id.to_owned()
}

fn is_region(region: &Value) {
    only(region, &["startLine", "startColumn", "endLine", "endColumn"]);
    let number = |name: &str| region[name].as_u64().unwrap();
    let start = (number("startLine"), number("startColumn"));
    let end = (number("endLine"), number("endColumn"));
    assert!(start.0 >= 1 && start.1 >= 1, "{region}");
    assert!(start <= end, "{region}");
}

#[test]
fn every_rule_gives_sound_results() {
    let folder = Folder::with("unused", "");
    // Rules on several files are not for standard input.
    let of_one_file = |rule: &&Rule| files(rule.bad).count() == 1;
    for rule in rules().filter(of_one_file) {
        let done = folder.run_with("lint - --format sarif", rule.bad, &[]);
        assert_eq!(done.stderr, "", "{}: {done}", rule.id);
        let found = checked(&done.stdout);
        let has_sample = rule.bad.lines().any(|line| !line.starts_with('#'));
        assert!(!has_sample || found.iter().any(|id| id == rule.id), "{}: {found:?}", rule.id);
    }
}

#[test]
fn a_text_without_faults_gives_a_log_without_results() {
    let rule = rule("missing-sdk").unwrap();
    let done = Folder::of_extension("extension.yaml", rule.good).run("lint --format sarif");
    assert_eq!(checked(&done.stdout), [""; 0], "{done}");
}

#[test]
fn places_are_sound_in_whatever_is_no_manifest() {
    for content in ["", "\n", "\u{feff}", "- a", "id: [", "id: \"a\r\nb", WIDE, "\t", "é: [€"] {
        let done = Folder::with("a#é%/extension.yaml", content).run("lint --format sarif a#é%");
        assert!(!checked(&done.stdout).is_empty(), "{content:?}: {done}");
    }
}
