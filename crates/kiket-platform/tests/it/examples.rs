//! Every operation of the API's description has an example, and the platform answers it as the
//! description says.
//!
//! A call is made with its example: the path's and the query's parameters, the headers, the body. It is
//! made in a world of its own, in which the calls of [`before`] have been made with their examples too.
//! A refusal that the description names is what the platform always answers; otherwise it is a
//! success. The answer has to fit the description's schema, and to have the members and types of its
//! example.

mod described;
mod shape;
mod world;

use described::{Operation, operations};
use futures_util::future::join_all;
use serde_json::Value;
use world::World;

use crate::harness::Setup;

const INSTALL: &str = "POST /api/v1/installations";
const ACCEPT: &str = "POST /api/v1/events";
const PAUSE: &str = "POST /api/v1/installations/{id}/pause";
const DISABLE: &str = "POST /api/v1/installations/{id}/disable";
const UPGRADE: &str = "POST /api/v1/installations/{id}/upgrade";
const NEXT_SECRET: &str = "POST /api/v1/installations/{id}/delivery_secret/rotate";
const CANCEL: &str = "POST /api/v1/deliveries/{id}/cancel";
const ASK: &str = "POST /api/v1/guards";
const REMOVE_SECRET: &str = "DELETE /api/v1/secrets/{key}";
const TOKEN: &str = "POST /api/v1/workspace_api_tokens";
const LOG: &str = "POST /api/v1/extensions/{extension_id}/events";
const NOTIFY: &str = "POST /api/v1/extensions/notifications";
const EMAIL: &str = "POST /api/v1/ext/inbound_emails";
const REPORT: &str = "POST /api/v1/ext/telemetry";
const RECORD: &str = "POST /api/v1/ext/custom_data/{module}/{table}";
const WEBHOOK: &str = "GET /api/v1/ext/webhook_url";
const WATCH: &str = "GET /api/v1/deliveries/stream";

/// How many worlds there are at the same time.
const AT_ONCE: usize = 4;

/// What has to have happened before a call. An event that can be delivered is waited for.
fn before(operation: &str) -> Vec<&'static str> {
    let more: &[&str] = match operation {
        INSTALL => return Vec::new(),
        // The event is held back, or is to be seen as it comes.
        WATCH => return vec![INSTALL],
        CANCEL => return vec![INSTALL, PAUSE, ACCEPT],
        "POST /api/v1/deliveries/recover" => return vec![INSTALL, PAUSE, ACCEPT, CANCEL],
        "POST /api/v1/installations/{id}/resume" => &[PAUSE],
        "POST /api/v1/installations/{id}/enable" => &[DISABLE],
        "POST /api/v1/installations/{id}/rollback" => &[UPGRADE],
        "POST /api/v1/installations/{id}/delivery_secret/rotate/commit" => &[NEXT_SECRET],
        "GET /api/v1/guards" | "GET /api/v1/guards/{id}" | "POST /api/v1/guards/{id}/resolve" => {
            &[ASK]
        }
        "POST /api/v1/secrets/{key}/restore" => &[REMOVE_SECRET],
        "GET /api/v1/workspace_api_tokens" | "DELETE /api/v1/workspace_api_tokens/{id}" => &[TOKEN],
        "GET /api/v1/extension_events" => &[LOG],
        "GET /api/v1/notifications" => &[NOTIFY],
        "GET /api/v1/inbound_emails" | "GET /api/v1/inbound_emails/{id}" => &[EMAIL],
        "GET /api/v1/marketplace/telemetry" | "GET /api/v1/marketplace/telemetry/records" => {
            &[REPORT]
        }
        "GET /api/v1/ext/custom_data/{module}/{table}"
        | "GET /api/v1/ext/custom_data/{module}/{table}/{id}"
        | "PATCH /api/v1/ext/custom_data/{module}/{table}/{id}"
        | "DELETE /api/v1/ext/custom_data/{module}/{table}/{id}"
        | "GET /api/v1/custom_data/{module}/{table}"
        | "GET /api/v1/custom_data/{module}/{table}/{id}"
        | "PATCH /api/v1/custom_data/{module}/{table}/{id}"
        | "DELETE /api/v1/custom_data/{module}/{table}/{id}" => &[RECORD],
        "POST /webhooks/ext/{webhook_token}/{action}" => &[WEBHOOK],
        _ => &[],
    };
    [&[INSTALL, ACCEPT], more].concat()
}

async fn document() -> Value {
    let setup = Setup::new(&[]).await;
    let (status, document) = setup.get("/api/v1/openapi.json", &[]).await;
    assert_eq!(status, 200);
    document
}

#[tokio::test]
async fn every_operation_has_examples_that_fit_their_schemas() {
    let document = document().await;
    let mut faults = Vec::new();
    for operation in operations(&document) {
        faults.extend(operation.faults());
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_example_is_answered_as_described() {
    let operations = operations(&document().await);
    let mut faults = Vec::new();
    for some in operations.chunks(AT_ONCE) {
        faults.extend(join_all(some.iter().map(|it| try_it(it, &operations))).await);
    }
    let faults = faults.concat();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Where the answer to an operation's example is not as described.
async fn try_it(operation: &Operation, all: &[Operation]) -> Vec<String> {
    let named = |name: &str| all.iter().find(|it| it.name == name).unwrap();
    let mut world = World::new().await;
    for earlier in before(&operation.name) {
        let (status, answer) = world.call(named(earlier)).await;
        assert!((200..300).contains(&status), "{earlier} before {operation}: {answer}");
    }
    let (status, answer) = match &*operation.name {
        WATCH => world.watch(operation, named(ACCEPT)).await,
        _ => world.call(operation).await,
    };
    operation.differences(status, &answer)
}
