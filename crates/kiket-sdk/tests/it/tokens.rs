//! Which tokens are taken for Kiket's, and what counts of them.

use serde_json::{Value, json};

use crate::key_server::KeyServer;
use crate::log::Log;
use crate::minting::{
    DELIVERY, Key, believing, body, claims_with, served, told, unsigned, unsigned_request,
    with_signature, with_token,
};
use crate::program::{NOW, Program};
use crate::wire::{Request, Response};

/// The answer of an extension whose platform has the key.
async fn answer(key: &Key, request: &Request) -> Response {
    let server = KeyServer::serving([&key.jwk]).await;
    served(&server).await.send(request).await
}

/// The request is refused without a word about why, and the log says this.
async fn is_denied(key: &Key, request: &Request, cause: &str) {
    let log = Log::collect();
    let answer = answer(key, request).await;
    let said = json!({ "error": "not authenticated", "code": "invalid_token" });
    assert_eq!((answer.status, answer.json()), (401, said), "{cause}");
    let log = log.text();
    assert_eq!(log.matches(cause).count(), 1, "`{cause}` in {log}");
    assert!(!log.contains("eyJ"), "no token in {log}");
}

#[tokio::test]
async fn a_good_token_is_enough_and_its_claims_are_shown() {
    let key = Key::new();
    let answer = answer(&key, &with_token(&key.good())).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let told = answer.json();
    assert_eq!((&told["organization"], &told["project"]), (&json!(3), &json!(27)));
    assert_eq!(told["installation"], 7);
    assert_eq!(told["scopes"], json!(["project:27", "issues.read"]));
    assert_eq!(told["expires_at"], NOW + 900);
}

#[tokio::test]
async fn only_es256_counts_whatever_the_header_says() {
    let key = Key::new();
    for alg in ["none", "None", "HS256", "ES384", ""] {
        let header = json!({ "alg": alg, "kid": key.jwk.kid });
        let signed = unsigned(&header, &claims_with(&json!({})));
        // What would verify if the public key were taken for the secret of an HMAC.
        let public = serde_json::to_vec(&key.jwk).unwrap();
        let secret = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &public);
        let signature = ring::hmac::sign(&secret, signed.as_bytes());
        for signature in [signature.as_ref(), &[]] {
            let token = with_signature(signed.clone(), signature);
            is_denied(&key, &with_token(&token), "not signed with ES256").await;
        }
    }
}

#[tokio::test]
async fn times_and_issuer_of_a_token_count() {
    let key = Key::new();
    for (claims, cause) in [
        (json!({ "exp": NOW }), "the token has expired"),
        (json!({ "exp": NOW - 100, "iat": NOW - 200 }), "the token has expired"),
        (json!({ "iat": NOW + 31 }), "not valid yet"),
        (json!({ "nbf": NOW + 31 }), "not valid yet"),
        (json!({ "exp": NOW + 24 * 3600 }), "live longer than 60 minutes"),
        (json!({ "iss": "kiket.dev.example.com" }), "issued by somebody else"),
        (json!({ "iss": "" }), "issued by somebody else"),
    ] {
        is_denied(&key, &with_token(&key.sign(&claims_with(&claims))), cause).await;
    }
}

#[tokio::test]
async fn a_token_without_an_end_is_refused() {
    let key = Key::new();
    let endless = key.sign(&claims_with(&json!({ "exp": null })));
    is_denied(&key, &with_token(&endless), "a claim is missing or of the wrong kind").await;
}

#[tokio::test]
async fn a_platform_of_ones_own_has_its_own_issuer() {
    let key = Key::new();
    let server = KeyServer::serving([&key.jwk]).await;
    let own = believing(&server).token_issuer("kiket.example.com");
    let program = Program::serving(own.webhook("issue.created", "v1", told)).await;
    let token = key.sign(&claims_with(&json!({ "iss": "kiket.example.com" })));
    assert_eq!(program.send(&with_token(&token)).await.status, 200);
    assert_eq!(program.send(&with_token(&key.good())).await.status, 401);
}

#[tokio::test]
async fn a_key_is_chosen_by_its_id_alone() {
    let (first, second) = (Key::new(), Key::new());
    let server = KeyServer::serving([&first.jwk, &second.jwk]).await;
    let program = served(&server).await;
    for key in [&first, &second] {
        assert_eq!(program.send(&with_token(&key.good())).await.status, 200);
    }
    let crossed = second.sign_as(&first.jwk.kid, &claims_with(&json!({})));
    assert_eq!(program.send(&with_token(&crossed)).await.code(), "invalid_token");
    let unnamed = first.sign_as("", &claims_with(&json!({})));
    assert_eq!(program.send(&with_token(&unnamed)).await.code(), "invalid_token");
}

#[tokio::test]
async fn a_token_without_a_key_id_is_refused() {
    let key = Key::new();
    let signed = unsigned(&json!({ "alg": "ES256" }), &claims_with(&json!({})));
    let token = with_signature(signed, &[0; 64]);
    is_denied(&key, &with_token(&token), "lacks `alg` or `kid`").await;
}

#[tokio::test]
async fn a_token_of_another_delivery_is_refused() {
    let key = Key::new();
    let other = "01936f5e-0000-7000-8000-000000000002";
    let cause = "minted for another delivery";
    for (claimed, delivered) in [
        (json!(other), json!({ "id": DELIVERY })),
        (json!(DELIVERY), Value::Null),
        (json!(DELIVERY), json!({})),
        (json!(DELIVERY), json!({ "id": "x" })),
        (json!(DELIVERY), json!({ "id": DELIVERY, "attempt": "x" })),
        (json!(DELIVERY), json!([DELIVERY])),
        (Value::Null, json!({ "id": DELIVERY })),
    ] {
        let token = key.sign(&claims_with(&json!({ "did": claimed })));
        let mut body = body(&token);
        body["delivery"] = delivered;
        is_denied(&key, &unsigned_request(&body), cause).await;
    }
}

#[tokio::test]
async fn platforms_that_name_no_deliveries_are_heard() {
    let key = Key::new();
    let token = key.sign(&claims_with(&json!({ "did": null, "gen": null })));
    let mut body = body(&token);
    for of_the_events_own in [Value::Null, json!({ "id": 17, "carrier": "x" })] {
        body["delivery"] = of_the_events_own;
        assert_eq!(answer(&key, &unsigned_request(&body)).await.status, 200, "{body}");
    }
}

#[tokio::test]
async fn a_body_without_a_readable_token_is_refused() {
    let key = Key::new();
    let good = key.good();
    let twice =
        format!(r#"{{"authentication":{{}},"authentication":{{"runtime_token":"{good}"}}}}"#);
    let twice_within =
        format!(r#"{{"authentication":{{"runtime_token":"x","runtime_token":"{good}"}}}}"#);
    let object = |authentication: Value| json!({ "authentication": authentication }).to_string();
    for body in [
        "{}".to_owned(),
        "null".to_owned(),
        "[]".to_owned(),
        "no JSON".to_owned(),
        object(Value::Null),
        object(json!(good)),
        object(json!([good])),
        object(json!({})),
        object(json!({ "runtime_token": null })),
        object(json!({ "runtime_token": "" })),
        object(json!({ "runtime_token": 7 })),
        twice,
        twice_within,
    ] {
        let request = Request::new("POST", crate::wire::PATH).body(body);
        is_denied(&key, &request, "no readable `authentication.runtime_token`").await;
    }
}

#[tokio::test]
async fn an_opaque_token_proves_nothing() {
    let key = Key::new();
    is_denied(&key, &with_token("rt_live_1"), "an opaque token proves nothing").await;
    let long = "x".repeat(100_000);
    is_denied(&key, &with_token(&long), "longer than 8 KiB").await;
}

#[tokio::test]
async fn scopes_as_text_grant_nothing() {
    let key = Key::new();
    let token = key.sign(&claims_with(&json!({ "scopes": "project:27 ext.api.write *" })));
    is_denied(&key, &with_token(&token), "of the wrong kind").await;

    let mut body = body(&key.good());
    body["authentication"]["scopes"] = json!("ext.api.write");
    let answer = answer(&key, &unsigned_request(&body)).await;
    assert_eq!((answer.status, answer.code().as_str()), (400, "invalid_body"));
}

#[tokio::test]
async fn the_tokens_own_scopes_and_end_count_and_not_the_bodys() {
    let key = Key::new();
    let server = KeyServer::serving([&key.jwk]).await;
    let mut body = body(&key.good());
    body["authentication"]["scopes"] = json!(["*", "project:28", "ext.api.write"]);
    body["authentication"]["expires_at"] = json!("2099-01-01T00:00:00Z");

    let told = served(&server).await.send(&unsigned_request(&body)).await.json();
    assert_eq!(told["scopes"], json!(["project:27", "issues.read"]));
    assert_eq!((&told["granted"], &told["expires_at"]), (&json!(false), &json!(NOW + 900)));

    let strict =
        believing(&server).register("issue.created", "v1", ["ext.api.write"], crate::program::echo);
    let answer = Program::serving(strict).await.send(&unsigned_request(&body)).await;
    assert_eq!((answer.status, answer.code().as_str()), (403, "insufficient_scopes"));
}

#[tokio::test]
async fn a_token_does_not_cover_the_rest_of_the_body() {
    let key = Key::new();
    let mut changed = body(&key.good());
    changed["issue"]["title"] = json!("changed on the way");
    assert_eq!(answer(&key, &unsigned_request(&changed)).await.status, 200, "as documented");
}

#[tokio::test]
async fn in_a_signed_body_the_tokens_claims_are_shown_without_a_check() {
    let extension = crate::program::extension().webhook("issue.created", "v1", told);
    let program = Program::serving(extension).await;
    let told = program.deliver(&body(&Key::new().good())).await.json();
    assert_eq!((&told["organization"], &told["project"]), (&json!(3), &json!(27)));
    assert_eq!((&told["installation"], &told["scopes"]), (&json!(7), &json!([])));

    for (token, scopes, project) in [
        (json!("rt_1"), json!(["issues.read", "project:29"]), json!(29)),
        (json!("rt_1"), json!(["project:29", "project:30"]), Value::Null),
        (json!("rt_1"), json!(["project:x"]), Value::Null),
        (Value::Null, json!([]), Value::Null),
    ] {
        let authentication = json!({ "runtime_token": token, "scopes": scopes });
        let told = program.deliver(&json!({ "authentication": authentication })).await.json();
        assert_eq!((&told["organization"], &told["project"]), (&Value::Null, &project));
        assert_eq!(told["installation"], Value::Null);
    }
}
