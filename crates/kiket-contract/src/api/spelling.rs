//! Members in two spellings: `form_url` for most SDKs, `formUrl` for the others.

use serde::de::{DeserializeOwned, Deserializer, Error as _};
use serde::ser::{Error as _, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// An object whose members are written in both spellings and read in either.
///
/// It is about the object's own members and not about what is inside them, which may be anybody's
/// data. Where both spellings are there, `snake_case` counts.
///
/// ```
/// use kiket_contract::api::rate_limit::RateLimit;
/// use kiket_contract::api::spelling::Both;
///
/// # fn main() -> Result<(), serde_json::Error> {
/// let text = r#"{"limit":600,"remaining":599,"windowSeconds":60,"resetIn":30}"#;
/// let Both(limits): Both<RateLimit> = serde_json::from_str(text)?;
/// assert_eq!(limits.window_seconds, 60);
/// assert!(serde_json::to_string(&Both(limits))?.contains(r#""resetIn":30,"reset_in":30"#));
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Both<T>(pub T);

impl<'de, T: DeserializeOwned> Deserialize<'de> for Both<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Map::<String, Value>::deserialize(deserializer)?;
        let mut members = Map::new();
        for (name, value) in written {
            match snake_case(&name) {
                Some(snake) => {
                    members.entry(snake).or_insert(value);
                }
                None => {
                    members.insert(name, value);
                }
            }
        }
        serde_json::from_value(members.into()).map(Self).map_err(D::Error::custom)
    }
}

impl<T: Serialize> Serialize for Both<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut value = serde_json::to_value(&self.0).map_err(S::Error::custom)?;
        if let Value::Object(members) = &mut value {
            let camel = |(name, value): (&String, &Value)| Some((camel_case(name)?, value.clone()));
            let camel: Vec<_> = members.iter().filter_map(camel).collect();
            members.extend(camel);
        }
        value.serialize(serializer)
    }
}

/// A list of objects in both spellings, for `#[serde(with)]`.
pub(super) mod each {
    use super::{Both, Deserialize, DeserializeOwned, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<T: Serialize, S: Serializer>(
        list: &[T],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(list.iter().map(Both))
    }

    pub(crate) fn deserialize<'de, T: DeserializeOwned, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<T>, D::Error> {
        let list = Option::<Vec<Both<T>>>::deserialize(deserializer)?;
        Ok(list.unwrap_or_default().into_iter().map(|Both(entry)| entry).collect())
    }
}

/// The name in `snake_case`, if it is not already.
fn snake_case(name: &str) -> Option<String> {
    if !name.contains(|letter: char| letter.is_ascii_uppercase()) {
        return None;
    }
    let mut snake = String::with_capacity(name.len() + 2);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    Some(snake)
}

/// The name in `camelCase`, if it differs.
fn camel_case(name: &str) -> Option<String> {
    let mut words = name.split('_');
    let mut camel = words.next()?.to_owned();
    for word in words {
        let mut letters = word.chars();
        camel.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        camel.push_str(letters.as_str());
    }
    (camel != name).then_some(camel)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Form {
        form_url: String,
        data: Value,
    }

    fn read(value: Value) -> Form {
        serde_json::from_value::<Both<Form>>(value).unwrap().0
    }

    #[test]
    fn either_spelling_is_read_and_snake_case_counts() {
        for value in [
            json!({ "form_url": "a", "data": {} }),
            json!({ "formUrl": "a", "data": {} }),
            json!({ "formUrl": "b", "form_url": "a", "data": {} }),
        ] {
            assert_eq!(read(value).form_url, "a");
        }
    }

    #[test]
    fn what_is_inside_a_member_is_left_as_it_is() {
        let data = json!({ "firstName": "Ada", "last_name": "Byron" });
        let form = read(json!({ "formUrl": "a", "data": data }));
        assert_eq!(form.data, data);
        let written = serde_json::to_value(Both(form)).unwrap();
        assert_eq!(written, json!({ "form_url": "a", "formUrl": "a", "data": data }));
    }
}
