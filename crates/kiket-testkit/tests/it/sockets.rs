//! Over a socket, the same requests come and the same answers go.

use axum::extract::Path;
use axum::http::{HeaderMap, Uri};
use axum::routing::post;
use axum::{Json, Router};
use kiket_contract::header;
use kiket_testkit::{Delivery, serve};
use serde_json::json;

fn telling() -> Router {
    let tell = async |uri: Uri, headers: HeaderMap, body: String| {
        let invocation = headers[header::INVOCATION].to_str().unwrap().to_owned();
        Json(json!({ "path": uri.path(), "invocation": invocation, "bytes": body.len() }))
    };
    Router::new().fallback(post(tell))
}

#[tokio::test]
async fn a_served_service_answers_as_it_does_without_a_socket() {
    let served = serve(telling()).await;
    let delivery = Delivery::new("issue.created", "v1").attempt(2);
    let over_a_socket = delivery.post_to(&served.url()).await;
    over_a_socket.assert_delivered().assert_json(&json!({
        "path": "/v/v1/webhooks/issue.created", "invocation": delivery.id().to_string(),
    }));
    assert_eq!(over_a_socket.json(), delivery.send_to(&telling()).await.json());
}

#[tokio::test]
async fn an_address_with_a_path_is_used_as_it_is() {
    let served = serve(telling()).await;
    let answer =
        Delivery::new("issue.created", "v1").post_to(&format!("{}/kiket?a=b", served.url())).await;
    answer.assert_json(&json!({ "path": "/kiket" }));
}

#[tokio::test]
async fn a_service_that_wants_another_body_gets_it() {
    let request = Delivery::new("issue.created", "v1").request().map(axum::body::Body::new);
    let with_path = async |Path(event): Path<String>| event;
    let router = Router::new().route("/v/v1/webhooks/{event}", post(with_path));
    let answer = kiket_testkit::send(&router, request).await;
    assert_eq!(answer.body(), "issue.created");
}
