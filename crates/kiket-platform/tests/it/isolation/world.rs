//! An installation with something of everything, its neighbours, and all that they can call with.

use std::collections::BTreeSet;
use std::time::Duration;

use kiket_contract::clock::Clock;
use serde_json::{Value, json};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Row};

use super::MARK;
use super::described::operations;
use crate::harness::{MANIFEST, Setup};

/// The query that names the first installation's project.
pub(super) const PROJECT: &str = "?project_id=27";
/// The first installation, and where it is.
const INSTALLATION: i64 = 1;
const ORGANIZATION: i64 = 3;
/// Its module of custom data, with a table.
const MODULE: &str = "com.example.crm.notes";
const SCHEMA: &str =
    "module: com.example.crm.notes\ntables: {notes: {columns: [{name: body, type: text}]}}\n";
const WORKSPACE: &str = "/api/v1/workspace_api_tokens";

/// What a call is made with.
pub(super) enum Credential {
    Nothing,
    /// A header.
    Sent(&'static str, String),
}

impl Credential {
    fn runtime(token: &str) -> Self {
        Self::Sent("x-kiket-runtime-token", token.to_owned())
    }

    fn api_key(key: &Value) -> Self {
        Self::Sent("x-kiket-api-key", key.as_str().unwrap().to_owned())
    }

    fn workspace(token: &Value) -> Self {
        Self::Sent("authorization", format!("Bearer {}", token.as_str().unwrap()))
    }

    pub(super) fn header(&self) -> Option<(&str, &str)> {
        match self {
            Self::Nothing => None,
            Self::Sent(name, value) => Some((name, value)),
        }
    }
}

/// What opens nothing, by what it is, and the code that says why.
type Bad = (&'static str, Credential, &'static str);

pub(super) struct World {
    pub(super) setup: Setup,
    pub(super) bad: Vec<Bad>,
    /// What is good, and somebody else's.
    pub(super) neighbours: Vec<Neighbour>,
    /// What is the first installation's own.
    pub(super) own: Vec<(&'static str, Credential)>,
    /// Of the first installation's organisation, with a scope that opens nothing.
    pub(super) powerless: Credential,
    /// A delivery of the first installation.
    delivery: String,
    /// A guard of its project.
    guard: String,
}

/// What is somebody else's.
pub(super) struct Neighbour {
    pub(super) whose: &'static str,
    pub(super) credential: Credential,
    /// Whether it is in the first installation's project, so that only the extension differs.
    pub(super) is_in_the_project: bool,
}

/// An installation's credentials.
struct Installed {
    id: i64,
    runtime_token: String,
    api_key: Value,
}

/// The value of a member of a body that names something of the first installation's.
pub(super) fn member(name: &str) -> Option<Value> {
    match name {
        "project_id" => Some(json!(27)),
        "organization_id" => Some(json!(ORGANIZATION)),
        "installation_id" => Some(json!(INSTALLATION)),
        _ => None,
    }
}

/// Text as the dump of the database shows it.
pub(super) fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02X}")).collect()
}

impl World {
    pub(super) async fn new() -> Self {
        let clock = Clock::manual(jiff::Timestamp::now());
        let setup = Setup::with(&[], |config| config.clock = clock.clone()).await;
        let manifest = manifest(&setup).await;
        let mut bad = over_with_time(&setup, &clock, &manifest).await;
        bad.extend(over_by_hand(&setup, &manifest).await);
        let first = json!({
            "manifest": manifest, "secrets": {"CRM_TOKEN": MARK, MARK: "x"}, "modules": {MODULE: SCHEMA},
            "seeds": {MODULE: [json!({"table": "notes", "records": [{"body": MARK}]}).to_string()]},
        });
        let first = install(&setup, first).await;
        let rotate = format!("/api/v1/installations/{INSTALLATION}/api_key/rotate");
        let at_once = json!({"overlap_minutes": 0});
        let api_key = setup.admin("POST", &rotate, at_once).await.1["api_key"].clone();
        let (head, tail) = first.runtime_token.rsplit_once('.').unwrap();
        let forged =
            format!("{head}.{}{}", if tail.starts_with('A') { "B" } else { "A" }, &tail[1..]);
        let (key, admins) = (api_key.as_str().unwrap(), json!("ka_wrong"));
        bad.extend([
            ("nothing", Credential::Nothing, "no_credential"),
            ("a forged token", Credential::runtime(&forged), "invalid_credential"),
            ("a replaced key", Credential::api_key(&first.api_key), "expired_credential"),
            ("a key as a token", Credential::runtime(key), "wrong_credential"),
            ("an operator's", Credential::workspace(&admins), "wrong_credential"),
        ]);
        let neighbours = neighbours(&setup, &manifest).await;
        let (delivery, guard) = things(&setup, &first.runtime_token).await;
        let whole = Credential::workspace(&token(&setup, 3, &["*"]).await["token"]);
        let own = vec![
            ("its token", Credential::runtime(&first.runtime_token)),
            ("its key", Credential::api_key(&api_key)),
            ("its workspace's token", whole),
        ];
        let powerless = token(&setup, 3, &["nothing.read"]).await;
        let powerless = Credential::workspace(&powerless["token"]);
        Self { setup, bad, neighbours, own, powerless, delivery, guard }
    }

    /// What stands for a variable segment of a path: what the first installation has, by the
    /// segment before.
    pub(super) fn thing(&self, before: &str, name: &str) -> String {
        match (before, name) {
            (_, "extension_id") => "com.example.crm".to_owned(),
            ("secrets", "key") => "CRM_TOKEN".to_owned(),
            ("deliveries", "id") => self.delivery.clone(),
            ("guards", "id") => self.guard.clone(),
            (_, "module") => MODULE.to_owned(),
            (_, "table") => "notes".to_owned(),
            _ => INSTALLATION.to_string(),
        }
    }

    /// All rows of the database.
    pub(super) async fn everything(&self) -> BTreeSet<String> {
        rows(&self.setup, |_, _| String::new()).await
    }

    /// The rows of the first installation, its project and its organisation.
    pub(super) async fn of_the_first(&self) -> BTreeSet<String> {
        rows(&self.setup, |table, columns| {
            let has = |name: &str| columns.iter().any(|column| column == name);
            if table == "installations" {
                format!("WHERE id = {INSTALLATION}")
            } else if has("installation_id") {
                format!("WHERE installation_id = {INSTALLATION}")
            } else if has("delivery_id") {
                format!(
                    "WHERE delivery_id IN (SELECT id FROM deliveries \
                     WHERE installation_id = {INSTALLATION})"
                )
            } else if has("project_id") {
                "WHERE project_id = 27".to_owned()
            } else if has("organization_id") {
                format!("WHERE organization_id = {ORGANIZATION}")
            } else {
                String::new()
            }
        })
        .await
    }
}

/// What has expired.
async fn over_with_time(setup: &Setup, clock: &Clock, manifest: &str) -> Vec<Bad> {
    let old = install(setup, json!({"manifest": manifest})).await;
    let soon = Some(clock.now() + Duration::from_secs(60));
    let (status, ended) = setup.admin("POST", WORKSPACE, wanted(3, &["*"], soon)).await;
    assert_eq!(status, 201, "{ended}");
    clock.advance(Duration::from_secs(16 * 60));
    vec![
        ("an old token", Credential::runtime(&old.runtime_token), "expired_credential"),
        ("an ended token", Credential::workspace(&ended["token"]), "expired_credential"),
    ]
}

/// What was revoked: with its installation, with the installation's generation, by itself.
async fn over_by_hand(setup: &Setup, manifest: &str) -> Vec<Bad> {
    let installation = async |id: &str| {
        let manifest = manifest.replace("com.example.crm", id);
        install(setup, json!({"manifest": manifest})).await
    };
    let earlier = installation("com.example.crm").await;
    let gone = installation("com.example.gone").await;
    let disabled = installation("com.example.off").await;
    let deleted = token(setup, 3, &["*"]).await;
    for (method, path) in [
        ("POST", format!("/api/v1/installations/{}/disable", earlier.id)),
        ("POST", format!("/api/v1/installations/{}/enable", earlier.id)),
        ("DELETE", format!("/api/v1/installations/{}", gone.id)),
        ("POST", format!("/api/v1/installations/{}/disable", disabled.id)),
        ("DELETE", format!("{WORKSPACE}/{}", deleted["id"])),
    ] {
        assert_eq!(setup.admin(method, &path, Value::Null).await.0, 200, "{path}");
    }
    vec![
        ("an earlier token", Credential::runtime(&earlier.runtime_token), "revoked_credential"),
        ("a removed token", Credential::runtime(&gone.runtime_token), "revoked_credential"),
        ("a disabled token", Credential::runtime(&disabled.runtime_token), "installation_disabled"),
        ("a removed key", Credential::api_key(&gone.api_key), "invalid_credential"),
        ("a disabled key", Credential::api_key(&disabled.api_key), "installation_disabled"),
        ("a deleted token", Credential::workspace(&deleted["token"]), "invalid_credential"),
    ]
}

/// Neighbours abroad in another organisation, beside in another project, and within the project.
async fn neighbours(setup: &Setup, manifest: &str) -> Vec<Neighbour> {
    let installation = async |id: &str, organization: i64, project: i64| {
        let manifest = manifest.replace("com.example.crm", id);
        let place = json!({
            "manifest": manifest, "organization_id": organization, "project_id": project,
        });
        install(setup, place).await
    };
    let neighbour =
        |whose, credential, is_in_the_project| Neighbour { whose, credential, is_in_the_project };
    let abroad = installation("com.example.crm", 4, 40).await;
    let beside = installation("com.example.crm", 3, 28).await;
    let within = installation("com.example.other", 3, 27).await;
    let workspace_abroad = token(setup, 4, &["*"]).await;
    let workspace_beside = token(setup, 3, &["*", "project:28"]).await;
    let workspace = |made: &Value| Credential::workspace(&made["token"]);
    vec![
        neighbour("a token abroad", Credential::runtime(&abroad.runtime_token), false),
        neighbour("a key abroad", Credential::api_key(&abroad.api_key), false),
        neighbour("a token beside", Credential::runtime(&beside.runtime_token), false),
        neighbour("a key beside", Credential::api_key(&beside.api_key), false),
        neighbour("a token within", Credential::runtime(&within.runtime_token), true),
        neighbour("a key within", Credential::api_key(&within.api_key), true),
        neighbour("a workspace token abroad", workspace(&workspace_abroad), false),
        neighbour("a workspace token beside", workspace(&workspace_beside), false),
    ]
}

/// Marked things of the first installation: what it told, a delivery, and a guard of its project.
async fn things(setup: &Setup, token: &str) -> (String, String) {
    let path = "/api/v1/extensions/com.example.crm/events";
    let entry = json!({"event": MARK, "data": {"logged": MARK}});
    assert_eq!(setup.call_back(path, token, entry).await.0, 201);
    for (path, body) in [
        ("/extensions/logs", json!({"message": MARK})),
        ("/extensions/metrics", json!({"name": MARK, "value": 1, "unit": MARK})),
        ("/extensions/notifications", json!({"title": MARK, "body": MARK})),
        ("/ext/analytics/events", json!({"event": MARK, "data": MARK})),
        ("/ext/inbound_emails", json!({"inbound_email": {"subject": MARK}})),
    ] {
        assert_eq!(setup.call_back(path, token, body).await.0, 201, "{path}");
    }
    let record = json!({"event": MARK, "status": "error", "error_message": MARK});
    assert_eq!(setup.call_back("/ext/telemetry", token, record).await.0, 200);
    let question =
        json!({"event": "issue.before_create", "project_id": 27, "payload": {"title": MARK}});
    let (status, guard) = setup.admin("POST", "/api/v1/guards", question).await;
    assert_eq!(status, 200, "{guard}");
    let deliveries = format!("/api/v1/deliveries?installation_id={INSTALLATION}");
    let (_, deliveries) = setup.look(&deliveries).await;
    let id = |thing: &Value| thing["id"].as_str().unwrap().to_owned();
    (id(&deliveries["data"][0]), id(&guard))
}

/// A manifest that asks for every scope that an operation needs.
async fn manifest(setup: &Setup) -> String {
    let scopes: BTreeSet<_> =
        operations(setup).await.into_iter().flat_map(|it| it.scopes).collect();
    let custom_data = json!({
        "permissions": [{"module": MODULE, "operations": ["read", "write", "delete", "admin"]}],
    });
    let custom_data = format!("  custom_data: {custom_data}\n  hooks:");
    let manifest = MANIFEST.replace("[issues:read]", &json!(scopes).to_string());
    manifest.replacen("  hooks:", &custom_data, 1)
}

async fn install(setup: &Setup, members: Value) -> Installed {
    let project = members.get("project_id").map_or(27, |id| id.as_i64().unwrap());
    let (status, body) = setup.install(members).await;
    assert_eq!(status, 201, "{body}");
    let event =
        json!({"event": "issue.created", "project_id": project, "payload": {"title": MARK}});
    let (_, accepted) = setup.admin("POST", "/api/v1/events", event).await;
    let deliveries = accepted["deliveries"].as_array().unwrap();
    let mut runtime_token = None;
    for delivery in deliveries {
        let id = delivery["id"].as_str().unwrap();
        let settled = setup.settled(id.parse().unwrap()).await;
        if i64::from(settled.installation_id) == body["id"].as_i64().unwrap() {
            let sent = setup.script.until(|sent| sent.header("x-kiket-invocation") == id).await;
            runtime_token = Some(sent.token());
        }
    }
    Installed {
        id: body["id"].as_i64().unwrap(),
        runtime_token: runtime_token.unwrap(),
        api_key: body["api_key"].clone(),
    }
}

async fn token(setup: &Setup, organization: i64, scopes: &[&str]) -> Value {
    let (status, body) = setup.admin("POST", WORKSPACE, wanted(organization, scopes, None)).await;
    assert_eq!(status, 201, "{body}");
    body
}

fn wanted(organization: i64, scopes: &[&str], expires_at: Option<jiff::Timestamp>) -> Value {
    json!({"workspace_api_token": {
        "name": "ci", "organization_id": organization, "scopes": scopes, "expires_at": expires_at,
    }})
}

/// The rows of each table, each as the hexadecimal text of its columns.
async fn rows(setup: &Setup, of: impl Fn(&str, &[String]) -> String) -> BTreeSet<String> {
    let url = format!("sqlite://{}", setup.dir.path().join("kiket.db").display());
    let mut connection = AnyConnection::connect(&url).await.unwrap();
    let tables = texts(
        &mut connection,
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\' \
         AND name NOT LIKE 'sqlite%'"
            .to_owned(),
    )
    .await;
    assert!(tables.len() > 10, "{tables:?}");
    let mut rows = BTreeSet::new();
    for table in tables {
        let columns = format!("SELECT name FROM pragma_table_info('{table}') ORDER BY cid");
        let columns = texts(&mut connection, columns).await;
        let shown: Vec<_> =
            columns.iter().map(|name| format!("COALESCE(hex(\"{name}\"), '-')")).collect();
        let (shown, of) = (shown.join(" || ' ' || "), of(&table, &columns));
        let found = texts(&mut connection, format!("SELECT {shown} FROM {table} {of}")).await;
        rows.extend(found.into_iter().map(|row| format!("{table} {row}")));
    }
    connection.close().await.unwrap();
    rows
}

async fn texts(connection: &mut AnyConnection, statement: String) -> Vec<String> {
    let rows = sqlx::query(AssertSqlSafe(statement)).fetch_all(connection).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}
