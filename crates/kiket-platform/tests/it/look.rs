//! The list of deliveries.

use std::time::Duration;

use jiff::Timestamp;
use kiket_contract::clock::Clock;
use kiket_contract::id::DeliveryId;
use serde_json::{Value, json};

use crate::harness::{DELIVERY_SECRET, Held, MANIFEST, Setup};

const LIST: &str = "/api/v1/deliveries";

fn ids(page: &Value) -> Vec<String> {
    let data = page["data"].as_array().unwrap();
    data.iter().map(|delivery| delivery["id"].as_str().unwrap().to_owned()).collect()
}

async fn list(setup: &Setup, query: &str) -> Vec<String> {
    let (status, page) = setup.look(&format!("{LIST}?{query}")).await;
    assert_eq!(status, 200, "{query}: {page}");
    ids(&page)
}

#[tokio::test]
async fn pages_are_newest_first_and_what_comes_meanwhile_moves_nothing() {
    let setup = Setup::new(&[]).await;
    let mut sent = Vec::new();
    for _ in 0..5 {
        let id = setup.send().await;
        setup.settled(id).await;
        sent.insert(0, id.to_string());
    }
    let mut seen = Vec::new();
    let mut query = "limit=2".to_owned();
    loop {
        let (status, page) = setup.look(&format!("{LIST}?{query}")).await;
        assert_eq!(status, 200, "{page}");
        for delivery in page["data"].as_array().unwrap() {
            let id = delivery["id"].as_str().unwrap();
            let (_, mut whole) = setup.look(&format!("{LIST}/{id}")).await;
            whole["attempts"][0]["response"] = Value::Null;
            assert_eq!(*delivery, whole);
            assert_eq!(delivery["attempts"][0]["status_code"], 200);
        }
        seen.extend(ids(&page));
        let later = setup.send().await;
        setup.settled(later).await;
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        query = format!("limit=2&cursor={cursor}");
    }
    assert_eq!(seen, sent);
    assert_eq!(list(&setup, "").await.len(), 8);
}

/// A delivery in each status: two installations in two projects, the second one busy.
async fn one_of_each(setup: &Setup, clock: &Clock) -> Vec<(&'static str, DeliveryId)> {
    let mut made = Vec::new();
    for status in ["delivered", "failed", "cancelled", "retrying"] {
        let id = setup.send().await;
        setup.until(id, |delivery| !delivery.attempts.is_empty()).await;
        if status == "cancelled" {
            assert_eq!(setup.operator(&format!("{LIST}/{id}/cancel"), "").await.0, 200);
        }
        made.push((status, id));
        clock.advance(Duration::from_secs(1));
    }
    let held = Held::serve().await;
    let manifest = MANIFEST.replace("com.example.crm", "com.example.slow");
    let elsewhere = json!({"manifest": manifest, "project_id": 28, "callback_url": held.url()});
    assert_eq!(setup.install(elsewhere).await.0, 201);
    let event = json!({"event": "issue.created", "project_id": 28}).to_string();
    for sent in 0..6 {
        let (_, body) = setup.operator("/api/v1/events", &event).await;
        let id = body["deliveries"][0]["id"].as_str().unwrap().parse().unwrap();
        match sent {
            // As many as are attempted at once.
            0..5 => {
                held.arrived(1).await;
                made.push(("delivering", id));
            }
            _ => made.push(("queued", id)),
        }
        clock.advance(Duration::from_millis(1));
    }
    made.reverse();
    made
}

#[tokio::test]
async fn the_list_shows_what_is_asked_for() {
    let clock = Clock::manual(Timestamp::now());
    let setup = Setup::with(&[(200, ""), (401, ""), (500, "")], |config| {
        config.clock = clock.clone();
        config.schedule.base = Duration::from_secs(3_600);
    })
    .await;
    let made = one_of_each(&setup, &clock).await;
    let in_project = |project: usize| if project == 27 { &made[6..] } else { &made[..6] };
    let texts = |made: &[(&str, DeliveryId)]| -> Vec<_> {
        made.iter().map(|(_, id)| id.to_string()).collect()
    };
    assert_eq!(list(&setup, "").await, texts(&made));
    assert_eq!(list(&setup, "event=issue.created").await, texts(&made));
    assert_eq!(list(&setup, "event=issue.closed").await.len(), 0);
    assert_eq!(list(&setup, "event=issue.closed&project_id=27&status=failed").await.len(), 0);
    for status in ["queued", "delivering", "retrying", "delivered", "failed", "cancelled"] {
        let expected = |made: &[(&str, DeliveryId)]| {
            texts(&made.iter().copied().filter(|one| one.0 == status).collect::<Vec<_>>())
        };
        assert!(!expected(&made).is_empty(), "{status}");
        let query = format!("status={status}");
        assert_eq!(list(&setup, &query).await, expected(&made), "{query}");
        for (project, installation) in [(27, 1), (28, 2)] {
            for place in [
                format!("project_id={project}"),
                format!("installation_id={installation}&event=issue.created"),
                format!("installation_id={installation}&project_id={project}"),
            ] {
                let query = format!("{place}&status={status}");
                assert_eq!(list(&setup, &query).await, expected(in_project(project)), "{query}");
                assert_eq!(list(&setup, &place).await, texts(in_project(project)), "{place}");
            }
        }
    }
    let at = setup.until(made[7].1, |_| true).await.created_at;
    assert_eq!(list(&setup, &format!("created_after={at}")).await, texts(&made[..8]));
    assert_eq!(list(&setup, &format!("created_before={at}")).await, texts(&made[8..]));
    let both = format!("project_id=27&created_before={at}&created_after={at}");
    assert_eq!(list(&setup, &both).await.len(), 0);
    assert_eq!(list(&setup, "installation_id=1&project_id=28").await.len(), 0);
    assert_eq!(list(&setup, "status=failed&project_id=28").await.len(), 0);
}

#[tokio::test]
async fn a_bad_parameter_is_named() {
    let setup = Setup::new(&[]).await;
    for (name, value) in [
        ("limit", "0"),
        ("limit", "101"),
        ("limit", "many"),
        ("status", "gone"),
        ("installation_id", "0"),
        ("project_id", "27x"),
        ("event", "..%2Fx"),
        ("created_after", "yesterday"),
        ("created_before", "2026-13-01T00:00:00Z"),
        ("cursor", "elsewhere"),
        ("colour", "red"),
    ] {
        let (status, body) = setup.look(&format!("{LIST}?{name}={value}")).await;
        assert_eq!((status, &body["code"]), (400, &json!("invalid_parameter")), "{name}: {body}");
        assert!(body["error"].as_str().unwrap().contains(name), "{name}: {body}");
    }
    let (status, body) = setup.get(LIST, &[]).await;
    assert_eq!((status, &body["code"]), (401, &json!("not_the_operator")));
}

#[tokio::test]
async fn no_list_shows_a_secret() {
    let setup = Setup::new(&[(200, r#"{"echo":"given-hush"}"#)]).await;
    assert_eq!(setup.install(json!({"secrets": {"CRM_TOKEN": "given-hush"}})).await.0, 201);
    let received = setup.delivered().await;
    assert_eq!(received.json()["secrets"]["CRM_TOKEN"], "given-hush");
    let activity = "/api/v1/extension_events?project_id=27";
    assert!(setup.look(activity).await.1.to_string().contains("[redacted]"));
    for path in [LIST, activity] {
        let shown = setup.look(path).await.1.to_string();
        for secret in ["given-hush", DELIVERY_SECRET, &received.token()] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
    }
}
