//! Calls that extensions make with runtime tokens, beside the bare statements, and what checking a
//! token costs.
//!
//! Each installation may make 600 calls a minute, so there are many of them; all have deliveries whose
//! tokens take turns.

mod floor;
mod load;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use rusqlite::params;
use serde_json::{Value, json};

use self::floor::Floor;
use self::load::{CONNECTIONS, Caller, Latencies, flat_out, paced};
use super::process::{self, Cpu, Server};
use super::receiver::Bodies;
use super::requests::{self, Connection};

const INSTALLATIONS: usize = 200;
/// Each to every installation.
const EVENTS: usize = 15;
/// Of each installation's table.
const RECORDS: i64 = 60;
const SCHEMA: &str = "module: data\ntables: {people: {columns: [{name: email, type: string}, \
    {name: notes, type: text}]}}\n";
const LIST: &str = "/api/v1/ext/custom_data/data/people?project_id=27";
const RATE_LIMIT: &str = "/api/v1/ext/rate_limit";
const LOG: &str = r#"{"event":"crm.synced","version":"v1","data":{"leads":2}}"#;

/// The installation that a call is about.
fn installation(number: usize) -> i64 {
    i64::try_from(number % INSTALLATIONS).unwrap_or_default() + 1
}

/// One connection that calls with one token after the other.
struct Extension<'a> {
    connection: Connection,
    tokens: &'a [Token],
    what: What,
}

/// A runtime token, and whose it is.
struct Token {
    text: String,
    log_path: String,
}

#[derive(Clone, Copy)]
enum What {
    Log,
    List,
    RateLimit,
}

impl Caller for Extension<'_> {
    async fn call(&mut self, number: usize) -> anyhow::Result<()> {
        let Token { text, log_path } = &self.tokens[number % self.tokens.len()];
        let (method, path, body) = match self.what {
            What::Log => ("POST", log_path.as_str(), LOG),
            What::List => ("GET", LIST, ""),
            What::RateLimit => ("GET", RATE_LIMIT, ""),
        };
        let (status, answer) =
            requests::call_back(&mut self.connection, (method, path), text, body).await?;
        ensure!(status < 300, "{path}: {status}: {}", String::from_utf8_lossy(answer));
        Ok(())
    }
}

/// Prints each call beside its floor, and the cost of a token's check.
pub(crate) async fn print(folder: &Path, seconds: u64) -> anyhow::Result<()> {
    eprintln!("callbacks");
    let length = Duration::from_secs(seconds);
    let data = tempfile::tempdir_in(folder)?;
    let server = Server::start(data.path(), true)?;
    let tokens = prepare(&server, data.path()).await?;
    verification(&server, &tokens).await?;
    println!(
        "Calls with runtime tokens, {CONNECTIONS} connections; latencies at 1000 calls a second.\n"
    );
    println!(
        "{:<28} {:>10}  {:>6} {:>6} {:>6} ms  CPU for a call",
        "", "a second", "p50", "p95", "p99"
    );
    let floor = Floor::open(&copied(data.path())?).await?;
    let logs = bare(callers(|| floor::Log(floor.clone())), length).await?;
    let mut extensions = open(&server, &tokens, What::Log).await?;
    let ours = measure(&mut extensions, length, Some(&server)).await?;
    row("log_event", &ours, &logs);
    let lists = bare(callers(|| floor::List(floor.clone())), length).await?;
    let mut extensions = open(&server, &tokens, What::List).await?;
    let ours = measure(&mut extensions, length, Some(&server)).await?;
    row("custom data, list of 50", &ours, &lists);
    println!();
    Ok(())
}

fn callers<C>(make: impl Fn() -> C) -> Vec<C> {
    (0..CONNECTIONS).map(|_| make()).collect()
}

async fn open<'a>(
    server: &Server,
    tokens: &'a [Token],
    what: What,
) -> anyhow::Result<Vec<Extension<'a>>> {
    let mut extensions = Vec::new();
    for _ in 0..CONNECTIONS {
        let connection = Connection::open(server).await?;
        extensions.push(Extension { connection, tokens, what });
    }
    Ok(extensions)
}

struct Measured {
    per_second: f64,
    latencies: Latencies,
    /// Microseconds of user and system time for a call, where it is a server that makes it.
    cpu: Option<(f64, f64)>,
}

async fn measure<C: Caller>(
    callers: &mut [C],
    length: Duration,
    server: Option<&Server>,
) -> anyhow::Result<Measured> {
    let cpu = || server.map(Server::cpu).transpose();
    let before = cpu()?;
    let (per_second, calls) = flat_out(callers, length).await?;
    let spent = before.zip(cpu()?).map(|(before, after)| each(after.since(before), calls));
    Ok(Measured { per_second, latencies: paced(callers, length).await?, cpu: spent })
}

/// The same on the core of the platform, where all of its work is done too.
async fn bare<C: Caller>(mut callers: Vec<C>, length: Duration) -> anyhow::Result<Measured> {
    process::pin(process::SERVER_CORE);
    let measured = measure(&mut callers, length, None).await;
    process::pin(process::LOAD_CORE);
    measured
}

/// Microseconds of user and system time for each of some calls.
fn each(Cpu { user, system }: Cpu, calls: usize) -> (f64, f64) {
    #[allow(clippy::cast_precision_loss, reason = "a count of calls")]
    let each = |time: Duration| time.as_secs_f64() * 1e6 / calls as f64;
    (each(user), each(system))
}

fn row(name: &str, ours: &Measured, floor: &Measured) {
    for (name, measured) in [(name, ours), ("floor, bare statements", floor)] {
        let Measured { per_second, latencies: Latencies { p50, p95, p99 }, cpu } = measured;
        let cpu = cpu.map(|(user, system)| format!("  {user:.0} µs user, {system:.0} µs system"));
        let cpu = cpu.unwrap_or_default();
        println!("{name:<28} {per_second:>10.0}  {p50:>6.2} {p95:>6.2} {p99:>6.2}   {cpu}");
    }
    println!("{:<28} {:>10.2}", "ratio", ours.per_second / floor.per_second);
}

/// What checking a token costs: the same calls with the same tokens twice. At the first the platform
/// has seen none of them, at the second all.
async fn verification(server: &Server, tokens: &[Token]) -> anyhow::Result<()> {
    let connection = Connection::open(server).await?;
    let mut extension = Extension { connection, tokens, what: What::RateLimit };
    println!("CPU for a call with a token, {} tokens.\n", tokens.len());
    let mut users = Vec::new();
    for what in ["seen for the first time", "checked before"] {
        let before = server.cpu()?;
        for number in 0..tokens.len() {
            extension.call(number).await?;
        }
        let (user, system) = each(server.cpu()?.since(before), tokens.len());
        println!("{what:<28} {user:>8.0} µs user, {system:.0} µs system");
        users.push(user);
    }
    println!("{:<28} {:>8.0} µs user\n", "what the memory saves", users[0] - users[1]);
    Ok(())
}

/// Installs, fills the tables, and collects the tokens of deliveries.
async fn prepare(server: &Server, data: &Path) -> anyhow::Result<Vec<Token>> {
    let (address, mut received) = Bodies::serve().await?;
    let url = format!("http://{address}");
    let mut connection = Connection::open(server).await?;
    for number in 0..INSTALLATIONS {
        let manifest = format!(
            "id: com.example.n{number}\nversion: 1.0.0\nsdk: rust\nhooks: [issue.created]\n\
             permissions: [custom_data.read]\n\
             custom_data: {{permissions: [{{module: data, operations: [read]}}]}}\n"
        );
        let new = json!({
            "manifest": manifest, "callback_url": url, "organization_id": 3, "project_id": 27,
            "delivery_secret": "sh_bench", "modules": {"data": SCHEMA},
        });
        let (status, answer) =
            connection.post("/api/v1/installations", None, &new.to_string()).await?;
        ensure!(status == 201, "{status}: {}", String::from_utf8_lossy(answer));
    }
    fill(&data.join("kiket.db"))?;
    for number in 0..EVENTS {
        connection.send(27, u64::try_from(number)?).await?;
    }
    let mut found = Vec::new();
    while found.len() < EVENTS * INSTALLATIONS {
        let body = received.next().await?;
        found.push(token(&body).context("a delivery without a token")?);
    }
    Ok(found)
}

fn token(body: &Value) -> Option<Token> {
    let text = body["authentication"]["runtime_token"].as_str()?.to_owned();
    let claims = kiket_contract::token::read_unverified(&text)?;
    let own = i64::from(claims.pi_id?) - 1;
    let log_path = format!("/api/v1/extensions/com.example.n{own}/events");
    Some(Token { text, log_path })
}

/// The same database for the floor, so that the two do not wait for each other.
fn copied(data: &Path) -> anyhow::Result<PathBuf> {
    let copy = data.join("floor.db");
    let connection = rusqlite::Connection::open(data.join("kiket.db"))?;
    connection.execute("VACUUM INTO ?1", [copy.display().to_string()])?;
    Ok(copy)
}

/// Writes the records as the platform does, past its rate limit.
fn fill(database: &Path) -> anyhow::Result<()> {
    let mut connection = rusqlite::Connection::open(database)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    let transaction = connection.transaction()?;
    {
        let mut record =
            transaction.prepare("INSERT INTO records VALUES (?1, ?2, ?3, ?4, ?4, NULL)")?;
        for table in 0..INSTALLATIONS {
            for number in 1..=RECORDS {
                let columns = json!({
                    "email": format!("person{number}@example.com"), "notes": "x".repeat(200),
                });
                let time = 1_700_000_000_000_i64;
                record.execute(params![installation(table), number, columns.to_string(), time])?;
            }
        }
    }
    transaction.commit()?;
    Ok(())
}
