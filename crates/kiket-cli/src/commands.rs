//! One module per command.

pub(crate) mod backup;
pub(crate) mod dev;
pub(crate) mod extensions;
pub(crate) mod master_key;
pub(crate) mod serve;
pub(crate) mod signals;
pub(crate) mod supervise;
