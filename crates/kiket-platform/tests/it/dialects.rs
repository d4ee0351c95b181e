//! What each SDK sends, word for word, and where in the answer it looks.
//!
//! One file of `dialects/` for each SDK: its headers, and what its calls differ in from those of the
//! others, which stand in [`calls`]. What the calls find set up is in [`Table::run`].

mod calls;
mod dotnet;
mod go;
mod java;
mod node;
mod python;
mod ruby;

use serde_json::{Value, json};

use crate::harness::{MANIFEST, Setup, exchange};

/// What stands before the paths of some SDKs.
const PREFIX: &str = "/api/v1";
/// What the extension may do.
const PERMISSIONS: &str = "[issues.read, issues.write, custom_data.read, custom_data.write]";
const CUSTOM_DATA: &str = "  custom_data: {permissions: \
     [{module: com.example.crm.contacts, operations: [read, write]}]}";
/// The module of its table.
const SCHEMA: &str = "\
module: com.example.crm.contacts
tables:
  people:
    columns:
      - {name: email, type: string}
      - {name: status, type: string}
";

/// What an SDK proves itself with.
#[derive(Clone, Copy)]
pub(crate) enum Credential {
    /// `X-Kiket-Runtime-Token`.
    RuntimeToken,
    /// `X-Kiket-API-Key`.
    ApiKey,
    /// `Authorization: Bearer` with a workspace token.
    WorkspaceToken,
}

/// How an SDK reads the answer of a call.
#[derive(Clone, Copy)]
pub(crate) enum Reads {
    /// Not at all.
    Nothing,
    /// As JSON of any kind; an empty body throws.
    Json,
    /// As JSON that has this value at this pointer.
    At(&'static str, &'static str),
    /// As an object whose members are all lists of texts, with `keys` among them.
    Lists,
    /// As an object whose members are all texts or null, with this value at this pointer.
    Texts(&'static str, &'static str),
    /// As an array of objects with `key`, `created_at` and `updated_at`, this key among them.
    Entries(&'static str),
    /// As an object with a list at this pointer.
    List(&'static str),
    /// The member `error`, which tells people what happened.
    Error,
}

/// One call.
#[derive(Clone)]
pub(crate) struct Call {
    /// What the SDK's method is for.
    pub(crate) what: &'static str,
    pub(crate) method: &'static str,
    /// Without the prefix, unless every SDK sends it.
    pub(crate) path: &'static str,
    pub(crate) query: &'static str,
    /// As it is sent; empty for none.
    pub(crate) body: String,
    pub(crate) status: u16,
    pub(crate) reads: Reads,
}

/// A call without a query.
pub(crate) fn call(
    what: &'static str,
    method: &'static str,
    path: &'static str,
    body: impl Into<String>,
    (status, reads): (u16, Reads),
) -> Call {
    Call { what, method, path, query: "", body: body.into(), status, reads }
}

/// A call with a query, from its question mark on.
pub(crate) fn asking(query: &'static str, call: Call) -> Call {
    Call { query, ..call }
}

/// The calls of an SDK, one after the other on one platform.
pub(crate) struct Table {
    pub(crate) sdk: &'static str,
    pub(crate) credential: Credential,
    /// On every call.
    pub(crate) headers: &'static [(&'static str, &'static str)],
    /// Before each path: nothing, or [`PREFIX`].
    pub(crate) prefix: &'static str,
    pub(crate) calls: Vec<Call>,
}

impl Table {
    /// Makes the calls for `com.example.crm`, installed in project 27, which has the secret
    /// `CRM_TOKEN` with the value `first` and the empty table `people`.
    async fn run(&self) {
        let setup = Setup::new(&[]).await;
        let permissions = format!("permissions: {PERMISSIONS}\n{CUSTOM_DATA}");
        let (status, installed) = setup
            .install(json!({
                "manifest": MANIFEST.replace("permissions: [issues:read]", &permissions),
                "modules": {"com.example.crm.contacts": SCHEMA},
                "secrets": {"CRM_TOKEN": "first"},
            }))
            .await;
        assert_eq!(status, 201, "{installed}");
        let credential = match self.credential {
            Credential::RuntimeToken => ("x-kiket-runtime-token", setup.delivered().await.token()),
            Credential::ApiKey => {
                ("x-kiket-api-key", installed["api_key"].as_str().unwrap().to_owned())
            }
            Credential::WorkspaceToken => {
                let wanted = json!({"name": "sdk", "organization_id": 3, "scopes": ["*"]});
                let wanted = json!({"workspace_api_token": wanted});
                let path = "/api/v1/workspace_api_tokens";
                let (status, made) = setup.admin("POST", path, wanted).await;
                assert_eq!(status, 201, "{made}");
                ("authorization", format!("Bearer {}", made["token"].as_str().unwrap()))
            }
        };
        let mut headers = self.headers.to_vec();
        headers.push((credential.0, &credential.1));
        for call in &self.calls {
            let prefix = if call.path.starts_with(PREFIX) { "" } else { self.prefix };
            let path = format!("{prefix}{}{}", call.path, call.query);
            let (status, body) =
                exchange(&setup.origin(), call.method, &path, &headers, &call.body).await;
            let said = format!(
                "{}, {}: {} {path} was answered {status} {}",
                self.sdk,
                call.what,
                call.method,
                String::from_utf8_lossy(&body)
            );
            assert_eq!(status, call.status, "{said}");
            call.reads.check(&body, &said);
        }
    }
}

impl Reads {
    fn check(self, body: &[u8], said: &str) {
        if matches!(self, Self::Nothing) {
            return;
        }
        let json: Value =
            serde_json::from_slice(body).unwrap_or_else(|_| panic!("{said}: no JSON"));
        let text = |value: &Value| value.is_string() || value.is_null();
        let all = |value: &Value, fits: &dyn Fn(&Value) -> bool| {
            value.as_object().is_some_and(|members| members.values().all(fits))
        };
        let texts =
            |value: &Value| value.as_array().is_some_and(|list| list.iter().all(Value::is_string));
        let fits = match self {
            Self::Nothing | Self::Json => true,
            Self::At(pointer, value) => json.pointer(pointer) == Some(&value.into()),
            Self::Lists => json["keys"].is_array() && all(&json, &texts),
            Self::Texts(pointer, value) => {
                json.pointer(pointer) == Some(&value.into()) && all(&json, &text)
            }
            Self::Entries(key) => json.as_array().is_some_and(|entries| {
                entries.iter().any(|entry| entry["key"] == key)
                    && entries.iter().all(|entry| {
                        ["created_at", "updated_at"].iter().all(|name| entry[*name].is_string())
                    })
            }),
            Self::List(pointer) => json.pointer(pointer).is_some_and(Value::is_array),
            Self::Error => json["error"].as_str().is_some_and(|text| !text.is_empty()),
        };
        assert!(fits, "{said}");
    }
}

#[tokio::test]
async fn the_node_sdk_gets_what_it_reads() {
    node::table().run().await;
}

#[tokio::test]
async fn the_python_sdk_gets_what_it_reads() {
    python::table().run().await;
}

#[tokio::test]
async fn the_ruby_sdk_gets_what_it_reads() {
    ruby::table().run().await;
}

#[tokio::test]
async fn the_java_sdk_gets_what_it_reads() {
    java::table().run().await;
}

#[tokio::test]
async fn the_dotnet_sdk_gets_what_it_reads() {
    dotnet::table().run().await;
}

#[tokio::test]
async fn the_go_sdk_gets_what_it_reads() {
    go::table().run().await;
}
