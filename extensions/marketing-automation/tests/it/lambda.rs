//! The same program as an AWS Lambda function, with a stand-in for Lambda's runtime API.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::http::{HeaderName, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use http_body_util::BodyExt;
use kiket_testkit::{DELIVERY_SECRET, Delivery, Served, StubApi, serve};
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;

use crate::{Running, program};

const PATIENCE: Duration = Duration::from_secs(30);

/// Lambda: invocations go in, and their answers come out.
struct Lambda {
    served: Served,
    invocations: UnboundedSender<Value>,
    answers: UnboundedReceiver<Value>,
}

impl Lambda {
    async fn start() -> Self {
        let (invocations, waiting) = unbounded_channel();
        let (answered, answers) = unbounded_channel();
        let waiting = Arc::new(Mutex::new(waiting));
        let next = move || {
            let waiting = Arc::clone(&waiting);
            async move { given(waiting.lock().await.recv().await.unwrap()) }
        };
        let taken = move |answer: String| async move {
            answered.send(serde_json::from_str(&answer).unwrap()).unwrap();
            StatusCode::ACCEPTED
        };
        let runtime = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(taken));
        Self { served: serve(runtime).await, invocations, answers }
    }

    fn address(&self) -> String {
        self.served.url().replace("http://", "")
    }

    async fn invoke(&mut self, event: Value) -> Value {
        self.invocations.send(event).unwrap();
        timeout(PATIENCE, self.answers.recv()).await.unwrap().unwrap()
    }
}

/// An invocation, with what Lambda says of it.
fn given(event: Value) -> ([(HeaderName, String); 3], Json<Value>) {
    let end = SystemTime::now() + Duration::from_secs(30);
    let end = end.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis();
    let headers = [
        ("lambda-runtime-aws-request-id", "1".to_owned()),
        ("lambda-runtime-deadline-ms", end.to_string()),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-west-1:1:function:x".to_owned()),
    ];
    (headers.map(|(name, value)| (HeaderName::from_static(name), value)), Json(event))
}

/// A delivery as a function URL hands it over.
async fn event(delivery: &Delivery) -> Value {
    let (parts, body) = delivery.request().into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let headers: serde_json::Map<_, _> = parts
        .headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), json!(value.to_str().unwrap())))
        .collect();
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": parts.uri.path(),
        "rawQueryString": "",
        "headers": headers,
        "requestContext": {
            "accountId": "123456789012", "apiId": "abc123", "domainName": "abc123.example.com",
            "domainPrefix": "abc123", "requestId": "1", "routeKey": "$default",
            "stage": "$default", "time": "21/Nov/2025:10:00:00 +0000", "timeEpoch": 1,
            "http": {
                "method": "POST", "path": parts.uri.path(), "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1", "userAgent": "kiket",
            },
        },
        "body": String::from_utf8(body.to_vec()).unwrap(),
        "isBase64Encoded": false,
    })
}

#[tokio::test]
async fn on_lambda_it_answers_invocations_and_calls_back() {
    let (mut lambda, api) = (Lambda::start().await, StubApi::start());
    let mut command = program();
    command
        .env("KIKET_BASE_URL", api.url())
        .env("KIKET_WEBHOOK_SECRET", DELIVERY_SECRET)
        .env("AWS_LAMBDA_RUNTIME_API", lambda.address())
        .env("AWS_LAMBDA_FUNCTION_NAME", "marketing-automation")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST");
    let _running = Running(command.spawn().unwrap());

    let delivery = Delivery::new("issue.created", "v1").base_url(api.url());
    let answer = lambda.invoke(event(&delivery).await).await;
    assert_eq!(answer["statusCode"], 200, "{answer}");
    api.assert_logged("issue.created", &json!({}));
}
