//! The SDK's rows, each a builder.

use std::hint::black_box;

use kiket_sdk::prelude::*;
use kiket_sdk::{EffectivelyOnce, Verification};
use serde_json::Value;
use tracing_subscriber::filter::LevelFilter;

use crate::delivery::{EVENT, SECRET, VERSION};
use crate::floor::client::{Client, Delivered};
use crate::handler::{self, Answer, IssueCreated};

/// Every default, and the typed handler.
pub(crate) fn shipped(base_url: &str) -> Extension {
    extension(base_url).webhook(EVENT, VERSION, typed)
}

/// Verification and dispatch only, and the typed handler.
pub(crate) fn bare(base_url: &str) -> Extension {
    without_defaults(base_url).webhook(EVENT, VERSION, typed)
}

/// Verification and dispatch only, and the handler of a `Value`.
pub(crate) fn bare_value(base_url: &str) -> Extension {
    without_defaults(base_url).webhook(EVENT, VERSION, value)
}

/// [`bare`] with the log on, which goes nowhere.
pub(crate) fn bare_tracing(base_url: &str) -> Extension {
    tracing_subscriber::fmt()
        .with_writer(std::io::sink)
        .with_ansi(false)
        .with_max_level(LevelFilter::INFO)
        .init();
    bare(base_url)
}

/// [`bare`] with the memory of finished deliveries.
pub(crate) fn bare_memory(base_url: &str) -> Extension {
    bare(base_url).effectively_once(EffectivelyOnce::Memory)
}

/// [`bare`] with deadlines.
pub(crate) fn bare_deadline(base_url: &str) -> Extension {
    bare(base_url).deadlines(true)
}

/// [`bare`] with a feedback hook that does nothing with its records.
pub(crate) fn bare_feedback(base_url: &str) -> Extension {
    bare(base_url).feedback_hook(|record| {
        black_box(record);
    })
}

/// [`bare`] with the token as the only proof.
pub(crate) fn token(base_url: &str) -> Extension {
    bare(base_url).verification(Verification::Token)
}

/// [`bare`] with one call to Kiket in the handler.
pub(crate) fn callback(base_url: &str) -> Extension {
    without_defaults(base_url).webhook(
        EVENT,
        VERSION,
        async |payload: IssueCreated, context: Context| -> Result<Answer> {
            context.endpoints().log_event(EVENT, handler::log(&payload)).await?;
            Ok(handler::typed(&payload))
        },
    )
}

/// [`bare`] with the same call by a client of bare hyper.
pub(crate) fn callback_by_hand(base_url: &str) -> Extension {
    let client = Client::new(base_url);
    without_defaults(base_url).webhook(
        EVENT,
        VERSION,
        move |payload: IssueCreated, context: Context| {
            let client = client.clone();
            async move {
                let token = context.auth().runtime_token.as_ref();
                let of = Delivered {
                    extension: context.extension_id(),
                    token: token.map(|token| token.expose()).unwrap_or_default(),
                    version: context.event_version(),
                };
                client.log(of, EVENT, handler::log(&payload)).await.or_retryable("no log")?;
                Ok(handler::typed(&payload))
            }
        },
    )
}

fn extension(base_url: &str) -> Extension {
    Extension::new("com.example.bench")
        .environment(|_| None)
        .base_url(base_url)
        .webhook_secret(SECRET)
}

/// An extension with every default off that can be turned off.
fn without_defaults(base_url: &str) -> Extension {
    extension(base_url).effectively_once(EffectivelyOnce::Off).deadlines(false)
}

async fn typed(payload: IssueCreated, _: Context) -> Result<Answer> {
    Ok(handler::typed(&payload))
}

async fn value(payload: Value, _: Context) -> Result<Answer> {
    Ok(handler::value(&payload))
}
