//! Runtime tokens: minted for each attempt, checked at each call back.
//!
//! The private key is sealed in the database and made on the first start. A token is good for 15
//! minutes, for one installation in one project; whether the installation is still there and still
//! permits what the token says is read at each call, so that a removal takes effect at once.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use kiket_contract::id::{DeliveryId, InstallationId};
use kiket_contract::jwks::JwkSet;
use kiket_contract::payload::Authentication;
use kiket_contract::scope;
use kiket_contract::secret::Secret;
use kiket_contract::token::{self, Claims, ISSUER, SigningKey, TokenError};
use uuid::Uuid;

use crate::error::Error;
use crate::secrets::seal::{Place, Sealer};
use crate::store::Store;
use crate::store::signing_keys::StoredKey;
use crate::store::work::Work;

const LIFETIME: SignedDuration = SignedDuration::from_mins(15);
/// Some SDKs refuse a token from the future without any leeway, so it is made a little earlier.
const BACKDATED: SignedDuration = SignedDuration::from_secs(5);
const TOKEN_TYPE: &str = "runtime";
const SOURCE: &str = "webhook";

/// Mints and checks runtime tokens.
pub(crate) struct Tokens {
    key: SigningKey,
}

/// Who calls, after the token has been checked.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) delivery: DeliveryId,
    pub(crate) installation: InstallationId,
    pub(crate) extension_id: String,
    pub(crate) scopes: Vec<String>,
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
    /// Opens the signing key, or makes it on the first start.
    pub(crate) async fn open(
        store: &Store,
        sealer: &Sealer,
        now: Timestamp,
    ) -> Result<Self, Error> {
        if let Some(stored) = store.signing_key().await? {
            let pkcs8 = sealer.open(place(&stored.kid), &stored.sealed_private_key)?;
            return Ok(Self { key: SigningKey::from_pkcs8(&pkcs8)? });
        }
        let (key, pkcs8) = SigningKey::generate()?;
        let kid = key.jwk().kid.clone();
        let sealed_private_key = sealer.seal(place(&kid), &pkcs8)?;
        store.add_signing_key(&StoredKey { kid, sealed_private_key }, now).await?;
        Ok(Self { key })
    }

    /// The public keys, the one that signs now first.
    pub(crate) fn key_set(&self) -> JwkSet {
        JwkSet { keys: vec![self.key.jwk().clone()] }
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
            runtime_token: Some(self.key.mint(&claims)?),
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
        let claims = token::verify(token, &self.key_set().keys, ISSUER, now)?;
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
        Ok(Caller { delivery, installation, extension_id: holder.extension_id, scopes })
    }
}

/// A new random text of 256 bits, with a prefix that tells what it is.
pub(crate) fn random_secret(prefix: &str) -> Result<Secret, Error> {
    let mut bytes = zeroize::Zeroizing::new([0; 32]);
    getrandom::fill(bytes.as_mut()).map_err(|_| Error::NoRandomness)?;
    Ok(Secret::from(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes))))
}

fn place(kid: &str) -> Place<'_> {
    Place { table: "signing_keys", row: kid, column: "sealed_private_key" }
}
