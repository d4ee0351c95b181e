//! Where records of handlers' calls are posted to.

use std::fmt;
use std::time::Duration;

use hyper::Method;
use kiket_contract::api::telemetry::{PATH, SUFFIX, TelemetryRecord};
use kiket_contract::header;
use kiket_contract::secret::Secret;
use tokio::time::timeout;
use url::Url;

use crate::call::Call;
use crate::session::sensitive;
use crate::transport::Lane;
use crate::{Client, Error};

/// How long a record may take to be taken.
pub const TELEMETRY_TIMEOUT: Duration = Duration::from_secs(5);
/// What is read of an answer, in bytes; nothing in it is needed.
const LARGEST_ANSWER: usize = 64 * 1024;

/// An address that takes telemetry. Clones share its connections.
///
/// ```
/// use kiket_client::{Client, TelemetrySink};
///
/// let own = TelemetrySink::at("https://telemetry.example.com/kiket/")?;
/// assert_eq!(own.url(), "https://telemetry.example.com/kiket/telemetry");
/// let of_kiket = TelemetrySink::of(&Client::new("https://kiket.dev")?);
/// assert_eq!(of_kiket.url(), "https://kiket.dev/api/v1/ext/telemetry");
/// # Ok::<(), kiket_client::Error>(())
/// ```
#[derive(Clone)]
pub struct TelemetrySink {
    client: Client,
    path: String,
}

impl TelemetrySink {
    /// The address for telemetry of Kiket's API.
    #[must_use]
    pub fn of(client: &Client) -> Self {
        Self { client: client.clone(), path: PATH.to_owned() }
    }

    /// Any other address: `https://…`, or `http://` on the machine itself. `/telemetry` is added to
    /// its path unless it ends in that.
    ///
    /// # Errors
    /// [`Error::InvalidBaseUrl`] when the text is no such address.
    pub fn at(url: &str) -> Result<Self, Error> {
        let mut url = Url::parse(url.trim())
            .map_err(|_| Error::InvalidBaseUrl("is not an absolute URL; write `https://host`"))?;
        let mut path = url.path().trim_end_matches('/').to_owned();
        if !path.to_ascii_lowercase().ends_with(SUFFIX) {
            path.push_str(SUFFIX);
        }
        if let Some(query) = url.query() {
            path = format!("{path}?{query}");
        }
        url.set_path("");
        url.set_query(None);
        Ok(Self { client: Client::new(url.as_str())?, path })
    }

    /// The address without its query, which may hold a key.
    #[must_use]
    pub fn url(&self) -> String {
        let path = self.path.split('?').next().unwrap_or_default();
        format!("{}{path}", self.client.base_url())
    }

    /// Whether this is the address of Kiket's API at which a runtime token may be shown.
    #[must_use]
    pub fn belongs_to(&self, client: &Client) -> bool {
        self.client.base_url() == client.base_url() && self.path == PATH
    }

    /// Posts one record, once, with a runtime token if there is one.
    ///
    /// # Errors
    /// When the call can not be made, there is no answer within [`TELEMETRY_TIMEOUT`], or it is not
    /// a success. Redirects are not followed.
    pub async fn send(
        &self,
        record: &TelemetryRecord,
        runtime_token: Option<&Secret>,
    ) -> Result<(), Error> {
        let transport = &self.client.transport;
        let call = Call::new(Method::POST, self.path.clone()).json(record)?;
        let mut request = call.request(transport.origin())?;
        if let Some(token) = runtime_token.filter(|token| !token.is_empty()) {
            let token = sensitive(token.expose());
            let token = token.ok_or(Error::InvalidHeader(header::RUNTIME_TOKEN))?;
            request.headers_mut().insert(header::RUNTIME_TOKEN, token);
        }
        let exchange = transport.exchange(Lane::Telemetry, &call, request, LARGEST_ANSWER);
        let answer = timeout(TELEMETRY_TIMEOUT, exchange)
            .await
            .map_err(|_| call.late(TELEMETRY_TIMEOUT))??;
        if answer.status.is_success() { Ok(()) } else { Err(Error::from_answer(&call, &answer)) }
    }
}

impl fmt::Debug for TelemetrySink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TelemetrySink").field(&self.url()).finish()
    }
}
