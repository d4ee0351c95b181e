//! The testing kit and the SDK agree: what the kit calls right is taken, what it calls wrong is
//! refused, and the ways in which a delivery comes twice are real ones.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use kiket_contract::signature::SigningForm;
use kiket_sdk::event::asks_first;
use kiket_sdk::prelude::*;
use kiket_sdk::{EffectivelyOnce, ExtensionService, Verification};
use kiket_testkit::{
    DELIVERY_SECRET, Delivery, Fault, StubApi, assert_idempotent, create_signed_payload, send,
    serve,
};
use serde_json::Value;

const EVENTS: &str = "/api/v1/extensions/{extension_id}/events";

async fn told(payload: Value, context: Context) -> Result<Value> {
    Ok(json!({
        "title": payload["issue"]["title"],
        "delivery": context.delivery_id().map(|id| id.to_string()),
        "attempt": context.attempt(),
        "project": context.project_id().map(|id| id.get()),
        "secret": context.secret("CRM_TOKEN").is_some(),
        "missing": context.secret_status().missing,
        "context": context.context(),
    }))
}

fn extension(api: &str) -> Extension {
    Extension::new("com.example.crm")
        .base_url(api)
        .webhook_secret(DELIVERY_SECRET)
        .environment(|_| None)
}

fn telling(api: &StubApi, verification: Verification) -> ExtensionService {
    let extension = extension(&api.url()).verification(verification);
    extension.webhook("issue.created", "v1", told).into_service().unwrap()
}

fn delivery() -> Delivery {
    Delivery::new("issue.created", "v1")
}

#[tokio::test]
async fn every_verification_takes_every_right_delivery() {
    let api = StubApi::start();
    for (verification, unsigned) in [
        (Verification::Signature, false),
        (Verification::Both, false),
        (Verification::Either, true),
        (Verification::Token, true),
    ] {
        let service = telling(&api, verification);
        for form in [SigningForm::Timestamped, SigningForm::Body] {
            api.deliver(&service, &delivery().signing(form)).await.assert_delivered();
        }
        let answer = api.deliver(&service, &delivery().unsigned()).await;
        assert_eq!(answer.status() == 200, unsigned, "{verification:?}: {answer}");
    }
}

#[tokio::test]
async fn every_fault_of_a_signature_is_refused() {
    let api = StubApi::start();
    let service = telling(&api, Verification::Signature);
    for fault in Fault::SIGNATURE {
        for form in [SigningForm::Timestamped, SigningForm::Body] {
            let wrong = delivery().signing(form).with_fault(fault);
            let answer = api.deliver(&service, &wrong).await;
            assert_eq!(answer.status(), 401, "{fault:?}, {form:?}: {answer}");
        }
    }
}

#[tokio::test]
async fn every_fault_of_a_token_is_refused() {
    let api = StubApi::start();
    let service = telling(&api, Verification::Token);
    for fault in Fault::TOKEN {
        let answer = api.deliver(&service, &delivery().unsigned().with_fault(fault)).await;
        assert_eq!(answer.status(), 401, "{fault:?}: {answer}");
    }
}

#[tokio::test]
async fn a_handler_sees_what_the_delivery_says() {
    let api = StubApi::start();
    let delivery = delivery()
        .set("/issue/title", "Slow checkout")
        .context(json!({ "user_id": 91 }))
        .secret("CRM_TOKEN", "crm_1")
        .missing_secret("OTHER")
        .project(12)
        .attempt(2);
    let answer = api.deliver(&telling(&api, Verification::Both), &delivery).await;
    answer.assert_json(&json!({
        "title": "Slow checkout", "delivery": delivery.id().to_string(), "attempt": 2,
        "project": 12, "secret": true, "missing": ["OTHER"], "context": { "user_id": 91 },
    }));
}

#[tokio::test]
async fn a_payload_signed_as_in_the_other_sdks_is_taken() {
    let api = StubApi::start();
    let service = telling(&api, Verification::Signature);
    let signed = create_signed_payload(DELIVERY_SECRET, &json!({ "issue": { "title": "a" } }));
    let answer = send(&service, signed.request("/v/1/webhooks/issue.created")).await;
    answer.assert_delivered().assert_json(&json!({ "title": "a" }));
}

#[tokio::test]
async fn every_sample_but_a_guards_reaches_a_fallback() {
    let api = StubApi::start();
    let service = extension(&api.url()).fallback(told).into_service().unwrap();
    for sample in Delivery::samples().filter(|sample| !asks_first(sample.event())) {
        api.deliver(&service, &sample).await.assert_delivered();
    }
}

#[tokio::test]
async fn guards_actions_and_scopes_are_told_apart() {
    let api = StubApi::start();
    let guard = |asked: Value, _: Context| async move {
        Ok(match asked["transition"]["to"].as_str() {
            Some("done") => Guard::deny("Nobody has reviewed this."),
            Some("review") => Guard::pending("Wait for a review."),
            _ => Guard::allow(),
        })
    };
    let sync = |call: Value, _: Context| async move {
        Ok(ActionResult::success().message(format!("Synced {}", call["input"]["count"])))
    };
    let service = extension(&api.url())
        .guard("workflow.before_transition", "v1", guard)
        .action("sync", sync)
        .register("issue.created", "v1", ["issues.read"], told)
        .into_service()
        .unwrap();
    let ask = async |to: &str| {
        let asked = Delivery::new("workflow.before_transition", "v1").set("/transition/to", to);
        api.deliver(&service, &asked).await
    };
    ask("open").await.assert_allowed();
    ask("review").await.assert_pending();
    ask("done").await.assert_denied();
    let call = Delivery::action("sync").set("/input", json!({ "count": 3 }));
    let said = api.deliver(&service, &call).await.assert_action_succeeded();
    assert_eq!(said.message.as_deref(), Some("Synced 3"));

    api.deliver(&service, &delivery()).await.assert_status(403);
    api.deliver(&service, &delivery().scopes(["issues.read"])).await.assert_delivered();
}

async fn logs(payload: Value, context: Context) -> Result {
    let data = json!({ "title": payload["issue"]["title"] });
    context.endpoints().log_event("seen", data).await?;
    Ok(())
}

async fn keeps(_payload: Value, context: Context) -> Result {
    context.secrets().set("WEBHOOK_TOKEN", "abc123").await?;
    Ok(())
}

fn logging(api: &StubApi) -> ExtensionService {
    extension(&api.url()).webhook("issue.created", "v1", logs).into_service().unwrap()
}

#[tokio::test]
async fn what_kiket_says_reaches_the_caller() {
    let api = StubApi::start();
    let service = logging(&api);
    api.deliver(&service, &delivery()).await.assert_delivered();
    api.assert_logged("seen", &json!({ "title": "Restore checkout webhooks" }));

    api.on("POST", EVENTS).rate_limit(60);
    api.deliver(&service, &delivery()).await.assert_status(429).assert_retry_after(60);
    api.on("POST", EVENTS).fail(422);
    api.deliver(&service, &delivery()).await.assert_permanent();
    api.on("POST", EVENTS).hang_up();
    api.deliver(&service, &delivery()).await.assert_retryable();
    api.on("POST", EVENTS).hang();
    let hasty = delivery().timeout(Duration::from_millis(300));
    api.deliver(&service, &hasty).await.assert_status(503).assert_retry_after(1);
    api.on("POST", EVENTS).answer(201, json!({ "ok": true }));
    api.deliver(&service, &delivery()).await.assert_delivered();
}

#[tokio::test]
async fn an_expired_token_is_a_failure_for_now() {
    let api = StubApi::start();
    api.expire_tokens();
    let answer = api.deliver(&logging(&api), &delivery()).await;
    answer.assert_retryable();
    assert_eq!(api.assert_called("POST", EVENTS).status(), Some(401));
}

#[tokio::test]
async fn a_served_extension_and_one_without_a_socket_answer_alike() {
    let api = StubApi::start();
    let service = logging(&api);
    let served = serve(service.clone()).await;
    let (near, far) = (delivery(), delivery());
    let near = api.deliver(&service, &near).await;
    let far = api.deliver_to(&served.url(), &far).await;
    assert_eq!((near.status(), near.body()), (far.status(), far.body()));
    api.assert_called_times(2, "POST", EVENTS);
}

/// What `assert_idempotent` says of an extension.
async fn verdict(
    make: impl Fn(&str) -> Extension + Send + 'static,
) -> std::result::Result<(), String> {
    let api = StubApi::start();
    let url = api.url();
    let check = async move {
        let make = move || make(&url).into_service().unwrap();
        assert_idempotent(&api, make, &delivery()).await;
    };
    match tokio::spawn(check).await {
        Ok(()) => Ok(()),
        Err(failed) => Err(*failed.into_panic().downcast::<String>().unwrap()),
    }
}

#[tokio::test]
async fn storing_the_same_value_bears_every_way() {
    verdict(|url| extension(url).webhook("issue.created", "v1", keeps)).await.unwrap();
}

#[tokio::test]
async fn what_is_logged_again_with_the_same_content_counts_once_even_without_a_memory() {
    let make = |url: &str| extension(url).effectively_once(EffectivelyOnce::Off);
    verdict(move |url| make(url).webhook("issue.created", "v1", logs)).await.unwrap();
}

#[tokio::test]
async fn without_a_memory_what_is_made_anew_each_time_is_logged_twice() {
    let made = Arc::new(AtomicU64::new(0));
    let said = verdict(move |url| {
        let (extension, made) =
            (extension(url).effectively_once(EffectivelyOnce::Off), made.clone());
        extension.webhook("issue.created", "v1", move |_: Value, context: Context| {
            let number = made.fetch_add(1, Relaxed);
            async move {
                context.endpoints().log_event("seen", json!({ "number": number })).await?;
                Ok(())
            }
        })
    });
    let said = said.await.unwrap_err();
    assert!(said.contains("delivered twice in a row"), "{said}");
}

#[tokio::test]
async fn a_handler_that_fails_halfway_and_runs_again_adds_nothing_twice() {
    let api = StubApi::start();
    api.on("PATCH", "/api/v1/ext/custom_data/m/t/1").fail(500).times(1);
    let service = extension(&api.url())
        .webhook("issue.created", "v1", async |_: Value, context: Context| {
            for part in ["first", "second", "second"] {
                context.endpoints().log_event("crm.synced", json!({ "part": part })).await?;
            }
            context.endpoints().custom_data(27).update("m", "t", 1, json!({ "a": 1 })).await?;
            let later = context.clone();
            context.background(async move {
                let endpoints = later.endpoints();
                endpoints.log_event("crm.synced", json!({ "part": "second" })).await?;
                Ok(())
            })?;
            Ok(())
        })
        .into_service()
        .unwrap();
    assert_eq!(api.put_record("m", "t", serde_json::Map::new()), 1);
    let delivery = delivery().permissions(["custom_data.write"]);
    api.deliver(&service, &delivery).await.assert_retryable();
    api.deliver(&service, &delivery.clone().attempt(2)).await.assert_delivered();
    assert_eq!(service.finish(Duration::from_secs(5)).await, 0);
    let keys: Vec<String> = api
        .calls_of("POST", EVENTS)
        .iter()
        .map(|call| call.idempotency_key().expect("a key").to_owned())
        .collect();
    assert_eq!(keys.len(), 7);
    assert_eq!(keys[..3], keys[3..6]);
    let different: BTreeSet<&String> = keys.iter().collect();
    assert_eq!(different.len(), 4, "the same was logged by the handler and after it: {keys:?}");
}
