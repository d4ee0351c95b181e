//! Issues and their comments.

use serde_json::{Value, json};

use super::{PROJECT_ID, Reply, missing, page, project_of, unfit};
use crate::stub_api::Call;
use crate::stub_api::records::{Record, Records};

const ISSUE: &str = "issue";
/// The table that issues are kept in.
pub(in crate::stub_api) const TABLE: &str = "issues";
const CUSTOM_FIELDS: &str = "custom_fields";

pub(super) fn answer(call: &Call, place: &[&str], records: &mut Records) -> Option<Reply> {
    let id = place.first().map(|issue| id_of(issue, records));
    Some(match (call.method.as_str(), id, place.get(1..).unwrap_or_default()) {
        ("GET", None, _) => {
            let filters = project_of(call).map(|project| (PROJECT_ID.to_owned(), project));
            page(call, TABLE, &filters.into_iter().collect(), records)
        }
        ("POST", None, _) => match call.json()[ISSUE].as_object().cloned() {
            Some(issue) if issue.get("title").is_some_and(Value::is_string) => {
                bare(201, Some(records.create(TABLE, issue).1))
            }
            _ => unfit("it has no `issue` with a `title`"),
        },
        ("GET", Some(id), []) => bare(200, records.get(TABLE, id)),
        ("PATCH", Some(id), []) => match call.json()[ISSUE].as_object().cloned() {
            Some(issue) => bare(200, update(records, id, issue)),
            None => unfit("it has no `issue`"),
        },
        ("POST", Some(id), ["transitions"]) => transition(call, records, id),
        (_, Some(id), ["comments"]) => return comments(call, records, id),
        _ => return None,
    })
}

/// The answer that is the record itself, or 404.
fn bare(status: u16, record: Option<Record>) -> Reply {
    record.map_or_else(|| missing(ISSUE), |record| Reply::new(status, record.into()))
}

/// The number of an issue that is named by it or by its key; that of none when there is no such issue.
fn id_of(issue: &str, records: &mut Records) -> i64 {
    let by_key = [("key".to_owned(), json!(issue))].into_iter().collect();
    issue.parse().ok().or_else(|| Some(records.list(TABLE, &by_key, 0).next()?.0)).unwrap_or(0)
}

/// Custom fields that are not named stay.
fn update(records: &mut Records, id: i64, mut issue: Record) -> Option<Record> {
    let kept = records.get(TABLE, id)?;
    if let (Some(Value::Object(kept)), Some(Value::Object(new))) =
        (kept.get(CUSTOM_FIELDS), issue.get_mut(CUSTOM_FIELDS))
    {
        let named = std::mem::replace(new, kept.clone());
        new.extend(named);
    }
    records.update(TABLE, id, issue)
}

/// The state stands under `transition`, or under `state` in it.
fn transition(call: &Call, records: &mut Records, id: i64) -> Reply {
    let body = call.json();
    let to = body["transition"].as_str().or_else(|| body["transition"]["state"].as_str());
    match to {
        Some(to) => {
            let status = [("status".to_owned(), json!(to))].into_iter().collect();
            bare(200, records.update(TABLE, id, status))
        }
        None => unfit("it has no `transition`"),
    }
}

fn comments(call: &Call, records: &mut Records, id: i64) -> Option<Reply> {
    let table = format!("{TABLE}/{id}/comments");
    if records.get(TABLE, id).is_none() {
        return Some(missing(ISSUE));
    }
    match call.method.as_str() {
        "GET" => Some(page(call, &table, &Record::new(), records)),
        "POST" => {
            let body = call.json();
            let text = body["body"].as_str().or_else(|| body["comment"]["body"].as_str());
            let Some(text) = text else { return Some(unfit("it has no `body`")) };
            let comment = [("body".to_owned(), json!(text))].into_iter().collect();
            Some(bare(201, Some(records.create(&table, comment).1)))
        }
        _ => None,
    }
}
