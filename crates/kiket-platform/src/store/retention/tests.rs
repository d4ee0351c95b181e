//! What goes with its age, and when.

use prometheus_client::metrics::histogram::Histogram;

use super::*;
use crate::delivery::plan::plan;

const DAY: i64 = 24 * 60 * 60 * 1000;

/// One event on each of days 1 and 2, each with a delivery that waits.
async fn waiting(dir: &tempfile::TempDir) -> Store {
    let store = Store::open(dir.path(), plan, Histogram::new([1.0])).await.unwrap();
    for statement in [
        "INSERT INTO projects (id, organization_id, created_at) VALUES (27, 3, 0)",
        "INSERT INTO extensions VALUES (1, 'com.example.crm')",
        "INSERT INTO installations (id, extension_number, project_id, state, manifest, \
         configuration, callback_url, signing, requested_secrets, scopes, revision, generation, \
         changes, created_at, updated_at) \
         VALUES (1, 1, 27, 'paused', '{}', '{}', '', 'body', '[]', '[]', 1, 1, 0, 0, 0)",
        "INSERT INTO data_tables (id, installation_id, module, name, definition, last_record) \
         VALUES (1, 1, 'crm.notes', 'notes', '{}', 0)",
        "INSERT INTO events (id, project_id, name, payload, halted, created_at) VALUES \
         (CAST('one' AS BLOB), 27, 'x', '{}', 0, 86400000), \
         (CAST('two' AS BLOB), 27, 'x', '{}', 0, 172800000)",
        "INSERT INTO deliveries (id, event_id, installation_id, kind, event_version, \
         timeout_ms, retries, required, state, due_at, lease, claims, created_at, updated_at) \
         SELECT id, id, 1, 'hook', 'v1', 1, 1, 0, 'queued', 0, NULL, 0, created_at, created_at \
         FROM events",
    ] {
        sqlx::query(statement).execute(&store.writer).await.unwrap();
    }
    store
}

async fn left(store: &Store) -> Vec<String> {
    let select = "SELECT CAST(id AS TEXT) AS id FROM events ORDER BY id";
    let rows = sqlx::query(select).fetch_all(&store.reader).await.unwrap();
    rows.iter().map(|row| row.try_get("id").unwrap()).collect()
}

fn day(number: i64) -> Timestamp {
    Timestamp::from_millisecond(number * DAY).unwrap()
}

#[tokio::test]
async fn an_event_goes_with_its_last_delivery_and_is_not_looked_for_again() {
    let dir = tempfile::tempdir().unwrap();
    let store = waiting(&dir).await;
    assert_eq!(store.remove_unheard(Timestamp::MIN, day(40)).await.unwrap(), None);
    assert!(!store.remove_settled(day(40), day(41)).await.unwrap());
    assert_eq!(left(&store).await, ["one", "two"]);
    let end =
        "UPDATE deliveries SET state = 'delivered', due_at = NULL WHERE id = CAST('one' AS BLOB)";
    sqlx::query(end).execute(&store.writer).await.unwrap();
    store.remove_settled(day(40), day(41)).await.unwrap();
    assert_eq!(left(&store).await, ["two"]);
    store.close().await;
}

#[tokio::test]
async fn a_lease_that_nobody_ends_keeps_a_cancelled_delivery_for_a_day() {
    let dir = tempfile::tempdir().unwrap();
    let store = waiting(&dir).await;
    let cancel = "UPDATE deliveries SET state = 'cancelled', due_at = NULL, \
                  lease = CAST('lease' AS BLOB)";
    sqlx::query(cancel).execute(&store.writer).await.unwrap();
    // A retention of nothing, a little more than a day after the first and before the second.
    let now = Timestamp::from_millisecond(2 * DAY + 1).unwrap();
    store.remove_settled(now, now).await.unwrap();
    assert_eq!(left(&store).await, ["two"]);
    store.close().await;
}

/// Rows of a table that go with their age.
struct Aged {
    table: &'static str,
    /// Makes the rows of the numbers from `$1` to `$2`, each of the time `$3`.
    insert: &'static str,
    count: &'static str,
}

const SETTLED: [Aged; 6] = [
    Aged {
        table: "records",
        insert: "INSERT INTO records (table_id, id, data, created_at, updated_at, deleted_at) \
                 WITH RECURSIVE n(n) AS (SELECT $1 UNION ALL SELECT n + 1 FROM n WHERE n < $2) \
                 SELECT 1, n, '{}', 0, 0, $3 FROM n",
        count: "SELECT COUNT(*) FROM records",
    },
    Aged {
        table: "idempotency_keys",
        insert: "INSERT INTO idempotency_keys WITH RECURSIVE n(n) AS \
                 (SELECT $1 UNION ALL SELECT n + 1 FROM n WHERE n < $2) \
                 SELECT 'operator', n, CAST('one' AS BLOB), CAST('' AS BLOB), 0, $3 FROM n",
        count: "SELECT COUNT(*) FROM idempotency_keys",
    },
    Aged {
        table: "answers",
        insert: "INSERT INTO answers \
                 (scope, key, request_hash, status, body, created_at, expires_at) WITH RECURSIVE n(n) AS \
                 (SELECT $1 UNION ALL SELECT n + 1 FROM n WHERE n < $2) \
                 SELECT 'operator', n, CAST('' AS BLOB), 201, '{}', 0, $3 FROM n",
        count: "SELECT COUNT(*) FROM answers",
    },
    Aged {
        table: "extension_events",
        insert: "INSERT INTO extension_events \
                 (installation_id, kind, number, event, data, created_at) WITH RECURSIVE n(n) AS \
                 (SELECT $1 UNION ALL SELECT n + 1 FROM n WHERE n < $2) \
                 SELECT 1, 'log', n, 'x', '{}', $3 FROM n",
        count: "SELECT COUNT(*) FROM extension_events",
    },
    Aged {
        table: "secret_reads",
        insert: "INSERT INTO secret_reads (installation_id, key, scope, read_by, read_at) \
                 WITH RECURSIVE n(n) AS (SELECT $1 UNION ALL SELECT n + 1 FROM n WHERE n < $2) \
                 SELECT 1, 'CRM_TOKEN', 'installation', 'api_key', $3 FROM n",
        count: "SELECT COUNT(*) FROM secret_reads",
    },
    Aged {
        table: "deliveries",
        insert: "INSERT INTO deliveries (id, event_id, installation_id, kind, event_version, \
                 timeout_ms, retries, required, state, claims, created_at, updated_at) \
                 WITH RECURSIVE n(n) AS (SELECT $1 UNION ALL SELECT n + 1 FROM n WHERE n < $2) \
                 SELECT CAST('settled ' || n AS BLOB), CAST('one' AS BLOB), 1, 'hook', 'v1', 1, 1, \
                 0, 'delivered', 1, 0, $3 FROM n",
        count: "SELECT COUNT(*) FROM deliveries WHERE state = 'delivered'",
    },
];

const REPORTED: [Aged; 4] = [
    Aged {
        table: "telemetry",
        insert: "INSERT INTO telemetry \
                 (installation_id, number, event, failed, duration_ms, metadata, created_at) \
                 WITH RECURSIVE n(n) AS (SELECT $1 UNION ALL SELECT n + 1 FROM n WHERE n < $2) \
                 SELECT 1, n, 'x', 0, 1, '{}', $3 FROM n",
        count: "SELECT COUNT(*) FROM telemetry",
    },
    Aged {
        table: "telemetry of nobody",
        insert: "INSERT INTO telemetry \
                 (installation_id, number, event, failed, duration_ms, metadata, created_at) \
                 WITH RECURSIVE n(n) AS (SELECT $1 UNION ALL SELECT n + 1 FROM n WHERE n < $2) \
                 SELECT NULL, n, 'x', 0, 1, '{}', $3 FROM n",
        count: "SELECT COUNT(*) FROM telemetry",
    },
    Aged {
        table: "telemetry_hours",
        insert: "INSERT INTO telemetry_hours WITH RECURSIVE n(n) AS \
                 (SELECT $1 UNION ALL SELECT n + 1 FROM n WHERE n < $2) \
                 SELECT 1, $3, 'x', 'v1', n, 1, 0, 1 FROM n",
        count: "SELECT COUNT(*) FROM telemetry_hours",
    },
    Aged {
        table: "inbound_emails",
        insert: "INSERT INTO inbound_emails (installation_id, number, email, created_at) \
                 WITH RECURSIVE n(n) AS (SELECT $1 UNION ALL SELECT n + 1 FROM n WHERE n < $2) \
                 SELECT 1, n, '{}', $3 FROM n",
        count: "SELECT COUNT(*) FROM inbound_emails",
    },
];

impl Aged {
    /// One row more than a batch that is too old by a millisecond, and one that is not yet.
    async fn fill(&self, store: &Store) {
        for (numbers, time) in [((1, BATCH + 1), 3 * DAY - 1), ((BATCH + 2, BATCH + 2), 3 * DAY)] {
            sqlx::query(self.insert)
                .bind(numbers.0)
                .bind(numbers.1)
                .bind(time)
                .execute(&store.writer)
                .await
                .unwrap();
        }
    }

    async fn left(&self, store: &Store) -> i64 {
        sqlx::query_scalar(self.count).fetch_one(&store.reader).await.unwrap()
    }

    async fn goes_batch_by_batch(
        &self,
        store: &Store,
        remove: impl AsyncFn() -> Result<bool, StoreError>,
    ) {
        self.fill(store).await;
        assert!(remove().await.unwrap(), "{}: there is more", self.table);
        assert_eq!(self.left(store).await, 2, "{}: one batch", self.table);
        assert!(!remove().await.unwrap(), "{}: nothing is left to do", self.table);
        assert_eq!(self.left(store).await, 1, "{}: one is not old enough", self.table);
    }
}

#[tokio::test]
async fn what_has_settled_goes_to_the_millisecond_and_batch_by_batch() {
    for aged in SETTLED {
        let dir = tempfile::tempdir().unwrap();
        let store = waiting(&dir).await;
        // What has an end of its own goes by that, the rest by its age.
        let remove = async || store.remove_settled(day(3), day(3)).await;
        aged.goes_batch_by_batch(&store, remove).await;
        store.close().await;
    }
}

#[tokio::test]
async fn what_was_reported_goes_to_the_millisecond_and_batch_by_batch() {
    for aged in REPORTED {
        let dir = tempfile::tempdir().unwrap();
        let store = waiting(&dir).await;
        // What nobody stands for goes by a time of its own.
        let before = if aged.table == "telemetry of nobody" { day(0) } else { day(3) };
        let remove = async || store.remove_reported(before, day(3)).await;
        aged.goes_batch_by_batch(&store, remove).await;
        store.close().await;
    }
}

#[tokio::test]
async fn the_shorter_time_is_for_what_came_without_a_credential_only() {
    let dir = tempfile::tempdir().unwrap();
    let store = waiting(&dir).await;
    for aged in &REPORTED {
        aged.fill(&store).await;
    }
    while store.remove_reported(day(0), day(30)).await.unwrap() {}
    let nobodys = "SELECT COUNT(*) FROM telemetry WHERE installation_id IS NULL";
    let nobodys: i64 = sqlx::query_scalar(nobodys).fetch_one(&store.reader).await.unwrap();
    assert_eq!(nobodys, 0);
    for aged in REPORTED.iter().filter(|aged| aged.table != "telemetry of nobody") {
        assert_eq!(aged.left(&store).await, BATCH + 2, "{}", aged.table);
    }
    store.close().await;
}

/// Every table that has a time, and why it may keep its rows.
#[tokio::test]
async fn no_table_that_only_grows_is_forgotten() {
    let dir = tempfile::tempdir().unwrap();
    let store = waiting(&dir).await;
    let growing = "SELECT DISTINCT m.name FROM sqlite_master m, pragma_table_info(m.name) c \
                   WHERE m.type = 'table' AND c.type = 'BIGINT' \
                   AND (c.name LIKE '%\\_at' ESCAPE '\\' OR c.name IN ('at', 'hour')) ORDER BY m.name";
    let found: Vec<String> = sqlx::query_scalar(growing).fetch_all(&store.reader).await.unwrap();
    let removed = SETTLED.iter().chain(&REPORTED).map(|aged| aged.table);
    let removed: Vec<_> = removed
        // Removed when their last delivery is, and with it.
        .chain(["events", "attempts", "callbacks", "guards"])
        // As many as operators and extensions set up.
        .chain([
            "api_keys",
            "installations",
            "modules",
            "projects",
            "revisions",
            "workspace_tokens",
        ])
        .chain(["secrets", "secret_remains", "signing_keys", "webhook_tokens"])
        .collect();
    let forgotten: Vec<_> = found.iter().filter(|name| !removed.contains(&name.as_str())).collect();
    assert!(forgotten.is_empty(), "{forgotten:?}");
    for aged in SETTLED.iter().chain(&REPORTED).filter(|aged| !aged.table.contains(' ')) {
        assert!(found.iter().any(|name| name == aged.table), "{}: {found:?}", aged.table);
    }
    store.close().await;
}
