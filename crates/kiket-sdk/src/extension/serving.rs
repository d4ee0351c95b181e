//! From an extension to what answers requests.

use std::io::Write;
use std::sync::Arc;

use kiket_contract::environment::DESCRIBE;

use crate::handlers::Handlers;
use crate::idempotency::Memory;
use crate::router::Router;
use crate::serve::{self, Bound};
use crate::{Error, Extension, ExtensionService, describe, log};

impl Extension {
    /// The extension as a tower `Service`, for a server of the program's own.
    ///
    /// ```no_run
    /// use kiket_sdk::prelude::*;
    ///
    /// # async fn created(_: serde_json::Value, _: Context) -> Result { Ok(()) }
    /// # async fn example(request: hyper::Request<http_body_util::Full<bytes::Bytes>>)
    /// # -> Result<(), kiket_sdk::Error> {
    /// let service =
    ///     Extension::from_manifest()?.webhook("issue.created", "v1", created).into_service()?;
    /// let answer = service.answer(request).await;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When registrations are wrong (all of them are reported), the configuration can not be used,
    /// or requests are unverified, which only a server on loopback may take.
    pub fn into_service(self) -> Result<ExtensionService, Error> {
        Ok(ExtensionService::new(self.into_dispatch_behind("another server")?))
    }

    /// The extension as an axum router (feature `axum`), to nest in an app at any path. The app's
    /// other routes stay as they are.
    ///
    /// ```no_run
    /// use kiket_sdk::prelude::*;
    ///
    /// # async fn created(_: serde_json::Value, _: Context) -> Result { Ok(()) }
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let extension = Extension::from_manifest()?.webhook("issue.created", "v1", created);
    /// let app = axum::Router::new().nest("/kiket", extension.into_router()?);
    /// axum::serve(tokio::net::TcpListener::bind("127.0.0.1:8080").await?, app).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The callback address that the manifest names then ends in `/kiket`. An app that stops should
    /// let work that goes on after answers end: make it with [`Extension::into_service`] and
    /// [`ExtensionService::router`], and call [`ExtensionService::finish`] when the server has
    /// stopped.
    ///
    /// # Errors
    /// As [`Extension::into_service`].
    #[cfg(feature = "axum")]
    pub fn into_router(self) -> Result<axum::Router, Error> {
        Ok(self.into_service()?.router())
    }

    fn into_dispatch(self) -> Result<Router, Error> {
        let handlers = Handlers::check(self.registrations).map_err(Error::Registrations)?;
        let (settings, verifier) = self.sources.resolve()?;
        let memory = Memory::new(&settings)?;
        Ok(Router::new(Arc::new(settings), verifier, handlers, memory))
    }

    /// What answers requests that a server of somebody else takes in.
    fn into_dispatch_behind(self, place: &str) -> Result<Router, Error> {
        let router = self.into_dispatch()?;
        if router.is_unverified() {
            return Err(Error::UnverifiedElsewhere { place: place.to_owned() });
        }
        Ok(router)
    }

    /// Listens at exactly this address. Port 0 takes a free one, see [`Bound::local_addr`].
    ///
    /// # Errors
    /// When registrations are wrong (all of them are reported), the configuration can not be used,
    /// or the address can not be listened at.
    pub async fn bind(self, address: &str) -> Result<Bound, Error> {
        let router = self.into_dispatch()?;
        let loopback_only = router.is_unverified();
        let bound = Bound::new(address, router).await?;
        let place = bound.local_addr();
        if loopback_only && !place.ip().to_canonical().is_loopback() {
            return Err(Error::UnverifiedElsewhere { place: place.to_string() });
        }
        Ok(bound)
    }

    /// Serves until SIGTERM or SIGINT; then accepts nothing more, finishes what runs, and ends.
    ///
    /// `HOST` and `PORT` of the environment beat the address given here. Without a tracing
    /// subscriber of the program's own, the log goes to the standard error, from level info on or as
    /// `RUST_LOG` says. With `KIKET_DESCRIBE=1` it prints the registrations as JSON and ends.
    ///
    /// # Errors
    /// As [`Extension::bind`].
    pub async fn run(self, address: &str) -> Result<(), Error> {
        if self.is_to_describe() {
            return self.describe();
        }
        log::to_standard_error(&self.sources.environment);
        let address = serve::placed(address, &self.sources.environment)?;
        self.bind(&address).await?.serve().await
    }

    /// Answers the invocations of an AWS Lambda function (feature `lambda`), in place of
    /// [`Extension::run`]: those of API Gateway (REST and HTTP APIs), of a function URL, and of an
    /// Application Load Balancer.
    ///
    /// ```no_run
    /// use kiket_sdk::prelude::*;
    ///
    /// # async fn created(_: serde_json::Value, _: Context) -> Result { Ok(()) }
    /// # async fn example() -> Result<(), kiket_sdk::Error> {
    /// Extension::from_manifest()?.webhook("issue.created", "v1", created).run_lambda().await
    /// # }
    /// ```
    ///
    /// Lambda stops a function as soon as it has answered, so nothing goes on after that: a handler
    /// is dropped at its deadline, whatever [`Extension::overrun`] says, and the answer waits for
    /// [`Context::background`](crate::Context::background). Both end a little before the function's
    /// own time does, so give the function more time than Kiket waits, for example 15 seconds. Of
    /// background work that takes longer than Kiket waits, Kiket sees no answer, and it delivers
    /// again.
    ///
    /// Each instance of the function remembers finished deliveries for itself, and is gone before
    /// long. So on Lambda the choice is `EffectivelyOnce::Redis` (feature `redis`).
    ///
    /// The stage of API Gateway is not part of the path. A delivery is found under any other prefix
    /// too, by its headers.
    ///
    /// With `KIKET_DESCRIBE=1` it prints the registrations as JSON and ends.
    ///
    /// # Errors
    /// As [`Extension::into_service`]; when the program does not run on Lambda; and when Lambda can
    /// not be reached.
    #[cfg(feature = "lambda")]
    pub async fn run_lambda(mut self) -> Result<(), Error> {
        if self.is_to_describe() {
            return self.describe();
        }
        log::to_standard_error(&self.sources.environment);
        self.sources.options.overrun = std::time::Duration::ZERO;
        crate::lambda::run(self.into_dispatch_behind("AWS Lambda")?).await
    }

    fn is_to_describe(&self) -> bool {
        self.sources.environment.is_on(DESCRIBE)
    }

    fn describe(self) -> Result<(), Error> {
        let handlers = Handlers::check(self.registrations).map_err(Error::Registrations)?;
        let text = describe::text(&self.sources, &handlers);
        std::io::stdout().write_all(text.as_bytes()).map_err(Error::Describe)
    }
}
