//! Runtime tokens: minted for each attempt, checked at each call back.
//!
//! They are signed with [`crate::signing_keys`]. A token is good for 15 minutes, unless hook or
//! installation say otherwise, and for one installation in one project; whether the installation is
//! still there and still permits what the token says is read at each call by [`crate::caller`], so
//! that a removal takes effect at once.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use kiket_contract::id::DeliveryId;
use kiket_contract::payload::Authentication;
use kiket_contract::scope;
use kiket_contract::secret::Secret;
use kiket_contract::token::{Claims, ISSUER, TokenError};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::error::Error;
use crate::signing_keys::SigningKeys;
use crate::store::work::Work;

const LIFETIME: SignedDuration = SignedDuration::from_mins(15);
/// Some SDKs refuse a token from the future without any leeway, so it is made a little earlier.
const BACKDATED: SignedDuration = SignedDuration::from_secs(5);
const TOKEN_TYPE: &str = "runtime";
const SOURCE: &str = "webhook";

/// Mints and checks runtime tokens.
pub(crate) struct Tokens {
    keys: SigningKeys,
}

impl Tokens {
    pub(crate) fn new(keys: SigningKeys) -> Self {
        Self { keys }
    }

    /// The keys that sign them.
    pub(crate) fn signing_keys(&self) -> &SigningKeys {
        &self.keys
    }

    /// A token for one attempt of a delivery, as the body's `authentication` carries it.
    pub(crate) fn mint(
        &self,
        delivery: DeliveryId,
        work: &Work,
        now: Timestamp,
    ) -> Result<Authentication, Error> {
        let lifetime = work.token_minutes.map_or(LIFETIME, SignedDuration::from_mins);
        let expires_at = Timestamp::from_second((now + lifetime).as_second()).unwrap_or(now);
        let mut scopes = vec![scope::project(work.project_id)];
        scopes.extend(work.scopes.iter().cloned());
        let claims = Claims {
            iss: ISSUER.to_owned(),
            sub: format!("installation:{}", work.installation),
            jti: Uuid::now_v7().to_string(),
            iat: (now - BACKDATED).as_second(),
            exp: expires_at.as_second(),
            nbf: None,
            org_id: Some(work.organization_id),
            ext_id: Some(work.extension_number),
            proj_id: Some(work.project_id),
            pi_id: Some(work.installation),
            scopes: scopes.clone(),
            src: SOURCE.to_owned(),
            did: Some(delivery),
            generation: Some(work.generation),
        };
        Ok(Authentication {
            runtime_token: Some(self.keys.mint(&claims, now)?),
            token_type: Some(TOKEN_TYPE.to_owned()),
            expires_at: Some(expires_at),
            scopes,
        })
    }

    /// Checks a token against key and clock. Whether the installation still lets it in is for
    /// [`crate::caller`].
    pub(crate) fn verify(&self, token: &Secret, now: Timestamp) -> Result<Arc<Claims>, TokenError> {
        self.keys.verify(token, now)
    }
}

/// What is stored of a credential. It is random enough to need no slow hash, and who looks it up by
/// its hash compares nothing that a caller could learn from.
pub(crate) fn hash(credential: &Secret) -> [u8; 32] {
    Sha256::digest(credential.expose()).into()
}

/// A new random text of 256 bits, with a prefix that tells what it is.
pub(crate) fn random_secret(prefix: &str) -> Result<Secret, Error> {
    let mut bytes = zeroize::Zeroizing::new([0; 32]);
    getrandom::fill(bytes.as_mut()).map_err(|_| Error::NoRandomness)?;
    Ok(Secret::from(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes))))
}
