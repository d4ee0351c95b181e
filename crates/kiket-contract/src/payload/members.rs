//! The members of an event's payload or context, as they were written.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// The members of a JSON object, each kept as its sender wrote it: no number loses a digit on its
/// way through the platform. Only the blanks between tokens go, so that the whole is one line.
///
/// ```
/// use kiket_contract::payload::Members;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let members: Members = serde_json::from_str("{\"price\": 1.10,\n\"words\": [\"a b\", 2]}")?;
/// assert_eq!(serde_json::to_string(&members)?, r#"{"price":1.10,"words":["a b",2]}"#);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Default, Serialize)]
#[serde(transparent)]
pub struct Members(BTreeMap<String, Box<RawValue>>);

impl Members {
    /// Whether there is a member of this name.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Every member with its name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &RawValue)> {
        self.0.iter().map(|(name, value)| (name.as_str(), &**value))
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = BTreeMap::<String, Box<RawValue>>::deserialize(deserializer)?;
        for value in members.values_mut() {
            if let Some(compact) = without_blanks(value.get()) {
                *value = RawValue::from_string(compact).map_err(serde::de::Error::custom)?;
            }
        }
        Ok(Self(members))
    }
}

impl From<Map<String, Value>> for Members {
    fn from(map: Map<String, Value>) -> Self {
        let raw = |(name, value)| Some((name, serde_json::value::to_raw_value(&value).ok()?));
        Self(map.into_iter().filter_map(raw).collect())
    }
}

impl PartialEq for Members {
    fn eq(&self, other: &Self) -> bool {
        self.iter().map(text).eq(other.iter().map(text))
    }
}

fn text<'a>((name, value): (&'a str, &'a RawValue)) -> (&'a str, &'a str) {
    (name, value.get())
}

/// Valid JSON without the blanks between its tokens, or `None` when there are none.
fn without_blanks(json: &str) -> Option<String> {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    // Without a way out of the loop, many bytes are looked at in one step.
    if !json.as_bytes().iter().fold(false, |found, byte| found | (*byte <= b' ')) {
        return None;
    }
    let (mut in_text, mut escaped) = (false, false);
    let mut kept = Vec::with_capacity(json.len());
    for byte in json.bytes() {
        if in_text || !is_blank(&byte) {
            kept.push(byte);
        }
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => in_text = !in_text,
            _ => {}
        }
    }
    // Only whole letters of one byte are left out.
    String::from_utf8(kept).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_and_texts_stay_as_they_were_written() {
        let written =
            r#"{"a":12345678901234567890123,"b":1.10,"c":1e400,"d":"x \\\" y","e":"\u0041"}"#;
        let members: Members = serde_json::from_str(written).unwrap();
        assert_eq!(serde_json::to_string(&members).unwrap(), written);
    }

    proptest! {
        #[test]
        fn only_blanks_between_tokens_go(texts in prop::collection::vec(any::<String>(), 0..5)) {
            let value = serde_json::json!({ "texts": texts, "more": [1, {"x": null}] });
            let pretty = serde_json::to_string_pretty(&value).unwrap();
            let members: Members = serde_json::from_str(&pretty).unwrap();
            let compact = serde_json::to_string(&members).unwrap();
            prop_assert!(!compact.contains('\n'));
            prop_assert_eq!(serde_json::from_str::<Value>(&compact).unwrap(), value);
        }
    }
}
