//! Values that are put into a payload: `issue.priority=high`.

use serde_json::{Map, Value};

use crate::exit::Misuse;

/// Puts a value where a dotted path leads. Objects on the way are made when nothing is there.
///
/// # Errors
/// When it is no assignment, or the path leads through something that is no object.
pub(super) fn set(payload: &mut Map<String, Value>, assignment: &str) -> Result<(), Misuse> {
    let Some((path, value)) = assignment.split_once('=') else {
        return Err(Misuse(format!("--set {assignment}: write PATH=VALUE")));
    };
    let names: Vec<_> = path.split('.').collect();
    let Some((last, way)) = names.split_last().filter(|_| !names.contains(&"")) else {
        return Err(Misuse(format!("--set {assignment}: the path `{path}` has an empty name")));
    };
    let mut object = payload;
    for (depth, name) in way.iter().enumerate() {
        let next = object.entry(*name).or_insert_with(|| Map::new().into());
        let kind = kind(next);
        let Value::Object(inner) = next else {
            let at = way[..=depth].join(".");
            return Err(Misuse(format!("--set {assignment}: `{at}` is {kind}, and no object")));
        };
        object = inner;
    }
    object.insert((*last).to_owned(), read(value));
    Ok(())
}

/// JSON as what it says, anything else as text.
fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn after(payload: Value, assignment: &str) -> Result<Value, String> {
        let Value::Object(mut payload) = payload else { unreachable!("a payload is an object") };
        set(&mut payload, assignment).map_err(|error| error.to_string())?;
        Ok(payload.into())
    }

    #[test]
    fn a_path_leads_into_objects_and_makes_those_that_are_missing() {
        let payload = json!({"issue": {"id": 1}});
        for (assignment, expected) in [
            ("issue.priority=high", json!({"issue": {"id": 1, "priority": "high"}})),
            ("issue.id=2", json!({"issue": {"id": 2}})),
            ("issue.id=\"2\"", json!({"issue": {"id": "2"}})),
            ("issue.labels=[\"a\"]", json!({"issue": {"id": 1, "labels": ["a"]}})),
            ("a.b.c=x=y", json!({"issue": {"id": 1}, "a": {"b": {"c": "x=y"}}})),
            ("note=", json!({"issue": {"id": 1}, "note": ""})),
        ] {
            assert_eq!(after(payload.clone(), assignment), Ok(expected), "{assignment}");
        }
    }

    #[test]
    fn a_path_through_something_else_is_refused_with_its_place() {
        let payload = json!({"issue": {"id": 1, "labels": ["a"]}});
        for (assignment, said) in [
            ("issue.id.x=1", "`issue.id` is a number, and no object"),
            ("issue.labels.0=b", "`issue.labels` is a list, and no object"),
            ("issue..x=1", "the path `issue..x` has an empty name"),
            ("=1", "the path `` has an empty name"),
            ("issue", "write PATH=VALUE"),
        ] {
            let error = after(payload.clone(), assignment).unwrap_err();
            assert_eq!(error, format!("--set {assignment}: {said}"));
        }
    }
}
