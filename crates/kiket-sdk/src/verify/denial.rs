//! Why a request is not taken for Kiket's: one text for the log that says what is likely wrong and
//! how that is known. The caller learns nothing of it.

use kiket_contract::token::TokenError;

/// How far a timestamp may be from now, in seconds, either way.
pub(super) const WINDOW: u64 = 5 * 60;

/// Why a request is not taken for Kiket's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Denial {
    #[error("there is no X-Kiket-Signature header; the sender is not Kiket, or a proxy dropped it")]
    NoSignature,
    #[error(
        "there is neither an X-Kiket-Signature header nor a readable \
         `authentication.runtime_token` in the body; the sender is not Kiket, or a proxy dropped \
         the header"
    )]
    NoProof,
    #[error("the header `{0}` is there more than once; it must be sent once")]
    Repeated(&'static str),
    #[error("the header `{0}` is not plain text")]
    Unreadable(&'static str),
    #[error("X-Kiket-Signature is not 64 hex digits")]
    Malformed,
    #[error("X-Kiket-Timestamp is neither whole Unix seconds nor an ISO 8601 time with an offset")]
    BadTimestamp,
    #[error(
        "X-Kiket-Timestamp is {0} seconds off, behind this machine's clock, and {WINDOW} are \
         allowed; the request is an old one, or this clock is ahead, or the sender's behind \
         (the signature was not looked at)"
    )]
    Old(u64),
    #[error(
        "X-Kiket-Timestamp is {0} seconds off, ahead of this machine's clock, and {WINDOW} are \
         allowed; this clock is behind, or the sender's ahead (the signature was not looked at)"
    )]
    FromTheFuture(u64),
    #[error(
        "the signature covers the body alone although X-Kiket-Timestamp is there; \
         the installation's signing form must be `timestamped`, or nothing may add that header"
    )]
    BodyOnly,
    #[error("the signature does not match{0}")]
    Mismatch(Hint),
    #[error(
        "the signature does not match and there is no X-Kiket-Timestamp; a proxy dropped that \
         header, or KIKET_WEBHOOK_SECRET is not the installation's delivery secret (an old one?)"
    )]
    WrongSecretOrNoTimestamp,
    #[error(
        "the signature covers the body alone, and the body has no readable \
         `authentication.expires_at` to show that it is fresh"
    )]
    NoExpiry,
    #[error("the signature covers the body alone, and `authentication.expires_at` has passed")]
    Expired,
    #[error(
        "the body has no readable `authentication.runtime_token`; the sender is not Kiket, or it \
         sends no runtime tokens"
    )]
    NoToken,
    #[error("{error}; {}", advice(error))]
    Token { error: TokenError },
    #[error(
        "the token was minted for another delivery than the body's `delivery.id` says (or only one \
         of them names a delivery); the body was put together with a token from elsewhere"
    )]
    OtherDelivery,
}

impl Denial {
    /// Whether the token is at fault, and not the signature.
    pub(crate) fn is_of_the_token(&self) -> bool {
        matches!(self, Self::NoToken | Self::Token { .. } | Self::OtherDelivery)
    }
}

/// What a look at a signature that does not match has shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Hint {
    #[error(
        "; it does match the same body {0}, so the secret is right and a proxy or middleware \
         re-wrote the body: pass on the bytes as they came"
    )]
    Rewritten(&'static str),
    #[error("; it does match {0}, so that is the delivery secret and another one is in use here")]
    OtherSecret(&'static str),
    #[error(
        "; KIKET_WEBHOOK_SECRET is not the installation's delivery secret (an old one?), or the \
         body was changed on the way (not by re-writing its JSON: that was tried)"
    )]
    None,
    #[error(
        "; KIKET_WEBHOOK_SECRET is not the installation's delivery secret (an old one?), or the \
         body was changed on the way (not examined: one body per second is, if it is not large)"
    )]
    NotExamined,
}

/// What is likely wrong with a token.
fn advice(error: &TokenError) -> &'static str {
    match error {
        TokenError::Algorithm => "Kiket signs with nothing else, so the sender is not Kiket",
        TokenError::UnknownKey => {
            "it was signed by another platform than the one at KIKET_BASE_URL, or is made up"
        }
        TokenError::Signature => "it was changed or is made up",
        TokenError::Issuer => {
            "it comes from another platform; one of your own is named with `token_issuer`"
        }
        TokenError::Expired => "the delivery is an old one, or this machine's clock is ahead",
        TokenError::NotYetValid => "this machine's clock is behind, or the platform's ahead",
        TokenError::LivesTooLong => "let the platform mint tokens for 60 minutes at most",
        _ => "an opaque token proves nothing here; verify the signature instead",
    }
}
