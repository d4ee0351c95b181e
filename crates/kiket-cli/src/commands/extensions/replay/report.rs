//! How the cases went: for people, for programs, for continuous integration.

use std::time::Duration;

use serde_json::{Value, json};

use super::judge::{Judged, Verdict};
use crate::output::junit::{self, Ended};
use crate::printer::{self, printable};

/// The most lines that are shown of what differs.
const SHOWN: usize = 40;
const SUITE: &str = "replay";

pub(super) fn text(judged: &[Judged]) -> anyhow::Result<()> {
    for it in judged {
        let mut line = format!("{:7}  {}", word(it.verdict), printable(&it.name));
        if let Some(sent) = &it.sent
            && let Some(status) = sent.status
        {
            line += &format!("  {status} in {} ms", sent.took.as_millis());
        }
        if let Some(problem) = &it.problem {
            line += &format!(": {}", printable(problem));
        }
        if let Some(note) = it.note {
            line += &format!(" ({note})");
        }
        printer::line(line)?;
        for shown in it.shown.iter().flat_map(|shown| shown.lines().take(SHOWN)) {
            printer::line(format_args!("    {}", printable(shown)))?;
        }
    }
    let well = judged.iter().filter(|it| it.verdict == Verdict::Ok).count();
    printer::note(format_args!("{well} of {} as they should be", judged.len()))?;
    for delivery in judged.iter().filter(|it| it.verdict == Verdict::Failed) {
        if let Some(id) = delivery.sent.as_ref().and_then(|sent| sent.delivery) {
            printer::note(format_args!("why: kiket deliveries why {id}"))?;
        }
    }
    Ok(())
}

pub(super) fn json(judged: &[Judged]) -> Value {
    let cases: Vec<_> = judged
        .iter()
        .map(|it| {
            let sent = it.sent.as_ref();
            json!({
                "name": it.name,
                "outcome": word(it.verdict),
                "problem": it.problem,
                "difference": it.shown,
                "note": it.note,
                "status": sent.and_then(|sent| sent.status),
                "body": sent.map(|sent| &sent.body),
                "duration_ms": sent.map(|sent| sent.took.as_millis()),
                "delivery_id": sent.and_then(|sent| sent.delivery),
            })
        })
        .collect();
    json!({ "cases": cases })
}

pub(super) fn junit(judged: &[Judged]) -> anyhow::Result<String> {
    junit::junit(
        SUITE,
        judged.iter().map(|it| {
            let took = it.sent.as_ref().map_or(Duration::ZERO, |sent| sent.took);
            let ended = match &it.problem {
                None => Ended::Well,
                Some(problem) => {
                    Ended::Failed(problem.clone(), it.shown.clone().unwrap_or_default())
                }
            };
            (it.name.clone(), took, ended)
        }),
    )
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ok => "ok",
        Verdict::Failed => "failed",
        Verdict::Wrong => "no case",
    }
}
