//! `kiket guards`, `kiket actions`, `kiket sla` and `kiket marketplace`.

use crate::platform::{Running, assert_told};

#[test]
fn a_pending_guard_is_listed_and_resolved_once() {
    let running = Running::with_extension();
    let id = running.ask();
    assert_told!(running.told(&running.run("guards list --pending")));
    let resolve = format!("guards resolve {id} allow --by lead --reason approved");
    assert_told!(running.told(&running.run(&resolve)));
    let again = running.run(&resolve);
    assert_eq!(again.code, Some(1), "{again}");
    assert_eq!(running.run("guards list --pending").stdout, "");
}

#[test]
fn an_action_is_run_and_its_answer_shown() {
    let running = Running::with_extension();
    let run = "actions run com.example.crm sync_contacts --project 27";
    assert_told!(running.told(&running.run(run)));
    let done = running.run("actions run com.example.crm unknown --project 27");
    assert_eq!(done.code, Some(1));
    assert_told!(running.told(&done));
    assert_eq!(running.run(&format!("{run} --input 5")).code, Some(2));
}

#[test]
fn service_levels_are_read_with_a_workspace_token() {
    let running = Running::with_extension();
    assert_eq!(running.run("sla list --project 27").code, Some(3));
    let (url, token) = (running.url(), running.workspace_token());
    let variables = [("KIKET_URL", url.as_str()), ("KIKET_WORKSPACE_TOKEN", token.as_str())];
    let done = running.run_with("sla list --project 27 --format json", "", &variables);
    assert_eq!(
        done.to_string(),
        "exit code: 0\n--- standard output\n\
        {\"data\":[],\"next_cursor\":null}\n--- standard error\n"
    );
}

#[test]
fn a_report_has_what_was_reported_beside_what_was_measured() {
    let running = Running::with_extension();
    running.deliver_one();
    assert_told!(running.told(&running.run("marketplace telemetry report --window 7d")));
    assert_eq!(running.run("marketplace telemetry report --window 31d").code, Some(2));
}
