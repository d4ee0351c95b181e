//! What can be wrong with a request.

/// One way in which a request is not a good one. Everything else about it stays right.
///
/// ```
/// use kiket_testkit::{Delivery, Fault};
///
/// for fault in Fault::SIGNATURE {
///     let request = Delivery::new("issue.created", "v1").with_fault(fault).request();
///     // … and the extension refuses it with 401.
/// #   drop(request);
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// It is signed with another delivery secret.
    WrongSecret,
    /// It is an hour old: its timestamp, and the end of its runtime token.
    Old,
    /// A blank was added to the body after it was signed; it is still the same JSON.
    ChangedBody,
    /// It has no signature.
    NoSignature,
    /// Its runtime token has the signature of another one.
    ForgedToken,
    /// It has no runtime token.
    NoToken,
}

impl Fault {
    /// What an extension that checks signatures must refuse.
    pub const SIGNATURE: [Self; 4] =
        [Self::WrongSecret, Self::Old, Self::ChangedBody, Self::NoSignature];
    /// What an extension that checks runtime tokens must refuse, signed or not.
    pub const TOKEN: [Self; 3] = [Self::Old, Self::ForgedToken, Self::NoToken];
}
