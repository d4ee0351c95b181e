//! A stand-in for Kiket's API on the machine itself.
//!
//! It moves calls from a socket into a list, with an answer for each: what a test asked for, else
//! what Kiket would answer. It promises that a call is in the list before its caller has the
//! answer. It runs in a thread with a runtime of its own, so that it goes on while a test blocks,
//! pauses its clock, or ends its runtime. Nothing survives it.

mod assertions;
mod call;
mod known;
mod records;
mod script;
mod server;
mod state;
mod token;

use std::fmt::Debug;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
pub use call::Call;
pub(crate) use call::Listed;
use http::{Request, Response};
use http_body::Body;
use http_body_util::Full;
use kiket_contract::secret::Secret;
pub(crate) use known::is_upsert;
pub use script::On;
use serde_json::{Map, Value};
pub(crate) use state::{Inner, State, has_effect};
use tokio::sync::oneshot;
use tower_service::Service;

use self::token::Standing;
use crate::delivery::PROJECT;
use crate::{Answer, Delivery};

/// A stand-in for Kiket's API, over HTTP on a free port of the machine itself.
///
/// It knows the calls that extensions make and answers each as Kiket would: secrets, issues and
/// records of custom data are kept, lists come in pages, other lists are empty, what is unknown is
/// 404, a call without a credential is 401, and a repeat with the same `Idempotency-Key` gets the
/// first answer.
/// A runtime token counts when [`Delivery`] made it; its time does not matter until
/// [`StubApi::expire_tokens`]. A call that needs a scope which it does not grant is 403, see
/// [`Delivery::permissions`], and so is one about another project than the delivery's. Any API key or
/// workspace token counts, and grants everything. Everything is recorded, also what was refused.
///
/// Clones are the same stand-in. It ends when the last is dropped.
#[derive(Clone)]
pub struct StubApi {
    state: Arc<State>,
    address: SocketAddr,
    _running: Arc<oneshot::Sender<()>>,
}

impl StubApi {
    /// Starts one.
    ///
    /// # Panics
    /// When no port or no thread can be had.
    #[must_use]
    pub fn start() -> Self {
        let state = Arc::new(State::default());
        let (running, stopped) = oneshot::channel();
        let address = server::start(state.clone(), stopped);
        Self { state, address, _running: Arc::new(running) }
    }

    /// The address, to give to an extension as that of Kiket's API.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Delivers to a service without a socket, with this as the API to call. The answer also shows
    /// what the service called for this delivery.
    ///
    /// # Panics
    /// When the service fails instead of answering.
    pub async fn deliver<S, R>(&self, service: &S, delivery: &Delivery) -> Answer
    where
        S: Service<Request<Full<Bytes>>, Response = Response<R>, Error: Debug> + Clone,
        R: Body<Error: Debug>,
    {
        let before = self.state.count();
        let answer = delivery.clone().base_url(self.url()).send_to(service).await;
        self.with_calls(answer, before, delivery)
    }

    /// Delivers to an address, as [`Delivery::post_to`], with this as the API to call. The answer
    /// also shows what was called for this delivery.
    ///
    /// # Panics
    /// When the address is no `http://` URL, can not be reached, or hangs up before it answers.
    pub async fn deliver_to(&self, url: &str, delivery: &Delivery) -> Answer {
        let before = self.state.count();
        let answer = delivery.clone().base_url(self.url()).post_to(url).await;
        self.with_calls(answer, before, delivery)
    }

    fn with_calls(&self, answer: Answer, before: usize, delivery: &Delivery) -> Answer {
        let mut calls = self.state.calls_since(before);
        calls.retain(|call| call.delivery_id().is_none_or(|id| id == delivery.id()));
        Answer { calls: Some(calls), ..answer }
    }

    /// From now on, calls with this method and path are answered as the [`On`] is told. What was
    /// asked for last comes first. A part of the path in braces stands for any:
    /// `/api/v1/extensions/{extension_id}/events`.
    ///
    /// ```
    /// use kiket_testkit::StubApi;
    /// use serde_json::json;
    ///
    /// let api = StubApi::start();
    /// api.on("GET", "/api/v1/ext/sla/events").answer(200, json!({ "data": [{ "id": 1 }] }));
    /// api.on("POST", "/api/v1/extensions/{extension_id}/events").fail(503).times(1);
    /// ```
    pub fn on(&self, method: &str, path: &str) -> On<'_> {
        On::new(&self.state, method, path)
    }

    /// Keeps a secret, as if the extension had stored it before.
    pub fn put_secret(&self, key: &str, value: impl Into<Secret>) {
        let value = value.into();
        self.state.change(|inner| inner.stored.secrets.insert(key.to_owned(), value));
    }

    /// Keeps a record of custom data, and gives its id. It is in the project that its `project_id`
    /// names, else in 27, where a [`Delivery`] happens.
    pub fn put_record(&self, module: &str, table: &str, mut record: Map<String, Value>) -> i64 {
        let table = known::custom_data_table(module, table);
        record.entry(known::PROJECT_ID).or_insert(PROJECT.into());
        self.state.change(|inner| inner.stored.records.create(&table, record).0)
    }

    /// Keeps an issue, and gives its id. It is found by that, and by its `key` if it has one.
    pub fn put_issue(&self, issue: Map<String, Value>) -> i64 {
        self.state.change(|inner| inner.stored.records.create(known::ISSUES, issue).0)
    }

    /// From now on every runtime token has expired: calls with one are answered with 401.
    pub fn expire_tokens(&self) {
        self.state.change(|inner| inner.standing = Standing::Expired);
    }

    /// From now on every runtime token is revoked: calls with one are answered with 401.
    pub fn revoke_tokens(&self) {
        self.state.change(|inner| inner.standing = Standing::Revoked);
    }

    /// From now on the installation is disabled: calls with a runtime token or an API key are
    /// answered with 401.
    pub fn disable_installation(&self) {
        self.state.change(|inner| inner.standing = Standing::Disabled);
    }

    /// Every call until now, in the order in which they came.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.state.calls_since(0)
    }

    /// Forgets the calls until now, but not what they stored.
    pub fn forget_calls(&self) {
        self.state.change(|inner| inner.calls.clear());
    }

    pub(crate) fn state(&self) -> &State {
        &self.state
    }
}

impl Debug for StubApi {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StubApi").field("url", &self.url()).finish_non_exhaustive()
    }
}
