//! E-mails that extensions received and hand over.

use kiket_contract::api::inbound_emails::{AcceptedEmail, InboundEmail, LARGEST};
use serde_json::json;

use crate::core::Core;
use crate::error::Error;
use crate::extension_events::{KEPT, TellError, Teller};
use crate::store::StoreError;
use crate::store::answers::Remember;

/// Keeps an e-mail; none when the key stands for an earlier one.
pub(crate) async fn take(
    core: &Core,
    teller: &Teller<'_>,
    email: &InboundEmail,
) -> Result<Option<AcceptedEmail>, Error> {
    let email =
        serde_json::to_string(email).map_err(|_| StoreError::Damaged("an e-mail's members"))?;
    if email.len() > LARGEST {
        let size = email.len();
        return Err(TellError::TooLarge { member: "inbound_email", size, most: LARGEST }.into());
    }
    let body = |id: &i64| json!(AcceptedEmail::received(*id)).to_string();
    let (now, status) = (core.now(), KEPT);
    let remember = teller.key.map(|key| Remember { key, status, body: &body, now });
    let installation = teller.subject.installation;
    let id = core.store.keep_email(installation, &email, remember, now).await?;
    Ok(id.map(AcceptedEmail::received))
}
