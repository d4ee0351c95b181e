//! What a test says about the calls.

use std::time::Duration;

use http::Method;
use kiket_contract::api::extension_events::LogEvent;
use kiket_contract::api::secrets::SetSecret;
use kiket_contract::secret::Secret;
use serde_json::Value;

use super::script::fits;
use super::{Call, Listed, StubApi};
use crate::answer::includes;

/// How long a call may take to come, before a test that waits for it fails.
const PATIENCE: Duration = Duration::from_secs(10);

impl StubApi {
    /// There was a call with this method and path, and this is the last. A part of the path in
    /// braces stands for any.
    ///
    /// # Panics
    /// When there was none.
    #[track_caller]
    pub fn assert_called(&self, method: &str, path: &str) -> Call {
        let found = self.calls_of(method, path).pop();
        found.unwrap_or_else(|| panic!("{method} {path} should be called\n{}", self.listed()))
    }

    /// There were exactly so many calls with this method and path.
    ///
    /// # Panics
    /// When there were more or fewer.
    #[track_caller]
    pub fn assert_called_times(&self, times: usize, method: &str, path: &str) {
        let found = self.calls_of(method, path).len();
        assert!(
            found == times,
            "{method} {path} should be called so many times: {times}, not {found}\n{}",
            self.listed()
        );
    }

    /// There was no call with this method and path.
    ///
    /// # Panics
    /// When there was one.
    #[track_caller]
    pub fn assert_not_called(&self, method: &str, path: &str) {
        let found = self.calls_of(method, path);
        assert!(found.is_empty(), "{method} {path} should not be called\n{}", self.listed());
    }

    /// Nothing was called at all.
    ///
    /// # Panics
    /// When something was.
    #[track_caller]
    pub fn assert_nothing_called(&self) {
        assert!(self.calls().is_empty(), "nothing should be called\n{}", self.listed());
    }

    /// An extension logged under this name, successfully, with these members in its data; it may
    /// have more.
    ///
    /// # Panics
    /// When there is no such entry.
    #[track_caller]
    pub fn assert_logged(&self, event: &str, data: &Value) -> LogEvent {
        let entries = self
            .successes("POST", &EVENTS)
            .filter_map(|call| serde_json::from_slice::<LogEvent>(&call.body).ok());
        let mut fitting =
            entries.filter(|entry| entry.event == event && includes(&entry.data, data));
        fitting
            .next()
            .unwrap_or_else(|| panic!("`{event}` should be logged with {data}\n{}", self.listed()))
    }

    /// An extension stored this value under this key, successfully, and no other after it.
    ///
    /// # Panics
    /// When it did not. The text shows no value.
    #[track_caller]
    pub fn assert_secret_set(&self, key: &str, value: impl Into<Secret>) {
        let last = self
            .successes("POST", &SECRETS)
            .filter_map(|call| stored(&call))
            .filter(|(found, _)| found == key)
            .last();
        let problem = match last {
            Some((_, found)) if found == value.into() => return,
            Some(_) => "another value was stored",
            None => "nothing was stored",
        };
        panic!("the secret `{key}` should be set, and {problem}\n{}", self.listed());
    }

    /// Waits for a call with this method and path, which need not be there yet: for work that goes
    /// on after the answer. Gives the first.
    ///
    /// # Panics
    /// When none comes within ten seconds.
    pub async fn called(&self, method: &str, path: &str) -> Call {
        let of = |call: &&Call| call.method.as_str() == method && fits(path, &call.path);
        let first = self.state().until(|inner| inner.calls().iter().find(of).cloned());
        match tokio::time::timeout(PATIENCE, first).await {
            Ok(call) => call,
            Err(_) => panic!("{method} {path} should be called\n{}", self.listed()),
        }
    }

    /// Every call with this method and path. A part of the path in braces stands for any.
    ///
    /// # Panics
    /// When the text is no method.
    #[must_use]
    #[track_caller]
    pub fn calls_of(&self, method: &str, path: &str) -> Vec<Call> {
        let method = Method::from_bytes(method.as_bytes())
            .unwrap_or_else(|_| panic!("`{method}` is no HTTP method"));
        let mut calls = self.calls();
        calls.retain(|call| call.method == method && fits(path, &call.path));
        calls
    }

    fn successes(
        &self,
        method: &'static str,
        paths: &'static [&str],
    ) -> impl Iterator<Item = Call> {
        let of = move |call: &Call| {
            call.method.as_str() == method
                && paths.iter().any(|path| fits(path, &call.path))
                && call.status.is_some_and(|status| (200..300).contains(&status))
        };
        self.calls().into_iter().filter(of)
    }

    fn listed(&self) -> String {
        Listed(&self.calls()).to_string()
    }
}

const EVENTS: [&str; 2] = ["/api/v1/extensions/{id}/events", "/extensions/{id}/events"];
const SECRETS: [&str; 4] = [
    "/api/v1/extensions/{id}/secrets/{key}",
    "/extensions/{id}/secrets/{key}",
    "/api/v1/extensions/{id}/secrets",
    "/extensions/{id}/secrets",
];

/// Key and value of a call that stores a secret, in either form.
fn stored(call: &Call) -> Option<(String, Secret)> {
    let body = call.json();
    if let (Some(key), Some(value)) =
        (body["secret"]["key"].as_str(), body["secret"]["value"].as_str())
    {
        return Some((key.to_owned(), value.into()));
    }
    let key = call.path.rsplit('/').next()?.to_owned();
    Some((key, serde_json::from_slice::<SetSecret>(&call.body).ok()?.value))
}
