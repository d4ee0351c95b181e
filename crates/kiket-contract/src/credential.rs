//! What credentials begin with: it says what one is, to people, to the platform, and to programs that
//! look for secrets where none should be.

/// The API key of an installation.
pub const API_KEY_PREFIX: &str = "kk_";
/// A workspace token of an organisation.
pub const WORKSPACE_TOKEN_PREFIX: &str = "wk_";
/// The admin token of a platform.
pub const ADMIN_TOKEN_PREFIX: &str = "ka_";
/// A delivery secret.
pub const DELIVERY_SECRET_PREFIX: &str = "sh_";
/// The token in the address that a third party sends webhooks to.
pub const WEBHOOK_TOKEN_PREFIX: &str = "wht_";
