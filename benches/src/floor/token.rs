//! The bare check of a runtime token's signature, on floor B: the key is prepared once.

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use jiff::Timestamp;
use kiket_contract::jwks::{Jwk, JwkSet};
use kiket_contract::route;
use kiket_contract::token::{Claims, ISSUER, LEEWAY};
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde::Deserialize;
use tokio::net::TcpListener;

use super::{Body, handled, hyper};

/// First byte of an uncompressed point.
const UNCOMPRESSED: u8 = 4;

pub(crate) async fn serve(listener: TcpListener, base_url: &str) -> anyhow::Result<()> {
    let key = Key::fetch(base_url).await?;
    hyper::answer_all(listener, move |_, body| {
        let body: Body = serde_json::from_str(std::str::from_utf8(body).ok()?).ok()?;
        let claims = key.verified(body.authentication.runtime_token.as_ref()?.expose())?;
        (claims.did == Some(body.delivery.id)).then(|| handled(body))?
    })
    .await
}

struct Key {
    id: String,
    point: UnparsedPublicKey<Vec<u8>>,
}

#[derive(Deserialize)]
struct Header<'a> {
    alg: &'a str,
    kid: &'a str,
}

impl Key {
    async fn fetch(base_url: &str) -> anyhow::Result<Self> {
        let client = Client::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
        let answer = client.get(format!("{base_url}{}", route::JWKS).parse()?).await?;
        let body = answer.into_body().collect().await?.to_bytes();
        let set: JwkSet = serde_json::from_slice(&body)?;
        let Jwk { kid, x, y, .. } = set.keys.into_iter().next().context("no key")?;
        let mut point = vec![UNCOMPRESSED];
        URL_SAFE_NO_PAD.decode_vec(x, &mut point)?;
        URL_SAFE_NO_PAD.decode_vec(y, &mut point)?;
        Ok(Self { id: kid, point: UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point) })
    }

    /// The token's claims, if its signature holds and it is valid now.
    fn verified(&self, token: &str) -> Option<Claims> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let header = URL_SAFE_NO_PAD.decode(header).ok()?;
        let header: Header<'_> = serde_json::from_slice(&header).ok()?;
        if header.alg != "ES256" || header.kid != self.id {
            return None;
        }
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        self.point.verify(signed.as_bytes(), &signature).ok()?;
        let claims: Claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
        let now = Timestamp::now().as_second();
        let valid = claims.exp > now && claims.iat <= now + LEEWAY.as_secs();
        (valid && claims.iss == ISSUER).then_some(claims)
    }
}
