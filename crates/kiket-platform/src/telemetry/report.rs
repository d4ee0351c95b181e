//! The report: figures of a time window, by extension and by hour.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use jiff::Timestamp;
use kiket_contract::api::telemetry::report::{
    DEFAULT_WINDOW_HOURS, ExtensionFigures, GroupFigures, LONGEST_WINDOW_HOURS, MOST_EXTENSIONS,
    MOST_GROUPS, ReadReport, TelemetryReport,
};

use super::histogram::{Alike, Histogram, bucket};
use crate::core::Core;
use crate::error::Error;
use crate::installations::content::stored;
use crate::store::StoreError;
use crate::store::telemetry::HOUR;
use crate::store::telemetry::figures::{Counted, How, Scope};

const SECONDS_OF_AN_HOUR: u64 = 3_600;

/// What SDKs reported, beside what the platform measured.
#[derive(Default)]
struct Both {
    reported: Histogram,
    measured: Histogram,
}

impl Both {
    fn side(&mut self, side: Side) -> &mut Histogram {
        match side {
            Side::Reported => &mut self.reported,
            Side::Measured => &mut self.measured,
        }
    }
}

#[derive(Clone, Copy)]
enum Side {
    Reported,
    Measured,
}

/// The newest hour first; extension, event and version.
type Group = (Reverse<i64>, String, String, String);

/// All figures of a report. Of the groups the newest are held, and no more than are shown.
#[derive(Default)]
struct Window {
    all: Both,
    extensions: BTreeMap<String, Both>,
    groups: BTreeMap<Group, Both>,
    more_groups: bool,
}

impl Window {
    fn add(&mut self, side: Side, counted: Counted) {
        let calls = alike(&counted);
        self.all.side(side).add(calls);
        let Counted { extension_id, event, version, hour, .. } = counted;
        self.extensions.entry(extension_id.clone()).or_default().side(side).add(calls);
        let group = (Reverse(hour), extension_id, event, version);
        let is_full = self.groups.len() >= MOST_GROUPS;
        let is_behind = self.groups.last_key_value().is_some_and(|(last, _)| group > *last);
        if is_full && is_behind {
            self.more_groups = true;
            return;
        }
        match self.groups.entry(group) {
            Entry::Occupied(known) => known.into_mut().side(side).add(calls),
            Entry::Vacant(new) => {
                new.insert(Both::default()).side(side).add(calls);
                if is_full {
                    self.groups.pop_last();
                    self.more_groups = true;
                }
            }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "far fewer calls than a float holds exactly")]
fn alike(counted: &Counted) -> Alike {
    let (total, errors) = (counted.total, counted.errors);
    match counted.how {
        How::In { bucket, together_ms } => {
            Alike { bucket, total, errors, duration_ms: together_ms }
        }
        How::Each(duration_ms) => {
            let together_ms = duration_ms * total as f64;
            Alike { bucket: bucket(duration_ms), total, errors, duration_ms: together_ms }
        }
    }
}

/// The figures of a time window.
pub(crate) async fn report(core: &Core, wanted: &ReadReport) -> Result<TelemetryReport, Error> {
    let hours = wanted.window_hours.unwrap_or(DEFAULT_WINDOW_HOURS);
    if !(1..=LONGEST_WINDOW_HOURS).contains(&hours) {
        return Err(Error::Window);
    }
    let begin = core.now().as_millisecond() - i64::from(hours) * HOUR;
    let since = begin - begin.rem_euclid(HOUR);
    let extension_id = wanted.extension_id.as_deref();
    let scope = Scope { since, project: wanted.project_id, extension_id };
    let mut window = Window::default();
    core.store.reported(&scope, |counted| window.add(Side::Reported, counted)).await?;
    let unauthenticated_left_out = if wanted.include_unauthenticated {
        core.store.said(&scope, |counted| window.add(Side::Reported, counted)).await?;
        0
    } else {
        core.store.said_by_anyone(&scope).await?
    };
    core.store.measured(&scope, |counted| window.add(Side::Measured, counted)).await?;
    let mut recent_errors =
        core.store.reported_errors(&scope, wanted.include_unauthenticated).await?;
    let mut names = Names { core, known: BTreeMap::new() };
    for error in &mut recent_errors {
        error.name = names.of(&error.extension_id).await?;
    }
    let reported = window.all.reported.figures();
    Ok(TelemetryReport {
        since: time(since)?,
        window_seconds: u64::from(hours) * SECONDS_OF_AN_HOUR,
        total_events: reported.total,
        error_count: reported.error_count,
        error_rate: reported.error_rate,
        avg_latency_ms: reported.avg_latency_ms,
        p50_latency_ms: reported.p50_latency_ms,
        p95_latency_ms: reported.p95_latency_ms,
        p99_latency_ms: reported.p99_latency_ms,
        measured: window.all.measured.figures(),
        top_extensions: top(window.extensions, &mut names).await?,
        recent_errors,
        groups: groups(window.groups)?,
        more_groups: window.more_groups,
        unauthenticated_left_out,
    })
}

async fn top(
    extensions: BTreeMap<String, Both>,
    names: &mut Names<'_>,
) -> Result<Vec<ExtensionFigures>, Error> {
    let mut extensions: Vec<_> = extensions.into_iter().collect();
    extensions.sort_by_key(|(_, both)| Reverse((both.reported.total, both.measured.total)));
    extensions.truncate(MOST_EXTENSIONS);
    let mut top = Vec::with_capacity(extensions.len());
    for (extension_id, both) in extensions {
        top.push(ExtensionFigures {
            name: names.of(&extension_id).await?,
            extension_id,
            reported: both.reported.figures(),
            measured: both.measured.figures(),
        });
    }
    Ok(top)
}

fn groups(groups: BTreeMap<Group, Both>) -> Result<Vec<GroupFigures>, Error> {
    let group = |((Reverse(hour), extension_id, event, version), both): (Group, Both)| {
        let (reported, measured) = (both.reported.figures(), both.measured.figures());
        Ok(GroupFigures { hour: time(hour)?, extension_id, event, version, reported, measured })
    };
    groups.into_iter().map(group).collect()
}

fn time(millis: i64) -> Result<Timestamp, Error> {
    Ok(Timestamp::from_millisecond(millis).map_err(|_| StoreError::Damaged("hour"))?)
}

/// Names of extensions for people, each read once.
struct Names<'a> {
    core: &'a Core,
    known: BTreeMap<String, String>,
}

impl Names<'_> {
    async fn of(&mut self, extension_id: &str) -> Result<String, Error> {
        if let Some(known) = self.known.get(extension_id) {
            return Ok(known.clone());
        }
        let manifest = self.core.store.manifest_of(extension_id).await?;
        let manifest = manifest.map(|manifest| stored(&manifest)).transpose()?;
        let name = manifest.and_then(|manifest| manifest.name);
        let name = name.map_or_else(|| extension_id.to_owned(), |name| name.value);
        self.known.insert(extension_id.to_owned(), name.clone());
        Ok(name)
    }
}
