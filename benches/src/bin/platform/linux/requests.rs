//! The load's side of the operator's API: whole requests over kept connections.

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::process::Server;

/// How many bytes of payload an event has, beside its number.
const PAYLOAD: usize = 1_100;

/// One kept connection.
pub(crate) struct Connection {
    stream: TcpStream,
    authorization: String,
    answer: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(server: &Server) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(server.address).await?;
        stream.set_nodelay(true)?;
        let authorization = format!("Bearer {}", server.admin_token);
        Ok(Self { stream, authorization, answer: Vec::with_capacity(4096) })
    }

    /// One exchange: the status and the body.
    pub(crate) async fn post(
        &mut self,
        path: &str,
        key: Option<&str>,
        body: &str,
    ) -> anyhow::Result<(u16, &[u8])> {
        let key = key.map(|key| format!("idempotency-key: {key}\r\n")).unwrap_or_default();
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: {}\r\n\
             content-type: application/json\r\n{key}content-length: {}\r\n\r\n{body}",
            self.authorization,
            body.len(),
        );
        self.exchange(&request).await
    }

    async fn exchange(&mut self, request: &str) -> anyhow::Result<(u16, &[u8])> {
        self.stream.write_all(request.as_bytes()).await?;
        self.answer.clear();
        loop {
            ensure!(self.stream.read_buf(&mut self.answer).await? > 0, "the server closed");
            if let Some((status, start, length)) = head(&self.answer)?
                && self.answer.len() >= start + length
            {
                return Ok((status, &self.answer[start..start + length]));
            }
        }
    }

    /// Sends an event with this number.
    pub(crate) async fn send(&mut self, project: u32, number: u64) -> anyhow::Result<()> {
        let (body, key) = (event(project, number), format!("bench-{number}"));
        let (status, answer) = self.post("/api/v1/events", Some(&key), &body).await?;
        ensure!(status == 202, "{status}: {}", String::from_utf8_lossy(answer));
        Ok(())
    }
}

/// A GET with an installation's API key.
pub(crate) async fn get<'c>(
    connection: &'c mut Connection,
    path: &str,
    key: &str,
) -> anyhow::Result<(u16, &'c [u8])> {
    let request =
        format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nx-kiket-api-key: {key}\r\n\r\n");
    connection.exchange(&request).await
}

/// A call with a runtime token.
pub(crate) async fn call_back<'c>(
    connection: &'c mut Connection,
    (method, path): (&str, &str),
    token: &str,
    body: &str,
) -> anyhow::Result<(u16, &'c [u8])> {
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\nx-kiket-runtime-token: {token}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len(),
    );
    connection.exchange(&request).await
}

/// Status, start of the body and its length, once the head is whole.
fn head(answer: &[u8]) -> anyhow::Result<Option<(u16, usize, usize)>> {
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(&answer[..end])?.to_ascii_lowercase();
    let status = head.split(' ').nth(1).context("no status")?.parse()?;
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    let Some(length) = length else { bail!("an answer without a length: {head}") };
    Ok(Some((status, end + 4, length.trim().parse()?)))
}

/// The body of one accept.
pub(crate) fn event(project: u32, number: u64) -> String {
    format!(
        r#"{{"event":"issue.created","version":"v1","project_id":{project},"payload":{{"number":{number},"issue":{{"id":1,"title":"{}"}}}}}}"#,
        "x".repeat(PAYLOAD)
    )
}

/// Sets up an extension that hears `issue.created` in a project.
pub(crate) async fn install(
    server: &Server,
    name: &str,
    project: u32,
    url: &str,
) -> anyhow::Result<()> {
    let manifest =
        format!("id: com.example.{name}\nversion: 1.0.0\nsdk: rust\nhooks: [issue.created]\n");
    let new: Value = json!({
        "manifest": manifest, "callback_url": url, "organization_id": 3, "project_id": project,
        "delivery_secret": "sh_bench",
    });
    let mut connection = Connection::open(server).await?;
    let (status, answer) = connection.post("/api/v1/installations", None, &new.to_string()).await?;
    ensure!(status == 201, "{status}: {}", String::from_utf8_lossy(answer));
    Ok(())
}
