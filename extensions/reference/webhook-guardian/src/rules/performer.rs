//! Who asks for a transition, and people as rules and fields of issues name them.

use kiket_sdk::event::part::Performer;
use serde::Deserialize;
use serde_json::Value;

/// A person by number or by e-mail address. Names would not do: people choose their own.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "Value")]
pub(super) enum Person {
    Id(i64),
    Email(String),
}

impl TryFrom<Value> for Person {
    type Error = &'static str;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        let wrong = "a person is a number, such as 91, or an e-mail address";
        match value {
            Value::Number(number) => number.as_i64().map(Self::Id).ok_or(wrong),
            Value::String(text) if !text.trim().is_empty() => {
                Ok(Self::Email(text.trim().to_lowercase()))
            }
            _ => Err(wrong),
        }
    }
}

impl Person {
    /// Whether this is the one who asks.
    pub(super) fn is(&self, performer: &Performer) -> bool {
        match (self, performer) {
            (Self::Id(id), Performer::Id(asking)) => id == asking,
            (Self::Id(id), Performer::User(user)) => *id == user.id,
            (Self::Email(email), Performer::Name(asking)) => *email == asking.to_lowercase(),
            (Self::Email(email), Performer::User(user)) => {
                user.email.as_ref().is_some_and(|asking| *email == asking.to_lowercase())
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    #[test]
    fn a_person_is_known_by_number_or_address_and_by_no_name() {
        let user = json!({ "id": 91, "name": "grace@example.com", "email": "Ada@example.com" });
        for (person, performer, same) in [
            (json!(91), json!(91), true),
            (json!(91), json!(92), false),
            (json!(91), json!("91"), false),
            (json!("91"), json!(91), false),
            (json!(91), user.clone(), true),
            (json!("ada@example.com"), user.clone(), true),
            (json!("grace@example.com"), user, false),
            (json!("ADA@example.com "), json!("ada@Example.com"), true),
        ] {
            let read: Person = from_value(person.clone()).unwrap();
            let asking: Performer = from_value(performer.clone()).unwrap();
            assert_eq!(read.is(&asking), same, "{person} {performer}");
        }
    }

    #[test]
    fn what_is_no_person_is_refused() {
        for wrong in [json!(null), json!(""), json!(" "), json!(1.5), json!(["ada"]), json!({})] {
            assert!(from_value::<Person>(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
