//! The platform and receivers that were written in other languages from the facts of the wire: each
//! checks signature, token and key set the way one of the other SDKs does.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use kiket_contract::api::deliveries::{Delivery, Status};
use kiket_contract::api::events::NewEvent;
use kiket_contract::api::installations::NewInstallation;
use kiket_contract::event;
use kiket_contract::signature::SigningForm;
use kiket_contract::token::ISSUER;
use kiket_platform::{Config, Platform};

use crate::programs::can_run;

const SECRET: &str = "sh_peers";

/// A receiver: the program, its dialect, and the manifest's `sdk`.
#[derive(Clone, Copy)]
struct Peer {
    program: &'static str,
    script: &'static str,
    dialect: &'static str,
    sdk: &'static str,
}

const fn node(dialect: &'static str) -> Peer {
    Peer { program: "node", script: "receiver.mjs", dialect, sdk: dialect }
}

const fn python(dialect: &'static str) -> Peer {
    Peer { program: "python3", script: "receiver.py", dialect, sdk: "python" }
}

const PEERS: [Peer; 7] = [
    node("node"),
    node("ruby"),
    node("dotnet"),
    node("go"),
    node("java"),
    python("signature"),
    python("token"),
];

/// Whether the programs are there that the peers need.
fn peers_can_run(test: &str) -> bool {
    can_run(test, &["node", "python3", "openssl"])
}

/// A receiver that runs until it is dropped.
struct Running {
    process: Child,
    url: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Peer {
    fn start(self, secret: &str, base_url: &str, issuer: &str) -> Running {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers");
        let mut process = Command::new(self.program)
            .current_dir(folder)
            .args([self.script, self.dialect, secret, base_url, issuer])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("`{}` is needed: {error}", self.program));
        let mut port = String::new();
        BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut port).unwrap();
        Running { process, url: format!("http://127.0.0.1:{}", port.trim()) }
    }

    /// What it verifies: some look at the signature, some at the token, some at both.
    fn looks_at_token(self) -> bool {
        !matches!(self.dialect, "go" | "java" | "signature")
    }

    fn looks_at_signature(self) -> bool {
        self.dialect != "token"
    }
}

async fn platform(dir: &tempfile::TempDir) -> Platform {
    let mut config = Config::new(dir.path());
    config.listen.set_port(0);
    config.allow_networks = vec!["127.0.0.0/8".parse().unwrap()];
    config.schedule.base = Duration::from_millis(10);
    let platform = Platform::start(config).await.unwrap();
    platform.deliver();
    platform
}

/// Delivers one event to each peer, and returns the deliveries in their order.
async fn deliver(
    platform: &Platform,
    running: &[Running],
    signing: Option<SigningForm>,
) -> Vec<Delivery> {
    for (peer, running) in PEERS.iter().zip(running) {
        let Peer { dialect, sdk, .. } = peer;
        let manifest = format!(
            "id: com.example.{dialect}\nversion: 1.0.0\nsdk: {sdk}\nhooks: [issue.created]\n\
             configuration:\n  TOKEN: {{type: string, secret: true}}\n"
        );
        let new = NewInstallation {
            manifest,
            callback_url: Some(running.url.clone()),
            organization_id: 3.try_into().unwrap(),
            project_id: 27.try_into().unwrap(),
            configuration: serde_json::Map::new(),
            headers: BTreeMap::new(),
            secrets: BTreeMap::from([("TOKEN".to_owned(), "Ünïcode ☂".into())]),
            delivery_secret: Some(SECRET.into()),
            signing,
            token_minutes: None,
            modules: BTreeMap::new(),
            seeds: BTreeMap::new(),
            accept_data_loss: false,
            replace: true,
        };
        platform.install(new).await.unwrap();
    }
    let event = NewEvent {
        event: "issue.created".to_owned().try_into().unwrap(),
        version: None,
        project_id: 27.try_into().unwrap(),
        organization_id: None,
        payload: event::find("issue.created", "v1").unwrap().sample().into(),
        context: None,
    };
    let planned = platform.accept(event).await.unwrap().deliveries;
    assert_eq!(planned.len(), PEERS.len());
    let mut settled = Vec::new();
    let mut poll = tokio::time::interval(Duration::from_millis(10));
    for planned in planned {
        settled.push(loop {
            poll.tick().await;
            let delivery = platform.delivery(planned.id).await.unwrap().unwrap();
            if delivery.status.is_final() {
                break delivery;
            }
        });
    }
    settled
}

fn reason(delivery: &Delivery) -> String {
    format!("{}: {:?}", delivery.extension_id, delivery.attempts)
}

#[tokio::test]
async fn every_peer_takes_the_deliveries_in_the_form_of_its_sdk() {
    if !peers_can_run("every_peer_takes_the_deliveries_in_the_form_of_its_sdk") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let platform = platform(&dir).await;
    let running: Vec<_> =
        PEERS.iter().map(|peer| peer.start(SECRET, platform.url(), ISSUER)).collect();
    for delivery in deliver(&platform, &running, None).await {
        assert_eq!(delivery.status, Status::Delivered, "{}", reason(&delivery));
        assert_eq!(delivery.attempts.len(), 1, "{}", reason(&delivery));
    }
}

#[tokio::test]
async fn a_peer_that_reads_the_other_form_refuses_it() {
    if !peers_can_run("a_peer_that_reads_the_other_form_refuses_it") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let platform = platform(&dir).await;
    let running: Vec<_> =
        PEERS.iter().map(|peer| peer.start(SECRET, platform.url(), ISSUER)).collect();
    for (form, accept) in [
        (SigningForm::Timestamped, ["go", "java"].as_slice()),
        (SigningForm::Body, ["signature"].as_slice()),
    ] {
        let deliveries = deliver(&platform, &running, Some(form)).await;
        let by_signature = PEERS.iter().zip(deliveries).filter(|(peer, _)| !peer.looks_at_token());
        for (peer, delivery) in by_signature {
            let taken = delivery.status == Status::Delivered;
            assert_eq!(taken, accept.contains(&peer.dialect), "{}", reason(&delivery));
        }
    }
}

#[tokio::test]
async fn each_proof_is_looked_at() {
    if !peers_can_run("each_proof_is_looked_at") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let platform = platform(&dir).await;
    let wrong_secret: Vec<_> =
        PEERS.iter().map(|peer| peer.start("sh_other", platform.url(), ISSUER)).collect();
    let deliveries = deliver(&platform, &wrong_secret, None).await;
    for (peer, delivery) in PEERS.iter().zip(deliveries) {
        let refused = delivery.attempts[0].status_code == Some(401);
        assert_eq!(refused, peer.looks_at_signature(), "{}", reason(&delivery));
    }
    let wrong_issuer: Vec<_> =
        PEERS.iter().map(|peer| peer.start(SECRET, platform.url(), "elsewhere.dev")).collect();
    let deliveries = deliver(&platform, &wrong_issuer, None).await;
    for (peer, delivery) in PEERS.iter().zip(deliveries) {
        let refused = delivery.attempts[0].status_code == Some(401);
        assert_eq!(refused, peer.looks_at_token(), "{}", reason(&delivery));
    }
}
