//! Whether the platform is there, and takes who calls.

use jiff::Timestamp;
use kiket_contract::health::Readiness;
use kiket_contract::jwks::JwkSet;
use kiket_contract::route::{JWKS, READYZ};

use crate::args::Remote;
use crate::commands::auth::accepted;
use crate::commands::check::Check;
use crate::operator::{Operator, look};
use crate::settings::{self, Origin, Place};

const PLATFORM: &str = "platform";
const CLOCK: &str = "clock";
const TOKEN: &str = "token";
const KEYS: &str = "key-set";
/// How far clocks may be apart, in seconds; the platform's time has no fractions, and takes a while
/// to arrive.
const CLOSE: i64 = 5;
/// From when on signatures are refused, in seconds.
const REFUSED: i64 = 300;

/// Looks at the platform that is named, if one is.
pub(super) async fn checks(remote: &Remote) -> Vec<Check> {
    match settings::place(remote) {
        Ok(place) => look_at(&place, remote).await,
        Err(error) => {
            let fix = "name it to have it looked at; `kiket dev` brings one of its own";
            vec![Check::warn(PLATFORM, format!("not looked at: {error:#}"), fix)]
        }
    }
}

async fn look_at(place: &Place, remote: &Remote) -> Vec<Check> {
    let Place { url, url_from, .. } = place;
    let seen = match look(url, READYZ).await {
        Ok(seen) => seen,
        Err(error) => {
            let message = format!("{url} of {url_from}: {error}");
            let message = message.lines().next().unwrap_or_default().to_owned();
            let fix = "check that it runs and that this is its address";
            return vec![Check::fail(PLATFORM, message, fix)];
        }
    };
    let mut checks = vec![ready(url, seen.status, &seen.body)];
    if let Some(date) = seen.date {
        checks.push(clock(date.duration_since(Timestamp::now()).as_secs()));
    }
    checks.push(token(place, remote).await);
    checks.push(key_set(url).await);
    checks
}

fn ready(url: &Origin, status: u16, body: &[u8]) -> Check {
    let said = serde_json::from_slice::<Readiness>(body);
    match (status, said) {
        (200, Ok(_)) => Check::pass(PLATFORM, format!("{url} is ready")),
        (503, Ok(said)) => {
            let why = said.reason.unwrap_or_else(|| "it does not say why".to_owned());
            Check::fail(PLATFORM, format!("{url} is not ready: {why}"), "wait, or see its log")
        }
        (status, _) => Check::fail(
            PLATFORM,
            format!("what answers at {url} is no Kiket: {status}"),
            "check the address",
        ),
    }
}

fn clock(ahead: i64) -> Check {
    let far = ahead.abs();
    let message = format!("the platform's clock and this machine's are {far} s apart");
    let fix = format!(
        "set this machine's clock, best by NTP: from {REFUSED} s on, deliveries are refused"
    );
    match far {
        0..=CLOSE => Check::pass(CLOCK, format!("at most {CLOSE} s apart from the platform's")),
        far if far < REFUSED => Check::warn(CLOCK, message, fix),
        _ => Check::fail(CLOCK, message, fix),
    }
}

async fn token(place: &Place, remote: &Remote) -> Check {
    let fix = "log in with `kiket auth login`, or set KIKET_ADMIN_TOKEN";
    let (token, source) = match place.token(remote) {
        Ok(Some(found)) => found,
        Ok(None) => return Check::warn(TOKEN, format!("there is none for {}", place.url), fix),
        Err(error) => return Check::fail(TOKEN, format!("{error:#}"), fix),
    };
    let from = source.to_string();
    let accepted = async { accepted(&Operator::new(place.url.clone(), token, source)?).await };
    match accepted.await {
        Ok(()) => Check::pass(TOKEN, format!("that of {from} opens the platform")),
        Err(error) => {
            let error = error.to_string();
            let error = error.lines().next().unwrap_or_default();
            Check::fail(TOKEN, format!("that of {from} opens nothing: {error}"), fix)
        }
    }
}

async fn key_set(url: &Origin) -> Check {
    let fix = "extensions verify runtime tokens with it: see the platform's log";
    match look(url, JWKS).await {
        Ok(seen) => match serde_json::from_slice::<JwkSet>(&seen.body) {
            Ok(set) if seen.status == 200 && !set.keys.is_empty() => {
                Check::pass(KEYS, format!("keys of runtime tokens: {}", set.keys.len()))
            }
            _ => Check::fail(KEYS, format!("{url}{JWKS} has no key"), fix),
        },
        Err(error) => {
            let error = error.to_string();
            let error = error.lines().next().unwrap_or_default();
            Check::fail(KEYS, error, fix)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::check::Outcome;

    #[test]
    fn clocks_may_be_a_little_apart_either_way() {
        for (ahead, outcome) in [
            (0, Outcome::Pass),
            (-5, Outcome::Pass),
            (6, Outcome::Warn),
            (-299, Outcome::Warn),
            (300, Outcome::Fail),
            (-4_000, Outcome::Fail),
        ] {
            assert_eq!(clock(ahead).outcome, outcome, "{ahead}");
        }
    }

    #[test]
    fn only_a_kiket_that_is_ready_passes() {
        let url = Origin::parse("https://kiket.example").unwrap();
        for (status, body, outcome) in [
            (200, r#"{"status":"ready"}"#, Outcome::Pass),
            (200, "hello", Outcome::Fail),
            (404, "{}", Outcome::Fail),
        ] {
            assert_eq!(ready(&url, status, body.as_bytes()).outcome, outcome, "{body}");
        }
        let busy = ready(&url, 503, br#"{"status":"not_ready","reason":"the disk is full"}"#);
        assert_eq!(busy.outcome, Outcome::Fail);
        assert!(busy.message.ends_with("the disk is full"), "{busy:?}");
    }
}
