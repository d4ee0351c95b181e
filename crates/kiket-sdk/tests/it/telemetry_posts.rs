//! Records that are posted to an address for telemetry.

use std::time::Duration;

use kiket_sdk::Error;
use kiket_sdk::prelude::*;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::log::Log;
use crate::program::{Program, SECRET, extension};
use crate::stub::Stub;

const ID: &str = "01936f5e-0000-7000-8000-000000000001";
const ROOM: usize = 1024;

async fn ends_as_asked(payload: Value, context: Context) -> Result {
    match payload["fails_with"].as_str() {
        Some("a secret") => {
            let token = context.secret("TOKEN").or_permanent(422, "no token")?;
            let error = format!("GET https://crm/?token={}: refused", token.expose());
            Err(HandlerError::internal(error))
        }
        Some(message) => Err(HandlerError::permanent(422, message.to_owned())),
        None => Ok(()),
    }
}

async fn serving(extension: Extension) -> Program {
    Program::serving(extension.webhook("issue.created", "v1", ends_as_asked)).await
}

#[tokio::test]
async fn each_record_is_one_post_over_a_kept_connection_with_every_field() {
    let mut sink = Stub::answering(&["202 Accepted"]).await;
    let extension = extension().extension_version("1.2.3").telemetry_url(sink.url());
    let program = serving(extension).await;
    program.deliver(&json!({ "delivery": { "id": ID } })).await;
    let first = sink.call().await;
    assert_eq!(first.target(), "POST /telemetry");
    assert_eq!(first.header("content-type"), Some("application/json"));
    let mut record = first.json();
    assert!(record["duration_ms"].take().as_f64().unwrap() > 0.0);
    assert_eq!(
        record,
        json!({
            "event": "issue.created",
            "version": "v1",
            "status": "ok",
            "duration_ms": null,
            "timestamp": "2025-11-21T10:00:00Z",
            "extension_id": "com.example.crm",
            "extension_version": "1.2.3",
            "error_message": null,
            "error_class": null,
            "delivery_id": ID,
            "metadata": {},
        })
    );
    program.deliver(&json!({ "fails_with": "no such project" })).await;
    let second = sink.call().await.json();
    program.stop().await.unwrap();
    let failure = [&second["status"], &second["error_class"], &second["error_message"]];
    assert_eq!(failure, ["error", "permanent", "no such project"]);
    assert_eq!(sink.connections(), 1);
}

/// Rules out telemetry that is on unless it is turned off.
#[tokio::test]
async fn no_record_leaves_the_program_unasked() {
    let mut platform = Stub::answering(&["200 OK"]).await;
    let program = serving(extension().base_url(platform.url())).await;
    assert_eq!(program.deliver(&json!({})).await.status, 200);
    program.stop().await.unwrap();
    assert!(!platform.was_called());
}

/// Rules out telemetry without a credential, in the name of any extension, and a token that goes
/// to another address than the API's.
#[tokio::test]
async fn only_kikets_own_address_sees_the_runtime_token() {
    let delivery = json!({ "authentication": { "runtime_token": "rt_1" } });
    let mut platform = Stub::answering(&["200 OK"]).await;
    let own = extension().base_url(platform.url()).telemetry_enabled(true);
    let program = serving(own).await;
    program.deliver(&delivery).await;
    let call = platform.call().await;
    assert_eq!(call.target(), "POST /api/v1/ext/telemetry");
    assert_eq!(call.header("x-kiket-runtime-token"), Some("rt_1"));

    let mut elsewhere = Stub::answering(&["200 OK"]).await;
    let url = format!("{}/api/v1/ext/telemetry", elsewhere.url());
    let other = extension().base_url(platform.url()).telemetry_url(url);
    serving(other).await.deliver(&delivery).await;
    let call = elsewhere.call().await;
    assert_eq!(call.target(), "POST /api/v1/ext/telemetry");
    assert!(!call.head.contains("rt_1"), "{}", call.head);
}

/// Rules out an address that is only there when another variable, such as a key, is set too.
#[tokio::test]
async fn the_address_is_the_programs_then_the_environments() {
    let (mut first, mut second) = (Stub::answering(&["200 OK"]).await, Stub::silent().await);
    for (written, variable, dev) in [
        (Some(format!("{}/a/", first.url())), Some(second.url()), false),
        (Some(String::new()), Some(format!("{}/a/telemetry", first.url())), false),
        (Some(second.url()), Some(format!("{}/a", first.url())), true),
    ] {
        let environment = move |name: &str| match name {
            "KIKET_SDK_TELEMETRY_URL" => variable.clone(),
            "KIKET_DEV" => dev.then(|| "1".to_owned()),
            _ => None,
        };
        let mut extension = extension().environment(environment);
        if let Some(written) = written {
            extension = extension.telemetry_url(written);
        }
        let program = serving(extension).await;
        program.deliver(&json!({})).await;
        assert_eq!(first.call().await.target(), "POST /a/telemetry");
        assert!(!second.was_called());
    }
}

#[tokio::test]
async fn opting_out_stops_hook_and_posts() {
    let mut sink = Stub::answering(&["200 OK"]).await;
    for out in [None, Some("1"), Some("true"), Some("YES"), Some("on ")] {
        let environment = move |name: &str| {
            out.filter(|_| name == "KIKET_SDK_TELEMETRY_OPTOUT").map(str::to_owned)
        };
        let extension = extension()
            .environment(environment)
            .telemetry_url(sink.url())
            .telemetry_enabled(out.is_some())
            .feedback_hook(|_| panic!("nobody wants records"));
        let log = Log::collect();
        let program = serving(extension).await;
        program.deliver(&json!({})).await;
        program.stop().await.unwrap();
        assert!(!log.text().contains("feedback hook"), "{out:?}: {}", log.text());
    }
    assert!(!sink.was_called());
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_may_pass_is_tried_again_and_another_is_not() {
    let log = Log::collect();
    let mut sink = Stub::answering(&["503 Busy", "429 Slow\r\nretry-after: 4", "200 OK"]).await;
    let program = serving(extension().telemetry_url(sink.url())).await;
    let start = Instant::now();
    program.deliver(&json!({})).await;
    let body = sink.call().await.body;
    for _ in 0..2 {
        assert_eq!(sink.call().await.body, body);
    }
    assert!(start.elapsed() >= Duration::from_secs(4));
    assert!(!log.text().contains("is lost"), "{}", log.text());

    let mut sink = Stub::answering(&["422 No", "200 OK"]).await;
    let program = serving(extension().telemetry_url(sink.url())).await;
    program.deliver(&json!({})).await;
    sink.call().await;
    program.deliver(&json!({ "fails_with": "second" })).await;
    assert_eq!(sink.call().await.json()["error_message"], "second");
    assert!(
        log.text().contains("is lost: Kiket's API answered POST /telemetry with 422"),
        "{}",
        log.text()
    );
}

/// Rules out that one request to wait stops every record for as long as the address likes.
#[tokio::test(start_paused = true)]
async fn an_address_that_asks_to_wait_long_is_asked_again_before() {
    let mut sink = Stub::answering(&["503 Busy\r\nretry-after: 3600", "200 OK"]).await;
    let program = serving(extension().telemetry_url(sink.url())).await;
    let start = Instant::now();
    program.deliver(&json!({})).await;
    let body = sink.call().await.body;
    assert_eq!(sink.call().await.body, body);
    assert!((5..60).contains(&start.elapsed().as_secs()), "{:?}", start.elapsed());
}

/// Rules out that one record at a time is on its way, and others are lost behind it.
#[tokio::test]
async fn several_records_are_on_their_way_at_once() {
    let mut sink = Stub::silent().await;
    let program = serving(extension().telemetry_url(sink.url())).await;
    for number in 0..8 {
        program.deliver(&json!({ "number": number })).await;
    }
    for _ in 0..8 {
        sink.call().await;
    }
    assert_eq!(sink.connections(), 8);
}

/// Rules out that the answer waits for the address, that records pile up in memory, and that the
/// end waits for ever.
#[tokio::test]
async fn an_address_that_hangs_holds_up_nothing_and_what_it_costs_is_bounded() {
    let log = Log::collect();
    let mut sink = Stub::silent().await;
    let program = serving(extension().telemetry_url(sink.url())).await;
    for number in 0..ROOM + 16 {
        assert_eq!(program.deliver(&json!({ "number": number })).await.status, 200);
    }
    sink.call().await;
    assert!(log.text().contains("is lost: there is no room for more"), "{}", log.text());

    // Time goes on in leaps from here: to whatever is waited for.
    tokio::time::pause();
    let start = Instant::now();
    program.stop().await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    assert!(log.text().contains("stopped without all records"), "{}", log.text());
}

#[tokio::test(start_paused = true)]
async fn an_address_that_has_vanished_costs_the_record_and_nothing_else() {
    let log = Log::collect();
    let gone = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    let program = serving(extension().telemetry_url(format!("http://{gone}"))).await;
    assert_eq!(program.deliver(&json!({})).await.status, 200);
    program.stop().await.unwrap();
    assert!(log.text().contains("is lost: can not reach"), "{}", log.text());
}

/// Rules out that a redirect takes records, or a token with them, to another host.
#[tokio::test]
async fn a_redirect_is_not_followed() {
    let mut elsewhere = Stub::answering(&["200 OK"]).await;
    let location = elsewhere.url();
    let mut sink = Stub::new(move |_, _| {
        Some((format!("307 Elsewhere\r\nlocation: {location}"), String::new()))
    })
    .await;
    let program = serving(extension().telemetry_url(sink.url())).await;
    program.deliver(&json!({})).await;
    program.stop().await.unwrap();
    sink.call().await;
    assert!(!sink.was_called() && !elsewhere.was_called());
}

/// Rules out records that cross a network in the clear.
#[tokio::test]
async fn an_address_without_tls_is_refused_unless_it_is_this_machine() {
    let error = extension().telemetry_url("http://telemetry.example.com").into_service();
    let error = error.expect_err("a refusal");
    assert!(matches!(error, Error::TelemetryUrl(_)), "{error:?}");
    let text = format!("{error:?}");
    assert!(text.contains("KIKET_SDK_TELEMETRY_URL") && text.contains("https"), "{text}");
}

/// Rules out error texts that carry credentials to whoever collects telemetry, and to the log.
#[tokio::test]
async fn no_record_and_no_line_of_the_log_shows_a_secret_of_the_delivery() {
    let log = Log::collect();
    let mut sink = Stub::answering(&["200 OK"]).await;
    let program = serving(extension().telemetry_url(sink.url())).await;
    let body = json!({
        "fails_with": "a secret",
        "secrets": { "TOKEN": "xoxb-123" },
        "authentication": { "runtime_token": "rt_1" },
    });
    assert_eq!(program.deliver(&body).await.status, 500);
    let record = sink.call().await.json();
    assert_eq!(record["error_message"], "GET https://crm/?token=[secret]: refused");
    assert!(log.text().contains("?token=[secret]"), "{}", log.text());
    assert!(!log.text().contains("xoxb") && !log.text().contains(SECRET), "{}", log.text());

    let mut body = body;
    body["fails_with"] = "the token rt_1 is old".into();
    program.deliver(&body).await;
    assert_eq!(sink.call().await.json()["error_message"], "the token [secret] is old");
}

/// Every secret that a handler can get or store, one after the other, in the error that follows.
async fn asks_with_a_secret(payload: Value, context: Context) -> Result {
    let secrets = context.secrets();
    let secret = match payload["of"].as_str().unwrap_or_default() {
        "environment" => context.secret("UNDECLARED").or_permanent(422, "none")?,
        "kiket" => secrets.get("STORED").await?.or_permanent(422, "none")?,
        "variable" => secrets.get("API_TOKEN").await?.or_permanent(422, "none")?,
        what @ ("set" | "rotate") => {
            let value = Secret::from(format!("new-{what}"));
            match what {
                "set" => secrets.set("STORED", value.clone()).await?,
                _ => secrets.rotate("STORED", value.clone()).await?,
            }
            value
        }
        "workspace" => "wk_own".into(),
        _ => "kk_own".into(),
    };
    let error = format!("GET https://crm/?token={}: refused", secret.expose());
    if payload["later"] == true {
        context.background(async move { Err(HandlerError::internal(error)) })?;
        return Ok(());
    }
    Err(HandlerError::internal(error))
}

fn variables(name: &str) -> Option<String> {
    let value = match name {
        "UNDECLARED" => "from-environment",
        "KIKET_SECRET_API_TOKEN" => "from-variable",
        "KIKET_WORKSPACE_TOKEN" => "wk_own",
        "KIKET_EXTENSION_API_KEY" => "kk_own",
        _ => return None,
    };
    Some(value.to_owned())
}

const SHOWN: [&str; 6] =
    ["from-environment", "from-variable", "from-kiket", "new-", "wk_own", "kk_own"];

/// Rules out error texts with secrets that no delivery brought and no manifest declares.
#[tokio::test]
async fn no_record_and_no_line_of_the_log_shows_a_secret_that_the_handler_got_or_stored() {
    let log = Log::collect();
    let platform = Stub::new(|_, _| Some(("200 OK".into(), r#"{"value":"from-kiket"}"#.into())));
    let (platform, mut sink) = (platform.await, Stub::answering(&["200 OK"]).await);
    let extension = extension().environment(variables).base_url(platform.url());
    let extension = extension.webhook("issue.created", "v1", asks_with_a_secret);
    let program = Program::serving(extension.telemetry_url(sink.url())).await;
    for of in ["environment", "kiket", "variable", "set", "rotate", "workspace", "key"] {
        program.deliver(&json!({ "of": of })).await;
        let record = sink.call().await.json();
        assert_eq!(record["error_message"], "GET https://crm/?token=[secret]: refused", "{of}");
    }
    let text = log.text();
    assert!(text.contains("?token=[secret]"), "{text}");
    assert!(SHOWN.iter().all(|secret| !text.contains(secret)), "{text}");
}

/// Rules out that work in the background logs what a handler would not.
#[tokio::test]
async fn the_log_of_background_work_shows_no_secret_either() {
    let log = Log::collect();
    let platform = Stub::new(|_, _| Some(("200 OK".into(), r#"{"value":"from-kiket"}"#.into())));
    let extension = extension().environment(variables).base_url(platform.await.url());
    let extension = extension.webhook("issue.created", "v1", asks_with_a_secret);
    let program = Program::serving(extension).await;
    for of in ["environment", "kiket", "set", "workspace", "key"] {
        let answer = program.deliver(&json!({ "of": of, "later": true })).await;
        assert_eq!(answer.status, 200, "{of}");
    }
    program.stop().await.unwrap();
    let text = log.text();
    let expected = "background work failed: GET https://crm/?token=[secret]: refused";
    assert_eq!(text.matches(expected).count(), 5, "{text}");
    assert!(SHOWN.iter().all(|secret| !text.contains(secret)), "{text}");
}

#[tokio::test]
async fn a_long_failure_is_cut() {
    let mut sink = Stub::answering(&["200 OK"]).await;
    let program = serving(extension().telemetry_url(sink.url())).await;
    program.deliver(&json!({ "fails_with": "é".repeat(10_000) })).await;
    let record = sink.call().await.json();
    assert_eq!(record["error_message"].as_str().unwrap().len(), 1024);
}
