//! What an extension runs with: from the builder, then the manifest, then the environment, then
//! the default. With `KIKET_DEV=1` the environment comes first.

use std::sync::{Once, OnceLock};

use hyper::header::HeaderValue;
use kiket_client::Client;
use kiket_contract::clock::Clock;
use kiket_contract::environment;
use kiket_contract::event::Name;
use kiket_contract::secret::Secret;
use kiket_contract::token::ISSUER;
use kiket_manifest::{Configuration, Manifest};
use serde_json::{Map, Value};

use crate::background::Background;
use crate::environment::Environment;
use crate::idempotency::EffectivelyOnce;
use crate::key_set::KeySet;
use crate::options::Options;
use crate::telemetry::Reporter;
use crate::verify::{Doctor, Signatures, Verifier};
use crate::{Error, Verification};

/// Where Kiket's API is, unless something says otherwise.
const DEFAULT_BASE_URL: &str = "https://kiket.dev";

/// What an extension runs with.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) extension_id: String,
    pub(crate) extension_version: Option<String>,
    pub(crate) client: Client,
    /// What the client's calls carry where a delivery brings no runtime token.
    pub(crate) own_credentials: Vec<Secret>,
    pub(crate) environment: Environment,
    pub(crate) clock: Clock,
    /// The settings of the manifest and the program's own.
    pub(crate) configuration: Configuration,
    pub(crate) options: Options,
    pub(crate) background: Background,
    pub(crate) reporter: Reporter,
    /// The member `api` of deliveries that name the configured address, as it is written.
    pub(crate) usual_address: OnceLock<Box<str>>,
    /// Done once a delivery has named another one.
    pub(crate) other_address: Once,
}

/// Where settings come from.
pub(crate) struct Sources {
    pub(crate) extension_id: String,
    pub(crate) manifest: Option<Manifest>,
    pub(crate) webhook_secret: Option<Secret>,
    pub(crate) workspace_token: Option<Secret>,
    pub(crate) extension_api_key: Option<Secret>,
    pub(crate) base_url: Option<String>,
    pub(crate) extension_version: Option<String>,
    pub(crate) proofs: Proofs,
    pub(crate) options: Options,
    pub(crate) environment: Environment,
    pub(crate) clock: Clock,
}

/// How requests are to be verified.
#[derive(Default)]
pub(crate) struct Proofs {
    /// Whether to accept everything instead.
    pub(crate) unverified: bool,
    pub(crate) verification: Verification,
    pub(crate) token_issuer: Option<String>,
}

impl Sources {
    /// The sources of an extension that has chosen nothing yet.
    pub(crate) fn new(extension_id: String) -> Self {
        Self {
            extension_id,
            extension_version: None,
            manifest: None,
            webhook_secret: None,
            workspace_token: None,
            extension_api_key: None,
            base_url: None,
            proofs: Proofs::default(),
            options: Options::default(),
            environment: Environment::process(),
            clock: Clock::system(),
        }
    }

    /// The version that the program or the manifest gives.
    pub(crate) fn version(&self) -> Option<&str> {
        let in_manifest = self.manifest.as_ref().and_then(|found| found.version.as_ref());
        let in_manifest = in_manifest.map(|version| version.as_str());
        self.extension_version.as_deref().or(in_manifest)
    }

    /// Decides every setting, and makes the verifier of the delivery secrets.
    pub(crate) fn resolve(mut self) -> Result<(Settings, Verifier), Error> {
        if self.is_dev() {
            tracing::info!("KIKET_DEV=1: the environment comes before builder and manifest");
        }
        let signatures = self.signatures()?;
        if !Name::is_valid(&self.extension_id) {
            return Err(Error::ExtensionId(self.extension_id));
        }
        let written = self.base_url.clone().filter(|url| !url.is_empty());
        let base_url = self.first(written, self.environment.get(environment::BASE_URL));
        let base_url = base_url.as_deref().unwrap_or(DEFAULT_BASE_URL);
        let client = Client::new(base_url).map_err(Error::BaseUrl)?;
        let (client, own_credentials) = self.with_own_credentials(client)?;
        let verifier = self.verifier(signatures, &client);
        let configuration = self.configuration()?;
        let environment_first = self.is_dev();
        let telemetry = &mut self.options.telemetry;
        let reporter = telemetry.reporter(&client, &self.environment, environment_first)?;
        let settings = Settings {
            client,
            own_credentials,
            extension_version: self.version().map(str::to_owned),
            extension_id: self.extension_id,
            environment: self.environment,
            clock: self.clock,
            configuration,
            options: self.options,
            background: Background::new(),
            reporter,
            usual_address: OnceLock::new(),
            other_address: Once::new(),
        };
        Ok((settings, verifier))
    }

    /// The client with what its calls carry where a delivery brings no runtime token, and that.
    fn with_own_credentials(&self, mut client: Client) -> Result<(Client, Vec<Secret>), Error> {
        let token = self.own(self.workspace_token.as_ref(), environment::WORKSPACE_TOKEN)?;
        let key = self.own(self.extension_api_key.as_ref(), environment::EXTENSION_API_KEY)?;
        if let Some(token) = token.clone() {
            client = client.with_workspace_token(token);
        }
        if let Some(key) = key.clone() {
            client = client.with_api_key(key);
        }
        Ok((client, token.into_iter().chain(key).collect()))
    }

    /// A credential without the blanks around it: a file often ends with a newline, which no header
    /// can carry.
    fn own(
        &self,
        written: Option<&Secret>,
        variable: &'static str,
    ) -> Result<Option<Secret>, Error> {
        let filled = |secret: &Secret| !is_blank(secret);
        let in_environment = self.environment.secret(variable).filter(filled);
        let Some(secret) = self.first(written.cloned().filter(filled), in_environment) else {
            return Ok(None);
        };
        let secret = trimmed(&secret);
        match HeaderValue::from_str(secret.expose()) {
            Ok(_) => Ok(Some(secret)),
            Err(_) => Err(Error::Credential { variable }),
        }
    }

    /// The value of every setting, as handlers will find it.
    pub(crate) fn values(&self) -> Configuration {
        self.values_with(self.options.settings.clone())
    }

    /// The manifest's defaults, for secret settings the environment over them, and the program's
    /// settings over both.
    fn values_with(&self, mut given: Map<String, Value>) -> Configuration {
        let none = Manifest::default();
        let manifest = self.manifest.as_ref().unwrap_or(&none);
        let secret = |key: &str| self.options.secret(&self.environment, key);
        if self.is_dev() {
            for key in manifest.secret_keys().filter(|key| secret(key).is_some()) {
                given.remove(key);
            }
        }
        manifest.configuration(|name| self.environment.get(name), secret, given)
    }

    /// The value of every setting. A required one without a value is an error, unless it is secret: a
    /// delivery may bring that one.
    fn configuration(&mut self) -> Result<Configuration, Error> {
        let given = std::mem::take(&mut self.options.settings);
        let found = self.values_with(given);
        let none = Manifest::default();
        let manifest = self.manifest.as_ref().unwrap_or(&none);
        let is_secret = |key: &String| manifest.secret_keys().any(|secret| secret == key);
        let (secret, missing): (Vec<_>, Vec<_>) =
            found.missing.iter().cloned().partition(is_secret);
        if !secret.is_empty() {
            tracing::info!(
                settings = secret.join(", "),
                "these required secrets have no value here, so each delivery has to bring them"
            );
        }
        if missing.is_empty() { Ok(found) } else { Err(Error::MissingSettings(missing)) }
    }

    fn verifier(&self, signatures: Option<Signatures>, client: &Client) -> Verifier {
        if self.proofs.unverified {
            tracing::warn!(
                "UNVERIFIED: every request is taken for Kiket's, whoever sends it. This is for \
                 development on one machine; take `unverified_for_development` out before \
                 anything else"
            );
            return Verifier::Unverified;
        }
        let issuer = self.proofs.token_issuer.as_deref().unwrap_or(ISSUER);
        let keys = KeySet::new(client.clone(), issuer.to_owned(), self.clock.clone());
        match (self.proofs.verification, signatures) {
            (Verification::Both, Some(signatures)) => Verifier::Both(keys, signatures),
            (Verification::Either, Some(signatures)) => Verifier::Either(keys, signatures),
            (Verification::Signature, Some(signatures)) => Verifier::Signature(signatures),
            // Whatever else needs a secret has been refused without one.
            (_, signatures) => Verifier::Token(keys, signatures),
        }
    }

    /// What signatures are checked with. Without a delivery secret there is nothing, which is an
    /// error where a signature may be needed.
    fn signatures(&self) -> Result<Option<Signatures>, Error> {
        let (mut known, variable) = self.delivery_secrets();
        if known.is_empty() {
            let optional =
                self.proofs.unverified || self.proofs.verification == Verification::Token;
            return if optional { Ok(None) } else { Err(Error::NoWebhookSecret { variable }) };
        }
        let (_, used) = known.remove(0);
        known.push(("the delivery secret without the blanks around it", trimmed(&used)));
        known.retain(|(_, other)| *other != used && !other.is_empty());
        let previous = self.environment.secret(environment::PREVIOUS_WEBHOOK_SECRET);
        let previous = previous.filter(|secret| !is_blank(secret));
        Ok(Some(Signatures::new(&used, previous.as_ref(), Doctor::new(&known))))
    }

    /// Every delivery secret that is set, each with where it stands, the one to use first; and the
    /// variable to set if there is none.
    fn delivery_secrets(&self) -> (Vec<(&'static str, Secret)>, String) {
        let lookup = |name: &str| self.environment.get(name);
        let in_manifest = self.manifest.as_ref().and_then(|found| found.delivery_secret.as_ref());
        let in_manifest = in_manifest.map(|secret| secret.resolve(lookup));
        let variable = match &in_manifest {
            Some(Err(unresolved)) => unresolved.variable.clone(),
            _ => environment::WEBHOOK_SECRET.to_owned(),
        };
        let mut known = vec![
            ("the secret that the program gives", self.webhook_secret.clone()),
            ("the manifest's secret", in_manifest.and_then(Result::ok)),
            ("KIKET_WEBHOOK_SECRET", self.environment.secret(environment::WEBHOOK_SECRET)),
        ];
        if self.is_dev() {
            known.rotate_right(1);
        }
        let filled = |(place, secret): (_, Option<Secret>)| {
            Some((place, secret.filter(|secret| !is_blank(secret))?))
        };
        (known.into_iter().filter_map(filled).collect(), variable)
    }

    fn is_dev(&self) -> bool {
        self.environment.is_on(environment::DEV)
    }

    fn first<T>(&self, written: Option<T>, in_environment: Option<T>) -> Option<T> {
        if self.is_dev() { in_environment.or(written) } else { written.or(in_environment) }
    }
}

/// Blanks are no secret: anybody could sign with them.
fn is_blank(secret: &Secret) -> bool {
    secret.expose().trim().is_empty()
}

fn trimmed(secret: &Secret) -> Secret {
    secret.expose().trim().into()
}

impl Settings {
    /// Whether finished deliveries are remembered.
    pub(crate) fn remembers(&self) -> bool {
        !matches!(self.options.effectively_once, EffectivelyOnce::Off)
    }

    /// The environment's secret of a name that is no secret setting.
    pub(crate) fn secret_in_environment(&self, key: &str) -> Option<Secret> {
        self.options.secret(&self.environment, key)
    }

    /// These settings, with nothing from the environment and at the default address.
    pub(crate) fn for_test(configuration: Configuration) -> Self {
        #[expect(clippy::expect_used, reason = "the default address is an origin")]
        let client = Client::new(DEFAULT_BASE_URL).expect("an origin");
        Self {
            extension_id: "com.example.test".to_owned(),
            extension_version: None,
            client,
            own_credentials: Vec::new(),
            environment: Environment::new(|_| None),
            clock: Clock::system(),
            configuration,
            options: Options::default(),
            background: Background::new(),
            reporter: Reporter::default(),
            usual_address: OnceLock::new(),
            other_address: Once::new(),
        }
    }
}

#[cfg(test)]
mod tests;
