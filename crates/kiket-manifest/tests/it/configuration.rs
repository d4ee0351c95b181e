//! Which value a setting has.

use kiket_contract::secret::Secret;
use kiket_manifest::{Configuration, Manifest, parse, secret_in_environment};
use serde_json::{Map, Value, json};

const MANIFEST: &str = "\
id: a
settings:
  - {key: limit, type: integer, default: '3'}
  - {key: verbose, type: boolean, default: false, required: true}
  - {key: region, type: string, default: 'env:REGION'}
  - {key: tags, default: [x, y]}
  - {key: apiToken, secret: true, required: true, default: from-manifest}
  - {key: other, required: true}
";

fn decided(manifest: &Manifest, environment: &[(&str, &str)], given: Value) -> Configuration {
    let lookup = |name: &str| {
        environment.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    };
    let given: Map<_, _> = serde_json::from_value(given).unwrap();
    manifest.configuration(lookup, |key| secret_in_environment(key, lookup), given)
}

#[test]
fn defaults_have_their_declared_types_and_are_read_as_the_programs_own() {
    let configuration = decided(&parse(MANIFEST).unwrap(), &[("REGION", "eu")], json!({}));
    assert_eq!(configuration.get::<u8>("limit").unwrap(), Some(3));
    assert_eq!(configuration.get::<bool>("verbose").unwrap(), Some(false));
    assert_eq!(configuration.get::<&str>("region").unwrap(), Some("eu"));
    assert_eq!(configuration.get::<Vec<String>>("tags").unwrap().unwrap(), ["x", "y"]);
    assert_eq!(configuration.get::<bool>("absent").unwrap(), None);
    assert_eq!(configuration.missing, ["other"]);
    let error = configuration.get::<bool>("limit").unwrap_err().to_string();
    assert!(error.starts_with("the setting `limit` has a value of another type"), "{error}");
}

#[test]
fn the_manifest_gives_way_to_the_environment_and_that_to_the_program() {
    let manifest = parse(MANIFEST).unwrap();
    let secret = |environment: &[_], given| {
        decided(&manifest, environment, given).secrets["apiToken"].expose().to_owned()
    };
    let environment = [("KIKET_SECRET_APITOKEN", "from-environment")];
    assert_eq!(secret(&[], json!({})), "from-manifest");
    assert_eq!(secret(&environment, json!({})), "from-environment");
    assert_eq!(secret(&environment, json!({"apiToken": "from-program"})), "from-program");
    assert_eq!(secret(&environment, json!({"apiToken": ""})), "from-environment");
}

#[test]
fn of_the_spellings_of_a_variable_the_first_that_is_set_counts() {
    let manifest = parse(MANIFEST).unwrap();
    let variables = [("KIKET_SECRET_APITOKEN", ""), ("KIKET_SECRET_API_TOKEN", "snake")];
    let configuration = decided(&manifest, &variables, json!({}));
    assert_eq!(configuration.secrets["apiToken"], Secret::from("snake"));
}

#[test]
fn only_secret_settings_come_from_the_environment() {
    let manifest = parse(MANIFEST).unwrap();
    let configuration = decided(&manifest, &[("KIKET_SECRET_LIMIT", "9")], json!({}));
    assert_eq!(configuration.values["limit"], json!(3));
}

#[test]
fn what_the_program_gives_is_kept_and_typed_when_declared() {
    let manifest = parse(MANIFEST).unwrap();
    let configuration = decided(&manifest, &[], json!({"limit": "7", "own": 1, "other": null}));
    assert_eq!(configuration.values["limit"], json!(7));
    assert_eq!(configuration.values["own"], json!(1));
}

#[test]
fn a_reference_without_a_value_is_no_value() {
    let manifest = parse("id: a\nsettings: {zone: {default: '${ZONE}', required: true}}").unwrap();
    let configuration = decided(&manifest, &[], json!({}));
    assert_eq!(configuration.missing, ["zone"]);
    assert!(configuration.values.is_empty());
}

#[test]
fn debug_shows_no_secret() {
    let configuration = decided(&parse(MANIFEST).unwrap(), &[], json!({}));
    assert!(!format!("{configuration:?}").contains("from-manifest"), "{configuration:?}");
}
