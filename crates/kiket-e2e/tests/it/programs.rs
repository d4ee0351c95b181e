//! Programs of other languages, which some tests need.

use std::io::Write as _;
use std::process::Command;

/// Whether these programs are there. A test that lacks one says so in a line of its own, and fails
/// where `KIKET_TEST_REQUIRE` names `peers`.
pub(crate) fn can_run(test: &str, programs: &[&str]) -> bool {
    let lacks = |program: &&&str| {
        // All of them know one of the two.
        ["--version", "version"].iter().all(|argument| {
            let asked = Command::new(program).arg(argument).output();
            !asked.is_ok_and(|output| output.status.success())
        })
    };
    let Some(missing) = programs.iter().find(lacks) else { return true };
    let required = std::env::var("KIKET_TEST_REQUIRE").unwrap_or_default();
    assert!(
        !required.split(',').any(|name| name == "peers"),
        "`{missing}` is required and missing"
    );
    // Past the test runner, which keeps what a passing test prints.
    let line = format!("skipped: {test}: peers: `{missing}` is missing\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
    false
}
