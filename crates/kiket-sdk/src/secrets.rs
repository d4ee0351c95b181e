//! The secrets that an extension keeps on Kiket.

use kiket_client::Error;
use kiket_contract::secret::Secret;

use crate::Context;

/// The extension's secrets on Kiket, from [`Context::secrets`].
///
/// ```
/// use kiket_sdk::prelude::*;
/// use serde_json::Value;
///
/// #[webhook("crm.token_expired", version = "v1")]
/// async fn renew(_event: Value, context: Context) -> Result {
///     let secrets = context.secrets();
///     let old = secrets.get("CRM_TOKEN").await?.or_permanent(422, "connect the CRM first")?;
///     secrets.rotate("CRM_TOKEN", ask_for_another(&old).await?).await?;
///     Ok(())
/// }
/// # async fn ask_for_another(old: &Secret) -> Result<Secret> { Ok(old.clone()) }
/// ```
///
/// A key is 1 to 128 letters, digits, dots, dashes and underscores; another text is refused before
/// anything is sent.
#[derive(Debug, Clone, Copy)]
pub struct Secrets<'a> {
    context: &'a Context,
}

impl<'a> Secrets<'a> {
    pub(crate) fn new(context: &'a Context) -> Self {
        Self { context }
    }

    /// The keys of the secrets that Kiket keeps: `GET /api/v1/extensions/{extension_id}/secrets`.
    ///
    /// # Errors
    /// When the call can not be made, or Kiket refuses it.
    pub async fn list(&self) -> Result<Vec<String>, Error> {
        self.context.client().list_secrets(self.context.extension_id()).await
    }

    /// A secret: of the environment, from the variable `KIKET_SECRET_…` of its key; otherwise from
    /// Kiket, `GET /api/v1/extensions/{extension_id}/secrets/{key}`. `None` when neither has one;
    /// empty values count as none.
    ///
    /// What the delivery brings is not looked at: see [`Context::secret`].
    ///
    /// # Errors
    /// When the text can not be a key, the call can not be made, or Kiket refuses it.
    pub async fn get(&self, key: &str) -> Result<Option<Secret>, Error> {
        let settings = self.context.configuration();
        let found = match settings.options.secret_setting(&settings.environment, key) {
            Some(value) => Some(value),
            None => self.context.client().secret(self.context.extension_id(), key).await?,
        };
        Ok(found.inspect(|secret| self.context.note(secret)))
    }

    /// Stores a secret, new or in place of the old value:
    /// `POST /api/v1/extensions/{extension_id}/secrets/{key}`.
    ///
    /// # Errors
    /// When the text can not be a key, the value is empty, the call can not be made, or Kiket refuses
    /// it.
    pub fn set<V: Into<Secret>>(
        &self,
        key: &str,
        value: V,
    ) -> impl Future<Output = Result<(), Error>> + Send + use<'a, V> {
        let context = self.context;
        let (key, value) = (key.to_owned(), value.into());
        context.note(&value);
        async move { context.client().set_secret(context.extension_id(), &key, value).await }
    }

    /// Puts a new value in place of the old one. It is one write, as [`Secrets::set`]: there is no
    /// moment without a value, and when it fails the old one is still there.
    ///
    /// # Errors
    /// As [`Secrets::set`].
    pub fn rotate<V: Into<Secret>>(
        &self,
        key: &str,
        new_value: V,
    ) -> impl Future<Output = Result<(), Error>> + Send + use<'a, V> {
        self.set(key, new_value)
    }

    /// Removes a secret from Kiket: `DELETE /api/v1/extensions/{extension_id}/secrets/{key}`. One
    /// that is not there is removed already.
    ///
    /// # Errors
    /// When the text can not be a key, the call can not be made, or Kiket refuses it.
    pub async fn delete(&self, key: &str) -> Result<(), Error> {
        self.context.client().delete_secret(self.context.extension_id(), key).await
    }
}
