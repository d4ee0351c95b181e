//! Records of custom data, each table as empty as it was left. Each is in a project, and is not there
//! for calls about another.

use kiket_contract::response::ErrorBody;
use serde_json::Value;

use super::{PROJECT_ID, Reply, done, invalid_parameter, missing, one, page, project_of, unfit};
use crate::stub_api::records::{Record, Records};
use crate::stub_api::{Call, token};

const RECORD: &str = "record";

/// The name of a table.
pub(in crate::stub_api) fn table(module: &str, table: &str) -> String {
    format!("custom_data/{module}/{table}")
}

pub(super) fn answer(call: &Call, place: &[&str], records: &mut Records) -> Option<Reply> {
    let ([module, name] | [module, name, _]) = place else { return None };
    let table = table(module, name);
    let Some(project) = project(call) else {
        let error = "project_id is missing: say which project is meant";
        return Some(Reply::error(400, &ErrorBody::new("invalid_parameter", error)));
    };
    let record = || {
        let mut record = call.json()[RECORD].as_object().cloned()?;
        record.insert(PROJECT_ID.to_owned(), project.clone());
        Some(record)
    };
    let without = || unfit("it has no `record`");
    // What is in another project has the id of none.
    let id = place.get(2).map(|id| {
        let id = id.parse().unwrap_or_default();
        let found = records.get(&table, id);
        found.filter(|found| found.get(PROJECT_ID) == Some(&project)).map_or(0, |_| id)
    });
    Some(match (call.method.as_str(), id) {
        ("GET", None) => list(call, &table, &project, records),
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

/// The project that the call names, else the one of its runtime token.
fn project(call: &Call) -> Option<Value> {
    let own = || Some(token::claims(call)?.proj_id?.get().into());
    project_of(call).or_else(own)
}

fn list(call: &Call, table: &str, project: &Value, records: &mut Records) -> Reply {
    let filters = call.parameter("filters").unwrap_or_else(|| "{}".to_owned());
    match serde_json::from_str::<Record>(&filters) {
        Ok(mut filters) => {
            filters.insert(PROJECT_ID.to_owned(), project.clone());
            page(call, table, &filters, records)
        }
        Err(_) => invalid_parameter("`filters` is no JSON object"),
    }
}
