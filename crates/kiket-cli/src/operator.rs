//! Calls of a running platform's API with the operator's token.
//!
//! Every call is made once: what an operator asks for is looked at, not repeated in silence. A path
//! that serves no call of its own yet is one call of [`Operator::get`] or [`Operator::post`] away,
//! with the types of [`kiket_contract::api`].

mod error;
mod events;
mod open;
mod transport;

use std::fmt;

use hyper::Method;
use kiket_contract::secret::Secret;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) use error::Error;
pub(crate) use events::Events;
pub(crate) use open::look;
pub(crate) use transport::innermost;

use crate::args::Remote;
use crate::settings::{self, Origin, Source};
use transport::{Sent, Transport};

/// A platform, and the token that opens it.
pub(crate) struct Operator {
    transport: Transport,
    token: Secret,
    token_from: Source,
}

/// What a call was answered with.
pub(crate) struct Answer<T> {
    /// What it says.
    pub(crate) value: T,
    /// The same as the platform wrote it.
    pub(crate) text: String,
}

/// What a call is called in messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) url: String,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What a query holds is said by whoever gave it.
        let url = self.url.split('?').next().unwrap_or_default();
        write!(f, "{} {url}", self.method)
    }
}

impl Operator {
    /// The platform and the token that flags, environment and files name.
    ///
    /// # Errors
    /// When there is none, or no token.
    pub(crate) fn of(remote: &Remote) -> anyhow::Result<Self> {
        let place = settings::place(remote)?;
        let Some((token, token_from)) = place.token(remote)? else {
            return Err(Error::NoToken { url: place.url.to_string() }.into());
        };
        Ok(Self::new(place.url, token, token_from)?)
    }

    /// The same with a token of another kind, which the variable holds unless a file is named.
    ///
    /// # Errors
    /// As for [`Operator::of`].
    pub(crate) fn with_token_of(remote: &Remote, variable: &'static str) -> anyhow::Result<Self> {
        let place = settings::place(remote)?;
        let Some((token, token_from)) = place.given(remote, variable)? else {
            return Err(Error::NoTokenOfKind { url: place.url.to_string(), variable }.into());
        };
        Ok(Self::new(place.url, token, token_from)?)
    }

    /// A platform with this token.
    ///
    /// # Errors
    /// When the machine's root certificates can not be read.
    pub(crate) fn new(url: Origin, token: Secret, token_from: Source) -> Result<Self, Error> {
        Ok(Self { transport: Transport::new(url)?, token, token_from })
    }

    /// Reads something.
    ///
    /// # Errors
    /// When the platform can not be reached, refuses, or answers what is not understood.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &impl Serialize,
    ) -> Result<Answer<T>, Error> {
        self.call(Method::GET, &with_query(path, query)?, Sent::default()).await
    }

    /// Sends JSON.
    ///
    /// # Errors
    /// As for [`Operator::get`].
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<Answer<T>, Error> {
        self.call(Method::POST, path, json(body)?).await
    }

    /// Sends JSON that is taken once however often it is sent with this key.
    ///
    /// # Errors
    /// As for [`Operator::get`].
    pub(crate) async fn post_once<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
        key: &str,
    ) -> Result<Answer<T>, Error> {
        self.call(Method::POST, path, Sent { key: Some(key), ..json(body)? }).await
    }

    /// Puts JSON in the place of what is there.
    ///
    /// # Errors
    /// As for [`Operator::get`].
    pub(crate) async fn put<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<Answer<T>, Error> {
        self.call(Method::PUT, path, json(body)?).await
    }

    /// Changes what the JSON names.
    ///
    /// # Errors
    /// As for [`Operator::get`].
    pub(crate) async fn patch<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<Answer<T>, Error> {
        self.call(Method::PATCH, path, json(body)?).await
    }

    /// Asks for something to be done, with nothing to say about how.
    ///
    /// # Errors
    /// As for [`Operator::get`].
    pub(crate) async fn post_nothing<T: DeserializeOwned>(
        &self,
        path: &str,
    ) -> Result<Answer<T>, Error> {
        self.call(Method::POST, path, Sent::default()).await
    }

    /// Removes something.
    ///
    /// # Errors
    /// As for [`Operator::get`].
    pub(crate) async fn delete<T: DeserializeOwned>(&self, path: &str) -> Result<Answer<T>, Error> {
        self.call(Method::DELETE, path, Sent::default()).await
    }

    /// Opens a stream of server-sent events.
    ///
    /// # Errors
    /// As for [`Operator::get`].
    pub(crate) async fn watch(&self, path: &str, query: &impl Serialize) -> Result<Events, Error> {
        let call = self.transport.name(Method::GET, &with_query(path, query)?);
        let sent = Sent { token: Some(&self.token), ..Sent::default() };
        let response = self.transport.send(&call, sent).await?;
        if !response.status().is_success() {
            let answer = self.transport.read(&call, response).await?;
            return Err(Error::refused(call, &answer, &self.token_from));
        }
        Ok(Events::new(call, response.into_body()))
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        sent: Sent<'_>,
    ) -> Result<Answer<T>, Error> {
        let call = self.transport.name(method, path);
        let sent = Sent { token: Some(&self.token), ..sent };
        let answer = self.transport.exchange(&call, sent).await?;
        if !answer.status.is_success() {
            return Err(Error::refused(call, &answer, &self.token_from));
        }
        let value = serde_json::from_slice(&answer.body)
            .map_err(|reason| Error::NotUnderstood { call, reason: reason.to_string() })?;
        Ok(Answer { value, text: String::from_utf8_lossy(&answer.body).into_owned() })
    }
}

fn json(body: &impl Serialize) -> Result<Sent<'static>, Error> {
    let body = serde_json::to_vec(body).map_err(Error::Encode)?;
    Ok(Sent { body: body.into(), ..Sent::default() })
}

/// A path with the members of the query that say something.
///
/// # Errors
/// When the query can not be written.
pub(crate) fn with_query(path: &str, query: &impl Serialize) -> Result<String, Error> {
    let query = serde_json::to_value(query).map_err(Error::Encode)?;
    let mut encoded = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in query.as_object().into_iter().flatten() {
        match value {
            serde_json::Value::Null => {}
            serde_json::Value::String(text) => _ = encoded.append_pair(name, text),
            other => _ = encoded.append_pair(name, &other.to_string()),
        }
    }
    let encoded = encoded.finish();
    Ok(if encoded.is_empty() { path.to_owned() } else { format!("{path}?{encoded}") })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_query_has_what_is_said_and_is_encoded() {
        let query = json!({ "event": "a&b", "limit": 5, "cursor": null, "pending": true });
        let path = with_query("/x", &query).unwrap();
        assert_eq!(path, "/x?event=a%26b&limit=5&pending=true");
        assert_eq!(with_query("/x", &json!({})).unwrap(), "/x");
    }
}
