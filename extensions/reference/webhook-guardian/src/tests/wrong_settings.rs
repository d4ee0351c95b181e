//! Settings that can not be used keep the extension from starting, and say what to write.

use kiket_sdk::Clock;
use kiket_sdk::prelude::*;
use serde_json::Value;

use super::{guarded, manifest};

/// What is said when a setting has this value.
fn said(key: &str, value: Value) -> String {
    let error = guarded(manifest().setting(key, value), Clock::system()).err();
    format!("{:?}", error.expect("a setting that is refused"))
}

fn freeze(member: &str, value: Value) -> Value {
    let mut freeze = json!({
        "name": "quiet", "into": ["released"], "time_zone": "UTC",
        "when": { "dated": { "from": "2026-12-24" } }
    });
    freeze[member] = value;
    json!([freeze])
}

#[test]
fn a_wrong_setting_is_named_with_its_place_and_what_is_allowed() {
    let approvals = json!([{ "into": ["done"], "of": "x", "count": 0, "field": "y" }]);
    let people = json!([{ "into": ["done"], "people": ["ada@example.com", null] }]);
    for (key, value, place, allowed) in [
        ("REQUIRED_FIELDS", json!("done"), "", "expected a sequence"),
        ("REQUIRED_FIELDS", json!([{ "into": ["done"] }]), ", at [0]", "missing field `fields`"),
        (
            "REQUIRED_FIELDS",
            json!([{ "into": ["done"], "fields": ["x"], "fiels": [] }]),
            ", at [0].fiels",
            "expected `into` or `fields`",
        ),
        (
            "REQUIRED_FIELDS",
            json!([{ "into": [], "fields": ["x"] }]),
            ", at [0].into",
            "name at least one status, such as [released]",
        ),
        ("FREEZES", freeze("time_zone", json!("Mars")), ", at [0].time_zone", "Europe/Berlin"),
        (
            "FREEZES",
            freeze("when", json!({ "monthly": {} })),
            ", at [0].when",
            "expected `weekly` or `dated`",
        ),
        (
            "FREEZES",
            freeze("when", json!({ "weekly": { "from": "fri 18:00", "until": "monday 06:00" } })),
            ", at [0].when.weekly.from",
            "write it as `friday 18:00`",
        ),
        (
            "FREEZES",
            freeze("when", json!({ "dated": { "from": "24.12.2026" } })),
            ", at [0].when.dated.from",
            "write it as `2026-12-24 18:00`",
        ),
        (
            "FREEZES",
            freeze("when", json!({ "dated": { "from": "2026-12-24", "until": "2026-12-24" } })),
            ", at [0].when.dated",
            "`until` has to be after `from`",
        ),
        (
            "FREEZES",
            freeze(
                "when",
                json!({ "weekly": { "from": "friday 18:00", "until": "friday 18:00" } }),
            ),
            ", at [0].when.weekly",
            "`until` has to be another moment than `from`",
        ),
        ("APPROVALS", approvals, ", at [0].count", "expected a nonzero"),
        ("ALLOW_LIST", people, ", at [0].people[1]", "a number, such as 91, or an e-mail address"),
    ] {
        let said = said(key, value);
        let begins = format!("the setting {key} can not be used{place}: ");
        assert!(said.starts_with(&begins), "{begins}\n{said}");
        assert!(said.contains(allowed), "{allowed}\n{said}");
        assert!(said.ends_with("; correct it in .kiket/manifest.yaml"), "{said}");
    }
}

#[test]
fn a_setting_may_have_no_rules() {
    for none in [json!([]), Value::Null] {
        assert!(guarded(manifest().setting("FREEZES", none), Clock::system()).is_ok());
    }
}
