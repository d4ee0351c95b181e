//! The platform's key set.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::Method;
use kiket_contract::jwks::JwkSet;
use kiket_contract::route::JWKS;

use crate::transport::Bounds;
use crate::{Client, Error};

/// How long the key set may take to come: whoever waits for it has a webhook to answer.
pub const KEY_SET_TIMEOUT: Duration = Duration::from_secs(5);
/// The largest key set that is read, in bytes.
pub const LARGEST_KEY_SET: usize = 64 * 1024;

const BOUNDS: Bounds = Bounds { timeout: KEY_SET_TIMEOUT, largest: LARGEST_KEY_SET };

impl Client {
    /// The keys of the runtime tokens: `GET /.well-known/jwks.json`. It needs no credentials.
    /// Keys of kinds that no runtime token is signed with are left out.
    ///
    /// # Errors
    /// When the address can not be reached, does not answer with a success within
    /// [`KEY_SET_TIMEOUT`], or answers with more than [`LARGEST_KEY_SET`] bytes or with anything
    /// but a key set.
    pub async fn key_set(&self) -> Result<JwkSet, Error> {
        let request = self
            .request(Method::GET, JWKS)
            .body(Full::<Bytes>::default())
            .map_err(|error| Error::Transport(error.into()))?;
        let answer = self.send(request, BOUNDS).await?;
        if !answer.status.is_success() {
            return Err(Error::from_answer(&answer));
        }
        serde_json::from_slice(&answer.body).map_err(Error::NoKeySet)
    }
}
