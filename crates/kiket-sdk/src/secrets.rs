//! The secrets that an extension keeps on Kiket.

use kiket_client::Error;
use kiket_contract::secret::Secret;

use crate::Context;

/// The extension's secrets on Kiket, from [`Context::secrets`].
#[derive(Debug, Clone, Copy)]
pub struct Secrets<'a> {
    context: &'a Context,
}

impl<'a> Secrets<'a> {
    pub(crate) fn new(context: &'a Context) -> Self {
        Self { context }
    }

    /// Stores a secret, new or in place of the old value:
    /// `POST /api/v1/extensions/{extension_id}/secrets/{key}`.
    ///
    /// # Errors
    /// When the text can not be a key, the call can not be made, or Kiket refuses it.
    pub fn set<V: Into<Secret>>(
        &self,
        key: &str,
        value: V,
    ) -> impl Future<Output = Result<(), Error>> + Send + use<'a, V> {
        let context = self.context;
        let (key, value) = (key.to_owned(), value.into());
        async move { context.client().set_secret(context.extension_id(), &key, value).await }
    }
}
