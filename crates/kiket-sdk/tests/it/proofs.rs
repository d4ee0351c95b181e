//! Which proofs each mode needs: every mode with every pair of proofs.

use kiket_contract::header;
use kiket_sdk::prelude::*;
use kiket_sdk::{Error, Verification};

use crate::key_server::KeyServer;
use crate::minting::{Key, believing, body, told};
use crate::program::{NOW, Program, SECRET};
use crate::wire::{PATH, Request, sign};

#[derive(Debug, Clone, Copy, PartialEq)]
enum Proof {
    Absent,
    Right,
    Wrong,
}

use Proof::{Absent, Right, Wrong};

const ALL: [Proof; 3] = [Absent, Right, Wrong];

fn request(key: &Key, signature: Proof, token: Proof) -> Request {
    let mut body = match token {
        Absent => body(""),
        Right => body(&key.good()),
        Wrong => body(&Key::new().sign_as(&key.jwk.kid, &crate::minting::claims())),
    };
    if token == Absent {
        body.as_object_mut().unwrap().remove("authentication");
    }
    let body = body.to_string();
    let timestamp = NOW.to_string();
    let request = Request::new("POST", PATH);
    let signed = match signature {
        Absent => request,
        Right => request
            .header(header::TIMESTAMP, &timestamp)
            .header(header::SIGNATURE, &sign(SECRET, Some(&timestamp), body.as_bytes())),
        Wrong => request
            .header(header::TIMESTAMP, &timestamp)
            .header(header::SIGNATURE, &sign("another", Some(&timestamp), body.as_bytes())),
    };
    signed.body(body)
}

/// What each mode answers, by signature and token. Rows: signature absent, right, wrong.
/// Columns: token absent, right, wrong. `ok`, or which proof is at fault.
const TABLE: [(Verification, [[&str; 3]; 3]); 4] = [
    (Verification::Signature, [["signature"; 3], ["ok"; 3], ["signature"; 3]]),
    (Verification::Token, [["token", "ok", "token"], ["token", "ok", "token"], ["signature"; 3]]),
    (Verification::Both, [["signature"; 3], ["token", "ok", "token"], ["signature"; 3]]),
    (Verification::Either, [["signature", "ok", "token"], ["ok", "ok", "token"], ["signature"; 3]]),
];

async fn is_answered(program: &Program, request: &Request, expected: &str, case: &str) {
    let answer = program.send(request).await;
    let (status, code) = match expected {
        "ok" => (200, String::new()),
        fault => (401, format!("invalid_{fault}")),
    };
    assert_eq!((answer.status, answer.code()), (status, code), "{case}");
}

#[tokio::test]
async fn a_proof_that_is_there_must_hold_and_the_mode_says_which_must_be_there() {
    let key = Key::new();
    let server = KeyServer::serving([&key.jwk]).await;
    for (verification, rows) in TABLE {
        let extension = believing(&server).webhook_secret(SECRET).verification(verification);
        let program = Program::serving(extension.webhook("issue.created", "v1", told)).await;
        for (signature, row) in ALL.into_iter().zip(rows) {
            for (token, expected) in ALL.into_iter().zip(row) {
                let case = format!("{verification:?}: signature {signature:?}, token {token:?}");
                is_answered(&program, &request(&key, signature, token), expected, &case).await;
            }
        }
    }
}

#[tokio::test]
async fn without_a_secret_a_signature_beside_a_token_can_not_be_checked() {
    let key = Key::new();
    let server = KeyServer::serving([&key.jwk]).await;
    let program = Program::serving(believing(&server).webhook("issue.created", "v1", told)).await;
    for signature in ALL {
        for (token, expected) in ALL.into_iter().zip(["token", "ok", "token"]) {
            let case = format!("signature {signature:?}, token {token:?}");
            is_answered(&program, &request(&key, signature, token), expected, &case).await;
        }
    }
}

#[tokio::test]
async fn only_token_mode_starts_without_a_delivery_secret() {
    for verification in [Verification::Signature, Verification::Both, Verification::Either] {
        let bare = Extension::new("x").environment(|_| None).verification(verification);
        let error = bare.bind("127.0.0.1:0").await.unwrap_err();
        assert!(matches!(error, Error::NoWebhookSecret { .. }), "{verification:?}: {error:?}");
    }
    let bare = Extension::new("x").environment(|_| None).verification(Verification::Token);
    assert!(bare.bind("127.0.0.1:0").await.is_ok());
}

#[tokio::test]
async fn a_signature_that_is_checked_beside_a_token_must_be_fresh() {
    let key = Key::new();
    let server = KeyServer::serving([&key.jwk]).await;
    let either = believing(&server).webhook_secret(SECRET).verification(Verification::Either);
    let program = Program::serving(either.webhook("issue.created", "v1", told)).await;
    let stale = Request::stamped(&(NOW - 301).to_string(), body(&key.good()).to_string());
    assert_eq!(program.send(&stale).await.code(), "invalid_signature");
}
