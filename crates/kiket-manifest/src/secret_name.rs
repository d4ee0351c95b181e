//! Names under which secrets stand.

/// How they end, in lower case and without separators.
const ENDINGS: [&str; 13] = [
    "secret",
    "password",
    "passwd",
    "passphrase",
    "token",
    "apikey",
    "privatekey",
    "accesskey",
    "signingkey",
    "encryptionkey",
    "credential",
    "authorization",
    "cookie",
];
const SEPARATORS: [u8; 3] = *b"-_.";

/// Whether a member, header or setting of this name probably holds a secret. Case and separators
/// make no difference.
///
/// ```
/// use kiket_manifest::names_a_secret;
///
/// for name in ["API_TOKEN", "x-api-key", "clientSecret", "db.password"] {
///     assert!(names_a_secret(name));
/// }
/// for name in ["token_url", "secret_keys", "monkey", ""] {
///     assert!(!names_a_secret(name));
/// }
/// ```
#[must_use]
pub fn names_a_secret(name: &str) -> bool {
    ENDINGS.iter().any(|ending| ends_with(name, ending))
}

fn ends_with(name: &str, ending: &str) -> bool {
    let letters = name.bytes().rev().filter(|byte| !SEPARATORS.contains(byte));
    let mut letters = letters.map(|byte| byte.to_ascii_lowercase());
    ending.bytes().rev().all(|letter| letters.next() == Some(letter))
}
