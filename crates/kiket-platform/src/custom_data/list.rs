//! A page of a list.
//!
//! Records are read from where [`Filter::source`] says, a batch at a time. In the order that is asked
//! for, reading ends with the page. Otherwise all that fit are looked at, of which only the page is
//! kept in memory.

use std::collections::BTreeMap;

use kiket_contract::api::custom_data::LARGEST_PAGE;

use super::filter::{Filter, Order};
use super::table::{Field, Stored, Table};
use crate::core::Core;
use crate::error::Error;
use crate::store::custom_data::Scan;

/// The records of one read when not all of them may be shown.
const BATCH: usize = 500;

/// Where a record stands in a list: the key of what orders it, and its number.
pub(crate) type Position = (Vec<u8>, i64);

/// What a page is to have.
pub(crate) struct Wanted<'t> {
    pub(crate) filter: Filter<'t>,
    pub(crate) order: Order<'t>,
    pub(crate) after: Option<Position>,
    pub(crate) limit: usize,
}

impl Wanted<'_> {
    /// Where a record stands in this list.
    pub(crate) fn position(&self, record: &Stored) -> Position {
        match self.order.field {
            Field::Id => (Vec::new(), record.id),
            field => (field.key(record), record.id),
        }
    }
}

/// The records of the page, and whether others follow.
pub(crate) async fn page(
    core: &Core,
    (table_id, table): (i64, &Table),
    wanted: &Wanted<'_>,
) -> Result<(Vec<Stored>, bool), Error> {
    if wanted.filter.finds_nothing() {
        return Ok((Vec::new(), false));
    }
    let source = wanted.filter.source(table, wanted.order);
    let mut scan = Scan {
        table: table_id,
        index: source.index,
        descending: source.in_order && wanted.order.descending,
        after: None,
        limit: if source.in_order { wanted.limit + 1 } else { BATCH },
    };
    if source.in_order {
        scan.start_after(wanted.after.as_ref());
    }
    let mut kept = Kept { records: BTreeMap::new(), wanted };
    loop {
        let found = core.store.scan(&scan).await?;
        let is_last = found.len() < scan.limit;
        scan.after = found.last().map(|(key, record)| (key.clone(), record.id));
        for (_, record) in found {
            if wanted.filter.takes(&record) {
                kept.add(record);
            }
        }
        if is_last || (source.in_order && kept.records.len() > wanted.limit) {
            return Ok(kept.finish());
        }
        scan.limit = BATCH;
    }
}

/// The first records of the page so far, and one more.
struct Kept<'w, 't> {
    records: BTreeMap<Position, Stored>,
    wanted: &'w Wanted<'t>,
}

impl Kept<'_, '_> {
    fn add(&mut self, record: Stored) {
        let position = self.wanted.position(&record);
        let descending = self.wanted.order.descending;
        let follows =
            |after: &Position| if descending { position < *after } else { position > *after };
        if !self.wanted.after.as_ref().is_none_or(follows) {
            return;
        }
        self.records.insert(position, record);
        if self.records.len() > self.wanted.limit + 1 {
            if descending {
                self.records.pop_first()
            } else {
                self.records.pop_last()
            };
        }
    }

    /// The page, cut where it would be too large.
    fn finish(self) -> (Vec<Stored>, bool) {
        let mut records: Vec<_> = self.records.into_values().collect();
        if self.wanted.order.descending {
            records.reverse();
        }
        let mut size = 0;
        let fits = |record: &&Stored| {
            size += serde_json::to_string(&record.columns).map_or(0, |text| text.len());
            size <= LARGEST_PAGE
        };
        let shown = records.iter().take(self.wanted.limit).take_while(fits).count();
        // One record is always smaller than a page.
        let follow = shown < records.len();
        records.truncate(shown);
        (records, follow)
    }
}
