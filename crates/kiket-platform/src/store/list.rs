//! The list of deliveries, filtered, a page at a time.
//!
//! A page's ids are found first, by an index that has them in order, and only these rows are read
//! whole. Of a project's installations each gives its newest, of which the newest are taken; so the
//! cost of a page does not grow with the list, unless a filter on the event matches few.

use jiff::Timestamp;
use kiket_contract::api::deliveries::{Delivery, ListDeliveries, Status};
use kiket_contract::id::DeliveryId;

use super::arguments::Arguments;
use super::view::{self, Bodies, COLUMNS, JOINED};
use super::{Store, StoreError};

/// When an entry was made, in milliseconds, and its id.
pub(crate) type Position = (i64, DeliveryId);

impl Store {
    /// The newest deliveries after a position, one more than the page may have.
    pub(crate) async fn deliveries(
        &self,
        wanted: &ListDeliveries,
        after: Option<Position>,
        now: Timestamp,
    ) -> Result<Vec<Delivery>, StoreError> {
        let (text, arguments) = statement(wanted, after, now)?;
        let mut transaction = self.reader.begin().await?;
        let rows = arguments.statement(text).fetch_all(&mut *transaction).await?;
        view::assemble(&mut transaction, &rows, Bodies::LeftOut, now).await
    }
}

fn statement(
    wanted: &ListDeliveries,
    after: Option<Position>,
    now: Timestamp,
) -> Result<(String, Arguments), StoreError> {
    let mut arguments = Arguments::default();
    let page = page(wanted, after, now, &mut arguments)?;
    let from = if by_installation(wanted) {
        let mut scope = "1 = 1".to_owned();
        if let Some(installation) = wanted.installation_id {
            scope += &format!(" AND i.id = {}", arguments.add(i64::from(installation))?);
        }
        if let Some(project) = wanted.project_id {
            scope += &format!(" AND i.project_id = {}", arguments.add(i64::from(project))?);
        }
        format!("installations i JOIN deliveries d ON d.id IN ({page}) {JOINED} WHERE {scope}")
    } else {
        format!(
            "deliveries d JOIN installations i ON i.id = d.installation_id {JOINED} \
             WHERE d.id IN ({page})"
        )
    };
    let most = most(wanted, &mut arguments)?;
    let text =
        format!("SELECT {COLUMNS} FROM {from} ORDER BY d.created_at DESC, d.id DESC LIMIT {most}");
    Ok((text, arguments))
}

/// Whether each installation gives its newest: there is no index for all of them together.
fn by_installation(wanted: &ListDeliveries) -> bool {
    wanted.installation_id.is_some()
        || wanted.project_id.is_some()
        || !matches!(wanted.status, None | Some(Status::Delivered))
}

fn most(wanted: &ListDeliveries, arguments: &mut Arguments) -> Result<String, StoreError> {
    arguments.add(i64::try_from(wanted.limit.get() + 1).unwrap_or(i64::MAX))
}

/// The ids of the page, of all installations or of each.
fn page(
    wanted: &ListDeliveries,
    after: Option<Position>,
    now: Timestamp,
    arguments: &mut Arguments,
) -> Result<String, StoreError> {
    let millis = |time: Option<Timestamp>| time.map(Timestamp::as_millisecond);
    // Nothing is smaller than an empty id, so that this bound leaves out the time itself.
    let before = (millis(wanted.created_before).unwrap_or(i64::MAX), Vec::new());
    let after = after.map(|(at, id)| (at, id.as_bytes().to_vec()));
    let (before_at, before_id) = after.into_iter().chain([before.clone()]).min().unwrap_or(before);
    let from = arguments.add(millis(wanted.created_after).unwrap_or(i64::MIN))?;
    let (before_at, before_id) = (arguments.add(before_at)?, arguments.add(before_id)?);
    let of = if by_installation(wanted) { "x.installation_id = i.id AND" } else { "" };
    let state = state(wanted.status, now, arguments)?;
    let event = match &wanted.event {
        Some(event) => {
            let event = arguments.add(event.as_str().to_owned())?;
            format!("AND (SELECT n.name FROM events n WHERE n.id = x.event_id) = {event}")
        }
        None => String::new(),
    };
    // Few wait at any time. The sign keeps the order from choosing the index, so that they are
    // found by the one that holds only them.
    let at = match wanted.status {
        Some(Status::Queued | Status::Delivering | Status::Retrying) => "+x.created_at",
        _ => "x.created_at",
    };
    let most = most(wanted, arguments)?;
    Ok(format!(
        "SELECT x.id FROM deliveries x WHERE {of} {at} >= {from} \
         AND ({at}, x.id) < ({before_at}, {before_id}) {state} {event} \
         ORDER BY {at} DESC, x.id DESC LIMIT {most}"
    ))
}

/// As [`view::assemble`] tells the statuses apart.
fn state(
    status: Option<Status>,
    now: Timestamp,
    arguments: &mut Arguments,
) -> Result<String, StoreError> {
    let attempted = "EXISTS (SELECT 1 FROM attempts a WHERE a.delivery_id = x.id)";
    let leased = |arguments: &mut Arguments| {
        let now = arguments.add(now.as_millisecond())?;
        Ok::<_, StoreError>(format!("(x.lease IS NOT NULL AND x.due_at > {now})"))
    };
    Ok(match status {
        None => String::new(),
        Some(Status::Queued) => {
            format!("AND x.state = 'queued' AND NOT {} AND NOT {attempted}", leased(arguments)?)
        }
        Some(Status::Delivering) => format!("AND x.state = 'queued' AND {}", leased(arguments)?),
        Some(Status::Retrying) => {
            format!("AND x.state = 'queued' AND NOT {} AND {attempted}", leased(arguments)?)
        }
        Some(Status::Delivered) => "AND x.state = 'delivered'".to_owned(),
        Some(Status::Failed) => "AND x.state = 'failed'".to_owned(),
        Some(Status::Cancelled) => "AND x.state = 'cancelled'".to_owned(),
        // The contract has six.
        Some(_) => "AND 1 = 0".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::plan::plan;
    use prometheus_client::metrics::histogram::Histogram;

    const WAITING: &str = "x USING INDEX deliveries_due (installation_id=?";
    const ENDED: &str = "x USING INDEX deliveries_undelivered (installation_id=?";
    const INSTALLATION: &str = "x USING INDEX deliveries_by_installation (installation_id=?";
    const TIME: &str = "x USING INDEX deliveries_by_time (created_at>?";

    /// Every combination of filters, and how the ids of its page are found.
    fn combinations() -> Vec<(ListDeliveries, &'static str)> {
        let statuses = [
            (None, None),
            (Some(Status::Delivered), None),
            (Some(Status::Queued), Some(WAITING)),
            (Some(Status::Delivering), Some(WAITING)),
            (Some(Status::Retrying), Some(WAITING)),
            (Some(Status::Failed), Some(ENDED)),
            (Some(Status::Cancelled), Some(ENDED)),
        ];
        let mut combinations = Vec::new();
        for (status, by_status) in statuses {
            for bits in 0..16 {
                let given = |bit: i32| bits & (1 << bit) != 0;
                let (installation, project) = (given(0), given(1));
                let wanted = ListDeliveries {
                    status,
                    installation_id: installation.then(|| 5.try_into().unwrap()),
                    project_id: project.then(|| 27.try_into().unwrap()),
                    event: given(2).then(|| "issue.created".to_owned().try_into().unwrap()),
                    created_after: given(3).then(Timestamp::now),
                    ..ListDeliveries::default()
                };
                let by_place = if installation || project { INSTALLATION } else { TIME };
                combinations.push((wanted, by_status.unwrap_or(by_place)));
            }
        }
        combinations
    }

    #[tokio::test]
    async fn no_filter_reads_all_deliveries() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), plan, Histogram::new([1.0])).await.unwrap();
        for (wanted, expected) in combinations() {
            let (text, arguments) = statement(&wanted, None, Timestamp::now()).unwrap();
            let steps = arguments.steps(&text, &store).await;
            assert!(steps.iter().any(|step| step.contains(expected)), "{wanted:?}: {steps:#?}");
            let scans = |name: &str| steps.iter().any(|step| step.starts_with(name));
            assert!(!scans("SCAN d") && !scans("SCAN x"), "{wanted:?}: {steps:#?}");
        }
        store.close().await;
    }
}
