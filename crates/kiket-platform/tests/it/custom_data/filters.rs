//! Whatever is filtered and ordered by, with an index or without one, the list is that of a plain
//! comparison in memory.

use std::cmp::Ordering;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};

use super::{Data, MODULE, TABLE, encoded, install};

const COLUMNS: [&str; 4] = ["name", "count", "price", "done"];
const INDEXES: [&str; 4] = [
    "[]",
    "[{columns: [name]}, {columns: [price]}]",
    "[{columns: [count, name]}, {columns: [done, count, price]}]",
    "[{columns: [project_id, name, count]}, {columns: [created_at]}, {columns: [id]}]",
];

fn schema(indexes: &str) -> String {
    format!(
        "module: {MODULE}\ntables:\n  people:\n    columns:\n      - {{name: name, type: string}}\n      - {{name: count, type: integer}}\n      - {{name: price, type: decimal}}\n      - {{name: done, type: boolean}}\n    indexes: {indexes}\n"
    )
}

/// Few different values, so that many are equal and some stand at the bounds.
fn value(column: usize) -> BoxedStrategy<Value> {
    let values = match column {
        0 => vec![json!(null), json!(""), json!("a"), json!("a\u{0}"), json!("ab"), json!("Ä'%_")],
        1 => vec![json!(null), json!(-1), json!(0), json!(1), json!(i32::MIN), json!(i32::MAX)],
        2 => vec![json!(null), json!(-1.5), json!(0), json!(2), json!(10), json!(0.25)],
        _ => vec![json!(null), json!(true), json!(false)],
    };
    prop::sample::select(values).boxed()
}

fn record() -> impl Strategy<Value = Map<String, Value>> {
    (value(0), value(1), value(2), value(3)).prop_map(|(name, count, price, done)| {
        COLUMNS.iter().map(|name| (*name).to_owned()).zip([name, count, price, done]).collect()
    })
}

#[derive(Debug, Clone)]
struct Asked {
    filters: Map<String, Value>,
    order: Option<(usize, bool)>,
    limit: usize,
}

fn asked() -> impl Strategy<Value = Asked> {
    let order = prop::option::of((0..COLUMNS.len() + 1, any::<bool>()));
    (record(), prop::bits::u8::between(0, 4), order, 1..8_usize).prop_map(
        |(record, which, order, limit)| {
            let is_asked = |at: usize| which & (1 << at) != 0;
            let filters = COLUMNS.iter().enumerate().filter(|(at, _)| is_asked(*at));
            let filters = filters.map(|(_, name)| ((*name).to_owned(), record[*name].clone()));
            Asked { filters: filters.collect(), order, limit }
        },
    )
}

fn compare(one: &Value, other: &Value) -> Ordering {
    match (one, other) {
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Less,
        (_, Value::Null) => Ordering::Greater,
        (Value::String(one), Value::String(other)) => one.cmp(other),
        (Value::Bool(one), Value::Bool(other)) => one.cmp(other),
        _ => one.as_f64().unwrap().total_cmp(&other.as_f64().unwrap()),
    }
}

fn plainly(records: &[Map<String, Value>], asked: &Asked) -> Vec<usize> {
    let fits = |at: &usize| {
        asked
            .filters
            .iter()
            .all(|(name, value)| compare(&records[*at - 1][name], value) == Ordering::Equal)
    };
    let mut found: Vec<_> = (1..=records.len()).filter(fits).collect();
    if let Some((column, descending)) = asked.order {
        found.sort_by(|one, other| {
            let by_column = COLUMNS.get(column).map_or(Ordering::Equal, |name| {
                compare(&records[one - 1][*name], &records[other - 1][*name])
            });
            let order = by_column.then(one.cmp(other));
            if descending { order.reverse() } else { order }
        });
    }
    found
}

/// All pages of a list.
async fn listed(data: &Data, asked: &Asked) -> Vec<usize> {
    let filters = encoded(&Value::Object(asked.filters.clone()).to_string());
    let order = asked.order.map_or_else(String::new, |(column, descending)| {
        let name = COLUMNS.get(column).unwrap_or(&"id");
        format!("&order={}{name}", if descending { "-" } else { "" })
    });
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("{TABLE}?filters={filters}{order}&limit={}{cursor}", asked.limit);
        data.next_window();
        let (status, page) = data.call("GET", &path, Value::Null).await;
        assert_eq!(status, 200, "{page}");
        let ids = page["data"].as_array().unwrap().iter();
        found.extend(ids.map(|record| usize::try_from(record["id"].as_u64().unwrap()).unwrap()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

#[test]
fn lists_are_those_of_a_plain_comparison() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let data = runtime.block_on(Data::new());
    let data = tokio::sync::Mutex::new(data);
    let config = Config { cases: 48, failure_persistence: None, ..Config::default() };
    let cases = (
        prop::collection::vec(record(), 0..25),
        prop::sample::select(INDEXES.to_vec()),
        prop::collection::vec(asked(), 6),
    );
    let test = |(records, indexes, queries): (Vec<Map<String, Value>>, &str, Vec<Asked>)| {
        runtime.block_on(async {
            let mut data = data.lock().await;
            // A table of its own for each case: one that comes anew is seeded.
            let nothing = json!({"modules": {}, "accept_data_loss": true});
            install(&data.setup, nothing).await;
            let seed = json!({"table": "people", "records": records}).to_string();
            let modules = json!({"modules": {MODULE: schema(indexes)}, "seeds": {MODULE: [seed]}});
            data.key = install(&data.setup, modules).await;
            for asked in &queries {
                prop_assert_eq!(listed(&data, asked).await, plainly(&records, asked));
            }
            Ok(())
        })
    };
    TestRunner::new(config).run(&cases, test).unwrap();
    runtime.block_on(data.into_inner().setup.platform.shutdown());
}
