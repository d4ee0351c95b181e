//! HTTP by hand, so that requests may be as wrong as a test wants them.

use std::net::SocketAddr;

use kiket_contract::header;
use kiket_contract::signature::Signer;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::program::{NOW, SECRET};

pub(crate) const PATH: &str = "/v/v1/webhooks/issue.created";

pub(crate) struct Request {
    method: &'static str,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    head: String,
    body: String,
}

impl Request {
    pub(crate) fn new(method: &'static str, path: &str) -> Self {
        Self { method, path: path.to_owned(), headers: Vec::new(), body: Vec::new() }
    }

    /// A POST of this body to [`PATH`], signed now.
    pub(crate) fn signed(body: impl Into<Vec<u8>>) -> Self {
        Self::signed_by(SECRET, body)
    }

    pub(crate) fn signed_by(secret: &str, body: impl Into<Vec<u8>>) -> Self {
        Self::stamped_by(secret, &NOW.to_string(), body)
    }

    /// As [`Request::signed`], with this text as the timestamp.
    pub(crate) fn stamped(timestamp: &str, body: impl Into<Vec<u8>>) -> Self {
        Self::stamped_by(SECRET, timestamp, body)
    }

    fn stamped_by(secret: &str, timestamp: &str, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        let signature = sign(secret, Some(timestamp), &body);
        Self::new("POST", PATH)
            .body(body)
            .header(header::TIMESTAMP, timestamp)
            .header(header::SIGNATURE, &signature)
    }

    pub(crate) fn path(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(found, _)| found != name);
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// The request as bytes, with its length and asking to close the connection.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.head(&format!("content-length: {}", self.body.len()));
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// The head alone, with another header line in place of the length.
    pub(crate) fn head(&self, line: &str) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\nhost: evil.example\r\n", self.method, self.path);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("{line}\r\nconnection: close\r\n\r\n"));
        head.into_bytes()
    }

    pub(crate) async fn send(&self, address: SocketAddr) -> Response {
        exchange(address, &self.bytes()).await
    }
}

impl Response {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The member `code` of an error.
    pub(crate) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn text(&self) -> &str {
        &self.body
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

/// The signature of a body, with or without a timestamp.
pub(crate) fn sign(secret: &str, timestamp: Option<&str>, body: &[u8]) -> String {
    Signer::new(&secret.into()).sign(timestamp, body)
}

/// Sends bytes and reads the answer until the connection closes.
pub(crate) async fn exchange(address: SocketAddr, bytes: &[u8]) -> Response {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // A server that has heard enough may answer and hang up in the middle.
    let _ = stream.write_all(bytes).await;
    answer(&mut stream).await
}

pub(crate) async fn answer(stream: &mut TcpStream) -> Response {
    let mut bytes = Vec::new();
    while stream.read_buf(&mut bytes).await.is_ok_and(|read| read > 0) {}
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").expect("an HTTP answer");
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Response { status, head: head.to_owned(), body: body.to_owned() }
}
