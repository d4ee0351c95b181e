use super::*;

const MANIFEST: &str = "id: x\ndelivery_secret: from_manifest\n";

fn sources(manifest: Option<&str>, variables: &'static [(&str, &str)]) -> Sources {
    let lookup = |name: &str| {
        variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    };
    let mut sources = Sources::new("x".to_owned());
    sources.manifest = manifest.map(|text| kiket_manifest::parse(text).unwrap());
    sources.environment = Environment::new(lookup);
    sources
}

/// Whether requests signed with this secret are accepted.
fn accepts(sources: Sources, secret: &str) -> bool {
    use crate::verify::Proof;
    use kiket_contract::{header, signature::Signer};
    let (settings, verifier) = sources.resolve().unwrap();
    let now = settings.clock.now();
    let timestamp = now.as_second().to_string();
    let signature = Signer::new(&secret.into()).sign(Some(&timestamp), b"{}");
    let mut headers = hyper::HeaderMap::new();
    headers.insert(header::SIGNATURE, signature.parse().unwrap());
    headers.insert(header::TIMESTAMP, timestamp.parse().unwrap());
    let Verifier::Signature(signatures) = verifier else { panic!("{verifier:?}") };
    let proof = Proof::of(&headers, now).unwrap().unwrap();
    signatures.verify(proof, b"{}", &settings.clock).is_ok()
}

#[test]
fn builder_comes_before_manifest_before_environment() {
    const ENVIRONMENT: &[(&str, &str)] = &[("KIKET_WEBHOOK_SECRET", "from_environment")];
    let mut all = sources(Some(MANIFEST), ENVIRONMENT);
    all.webhook_secret = Some("from_builder".into());
    assert!(accepts(all, "from_builder"));
    assert!(accepts(sources(Some(MANIFEST), ENVIRONMENT), "from_manifest"));
    assert!(accepts(sources(None, ENVIRONMENT), "from_environment"));
}

#[test]
fn in_development_the_environment_comes_first() {
    const ENVIRONMENT: &[(&str, &str)] = &[
        ("KIKET_DEV", "1"),
        ("KIKET_WEBHOOK_SECRET", "from_environment"),
        ("KIKET_BASE_URL", "http://127.0.0.1:7420"),
    ];
    let mut all = sources(Some(MANIFEST), ENVIRONMENT);
    all.base_url = Some("https://kiket.example.com".to_owned());
    let (settings, _) = all.resolve().unwrap();
    assert_eq!(settings.client.base_url(), "http://127.0.0.1:7420");
    assert!(accepts(sources(Some(MANIFEST), ENVIRONMENT), "from_environment"));
}

#[test]
fn a_reference_in_the_manifest_is_looked_up_and_else_the_usual_variable() {
    const REFERENCE: &str = "id: x\ndelivery_secret: env.MY_SECRET\n";
    const BOTH: &[(&str, &str)] = &[("MY_SECRET", "mine"), ("KIKET_WEBHOOK_SECRET", "usual")];
    assert!(accepts(sources(Some(REFERENCE), BOTH), "mine"));
    assert!(accepts(sources(Some(REFERENCE), &BOTH[1..]), "usual"));
}

#[test]
fn without_a_secret_the_error_names_the_variable_to_set() {
    let variable = |manifest| match sources(manifest, &[]).resolve() {
        Err(Error::NoWebhookSecret { variable }) => variable,
        other => panic!("{other:?}"),
    };
    assert_eq!(variable(None), "KIKET_WEBHOOK_SECRET");
    assert_eq!(variable(Some("id: x\ndelivery_secret: env.MY_SECRET\n")), "MY_SECRET");
}

#[test]
fn empty_values_count_as_none() {
    const EMPTY: &[(&str, &str)] = &[("KIKET_WEBHOOK_SECRET", ""), ("KIKET_BASE_URL", "")];
    let mut empty = sources(None, EMPTY);
    empty.webhook_secret = Some("".into());
    assert!(matches!(empty.resolve(), Err(Error::NoWebhookSecret { .. })));
    let mut given = sources(None, EMPTY);
    given.webhook_secret = Some("s".into());
    assert_eq!(given.resolve().unwrap().0.client.base_url(), DEFAULT_BASE_URL);
}

#[test]
fn an_empty_value_leaves_the_choice_to_the_next_source() {
    const SET: &[(&str, &str)] =
        &[("KIKET_WEBHOOK_SECRET", "set"), ("KIKET_BASE_URL", "https://kiket.example")];
    let mut empty = sources(Some("id: x\ndelivery_secret: ${MY:-}\n"), SET);
    empty.webhook_secret = Some("".into());
    empty.base_url = Some(String::new());
    let (settings, _) = empty.resolve().unwrap();
    assert_eq!(settings.client.base_url(), "https://kiket.example");
}

#[test]
fn an_id_that_would_lead_elsewhere_in_a_path_is_refused() {
    for id in ["", "..", "a/b", "a b"] {
        let mut wrong = sources(None, &[("KIKET_WEBHOOK_SECRET", "set")]);
        wrong.extension_id = id.to_owned();
        assert!(matches!(wrong.resolve(), Err(Error::ExtensionId(_))), "{id}");
    }
}

#[test]
fn a_secret_setting_is_the_programs_then_the_environments_then_the_manifests() {
    const MANIFEST: &str = "\
        {id: x, delivery_secret: s, settings: [{key: apiToken, secret: true, default: manifest}]}";
    const ENVIRONMENT: &[(&str, &str)] = &[("KIKET_SECRET_API_TOKEN", "environment")];
    const DEV: &[(&str, &str)] = &[("KIKET_DEV", "1"), ("KIKET_SECRET_API_TOKEN", "environment")];
    let secret = |environment, program: Option<&str>| {
        let mut sources = sources(Some(MANIFEST), environment);
        let given = program.map(|value| ("apiToken".to_owned(), value.into()));
        sources.options.settings.extend(given);
        let (settings, _) = sources.resolve().unwrap();
        assert!(settings.configuration.values.is_empty());
        settings.configuration.secrets["apiToken"].expose().to_owned()
    };
    assert_eq!(secret(&[], None), "manifest");
    assert_eq!(secret(ENVIRONMENT, None), "environment");
    assert_eq!(secret(ENVIRONMENT, Some("program")), "program");
    assert_eq!(secret(DEV, Some("program")), "environment");
}

#[test]
fn during_a_rotation_both_secrets_are_accepted() {
    const BOTH: &[(&str, &str)] =
        &[("KIKET_WEBHOOK_SECRET", "new"), ("KIKET_WEBHOOK_SECRET_PREVIOUS", "old")];
    for (secret, accepted) in [("new", true), ("old", true), ("older", false)] {
        assert_eq!(accepts(sources(None, BOTH), secret), accepted, "{secret}");
    }
}
