//! Handlers that are declared with an attribute.

use kiket_sdk::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::program::{Program, extension};
use crate::wire::Request;

#[derive(Deserialize)]
struct Payload {
    number: u32,
}

#[webhook("doubled", version = "v1")]
async fn double(payload: Payload, context: Context) -> Result<Value> {
    Ok(json!({ "number": payload.number * 2, "event": context.event() }))
}

mod apart {
    use kiket_sdk::prelude::*;

    #[webhook("guarded", version = "v2", required_scopes = ["issues.read", "issues.write"])]
    pub(crate) async fn scoped(_payload: serde_json::Value, _context: Context) -> Result {
        Ok(())
    }

    #[webhook("never", version = "v1")]
    #[cfg(any())]
    async fn left_out(_payload: serde_json::Value, _context: Context) -> Result {
        Ok(())
    }
}

use apart::scoped as renamed;

#[tokio::test]
async fn loaded_handlers_are_served() {
    #[webhook("nested", version = "v1")]
    async fn nested(_payload: Value, _context: Context) -> Result<&'static str> {
        Ok("nested")
    }
    let program = Program::serving(extension().load(handlers![double, renamed, nested,])).await;

    let request = Request::signed(r#"{"number":4}"#).path("/v/1/webhooks/doubled");
    assert_eq!(program.send(&request).await.json(), json!({ "number": 8, "event": "doubled" }));
    let request = Request::signed("{}").path("/v/v2/webhooks/guarded");
    let answer = program.send(&request).await;
    assert_eq!(answer.status, 403);
    assert_eq!(answer.json()["missing_scopes"], json!(["issues.read", "issues.write"]));
    let request = Request::signed("{}").path("/v/v1/webhooks/nested");
    assert_eq!(program.send(&request).await.json(), json!("nested"));
}

#[tokio::test]
async fn a_declared_handler_is_still_a_function() {
    let answer = double(Payload { number: 21 }, Context::for_test()).await.unwrap();
    assert_eq!(answer["number"], 42);
}

#[tokio::test]
async fn a_second_load_of_a_handler_names_this_file() {
    let twice = extension().load(handlers![double, double]);
    let error = twice.bind("127.0.0.1:0").await.unwrap_err();
    assert_eq!(error.to_string().matches("tests/it/attributes.rs:").count(), 2, "{error}");
}

#[test]
fn no_handlers_are_a_list_too() {
    let _ = extension().load(handlers![]);
}
