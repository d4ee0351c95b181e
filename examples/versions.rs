//! How do I handle two versions of an event? With a handler for each. `1` and `v1` are the same.

use kiket_sdk::prelude::*;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct First {
    issue: Titled,
}

#[derive(Deserialize)]
struct Titled {
    title: String,
}

#[webhook("issue.created", version = "v1")]
async fn first(payload: First, _context: Context) -> Result<Value> {
    Ok(json!({ "title": payload.issue.title }))
}

#[derive(Deserialize)]
struct Second {
    issue: Labelled,
}

#[derive(Deserialize)]
struct Labelled {
    title: String,
    #[serde(default)]
    labels: Vec<String>,
}

#[webhook("issue.created", version = "v2")]
async fn second(payload: Second, context: Context) -> Result<Value> {
    let Labelled { title, labels } = payload.issue;
    Ok(json!({ "title": title, "labels": labels, "version": context.event_version() }))
}

#[tokio::main]
async fn main() -> Result<(), kiket_sdk::Error> {
    Extension::new("com.example.versions").load(handlers![first, second]).run("0.0.0.0:8080").await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_version_has_a_type_of_its_own() {
        let issue = json!({ "issue": { "title": "Checkout is down", "labels": ["urgent"] } });
        let old = first(serde_json::from_value(issue.clone()).unwrap(), Context::for_test());
        assert_eq!(old.await.unwrap(), json!({ "title": "Checkout is down" }));
        let new = second(serde_json::from_value(issue).unwrap(), Context::for_test());
        assert_eq!(new.await.unwrap()["labels"], json!(["urgent"]));
    }
}
