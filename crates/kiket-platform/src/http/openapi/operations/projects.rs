//! What is known of a project.

use kiket_contract::api::projects::{self, Project, SetProjectKey};
use serde_json::{Value, json};

use super::super::operation::{Operation, operator};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        operator("GET", projects::ONE, "Show a project")
            .at("id", "27")
            .answers::<Project>(200, project(&Value::Null)),
        operator("PUT", projects::KEY, "Give a project a key")
            .at("id", "27")
            .takes::<SetProjectKey>(json!({"key": "SHOP"}))
            .answers::<Project>(200, project(&json!("SHOP"))),
    ]
}

fn project(key: &Value) -> Value {
    json!({"id": 27, "organization_id": 3, "key": key})
}
