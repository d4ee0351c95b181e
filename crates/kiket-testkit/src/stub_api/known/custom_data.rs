//! Records of custom data, each table as empty as it was left.

use serde_json::json;

use super::{Reply, done, limit, missing, one, unfit};
use crate::stub_api::Call;
use crate::stub_api::records::{Record, Records};

const RECORD: &str = "record";

/// The name of a table.
pub(in crate::stub_api) fn table(module: &str, table: &str) -> String {
    format!("custom_data/{module}/{table}")
}

pub(super) fn answer(call: &Call, place: &[&str], records: &mut Records) -> Option<Reply> {
    let ([module, name] | [module, name, _]) = place else { return None };
    let table = table(module, name);
    let record = || call.json()[RECORD].as_object().cloned();
    let without = || unfit("it has no `record`");
    let id = place.get(2).map(|id| id.parse().unwrap_or_default());
    Some(match (call.method.as_str(), id) {
        ("GET", None) => list(call, &table, records),
        ("POST", None) => match record() {
            Some(record) => one(201, RECORD, Some(records.create(&table, record).1)),
            None => without(),
        },
        ("GET", Some(id)) => one(200, RECORD, records.get(&table, id)),
        ("PATCH", Some(id)) => match record() {
            Some(record) => one(200, RECORD, records.update(&table, id, record)),
            None => without(),
        },
        ("DELETE", Some(id)) => match records.delete(&table, id) {
            Some(_) => done(200),
            None => missing(RECORD),
        },
        _ => return None,
    })
}

fn list(call: &Call, table: &str, records: &mut Records) -> Reply {
    let filters = call.parameter("filters").unwrap_or_else(|| "{}".to_owned());
    match serde_json::from_str::<Record>(&filters) {
        Ok(filters) => {
            Reply::new(200, json!({ "data": records.list(table, &filters, limit(call)) }))
        }
        Err(_) => unfit("`filters` is no JSON object"),
    }
}
