//! Services that tests need and a machine may lack.

use std::io::Write;

/// Which services must not be missing, by name, with commas between them.
const REQUIRE: &str = "KIKET_TEST_REQUIRE";
/// `redis://host:port` of a Redis, in place of the usual one on this machine.
const REDIS_URL: &str = "KIKET_TEST_REDIS_URL";

/// The URL of a Redis. Without one, the test that asks has to end: it is skipped.
pub(crate) fn redis() -> Option<String> {
    let url = std::env::var(REDIS_URL).unwrap_or("redis://127.0.0.1:6379".to_owned());
    let answers = || redis::Client::open(url.as_str())?.get_connection().map(drop);
    match answers() {
        Ok(()) => Some(url),
        Err(error) => {
            skip("redis", &format!("there is none where {REDIS_URL} says: {error}"));
            None
        }
    }
}

/// Tells that the running test is skipped, past the test runner, which keeps what is printed; or
/// fails it, if the service is required.
fn skip(service: &str, reason: &str) {
    let required = std::env::var(REQUIRE).unwrap_or_default();
    assert!(
        !required.split(',').any(|name| name.trim() == service),
        "{REQUIRE} names `{service}`: {reason}"
    );
    let test = std::thread::current();
    let test = test.name().unwrap_or("a test");
    let line = format!("skipped: {test}: {service}: {reason}\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
}
