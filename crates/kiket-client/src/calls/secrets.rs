//! Calls about the secrets that an extension keeps on the platform.

use hyper::Method;
use kiket_contract::api::secrets::{
    SecretKeys, SetSecret, StoredSecret, is_valid_key, list_path, path,
};
use kiket_contract::secret::Secret;

use crate::call::Call;
use crate::{Error, Session};

impl Session {
    /// The keys of the secrets that have a value: `GET /api/v1/extensions/{extension_id}/secrets`.
    ///
    /// # Errors
    /// When the call can not be made, or the answer is not a success or no list.
    pub async fn list_secrets(&self, extension_id: &str) -> Result<Vec<String>, Error> {
        let call = Call::to(Method::GET, list_path(extension_id));
        let list: SecretKeys = self.read(call).await?;
        Ok(list.keys)
    }

    /// A secret, or `None` when there is none or it is empty:
    /// `GET /api/v1/extensions/{extension_id}/secrets/{key}`.
    ///
    /// # Errors
    /// [`Error::InvalidKey`] and [`Error::InvalidSegment`] before anything is sent, when the texts can
    /// not be a key and an id. Otherwise when
    /// the call can not be made, or the answer is neither a success nor [`Error::is_not_found`]: only
    /// that one means that there is no such secret.
    pub async fn secret(&self, extension_id: &str, key: &str) -> Result<Option<Secret>, Error> {
        let call = checked(extension_id, key).map(|path| Call::new(Method::GET, path));
        let stored: StoredSecret = match self.read(call).await {
            Err(error) if error.is_not_found() => return Ok(None),
            found => found?,
        };
        Ok(stored.value.filter(|value| !value.is_empty()))
    }

    /// Stores a secret, new or in place of the old value, in one step:
    /// `POST /api/v1/extensions/{extension_id}/secrets/{key}`.
    ///
    /// # Errors
    /// [`Error::InvalidKey`], [`Error::InvalidSegment`] and [`Error::EmptySecret`] before anything is
    /// sent, when the texts can not be a key, an id and a secret. Otherwise when the call can not be made, or the answer is not a
    /// success.
    pub async fn set_secret(
        &self,
        extension_id: &str,
        key: &str,
        value: Secret,
    ) -> Result<(), Error> {
        let path = checked(extension_id, key)?;
        if value.is_empty() {
            return Err(Error::EmptySecret);
        }
        self.complete(Call::new(Method::POST, path).replacing().json(&SetSecret::new(value))).await
    }

    /// Removes a secret: `DELETE /api/v1/extensions/{extension_id}/secrets/{key}`. One that is not
    /// there is removed already.
    ///
    /// # Errors
    /// [`Error::InvalidKey`] and [`Error::InvalidSegment`] before anything is sent, when the texts can
    /// not be a key and an id. Otherwise when
    /// the call can not be made, or the answer is neither a success nor
    /// [`Error::is_not_found`].
    pub async fn delete_secret(&self, extension_id: &str, key: &str) -> Result<(), Error> {
        let call = checked(extension_id, key).map(|path| Call::new(Method::DELETE, path));
        match self.complete(call).await {
            Err(error) if !error.is_not_found() => Err(error),
            _ => Ok(()),
        }
    }
}

fn checked(extension_id: &str, key: &str) -> Result<String, Error> {
    if is_valid_key(key) { Ok(path(extension_id, key)?) } else { Err(Error::InvalidKey) }
}
