//! Calls of paths that have no method of their own.

use hyper::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::call::Call;
use crate::{Error, Session};

/// The path and its query are sent as they are, so what a name or id brings into them has to be
/// percent-encoded, with [`segment`](kiket_contract::route::segment). An answer without a body reads
/// as `null`.
///
/// ```no_run
/// use kiket_contract::route::segment;
/// use serde_json::{Value, json};
///
/// # async fn example(kiket: kiket_client::Session, slug: &str) -> Result<(), kiket_client::Error> {
/// let boards: Value = kiket.get(&format!("/api/v1/ext/projects/{}/boards", segment(slug))).await?;
/// let event = json!({ "name": "campaign.sent", "count": 3 });
/// let _: Value = kiket.post("/api/v1/ext/analytics/events", &event).await?;
/// # Ok(()) }
/// ```
impl Session {
    /// `GET` of any path of the API.
    ///
    /// # Errors
    /// [`Error::InvalidPath`] before anything is sent, when the text is no path. Otherwise when the
    /// call can not be made, or the answer is not a success or does not fit the type.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        self.read(any(Method::GET, path)).await
    }

    /// `POST` of JSON to any path of the API.
    ///
    /// # Errors
    /// As for [`Session::get`].
    pub async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Error> {
        self.read(any(Method::POST, path).and_then(|call| call.json(body))).await
    }

    /// `PUT` of JSON to any path of the API.
    ///
    /// # Errors
    /// As for [`Session::get`].
    pub async fn put<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Error> {
        self.read(any(Method::PUT, path).and_then(|call| call.json(body))).await
    }

    /// `PATCH` of JSON to any path of the API.
    ///
    /// # Errors
    /// As for [`Session::get`].
    pub async fn patch<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Error> {
        self.read(any(Method::PATCH, path).and_then(|call| call.json(body))).await
    }

    /// `DELETE` of any path of the API.
    ///
    /// # Errors
    /// As for [`Session::get`].
    pub async fn delete<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        self.read(any(Method::DELETE, path)).await
    }
}

fn any(method: Method, path: &str) -> Result<Call, Error> {
    let (before_query, _) = path.split_once('?').unwrap_or((path, ""));
    let is_clear = before_query.starts_with('/')
        && !path.contains(['#', '\\'])
        && path.bytes().all(|byte| byte.is_ascii_graphic())
        && before_query[1..].split('/').all(|segment| !leads_elsewhere(segment));
    if is_clear { Ok(Call::new(method, path.to_owned())) } else { Err(Error::InvalidPath) }
}

/// Whether a segment is empty, or `.` or `..` in whatever spelling.
fn leads_elsewhere(segment: &str) -> bool {
    let dots = segment.to_ascii_lowercase().replace("%2e", ".");
    matches!(dots.as_str(), "" | "." | "..")
}
