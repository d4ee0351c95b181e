//! Many deliveries due at once, and a receiver that hangs among others.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use kiket_contract::api::deliveries::Status;
use kiket_platform::Platform;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::harness::{Held, MANIFEST, Setup, config, exchange};

const INSTALLATIONS: usize = 40;
const EVENTS: usize = 250;
const MOST_AT_ONE_INSTALLATION: usize = 5;

/// Counts who is being called, and answers nobody until it is opened.
#[derive(Clone)]
struct Counting {
    calls: Arc<Mutex<Calls>>,
    open: watch::Receiver<bool>,
}

#[derive(Default)]
struct Calls {
    under_way: HashMap<String, usize>,
    most_at_once: usize,
    most_in_all: usize,
    all: usize,
    deliveries: HashSet<String>,
}

async fn count(State(mut counting): State<Counting>, request: Request) -> &'static str {
    let path = request.uri().path().to_owned();
    {
        let mut calls = counting.calls.lock().unwrap();
        let delivery = request.headers()["x-kiket-invocation"].to_str().unwrap();
        calls.deliveries.insert(delivery.to_owned());
        calls.all += 1;
        let under_way = calls.under_way.entry(path.clone()).or_default();
        *under_way += 1;
        let at_once = *under_way;
        calls.most_at_once = calls.most_at_once.max(at_once);
        calls.most_in_all = calls.most_in_all.max(calls.under_way.values().sum());
    }
    counting.open.wait_for(|open| *open).await.unwrap();
    *counting.calls.lock().unwrap().under_way.get_mut(&path).unwrap() -= 1;
    "{}"
}

async fn when(mut condition: impl AsyncFnMut() -> bool) {
    let mut poll = tokio::time::interval(Duration::from_millis(20));
    for _ in 0..15_000 {
        poll.tick().await;
        if condition().await {
            return;
        }
    }
    panic!("never");
}

#[tokio::test]
async fn ten_thousand_that_are_due_at_once_are_all_delivered_a_few_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let platform = Platform::start(config(&dir)).await.unwrap();
    let (open, closed) = watch::channel(false);
    let counting = Counting { calls: Arc::default(), open: closed };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().fallback(count).with_state(counting.clone());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    for number in 0..INSTALLATIONS {
        let manifest = format!(
            "id: com.example.n{number}\nsdk: rust\nhooks:\n  \
             - {{event: issue.created, timeout: 60000}}\n"
        );
        let install = json!({
            "manifest": manifest, "callback_url": format!("http://{address}/{number}"),
            "organization_id": 3, "project_id": 27,
        });
        platform.install(serde_json::from_value(install).unwrap()).await.unwrap();
    }
    let event = json!({"event": "issue.created", "project_id": 27, "payload": {"a": 1}});
    let mut planned = HashSet::new();
    for _ in 0..EVENTS {
        let accepted = platform.accept(serde_json::from_value(event.clone()).unwrap()).await;
        planned.extend(accepted.unwrap().deliveries.iter().map(|planned| planned.id.to_string()));
    }
    assert_eq!(planned.len(), INSTALLATIONS * EVENTS);

    platform.deliver();
    let at_once = INSTALLATIONS * MOST_AT_ONE_INSTALLATION;
    when(async || counting.calls.lock().unwrap().all == at_once).await;
    open.send(true).unwrap();
    let bearer = format!("Bearer {}", platform.admin_token().expose());
    let delivered = format!(
        "kiket_deliveries_settled_total{{state=\"delivered\"}} {}\n",
        INSTALLATIONS * EVENTS
    );
    when(async || {
        let headers = [("authorization", bearer.as_str())];
        let (_, page) = exchange(platform.url(), "GET", "/metrics", &headers, "").await;
        String::from_utf8_lossy(&page).contains(&delivered)
    })
    .await;
    let calls = counting.calls.lock().unwrap();
    assert_eq!((calls.most_at_once, calls.most_in_all), (MOST_AT_ONE_INSTALLATION, at_once));
    assert_eq!(calls.all, planned.len(), "none is sent twice");
    assert_eq!(calls.deliveries, planned);
}

#[tokio::test]
async fn an_installation_that_hangs_delays_no_other() {
    let setup = Setup::new(&[]).await;
    let held = Held::serve().await;
    let hanging = MANIFEST
        .replace("com.example.crm", "com.example.hanging")
        .replace("version: v1", "version: v1\n      timeout: 60000");
    let install = json!({"manifest": hanging, "callback_url": held.url()});
    assert_eq!(setup.install(install).await.0, 201);
    let event = json!({"event": "issue.created", "project_id": 27, "payload": {}});
    let mut deliveries = Vec::new();
    for _ in 0..50 {
        let (status, body) = setup.operator("/api/v1/events", &event.to_string()).await;
        assert_eq!(status, 202, "{body}");
        deliveries.extend(body["deliveries"].as_array().unwrap().clone());
    }
    let of = |installation: u64| {
        let theirs = deliveries.iter().filter(move |one| one["installation_id"] == installation);
        theirs.map(|one| one["id"].as_str().unwrap().parse().unwrap()).collect::<Vec<_>>()
    };
    held.arrived(5).await;
    for id in of(1) {
        assert_eq!(setup.settled(id).await.status, Status::Delivered);
    }
    assert_eq!(held.arrived.available_permits(), 0, "five hang, and no sixth is sent");
    held.go.add_permits(50);
    for id in of(2) {
        assert_eq!(setup.settled(id).await.status, Status::Delivered);
    }
}
