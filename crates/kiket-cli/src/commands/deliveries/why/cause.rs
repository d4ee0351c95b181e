//! Why an attempt met what it met, most likely, and what helps most likely.

use kiket_contract::api::deliveries::Attempt;
use kiket_contract::api::deliveries::met::Met;
use kiket_contract::environment::WEBHOOK_SECRET;
use kiket_contract::id::InstallationId;

/// The likely cause, and the likely remedy.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cause {
    pub(super) likely: String,
    pub(super) remedy: String,
}

fn cause(likely: &str, remedy: impl Into<String>) -> Cause {
    Cause { likely: likely.to_owned(), remedy: remedy.into() }
}

/// What an attempt of this installation failed for; nothing when it did not fail.
pub(super) fn of(attempt: &Attempt, installation: InstallationId) -> Option<Cause> {
    let cause = match Met::of(attempt) {
        Met::Answered { status: 200..=299 } => return None,
        Met::Answered { status } => {
            answered(status, attempt.response.as_deref().unwrap_or_default(), installation)
        }
        Met::TimedOut { .. } => cause(
            "the handler takes longer than the hook allows, or the program hangs.",
            "answer at once and do the work in the background, or raise the hook's timeout in the \
             manifest.",
        ),
        Met::NoConnection { reason } => no_connection(reason),
        Met::Lost { .. } => cause(
            "the extension, or a proxy before it, ended the connection before it had answered: a \
             crash, a restart, or a limit.",
            "look into the extension's log at this time.",
        ),
        Met::NotSent { reason } => not_sent(reason, installation),
        Met::Other { .. } => cause(
            "the platform gave it up for the reason above.",
            "look into the platform's log at this time.",
        ),
        _ => return None,
    };
    Some(cause)
}

fn answered(status: u16, said: &str, installation: InstallationId) -> Cause {
    match status {
        300..=399 => cause(
            "the address leads elsewhere, and deliveries follow no redirect.",
            "put the address that it leads to into `callback.url` (often https for http, or a slash \
             at the end), and run `kiket extensions upgrade`.",
        ),
        400 => cause(
            "the body is not what the handler takes, or the handler failed: several SDKs answer 400 \
             for both.",
            "read what it said, and the extension's log; the event's version in the manifest has to \
             be the one that the handler is written for.",
        ),
        401 => unauthorized(said, installation),
        403 => cause(
            "the handler asks for scopes that the installation does not have, or a firewall stands \
             before the extension.",
            "add the scopes to the manifest's `permissions`, and run `kiket extensions upgrade`.",
        ),
        404 | 405 => cause(
            "nothing takes this event and version at this path.",
            "compare the handlers with the manifest by `kiket extensions lint --code`; look whether \
             `callback.url` has a path, which is then used as it is.",
        ),
        410 => cause(
            "the extension says that it wants this event no more; the hook is disabled by that.",
            format!(
                "`kiket installations show {installation}` shows the hook; take it out of the \
                 manifest, or mend the handler, and run `kiket extensions upgrade`."
            ),
        ),
        413 => cause(
            "the body is larger than the extension, or a proxy before it, takes.",
            "let it take bodies of 100 000 bytes, which no delivery is larger than.",
        ),
        415 => cause(
            "the extension, or a proxy before it, does not take `application/json`.",
            "let the path take JSON.",
        ),
        422 => cause(
            "the body is JSON and does not fit the handler's type.",
            "read what it said; the event's version in the manifest has to be the one that the \
             handler is written for.",
        ),
        429 => cause(
            "the extension takes no more calls for now.",
            "nothing, if it passes; otherwise raise its limits, or run more of it.",
        ),
        502..=504 => cause(
            "the extension is down, starting or overloaded, and a proxy before it says so.",
            "look whether it runs and is ready (`/readyz`).",
        ),
        500..=599 => cause(
            "the handler failed, or panicked.",
            "read what it said, and the extension's log at this time.",
        ),
        _ => cause(
            "the extension refuses it.",
            "read what it said, and the extension's log at this time.",
        ),
    }
}

/// A signature is refused for its key or for its age.
fn unauthorized(said: &str, installation: InstallationId) -> Cause {
    let said = said.to_ascii_lowercase();
    if ["timestamp", "expired", "too old", "clock"].iter().any(|word| said.contains(word)) {
        return cause(
            "the clock of the extension's machine, or of the platform's, is more than five minutes \
             off.",
            "set both clocks by NTP; `date -u` on both shows the difference.",
        );
    }
    cause(
        "the extension has another delivery secret than the platform, or its clock is off; or a \
         proxy changes the body.",
        format!(
            "make {WEBHOOK_SECRET} of the extension the installation's secret; if that is lost, \
             `kiket installations rotate-secret {installation}` makes another. Compare the clocks."
        ),
    )
}

fn no_connection(reason: &str) -> Cause {
    let reason = reason.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| reason.contains(word));
    if says(&["certificate", "tls", "handshake", "alert", "corrupt message"]) {
        return cause(
            "TLS fails: the certificate has expired, is for another name, or is signed by nobody \
             whom the platform's machine knows; or plain http answers at a port for https.",
            "renew the certificate with its whole chain, and check the port of the address.",
        );
    }
    if says(&["lookup", "resolve", "name or service", "dns", "no such host"]) {
        return cause(
            "the host's name does not resolve on the platform's machine.",
            "correct `callback.url`, or the DNS record.",
        );
    }
    if says(&["refused"]) {
        return cause(
            "nothing listens at the address.",
            "start the extension, and check that its host and port are those of `callback.url`.",
        );
    }
    cause(
        "the address can not be reached from the platform's machine: a firewall, a route, or a host \
         that is down.",
        "try the address from that machine, for example with curl.",
    )
}

fn not_sent(reason: &str, installation: InstallationId) -> Cause {
    if reason.contains("not a public address") || reason.contains("plain http") {
        return cause(
            "the platform does not deliver to this address: it is not public, or plain http.",
            format!(
                "use a public https address (`kiket installations show {installation}` has the one \
                 in use), or start the platform with --allow-network for its network."
            ),
        );
    }
    cause(
        "the platform could not make the attempt: a key, a stored secret or the address.",
        "look into the platform's log at this time.",
    )
}
