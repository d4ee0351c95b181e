//! Runtime tokens: minted for each attempt, checked at each call back.
//!
//! They are signed with [`crate::signing_keys`]. A token is good for 15 minutes, unless hook or
//! installation say otherwise, and for one installation in one project; whether the installation is
//! still there and still permits what the token says is read at each call, so that a removal takes
//! effect at once.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use kiket_contract::id::{DeliveryId, InstallationId};
use kiket_contract::payload::Authentication;
use kiket_contract::scope;
use kiket_contract::secret::Secret;
use kiket_contract::token::{Claims, ISSUER, TokenError};
use uuid::Uuid;

use crate::error::Error;
use crate::signing_keys::SigningKeys;
use crate::store::Store;
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

/// Who calls, after the token has been checked.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) delivery: DeliveryId,
    pub(crate) installation: InstallationId,
    pub(crate) extension_id: String,
    pub(crate) scopes: Vec<String>,
    /// The token itself.
    pub(crate) token: Secret,
}

/// Why a token opens nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unauthorized {
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error("the installation that the token was made for is gone or has revoked it")]
    Revoked,
    #[error(transparent)]
    Failed(#[from] Error),
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

    /// Checks a token against the key, the clock and the installation as it is now.
    pub(crate) async fn authorize(
        &self,
        store: &Store,
        token: &str,
        now: Timestamp,
    ) -> Result<Caller, Unauthorized> {
        let claims = self.keys.verify(token, now)?;
        let delivery = claims.did.ok_or(TokenError::Malformed("it names no delivery"))?;
        let installation = claims.pi_id.ok_or(TokenError::Malformed("it names no installation"))?;
        let holder = store
            .token_holder(installation)
            .await
            .map_err(Error::from)?
            .ok_or(Unauthorized::Revoked)?;
        let same = claims.generation == Some(holder.generation)
            && claims.ext_id == Some(holder.extension_number)
            && claims.org_id == Some(holder.organization_id)
            && claims.proj_id == Some(holder.project_id);
        if !same {
            return Err(Unauthorized::Revoked);
        }
        let mut scopes = claims.scopes;
        scopes.retain(|granted| {
            *granted == scope::project(holder.project_id)
                || scope::missing(&holder.scopes, &[granted]).is_empty()
        });
        let (extension_id, token) = (holder.extension_id, Secret::from(token));
        Ok(Caller { delivery, installation, extension_id, scopes, token })
    }
}

/// A new random text of 256 bits, with a prefix that tells what it is.
pub(crate) fn random_secret(prefix: &str) -> Result<Secret, Error> {
    let mut bytes = zeroize::Zeroizing::new([0; 32]);
    getrandom::fill(bytes.as_mut()).map_err(|_| Error::NoRandomness)?;
    Ok(Secret::from(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes))))
}
