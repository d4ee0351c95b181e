//! `kiket dev A B`: several extensions on one platform.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::kiket::{DECIDER, SAMPLE, dev, root};

#[test]
fn each_has_an_address_of_its_own_and_all_are_delivered_to() {
    let home = tempfile::tempdir().unwrap();
    let output = dev(home.path(), SAMPLE)
        .arg(root().join(DECIDER))
        .args(["--once", "--format", "json"])
        .output()
        .unwrap();
    let log = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{log}");
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    let installations = summary["platform"]["installations"].as_array().unwrap();
    let [sample, decider] = installations.as_slice() else { panic!("{installations:#?}") };
    assert_ne!(sample["callback_url"], decider["callback_url"]);
    let mut delivered = BTreeMap::new();
    for delivery in summary["deliveries"].as_array().unwrap() {
        assert_eq!(delivery["status"], "delivered", "{delivery:#}");
        *delivered.entry(delivery["extension_id"].as_str().unwrap()).or_insert(0) += 1;
    }
    let ids = [sample, decider].map(|one| one["extension_id"].as_str().unwrap());
    assert_eq!(delivered, BTreeMap::from([(ids[0], 9), (ids[1], 2)]));
    assert!(log.contains(&format!("{}  ", ids[0])), "what it prints has its name: {log}");
}

#[test]
fn two_folders_of_one_extension_are_refused() {
    let home = tempfile::tempdir().unwrap();
    let output = dev(home.path(), SAMPLE).arg(root().join(SAMPLE)).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("have the same id, com.example.marketing"), "{told}");
}
