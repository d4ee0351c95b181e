//! Accepted means delivered: `kiket serve` under load is killed again and again, and nothing that it
//! answered with 202 is lost.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::{Value, json};
use sqlx::Row;
use tokio::net::TcpListener;
use tokio::time::{interval, sleep};

use crate::kiket::binary;

const ADMIN_TOKEN: &str = "ka_crash";
/// How often the server is killed, unless `KIKET_TEST_KILLS` says otherwise.
const KILLS: u64 = 100;
const SENDERS: usize = 8;
const INSTALLATIONS: usize = 2;

/// What the extensions got: for each event's number and installation, the delivery ids.
type Received = Arc<Mutex<BTreeMap<(u64, String), BTreeSet<String>>>>;

type Http = Client<HttpConnector, Full<Bytes>>;

/// The server's process; it does not outlive the test.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn serve(address: SocketAddr, data_dir: &Path) -> Server {
    let child = Command::new(binary())
        .args(["serve", "--retry-base", "20ms", "--allow-network", "127.0.0.0/8"])
        .args(["--listen", &address.to_string(), "--data-dir"])
        .arg(data_dir)
        .env("KIKET_ADMIN_TOKEN", ADMIN_TOKEN)
        .env("RUST_LOG", "error")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    Server(child.unwrap())
}

/// One exchange with the operator's API; `None` when there was no whole answer.
async fn call(http: &Http, address: SocketAddr, path: &str, body: Value) -> Option<(u16, Value)> {
    let method = if body.is_null() { "GET" } else { "POST" };
    let request = Request::builder()
        .method(method)
        .uri(format!("http://{address}{path}"))
        .header("authorization", format!("Bearer {ADMIN_TOKEN}"))
        .body(Full::new(Bytes::from(body.to_string())))
        .unwrap();
    let response = http.request(request).await.ok()?;
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.ok()?.to_bytes();
    Some((status, serde_json::from_slice(&body).ok()?))
}

async fn until_healthy(http: &Http, address: SocketAddr) {
    let mut poll = interval(Duration::from_millis(5));
    for _ in 0..6_000 {
        poll.tick().await;
        if call(http, address, "/healthz", Value::Null)
            .await
            .is_some_and(|(status, _)| status == 200)
        {
            return;
        }
    }
    panic!("the server does not start");
}

/// An extension that takes everything, sometimes slowly enough to be in the middle of a kill.
async fn extension(received: Received) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let received = Arc::clone(&received);
            tokio::spawn(async move {
                let service = service_fn(move |request| take(request, Arc::clone(&received)));
                let served = hyper::server::conn::http1::Builder::new();
                // The other side is killed in the middle of exchanges.
                let _ = served.serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    address
}

async fn take(
    request: Request<Incoming>,
    received: Received,
) -> Result<Response<Full<Bytes>>, hyper::Error> {
    let id = request.headers()["x-kiket-invocation"].to_str().unwrap().to_owned();
    let to = request.uri().path().to_owned();
    let body = request.into_body().collect().await?.to_bytes();
    let body: Value = serde_json::from_slice(&body).unwrap();
    let number = body["number"].as_u64().unwrap();
    received.lock().unwrap().entry((number, to)).or_default().insert(id);
    if number.is_multiple_of(7) {
        sleep(Duration::from_millis(30)).await;
    }
    Ok(Response::new(Full::new(Bytes::from_static(br#"{"ok":true}"#))))
}

/// What the server acknowledged: each event's number with its deliveries.
#[derive(Default)]
struct Load {
    next: AtomicU64,
    acknowledged: Mutex<Vec<(u64, Vec<String>)>>,
}

impl Load {
    /// Sends events as fast as they are taken, until the server is gone.
    async fn send(&self, http: &Http, address: SocketAddr) {
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let event = json!({
                "event": "issue.created", "project_id": 27, "payload": {"number": number},
            });
            match call(http, address, "/api/v1/events", event).await {
                Some((202, body)) => {
                    let deliveries = body["deliveries"].as_array().unwrap().iter();
                    let ids = deliveries.map(|it| it["id"].as_str().unwrap().to_owned()).collect();
                    self.acknowledged.lock().unwrap().push((number, ids));
                }
                Some((status, body)) => panic!("{status}: {body}"),
                None => return,
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_that_was_answered_with_202_is_delivered_whatever_is_killed() {
    let kills = std::env::var("KIKET_TEST_KILLS").map_or(KILLS, |kills| kills.parse().unwrap());
    let dir = tempfile::tempdir().unwrap();
    let received = Received::default();
    let extension = extension(Arc::clone(&received)).await;
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let http: Http = Client::builder(TokioExecutor::new()).build_http();
    let load = Arc::new(Load::default());
    for kill in 0..=kills {
        let mut server = serve(address, dir.path());
        until_healthy(&http, address).await;
        if kill == 0 {
            install(&http, address, extension).await;
        }
        if kill == kills {
            settle(&http, address, &load).await;
            break;
        }
        let senders: Vec<_> = (0..SENDERS)
            .map(|_| {
                let (load, http) = (Arc::clone(&load), http.clone());
                tokio::spawn(async move { load.send(&http, address).await })
            })
            .collect();
        // The moment of the kill is the test's own choice, spread over what the server does.
        sleep(Duration::from_millis(20 + kill * 37 % 130)).await;
        server.0.kill().unwrap();
        server.0.wait().unwrap();
        for sender in senders {
            sender.await.unwrap();
        }
    }
    check_received(&load, &received);
    check_database(dir.path()).await;
}

async fn install(http: &Http, address: SocketAddr, extension: SocketAddr) {
    for number in 1..=INSTALLATIONS {
        let manifest = format!(
            "id: com.example.e{number}\nversion: 1.0.0\nsdk: rust\n\
             hooks: [{{event: issue.created, retries: 10}}]\n"
        );
        let new = json!({
            "manifest": manifest, "callback_url": format!("http://{extension}/{number}"),
            "organization_id": 3, "project_id": 27,
        });
        let (status, body) = call(http, address, "/api/v1/installations", new).await.unwrap();
        assert_eq!(status, 201, "{body}");
    }
}

/// Waits until every acknowledged delivery has ended, and each as it should.
async fn settle(http: &Http, address: SocketAddr, load: &Load) {
    let mut open: Vec<String> = {
        let acknowledged = load.acknowledged.lock().unwrap();
        assert!(acknowledged.len() > 100, "only {} events were accepted", acknowledged.len());
        for (number, ids) in acknowledged.iter() {
            assert_eq!(ids.len(), INSTALLATIONS, "the fan-out of event {number}");
        }
        acknowledged.iter().flat_map(|(_, ids)| ids.clone()).collect()
    };
    let mut poll = interval(Duration::from_millis(5));
    while let Some(id) = open.last() {
        let path = format!("/api/v1/deliveries/{id}");
        let (_, delivery) = call(http, address, &path, Value::Null).await.unwrap();
        match delivery["status"].as_str().unwrap() {
            "delivered" => drop(open.pop()),
            "failed" | "cancelled" => panic!("{delivery}"),
            _ => drop(poll.tick().await),
        }
    }
}

/// Every acknowledged event has reached both extensions, each under one delivery id.
fn check_received(load: &Load, received: &Received) {
    let received = received.lock().unwrap();
    let acknowledged = load.acknowledged.lock().unwrap();
    for (number, ids) in acknowledged.iter() {
        let mut got = BTreeSet::new();
        for installation in 1..=INSTALLATIONS {
            let key = (*number, format!("/{installation}"));
            let under = received.get(&key);
            let under =
                under.unwrap_or_else(|| panic!("event {number} never came to {installation}"));
            assert_eq!(under.len(), 1, "event {number} came under several ids: {under:?}");
            got.extend(under.clone());
        }
        assert_eq!(got, ids.iter().cloned().collect(), "the ids of event {number}");
    }
}

/// No row is torn: also what was committed and never acknowledged is whole.
async fn check_database(data_dir: &Path) {
    sqlx::any::install_default_drivers();
    let url = format!("sqlite://{}", data_dir.join("kiket.db").display());
    let pool = sqlx::AnyPool::connect(&url).await.unwrap();
    let one = async |query: &'static str| -> String {
        let row = sqlx::query(query).fetch_one(&pool).await.unwrap();
        row.try_get::<String, _>(0).unwrap_or_else(|_| row.get::<i64, _>(0).to_string())
    };
    assert_eq!(one("PRAGMA integrity_check").await, "ok");
    for (wrong, query) in [
        (
            "events without their whole fan-out",
            "SELECT COUNT(*) FROM (SELECT e.id FROM events e LEFT JOIN deliveries d \
             ON d.event_id = e.id GROUP BY e.id HAVING COUNT(d.id) <> 2)",
        ),
        (
            "delivered without a good attempt",
            "SELECT COUNT(*) FROM deliveries d WHERE d.state = 'delivered' AND (SELECT COUNT(*) \
             FROM attempts a WHERE a.delivery_id = d.id AND a.status_code = 200) <> 1",
        ),
        (
            "attempts that nobody claimed",
            "SELECT COUNT(*) FROM attempts a JOIN deliveries d ON d.id = a.delivery_id \
             WHERE a.number > d.claims",
        ),
        ("deliveries that failed", "SELECT COUNT(*) FROM deliveries WHERE state = 'failed'"),
    ] {
        assert_eq!(one(query).await, "0", "{wrong}");
    }
    let repeated = one("SELECT COUNT(*) FROM deliveries WHERE claims > 1").await;
    let all = one("SELECT COUNT(*) FROM deliveries").await;
    // For whoever runs it by hand, past the test runner.
    let line = format!("{all} deliveries, {repeated} of them claimed more than once\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
}
