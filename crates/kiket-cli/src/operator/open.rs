//! What a platform shows to everybody.

use hyper::Method;
use hyper::header::DATE;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;

use super::Error;
use super::transport::{Sent, Transport};
use crate::settings::Origin;

/// An answer that needed no token.
pub(crate) struct Seen {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    /// What time it was there, to the second.
    pub(crate) date: Option<Timestamp>,
}

/// Reads a path of a platform without a token, whatever the answer is.
///
/// # Errors
/// When the platform can not be reached.
pub(crate) async fn look(url: &Origin, path: &str) -> Result<Seen, Error> {
    let transport = Transport::new(url.clone())?;
    let call = transport.name(Method::GET, path);
    let answer = transport.exchange(&call, Sent::default()).await?;
    let date = answer.headers.get(DATE).and_then(|date| date.to_str().ok());
    let date = date.and_then(|date| DateTimeParser::new().parse_timestamp(date).ok());
    Ok(Seen { status: answer.status.as_u16(), body: answer.body.to_vec(), date })
}
