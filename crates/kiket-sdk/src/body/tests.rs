use std::collections::HashMap;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use serde::de::IgnoredAny;

use super::*;

const BODY: &str = r#"{"event":"a","issue":{"id":7},"authentication":{"scopes":[]},
    "secrets":{"KEY":"hidden"},"api":{"base_url":"x"},"note":"b"}"#;

const HIDDEN: [&str; 2] = [member::AUTHENTICATION, member::SECRETS];

fn payload<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    read(text, &mut Envelope::default())
}

fn fault<T: DeserializeOwned>(text: &str) -> Fault {
    match payload::<T>(text) {
        Ok(_) => panic!("{text} was read"),
        Err(fault) => fault,
    }
}

#[derive(Deserialize)]
struct Issue {
    id: u32,
}

#[test]
fn maps_see_everything_but_token_and_secrets() {
    let shown = json!({
        "event": "a", "issue": { "id": 7 }, "api": { "base_url": "x" }, "note": "b",
    });
    assert_eq!(payload::<Value>(BODY).unwrap(), shown);
    assert_eq!(Value::from(payload::<Map<String, Value>>(BODY).unwrap()), shown);
    let map: HashMap<String, Value> = payload(BODY).unwrap();
    assert_eq!(map.len(), 4);
    payload::<IgnoredAny>(BODY).unwrap();
}

#[test]
fn structs_see_the_envelope_where_they_have_a_field_for_it() {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Strict {
        issue: Issue,
        note: String,
    }
    #[derive(Deserialize)]
    struct Curious {
        #[serde(alias = "event")]
        name: String,
        api: HashMap<String, String>,
        secrets: Option<Value>,
    }
    let strict: Strict = payload(BODY).unwrap();
    assert_eq!((strict.issue.id, strict.note.as_str()), (7, "b"));
    let curious: Curious = payload(BODY).unwrap();
    assert_eq!((curious.name.as_str(), curious.api["base_url"].as_str()), ("a", "x"));
    assert!(curious.secrets.is_none());
}

#[test]
fn other_shapes_of_serde_read_the_object_too() {
    #[derive(Deserialize)]
    struct Flat {
        issue: Issue,
        #[serde(flatten)]
        rest: Map<String, Value>,
    }
    #[derive(Deserialize)]
    struct Newtype(Flat);
    #[derive(Deserialize)]
    #[serde(tag = "event", rename_all = "lowercase")]
    enum Tagged {
        A { note: String },
    }
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Untagged {
        Other { other: u32 },
        Issue { issue: Issue },
    }
    let Newtype(flat) = payload(BODY).unwrap();
    assert_eq!(flat.issue.id, 7);
    assert_eq!(flat.rest.keys().collect::<Vec<_>>(), ["api", "event", "note"]);
    let Tagged::A { note } = payload(BODY).unwrap();
    assert_eq!(note, "b");
    match payload(BODY).unwrap() {
        Untagged::Issue { issue } => assert_eq!(issue.id, 7),
        Untagged::Other { other } => panic!("{other}"),
    }
    assert!(payload::<Option<Issue>>(r#"{"id":1}"#).unwrap().is_some());
}

#[test]
fn types_that_would_show_the_raw_text_or_nothing_are_refused() {
    assert!(matches!(fault::<Box<RawValue>>(BODY), Fault::Mismatch(_)));
    assert!(matches!(fault::<()>(BODY), Fault::Mismatch(_)));
    assert!(matches!(fault::<Vec<u32>>(BODY), Fault::Mismatch(_)));
}

#[test]
fn the_envelope_is_taken_out() {
    let mut envelope = Envelope::default();
    read::<IgnoredAny>(BODY, &mut envelope).unwrap();
    assert_eq!(envelope.secrets.as_ref().unwrap()["KEY"].expose(), "hidden");
    assert!(envelope.authentication.as_ref().unwrap().scopes.is_empty());
    assert_eq!(envelope.get::<String>(member::EVENT).unwrap().as_deref(), Some("a"));
    assert!(envelope.says(member::EVENT, "a") && !envelope.says(member::EVENT, "b"));
    assert_eq!(envelope.take_context(), Ok(None));
    let wrong = envelope.get::<u32>(member::API);
    assert_eq!(wrong.unwrap_err(), Fault::Member(member::API));
}

#[test]
fn what_only_informs_is_left_out_in_another_form_whether_the_type_sees_it_or_not() {
    const ID: &str = "01936f5e-0000-7000-8000-000000000001";
    #[derive(Deserialize)]
    struct Hides {
        issue: Issue,
    }
    fn informed<T: DeserializeOwned>(
        delivery: &str,
    ) -> (T, Option<Delivery>, Option<SecretStatus>) {
        let text = format!(
            r#"{{"delivery":{delivery},"secret_status":{{"missing":["KEY"]}},"issue":{{"id":7}}}}"#
        );
        let mut envelope = Envelope::default();
        let payload = read(&text, &mut envelope).unwrap();
        (payload, envelope.delivery, envelope.secret_status)
    }
    let sound = format!(r#"{{"id":"{ID}","attempt":2}}"#);
    for (delivery, attempt) in [(sound.as_str(), Some(2)), ("7", None), (r#"{"id":"x"}"#, None)] {
        let missing = Some(SecretStatus { missing: vec!["KEY".to_owned()] });
        let (hides, said, status) = informed::<Hides>(delivery);
        assert_eq!((hides.issue.id, status.as_ref()), (7, missing.as_ref()), "{delivery}");
        assert_eq!(said.and_then(|said| said.attempt), attempt, "{delivery}");
        let (sees, said, status) = informed::<Value>(delivery);
        assert_eq!(sees["delivery"], serde_json::from_str::<Value>(delivery).unwrap());
        assert_eq!((said.and_then(|said| said.attempt), status), (attempt, missing), "{delivery}");
    }
    for twice in [
        r#"{"delivery":7,"delivery":7}"#.to_owned(),
        format!(r#"{{"delivery":{sound},"delivery":{sound}}}"#),
    ] {
        assert_eq!(fault::<Hides>(&twice), Fault::Repeated(member::DELIVERY));
        assert_eq!(fault::<Value>(&twice), Fault::Repeated(member::DELIVERY));
    }
}

#[test]
fn the_context_is_there_whether_the_type_sees_it_or_not() {
    #[derive(Deserialize)]
    struct Blind {}
    #[derive(Deserialize)]
    struct Seeing {
        context: Value,
    }
    let text = r#"{"context":{"user_id":91}}"#;
    let context = Some(json!({ "user_id": 91 }));
    let mut envelope = Envelope::default();
    read::<Blind>(text, &mut envelope).unwrap();
    assert_eq!(envelope.take_context().unwrap(), context);
    let mut envelope = Envelope::default();
    assert_eq!(Some(read::<Seeing>(text, &mut envelope).unwrap().context), context);
    assert_eq!(envelope.take_context().unwrap(), context);
}

#[test]
fn faults_name_the_place_and_no_value() {
    #[derive(Deserialize)]
    struct Payload {
        issues: Vec<Issue>,
    }
    fn told(text: &str) -> String {
        let payload: Result<Payload, _> = payload(text);
        payload.map(|payload| payload.issues.len()).unwrap_err().to_string()
    }
    let told = |text: &str| told(text).replace("the body does not fit the handler: ", "");
    assert_eq!(told("{}"), "`issues` is missing");
    assert_eq!(told(r#"{"issues":[{"id":1},{}]}"#), "`issues[1].id` is missing");
    assert_eq!(told(r#"{"issues":[{"id":"secret"}]}"#), "`issues[0].id` has another form");
    assert!(told(r#"{"issues":"#).ends_with("too large at line 1, column 10"));
    assert_eq!(told("[]"), "the body is not a JSON object");
}

/// Any JSON object, some of its members with the envelope's names.
fn object() -> impl Strategy<Value = Map<String, Value>> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".*".prop_map(Value::from),
    ];
    let value = leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::hash_map(".*", inner, 0..3)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    });
    let key = prop_oneof![
        prop::sample::select(&SHOWN[..]).prop_map(str::to_owned),
        prop::sample::select(&HIDDEN[..]).prop_map(str::to_owned),
        ".*"
    ];
    prop::collection::hash_map(key, value, 0..8).prop_map(|map| map.into_iter().collect())
}

proptest! {
    #[test]
    fn whatever_is_sent_a_value_is_the_object_without_token_and_secrets(object in object()) {
        let text = serde_json::to_string(&object).unwrap();
        match payload::<Map<String, Value>>(&text) {
            Ok(read) => {
                let is_shown = |key: &str| !HIDDEN.contains(&key);
                let shown: Map<_, _> =
                    object.into_iter().filter(|(key, _)| is_shown(key)).collect();
                prop_assert_eq!(read, shown);
            }
            Err(fault) => {
                let malformed = |member: &&'static str| {
                    fault == Fault::Member(member) && object.contains_key(*member)
                };
                prop_assert!(HIDDEN.iter().any(malformed), "{fault}");
            }
        }
    }

    #[test]
    fn only_a_text_is_the_key_of_an_action(object in object()) {
        let text = serde_json::to_string(&object).unwrap();
        let key = object.get(member::ACTION_KEY).and_then(Value::as_str);
        let found = action_key(&text);
        prop_assert_eq!(found.as_deref(), key);
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".*", cut in any::<prop::sample::Index>()) {
        let _ = payload::<Value>(&text);
        let _ = action_key(&text);
        let cut = cut.index(BODY.len());
        prop_assert!(payload::<Value>(&BODY[..cut]).is_err());
    }
}
