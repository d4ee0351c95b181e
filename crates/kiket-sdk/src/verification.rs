//! Which proof of its origin a request needs.

/// Which proof a request needs before it is taken for Kiket's.
///
/// There are two: the HMAC signature over the raw body, made with the installation's delivery
/// secret, and the runtime token in the body, signed by the platform (ES256). A proof that is there
/// and can be checked must hold, whichever is needed.
///
/// The guide's page on verification says what a token does not prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Verification {
    /// The signature. The token is carried without a look inside: it is part of the signed body.
    #[default]
    Signature,
    /// The token. A signature is checked too if it is there and a delivery secret is configured.
    Token,
    /// The signature, then the token.
    Both,
    /// At least one of the two.
    Either,
}
