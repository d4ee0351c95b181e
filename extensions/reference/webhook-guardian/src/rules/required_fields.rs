//! Required fields: what an issue needs before it goes into a status.

use kiket_sdk::event::issue::Issue;
use serde::Deserialize;
use serde_json::Value;

use super::Objection;
use super::statuses::Statuses;

/// These fields need a value before an issue goes into these statuses.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RequiredFields {
    into: Statuses,
    fields: Vec<String>,
}

impl RequiredFields {
    pub(super) fn objection(&self, to: &str, issue: &Issue) -> Option<Objection> {
        if !self.into.contains(to) {
            return None;
        }
        let missing = self.fields.iter().map(String::as_str).filter(|field| !has(issue, field));
        let missing: Vec<_> = missing.collect();
        if missing.is_empty() {
            return None;
        }
        let missing = missing.join(", ");
        Some(Objection::Deny(format!("Fill in {missing} before the issue goes to {to}.")))
    }
}

/// Whether a field of the issue, or one that the project added, has a value.
fn has(issue: &Issue, field: &str) -> bool {
    match field {
        "key" => issue.key.is_some(),
        "title" => !issue.title.trim().is_empty(),
        "issue_type" => issue.issue_type.is_some(),
        "priority" => issue.priority.is_some(),
        "assignee_id" => issue.assignee_id.is_some(),
        "labels" => !issue.labels.is_empty(),
        added => issue.custom_fields.get(added).is_some_and(is_filled),
    }
}

/// `false` and 0 are values: somebody has chosen them.
fn is_filled(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    fn missing(fields: Value, to: &str, issue: Value) -> Option<String> {
        let rule = json!({ "into": ["done", "released"], "fields": fields });
        let rule: RequiredFields = from_value(rule).unwrap();
        let objection = rule.objection(to, &from_value(issue).unwrap())?;
        assert!(matches!(objection, Objection::Deny(_)));
        Some(objection.message().to_owned())
    }

    #[test]
    fn a_field_needs_a_value_where_the_rule_says_so() {
        let all = json!(["assignee_id", "resolution"]);
        let both = Some("Fill in assignee_id, resolution before the issue goes to done.".into());
        assert_eq!(missing(all.clone(), "done", json!({ "id": 1 })), both);
        assert_eq!(missing(all.clone(), "review", json!({ "id": 1 })), None);
        let half = json!({ "id": 1, "assignee_id": 64 });
        let one = Some("Fill in resolution before the issue goes to released.".into());
        assert_eq!(missing(all.clone(), "released", half), one);
        let full =
            json!({ "id": 1, "assignee_id": 64, "custom_fields": { "resolution": "fixed" } });
        assert_eq!(missing(all, "done", full), None);
    }

    #[test]
    fn every_field_of_an_issue_counts() {
        let full = json!({
            "id": 1, "key": "SHOP-1", "title": "Slow", "issue_type": "bug", "priority": "low",
            "assignee_id": 64, "labels": ["web"]
        });
        for field in ["key", "title", "issue_type", "priority", "assignee_id", "labels"] {
            assert_eq!(missing(json!([field]), "done", full.clone()), None, "{field}");
            assert!(missing(json!([field]), "done", json!({ "id": 1 })).is_some(), "{field}");
        }
    }

    #[test]
    fn what_is_empty_is_no_value_and_what_is_chosen_is_one() {
        let table = [
            (json!(null), false),
            (json!(""), false),
            (json!("  "), false),
            (json!([]), false),
            (json!({}), false),
            (json!(false), true),
            (json!(0), true),
            (json!("x"), true),
            (json!(["x"]), true),
        ];
        for (value, filled) in table {
            let issue = json!({ "id": 1, "custom_fields": { "risk": value } });
            assert_eq!(missing(json!(["risk"]), "done", issue).is_none(), filled, "{value}");
        }
    }
}
