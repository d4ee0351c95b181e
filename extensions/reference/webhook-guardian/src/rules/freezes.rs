//! Freezes: windows of time in which nothing goes into a status, with exceptions.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use kiket_sdk::event::issue::Issue;
use serde::{Deserialize, Deserializer, de};

use super::Objection;
use super::statuses::Statuses;
use super::time_zone;
use super::week::WeekTime;

/// In this window nothing goes into these statuses.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Freeze {
    name: String,
    into: Statuses,
    when: Window,
    /// Whose clocks the window means.
    #[serde(deserialize_with = "time_zone::deserialize")]
    time_zone: TimeZone,
    #[serde(default)]
    except: Except,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Window {
    #[serde(deserialize_with = "weekly")]
    Weekly(Weekly),
    #[serde(deserialize_with = "dated")]
    Dated(Dated),
}

/// Every week from one moment until another, over the week's end too.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Weekly {
    from: WeekTime,
    until: WeekTime,
}

/// Once; without an end until somebody takes the rule out.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Dated {
    #[serde(deserialize_with = "date")]
    from: DateTime,
    #[serde(default, deserialize_with = "some_date")]
    until: Option<DateTime>,
}

/// Issues that may go on all the same: one label or the priority is enough.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Except {
    labels: Vec<String>,
    priorities: Vec<String>,
}

/// A window without length would never hold.
fn weekly<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Weekly, D::Error> {
    let weekly = Weekly::deserialize(deserializer)?;
    match weekly.from == weekly.until {
        true => Err(de::Error::custom("`until` has to be another moment than `from`")),
        false => Ok(weekly),
    }
}

fn dated<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Dated, D::Error> {
    let dated = Dated::deserialize(deserializer)?;
    match dated.until.is_some_and(|until| until <= dated.from) {
        true => Err(de::Error::custom("`until` has to be after `from`")),
        false => Ok(dated),
    }
}

fn date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime, D::Error> {
    let text = String::deserialize(deserializer)?;
    let wrong = || format!("`{text}` is no date; write it as `2026-12-24 18:00`");
    text.parse().map_err(|_| de::Error::custom(wrong()))
}

fn some_date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime>, D::Error> {
    date(deserializer).map(Some)
}

impl Freeze {
    pub(super) fn objection(&self, to: &str, issue: &Issue, now: Timestamp) -> Option<Objection> {
        let local = now.to_zoned(self.time_zone.clone()).datetime();
        if !self.into.contains(to) || !self.when.contains(local) || self.except.has(issue) {
            return None;
        }
        let (name, until) = (&self.name, self.when.end());
        let until = until.map(|end| format!(" until {end} ({})", self.zone())).unwrap_or_default();
        let way_out = self.except.way_out();
        Some(Objection::Deny(format!("Freeze, {name}: nothing goes to {to}{until}. {way_out}")))
    }

    fn zone(&self) -> &str {
        self.time_zone.iana_name().unwrap_or("local time")
    }
}

impl Window {
    fn contains(&self, local: DateTime) -> bool {
        match self {
            Self::Weekly(Weekly { from, until }) => {
                let now = WeekTime::of(local);
                let (after, before) = (*from <= now, now < *until);
                if from < until { after && before } else { after || before }
            }
            Self::Dated(Dated { from, until }) => {
                *from <= local && until.is_none_or(|until| local < until)
            }
        }
    }

    /// When it is over, for the user.
    fn end(&self) -> Option<String> {
        match self {
            Self::Weekly(weekly) => Some(weekly.until.to_string()),
            Self::Dated(dated) => Some(dated.until?.strftime("%Y-%m-%d %H:%M").to_string()),
        }
    }
}

impl Except {
    fn has(&self, issue: &Issue) -> bool {
        let is_urgent = |priority| self.priorities.contains(priority);
        issue.priority.as_ref().is_some_and(is_urgent)
            || issue.labels.iter().any(|label| self.labels.contains(label))
    }

    /// What the user can do.
    fn way_out(&self) -> String {
        let labels = self.labels.iter().map(|label| format!("the label {label}"));
        let priorities = self.priorities.iter().map(|priority| format!("the priority {priority}"));
        let ways: Vec<_> = labels.chain(priorities).collect();
        match ways.is_empty() {
            true => "There are no exceptions.".to_owned(),
            false => format!("What can not wait needs {}.", ways.join(" or ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json};

    use super::*;

    fn freeze(when: Value) -> Freeze {
        let rule = json!({
            "name": "quiet", "into": ["released"], "when": when, "time_zone": "Europe/Berlin",
            "except": { "labels": ["hotfix"], "priorities": ["critical"] }
        });
        from_value(rule).unwrap()
    }

    fn is_frozen(freeze: &Freeze, to: &str, issue: Value, now: &str) -> bool {
        freeze.objection(to, &from_value(issue).unwrap(), now.parse().unwrap()).is_some()
    }

    #[test]
    fn a_weekly_window_counts_in_its_time_zone_in_summer_and_winter() {
        let weekend = json!({ "weekly": { "from": "friday 18:00", "until": "monday 06:00" } });
        let lunch = json!({ "weekly": { "from": "tuesday 12:00", "until": "tuesday 13:00" } });
        for (when, now, frozen) in [
            // Winter: Berlin is an hour ahead of UTC. The 20th is a Friday.
            (&weekend, "2026-11-20T16:59:00Z", false),
            (&weekend, "2026-11-20T17:00:00Z", true),
            (&weekend, "2026-11-22T12:00:00Z", true),
            (&weekend, "2026-11-23T04:59:59Z", true),
            (&weekend, "2026-11-23T05:00:00Z", false),
            // Summer: two hours. The 24th of July is a Friday.
            (&weekend, "2026-07-24T15:59:00Z", false),
            (&weekend, "2026-07-24T16:00:00Z", true),
            (&lunch, "2026-11-24T10:59:00Z", false),
            (&lunch, "2026-11-24T11:00:00Z", true),
            (&lunch, "2026-11-24T12:00:00Z", false),
            (&lunch, "2026-11-25T11:30:00Z", false),
        ] {
            let freeze = freeze(when.clone());
            assert_eq!(is_frozen(&freeze, "released", json!({ "id": 1 }), now), frozen, "{now}");
        }
    }

    #[test]
    fn a_dated_window_ends_when_it_says_or_stays() {
        let christmas = json!({ "dated": { "from": "2026-12-24", "until": "2027-01-02 06:00" } });
        let open = json!({ "dated": { "from": "2026-12-24 00:00" } });
        for (when, now, frozen) in [
            (&christmas, "2026-12-23T22:59:59Z", false),
            (&christmas, "2026-12-23T23:00:00Z", true),
            (&christmas, "2027-01-02T04:59:59Z", true),
            (&christmas, "2027-01-02T05:00:00Z", false),
            (&open, "2026-12-23T22:00:00Z", false),
            (&open, "2036-01-01T00:00:00Z", true),
        ] {
            let freeze = freeze(when.clone());
            assert_eq!(is_frozen(&freeze, "released", json!({ "id": 1 }), now), frozen, "{now}");
        }
    }

    #[test]
    fn other_statuses_and_what_is_excepted_go_on() {
        let freeze = freeze(json!({ "dated": { "from": "2026-01-01" } }));
        for (to, issue, frozen) in [
            ("released", json!({ "id": 1 }), true),
            ("review", json!({ "id": 1 }), false),
            ("released", json!({ "id": 1, "labels": ["web", "hotfix"] }), false),
            ("released", json!({ "id": 1, "labels": ["hot"] }), true),
            ("released", json!({ "id": 1, "priority": "critical" }), false),
            ("released", json!({ "id": 1, "priority": "high" }), true),
        ] {
            let now = "2026-11-20T12:00:00Z";
            assert_eq!(is_frozen(&freeze, to, issue.clone(), now), frozen, "{to} {issue}");
        }
    }

    #[test]
    fn the_user_learns_how_long_it_takes_and_what_to_do() {
        let now = "2026-12-26T12:00:00Z".parse().unwrap();
        let issue = from_value(json!({ "id": 1 })).unwrap();
        let said = |freeze: &Freeze| {
            freeze.objection("released", &issue, now).unwrap().message().to_owned()
        };
        let weekly = json!({ "weekly": { "from": "friday 18:00", "until": "monday 06:00" } });
        assert_eq!(
            said(&freeze(weekly)),
            "Freeze, quiet: nothing goes to released until Monday 06:00 (Europe/Berlin). \
             What can not wait needs the label hotfix or the priority critical."
        );
        let dated = json!({ "dated": { "from": "2026-12-24", "until": "2027-01-02" } });
        let without = Freeze { except: Except::default(), ..freeze(dated) };
        assert_eq!(
            said(&without),
            "Freeze, quiet: nothing goes to released until 2027-01-02 00:00 (Europe/Berlin). \
             There are no exceptions."
        );
    }
}
