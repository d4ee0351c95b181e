//! One module per command.

pub(crate) mod actions;
pub(crate) mod auth;
pub(crate) mod backup;
mod check;
pub(crate) mod custom_data;
pub(crate) mod deliveries;
pub(crate) mod dev;
pub(crate) mod doctor;
pub(crate) mod events;
pub(crate) mod extensions;
pub(crate) mod generate;
pub(crate) mod guards;
pub(crate) mod installations;
pub(crate) mod marketplace;
pub(crate) mod master_key;
pub(crate) mod secrets;
pub(crate) mod serve;
pub(crate) mod signals;
pub(crate) mod sla;
pub(crate) mod supervise;
pub(crate) mod trigger;
