//! One module per command.

pub(crate) mod dev;
pub(crate) mod supervise;
