//! An extension nested in an axum app.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use kiket_sdk::prelude::*;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::gate::Gate;
use crate::program::{echo, extension};
use crate::wire::{PATH, Request};

async fn serve(app: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

fn app(extension: Extension) -> Router {
    Router::new()
        .route("/", get(|| async { "the app's own" }))
        .route("/kiketlike", get(|| async { "a neighbour" }))
        .nest("/kiket", extension.into_router().unwrap())
        .fallback(|| async { (axum::http::StatusCode::NOT_FOUND, "the app knows nothing") })
}

#[tokio::test]
async fn a_signed_delivery_reaches_its_handler_under_the_prefix() {
    let address = serve(app(extension().webhook("issue.created", "v1", echo))).await;
    let request = || Request::signed(r#"{"a":1}"#);
    let answer = request().path(&format!("/kiket{PATH}")).send(address).await;
    assert_eq!((answer.status, answer.json()), (200, json!({ "a": 1 })));
    let by_header = request()
        .path("/kiket")
        .header("x-kiket-event", "issue.created")
        .header("x-kiket-event-version", "v1");
    assert_eq!(by_header.send(address).await.status, 200);
    let forged = request().body("{}").path(&format!("/kiket{PATH}"));
    assert_eq!(forged.send(address).await.status, 401);
}

#[tokio::test]
async fn its_health_is_under_the_prefix_and_the_apps_routes_stay() {
    let address = serve(app(extension().webhook("issue.created", "v1", echo))).await;
    let get = async |path: &str| Request::new("GET", path).send(address).await;
    assert_eq!(get("/kiket/health").await.json()["extension_id"], "com.example.crm");
    assert_eq!(get("/kiket/readyz").await.json(), json!({ "status": "ready" }));
    assert_eq!(get("/").await.text(), "the app's own");
    assert_eq!(get("/kiketlike").await.text(), "a neighbour");
    let unknown = get("/health").await;
    assert_eq!((unknown.status, unknown.text()), (404, "the app knows nothing"));
}

#[tokio::test]
async fn an_app_that_stops_can_let_background_work_end() {
    let gate = Gate::new();
    let starts = {
        let gate = gate.clone();
        move |_: Value, context: Context| {
            let gate = gate.clone();
            async move {
                context.background(async move {
                    gate.pass().await;
                    Ok(())
                })?;
                Ok(())
            }
        }
    };
    let service = extension().webhook("issue.created", "v1", starts).into_service().unwrap();
    let address = serve(Router::new().nest("/kiket", service.router())).await;
    let request = Request::signed("{}").path(&format!("/kiket{PATH}"));
    assert_eq!(request.send(address).await.status, 200);
    gate.started().await;
    assert_eq!(service.finish(Duration::ZERO).await, 1);
    gate.release(1);
    assert_eq!(service.finish(Duration::from_secs(60)).await, 0);
}

#[test]
fn wrong_registrations_are_told() {
    let wrong = extension().webhook("issue.before_delete", "v1", echo);
    assert!(matches!(wrong.into_router(), Err(kiket_sdk::Error::Registrations(_))));
}
