//! What is not there.

use kiket_sdk::client::Error;

/// What a call gave, and `None` when Kiket answers 404.
///
/// A Kiket that does not keep custom data answers 404 to every call about it, and likewise for
/// service levels, rate limits and notifications. There is nothing there then, which is no reason to
/// fail the delivery.
pub(crate) fn unless_absent<T>(answer: Result<T, Error>) -> Result<Option<T>, Error> {
    match answer {
        Err(error) if error.is_not_found() => Ok(None),
        answer => answer.map(Some),
    }
}
