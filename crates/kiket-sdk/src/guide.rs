//! How to write an extension, one page for each part. The crate's front page is the quickstart.

#[doc = include_str!("guide/coming_from.md")]
pub mod coming_from {}

#[doc = include_str!("guide/handlers.md")]
pub mod handlers {}

#[doc = include_str!("guide/context.md")]
pub mod context {}

#[doc = include_str!("guide/guards.md")]
pub mod guards {}

#[doc = include_str!("guide/actions.md")]
pub mod actions {}

#[doc = include_str!("guide/verification.md")]
pub mod verification {}

#[doc = include_str!("guide/runtime_tokens.md")]
pub mod runtime_tokens {}

#[doc = include_str!("guide/calling.md")]
pub mod calling {}

#[doc = include_str!("guide/custom_data.md")]
pub mod custom_data {}

#[doc = include_str!("guide/sla_events.md")]
pub mod sla_events {}

#[doc = include_str!("guide/rate_limit.md")]
pub mod rate_limit {}

#[doc = include_str!("guide/notifications.md")]
pub mod notifications {}

#[doc = include_str!("guide/intake_forms.md")]
pub mod intake_forms {}

#[doc = include_str!("guide/audit.md")]
pub mod audit {}

#[doc = include_str!("guide/failures.md")]
pub mod failures {}

#[doc = include_str!("guide/time.md")]
pub mod time {}

#[doc = include_str!("guide/configuration.md")]
pub mod configuration {}

#[doc = include_str!("guide/secrets.md")]
pub mod secrets {}

#[doc = include_str!("guide/serving.md")]
pub mod serving {}

#[doc = include_str!("guide/observing.md")]
pub mod observing {}

#[doc = include_str!("guide/telemetry.md")]
pub mod telemetry {}

#[doc = include_str!("guide/testing.md")]
pub mod testing {}
