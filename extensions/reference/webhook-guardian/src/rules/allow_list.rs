//! Allow-list: who may take an issue into a status.

use kiket_sdk::event::part::Transition;
use serde::Deserialize;

use super::Objection;
use super::performer::Person;
use super::statuses::Statuses;

/// Only these people may take an issue into these statuses.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AllowList {
    into: Statuses,
    /// Only from these; without any, from every status.
    from: Option<Statuses>,
    people: Vec<Person>,
}

impl AllowList {
    pub(super) fn objection(&self, transition: &Transition) -> Option<Objection> {
        let Transition { from, to, performed_by, .. } = transition;
        let is_from = self.from.as_ref().is_none_or(|only| only.contains(from));
        if !self.into.contains(to) || !is_from {
            return None;
        }
        let Some(performer) = performed_by else {
            return Some(Objection::Deny(format!(
                "Only some people may take an issue from {from} to {to}, and it is not known who \
                 asks. Do it under your own name."
            )));
        };
        if self.people.iter().any(|person| person.is(performer)) {
            return None;
        }
        // Who may is not told: it may be more than this user is to know.
        Some(Objection::Deny(format!(
            "You may not take an issue from {from} to {to}. Ask somebody who may, or whoever \
             maintains the allow-list to add you."
        )))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json};

    use super::*;

    fn is_denied(rule: &Value, from: &str, to: &str, performer: &Value) -> bool {
        let rule: AllowList = from_value(rule.clone()).unwrap();
        let transition = json!({ "from": from, "to": to, "performed_by": performer });
        let objection = rule.objection(&from_value(transition).unwrap());
        assert!(!matches!(objection, Some(Objection::Pending(_))));
        objection.is_some()
    }

    #[test]
    fn only_who_is_listed_may() {
        let anywhere = json!({ "into": ["archived"], "people": ["grace@example.com", 91] });
        let from_done =
            json!({ "into": ["archived"], "from": ["done"], "people": ["grace@example.com"] });
        let nobody = json!({ "into": ["archived"], "people": [] });
        let (ada, grace) = (json!("ada@example.com"), json!("grace@example.com"));
        for (rule, from, to, performer, denied) in [
            (&anywhere, "done", "archived", &grace, false),
            (&anywhere, "done", "archived", &json!(91), false),
            (&anywhere, "done", "archived", &json!({ "id": 91 }), false),
            (&anywhere, "done", "archived", &ada, true),
            (&anywhere, "done", "archived", &json!(null), true),
            (&anywhere, "done", "review", &ada, false),
            (&from_done, "open", "archived", &ada, false),
            (&from_done, "done", "archived", &ada, true),
            (&nobody, "done", "archived", &grace, true),
        ] {
            assert_eq!(is_denied(rule, from, to, performer), denied, "{from} {to} {performer}");
        }
    }
}
