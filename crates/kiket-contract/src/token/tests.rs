use proptest::prelude::*;
use ring::rand::SystemRandom;

use serde_json::{Value, json};

use super::*;

fn claims() -> Claims {
    Claims {
        iss: ISSUER.into(),
        sub: "installation:7".into(),
        jti: "1".into(),
        iat: 1_000,
        exp: 1_900,
        nbf: None,
        org_id: Some(3.try_into().unwrap()),
        ext_id: Some(1),
        proj_id: Some(27.try_into().unwrap()),
        pi_id: Some(7.try_into().unwrap()),
        scopes: vec!["project:27".into()],
        src: "webhook".into(),
        did: Some(DeliveryId::new()),
        generation: Some(1),
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn refused(token: &str, key: &SigningKey, second: i64) -> TokenError {
    verify(token, &[key.jwk().clone()], ISSUER, at(second)).unwrap_err()
}

#[test]
fn times_are_checked_against_the_clock_that_is_given() {
    let (key, _) = SigningKey::generate().unwrap();
    let token = key.mint(&claims()).unwrap();
    assert_eq!(refused(token.expose(), &key, 1_900), TokenError::Expired);
    assert_eq!(refused(token.expose(), &key, 969), TokenError::NotYetValid);
    assert!(verify(token.expose(), &[key.jwk().clone()], ISSUER, at(970)).is_ok());
}

#[test]
fn another_key_another_issuer_and_another_algorithm_are_refused() {
    let (key, pkcs8) = SigningKey::generate().unwrap();
    let (other, _) = SigningKey::generate().unwrap();
    let token = key.mint(&claims()).unwrap();
    assert_eq!(refused(token.expose(), &other, 1_200), TokenError::UnknownKey);
    let mut posing = other.jwk().clone();
    posing.kid.clone_from(&key.jwk().kid);
    let forged = verify(token.expose(), &[posing], ISSUER, at(1_200));
    assert_eq!(forged.unwrap_err(), TokenError::Signature);
    let elsewhere = verify(token.expose(), &[key.jwk().clone()], "example.com", at(1_200));
    assert_eq!(elsewhere.unwrap_err(), TokenError::Issuer);

    let (_, rest) = token.expose().split_once('.').unwrap();
    for alg in ["none", "HS256", "es256"] {
        let header = format!(r#"{{"alg":"{alg}","kid":"{}"}}"#, key.jwk().kid);
        let token = format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header));
        assert_eq!(refused(&token, &key, 1_200), TokenError::Algorithm);
    }
    assert_eq!(SigningKey::from_pkcs8(&pkcs8).unwrap().jwk(), key.jwk());
}

/// The least that a token must say, with these members beside it or in its place.
fn saying(more: &Value) -> Value {
    let mut claims = json!({ "iss": ISSUER, "iat": 1_000, "exp": 1_900, "scopes": [] });
    let members = claims.as_object_mut().unwrap();
    members.extend(more.as_object().unwrap().clone());
    members.retain(|_, value| *value != json!("absent"));
    claims
}

/// A token of any header and claims, signed with the key.
fn signed(key: &SigningKey, header: &Value, claims: &Value) -> String {
    let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let signed = format!("{}.{}", part(header), part(claims));
    let signature = key.pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// What becomes of a signed token that says this.
fn said(claims: &Value) -> Result<Claims, TokenError> {
    let (key, _) = SigningKey::generate().unwrap();
    let token = signed(&key, &json!({ "alg": "ES256", "kid": key.jwk().kid }), claims);
    verify(&token, &[key.jwk().clone()], ISSUER, at(1_200))
}

#[test]
fn a_claim_that_is_missing_or_of_the_wrong_kind_is_malformed_even_when_signed() {
    for wrong in [
        json!({ "scopes": "ext.api.write" }),
        json!({ "scopes": [1] }),
        json!({ "scopes": null }),
        json!({ "scopes": "absent" }),
        json!({ "exp": "absent" }),
        json!({ "exp": "1900" }),
        json!({ "exp": 1900.5 }),
        json!({ "iat": "absent" }),
        json!({ "iss": "absent" }),
        json!({ "proj_id": "27" }),
        json!({ "proj_id": 0 }),
        json!({ "did": 7 }),
    ] {
        let refused = said(&saying(&wrong));
        assert!(matches!(refused, Err(TokenError::Malformed(_))), "{wrong}: {refused:?}");
    }
    for wrong in [json!([]), json!(null), json!("text")] {
        assert!(matches!(said(&wrong), Err(TokenError::Malformed(_))), "{wrong}");
    }
}

#[test]
fn what_other_platforms_leave_out_or_add_is_no_fault() {
    let least = said(&saying(&json!({}))).unwrap();
    assert_eq!((least.org_id, least.proj_id, least.pi_id, least.did), (None, None, None, None));
    let more = json!({ "aud": "anybody", "proj_id": null, "ext_id": null, "level": 3 });
    assert!(said(&saying(&more)).is_ok());
}

#[test]
fn a_token_begins_at_nbf_with_leeway() {
    assert!(said(&saying(&json!({ "nbf": 1_230 }))).is_ok());
    assert_eq!(said(&saying(&json!({ "nbf": 1_231 }))), Err(TokenError::NotYetValid));
    let both = json!({ "iat": 1_231, "nbf": 1_000 });
    assert_eq!(said(&saying(&both)), Err(TokenError::NotYetValid), "nbf does not hide iat");
}

#[test]
fn a_token_that_was_made_to_live_too_long_is_refused() {
    assert!(said(&saying(&json!({ "exp": 1_000 + 3_630 }))).is_ok());
    for exp in [1_000 + 3_631, i64::MAX] {
        assert_eq!(said(&saying(&json!({ "exp": exp }))), Err(TokenError::LivesTooLong), "{exp}");
    }
    let ever = json!({ "iat": i64::MIN, "exp": i64::MAX });
    assert_eq!(said(&saying(&ever)), Err(TokenError::LivesTooLong));
}

#[test]
fn a_token_over_the_bound_is_not_read() {
    let long = said(&saying(&json!({ "jti": "x".repeat(LONGEST_TOKEN) })));
    assert_eq!(long, Err(TokenError::Malformed("it is longer than 8 KiB")));
}

#[test]
fn a_header_that_asks_for_extensions_is_refused() {
    let (key, _) = SigningKey::generate().unwrap();
    let header = json!({ "alg": "ES256", "kid": key.jwk().kid, "crit": ["b64"], "b64": false });
    let token = signed(&key, &header, &saying(&json!({})));
    assert!(matches!(refused(&token, &key, 1_200), TokenError::Malformed(_)));
}

#[test]
fn a_list_is_no_object() {
    let (key, _) = SigningKey::generate().unwrap();
    let header = json!(["ES256", key.jwk().kid, null]);
    let token = signed(&key, &header, &saying(&json!({})));
    assert!(matches!(refused(&token, &key, 1_200), TokenError::Malformed(_)));
    let list = json!([ISSUER, "", "", 1_000, 1_900, null, 3, 1, 27, 7, ["*"], "", null, null]);
    assert!(matches!(said(&list), Err(TokenError::Malformed(_))));
}

#[test]
fn each_key_of_a_set_checks_what_it_signed() {
    let keys = [(); 3].map(|()| SigningKey::generate().unwrap().0);
    let mut set: Vec<Jwk> = keys.iter().map(|key| key.jwk().clone()).collect();
    set[1].crv = "P-384".into();
    let set = VerifyingKeys::new(&set);
    let verify =
        |key: &SigningKey| set.verify(key.mint(&claims()).unwrap().expose(), ISSUER, at(1_200));
    assert!(verify(&keys[0]).is_ok());
    assert_eq!(verify(&keys[1]), Err(TokenError::UnknownKey), "a key of another kind is none");
    assert!(verify(&keys[2]).is_ok());
}

#[test]
fn claims_are_read_without_a_check_on_request() {
    let (key, _) = SigningKey::generate().unwrap();
    let claims = claims();
    let token = key.mint(&claims).unwrap();
    let forged = format!("{}A", &token.expose()[..token.expose().len() - 1]);
    assert_eq!(read_unverified(&forged), Some(claims));
    for opaque in ["", "rt_live_1", "a.b", "a.b.c", "....", &"x".repeat(LONGEST_TOKEN + 1)] {
        assert_eq!(read_unverified(opaque), None, "{opaque}");
    }
}

proptest! {
    #[test]
    fn any_text_is_refused_without_panic(token in ".*") {
        let (key, _) = SigningKey::generate().unwrap();
        prop_assert!(verify(&token, &[key.jwk().clone()], ISSUER, at(1_200)).is_err());
        prop_assert!(read_unverified(&token).is_none());
    }
}
