//! The sample's deployment templates agree with its code, with each other and with the contract.

use std::fs;
use std::io::Write;
use std::process::Command;
use std::time::Duration;

use kiket_contract::payload::DEFAULT_TIMEOUT_MS;
use kiket_contract::{environment, route};
use kiket_manifest::{Document, Node, Value as Written};
use serde_json::{Map, Value, json};

use crate::kiket::{SAMPLE, root};

const NAME: &str = "marketing-automation";
const PORT: i64 = 8080;
/// How long a program finishes what runs, as the SDK documents for `Extension::run`, in seconds.
const DRAIN: i64 = 30;

const TEMPLATES: [&str; 6] = [
    "Dockerfile",
    "cloud-run.yaml",
    "environment.example",
    "kubernetes.yaml",
    "lambda/template.yaml",
    "marketing-automation.service",
];

/// What an extension reads of its environment.
const VARIABLES: [&str; 12] = [
    environment::WEBHOOK_SECRET,
    environment::PREVIOUS_WEBHOOK_SECRET,
    environment::WORKSPACE_TOKEN,
    environment::EXTENSION_API_KEY,
    environment::BASE_URL,
    environment::TELEMETRY_URL,
    environment::TELEMETRY_OPTOUT,
    environment::DEV,
    environment::DESCRIBE,
    environment::LOG,
    environment::HOST,
    environment::PORT,
];

const SECRETS: [&str; 4] = [
    environment::WEBHOOK_SECRET,
    environment::PREVIOUS_WEBHOOK_SECRET,
    environment::WORKSPACE_TOKEN,
    environment::EXTENSION_API_KEY,
];

fn text(name: &str) -> String {
    let path = root().join(SAMPLE).join("deploy").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The documents of a YAML file.
fn yaml(name: &str) -> Vec<Value> {
    let text = text(name);
    let documents = text.split("\n---\n").map(|part| {
        let document = Document::parse(part);
        assert!(document.is_complete(), "{name} is no YAML");
        json(document.root())
    });
    documents.collect()
}

fn json(node: &Node) -> Value {
    match &**node {
        Written::Null => Value::Null,
        Written::Boolean(value) => json!(value),
        Written::Number(number) => Value::Number(number.value.clone()),
        Written::Text(text) => json!(text),
        Written::List(items) => items.iter().map(json).collect(),
        Written::Mapping(entries) => {
            let members = entries.iter().map(|entry| ((*entry.key).clone(), json(&entry.value)));
            Value::Object(members.collect::<Map<_, _>>())
        }
    }
}

fn at<'v>(value: &'v Value, pointer: &str) -> &'v Value {
    value.pointer(pointer).unwrap_or_else(|| panic!("{pointer} is not in {value:#}"))
}

const CONTAINER: &str = "/spec/template/spec/containers/0";

fn kubernetes() -> (Value, Value) {
    let [deployment, service] = yaml("kubernetes.yaml").try_into().unwrap();
    assert_eq!((&deployment["kind"], &service["kind"]), (&json!("Deployment"), &json!("Service")));
    (deployment, service)
}

fn cloud_run() -> Value {
    let [service] = yaml("cloud-run.yaml").try_into().unwrap();
    service
}

/// The function in the template of AWS Lambda.
fn function() -> Value {
    let [template] = yaml("lambda/template.yaml").try_into().unwrap();
    at(&template, "/Resources/MarketingAutomation/Properties").clone()
}

/// The settings of the unit, in the order of the file.
fn unit() -> Vec<(String, String)> {
    let text = text("marketing-automation.service");
    let lines = text.lines().filter(|line| !line.starts_with(['#', '[']) && !line.is_empty());
    let settings = lines.map(|line| line.split_once('=').unwrap());
    settings.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn of_unit(name: &str) -> String {
    let mut values = unit().into_iter().filter(|(key, _)| key == name).map(|(_, value)| value);
    let value = values.next().unwrap_or_else(|| panic!("the unit has no {name}"));
    assert_eq!(values.next(), None, "{name} stands twice");
    value
}

/// The instructions of the Dockerfile, each in one line.
fn dockerfile() -> Vec<String> {
    let text = text("Dockerfile").replace("\\\n", " ");
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines.map(str::to_owned).collect()
}

/// Every variable that a template sets, with its value: a text, or a reference to it.
fn variables() -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for service in [cloud_run(), kubernetes().0] {
        for variable in at(&service, &format!("{CONTAINER}/env")).as_array().unwrap() {
            let value = variable.get("value").or(variable.get("valueFrom")).unwrap();
            all.push((variable["name"].as_str().unwrap().to_owned(), value.clone()));
        }
    }
    let function = function();
    let set = at(&function, "/Environment/Variables").as_object().unwrap();
    all.extend(set.iter().map(|(name, value)| (name.clone(), value.clone())));
    let docker =
        dockerfile().into_iter().filter_map(|line| Some(line.strip_prefix("ENV ")?.into()));
    let example = text("environment.example");
    let example = example.lines().map(|line| line.trim_start_matches('#').to_owned());
    let pairs: Vec<String> = docker.chain([of_unit("Environment")]).collect();
    let pairs = pairs.iter().flat_map(|pairs| pairs.split(' ')).map(str::to_owned).chain(example);
    let pairs = pairs.filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        Some((name.to_owned(), json!(value)))
    });
    all.extend(pairs);
    all
}

#[test]
fn every_variable_is_one_that_an_extension_reads() {
    let all = variables();
    assert!(all.len() > 15, "{all:?}");
    for (name, _) in &all {
        let is_read = VARIABLES.contains(&name.as_str());
        assert!(is_read || name.starts_with(environment::SECRET_PREFIX), "nothing reads {name}");
    }
    // What runs it gives it its delivery secret: without one it does not start.
    let secrets = all.iter().filter(|(name, _)| name == environment::WEBHOOK_SECRET).count();
    assert_eq!(secrets, 4, "Cloud Run, Kubernetes, Lambda and systemd");
}

#[test]
fn no_template_holds_a_secret() {
    for (name, value) in variables() {
        if !SECRETS.contains(&name.as_str()) && !name.starts_with(environment::SECRET_PREFIX) {
            continue;
        }
        let is_reference = value.get("secretKeyRef").is_some();
        let text = value.as_str().unwrap_or_default();
        let is_elsewhere = text.is_empty() || text.starts_with("{{resolve:secretsmanager:");
        assert!(is_reference || (is_elsewhere && value.is_string()), "{name} has a value");
    }
    for name in TEMPLATES {
        assert!(!text(name).contains("sh_"), "{name} holds a delivery secret");
    }
}

#[test]
fn every_image_is_the_manifests_version_and_none_is_whatever_is_newest() {
    let manifest = Document::read(&root().join(SAMPLE).join(".kiket/manifest.yaml")).unwrap();
    let manifest = json(manifest.root());
    let version = at(&manifest, "/extension/version").as_str().unwrap();
    let image = format!("registry.example.com/{NAME}:{version}");
    for service in [cloud_run(), kubernetes().0] {
        assert_eq!(at(&service, &format!("{CONTAINER}/image")), &json!(image));
    }
    assert!(text("Dockerfile").contains(&format!("-t {image} .")));
    let bases =
        dockerfile().into_iter().filter_map(|line| Some(line.strip_prefix("FROM ")?.into()));
    let bases: Vec<String> = bases.collect();
    assert_eq!(bases.len(), 2);
    for base in bases {
        let (_, tag) = base.split(' ').next().unwrap().rsplit_once(':').unwrap();
        assert!(!tag.is_empty() && tag != "latest", "{base}");
    }
    for name in TEMPLATES {
        assert!(!text(name).contains("latest"), "{name}");
    }
}

#[test]
fn everything_speaks_of_one_port() {
    let program = fs::read_to_string(root().join(SAMPLE).join("src/main.rs")).unwrap();
    assert!(program.contains(&format!("run(\"0.0.0.0:{PORT}\")")));
    let docker = dockerfile();
    assert!(docker.contains(&format!("EXPOSE {PORT}")) && docker.len() > 10, "{docker:?}");
    let (deployment, service) = kubernetes();
    for described in [&deployment, &cloud_run()] {
        let port = at(described, &format!("{CONTAINER}/ports/0/containerPort"));
        assert_eq!(port, &json!(PORT));
    }
    assert_eq!(
        at(&service, "/spec/ports/0/targetPort"),
        at(&deployment, &format!("{CONTAINER}/ports/0/name"))
    );
    assert_eq!(service["spec"]["selector"], *at(&deployment, "/spec/template/metadata/labels"));
    let set: Vec<_> =
        variables().into_iter().filter(|(name, _)| name == environment::PORT).collect();
    assert_eq!(set.len(), 3, "the image, Kubernetes and systemd");
    assert!(set.iter().all(|(_, value)| *value == json!(PORT.to_string())), "{set:?}");
}

#[test]
fn probes_ask_what_an_extension_answers() {
    let (deployment, _) = kubernetes();
    for (probe, path) in [("readinessProbe", route::READYZ), ("livenessProbe", route::HEALTHZ)] {
        let asked = at(&deployment, &format!("{CONTAINER}/{probe}/httpGet"));
        assert_eq!(asked["path"], path);
        assert_eq!(asked["port"], *at(&deployment, &format!("{CONTAINER}/ports/0/name")));
    }
    let service = cloud_run();
    for probe in ["startupProbe", "livenessProbe"] {
        let asked = at(&service, &format!("{CONTAINER}/{probe}/httpGet"));
        assert_eq!((&asked["path"], &asked["port"]), (&json!(route::HEALTH), &json!(PORT)));
    }
}

#[test]
fn there_is_time_to_answer_and_to_finish() {
    let waits = Duration::from_millis(DEFAULT_TIMEOUT_MS).as_secs();
    let longer = |seconds: &Value| assert!(seconds.as_u64().unwrap() > waits, "{seconds}");
    longer(at(&cloud_run(), "/spec/template/spec/timeoutSeconds"));
    longer(&function()["Timeout"]);
    assert!(of_unit("TimeoutStopSec").parse::<i64>().unwrap() > DRAIN);
    let (deployment, _) = kubernetes();
    let grace = at(&deployment, "/spec/template/spec/terminationGracePeriodSeconds");
    let pause = at(&deployment, &format!("{CONTAINER}/lifecycle/preStop/sleep/seconds"));
    assert!(grace.as_i64().unwrap() > pause.as_i64().unwrap() + DRAIN, "{grace} {pause}");
}

#[test]
fn it_runs_without_rights() {
    let docker = dockerfile();
    assert!(docker.contains(&"USER 65532:65532".to_owned()), "{docker:?}");
    let (deployment, _) = kubernetes();
    let pod = at(&deployment, "/spec/template/spec");
    assert_eq!(at(pod, "/securityContext/runAsNonRoot"), true);
    assert_eq!(at(pod, "/securityContext/runAsUser"), 65532);
    assert_eq!(at(pod, "/automountServiceAccountToken"), false);
    let container = at(&deployment, &format!("{CONTAINER}/securityContext"));
    assert_eq!(container["readOnlyRootFilesystem"], true);
    assert_eq!(container["allowPrivilegeEscalation"], false);
    assert_eq!(container["capabilities"], json!({ "drop": ["ALL"] }));
    let limits = at(&deployment, &format!("{CONTAINER}/resources/limits"));
    assert!(limits["cpu"].is_string() && limits["memory"].is_string(), "{limits}");
    for (name, value) in [
        ("DynamicUser", "yes"),
        ("NoNewPrivileges", "yes"),
        ("ProtectSystem", "strict"),
        ("ProtectHome", "yes"),
        ("CapabilityBoundingSet", ""),
        ("Restart", "on-failure"),
    ] {
        assert_eq!(of_unit(name), value, "{name}");
    }
}

#[test]
fn the_program_and_its_manifest_are_where_the_templates_say() {
    let package = fs::read_to_string(root().join(SAMPLE).join("Cargo.toml")).unwrap();
    assert!(package.contains(&format!("name = \"{NAME}\"")));
    assert_eq!(of_unit("ExecStart"), format!("/usr/local/bin/{NAME}"));
    let docker = dockerfile();
    for line in [
        format!("ARG PACKAGE={NAME}"),
        format!("ARG FOLDER={SAMPLE}"),
        "COPY ${FOLDER}/.kiket/manifest.yaml .kiket/manifest.yaml".to_owned(),
        "ENTRYPOINT [\"/extension\"]".to_owned(),
    ] {
        assert!(docker.contains(&line), "{line} is not in {docker:#?}");
    }
    let build = docker.iter().find(|line| line.starts_with("RUN ")).unwrap();
    assert!(build.contains("cargo build --release --locked --package \"$PACKAGE\""), "{build}");

    let function = function();
    assert_eq!(function["Handler"], "bootstrap");
    let deployed = format!("target/lambda/{NAME}");
    assert_eq!(function["CodeUri"], format!("../../../../{deployed}"));
    let script = text("lambda/build");
    for part in [
        format!("package={NAME}"),
        "--package \"$package\" --features lambda".to_owned(),
        "folder=\"target/lambda/$package\"".to_owned(),
        "cp \"$built\" \"$folder/bootstrap\"".to_owned(),
        "\"$folder/.kiket/manifest.yaml\"".to_owned(),
    ] {
        assert!(script.contains(&part), "{part} is not in the script");
    }
    assert!(package.contains("lambda = [\"kiket-sdk/lambda\"]"));
}

/// Rules out a service that the cloud does not take, or whose callers it refuses itself.
#[test]
fn cloud_run_takes_the_service_and_lets_kiket_in() {
    let service = cloud_run();
    let annotations = at(&service, "/metadata/annotations");
    assert_eq!(annotations["run.googleapis.com/ingress"], "all");
    assert_eq!(annotations["run.googleapis.com/invoker-iam-disabled"], "true");
    let of_instances = at(&service, "/spec/template/metadata/annotations");
    assert_eq!(of_instances["run.googleapis.com/cpu-throttling"], "false");
    // The least that CPU outside of requests is given with.
    let memory = at(&service, &format!("{CONTAINER}/resources/limits/memory"));
    let megabytes = memory.as_str().and_then(|memory| memory.strip_suffix("Mi")).unwrap();
    assert!(megabytes.parse::<u32>().unwrap() >= 512, "{memory}");
}

/// Rules out a rollout in which nobody answers guards, and a comment that promises more than it does.
#[test]
fn a_rollout_starts_the_next_one_before_the_old_one_stops() {
    let (deployment, _) = kubernetes();
    let strategy = at(&deployment, "/spec/strategy");
    assert_eq!(strategy["type"], "RollingUpdate");
    assert_eq!(strategy["rollingUpdate"], json!({ "maxSurge": 1, "maxUnavailable": 0 }));
    assert_eq!(at(&deployment, "/spec/replicas"), 1);
}

#[test]
fn the_shell_understands_the_script_that_builds_for_lambda() {
    let script = root().join(SAMPLE).join("deploy/lambda/build");
    let output = Command::new("bash").arg("-n").arg(&script).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}");
}

#[test]
fn systemd_understands_the_unit() {
    let asked = Command::new("systemd-analyze").arg("--version").output();
    if !asked.is_ok_and(|output| output.status.success()) {
        // Past the test runner, which keeps what a passing test prints.
        let line = b"skipped: systemd_understands_the_unit: `systemd-analyze` is missing\n";
        let _ = std::io::stderr().write_all(line);
        return;
    }
    // It looks for the program too, which is not installed here.
    let unit = text("marketing-automation.service");
    let unit = unit.replace(&of_unit("ExecStart"), "/bin/true");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("marketing-automation.service");
    fs::write(&file, unit).unwrap();
    let output = Command::new("systemd-analyze").arg("verify").arg(&file).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(!said.contains("marketing-automation.service"), "{said}");
}
