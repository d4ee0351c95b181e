//! A disk without room, for tests: SQLite's own limit on the pages of a database.

use std::cell::Cell;

use jiff::Timestamp;
use kiket_contract::id::ProjectId;
use prometheus_client::metrics::histogram::Histogram;
use sqlx::{AssertSqlSafe, Connection};

use super::events::{Accepted, NewEvent};
use super::{Store, StoreError};

const NO_LIMIT: u32 = u32::MAX - 1;

thread_local! {
    /// The most pages of every database that is opened on this thread, which is a test's own.
    static MOST: Cell<u32> = const { Cell::new(NO_LIMIT) };
}

/// What a new connection is told.
pub(super) fn limit() -> AssertSqlSafe<String> {
    AssertSqlSafe(format!("PRAGMA max_page_count = {}", MOST.get()))
}

impl Store {
    /// From now on the database can not grow.
    pub(crate) async fn fill_disk(&self) {
        self.limit_to(1).await;
    }

    /// The database can grow again.
    pub(crate) async fn make_room(&self) {
        self.limit_to(NO_LIMIT).await;
    }

    /// A limit below what there is means what there is.
    async fn limit_to(&self, pages: u32) {
        MOST.set(pages);
        sqlx::query(limit()).execute(&self.writer).await.unwrap();
    }
}

async fn open(dir: &tempfile::TempDir) -> Store {
    Store::open(dir.path(), |_, _| Vec::new(), Histogram::new([1.0])).await.unwrap()
}

/// An event of more than one page.
fn event() -> NewEvent {
    let project = ProjectId::try_from(27).unwrap();
    let payload = format!(r#"{{"text":"{}"}}"#, "x".repeat(30_000));
    let event = NewEvent::raised("issue.created", project, payload, Timestamp::UNIX_EPOCH);
    NewEvent { organization_id: Some(3.try_into().unwrap()), ..event }
}

async fn events(store: &Store) -> i64 {
    sqlx::query_scalar("SELECT COUNT(*) FROM events").fetch_one(&store.reader).await.unwrap()
}

#[tokio::test]
async fn an_event_without_room_is_refused_and_none_of_it_is_stored() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir).await;
    store.fill_disk().await;
    for _ in 0..20 {
        let refused = store.accept(event()).await;
        assert!(matches!(refused, Err(StoreError::Full)), "{refused:?}");
    }
    assert_eq!(events(&store).await, 0);
    store.make_room().await;
    store.accept(event()).await.unwrap();
    assert_eq!(events(&store).await, 1);
}

#[tokio::test]
async fn after_a_full_disk_a_transaction_that_is_taken_back_takes_no_other_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir).await;
    store.fill_disk().await;
    assert!(matches!(store.accept(event()).await, Err(StoreError::Full)));
    store.make_room().await;
    for accepted in 1..=3 {
        let mut taken_back = store.writer.begin().await.unwrap();
        sqlx::query("DELETE FROM events").execute(&mut *taken_back).await.unwrap();
        drop(taken_back);
        assert!(matches!(store.accept(event()).await, Ok(Accepted::With(_))));
        assert_eq!(events(&store).await, accepted, "what was answered is committed");
    }
    let writer = store.writer.acquire().await.unwrap();
    assert!(!writer.is_in_transaction());
}
