//! One exchange with a back end over HTTP.
//!
//! Its address comes from the operator, so it may be in any network; only the address of deliveries is
//! anybody's. Plain HTTP is for this machine: everything that passes is secret.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Method, Request};
use serde_json::Value;
use url::{Host, Url};
use zeroize::Zeroizing;

use super::SecretBackendError;
use crate::error::Error;
use crate::outbound::Outbound;
use crate::outbound::address::AddressPolicy;

/// How long an exchange may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The largest answer that is read, in bytes.
const LARGEST_ANSWER: usize = 1024 * 1024;

/// A service that is reached over HTTP.
pub(super) struct Service {
    backend: &'static str,
    origin: String,
    outbound: Outbound,
}

/// An answer: its status, and its body as JSON or null.
pub(super) struct Answered {
    backend: &'static str,
    what: &'static str,
    pub(super) status: u16,
    body: Zeroizing<Vec<u8>>,
}

impl Service {
    /// A service at an address of its operator's choice: https, or http on this machine.
    pub(super) fn new(backend: &'static str, address: &str) -> Result<Self, Error> {
        let refused = |reason: &str| SecretBackendError::Address {
            backend,
            address: address.rsplit_once('@').map_or(address, |(_, host)| host).to_owned(),
            reason: reason.to_owned(),
        };
        let url = Url::parse(address).map_err(|reason| refused(&reason.to_string()))?;
        let is_here = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        if !(url.scheme() == "https" || (url.scheme() == "http" && is_here)) {
            return Err(refused("use https; plain http is for an address of this machine").into());
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || !url.username().is_empty() {
            return Err(refused("give scheme, host and port only").into());
        }
        Self::at(backend, &url.origin().ascii_serialization())
    }

    /// A service at an address that is known to be good.
    pub(super) fn at(backend: &'static str, origin: &str) -> Result<Self, Error> {
        let everywhere = ["0.0.0.0/0", "::/0"].map(str::parse).into_iter().flatten();
        let policy = AddressPolicy::new(&everywhere.collect::<Vec<_>>());
        let origin = origin.trim_end_matches('/').to_owned();
        Ok(Self { backend, origin, outbound: Outbound::new(policy, None)? })
    }

    /// Sends one request.
    pub(super) async fn ask(
        &self,
        what: &'static str,
        (method, path): (Method, &str),
        headers: &[(&'static str, &str)],
        body: Option<&Value>,
    ) -> Result<Answered, SecretBackendError> {
        let failed =
            |reason: String| SecretBackendError::Unreachable { backend: self.backend, reason };
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.origin));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let body = body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
        let request = request
            .body(Full::new(body))
            .map_err(|_| failed("a header or path can not be sent".to_owned()))?;
        let exchange = async {
            let sent = self.outbound.send(request).await;
            let response = sent.map_err(|error| failed(innermost(&error)))?;
            let status = response.status().as_u16();
            let read = Limited::new(response.into_body(), LARGEST_ANSWER).collect().await;
            let body = read.map_err(|error| failed(error.to_string()))?.to_bytes();
            let body = Zeroizing::new(body.to_vec());
            Ok(Answered { backend: self.backend, what, status, body })
        };
        let in_time = tokio::time::timeout(TIMEOUT, exchange).await;
        in_time.unwrap_or_else(|_| Err(failed("it took too long".to_owned())))
    }
}

impl Answered {
    /// The body of an answer that is a success.
    pub(super) fn json(&self) -> Result<Value, SecretBackendError> {
        let Self { backend, what, status, .. } = *self;
        if !(200..300).contains(&status) {
            return Err(SecretBackendError::Refused { backend, status, what });
        }
        if self.body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&self.body)
            .map_err(|_| SecretBackendError::Unreadable { backend, what })
    }

    /// That the answer can not be read.
    pub(super) fn unreadable(&self) -> SecretBackendError {
        SecretBackendError::Unreadable { backend: self.backend, what: self.what }
    }
}

/// The reason that tells something.
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine() {
        for good in
            ["https://vault.example.com:8200", "http://127.0.0.1:8200/", "http://localhost:1"]
        {
            assert!(Service::new("vault", good).is_ok(), "{good}");
        }
        for bad in [
            "http://vault.example.com:8200",
            "http://10.0.0.1:8200",
            "ftp://127.0.0.1",
            "vault",
            "https://vault.example.com/v1",
            "https://user:hush@vault.example.com",
        ] {
            let refused = Service::new("vault", bad).err().unwrap().to_string();
            assert!(!refused.contains("hush"), "{refused}");
        }
    }
}
