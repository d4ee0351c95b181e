//! Where cases are sent: to an extension, or through a platform.

use std::path::Path;
use std::time::Duration;

use hyper::HeaderMap;
use hyper::header::{CONTENT_LENGTH, HOST, HeaderName, HeaderValue, TRANSFER_ENCODING};
use jiff::Timestamp;
use kiket_contract::api::deliveries::replay::{self, Replay as Wanted};
use kiket_contract::api::deliveries::{self, Cancel, Delivery};
use kiket_contract::environment::WEBHOOK_SECRET;
use kiket_contract::id::{DeliveryId, InstallationId};
use kiket_contract::secret::Secret;
use kiket_contract::signature::SigningForm;
use tokio::time::Instant;

use super::super::upgrade::installation_of;
use super::case::Case;
use crate::args::{Format, Remote, Replay};
use crate::commands::deliveries::until;
use crate::exit::Misuse;
use crate::extension::{Alone, Caller, Kiket, Made, Proof, Started, at_or_above, start_alone};
use crate::operator::Operator;
use crate::printer;
use crate::settings::{self, Source};

/// What the headers of a delivery begin with.
const OWN: &str = "x-kiket-";
/// Why what is left of a delivery is cancelled.
const ONCE: &str = "a replay is tried once";

/// Where cases are sent.
pub(super) enum Target {
    Extension {
        caller: Caller,
        secret: Secret,
        form: SigningForm,
        kiket: Kiket,
        /// What was started for it.
        started: Option<Box<Started>>,
    },
    Platform {
        operator: Operator,
        installation: InstallationId,
        timeout: Duration,
    },
}

/// What came of sending something.
pub(super) struct Sent {
    /// None when there was no answer.
    pub(super) status: Option<u16>,
    pub(super) body: String,
    pub(super) took: Duration,
    /// What the platform made of it.
    pub(super) delivery: Option<DeliveryId>,
    /// What happened in place of an answer.
    pub(super) error: Option<String>,
}

impl Target {
    /// Where the command line says, or what can be found.
    pub(super) async fn of(args: &Replay, place: &Path) -> anyhow::Result<Self> {
        let form = args.signing.into();
        if let Some(url) = &args.url {
            let caller = Caller::new(url, args.timeout)?;
            let secret = delivery_secret(args.secret_file.as_deref())?;
            let kiket = Kiket::nowhere();
            return Ok(Self::Extension { caller, secret, form, kiket, started: None });
        }
        let remote = remote(args);
        let is_meant = args.installation.is_some() || args.platform.is_some() || {
            let found = settings::place(&remote).ok();
            found.is_some_and(|found| matches!(found.url_from, Source::Dev(_)))
        };
        if is_meant {
            let operator = Operator::of(&remote)?;
            let installation = match args.installation {
                Some(installation) => installation,
                None => {
                    let folder = at_or_above(place)?;
                    let id = kiket_manifest::find(&folder)?.map(|path| kiket_manifest::read(&path));
                    let Some(manifest) = id.transpose()? else { anyhow::bail!("no manifest") };
                    installation_of(&operator, &manifest.id).await?
                }
            };
            return Ok(Self::Platform { operator, installation, timeout: args.timeout });
        }
        let Alone { started, secret, kiket } = start_alone(&at_or_above(place)?).await?;
        let caller = Caller::new(started.url(), args.timeout)?;
        Ok(Self::Extension { caller, secret, form, kiket, started: Some(Box::new(started)) })
    }

    /// Sends a case and waits for the answer.
    pub(super) async fn send(&self, case: &Case) -> anyhow::Result<Sent> {
        match self {
            Self::Extension { caller, secret, form, kiket, .. } => {
                directly(caller, kiket, Proof { secret, form: *form }, case).await
            }
            Self::Platform { operator, installation, timeout } => {
                let wanted = Wanted {
                    installation_id: Some(*installation),
                    event: Some(case.event.clone()),
                    version: Some(case.version.clone()),
                    payload: Some(case.payload.clone()),
                    context: case.context.clone(),
                    delivery_id: None,
                };
                if !case.headers.is_empty() {
                    printer::note("a platform sends no headers of a case: they are left out")?;
                }
                through(operator, &wanted, *timeout).await
            }
        }
    }

    /// Ends what was started.
    pub(super) async fn end(self) -> anyhow::Result<()> {
        match self {
            Self::Extension { started: Some(started), .. } => started.stop().await,
            _ => Ok(()),
        }
    }
}

/// Sends the payload of an earlier delivery once more.
pub(super) async fn again(args: &Replay, delivery: DeliveryId) -> anyhow::Result<Sent> {
    if args.url.is_some() {
        let text = "a delivery is replayed by its platform: leave --url out, or give a file";
        return Err(Misuse(text.to_owned()).into());
    }
    let operator = Operator::of(&remote(args))?;
    let wanted = Wanted { delivery_id: Some(delivery), ..Default::default() };
    through(&operator, &wanted, args.timeout).await
}

fn remote(args: &Replay) -> Remote {
    let (url, token_file) = (args.platform.clone(), args.token_file.clone());
    Remote { url, token_file, format: Format::Text }
}

/// The key of the signatures, from a file or the environment.
pub(in crate::commands::extensions) fn delivery_secret(
    file: Option<&Path>,
) -> anyhow::Result<Secret> {
    if let Some(file) = file {
        return settings::read_token(file);
    }
    settings::variable(WEBHOOK_SECRET).map(Secret::from).ok_or_else(|| {
        let text =
            format!("there is no delivery secret: set {WEBHOOK_SECRET}, or give --secret-file");
        Misuse(text).into()
    })
}

/// Whether a header belongs to one delivery, so that a recorded one is worth nothing.
fn is_own(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with(OWN)
        || [CONTENT_LENGTH, HOST, TRANSFER_ENCODING].iter().any(|own| own.as_str() == name)
}

async fn directly(
    caller: &Caller,
    kiket: &Kiket,
    proof: Proof<'_>,
    case: &Case,
) -> anyhow::Result<Sent> {
    let made = Made {
        id: DeliveryId::new(),
        event: case.event.as_str(),
        version: case.version.as_str(),
        payload: &case.payload,
        context: case.context.as_ref(),
        kiket,
        at: Timestamp::now(),
    };
    let body = made.body()?;
    let mut headers = HeaderMap::new();
    for (name, value) in case.headers.iter().filter(|(name, _)| !is_own(name)) {
        headers.insert(HeaderName::try_from(name)?, HeaderValue::try_from(value)?);
    }
    headers.extend(made.headers()?);
    proof.sign(&mut headers, made.at, &body)?;
    let said = caller.post(&caller.webhook(made.event, made.version), headers, body).await?;
    let (status, took) = (Some(said.status), said.took);
    Ok(Sent { status, body: said.body, took, delivery: None, error: None })
}

/// Makes a delivery, and waits for its first attempt. No other follows.
async fn through(operator: &Operator, wanted: &Wanted, timeout: Duration) -> anyhow::Result<Sent> {
    let made = operator.post::<Delivery>(replay::PATH, wanted).await?.value;
    let tried = |delivery: &Delivery| !delivery.attempts.is_empty() || delivery.status.is_final();
    let delivery = until(operator, made.id, Instant::now() + timeout, tried).await?;
    if !delivery.status.is_final() {
        let path = format!("{}/{}/cancel", deliveries::PATH, delivery.id);
        let reason = Cancel { reason: Some(ONCE.to_owned()) };
        // It may have settled meanwhile, which is as good.
        let _ = operator.post::<Delivery>(&path, &reason).await;
    }
    let waits = || format!("not attempted within {} s", timeout.as_secs());
    Ok(match delivery.attempts.first() {
        Some(attempt) => Sent {
            status: attempt.status_code,
            body: attempt.response.clone().unwrap_or_default(),
            took: Duration::from_millis(u64::try_from(attempt.duration_ms).unwrap_or_default()),
            delivery: Some(delivery.id),
            error: attempt.error.clone(),
        },
        None => Sent {
            status: None,
            body: String::new(),
            took: Duration::ZERO,
            delivery: Some(delivery.id),
            error: Some(delivery.diagnostics.unwrap_or_else(waits)),
        },
    })
}
