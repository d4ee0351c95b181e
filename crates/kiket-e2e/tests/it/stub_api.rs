//! The kit's stand-in for the API, held against the platform's description.
//!
//! Each call is made at the stand-in with the description's example of it. An answer has to be one that
//! the description names, and to fit its schema.

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use kiket_contract::header;
use kiket_contract::response::NO_ROUTE;
use kiket_platform::{Config, Platform};
use kiket_testkit::StubApi;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

/// What the stand-in leaves out on purpose, beside all that operators call: it is about the platform, or
/// for third parties.
const NOT_SERVED: &[&str] = &[
    "GET /api/v1/openapi.json",
    "GET /healthz",
    "GET /readyz",
    "POST /webhooks/ext/{webhook_token}/{action}",
];
/// What the stand-in never has, as the platform never has it: no record was ever anchored.
const NEVER_FOUND: &[&str] =
    &["GET /api/v1/audit/anchors/{merkle_root}", "GET /api/v1/audit/records/{record_id}/proof"];
const METHODS: [&str; 5] = ["POST", "PUT", "PATCH", "GET", "DELETE"];

/// A call, as the description has it.
struct Described<'a> {
    method: &'a str,
    path: &'a str,
    operation: &'a Value,
}

/// The platform's description of the API.
async fn document() -> Value {
    let dir = tempfile::tempdir().unwrap();
    let mut config = Config::new(dir.path());
    config.listen.set_port(0);
    let platform = Platform::start(config).await.unwrap();
    let (status, document) =
        send(platform.url(), "GET", "/api/v1/openapi.json", String::new()).await;
    assert_eq!(status, 200);
    platform.shutdown().await;
    document
}

/// A stand-in that keeps what the examples are about: record 1, issue 7 and a secret.
fn stub() -> StubApi {
    let api = StubApi::start();
    let record = Map::from_iter([("email".to_owned(), json!("grace@example.com"))]);
    assert_eq!(api.put_record("com.example.crm.contacts", "people", record), 1);
    let issue = Map::from_iter([("title".to_owned(), json!("Leads arrive twice"))]);
    let ids: Vec<_> = (0..6).map(|_| api.put_issue(issue.clone())).collect();
    assert_eq!(ids.last(), Some(&7));
    api.put_secret("CRM_TOKEN", "the token of the CRM");
    api
}

async fn send(url: &str, method: &str, path: &str, body: String) -> (u16, Value) {
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let request = hyper::Request::builder()
        .method(method)
        .uri(format!("{url}{path}"))
        .header(header::API_KEY, "kk_test")
        .body(Full::new(Bytes::from(body)))
        .unwrap();
    let response = client.request(request).await.unwrap();
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

/// Every call, what removes something last.
fn described(document: &Value) -> Vec<Described<'_>> {
    let mut found = Vec::new();
    for method in METHODS {
        for (path, methods) in document["paths"].as_object().unwrap() {
            let operation = &methods[method.to_lowercase()];
            if operation.is_object() {
                found.push(Described { method, path, operation });
            }
        }
    }
    found
}

impl Described<'_> {
    fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    fn is_for_operators(&self) -> bool {
        self.operation["security"][0].get("operator").is_some()
    }

    fn parameters(&self, place: &str) -> impl Iterator<Item = (&str, String)> {
        let all = self.operation["parameters"].as_array().into_iter().flatten();
        all.filter(move |it| it["in"] == place).filter_map(|it| {
            let example = it.get("example")?;
            let text = example.as_str().map_or_else(|| example.to_string(), str::to_owned);
            Some((it["name"].as_str()?, text))
        })
    }

    /// The path of the example, with its query.
    fn target(&self) -> String {
        let path = self.parameters("path").fold(self.path.to_owned(), |path, (name, value)| {
            path.replace(&format!("{{{name}}}"), &value)
        });
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.parameters("query"));
        format!("{path}?{}", query.finish())
    }

    fn body(&self) -> String {
        let example = self.operation.pointer("/requestBody/content/application~1json/example");
        example.map(Value::to_string).unwrap_or_default()
    }

    /// Where an answer is not as described.
    fn faults(&self, document: &Value, status: u16, answer: &Value) -> Vec<String> {
        let name = self.name();
        let response = &self.operation["responses"][status.to_string()];
        let is_right = (200..300).contains(&status) != NEVER_FOUND.contains(&&*name);
        if !is_right || response.is_null() {
            return vec![format!("{name} is answered with {status}: {answer}")];
        }
        let mut schema = response["content"]["application/json"]["schema"].clone();
        schema["components"] = document["components"].clone();
        let validator = jsonschema::options().should_validate_formats(true).build(&schema);
        let validator = validator.unwrap();
        let faults = validator.iter_errors(answer);
        faults.map(|fault| format!("{name}: {fault} at {}", fault.instance_path())).collect()
    }
}

fn is_no_route(status: u16, answer: &Value) -> bool {
    status == 404 && answer["code"] == NO_ROUTE
}

#[tokio::test]
async fn the_stand_in_answers_each_call_as_the_platform_describes_it() {
    let document = document().await;
    let api = stub();
    let (mut faults, mut not_served) = (Vec::new(), Vec::new());
    for call in described(&document) {
        let (status, answer) = send(&api.url(), call.method, &call.target(), call.body()).await;
        if !is_no_route(status, &answer) {
            faults.extend(call.faults(&document, status, &answer));
        } else if !call.is_for_operators() {
            not_served.push(call.name());
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    not_served.sort();
    assert_eq!(not_served, NOT_SERVED);
}

#[tokio::test]
async fn the_stand_in_serves_no_method_that_the_platform_does_not_have() {
    let document = document().await;
    let calls = described(&document);
    let api = stub();
    for call in &calls {
        for method in METHODS {
            if document["paths"][call.path].get(method.to_lowercase()).is_some() {
                continue;
            }
            let (status, answer) = send(&api.url(), method, &call.target(), call.body()).await;
            assert!(is_no_route(status, &answer), "{method} {}: {status} {answer}", call.path);
        }
    }
}
