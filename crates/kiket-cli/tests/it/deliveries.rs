//! `kiket deliveries`.

use serde_json::Value;

use crate::platform::{Running, assert_told};

#[test]
fn a_failed_delivery_is_listed_shown_and_explained() {
    let running = Running::with_extension();
    let id = running.deliver_one();
    assert_told!(running.told(&running.run("deliveries list --status failed")));
    assert_told!(running.told(&running.run(&format!("deliveries show {id}"))));
    assert_told!(running.told(&running.run(&format!("deliveries why {id}"))));
}

#[test]
fn json_is_the_platforms_answer_alone() {
    let running = Running::with_extension();
    let id = running.deliver_one();
    let done = running.run("deliveries list --format json --limit 1");
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "{done}");
    let page: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(page["data"][0]["id"], id.to_string());
    assert_eq!(page["next_cursor"], Value::Null);
    let none = running.run("deliveries list --event issue.updated --format json");
    assert_eq!(none.stdout, "{\"data\":[],\"next_cursor\":null}\n");
    assert_eq!(running.run("deliveries list --event issue.updated").stdout, "");
}

#[test]
fn a_list_says_how_its_next_page_is_asked_for() {
    let running = Running::with_extension();
    let (first, second) = (running.deliver_one(), running.deliver_one());
    let page = running.run("deliveries list --limit 1");
    assert!(page.stdout.contains(&second.to_string()), "{page}");
    let cursor = page.stderr.trim().rsplit(' ').next().unwrap();
    let next = running.run(&format!("deliveries list --limit 1 --cursor {cursor}"));
    assert!(next.stdout.contains(&first.to_string()), "{next}");
}

#[test]
fn a_redelivery_is_a_new_delivery() {
    let running = Running::with_extension();
    let id = running.deliver_one();
    let done = running.run(&format!("deliveries redeliver {id}"));
    assert_told!(running.told(&done));
    assert!(!done.stdout.starts_with(&id.to_string()), "{done}");
}

#[test]
fn recovering_counts_first_and_wants_consent() {
    let running = Running::with_extension();
    running.deliver_one();
    assert_told!(running.told(&running.run("deliveries recover --since 1h --dry-run")));
    let asked = running.run("deliveries recover --since 1h");
    assert_eq!(asked.code, Some(2));
    assert_told!(running.told(&asked));
    assert_told!(running.told(&running.run("deliveries recover --since 1h --yes")));
}
