//! The live log: one line for each thing that happens, as it happens.
//!
//! ```text
//! 10:15:02.120Z          event      issue.created, 1 delivery
//! 10:15:02.120Z  …4f2a9c delivery   v1 to installation 1, 0193…4f2a9c
//! 10:15:02.124Z  …4f2a9c attempt 1  POST http://127.0.0.1:4021/v/v1/webhooks/issue.created
//! 10:15:02.131Z  …4f2a9c callback   POST /api/v1/extensions/com.example.crm/events 201
//! 10:15:02.133Z  …4f2a9c attempt 1  200 in 9 ms: delivered
//! ```

use anstyle::{AnsiColor, Style};
use jiff::Timestamp;
use kiket_contract::api::deliveries::{Attempt, Status};
use kiket_contract::id::DeliveryId;
use kiket_platform::Happening;

use super::weather::Disturbance;

const QUIET: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default();
const WAITING: Style = AnsiColor::Yellow.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();

/// How much of a failed answer's body a line shows, in characters.
const SHOWN_RESPONSE: usize = 200;
/// How many characters of a delivery's id tell it apart in the log.
const TAG: usize = 6;

/// The lines for one happening, and for an attempt what it met on its way.
pub(super) fn lines(
    happening: &Happening,
    now: Timestamp,
    met: Option<Disturbance>,
) -> Vec<String> {
    match happening {
        Happening::Accepted { event, deliveries, .. } => {
            let count = match deliveries {
                0 => "nobody wants it".to_owned(),
                1 => "1 delivery".to_owned(),
                many => format!("{many} deliveries"),
            };
            vec![line(now, None, "event", &format!("{event}, {count}"))]
        }
        Happening::Planned { delivery_id, event_version, installation_id } => {
            let text = format!("{event_version} to installation {installation_id}, {delivery_id}");
            vec![line(now, Some(*delivery_id), "delivery", &text)]
        }
        Happening::Attempting { delivery_id, number, url } => {
            let text = format!("{QUIET}POST {url}{QUIET:#}");
            vec![line(now, Some(*delivery_id), &format!("attempt {number}"), &text)]
        }
        Happening::CalledBack { delivery_id, callback } => {
            let style = if callback.status_code < 400 { GOOD } else { BAD };
            let (method, path, status) = (&callback.method, &callback.path, callback.status_code);
            let text = format!("{method} {path} {style}{status}{style:#}");
            vec![line(now, Some(*delivery_id), "callback", &text)]
        }
        Happening::Attempted { delivery_id, attempt, status, next_attempt_at } => {
            let mut lines = attempted(now, *delivery_id, attempt, *status, *next_attempt_at);
            if let (Some(met), Some(line)) = (met, lines.first_mut()) {
                *line = format!("{line}  {WAITING}weather: {met}{WAITING:#}");
            }
            lines
        }
        _ => Vec::new(),
    }
}

fn attempted(
    now: Timestamp,
    delivery: DeliveryId,
    attempt: &Attempt,
    status: Status,
    next: Option<Timestamp>,
) -> Vec<String> {
    let style = match status {
        Status::Delivered => GOOD,
        Status::Retrying => WAITING,
        _ => BAD,
    };
    let met = match (attempt.status_code, &attempt.error) {
        (Some(code), _) => code.to_string(),
        (None, Some(error)) => error.clone(),
        (None, None) => "no answer".to_owned(),
    };
    let mut outcome = status.as_str().to_owned();
    if let Some(next) = next {
        let wait = u128::try_from(next.duration_since(now).as_millis()).unwrap_or_default();
        outcome = match wait {
            0..1_000 => format!("{outcome}, again in {wait} ms"),
            _ => format!("{outcome}, again in {} s", wait.div_ceil(1_000)),
        };
    }
    let text = format!("{style}{met}{style:#} in {} ms: {outcome}", attempt.duration_ms);
    let what = format!("attempt {}", attempt.number);
    let mut lines = vec![line(now, Some(delivery), &what, &text)];
    if let (true, Some(response)) = (attempt.error.is_some(), &attempt.response)
        && !response.is_empty()
    {
        let shown = printable(response);
        lines.push(line(now, Some(delivery), "", &format!("{QUIET}{shown}{QUIET:#}")));
    }
    lines
}

/// The beginning of an answer on one line, without what could steer a terminal.
fn printable(text: &str) -> String {
    let shown: String = text.chars().take(SHOWN_RESPONSE).collect();
    shown.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn line(now: Timestamp, delivery: Option<DeliveryId>, what: &str, text: &str) -> String {
    let tag = delivery.map_or_else(|| " ".repeat(TAG + 1), tag);
    let time = now.strftime("%H:%M:%S%.3fZ");
    format!("{QUIET}{time}  {tag}{QUIET:#} {what:<10} {text}")
}

fn tag(delivery: DeliveryId) -> String {
    let id = delivery.to_string();
    format!("…{}", &id[id.len() - TAG..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(happening: &Happening) -> String {
        let now = "2026-11-21T10:15:02.12Z".parse().unwrap();
        anstream::adapter::strip_str(&lines(happening, now, None).join("\n")).to_string()
    }

    fn attempted(code: Option<u16>, error: Option<&str>, response: Option<&str>) -> Happening {
        let status = if error.is_some() { Status::Retrying } else { Status::Delivered };
        Happening::Attempted {
            delivery_id: "0193a0c0-0000-7000-8000-0000004f2a9c".parse().unwrap(),
            attempt: Attempt {
                number: 1,
                started_at: Timestamp::UNIX_EPOCH,
                duration_ms: 9,
                status_code: code,
                error: error.map(str::to_owned),
                response: response.map(str::to_owned),
            },
            status,
            next_attempt_at: error.map(|_| "2026-11-21T10:15:03.12Z".parse().unwrap()),
        }
    }

    #[test]
    fn a_delivered_attempt_is_one_line() {
        let shown = plain(&attempted(Some(200), None, Some("{\"ok\":true}")));
        assert_eq!(shown, "10:15:02.120Z  …4f2a9c attempt 1  200 in 9 ms: delivered");
    }

    #[test]
    fn a_failed_attempt_shows_what_was_answered_without_steering_the_terminal() {
        let error = Some("the extension answered 500");
        let shown = plain(&attempted(Some(500), error, Some("{\"error\":\n\"\u{1b}[2Jx\"}")));
        assert_eq!(
            shown,
            "10:15:02.120Z  …4f2a9c attempt 1  500 in 9 ms: retrying, again in 1 s\n\
             10:15:02.120Z  …4f2a9c            {\"error\": \" [2Jx\"}"
        );
    }

    #[test]
    fn an_attempt_without_an_answer_says_why() {
        let shown = plain(&attempted(None, Some("no answer within 100 ms"), None));
        assert!(shown.contains("no answer within 100 ms in 9 ms: retrying"), "{shown}");
    }
}
