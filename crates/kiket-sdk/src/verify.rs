//! Decides whether a request comes from Kiket: by its signature, its token, or both.
//!
//! A proof that is there and can be checked must hold, whichever is needed.

mod denial;
mod doctor;
mod signature;
mod token;

use hyper::HeaderMap;
use jiff::Timestamp;
use kiket_contract::clock::Clock;
use kiket_contract::token::Claims;

pub(crate) use denial::Denial;
pub(crate) use doctor::Doctor;
pub(crate) use signature::{Proof, Signatures};

use crate::key_set::KeySet;
use crate::refusal::Refusal;
use token::Carried;

/// Verifies requests.
#[derive(Debug)]
pub(crate) enum Verifier {
    /// With a signature and without a look at the token.
    Signature(Signatures),
    /// With a token, and with a signature if that is there and can be checked.
    Token(KeySet, Option<Signatures>),
    /// With both.
    Both(KeySet, Signatures),
    /// With either.
    Either(KeySet, Signatures),
    /// Not at all.
    Unverified,
}

/// What a verified request has proved beside its origin.
#[derive(Debug, Default)]
pub(crate) struct Verified {
    /// What the token says, if it was checked.
    pub(crate) claims: Option<Box<Claims>>,
}

impl Verifier {
    /// Whether everything is accepted.
    pub(crate) fn is_unverified(&self) -> bool {
        matches!(self, Self::Unverified)
    }

    /// What the headers prove, as far as that can be told before a byte of the body is read.
    pub(crate) fn proof<'a>(
        &self,
        headers: &'a HeaderMap,
        now: Timestamp,
    ) -> Result<Option<Proof<'a>>, Denial> {
        match self {
            Self::Unverified | Self::Token(_, None) => Ok(None),
            Self::Token(_, Some(_)) | Self::Either(..) => Proof::of(headers, now),
            Self::Signature(_) | Self::Both(..) => {
                Proof::of(headers, now)?.ok_or(Denial::NoSignature).map(Some)
            }
        }
    }

    /// Whether the body is Kiket's.
    pub(crate) async fn verify(
        &self,
        proof: Option<Proof<'_>>,
        body: &[u8],
        clock: &Clock,
    ) -> Result<Verified, Refusal> {
        if let (Some(signatures), Some(proof)) = (self.signatures(), proof) {
            signatures.verify(proof, body, clock)?;
        }
        let Some(keys) = self.keys() else { return Ok(Verified::default()) };
        match Carried::by(body) {
            Some(carried) => {
                // In a box, because it is large and most requests are verified without it.
                let claims = Box::pin(token::verify(keys, &carried)).await?;
                Ok(Verified { claims: Some(Box::new(claims)) })
            }
            None => match (self, proof) {
                (Self::Either(..), Some(_)) => Ok(Verified::default()),
                (Self::Either(..), None) => Err(Denial::NoProof.into()),
                _ => Err(Denial::NoToken.into()),
            },
        }
    }

    fn signatures(&self) -> Option<&Signatures> {
        match self {
            Self::Signature(signatures)
            | Self::Token(_, Some(signatures))
            | Self::Both(_, signatures)
            | Self::Either(_, signatures) => Some(signatures),
            Self::Token(_, None) | Self::Unverified => None,
        }
    }

    fn keys(&self) -> Option<&KeySet> {
        match self {
            Self::Token(keys, _) | Self::Both(keys, _) | Self::Either(keys, _) => Some(keys),
            Self::Signature(_) | Self::Unverified => None,
        }
    }
}
