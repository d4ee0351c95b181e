//! Receivers that do wrong: each has its outcome, and none takes more than its time and its bytes.

mod receiver;

use std::time::Duration;

use kiket_contract::api::deliveries::{Delivery, Status};
use serde_json::{Value, json};

use crate::harness::{MANIFEST, Script, Setup};
use receiver::{Fault, Receiver};

/// What the buffers of both systems may hold beside what the platform reads.
const BUFFERS: u64 = 16 * 1024 * 1024;
const KEPT: usize = 64 * 1024;

/// A platform that tries again once, whose only installation has this receiver.
async fn setup(receiver: &Receiver) -> Setup {
    let setup = Setup::with(&[], |config| {
        config.schedule.retries = 1;
        config.schedule.base = Duration::from_millis(1);
    })
    .await;
    let timed = format!("version: v1\n      timeout: {}\n      retries: 1", receiver.limit_ms());
    let manifest = MANIFEST.replace("version: v1", &timed);
    let install = json!({"manifest": manifest, "callback_url": receiver.url()});
    assert_eq!(setup.install(install).await.0, 201);
    setup
}

async fn outcome(fault: Fault) -> (Delivery, Receiver) {
    let receiver = Receiver::serve(fault).await;
    let setup = setup(&receiver).await;
    let id = setup.send().await;
    (setup.settled(id).await, receiver)
}

#[tokio::test]
async fn a_receiver_that_comes_to_no_end_costs_its_time_limit_and_is_tried_again() {
    for fault in [Fault::Hang, Fault::TrickleHead, Fault::TrickleBody, Fault::InterimAnswers] {
        let (delivery, receiver) = outcome(fault).await;
        assert_eq!(delivery.status, Status::Failed, "{fault:?}");
        assert_eq!(delivery.attempts.len(), 2, "{fault:?}");
        for attempt in &delivery.attempts {
            assert_eq!(attempt.error.as_deref(), Some("no answer within 200 ms"), "{fault:?}");
            assert_eq!((attempt.status_code, &attempt.response), (None, &None), "{fault:?}");
        }
        receiver.taken(2).await;
        assert_eq!(receiver.requests(), 2, "{fault:?}, and both connections are let go");
    }
}

#[tokio::test]
async fn a_connection_that_is_lost_before_the_answers_end_is_tried_again() {
    for fault in [Fault::Reset, Fault::CloseInTheBody] {
        let (delivery, receiver) = outcome(fault).await;
        assert_eq!(delivery.status, Status::Failed, "{fault:?}");
        assert_eq!((delivery.attempts.len(), receiver.requests()), (2, 2), "{fault:?}");
        let error = delivery.attempts[0].error.as_deref().unwrap();
        assert!(error.starts_with("the connection was lost: "), "{fault:?}: {error}");
    }
}

#[tokio::test]
async fn a_head_without_end_is_taken_to_its_bound_and_tried_again() {
    let (delivery, receiver) = outcome(Fault::EndlessHead).await;
    assert_eq!(delivery.status, Status::Failed);
    assert_eq!(delivery.attempts.len(), 2);
    let error = delivery.attempts[0].error.as_deref().unwrap();
    assert!(error.ends_with("message head is too large"), "{error}");
    let taken = receiver.taken(2).await;
    assert!(taken < 2 * BUFFERS, "{taken}");
}

#[tokio::test]
async fn a_body_without_end_is_taken_to_its_bound_and_delivered() {
    for fault in [Fault::Gigabyte, Fault::EndlessBody] {
        let (delivery, receiver) = outcome(fault).await;
        assert_eq!(delivery.status, Status::Delivered, "{fault:?}");
        assert_eq!(delivery.attempts.len(), 1, "{fault:?}");
        let kept = delivery.attempts[0].response.as_deref().unwrap();
        assert!(kept.len() <= KEPT && kept.len() > KEPT / 2, "{fault:?}: {}", kept.len());
        let taken = receiver.taken(1).await;
        assert!(taken < BUFFERS, "{fault:?}: {taken}");
    }
}

#[tokio::test]
async fn a_redirect_is_final_and_not_followed() {
    let elsewhere = Script::default();
    let (address, _) = elsewhere.serve("127.0.0.1:0".parse().unwrap()).await;
    for status in [301, 302, 307, 308] {
        let answer = format!(
            "HTTP/1.1 {status} Moved\r\nlocation: http://{address}/\r\ncontent-length: 0\r\n\r\n"
        );
        let (delivery, receiver) = outcome(Fault::Says(answer.leak())).await;
        assert_eq!(delivery.status, Status::Failed, "{status}");
        let said = format!("the extension answered {status}, which is final");
        assert_eq!(delivery.diagnostics.as_deref(), Some(said.as_str()));
        assert_eq!((receiver.requests(), elsewhere.received().len()), (1, 0), "{status}");
    }
}

#[tokio::test]
async fn what_an_answers_status_means() {
    for (status, expected, attempts) in [
        (204, Status::Delivered, 1),
        (400, Status::Failed, 1),
        (404, Status::Failed, 1),
        (410, Status::Failed, 1),
        (429, Status::Failed, 2),
        (500, Status::Failed, 2),
        (503, Status::Failed, 2),
    ] {
        let length = if status == 204 { "" } else { "content-length: 0\r\n" };
        let answer = format!("HTTP/1.1 {status} X\r\n{length}\r\n");
        let (delivery, receiver) = outcome(Fault::Says(answer.leak())).await;
        assert_eq!(delivery.status, expected, "{status}");
        assert_eq!((delivery.attempts.len(), receiver.requests()), (attempts, attempts));
        assert_eq!(delivery.attempts[0].status_code, Some(status));
    }
}

#[tokio::test]
async fn an_answer_that_asks_for_time_gets_it_up_to_an_hour() {
    for (asked, given) in [("120", 120), ("999999999", 3_600)] {
        let answer =
            format!("HTTP/1.1 429 Slow\r\nretry-after: {asked}\r\ncontent-length: 0\r\n\r\n");
        let receiver = Receiver::serve(Fault::Says(answer.leak())).await;
        let setup = setup(&receiver).await;
        let id = setup.send().await;
        let waiting = setup.until(id, |delivery| delivery.status == Status::Retrying).await;
        let attempt = &waiting.attempts[0];
        let wait = waiting.next_attempt_at.unwrap().duration_since(attempt.started_at);
        assert!((given..given + 60).contains(&wait.as_secs()), "{asked}: {wait:?}");
    }
}

#[tokio::test]
async fn an_answer_with_an_encoding_is_delivered_all_the_same() {
    let answer =
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\n\x1f\x0b\x08\x7f";
    let (delivery, _) = outcome(Fault::Says(answer)).await;
    assert_eq!((delivery.status, delivery.attempts.len()), (Status::Delivered, 1));
}

#[tokio::test]
async fn whatever_a_guard_does_wrong_denies_names_the_cause_and_is_asked_once() {
    let encoded = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 18\r\n\r\n\
                   {\"status\":\"allow\"}";
    let redirect = "HTTP/1.1 301 Moved\r\nlocation: /\r\ncontent-length: 0\r\n\r\n";
    for (fault, cause) in [
        (Fault::Hang, "no answer within 200 ms"),
        (Fault::TrickleHead, "no answer within 200 ms"),
        (Fault::TrickleBody, "no answer within 200 ms"),
        (Fault::InterimAnswers, "no answer within 200 ms"),
        (Fault::Reset, "the connection was lost"),
        (Fault::CloseInTheBody, "the connection was lost"),
        (Fault::EndlessHead, "message head is too large"),
        (Fault::Gigabyte, "larger than 65536 bytes"),
        (Fault::EndlessBody, "larger than 65536 bytes"),
        (Fault::Says(encoded), "content encoding"),
        (Fault::Says(redirect), "answered 301"),
    ] {
        let receiver = Receiver::serve(fault).await;
        let setup = Setup::new(&[]).await;
        let manifest = format!(
            "id: com.example.guard\nsdk: rust\nhooks:\n  \
             - {{event: issue.before_create, required: true, timeout: {}}}\n",
            receiver.limit_ms(),
        );
        let install = json!({"manifest": manifest, "callback_url": receiver.url()});
        assert_eq!(setup.install(install).await.0, 201);
        let question = json!({"event": "issue.before_create", "project_id": 27, "payload": {}});
        let (status, decided) = setup.admin("POST", "/api/v1/guards", question).await;
        assert_eq!((status, &decided["decision"]), (200, &json!("deny")), "{fault:?}: {decided}");
        let message = decided["message"].as_str().unwrap();
        assert!(message.contains(cause), "{fault:?}: {message}");
        assert_eq!(decided["results"][0]["assumed"], Value::Null, "{fault:?}");
        let taken = receiver.taken(1).await;
        assert!(taken < BUFFERS, "{fault:?}: {taken}");
        assert_eq!(receiver.requests(), 1, "{fault:?}");
    }
}
