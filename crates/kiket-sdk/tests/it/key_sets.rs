//! When the key set is fetched, from where, and what happens when it can not be.

use std::time::Duration;

use kiket_sdk::Clock;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::key_server::KeyServer;
use crate::log::Log;
use crate::minting::{
    Key, believing, body, claims_with, clock, served, told, unsigned_request, with_token,
};
use crate::program::Program;
use crate::wire::{Request, Response};

const COOL_DOWN: Duration = Duration::from_secs(30);
const HOUR: Duration = Duration::from_secs(60 * 60);

/// An extension that believes the server's tokens, with the clock that it goes by.
async fn timed(server: &KeyServer) -> (Program, Clock) {
    let clock = clock();
    let extension = believing(server).clock(clock.clone());
    (Program::serving(extension.webhook("issue.created", "v1", told)).await, clock)
}

/// A token that is good at this clock's time.
fn fresh(key: &Key, clock: &Clock) -> Request {
    let now = clock.now().as_second();
    with_token(&key.sign(&claims_with(&json!({ "iat": now, "exp": now + 900 }))))
}

fn is_unavailable(answer: &Response) {
    assert_eq!((answer.status, answer.code().as_str()), (503, "keys_unavailable"), "{answer:?}");
    assert_eq!(answer.header("retry-after"), Some("30"));
}

/// Sends all at once and gives their statuses.
async fn together(program: &Program, requests: Vec<Request>) -> Vec<u16> {
    let mut sent = JoinSet::new();
    for request in requests {
        let address = program.address;
        sent.spawn(async move { request.send(address).await.status });
    }
    sent.join_all().await
}

async fn until(condition: impl Fn() -> bool) {
    while !condition() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_first_tokens_wait_for_one_fetch_together() {
    let key = Key::new();
    let server = KeyServer::closed([&key.jwk]).await;
    let program = served(&server).await;
    assert_eq!(server.fetches(), 0, "nothing is fetched before it is needed");
    let requests = (0..20).map(|_| with_token(&key.good())).collect();
    let opened = async {
        until(|| server.fetches() == 1).await;
        server.open();
    };
    let (statuses, ()) = tokio::join!(together(&program, requests), opened);
    assert_eq!(statuses, [200; 20]);
    assert_eq!(server.fetches(), 1);
}

#[tokio::test]
async fn keys_are_used_for_an_hour() {
    let key = Key::new();
    let server = KeyServer::serving([&key.jwk]).await;
    let (program, clock) = timed(&server).await;
    for (passes, fetches) in [(Duration::ZERO, 1), (HOUR - COOL_DOWN, 1), (COOL_DOWN, 2)] {
        clock.advance(passes);
        assert_eq!(program.send(&fresh(&key, &clock)).await.status, 200);
        assert_eq!(server.fetches(), fetches, "{passes:?}");
    }
}

#[tokio::test]
async fn a_key_that_was_taken_out_is_refused_after_an_hour() {
    let (old, new) = (Key::new(), Key::new());
    let server = KeyServer::serving([&old.jwk]).await;
    let (program, clock) = timed(&server).await;
    assert_eq!(program.send(&fresh(&old, &clock)).await.status, 200);
    server.serve([&new.jwk]);
    clock.advance(HOUR);
    assert_eq!(program.send(&fresh(&old, &clock)).await.status, 401);
    assert_eq!(program.send(&fresh(&new, &clock)).await.status, 200);
}

#[tokio::test]
async fn a_new_key_is_known_after_one_fetch_and_the_old_one_goes_on() {
    let (old, new) = (Key::new(), Key::new());
    let server = KeyServer::serving([&old.jwk]).await;
    let (program, clock) = timed(&server).await;
    assert_eq!(program.send(&fresh(&old, &clock)).await.status, 200);
    server.serve([&new.jwk, &old.jwk]);
    clock.advance(COOL_DOWN);
    for key in [&new, &old, &new] {
        assert_eq!(program.send(&fresh(key, &clock)).await.status, 200);
    }
    assert_eq!(server.fetches(), 2);
}

#[tokio::test]
async fn forged_keys_can_not_make_it_fetch_more_often_than_the_cool_down_allows() {
    let (key, forger) = (Key::new(), Key::new());
    let server = KeyServer::serving([&key.jwk]).await;
    let (program, clock) = timed(&server).await;
    assert_eq!(program.send(&fresh(&key, &clock)).await.status, 200);
    let forged = |clock: &Clock| {
        let now = clock.now().as_second();
        let claims = claims_with(&json!({ "iat": now, "exp": now + 900 }));
        let of = |number: u8| with_token(&forger.sign_as(&format!("made-up-{number}"), &claims));
        (0..50).map(of).collect::<Vec<_>>()
    };
    assert_eq!(together(&program, forged(&clock)).await, [401; 50]);
    assert_eq!(server.fetches(), 1, "the fetch was just now");
    clock.advance(COOL_DOWN);
    assert_eq!(together(&program, forged(&clock)).await, [401; 50]);
    assert_eq!(server.fetches(), 2, "one for all");
    clock.advance(COOL_DOWN / 2);
    assert_eq!(together(&program, forged(&clock)).await, [503; 50]);
    assert_eq!(server.fetches(), 2, "and none in the cool-down");
}

#[tokio::test]
async fn a_new_key_in_the_cool_down_is_not_refused_for_good() {
    let (old, new) = (Key::new(), Key::new());
    let server = KeyServer::serving([&old.jwk]).await;
    let (program, clock) = timed(&server).await;
    assert_eq!(program.send(&fresh(&old, &clock)).await.status, 200);
    clock.advance(COOL_DOWN / 2);
    let early = program.send(&fresh(&new, &clock)).await;
    assert_eq!((early.status, early.code().as_str()), (503, "keys_unavailable"));
    assert_eq!(early.header("retry-after"), Some("30"));
    server.serve([&old.jwk, &new.jwk]);
    clock.advance(COOL_DOWN / 2);
    assert_eq!(program.send(&fresh(&new, &clock)).await.status, 200);
}

#[tokio::test]
async fn a_known_key_waits_for_no_fetch_that_somebody_else_caused() {
    let (key, forger) = (Key::new(), Key::new());
    let slow = KeyServer::closed([&key.jwk]).await;
    let (program, clock) = timed(&slow).await;
    let first = tokio::spawn({
        let (request, address) = (fresh(&key, &clock), program.address);
        async move { request.send(address).await.status }
    });
    until(|| slow.fetches() == 1).await;
    slow.release_one();
    assert_eq!(first.await.unwrap(), 200);

    clock.advance(COOL_DOWN);
    let forged = tokio::spawn({
        let (request, address) = (fresh(&forger, &clock), program.address);
        async move { request.send(address).await.status }
    });
    until(|| slow.fetches() == 2).await;
    assert_eq!(program.send(&fresh(&key, &clock)).await.status, 200);
    assert!(!forged.is_finished());
    slow.release_one();
    assert_eq!(forged.await.unwrap(), 401);
}

#[tokio::test]
async fn a_caller_who_hangs_up_does_not_end_the_fetch() {
    let key = Key::new();
    let server = KeyServer::closed([&key.jwk]).await;
    let (program, clock) = timed(&server).await;
    let first = tokio::spawn({
        let (request, address) = (fresh(&key, &clock), program.address);
        async move { request.send(address).await.status }
    });
    until(|| server.fetches() == 1).await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    server.open();
    assert_eq!(program.send(&fresh(&key, &clock)).await.status, 200);
    assert_eq!(server.fetches(), 1);
}

#[tokio::test]
async fn without_keys_the_answer_is_come_again_and_never_no() {
    let key = Key::new();
    let set = serde_json::to_string(&json!({ "keys": [key.jwk] })).unwrap();
    let large = format!("{set}{}", " ".repeat(1024 * 1024));
    let elsewhere = KeyServer::serving([&key.jwk]).await;
    let location = format!("location: {}/.well-known/jwks.json\r\n", elsewhere.base_url());
    for (status, headers, body) in [
        ("500 Internal Server Error", "", set.as_str()),
        ("404 Not Found", "", &set),
        ("302 Found", &location, &set),
        ("200 OK", "", "<html>"),
        ("200 OK", "", ""),
        ("200 OK", "", r#"{"keys":[]}"#),
        ("200 OK", "", r#"{"keys":[{"kty":"RSA","kid":"x","n":"x","e":"AQAB"}]}"#),
        ("200 OK", "", &large),
    ] {
        let server = KeyServer::serving([]).await;
        server.answer(status, headers, body);
        let (program, clock) = timed(&server).await;
        let log = Log::collect();
        for _ in 0..3 {
            is_unavailable(&program.send(&fresh(&key, &clock)).await);
        }
        assert_eq!(server.fetches(), 1, "{status} {body:.40}");
        assert!(log.text().contains("key"), "{}", log.text());

        server.serve([&key.jwk]);
        clock.advance(COOL_DOWN);
        assert_eq!(program.send(&fresh(&key, &clock)).await.status, 200, "it recovers: {status}");
    }
    assert_eq!(elsewhere.fetches(), 0, "redirects are not followed");
}

#[tokio::test]
async fn nobody_at_the_address_is_come_again_too() {
    let key = Key::new();
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let server = KeyServer::serving([&key.jwk]).await;
    let nowhere = believing(&server).base_url(format!("http://{free}"));
    let program = Program::serving(nowhere.webhook("issue.created", "v1", told)).await;
    is_unavailable(&program.send(&with_token(&key.good())).await);
}

#[tokio::test]
async fn old_keys_are_used_while_there_are_no_newer_ones() {
    let (key, new) = (Key::new(), Key::new());
    let server = KeyServer::serving([&key.jwk]).await;
    let (program, clock) = timed(&server).await;
    assert_eq!(program.send(&fresh(&key, &clock)).await.status, 200);
    server.hang_up();
    for fetches in 2..5 {
        clock.advance(HOUR);
        for _ in 0..2 {
            assert_eq!(program.send(&fresh(&key, &clock)).await.status, 200);
        }
        is_unavailable(&program.send(&fresh(&new, &clock)).await);
        assert_eq!(server.fetches(), fetches);
    }
    server.serve([&new.jwk]);
    clock.advance(COOL_DOWN);
    assert_eq!(program.send(&fresh(&new, &clock)).await.status, 200);
    assert_eq!(program.send(&fresh(&key, &clock)).await.status, 401);
}

#[tokio::test]
async fn a_token_that_is_wrong_in_itself_causes_no_fetch() {
    let server = KeyServer::serving([]).await;
    let program = served(&server).await;
    for token in ["rt_1", "a.b.c", "eyJhbGciOiJub25lIiwia2lkIjoieCJ9.e30."] {
        assert_eq!(program.send(&with_token(token)).await.status, 401);
    }
    assert_eq!(server.fetches(), 0);
}

#[tokio::test]
async fn the_address_that_a_payload_names_is_never_asked_for_keys() {
    let (key, forger) = (Key::new(), Key::new());
    let server = KeyServer::serving([&key.jwk]).await;
    let forgers = KeyServer::serving([&forger.jwk]).await;
    let program = served(&server).await;
    let mut body = body(&forger.good());
    let runtime_header = "X-Kiket-Runtime-Token";
    body["api"] = json!({ "base_url": forgers.base_url(), "runtime_header": runtime_header });
    assert_eq!(program.send(&unsigned_request(&body)).await.code(), "invalid_token");
    assert_eq!((forgers.fetches(), server.fetches()), (0, 1));
}

#[tokio::test]
async fn the_default_mode_fetches_no_keys() {
    let key = Key::new();
    let server = KeyServer::serving([&key.jwk]).await;
    let extension = crate::program::extension().base_url(server.base_url());
    let program = Program::serving(extension.webhook("issue.created", "v1", told)).await;
    assert_eq!(program.deliver(&body(&key.good())).await.status, 200);
    assert_eq!(program.deliver(&body("rt_1")).await.status, 200);
    assert_eq!(server.fetches(), 0);
}
