//! What if it takes longer than Kiket waits? A handler that is only slow needs nothing: the next
//! attempt gets its answer. Work of minutes goes on after the answer.

use std::time::Duration;

use kiket_sdk::prelude::*;
use serde_json::Value;

#[webhook("board.generated", version = "v1")]
async fn generated(board: Value, context: Context) -> Result<Value> {
    // Answered at once; finished before the program ends.
    context.background(async move { index(board, Duration::from_millis(20)).await })?;
    Ok(json!({ "accepted": true }))
}

#[webhook("issue.updated", version = "v1")]
async fn updated(issue: Value, context: Context) -> Result<Value> {
    // Stops when nobody waits any more, and says that it is to be called again.
    tokio::select! {
        indexed = index(issue, Duration::from_millis(20)) => indexed?,
        () = context.cancellation().cancelled() => {
            return Err(HandlerError::retryable("not indexed in time"));
        }
    }
    Ok(json!({ "indexed": true }))
}

async fn index(_document: Value, takes: Duration) -> Result {
    tokio::time::sleep(takes).await;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), kiket_sdk::Error> {
    Extension::new("com.example.search")
        .overrun(Duration::from_secs(60))
        .load(handlers![generated, updated])
        .run("0.0.0.0:8080")
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_answer_does_not_wait_for_the_index() {
        let answer = generated(json!({}), Context::for_test()).await.unwrap();
        assert_eq!(answer, json!({ "accepted": true }));
    }

    #[tokio::test]
    async fn indexing_stops_when_nobody_waits() {
        let context = Context::for_test();
        context.cancellation().cancel();
        let issue = json!({});
        let error = updated(issue, context).await.unwrap_err();
        assert_eq!(error.status(), 503);
    }
}
