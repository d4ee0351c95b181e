//! HashiCorp Vault: the key-value engine of version 2.

use std::path::PathBuf;

use hyper::Method;
use kiket_contract::secret::Secret;
use serde_json::json;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::exchange::{Answered, Service};
use super::{Answer, Backend, SecretBackendError};
use crate::error::Error;

const NAME: &str = "vault";

/// How Vault is reached.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Vault {
    /// Its address, such as `https://vault.example.com:8200`; plain http on this machine only.
    pub address: String,
    /// Where the engine is mounted; `secret` unless said.
    pub mount: String,
    /// The path below which secrets are written; `kiket` unless said.
    pub prefix: String,
    /// The namespace, where Vault has several.
    pub namespace: Option<String>,
    /// The file with the token. It is read at each call, so that an agent can renew the token.
    pub token_file: PathBuf,
}

impl Vault {
    /// Vault at an address, with the token of a file.
    #[must_use]
    pub fn new(address: impl Into<String>, token_file: impl Into<PathBuf>) -> Self {
        Self {
            address: address.into(),
            mount: "secret".to_owned(),
            prefix: "kiket".to_owned(),
            namespace: None,
            token_file: token_file.into(),
        }
    }
}

pub(super) struct Client {
    service: Service,
    config: Vault,
}

impl Client {
    pub(super) fn new(config: &Vault) -> Result<Self, Error> {
        Ok(Self { service: Service::new(NAME, &config.address)?, config: config.clone() })
    }

    async fn ask(
        &self,
        what: &'static str,
        (method, part, held): (Method, &str, &[u8]),
        body: Option<serde_json::Value>,
    ) -> Result<Answered, SecretBackendError> {
        let Vault { mount, namespace, token_file, .. } = &self.config;
        let token = tokio::fs::read_to_string(token_file)
            .await
            .map(Zeroizing::new)
            .map_err(|source| SecretBackendError::TokenFile { path: token_file.clone(), source })?;
        let path = format!("/v1/{mount}/{part}/{}", String::from_utf8_lossy(held));
        let mut headers = vec![("x-vault-token", token.trim()), ("x-vault-request", "true")];
        headers.extend(namespace.as_deref().map(|name| ("x-vault-namespace", name)));
        self.service.ask(what, (method, &path), &headers, body.as_ref()).await
    }
}

impl Backend for Client {
    fn name(&self) -> &'static str {
        NAME
    }

    fn keep<'a>(&'a self, key: &'a str, value: &'a Secret) -> Answer<'a, Zeroizing<Vec<u8>>> {
        Box::pin(async move {
            let held = format!("{}/{}", self.config.prefix, Uuid::now_v7()).into_bytes();
            // `cas` of 0: nothing may be there yet.
            let body =
                json!({"options": {"cas": 0}, "data": {"key": key, "value": value.expose()}});
            let request = (Method::POST, "data", held.as_slice());
            self.ask("write a secret", request, Some(body)).await?.json()?;
            Ok(Zeroizing::new(held))
        })
    }

    fn fetch<'a>(&'a self, held: &'a [u8]) -> Answer<'a, Option<Secret>> {
        Box::pin(async move {
            let answer = self.ask("read a secret", (Method::GET, "data", held), None).await?;
            if answer.status == 404 {
                return Ok(None);
            }
            let value = answer
                .json()?
                .pointer("/data/data/value")
                .and_then(|it| it.as_str().map(Secret::from));
            value.map(Some).ok_or_else(|| answer.unreadable())
        })
    }

    fn forget<'a>(&'a self, held: &'a [u8]) -> Answer<'a, ()> {
        Box::pin(async move {
            // With its metadata all of its versions go.
            let request = (Method::DELETE, "metadata", held);
            let answer = self.ask("delete a secret", request, None).await?;
            if answer.status == 404 { Ok(()) } else { answer.json().map(drop) }
        })
    }
}
