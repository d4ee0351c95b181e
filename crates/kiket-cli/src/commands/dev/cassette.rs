//! A delivery as it can be kept and played again.
//!
//! Nothing of it is taken from what was sent, which carries secrets and a token: it is put together
//! from what the platform keeps of the event, which has none, and from the members and headers of the
//! contract that are named here. The answer is what the platform keeps of it, where the secrets that
//! it had sent are blotted out.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use kiket_contract::api::deliveries::Delivery;
use kiket_contract::id::DeliveryId;
use kiket_contract::payload::{Members, member};
use kiket_contract::{header, route};
use kiket_platform::{Carried, Platform};
use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};
use serde_json::{Value, json};

use crate::private_file;

/// A delivery without anything secret.
#[derive(Serialize)]
pub(super) struct Cassette {
    event: String,
    version: String,
    payload: Members,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<Members>,
    body: Value,
    headers: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expect: Option<Expect>,
}

/// What was answered the last time.
#[derive(Serialize)]
struct Expect {
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Value>,
}

/// The body of the last attempt, with the members that hold nothing secret.
struct Body<'a> {
    delivery: &'a Delivery,
    carried: &'a Carried,
}

/// Where cassettes go.
pub(super) struct Recorder {
    dir: PathBuf,
}

impl Cassette {
    /// The cassette of a delivery with its last attempt, if there is such a delivery.
    pub(super) async fn of(platform: &Platform, id: DeliveryId) -> anyhow::Result<Option<Self>> {
        let (delivery, carried) = (platform.delivery(id).await?, platform.carried(id).await?);
        delivery.zip(carried).map(|(delivery, carried)| Self::new(&delivery, carried)).transpose()
    }

    fn new(delivery: &Delivery, carried: Carried) -> anyhow::Result<Self> {
        let body = serde_json::to_value(Body { delivery, carried: &carried })?;
        let last = delivery.attempts.last();
        let expect = last.and_then(|attempt| {
            let text = attempt.response.as_deref().filter(|text| !text.is_empty());
            let body = text.map(|text| serde_json::from_str(text).unwrap_or_else(|_| text.into()));
            Some(Expect { status: attempt.status_code?, body })
        });
        Ok(Self {
            event: delivery.event.clone(),
            version: delivery.event_version.clone(),
            payload: carried.payload,
            context: carried.context,
            body,
            headers: BTreeMap::from([
                (header::EVENT, delivery.event.clone()),
                (header::EVENT_VERSION, delivery.event_version.clone()),
                (header::INVOCATION, delivery.id.to_string()),
                (header::ORGANIZATION, delivery.organization_id.to_string()),
                (header::PROJECT, delivery.project_id.to_string()),
            ]),
            expect,
        })
    }

    /// As it is written to its file.
    pub(super) fn to_text(&self) -> anyhow::Result<String> {
        Ok(serde_json::to_string_pretty(self)?)
    }
}

impl Serialize for Body<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { delivery, carried } = self;
        let mut body = serializer.serialize_map(None)?;
        body.serialize_entry(member::EVENT, &delivery.event)?;
        body.serialize_entry(member::EVENT_VERSION, &delivery.event_version)?;
        let attempt = delivery.attempts.last().map(|attempt| attempt.number);
        body.serialize_entry(member::DELIVERY, &json!({ "id": delivery.id, "attempt": attempt }))?;
        for (name, value) in carried.payload.iter() {
            body.serialize_entry(name, value)?;
        }
        if let Some(context) = &carried.context {
            body.serialize_entry(member::CONTEXT, context)?;
        }
        body.end()
    }
}

impl Recorder {
    /// One that writes to this folder, which is made if it is not there.
    ///
    /// # Errors
    /// When it can not be made.
    pub(super) fn to(dir: &Path) -> anyhow::Result<Self> {
        private_file::create_dir(dir)
            .with_context(|| format!("can not make `{}` for cassettes", dir.display()))?;
        Ok(Self { dir: dir.to_owned() })
    }

    /// Writes what a delivery is like now, in place of what it was like before.
    ///
    /// # Errors
    /// When the platform can not be read or the file not be written.
    pub(super) async fn record(&self, platform: &Platform, id: DeliveryId) -> anyhow::Result<()> {
        let Some(cassette) = Cassette::of(platform, id).await? else { return Ok(()) };
        let event = route::segment(&cassette.event);
        let path =
            self.dir.join(format!("{event}.{}.{id}.json", route::segment(&cassette.version)));
        private_file::write(&path, (cassette.to_text()? + "\n").as_bytes())
            .with_context(|| format!("can not write {}", path.display()))
    }
}
