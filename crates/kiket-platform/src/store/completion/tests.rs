//! Two workers with one delivery: the lease says whose attempt counts.

use jiff::SignedDuration;
use kiket_contract::id::{InstallationId, ProjectId};
use prometheus_client::metrics::histogram::Histogram;
use sqlx::Executor;
use tempfile::TempDir;

use super::*;
use crate::store::claims::Claiming;
use crate::store::deliveries::{Kind, NewDelivery};
use crate::store::events::Accepted;
use crate::store::hooks::MatchingHook;

const TIMEOUT_MS: i64 = 1_000;
const MARGIN: SignedDuration = SignedDuration::from_secs(10);
const INSTALLED: &str = "INSERT INTO projects (id, organization_id, created_at) VALUES (27, 3, 0); \
    INSERT INTO extensions VALUES (1, 'com.example.crm'); \
    INSERT INTO installations (id, extension_number, project_id, state, manifest, configuration, \
    callback_url, signing, requested_secrets, scopes, revision, generation, changes, created_at, updated_at) \
    VALUES (1, 1, 27, 'active', '', '{}', '', 'body', '[]', '[]', 1, 1, 0, 0, 0);";

fn installation() -> InstallationId {
    1.try_into().unwrap()
}

fn plan(_: Option<&str>, _: &[MatchingHook]) -> Vec<NewDelivery> {
    vec![NewDelivery {
        id: DeliveryId::new(),
        installation_id: installation(),
        hook_id: None,
        kind: Kind::Hook,
        event_version: "v1".to_owned(),
        endpoint: None,
        timeout_ms: TIMEOUT_MS,
        retries: 5,
        required: false,
        token_minutes: None,
        redelivery_of: None,
        lease: None,
    }]
}

/// A store with one delivery that two workers have claimed one after the other, and when the second
/// lease ends.
struct Setup {
    store: Store,
    late: Claim,
    holder: Claim,
    leased_until: Timestamp,
    _dir: TempDir,
}

impl Setup {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), plan, Histogram::new([1.0])).await.unwrap();
        store.writer.execute(INSTALLED).await.unwrap();
        let start = Timestamp::UNIX_EPOCH;
        let project = ProjectId::try_from(27).unwrap();
        let event = NewEvent::raised("issue.created", project, "{}".to_owned(), start);
        assert!(matches!(store.accept(event).await, Ok(Accepted::With(_))));
        let late = claim(&store, start).await.unwrap();
        let lease_end = start + MARGIN + SignedDuration::from_millis(TIMEOUT_MS);
        let before = lease_end - SignedDuration::from_millis(1);
        assert!(claim(&store, before).await.is_none(), "nobody takes it while it is leased");
        let holder = claim(&store, lease_end).await.unwrap();
        assert_eq!((late.id, late.number, holder.number), (holder.id, 1, 2));
        let leased_until = lease_end + MARGIN + SignedDuration::from_millis(TIMEOUT_MS);
        Self { store, late, holder, leased_until, _dir: dir }
    }

    async fn complete(&self, claim: Claim, next: Next) -> Completed {
        self.store.complete(completion(claim, next)).await.unwrap()
    }

    /// State, due time and the numbers of the recorded attempts.
    async fn delivery(&self) -> (String, Option<i64>, Vec<i64>) {
        let row = "SELECT state, due_at FROM deliveries";
        let (state, due_at) = sqlx::query_as(row).fetch_one(&self.store.reader).await.unwrap();
        let numbers = sqlx::query_scalar("SELECT number FROM attempts ORDER BY number");
        (state, due_at, numbers.fetch_all(&self.store.reader).await.unwrap())
    }
}

async fn claim(store: &Store, now: Timestamp) -> Option<Claim> {
    let claiming = Claiming { wants: vec![(installation(), 5)], now, until: now + MARGIN };
    store.claim(claiming).await.unwrap().pop()
}

fn completion(claim: Claim, next: Next) -> Arc<Completion> {
    Arc::new(Completion {
        claim,
        started_at: Timestamp::UNIX_EPOCH,
        duration_ms: 1,
        status_code: Some(200),
        error: None,
        response: None,
        next,
        consequences: Consequences::default(),
        now: Timestamp::UNIX_EPOCH,
    })
}

#[tokio::test]
async fn an_end_that_comes_after_its_lease_is_refused_and_changes_nothing() {
    let setup = Setup::new().await;
    for next in [Next::Delivered, Next::Failed, Next::RetryAt(Timestamp::UNIX_EPOCH)] {
        assert_eq!(setup.complete(setup.late, next).await, Completed::LeaseLost);
        let leased = Some(setup.leased_until.as_millisecond());
        assert_eq!(setup.delivery().await, ("queued".to_owned(), leased, vec![]), "{next:?}");
    }
    setup.store.release(setup.late, Timestamp::UNIX_EPOCH).await.unwrap();
    assert_eq!(setup.complete(setup.holder, Next::Delivered).await, Completed::Moved);
    assert_eq!(setup.complete(setup.late, Next::Failed).await, Completed::LeaseLost);
    assert_eq!(setup.complete(setup.holder, Next::Failed).await, Completed::LeaseLost);
    assert_eq!(setup.delivery().await, ("delivered".to_owned(), None, vec![2]));
}

#[tokio::test]
async fn of_two_ends_in_one_commit_the_holders_is_the_one_that_counts() {
    for late_first in [true, false] {
        let setup = Setup::new().await;
        let late = setup.complete(setup.late, Next::Failed);
        let holder = setup.complete(setup.holder, Next::Delivered);
        let (late, holder) = match late_first {
            true => tokio::join!(late, holder),
            false => {
                let (holder, late) = tokio::join!(holder, late);
                (late, holder)
            }
        };
        assert_eq!((late, holder), (Completed::LeaseLost, Completed::Moved), "{late_first}");
        assert_eq!(setup.delivery().await, ("delivered".to_owned(), None, vec![2]));
    }
}

#[tokio::test]
async fn fifty_claims_without_an_end_record_nothing_and_number_on() {
    let setup = Setup::new().await;
    let mut now = setup.leased_until;
    for number in 3..=50 {
        let claim = claim(&setup.store, now).await.unwrap();
        assert_eq!((claim.number, claim.recorded), (number, 0));
        now += MARGIN + SignedDuration::from_millis(TIMEOUT_MS);
    }
    assert_eq!(setup.delivery().await, ("queued".to_owned(), Some(now.as_millisecond()), vec![]));
    assert!(claim(&setup.store, now).await.is_some_and(|claim| claim.number == 51));
}
