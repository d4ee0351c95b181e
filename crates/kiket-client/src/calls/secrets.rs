//! Calls about the secrets that an extension keeps on the platform.

use hyper::Method;
use kiket_contract::api::secrets::{SetSecret, is_valid_key, path};
use kiket_contract::secret::Secret;

use crate::call::Call;
use crate::{Error, Session};

impl Session {
    /// Stores a secret, new or in place of the old value:
    /// `POST /api/v1/extensions/{extension_id}/secrets/{key}`.
    ///
    /// # Errors
    /// [`Error::InvalidKey`] before anything is sent, when the text can not be a key. Otherwise
    /// when the call can not be made, or the answer is not a success.
    pub async fn set_secret(
        &self,
        extension_id: &str,
        key: &str,
        value: Secret,
    ) -> Result<(), Error> {
        if !is_valid_key(key) {
            return Err(Error::InvalidKey);
        }
        let call = Call::new(Method::POST, path(extension_id, key));
        self.complete(call.json(&SetSecret::new(value))).await
    }
}
