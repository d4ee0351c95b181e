//! The deliveries of the load: 1.2 KB each, every one with an id and a proof of its own.

use std::ops::Range;
use std::sync::Arc;

use anyhow::Context as _;
use jiff::Timestamp;
use kiket_contract::header;
use kiket_contract::id::DeliveryId;
use kiket_contract::route;
use kiket_contract::signature::Signer;

use crate::api::Api;

pub(crate) const SECRET: &str = "sh_bench_2f1d7c";
pub(crate) const EVENT: &str = "issue.created";
pub(crate) const VERSION: &str = "v1";

const ID: &str = "0193a0c0-0000-7000-8000-000000000000";

/// What a delivery proves its origin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proof {
    /// The HMAC signature of the body.
    Signature,
    /// The ES256 signature of the runtime token, and no signature of the body.
    Token,
}

/// Makes requests, one after another.
pub(crate) struct Deliveries {
    proof: Proof,
    api: Arc<Api>,
    signer: Signer,
    body: Vec<u8>,
    id: Range<usize>,
    token: Range<usize>,
    next: u64,
}

impl Deliveries {
    pub(crate) fn new(proof: Proof, api: &Arc<Api>, first: u64) -> anyhow::Result<Self> {
        let token = api.mint(ID.parse()?)?;
        let body = body(&token, &api.base_url());
        Ok(Self {
            proof,
            api: Arc::clone(api),
            signer: Signer::new(&SECRET.into()),
            id: place(&body, ID)?,
            token: place(&body, &token)?,
            body: body.into_bytes(),
            next: first,
        })
    }

    /// Writes the next request into `request`.
    pub(crate) fn write(&mut self, request: &mut Vec<u8>) -> anyhow::Result<()> {
        self.next += 1;
        let number = format!("{:012x}", self.next);
        self.body[self.id.end - number.len()..self.id.end].copy_from_slice(number.as_bytes());
        let proof = match self.proof {
            Proof::Signature => self.sign(),
            Proof::Token => {
                self.mint()?;
                String::new()
            }
        };
        request.clear();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n\
             {event}: {EVENT}\r\n{version}: {VERSION}\r\n{project}: 27\r\n{organization}: 3\r\n\
             {proof}content-length: {length}\r\n\r\n",
            path = route::webhook(EVENT, VERSION),
            event = header::EVENT,
            version = header::EVENT_VERSION,
            project = header::PROJECT,
            organization = header::ORGANIZATION,
            length = self.body.len(),
        );
        request.extend_from_slice(head.as_bytes());
        request.extend_from_slice(&self.body);
        Ok(())
    }

    fn sign(&self) -> String {
        let timestamp = Timestamp::now().as_second().to_string();
        let signature = self.signer.sign(Some(&timestamp), &self.body);
        format!("{}: {timestamp}\r\n{}: {signature}\r\n", header::TIMESTAMP, header::SIGNATURE)
    }

    fn mint(&mut self) -> anyhow::Result<()> {
        let delivery: DeliveryId = std::str::from_utf8(&self.body[self.id.clone()])?.parse()?;
        let token = self.api.mint(delivery)?;
        self.body[self.token.clone()].copy_from_slice(token.as_bytes());
        Ok(())
    }
}

fn place(body: &str, part: &str) -> anyhow::Result<Range<usize>> {
    let start = body.find(part).context("not in the body")?;
    Ok(start..start + part.len())
}

fn body(token: &str, base_url: &str) -> String {
    format!(
        concat!(
            r#"{{"event":"issue.created","event_version":"v1","#,
            r#""delivery":{{"id":"{id}","attempt":1,"timeout_ms":10000}},"#,
            r#""issue":{{"id":4231,"title":"Restore checkout webhooks","priority":"high","#,
            r#""status":"in_progress","labels":["a","b"],"#,
            r#""description":"Deliveries to the payment service fail since the last release."}},"#,
            r#""authentication":{{"token_type":"runtime","runtime_token":"{token}","#,
            r#""expires_at":"2099-01-01T00:00:00Z","scopes":["project:27","ext.api.read"]}},"#,
            r#""api":{{"base_url":"{base_url}","runtime_header":"X-Kiket-Runtime-Token"}},"#,
            r#""secrets":{{"WEBHOOK_TOKEN":"abc123"}},"secret_status":{{"missing":[]}},"#,
            r#""context":{{"user_id":91,"workspace":"acme"}}}}"#
        ),
        id = ID,
        token = token,
        base_url = base_url,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_delivery_has_its_own_id_and_token_and_the_same_length() {
        let api = Arc::new(Api::serve().await.unwrap());
        let mut deliveries = Deliveries::new(Proof::Token, &api, 7).unwrap();
        let (mut first, mut second) = (Vec::new(), Vec::new());
        deliveries.write(&mut first).unwrap();
        let token = deliveries.body[deliveries.token.clone()].to_vec();
        deliveries.write(&mut second).unwrap();
        assert_ne!(token, deliveries.body[deliveries.token.clone()]);
        assert_eq!(first.len(), second.len());
        assert!((1_180..1_220).contains(&deliveries.body.len()), "{}", deliveries.body.len());
        let body: serde_json::Value = serde_json::from_slice(&deliveries.body).unwrap();
        assert_eq!(body["delivery"]["id"], "0193a0c0-0000-7000-8000-000000000009");
    }
}
