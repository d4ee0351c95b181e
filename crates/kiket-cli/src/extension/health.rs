//! Asks an extension how it is.

use std::time::Duration;

use anyhow::Context as _;
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::StatusCode;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use kiket_contract::health::Health;
use kiket_contract::route;
use tokio::time::timeout;

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// The longest answer that is read, in bytes.
const LARGEST: usize = 64 * 1024;

/// What is known of an extension that has no health check.
pub(super) fn unknown() -> Health {
    Health {
        status: "unknown".to_owned(),
        extension_id: None,
        extension_version: None,
        registered_events: Vec::new(),
        registered_handlers: None,
        timestamp: None,
    }
}

/// Asks the extensions of this machine.
pub(super) struct Checker(Client<HttpConnector, Empty<&'static [u8]>>);

impl Checker {
    pub(super) fn new() -> Self {
        Self(Client::builder(TokioExecutor::new()).build_http())
    }

    /// What the extension at this address says about itself; nothing when it has no health check.
    ///
    /// # Errors
    /// When it does not answer in time, with 200 and as the contract says.
    pub(super) async fn health(&self, url: &str) -> anyhow::Result<Option<Health>> {
        let asked = timeout(PATIENCE, self.ask(url)).await;
        asked.with_context(|| format!("no answer within {} s", PATIENCE.as_secs()))?
    }

    async fn ask(&self, url: &str) -> anyhow::Result<Option<Health>> {
        let asked = self.0.get(format!("{url}{}", route::HEALTH).parse()?).await;
        let answer = match asked {
            Err(error) if error.is_connect() => anyhow::bail!("nobody listens at {url}"),
            asked => asked?,
        };
        let status = answer.status();
        if status == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        anyhow::ensure!(status == StatusCode::OK, "it answers {} with {status}", route::HEALTH);
        let body = Limited::new(answer.into_body(), LARGEST).collect().await;
        let body = body.map_err(anyhow::Error::from_boxed)?.to_bytes();
        let health = serde_json::from_slice(&body)
            .with_context(|| format!("its answer to {} is not what it should be", route::HEALTH))?;
        Ok(Some(health))
    }
}

/// An address that gives these answers, one for each connection: status line, headers and body.
#[cfg(test)]
pub(super) async fn canned(answers: &[&str]) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answers: Vec<_> = answers.iter().map(|answer| format!("HTTP/1.1 {answer}")).collect();
    tokio::spawn(async move {
        for answer in answers {
            let (mut connection, _) = listener.accept().await.unwrap();
            let mut request = [0; 1024];
            let _ = connection.read(&mut request).await.unwrap();
            connection.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn ask(answer: &str) -> anyhow::Result<Option<Health>> {
        Checker::new().health(&canned(&[answer]).await).await
    }

    #[tokio::test]
    async fn an_extension_in_any_language_is_understood() {
        let health = ask("200 OK\r\n\r\n{\"status\":\"ok\",\"more\":1}").await.unwrap().unwrap();
        assert_eq!(health.status, "ok");
        assert_eq!(health.registered_handlers, None);
    }

    #[tokio::test]
    async fn anything_else_is_an_error_that_says_what_came() {
        let error = ask("500 Oh No\r\n\r\n").await.unwrap_err();
        assert_eq!(error.to_string(), "it answers /health with 500 Internal Server Error");
        assert_eq!(ask("404 Not Found\r\n\r\n").await.unwrap(), None);
        let error = ask("200 OK\r\n\r\nhello").await.unwrap_err();
        assert_eq!(error.to_string(), "its answer to /health is not what it should be");
        let error = ask(&format!("200 OK\r\n\r\n{}", "x".repeat(LARGEST + 1))).await.unwrap_err();
        assert_eq!(error.to_string(), "length limit exceeded");
    }
}
