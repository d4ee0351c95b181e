//! The runtime token in the body as a proof of origin.
//!
//! The token says who signed it and for which delivery; it does not cover the rest of the body.

use std::borrow::Cow;

use kiket_contract::id::DeliveryId;
use kiket_contract::payload::Delivery;
use kiket_contract::token::Claims;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::denial::Denial;
use crate::key_set::{Fault, KeySet};
use crate::refusal::Refusal;

/// Checks the token of a body, and that it was minted for the body's delivery.
pub(super) async fn verify(keys: &KeySet, found: &Carried<'_>) -> Result<Claims, Refusal> {
    let claims = match keys.verify(&found.token).await {
        Ok(claims) => claims,
        Err(Fault::Token(error)) => return Err(Denial::Token { error }.into()),
        Err(Fault::Unavailable) => return Err(Refusal::KeysUnavailable),
    };
    if claims.did != found.delivery {
        return Err(Denial::OtherDelivery.into());
    }
    Ok(claims)
}

/// What a body carries to be verified by its token.
pub(super) struct Carried<'a> {
    token: Cow<'a, str>,
    delivery: Option<DeliveryId>,
}

impl<'a> Carried<'a> {
    /// The token of a body, if there is one that can be read. A member that is there twice can not:
    /// whoever reads it later might take the other one.
    pub(super) fn by(body: &'a [u8]) -> Option<Self> {
        let body: Body<'_> = read(str::from_utf8(body).ok()?)?;
        let Proof { runtime_token: Text(token) } = read(body.authentication?.get())?;
        // An event may have a member `delivery` of its own. It is read as the handler's context
        // reads it, so that no form of it passes here and has no id there.
        let delivery =
            body.delivery.and_then(|raw| read(raw.get())).map(|delivery: Delivery| delivery.id);
        (!token.is_empty()).then_some(Self { token, delivery })
    }
}

/// Reads an object. serde would take an array's elements for its members.
fn read<'a, T: Deserialize<'a>>(json: &'a str) -> Option<T> {
    let is_object = json.trim_start().starts_with('{');
    if is_object { serde_json::from_str(json).ok() } else { None }
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    authentication: Option<&'a RawValue>,
    #[serde(borrow)]
    delivery: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Proof<'a> {
    #[serde(borrow)]
    runtime_token: Text<'a>,
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);
