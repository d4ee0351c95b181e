//! Records in tables of an extension's own.

use kiket_contract::api::custom_data::{
    self, DeleteRecord, InProject, ListRecordsQuery, OneRecord, Record, WriteRecord, operators,
};
use kiket_contract::api::{Done, Page};
use serde_json::{Value, json};

use super::super::operation::{Operation, extension, operator};
use super::installations::MODULE;
use super::{AT, SAME_REQUEST, done, page};

pub(super) fn operations() -> Vec<Operation> {
    let table = |method, summary| place(extension(method, custom_data::PATH, summary));
    let one =
        |method, summary| place(extension(method, custom_data::RECORD_PATH, summary)).at("id", "1");
    let project = || json!({"project_id": 27});
    vec![
        table("GET", "List the records of a table")
            .queries::<ListRecordsQuery>(json!({
                "project_id": 27, "filters": "{\"status\":\"active\"}", "limit": 25,
                "order": "-id",
            }))
            .answers::<Page<Record>>(200, page(&record("active"))),
        table("POST", "Make a record")
            .queries::<InProject>(project())
            .keyed(SAME_REQUEST, "contact-7")
            .takes::<WriteRecord>(json!({"record": {"email": "grace@example.com"}}))
            .answers::<OneRecord>(201, json!({"data": record("active")})),
        one("GET", "Show a record")
            .queries::<InProject>(project())
            .answers::<OneRecord>(200, json!({"data": record("active")})),
        one("PATCH", "Change columns of a record")
            .queries::<InProject>(project())
            .takes::<WriteRecord>(json!({"record": {"status": "idle"}}))
            .answers::<OneRecord>(200, json!({"data": record("idle")})),
        one("DELETE", "Remove a record")
            .queries::<DeleteRecord>(project())
            .keyed(SAME_REQUEST, "contact-7-removed")
            .answers::<Done>(200, done()),
    ]
}

pub(super) fn of_operators() -> Vec<Operation> {
    let table = |method, summary| place(operator(method, operators::PATH, summary));
    let one =
        |method, summary| place(operator(method, operators::RECORD_PATH, summary)).at("id", "1");
    let project = || json!({"project_id": 27});
    vec![
        table("GET", "List the records of a table, for operators")
            .queries::<operators::ListRecords>(json!({
                "project_id": 27, "filters": "{\"status\":\"active\"}", "limit": 25,
                "order": "-id",
            }))
            .answers::<Page<Record>>(200, page(&record("active"))),
        table("POST", "Make a record, for operators")
            .queries::<operators::Place>(project())
            .keyed(SAME_REQUEST, "contact-8")
            .takes::<WriteRecord>(json!({"record": {"email": "grace@example.com"}}))
            .answers::<OneRecord>(201, json!({"data": record("active")})),
        one("GET", "Show a record, for operators")
            .queries::<operators::Place>(project())
            .answers::<OneRecord>(200, json!({"data": record("active")})),
        one("PATCH", "Change columns of a record, for operators")
            .queries::<operators::Place>(project())
            .takes::<WriteRecord>(json!({"record": {"status": "idle"}}))
            .answers::<OneRecord>(200, json!({"data": record("idle")})),
        one("DELETE", "Remove a record, for operators")
            .queries::<operators::DeleteRecord>(project())
            .keyed(SAME_REQUEST, "contact-8-removed")
            .answers::<Done>(200, done()),
    ]
}

fn place(operation: Operation) -> Operation {
    operation.at("module", MODULE).at("table", "people")
}

fn record(status: &str) -> Value {
    json!({
        "id": 1, "organization_id": 3, "project_id": 27, "email": "grace@example.com",
        "status": status, "created_at": AT, "updated_at": AT,
    })
}
