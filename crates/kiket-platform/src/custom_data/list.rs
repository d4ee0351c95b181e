//! A page of a list.
//!
//! Records are read from where [`Filter::source`] says, a batch of bounded size at a time. In the
//! order that is asked for, reading ends with the page. Otherwise all that fit are looked at, of which
//! only the page is kept in memory.

use std::collections::BTreeMap;

use kiket_contract::api::custom_data::{LARGEST_PAGE, Record};

use super::filter::{Filter, Order};
use super::record::Owner;
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
    /// Whether more records may have to be read than the page shows.
    pub(crate) fn looks_far(&self, table: &Table) -> bool {
        let source = self.filter.source(table, self.order);
        !(self.filter.finds_nothing() || (source.in_order && source.is_exact))
    }

    /// Where a record stands in this list.
    pub(crate) fn position(&self, record: &Stored) -> Position {
        match self.order.field {
            Field::Id => (Vec::new(), record.id),
            field => (field.key(record), record.id),
        }
    }
}

/// The records of the page, and the position that the next one starts after.
pub(crate) async fn page(
    core: &Core,
    (table_id, table, owner): (i64, &Table, Owner),
    wanted: &Wanted<'_>,
) -> Result<(Vec<Record>, Option<Position>), Error> {
    if wanted.filter.finds_nothing() {
        return Ok((Vec::new(), None));
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
    let mut kept = Kept { records: BTreeMap::new(), size: 0, table, owner, wanted };
    loop {
        let found = core.store.scan(&scan).await?;
        scan.after = found.records.last().map(|(key, record)| (key.clone(), record.id));
        for (_, record) in found.records {
            if wanted.filter.takes(&record) {
                kept.add(&record);
            }
        }
        if found.is_last || (source.in_order && kept.is_whole()) {
            return Ok(kept.finish());
        }
        scan.limit = BATCH;
    }
}

/// The first records of the page so far as they are shown, each with its bytes of JSON. Once there is
/// one more than the page shows, no other is needed behind it.
struct Kept<'w, 't> {
    records: BTreeMap<Position, (Record, usize)>,
    /// The bytes of all of them.
    size: usize,
    table: &'w Table,
    owner: Owner,
    wanted: &'w Wanted<'t>,
}

impl Kept<'_, '_> {
    fn add(&mut self, record: &Stored) {
        let position = self.wanted.position(record);
        let is_behind = |other: &Position| {
            if self.wanted.order.descending { position < *other } else { position > *other }
        };
        let last = self.last().map(|(last, _)| last);
        if !self.wanted.after.as_ref().is_none_or(is_behind)
            || (self.is_whole() && last.is_some_and(is_behind))
        {
            return;
        }
        let shown = self.table.shown(record, self.owner);
        // With the comma behind it.
        let size = serde_json::to_string(&shown).map_or(0, |text| text.len() + 1);
        self.size += size;
        self.records.insert(position, (shown, size));
        while self.last().is_some_and(|(_, last)| self.is_enough(1, self.size - last)) {
            self.drop_last();
        }
    }

    /// Whether there is one more than the page shows.
    fn is_whole(&self) -> bool {
        self.is_enough(0, self.size)
    }

    /// Whether the page does not show all, when so many and bytes of these are left.
    fn is_enough(&self, without: usize, size: usize) -> bool {
        self.records.len() - without > self.wanted.limit || size > LARGEST_PAGE
    }

    /// Where the last one stands, and its bytes.
    fn last(&self) -> Option<(&Position, usize)> {
        let last = if self.wanted.order.descending {
            self.records.first_key_value()
        } else {
            self.records.last_key_value()
        };
        last.map(|(position, (_, size))| (position, *size))
    }

    fn drop_last(&mut self) {
        let dropped = if self.wanted.order.descending {
            self.records.pop_first()
        } else {
            self.records.pop_last()
        };
        self.size -= dropped.map_or(0, |(_, (_, size))| size);
    }

    fn finish(mut self) -> (Vec<Record>, Option<Position>) {
        let follow = self.is_whole();
        if follow {
            self.drop_last();
        }
        let next = self.last().filter(|_| follow).map(|(position, _)| position.clone());
        let mut records: Vec<_> = self.records.into_values().map(|(record, _)| record).collect();
        if self.wanted.order.descending {
            records.reverse();
        }
        (records, next)
    }
}
