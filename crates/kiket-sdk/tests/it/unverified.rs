//! Development without verification.

use kiket_sdk::prelude::*;
use kiket_sdk::{Error, Verification};
use serde_json::json;

use crate::log::Log;
use crate::program::{Program, echo};
use crate::wire::{PATH, Request};

fn unverified() -> Extension {
    Extension::new("com.example.crm").environment(|_| None).unverified_for_development().webhook(
        "issue.created",
        "v1",
        echo,
    )
}

#[tokio::test]
async fn everything_is_accepted_on_a_loopback_address_and_the_start_says_so() {
    let log = Log::collect();
    let program = Program::serving(unverified()).await;
    assert!(log.text().contains("UNVERIFIED"), "{}", log.text());
    let unsigned = Request::new("POST", PATH).body("{}");
    assert_eq!(program.send(&unsigned).await.status, 200);
    assert_eq!(program.send(&Request::signed_by("another", "{}")).await.status, 200);
    assert_eq!(program.send(&Request::stamped("nonsense", "{}")).await.status, 200);
    let token = json!({ "authentication": { "runtime_token": "rt_1" } });
    assert_eq!(program.deliver(&token).await.status, 200);
}

#[tokio::test]
async fn it_does_not_start_where_others_could_call_it() {
    for address in ["0.0.0.0:0", "[::]:0"] {
        let error = unverified().bind(address).await.unwrap_err();
        assert!(matches!(error, Error::UnverifiedElsewhere { .. }), "{address}: {error:?}");
    }
    for verification in [Verification::Signature, Verification::Token] {
        let error = unverified().verification(verification).bind("0.0.0.0:0").await.unwrap_err();
        assert!(error.to_string().contains("127.0.0.1"), "{error}");
    }
}

#[tokio::test]
async fn every_loopback_address_will_do() {
    for address in ["127.0.0.1:0", "127.1.2.3:0", "localhost:0"] {
        assert!(unverified().bind(address).await.is_ok(), "{address}");
    }
}
