//! Custom data: equality on an indexed column among 100 000 records, over HTTP, beside the bare query
//! on a table of its own with an index of its own.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use rusqlite::{Connection, params};
use serde_json::{Value, json};

use super::process::Server;
use super::requests::{self, get};
use super::{median, verdict};

const RECORDS: i64 = 100_000;
/// Of which so many have one value.
const ALIKE: i64 = 10;
/// Fewer than a window of calls has.
const QUERIES: i64 = 500;
/// Milliseconds.
const BELOW: f64 = 2.0;

const MANIFEST: &str = "id: com.example.data\nversion: 1.0.0\npermissions: [custom_data.read, \
    custom_data.write]\ncustom_data: {permissions: [{module: data, operations: [read, write]}]}\n";
const SCHEMA: &str = "module: data\ntables: {people: {columns: [{name: email, type: string, \
    indexed: true}, {name: notes, type: text}]}}\n";

fn email(number: i64) -> String {
    format!("person{}@example.com", number % (RECORDS / ALIKE))
}

/// Prints the median of the platform's answers and of the floor's.
pub(crate) async fn print(folder: &Path) -> anyhow::Result<()> {
    eprintln!("custom data");
    let ours = platform(folder).await?;
    let floor = floor(folder)?;
    println!("Custom data: equality on an indexed column, {ALIKE} of {RECORDS} records.\n");
    println!("{:<28} {ours:>8.3} ms  below {BELOW}: {}", "platform, median", verdict(ours < BELOW));
    println!("{:<28} {floor:>8.3} ms\n", "floor, bare query, median");
    Ok(())
}

async fn platform(folder: &Path) -> anyhow::Result<f64> {
    let data = tempfile::tempdir_in(folder)?;
    let server = Server::start(data.path(), false)?;
    let new = json!({
        "manifest": MANIFEST, "callback_url": "http://127.0.0.1:9", "organization_id": 3,
        "project_id": 27, "modules": {"data": SCHEMA},
    });
    let mut connection = requests::Connection::open(&server).await?;
    let (status, answer) = connection.post("/api/v1/installations", None, &new.to_string()).await?;
    ensure!(status == 201, "{status}: {}", String::from_utf8_lossy(answer));
    let installed: Value = serde_json::from_slice(answer)?;
    let key = installed["api_key"].as_str().context("no key")?;
    fill(&data.path().join("kiket.db"))?;
    let mut times = Vec::new();
    for number in 0..QUERIES {
        let wanted = email(number * 37);
        let path = format!(
            "/api/v1/ext/custom_data/data/people?project_id=27&filters=%7B%22email%22:%22{wanted}%22%7D"
        );
        let begin = Instant::now();
        let (status, answer) = get(&mut connection, &path, key).await?;
        times.push(begin.elapsed().as_secs_f64() * 1e3);
        ensure!(status == 200, "{status}: {}", String::from_utf8_lossy(answer));
        let page: Value = serde_json::from_slice(answer)?;
        let found = page["data"].as_array().context("no page")?;
        let is_right = found.iter().all(|record| record["email"] == *wanted);
        ensure!(is_right && i64::try_from(found.len())? == ALIKE, "{page}");
    }
    Ok(median(&mut times))
}

/// Writes the records as the platform does, past its rate limit.
fn fill(database: &Path) -> anyhow::Result<()> {
    let mut connection = Connection::open(database)?;
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    let transaction = connection.transaction()?;
    {
        let mut record =
            transaction.prepare("INSERT INTO records VALUES (1, ?1, ?2, ?3, ?3, NULL)")?;
        let mut key = transaction.prepare("INSERT INTO record_keys VALUES (1, 0, ?1, ?2, 0)")?;
        for number in 1..=RECORDS {
            let email = email(number);
            let bytes = [&[1], email.as_bytes(), &[0, 0]].concat();
            record.execute(params![number, columns(&email), 1_700_000_000_000_i64])?;
            key.execute(params![bytes, number])?;
        }
    }
    transaction.commit()?;
    Ok(())
}

fn columns(email: &str) -> String {
    json!({"email": email, "notes": "x".repeat(200)}).to_string()
}

fn floor(folder: &Path) -> anyhow::Result<f64> {
    let data = tempfile::tempdir_in(folder)?;
    let mut connection = Connection::open(data.path().join("floor.db"))?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL;
         CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT NOT NULL, data TEXT NOT NULL);
         CREATE INDEX people_by_email ON people (email);",
    )?;
    let transaction = connection.transaction()?;
    for number in 1..=RECORDS {
        let email = email(number);
        transaction.prepare_cached("INSERT INTO people VALUES (?1, ?2, ?3)")?.execute(params![
            number,
            email,
            columns(&email)
        ])?;
    }
    transaction.commit()?;
    let mut times = Vec::new();
    for number in 0..QUERIES {
        let begin = Instant::now();
        let mut query = connection
            .prepare_cached("SELECT data FROM people WHERE email = ?1 ORDER BY id LIMIT 51")?;
        let found = query.query_map([email(number * 37)], |row| row.get::<_, String>(0))?;
        let found = found.collect::<Result<Vec<_>, _>>()?;
        times.push(begin.elapsed().as_secs_f64() * 1e3);
        ensure!(i64::try_from(found.len())? == ALIKE, "{}", found.len());
    }
    Ok(median(&mut times))
}
