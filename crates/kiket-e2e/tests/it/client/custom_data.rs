//! Records of a table.

use serde::Deserialize;
use serde_json::json;

use super::world::{MODULE, TABLE, World, answered, lacks_scopes};

#[derive(Debug, PartialEq, Deserialize)]
struct Lead {
    email: String,
}

pub(super) async fn calls(world: &World) {
    let records = world.kiket.custom_data(27);
    let lead = json!({"email": "lead@example.com", "metadata": {"source": "webhook"}});
    let made = records.create(MODULE, TABLE, &lead).await.unwrap();
    assert_eq!((&made["id"], &made["status"]), (&json!(1), &json!("active")));
    for number in 2..=6 {
        let record = json!({"email": format!("{number}@example.com")});
        records.create(MODULE, TABLE, record).await.unwrap();
    }
    assert_eq!(records.get(MODULE, TABLE, 1).await.unwrap(), made);
    let read: Lead = records.get_as(MODULE, TABLE, 1).await.unwrap();
    assert_eq!(read.email, "lead@example.com");
    let changed = records.update(MODULE, TABLE, 1, json!({"status": "idle"})).await.unwrap();
    assert_eq!((&changed["status"], &changed["email"]), (&json!("idle"), &lead["email"]));

    let active = || records.list(MODULE, TABLE).filter("status", "active").order("-email").limit(2);
    let mut pages = active().pages();
    let mut found = Vec::new();
    while let Some(page) = pages.next_page().await.unwrap() {
        assert!(page.len() <= 2);
        found.extend(page.into_iter().map(|record| record["id"].as_i64().unwrap()));
    }
    assert_eq!(found, [6, 5, 4, 3, 2]);
    let first = active().await.unwrap();
    let second = active().cursor(first.next_cursor.unwrap()).of::<Lead>().await.unwrap();
    let emails: Vec<_> = second.data.iter().map(|lead| lead.email.as_str()).collect();
    assert_eq!(emails, ["4@example.com", "3@example.com"]);

    records.delete(MODULE, TABLE, 1).await.unwrap();
    assert!(records.get(MODULE, TABLE, 1).await.unwrap_err().is_not_found());
    assert!(records.delete(MODULE, TABLE, 1).await.unwrap_err().is_not_found());
    assert!(records.list("com.example.other", TABLE).await.unwrap_err().is_not_found());
    let elsewhere = world.kiket.custom_data(28).list(MODULE, TABLE).await;
    assert_eq!(answered(elsewhere), (403, "other_project".to_owned()));
    let unfit = records.create(MODULE, TABLE, json!({"email": 7})).await.unwrap_err();
    assert_eq!(unfit.status(), Some(422));
    assert!(unfit.to_string().contains("`email` is a number"), "{unfit}");
}

pub(super) async fn refusals(world: &World) {
    let records = world.powerless.custom_data(27);
    lacks_scopes(records.list(MODULE, TABLE).await);
    lacks_scopes(records.get(MODULE, TABLE, 1).await);
    lacks_scopes(records.get_as::<Lead>(MODULE, TABLE, 1).await);
    lacks_scopes(records.create(MODULE, TABLE, json!({"email": "a@example.com"})).await);
    lacks_scopes(records.update(MODULE, TABLE, 1, json!({"status": "idle"})).await);
    lacks_scopes(records.delete(MODULE, TABLE, 1).await);
}
