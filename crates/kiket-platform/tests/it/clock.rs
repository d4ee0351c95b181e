//! The machine's clock is set an hour on or back while deliveries are under way.

use jiff::{SignedDuration, Timestamp};
use kiket_contract::api::deliveries::Status;
use kiket_contract::clock::Clock;
use kiket_platform::Platform;
use serde_json::json;

use crate::harness::{Held, Setup, config, until};

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const EVENTS: &str = "/api/v1/extensions/com.example.crm/events";

async fn setup(answers: &[(u16, &str)]) -> (Setup, Clock) {
    let clock = Clock::manual(Timestamp::now());
    let setup = Setup::with(answers, |config| config.clock = clock.clone()).await;
    (setup, clock)
}

async fn holding(setup: &Setup) -> Held {
    let held = Held::serve().await;
    assert_eq!(setup.install(json!({"callback_url": held.url()})).await.0, 201);
    held
}

#[tokio::test]
async fn an_hour_on_repeats_what_is_under_way_once_and_nothing_is_lost() {
    let (setup, clock) = setup(&[]).await;
    let held = holding(&setup).await;
    let under_way = setup.send().await;
    held.arrived(1).await;
    clock.set(clock.now() + HOUR);
    let next = setup.send().await;
    held.arrived(2).await;
    held.go.add_permits(3);
    for id in [under_way, next] {
        let delivery = setup.settled(id).await;
        assert_eq!(delivery.status, Status::Delivered);
        assert_eq!(delivery.attempts.len(), 1, "the one whose lease is over is not recorded");
    }
    let repeated = setup.platform.delivery(under_way).await.unwrap().unwrap();
    assert_eq!(repeated.attempts[0].number, 2);
    let last = setup.send().await;
    held.go.add_permits(1);
    setup.settled(last).await;
    held.arrived(1).await;
    assert_eq!(held.arrived.available_permits(), 0, "and no more than that");
}

#[tokio::test]
async fn an_hour_back_leaves_what_is_under_way_alone() {
    let (setup, clock) = setup(&[]).await;
    let held = holding(&setup).await;
    let under_way = setup.send().await;
    held.arrived(1).await;
    clock.set(clock.now() - HOUR);
    let next = setup.send().await;
    held.arrived(1).await;
    held.go.add_permits(2);
    for id in [under_way, next] {
        let delivery = setup.settled(id).await;
        assert_eq!((delivery.status, delivery.attempts.len()), (Status::Delivered, 1));
    }
    assert_eq!(held.arrived.available_permits(), 0);
}

#[tokio::test]
async fn an_hour_back_a_retry_waits_for_its_time_and_holds_up_nothing() {
    let (setup, clock) = setup(&[(500, ""), (200, "{}")]).await;
    let retried = setup.send().await;
    let due = setup.until(retried, |delivery| delivery.status == Status::Retrying).await;
    let due = due.next_attempt_at.unwrap();
    clock.set(clock.now() - HOUR);
    for _ in 0..20 {
        let next = setup.send().await;
        assert_eq!(setup.settled(next).await.attempts.len(), 1);
    }
    let waiting = setup.platform.delivery(retried).await.unwrap().unwrap();
    assert_eq!((waiting.status, waiting.next_attempt_at), (Status::Retrying, Some(due)));
    clock.set(due);
    let last = setup.send().await;
    setup.settled(last).await;
    assert_eq!(setup.settled(retried).await.attempts.len(), 2);
    assert_eq!(setup.script.received().len(), 23, "one request for each recorded attempt");
}

#[tokio::test]
async fn an_hour_on_spends_a_retry_at_once_and_only_that() {
    let (setup, clock) = setup(&[(500, ""), (500, ""), (200, "{}")]).await;
    let retried = setup.send().await;
    setup.until(retried, |delivery| delivery.status == Status::Retrying).await;
    clock.set(clock.now() + HOUR);
    setup.platform.stop_delivering().await;
    let Setup { dir, platform, script, .. } = setup;
    platform.shutdown().await;
    let mut same = config(&dir);
    same.clock = clock.clone();
    let again = Platform::start(same).await.unwrap();
    again.deliver();
    let waiting = until(&again, retried, |delivery| delivery.attempts.len() == 2).await;
    assert_eq!(waiting.status, Status::Retrying, "the wait after it is as long as ever");
    assert!(waiting.next_attempt_at.unwrap() > clock.now());
    assert_eq!(script.received().len(), 2);
}

#[tokio::test]
async fn after_a_start_with_an_earlier_clock_what_a_dead_node_held_is_delivered() {
    let (setup, clock) = setup(&[]).await;
    let held = holding(&setup).await;
    let id = setup.send().await;
    held.arrived(1).await;
    let Setup { dir, platform, .. } = setup;
    // Like a crash: the lease stays, and ends in an hour and some seconds.
    drop(platform);
    held.go.add_permits(2);
    let mut earlier = config(&dir);
    earlier.clock = Clock::manual(clock.now() - HOUR);
    let again = Platform::start(earlier).await.unwrap();
    again.deliver();
    let delivery = until(&again, id, |delivery| delivery.status.is_final()).await;
    assert_eq!(delivery.status, Status::Delivered);
}

#[tokio::test]
async fn a_token_of_another_hour_opens_nothing_and_the_next_delivery_brings_a_good_one() {
    let (setup, clock) = setup(&[]).await;
    for (hour, code) in [(HOUR, "expired_credential"), (-HOUR, "invalid_credential")] {
        let token = setup.delivered().await.token();
        assert_eq!(setup.call_back(EVENTS, &token, json!({"event": "x"})).await.0, 201);
        clock.set(clock.now() + hour);
        let (status, body) = setup.call_back(EVENTS, &token, json!({"event": "x"})).await;
        assert_eq!((status, &body["code"]), (401, &json!(code)), "{hour}");
        let token = setup.delivered().await.token();
        assert_eq!(setup.call_back(EVENTS, &token, json!({"event": "x"})).await.0, 201);
    }
}

#[tokio::test]
async fn an_hour_on_ends_the_record_of_a_question_and_not_its_decision() {
    let (setup, clock) = setup(&[]).await;
    let held = Held::serve().await;
    let manifest = "id: com.example.guard\nsdk: rust\nhooks:\n  \
                    - {event: issue.before_create, required: true}\n";
    let install = json!({"manifest": manifest, "callback_url": held.url()});
    assert_eq!(setup.install(install).await.0, 201);
    let question = json!({"event": "issue.before_create", "project_id": 27, "payload": {}});
    let (decided, ()) = tokio::join!(setup.admin("POST", "/api/v1/guards", question), async {
        held.arrived(1).await;
        clock.set(clock.now() + HOUR);
        setup.send().await;
        let mut poll = tokio::time::interval(std::time::Duration::from_millis(5));
        for _ in 0..2_000 {
            poll.tick().await;
            let (_, failed) = setup.look("/api/v1/deliveries?status=failed").await;
            if failed["data"] != json!([]) {
                break;
            }
        }
        held.go.add_permits(1);
    });
    assert_eq!((decided.0, &decided.1["decision"]), (200, &json!("allow")));
    let id = decided.1["results"][0]["delivery_id"].as_str().unwrap().parse().unwrap();
    let delivery = setup.settled(id).await;
    assert_eq!((delivery.status, delivery.attempts.len()), (Status::Failed, 1));
    let said = "the platform stopped before the answer came";
    assert_eq!(delivery.diagnostics.as_deref(), Some(said));
    assert_eq!(held.arrived.available_permits(), 0, "nobody is asked again");
}
