//! One module per command.

pub(crate) mod dev;
pub(crate) mod extensions;
pub(crate) mod supervise;
