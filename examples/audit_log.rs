//! How do I hear everything? With a fallback: it takes every event that no other handler takes.

use kiket_sdk::prelude::*;
use serde_json::Value;

async fn anything(payload: Value, context: Context) -> Result<Value> {
    let members = payload.as_object().map_or(0, serde_json::Map::len);
    Ok(json!({ "event": context.event(), "members": members }))
}

#[tokio::main]
async fn main() -> Result<(), kiket_sdk::Error> {
    Extension::new("com.example.audit").fallback(anything).run("0.0.0.0:8080").await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_payload_is_taken() {
        let answer = anything(json!({ "a": 1, "b": 2 }), Context::for_test()).await.unwrap();
        assert_eq!(answer, json!({ "event": "test", "members": 2 }));
    }
}
