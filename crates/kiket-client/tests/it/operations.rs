//! Each call's request, as the API takes it, and what its answer becomes.

mod audit;
mod custom_data;
mod extensions;
mod intake_forms;
mod issues;
mod raw;
mod sla_events;
