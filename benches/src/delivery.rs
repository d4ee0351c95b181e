//! The deliveries of the load: 1.2 KB each, every one with an id and a signature of its own.

use jiff::Timestamp;
use kiket_contract::signature::Signer;

pub(crate) const SECRET: &str = "sh_bench_2f1d7c";
pub(crate) const EVENT: &str = "issue.created";

const ID: &str = "0193a0c0-0000-7000-8000-000000000000";
const TOKEN: usize = 420;

/// Makes requests, one after another.
pub(crate) struct Deliveries {
    signer: Signer,
    body: Vec<u8>,
    id_at: usize,
    next: u64,
}

impl Deliveries {
    pub(crate) fn new(first: u64) -> Self {
        let body = body();
        let id_at = body.windows(ID.len()).position(|window| window == ID.as_bytes());
        Self {
            signer: Signer::new(&SECRET.into()),
            id_at: id_at.unwrap_or_default(),
            body,
            next: first,
        }
    }

    /// Writes the next request into `request`.
    pub(crate) fn write(&mut self, request: &mut Vec<u8>) {
        self.next += 1;
        let number = format!("{:012x}", self.next);
        let end = self.id_at + ID.len();
        self.body[end - number.len()..end].copy_from_slice(number.as_bytes());
        let timestamp = Timestamp::now().as_second().to_string();
        let signature = self.signer.sign(Some(&timestamp), &self.body);
        request.clear();
        let head = format!(
            "POST /v/v1/webhooks/{EVENT} HTTP/1.1\r\nhost: 127.0.0.1\r\n\
             content-type: application/json\r\nx-kiket-event: {EVENT}\r\n\
             x-kiket-event-version: v1\r\nx-kiket-project: 27\r\nx-kiket-organization: 3\r\n\
             x-kiket-timestamp: {timestamp}\r\nx-kiket-signature: {signature}\r\n\
             content-length: {}\r\n\r\n",
            self.body.len()
        );
        request.extend_from_slice(head.as_bytes());
        request.extend_from_slice(&self.body);
    }
}

fn body() -> Vec<u8> {
    let token = "x".repeat(TOKEN);
    format!(
        concat!(
            r#"{{"event":"issue.created","event_version":"v1","#,
            r#""delivery":{{"id":"{id}","attempt":1,"timeout_ms":10000}},"#,
            r#""issue":{{"id":4231,"project_id":27,"title":"Restore checkout webhooks","#,
            r#""issue_type":"incident","status":"in_progress","priority":"high","labels":["a","b"],"#,
            r#""description":"Deliveries to the payment service fail since the last release."}},"#,
            r#""project_id":27,"authentication":{{"token_type":"runtime","runtime_token":"{token}","#,
            r#""expires_at":"2099-01-01T00:00:00Z","scopes":["project:27","ext.api.read","#,
            r#""ext.api.write","ext.secrets.read","ext.secrets.write","issues:read"]}},"#,
            r#""api":{{"base_url":"https://kiket.dev","runtime_header":"X-Kiket-Runtime-Token"}},"#,
            r#""secrets":{{"WEBHOOK_TOKEN":"abc123"}},"secret_status":{{"missing":[]}},"#,
            r#""context":{{"user_id":91,"workspace":"acme"}}}}"#
        ),
        id = ID,
        token = token,
    )
    .into_bytes()
}
