//! The client: an address, its connections, and the program's own credentials.
//!
//! What it promises: a token is sent to the client's own address and nowhere else, and redirects
//! are not followed, so no answer can move it to another host.

use std::fmt;
use std::sync::Arc;

use kiket_contract::secret::Secret;

use crate::Error;
use crate::origin::Origin;
use crate::session::Session;
use crate::transport::Transport;

/// Kiket's API at one address. Clones share its connections, which are opened when first needed.
#[derive(Clone)]
pub struct Client {
    pub(crate) transport: Arc<Transport>,
    pub(crate) own: Arc<OwnCredentials>,
}

/// The credentials of a program, which it has whether or not there is a delivery.
#[derive(Clone, Default)]
pub(crate) struct OwnCredentials {
    pub(crate) api_key: Option<Secret>,
    pub(crate) workspace_token: Option<Secret>,
}

impl Client {
    /// A client of the API at `base_url`: `https://host`, or `http://` on the machine itself.
    ///
    /// ```
    /// use kiket_client::Client;
    ///
    /// assert_eq!(Client::new("https://kiket.dev/")?.base_url(), "https://kiket.dev");
    /// assert!(Client::new("https://kiket.dev/api").is_err());
    /// # Ok::<(), kiket_client::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::InvalidBaseUrl`] when the text is anything but such an origin.
    pub fn new(base_url: &str) -> Result<Self, Error> {
        let transport =
            Arc::new(Transport::new(Origin::parse(base_url).map_err(Error::InvalidBaseUrl)?));
        Ok(Self { transport, own: Arc::default() })
    }

    /// The client with an installation's API key, which opens what extensions may call. An empty
    /// one counts as none.
    #[must_use]
    pub fn with_api_key(mut self, key: impl Into<Secret>) -> Self {
        Arc::make_mut(&mut self.own).api_key = filled(key.into());
        self
    }

    /// The client with a workspace token. An empty one counts as none.
    #[must_use]
    pub fn with_workspace_token(mut self, token: impl Into<Secret>) -> Self {
        Arc::make_mut(&mut self.own).workspace_token = filled(token.into());
        self
    }

    /// The address, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        self.transport.origin().as_str()
    }

    /// The client as one delivery may use it: with its runtime token and its event's version.
    ///
    /// Without a token, the calls fall back on the client's own credentials, if it has any.
    #[must_use]
    pub fn session(
        &self,
        runtime_token: Option<Secret>,
        event_version: impl Into<String>,
    ) -> Session {
        Session::new(self.clone(), runtime_token.and_then(filled), Some(event_version.into()))
    }

    /// The client outside of a delivery, with its own credentials: for scripts, scheduled work and
    /// other services.
    ///
    /// ```no_run
    /// use kiket_client::Client;
    ///
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let token = std::env::var("KIKET_WORKSPACE_TOKEN")?;
    /// let kiket = Client::new("https://kiket.dev")?.with_workspace_token(token).standalone();
    /// let limits = kiket.rate_limit().await?;
    /// println!("{} calls are left", limits.remaining);
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn standalone(&self) -> Session {
        Session::new(self.clone(), None, None)
    }
}

fn filled(secret: Secret) -> Option<Secret> {
    (!secret.is_empty()).then_some(secret)
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("base_url", &self.base_url()).finish_non_exhaustive()
    }
}
