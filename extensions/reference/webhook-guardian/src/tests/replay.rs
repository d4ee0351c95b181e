//! The cases in `replay`, which `kiket extensions replay` sends to the program: here without it.

use std::fs;
use std::path::Path;

use kiket_testkit::{Delivery, StubApi};
use serde_json::Value;

use super::{WEDNESDAY, service};

#[tokio::test]
async fn every_case_is_answered_as_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("replay");
    let mut cases = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().path();
        let case: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        let text = |name: &str| case[name].as_str().unwrap();
        let delivery = Delivery::new(text("event"), text("version"));
        let delivery = delivery.payload(case["payload"].clone());
        let api = StubApi::start();
        let answer = api.deliver(&service(WEDNESDAY, &api.url()), &delivery).await;
        let expected = &case["expect"];
        assert_eq!(Value::from(answer.status()), expected["status"], "{}", file.display());
        assert_eq!(answer.json(), expected["body"], "{}", file.display());
        cases += 1;
    }
    assert!(cases >= 7, "{cases} cases");
}
