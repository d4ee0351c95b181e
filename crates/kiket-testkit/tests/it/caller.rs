//! What calls Kiket in these tests.

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use kiket_contract::header;
use kiket_testkit::Delivery;
use serde_json::Value;
use tokio::net::TcpStream;

/// An answer of the stand-in: its status, its `Retry-After` and its JSON.
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<String>,
    pub(crate) json: Value,
}

/// One call. `Err` when there was no answer.
pub(crate) async fn call(
    api: &str,
    line: &str,
    headers: &[(&str, &str)],
    body: &Value,
) -> Result<Heard, hyper::Error> {
    let (method, path) = line.split_once(' ').unwrap();
    let stream = TcpStream::connect(api.trim_start_matches("http://")).await.unwrap();
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let mut request = Request::builder().method(method).uri(path).header("host", "kiket");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let request = request.body(Full::new(Bytes::from(body))).unwrap();
    let (head, body) = sender.send_request(request).await?.into_parts();
    let body = body.collect().await?.to_bytes();
    let retry_after = head.headers.get("retry-after").map(|v| v.to_str().unwrap().to_owned());
    let json = serde_json::from_slice(&body).unwrap();
    Ok(Heard { status: head.status.as_u16(), retry_after, json })
}

/// One call with an API key.
pub(crate) async fn call_with_key(api: &str, line: &str, body: Value) -> Heard {
    call(api, line, &[(header::API_KEY, "key")], &body).await.unwrap()
}

/// The runtime token in a delivery's body.
pub(crate) async fn token(delivery: &Delivery) -> String {
    let body = body(delivery).await;
    body["authentication"]["runtime_token"].as_str().unwrap().to_owned()
}

pub(crate) async fn body(delivery: &Delivery) -> Value {
    let body = delivery.request().into_body().collect().await.unwrap().to_bytes();
    serde_json::from_slice(&body).unwrap()
}
