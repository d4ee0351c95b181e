//! The platform's key set.

use std::time::Duration;

use hyper::Method;
use kiket_contract::jwks::JwkSet;
use kiket_contract::route::JWKS;
use tokio::time::timeout;

use crate::call::Call;
use crate::transport::Lane;
use crate::{Client, Error};

/// How long the key set may take to come: whoever waits for it has a webhook to answer.
pub const KEY_SET_TIMEOUT: Duration = Duration::from_secs(5);
/// The largest key set that is read, in bytes.
pub const LARGEST_KEY_SET: usize = 64 * 1024;

impl Client {
    /// The keys of the runtime tokens: `GET /.well-known/jwks.json`. It needs no credentials, and
    /// it is tried once. It waits for no other call: it has
    /// a connection of its own. Keys of kinds that no runtime token is signed with are left out.
    ///
    /// # Errors
    /// When the address can not be reached, does not answer with a success within
    /// [`KEY_SET_TIMEOUT`], or answers with more than [`LARGEST_KEY_SET`] bytes or with anything
    /// but a key set.
    pub async fn key_set(&self) -> Result<JwkSet, Error> {
        let call = Call::new(Method::GET, JWKS.to_owned());
        let request = call.request(self.transport.origin())?;
        let exchange = self.transport.exchange(Lane::KeySet, &call, request, LARGEST_KEY_SET);
        let answer =
            timeout(KEY_SET_TIMEOUT, exchange).await.map_err(|_| call.late(KEY_SET_TIMEOUT))??;
        if !answer.status.is_success() {
            return Err(Error::from_answer(&call, &answer));
        }
        serde_json::from_slice(&answer.body).map_err(Error::NoKeySet)
    }
}
