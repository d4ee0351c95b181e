//! What an extension tells once, however often the call with its `Idempotency-Key` comes.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::super::error::ApiError;
use super::super::idempotent::key;
use crate::caller::{Caller, Subject};
use crate::core::Shared;
use crate::extension_events::Teller;
use crate::store::idempotency::Idempotency;

/// Who tells, and the key of the call, which is the installation's own. The body is not a part of
/// what makes two calls the same: in a repeated delivery an extension tells the same at another time.
pub(super) struct Keyed {
    caller: Caller,
    pub(super) subject: Subject,
    pub(super) key: Option<Idempotency>,
}

impl Keyed {
    pub(super) fn teller(&self) -> Teller<'_> {
        Teller { caller: &self.caller, subject: &self.subject, key: self.key.as_ref() }
    }
}

impl FromRequestParts<Shared> for Keyed {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, core: &Shared) -> Result<Self, ApiError> {
        let caller = Caller::from_request_parts(parts, core).await?;
        let subject = Subject::from_request_parts(parts, core).await?;
        let scope = format!("installation:{}", subject.installation);
        let request = [parts.method.as_str().as_bytes(), parts.uri.path().as_bytes()];
        let key = key(core, scope, &parts.headers, &request)?;
        Ok(Self { caller, subject, key })
    }
}
