//! A payload in a file, and the answer that is expected.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use kiket_contract::event::Name;
use kiket_contract::payload::{Members, RESERVED, member};
use serde::Deserialize;
use serde_json::{Map, Value};

/// What is sent.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    pub(super) event: Name,
    pub(super) version: Name,
    #[serde(default)]
    pub(super) payload: Members,
    #[serde(default)]
    pub(super) context: Option<Members>,
    /// Headers beside those of a delivery.
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) expect: Option<Expect>,
}

/// What should come back.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Expect {
    #[serde(default)]
    pub(super) status: Option<u16>,
    #[serde(default)]
    pub(super) body: Option<Value>,
}

impl Case {
    /// Reads a file: a case, a whole body that was recorded, or a payload in a file that is named for
    /// its event.
    ///
    /// # Errors
    /// With what is wrong, and in which line.
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let bytes = std::fs::read(path).context("can not be read")?;
        Self::parse(&bytes, path)
    }

    fn parse(bytes: &[u8], path: &Path) -> anyhow::Result<Self> {
        let members: Map<String, Value> =
            serde_json::from_slice(bytes).context("is no JSON object")?;
        let has = |name| members.contains_key(name);
        if has("payload") || has("version") || has("expect") {
            let case: Self = serde_json::from_slice(bytes).context("is no case")?;
            let reserved = RESERVED.into_iter().find(|name| case.payload.contains(name));
            if let Some(name) = reserved {
                anyhow::bail!("has `payload.{name}`, which the delivery adds itself: leave it out");
            }
            return Ok(case);
        }
        let text = |name| members.get(name).and_then(Value::as_str).map(str::to_owned);
        let said = text(member::EVENT).zip(text(member::EVENT_VERSION));
        let (event, version, payload, context) = match said {
            Some((event, version)) => {
                let context = members.get(member::CONTEXT).and_then(Value::as_object).cloned();
                let own = |name: &String| !RESERVED.contains(&name.as_str());
                let own = members.into_iter().filter(|(name, _)| own(name));
                let payload: Map<_, _> = own.filter(|(name, _)| name != member::CONTEXT).collect();
                (event, version, Members::from(payload), context.map(Members::from))
            }
            None => {
                let (event, version) = named(path).context(
                    "does not say which event it is: give it `event`, `version` and `payload`, or \
                     name it <event>.<version>.json",
                )?;
                // As it is written, to the last digit.
                (event, version, serde_json::from_slice(bytes)?, None)
            }
        };
        Ok(Self {
            event: event.try_into()?,
            version: version.try_into()?,
            payload,
            context,
            headers: BTreeMap::new(),
            expect: None,
        })
    }
}

fn named(path: &Path) -> Option<(String, String)> {
    let (event, version) = path.file_stem()?.to_str()?.rsplit_once('.')?;
    Some((event.to_owned(), version.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, text: &str) -> Result<(String, String, String), String> {
        let case = Case::parse(text.as_bytes(), Path::new(name));
        let case = case.map_err(|error| format!("{error:#}"))?;
        let payload = serde_json::to_string(&case.payload).unwrap();
        Ok((case.event.into(), case.version.into(), payload))
    }

    #[test]
    fn a_case_a_body_and_a_named_payload_are_read() {
        let expected = |payload: &str| Ok(("a.b".into(), "v1".into(), payload.to_owned()));
        let case = r#"{"event": "a.b", "version": "v1", "payload": {"x": 1.50}}"#;
        assert_eq!(read("any.json", case), expected(r#"{"x":1.50}"#));
        let body = r#"{"event": "a.b", "event_version": "v1", "x": 1, "api": {}, "context": {}}"#;
        assert_eq!(read("any.json", body), expected(r#"{"x":1}"#));
        assert_eq!(read("a.b.v1.json", r#"{"x": 1.50}"#), expected(r#"{"x":1.50}"#));
    }

    #[test]
    fn what_is_none_is_told_with_its_place() {
        for (text, said) in [
            ("{\n  \"x\": ]\n}", "is no JSON object: expected value at line 2 column 8"),
            ("[]", "is no JSON object: invalid type: sequence, expected a map at line 1 column 0"),
            ("{}", "does not say which event it is"),
            (
                "{\"event\": \"a\",\n\"payload\": {}}",
                "is no case: missing field `version` at line 2 column 14",
            ),
            (
                "{\"event\": \"a\", \"version\": \"v1\", \"expect\": {\"code\": 1}}",
                "is no case: unknown field `code`, expected `status` or `body` at line 1 column 49",
            ),
            (
                "{\"event\": \"a\", \"version\": \"v1\", \"payload\": {\"secrets\": {}}}",
                "has `payload.secrets`, which the delivery adds itself: leave it out",
            ),
        ] {
            let error = read("any.json", text).unwrap_err();
            assert!(error.starts_with(said), "{error}");
        }
    }
}
