//! Approvals: how many people have to agree before an issue goes into a status.
//!
//! Who has approved is in a field that the project added to its issues: a list of people. Until there
//! are enough the answer is "pending". It ends when the transition is asked for again with enough of
//! them, or when somebody resolves it in Kiket.

use std::collections::HashSet;
use std::num::NonZeroUsize;

use kiket_sdk::event::workflow::WorkflowTransition;
use serde::Deserialize;
use serde_json::Value;

use super::Objection;
use super::performer::Person;
use super::statuses::Statuses;

/// So many approvals are needed before an issue goes into these statuses.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Approvals {
    into: Statuses,
    /// Whose approval it is, for the user.
    of: String,
    count: NonZeroUsize,
    /// Which field of the issue lists who has approved.
    field: String,
}

impl Approvals {
    pub(super) fn objection(&self, asked: &WorkflowTransition) -> Option<Objection> {
        let Self { into, of, count, field } = self;
        let (given, needed) = (self.given(asked), count.get());
        let to = &asked.transition.to;
        if !into.contains(to) || given >= needed {
            return None;
        }
        Some(Objection::Pending(format!(
            "Before the issue goes to {to}, {of} have to approve: {given} of {needed} approvals are \
             in {field}. Your own does not count."
        )))
    }

    /// How many people have approved. Nobody approves for themselves, or twice.
    fn given(&self, asked: &WorkflowTransition) -> usize {
        let listed = asked.issue.custom_fields.get(&self.field).and_then(Value::as_array);
        let people = listed.into_iter().flatten();
        let people = people.filter_map(|entry| Person::try_from(entry.clone()).ok());
        let asking = asked.transition.performed_by.as_ref();
        let others = people.filter(|person| !asking.is_some_and(|asking| person.is(asking)));
        others.collect::<HashSet<_>>().len()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    fn said(to: &str, approved_by: Value) -> Option<Objection> {
        let rule = json!({
            "into": ["released"], "of": "the release managers", "count": 2, "field": "approved_by"
        });
        let asked = json!({
            "issue": { "id": 1, "custom_fields": { "approved_by": approved_by } },
            "transition": { "from": "review", "to": to, "performed_by": "ada@example.com" }
        });
        let rule: Approvals = from_value(rule).unwrap();
        rule.objection(&from_value(asked).unwrap())
    }

    #[test]
    fn it_waits_until_enough_others_have_approved() {
        for (approved_by, given) in [
            (json!(null), Some(0)),
            (json!([]), Some(0)),
            (json!("grace@example.com"), Some(0)),
            (json!(["grace@example.com"]), Some(1)),
            (json!(["grace@example.com", "Grace@Example.com"]), Some(1)),
            (json!(["grace@example.com", "ada@example.com"]), Some(1)),
            (json!(["grace@example.com", null, ""]), Some(1)),
            (json!(["grace@example.com", 91]), None),
            (json!(["grace@example.com", "alan@example.com", "ada@example.com"]), None),
        ] {
            let expected = given.map(|given| {
                Objection::Pending(format!(
                    "Before the issue goes to released, the release managers have to approve: \
                     {given} of 2 approvals are in approved_by. Your own does not count."
                ))
            });
            assert_eq!(said("released", approved_by.clone()), expected, "{approved_by}");
        }
    }

    #[test]
    fn other_statuses_need_none() {
        assert_eq!(said("review", json!([])), None);
    }
}
