//! An extension as an AWS Lambda function: the program itself, against a stand-in for Lambda.

mod events;
mod runtime;

use std::time::{Duration, Instant};

use kiket_sdk::prelude::*;
use serde_json::{Value, json};

use crate::child::Process;
use crate::control::{CONTROL, Control, tell};
use crate::program::extension;
use events::Sent;
use runtime::Runtime;

const ID: &str = "01936f5e-0000-7000-8000-000000000001";
const NO_ENVIRONMENT: &str = "KIKET_TEST_NO_ENVIRONMENT";
const FEEDBACK: &str = "KIKET_TEST_FEEDBACK";
/// What Lambda gives a function here, unless a test says otherwise.
const TIME: Duration = Duration::from_secs(30);

/// The program. Its handler does what the payload's `does` says.
pub(crate) async fn function() {
    async fn call(payload: Value, context: Context) -> Result<Value> {
        match payload["does"].as_str() {
            Some("background") => context.background(async {
                tell("background").await?;
                Ok(())
            })?,
            Some("wait") => drop(tell("waits").await?),
            _ => {}
        }
        Ok(json!({ "handled": payload["issue"], "version": context.event_version() }))
    }
    let extension = extension().webhook("issue.created", "v1", call);
    let extension = match std::env::var_os(FEEDBACK) {
        None => extension,
        Some(_) => extension.async_feedback_hook(async |record| {
            tell(&format!("feedback of {}", record.event)).await?;
            Ok(())
        }),
    };
    let extension = match std::env::var_os(NO_ENVIRONMENT) {
        Some(_) => extension,
        None => extension.environment(|name| std::env::var(name).ok()),
    };
    extension.run_lambda().await.unwrap();
}

struct Function {
    process: Process,
    runtime: Runtime,
    control: Control,
}

async fn start() -> Function {
    start_with(&[]).await
}

async fn start_with(more: &[(&str, &str)]) -> Function {
    let (runtime, control) = (Runtime::start().await, Control::new().await);
    let (api, address) = (runtime.address.to_string(), control.address.to_string());
    let mut variables = vec![(CONTROL, &*address), (NO_ENVIRONMENT, "1")];
    variables.extend([
        ("AWS_LAMBDA_RUNTIME_API", &*api),
        ("AWS_LAMBDA_FUNCTION_NAME", "crm"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
    ]);
    variables.extend(more);
    Function { process: Process::start("lambda", &variables), runtime, control }
}

/// The body of an answer as Lambda got it.
fn body(answer: &Value) -> Value {
    assert_eq!(answer["isBase64Encoded"], false, "{answer}");
    serde_json::from_str(answer["body"].as_str().unwrap()).unwrap()
}

fn is_late(answer: &Value) {
    assert_eq!(
        (&answer["statusCode"], &body(answer)["code"]),
        (&json!(503), &json!("deadline_exceeded"))
    );
}

#[tokio::test]
async fn every_source_of_events_gets_its_answer() {
    let mut function = start().await;
    for (number, event) in events::SOURCES.iter().enumerate() {
        for is_base64 in [false, true] {
            let issue = format!("Ümlaut {number} {is_base64}");
            let sent = Sent::signed(&json!({ "issue": issue }));
            let answer = function.runtime.invoke(event(&sent.base64(is_base64)), TIME).await;
            assert_eq!(answer["statusCode"], 200, "{number}: {answer}");
            assert_eq!(body(&answer), json!({ "handled": issue, "version": "v1" }), "{number}");
            let content = &answer["headers"]["content-type"];
            let contents = &answer["multiValueHeaders"]["content-type"];
            assert!(*content == "application/json" || *contents == json!(["application/json"]));
        }
        let forged = Sent::signed(&json!({})).text(r#"{"issue":"forged"}"#);
        let answer = function.runtime.invoke(event(&forged), TIME).await;
        assert_eq!(answer["statusCode"], 401, "{number}: {answer}");
        let answer = function.runtime.invoke(event(&Sent::get("/health")), TIME).await;
        assert_eq!(body(&answer)["extension_id"], "com.example.crm", "{number}: {answer}");
        let answer = function.runtime.invoke(event(&Sent::get("/readyz")), TIME).await;
        assert_eq!(body(&answer), json!({ "status": "ready" }), "{number}: {answer}");
    }
}

#[tokio::test]
async fn under_another_prefix_and_with_a_query_the_delivery_is_found() {
    let mut function = start().await;
    for event in events::SOURCES {
        let by_header = Sent::signed(&json!({}))
            .path("/base")
            .header("x-kiket-event", "issue.created")
            .header("x-kiket-event-version", "1");
        let answer = function.runtime.invoke(event(&by_header), TIME).await;
        assert_eq!(answer["statusCode"], 200, "{answer}");
        let by_query = Sent::signed(&json!({})).path("/webhooks/issue.created").query("version=v1");
        let answer = function.runtime.invoke(event(&by_query), TIME).await;
        assert_eq!(answer["statusCode"], 200, "{answer}");
    }
}

#[tokio::test]
async fn the_answer_waits_for_background_work() {
    let mut function = start().await;
    for issue in 0..2 {
        let sent = Sent::signed(&json!({ "does": "background", "issue": issue }));
        function.runtime.send(events::function_url(&sent), TIME);
        let work = function.control.next().await;
        assert_eq!(work.line, "background");
        function.runtime.is_silent_for(Duration::from_millis(300)).await;
        work.reply("done").await;
        assert_eq!(function.runtime.answer().await["statusCode"], 200);
    }
}

#[tokio::test]
async fn the_answer_waits_for_the_record_of_the_call_though_not_for_long() {
    let mut function = start_with(&[(FEEDBACK, "1")]).await;
    let sent = Sent::signed(&json!({ "issue": 1 }));
    function.runtime.send(events::function_url(&sent), TIME);
    let record = function.control.next().await;
    assert_eq!(record.line, "feedback of issue.created");
    function.runtime.is_silent_for(Duration::from_millis(100)).await;
    record.reply("taken").await;
    assert_eq!(function.runtime.answer().await["statusCode"], 200);

    // A hook that never ends holds up no answer.
    let sent = Sent::signed(&json!({ "issue": 2 }));
    function.runtime.send(events::function_url(&sent), TIME);
    let hanging = function.control.next().await;
    assert_eq!(function.runtime.answer().await["statusCode"], 200);
    drop(hanging);
}

#[tokio::test]
async fn background_work_is_dropped_when_the_functions_time_ends() {
    let mut function = start().await;
    let sent = Sent::signed(&json!({ "does": "background" }));
    function.runtime.send(events::function_url(&sent), Duration::from_secs(1));
    let work = function.control.next().await;
    let answer = function.runtime.answer().await;
    assert_eq!(answer["statusCode"], 200, "{answer}");
    work.hang_up().await;
    let log = function.process.log().await;
    assert!(log.contains("before the background work did"), "{log}");
}

#[tokio::test]
async fn a_late_handler_is_dropped_at_its_deadline_and_the_retry_runs() {
    let mut function = start().await;
    let late = json!({ "does": "wait", "delivery": { "id": ID, "timeout_ms": 500 } });
    let start = Instant::now();
    function.runtime.send(events::function_url(&Sent::signed(&late)), TIME);
    let waiting = function.control.next().await;
    let answer = function.runtime.answer().await;
    is_late(&answer);
    assert!(start.elapsed() < TIME / 3, "{:?}", start.elapsed());
    waiting.hang_up().await;
    let retry = Sent::signed(&json!({ "issue": 7, "delivery": { "id": ID } }));
    let answer = function.runtime.invoke(events::function_url(&retry), TIME).await;
    assert_eq!(body(&answer)["handled"], 7, "{answer}");
}

#[tokio::test]
async fn there_is_an_answer_before_the_functions_time_ends() {
    let mut function = start().await;
    let slow = json!({ "does": "wait", "delivery": { "id": ID } });
    function.runtime.send(events::function_url(&Sent::signed(&slow)), Duration::from_secs(1));
    let waiting = function.control.next().await;
    let answer = function.runtime.answer().await;
    is_late(&answer);
    waiting.hang_up().await;
    let retry = Sent::signed(&json!({ "issue": 7, "delivery": { "id": ID } }));
    let answer = function.runtime.invoke(events::function_url(&retry), TIME).await;
    assert_eq!(body(&answer)["handled"], 7, "{answer}");
}

#[tokio::test]
async fn it_describes_itself_without_lambda_and_without_a_secret() {
    let mut process = Process::start("lambda", &[("KIKET_DESCRIBE", "1")]);
    let (out, _) = process.output().await;
    let (from, to) = (out.find('{').unwrap(), out.rfind('}').unwrap());
    let described: Value = serde_json::from_str(&out[from..=to]).unwrap();
    assert_eq!(described["handlers"][0]["event"], "issue.created");
}

#[tokio::test]
async fn elsewhere_it_says_that_this_is_not_lambda() {
    let mut process = Process::start("lambda", &[]);
    let (_, log) = process.output().await;
    assert!(log.contains("this is not AWS Lambda: `AWS_LAMBDA_RUNTIME_API` is not set"), "{log}");
}
