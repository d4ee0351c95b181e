//! Rotating the keys of the runtime tokens.

use std::time::Duration;

use jiff::Timestamp;
use kiket_contract::clock::Clock;
use kiket_platform::Platform;
use serde_json::{Value, json};

use crate::harness::{Setup, call, config};

const MINUTE: Duration = Duration::from_secs(60);
const PATH: &str = "/api/v1/signing_keys";

async fn with_clock() -> (Setup, Clock) {
    let clock = Clock::manual(Timestamp::now());
    let at = clock.clone();
    (Setup::with(&[], move |config| config.clock = at).await, clock)
}

async fn rotate(setup: &Setup) -> (u16, Value) {
    setup.operator(&format!("{PATH}/rotate"), "").await
}

/// Kids as the key set has them.
async fn published(origin: &str) -> Vec<String> {
    let (_, set) = call(origin, "GET", "/.well-known/jwks.json", &[], "").await;
    let kid = |key: &Value| key["kid"].as_str().unwrap().to_owned();
    set["keys"].as_array().unwrap().iter().map(kid).collect()
}

/// The states of all keys, the newest first.
async fn states(setup: &Setup) -> Vec<String> {
    let (status, list) = setup.look(PATH).await;
    assert_eq!((status, &list["next_cursor"]), (200, &Value::Null));
    let state = |key: &Value| key["state"].as_str().unwrap().to_owned();
    list["data"].as_array().unwrap().iter().map(state).collect()
}

/// The kid that a token's header names.
fn signer(token: &str) -> String {
    use base64::Engine;
    let header = token.split('.').next().unwrap();
    let header = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(header).unwrap();
    let header: Value = serde_json::from_slice(&header).unwrap();
    header["kid"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_next_key_is_published_an_hour_before_it_signs() {
    let (setup, clock) = with_clock().await;
    let [first] = published(&setup.origin()).await.try_into().unwrap();
    let (status, list) = rotate(&setup).await;
    assert_eq!(status, 201, "{list}");
    assert_eq!(states(&setup).await, ["next", "current"]);
    let [current, next] = published(&setup.origin()).await.try_into().unwrap();
    assert_eq!(current, first, "the one that signs comes first");
    clock.advance(60 * MINUTE);
    assert_eq!(signer(&setup.delivered().await.token()), first, "after the whole hour, still");
    clock.advance(2 * MINUTE);
    assert_eq!(signer(&setup.delivered().await.token()), next);
    assert_eq!(published(&setup.origin()).await, [next, first]);
    assert_eq!(states(&setup).await, ["current", "retired"]);
}

#[tokio::test]
async fn a_retired_key_stays_until_its_last_token_has_expired() {
    let (setup, clock) = with_clock().await;
    rotate(&setup).await;
    let token = setup.delivered().await.token();
    let [first, next] = published(&setup.origin()).await.try_into().unwrap();
    clock.advance(62 * MINUTE);
    let late = setup.delivered().await.token();
    assert_eq!((signer(&token), signer(&late)), (first.clone(), next.clone()));
    let events = "/api/v1/extensions/com.example.crm/events";
    assert_eq!(setup.call_back(events, &token, json!({"event": "x"})).await.0, 401, "it is old");
    assert_eq!(setup.call_back(events, &late, json!({"event": "x"})).await.0, 201);

    clock.advance(59 * MINUTE);
    assert_eq!(rotate(&setup).await.0, 201, "a rotation deletes what is over");
    let [_, kept, third] = published(&setup.origin()).await.try_into().unwrap();
    assert_eq!(kept, first);
    setup.platform.shutdown().await;
    clock.advance(2 * MINUTE);
    let mut config = config(&setup.dir);
    config.clock = clock;
    let platform = Platform::start(config).await.unwrap();
    let mut poll = tokio::time::interval(Duration::from_millis(5));
    while published(platform.url()).await != [next.clone(), third.clone()] {
        poll.tick().await;
    }
}

#[tokio::test]
async fn a_token_of_a_retired_key_is_good_until_it_expires() {
    let (setup, clock) = with_clock().await;
    rotate(&setup).await;
    clock.advance(60 * MINUTE);
    let token = setup.delivered().await.token();
    clock.advance(10 * MINUTE);
    assert_eq!(states(&setup).await, ["current", "retired"]);
    let events = "/api/v1/extensions/com.example.crm/events";
    assert_eq!(setup.call_back(events, &token, json!({"event": "x"})).await.0, 201);
}

#[tokio::test]
async fn one_rotation_at_a_time() {
    let (setup, clock) = with_clock().await;
    assert_eq!(rotate(&setup).await.0, 201);
    let (status, body) = rotate(&setup).await;
    assert_eq!((status, &body["code"]), (409, &json!("rotation_under_way")));
    assert_eq!(states(&setup).await, ["next", "current"]);
    clock.advance(62 * MINUTE);
    assert_eq!(rotate(&setup).await.0, 201);
    assert_eq!(states(&setup).await, ["next", "current", "retired"]);
}

#[tokio::test]
async fn only_the_operator_rotates() {
    let setup = Setup::new(&[]).await;
    assert_eq!(setup.post(&format!("{PATH}/rotate"), &[], "").await.0, 401);
    assert_eq!(setup.get(PATH, &[]).await.0, 401);
    assert_eq!(states(&setup).await, ["current"]);
}
