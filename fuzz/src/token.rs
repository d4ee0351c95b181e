//! The reader of runtime tokens.
//!
//! An input is text of up to three lines, the parts of a token before they are encoded: header,
//! claims, signature. `$` in the header stands for the id of the one known key.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use kiket_contract::token::{
    Claims, ISSUER, LEEWAY, LONGEST_LIFE, LONGEST_TOKEN, SigningKey, TokenError, verify,
};

use crate::program::NOW;

static KEY: LazyLock<SigningKey> =
    LazyLock::new(|| SigningKey::generate().expect("the machine gives randomness").0);

/// No token is accepted that the key has not minted, and of those that it has minted only the ones
/// of this issuer that are valid now, unchanged.
///
/// # Panics
/// When that does not hold.
pub fn check(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    assert!(read(text).is_err(), "{text} is no token");
    let mut lines = text.lines();
    let mut line = || lines.next().unwrap_or_default();
    let header = line().replace('$', &KEY.jwk().kid);
    let claims = line();
    let parts = [header.as_str(), claims, line()].map(|part| URL_SAFE_NO_PAD.encode(part));
    assert!(read(&parts.join(".")).is_err(), "{text} was never signed");

    if let Ok(claims) = serde_json::from_str::<Claims>(claims) {
        is_read_back(&claims, input);
    }
}

fn read(token: &str) -> Result<Claims, TokenError> {
    let now = Timestamp::from_second(NOW).expect("a time");
    verify(token, &[KEY.jwk().clone()], ISSUER, now)
}

fn is_read_back(claims: &Claims, input: &[u8]) {
    let token = KEY.mint(claims).expect("the machine gives randomness");
    let begins = claims.nbf.unwrap_or(claims.iat).max(claims.iat);
    let life = claims.exp.saturating_sub(claims.iat);
    let is_valid = claims.iss == ISSUER
        && claims.exp > NOW
        && begins <= NOW + LEEWAY.as_secs()
        && life <= (LONGEST_LIFE + LEEWAY).as_secs()
        && token.expose().len() <= LONGEST_TOKEN;
    let found = read(token.expose());
    assert_eq!(found.as_ref().ok(), is_valid.then_some(claims), "{found:?}");

    let at = input.iter().map(|byte| usize::from(*byte)).sum::<usize>() % token.expose().len();
    let (before, rest) = token.expose().split_at(at);
    let other = if rest.starts_with('A') { 'B' } else { 'A' };
    let changed = format!("{before}{other}{}", &rest[1..]);
    assert!(read(&changed).is_err(), "a token changed at {at} was accepted");
}
