//! The list of all documented events, and finding one.

use super::{
    Entry, approval, automation, campaign, comment, extension, extension_delivery, external,
    insight, issue, notification, oauth, same_version, sla, workflow,
};

const FAMILIES: [&[Entry]; 13] = [
    issue::EVENTS,
    comment::EVENTS,
    workflow::EVENTS,
    sla::EVENTS,
    approval::EVENTS,
    automation::EVENTS,
    insight::EVENTS,
    campaign::EVENTS,
    notification::EVENTS,
    oauth::EVENTS,
    extension::EVENTS,
    extension_delivery::EVENTS,
    external::EVENTS,
];

/// Every documented event, by family.
pub fn catalogue() -> impl Iterator<Item = &'static Entry> {
    FAMILIES.into_iter().flatten()
}

/// The catalogue's entry for an event and version. An event's own entry comes before the entry of
/// its open family.
///
/// ```
/// use kiket_contract::event::find;
///
/// let entry = find("external.webhook.inbound_email", "v1");
/// assert_eq!(entry.map(|entry| entry.event), Some("external.webhook.*"));
/// assert!(find("external.webhook", "v1").is_none());
/// ```
#[must_use]
pub fn find(event: &str, version: &str) -> Option<&'static Entry> {
    let of_version = || catalogue().filter(|entry| same_version(entry.version, version));
    of_version()
        .find(|entry| entry.event == event)
        .or_else(|| of_version().find(|entry| entry.is_family_of(event)))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use serde_json::{Value, json};

    use super::*;
    use crate::event::Name;
    use crate::payload::RESERVED;

    #[test]
    fn names_and_versions_are_valid_and_said_once() {
        let mut seen = HashSet::new();
        for entry in catalogue() {
            let name = entry.open_family().unwrap_or(entry.event);
            assert!(Name::is_valid(name) && Name::is_valid(entry.version), "{entry:?}");
            assert!(seen.insert((entry.event, entry.version)), "twice: {entry:?}");
            assert!(!entry.summary.is_empty() && !entry.summary.contains('\n'), "{entry:?}");
        }
    }

    #[test]
    fn samples_round_trip_without_loss() {
        for entry in catalogue() {
            let sample = entry.sample();
            assert!(!sample.is_empty(), "no JSON object: {entry:?}");
            match entry.read(sample.clone()) {
                Ok(read) => assert_eq!(read, Value::from(sample), "{entry:?}"),
                Err(error) => panic!("{error}: {entry:?}"),
            }
        }
    }

    #[test]
    fn samples_are_small_and_leave_the_envelope_its_members() {
        for entry in catalogue() {
            let sample = entry.sample();
            assert!(serde_json::to_vec(&sample).unwrap().len() <= 8 * 1024, "{entry:?}");
            for reserved in RESERVED {
                assert!(!sample.contains_key(reserved), "{reserved}: {entry:?}");
            }
        }
    }

    #[test]
    fn unknown_members_are_ignored() {
        for entry in catalogue() {
            let mut payload = entry.sample();
            for member in payload.values_mut().filter_map(Value::as_object_mut) {
                member.insert("x_of_tomorrow".to_owned(), json!(1));
            }
            payload.insert("x_of_tomorrow".to_owned(), json!({"a": [1]}));
            assert!(entry.read(payload).is_ok(), "{entry:?}");
        }
    }

    #[test]
    fn only_the_event_before_a_transition_asks_first() {
        let asking: Vec<_> =
            catalogue().filter(|entry| entry.asks_first()).map(|entry| entry.event).collect();
        assert_eq!(asking, ["workflow.before_transition"]);
    }

    #[test]
    fn an_open_family_has_every_longer_name_and_no_other() {
        assert_eq!(find("external.webhook.a.b", "1").unwrap().event, "external.webhook.*");
        for other in ["external.webhook", "external.webhook.", "external.webhooks.a", "external"] {
            assert!(find(other, "v1").is_none(), "{other}");
        }
        assert!(find("external.webhook.a", "v2").is_none());
    }

    #[cfg(feature = "schema")]
    #[test]
    fn schemas_describe_the_samples_and_allow_more() {
        for entry in catalogue() {
            let schema = entry.schema();
            assert_eq!(schema["type"], "object", "{entry:?}");
            assert_ne!(schema["additionalProperties"], false, "{entry:?}");
            let sample = entry.sample();
            for member in sample.keys() {
                assert!(schema["properties"].get(member).is_some(), "{member}: {entry:?}");
            }
            for required in schema["required"].as_array().into_iter().flatten() {
                assert!(sample.contains_key(required.as_str().unwrap()), "{required}: {entry:?}");
            }
        }
    }
}
