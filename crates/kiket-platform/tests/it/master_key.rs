//! One master key in the place of another, while a platform runs.

use kiket_platform::{
    Config, Error, MasterKeyError, Platform, SealError, retire_master_keys, rotate_master_key,
};
use serde_json::json;

use crate::harness::{MANIFEST, Setup, config};
use crate::sealed::{files, holds};

const OLD: &str = "0101010101010101010101010101010101010101010101010101010101010101";
const NEW: &str = "0202020202020202020202020202020202020202020202020202020202020202";

/// With something in every column that is sealed.
async fn furnish(setup: &Setup) {
    let manifest = MANIFEST.replace("delivery: http", "callback: {headers: {X-Given: env.GIVEN}}");
    let given = json!({
        "manifest": manifest, "secrets": {"CRM_TOKEN": "own"}, "headers": {"X-Given": "header"},
    });
    assert_eq!(setup.install(given).await.0, 201);
    let rotate = "/api/v1/installations/1/delivery_secret/rotate";
    assert_eq!(setup.admin("POST", rotate, json!({})).await.0, 200);
    let shared = "/api/v1/secrets/OTHER_TOKEN?organization_id=3";
    assert_eq!(setup.admin("PUT", shared, json!({"value": "shared"})).await.0, 200);
}

async fn gets_its_secrets(setup: &Setup) {
    let received = setup.delivered().await;
    let secrets = json!({"CRM_TOKEN": "own", "OTHER_TOKEN": "shared"});
    assert_eq!(received.json()["secrets"], secrets);
    assert_eq!(received.header("x-given"), "header");
}

/// Stops the platform, does something, and starts it again.
async fn again(setup: Setup, mut config: Config, between: impl FnOnce(&mut Config)) -> Setup {
    let Setup { dir, platform, script, extension } = setup;
    platform.shutdown().await;
    between(&mut config);
    let platform = Platform::start(config).await.unwrap();
    platform.deliver();
    Setup { dir, platform, script, extension }
}

fn keys(config: &Config) -> Vec<String> {
    let text = std::fs::read_to_string(config.data_dir.join("master.key")).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn the_master_key_is_rotated_while_deliveries_go_out() {
    let setup = Setup::new(&[]).await;
    let config = config(&setup.dir);
    furnish(&setup).await;
    gets_its_secrets(&setup).await;
    let before = keys(&config);
    let rotating = tokio::spawn({
        let config = config.clone();
        async move { rotate_master_key(&config).await }
    });
    for _ in 0..10 {
        gets_its_secrets(&setup).await;
    }
    let rotation = rotating.await.unwrap().unwrap();
    assert!(rotation.made, "{rotation:?}");
    assert_eq!(keys(&config).len(), 2);
    assert_eq!(keys(&config)[1], before[0]);
    gets_its_secrets(&setup).await;
    // What is written now is sealed with the new key, so that nothing is left to do.
    furnish(&setup).await;
    let again = rotate_master_key(&config).await.unwrap();
    assert!(!again.made, "{again:?}");

    let early = retire_master_keys(&config).await;
    assert!(matches!(early, Err(Error::MasterKey(MasterKeyError::InUse { .. }))), "{early:?}");
    let Setup { dir, platform, script, extension } = setup;
    platform.shutdown().await;
    retire_master_keys(&config).await.unwrap();
    assert_eq!(keys(&config).len(), 1);
    assert_ne!(keys(&config), before);
    let platform = Platform::start(config).await.unwrap();
    platform.deliver();
    let setup = Setup { dir, platform, script, extension };
    gets_its_secrets(&setup).await;
}

#[tokio::test]
async fn what_was_broken_off_goes_on_to_the_same_key() {
    let setup = Setup::new(&[]).await;
    let config = config(&setup.dir);
    furnish(&setup).await;
    let both = format!("{NEW}\n{}\n", keys(&config)[0]);
    std::fs::write(config.data_dir.join("master.key"), both).unwrap();
    let rotation = rotate_master_key(&config).await.unwrap();
    assert!(!rotation.made, "{rotation:?}");
    gets_its_secrets(&setup).await;
    let setup = again(setup, config.clone(), |_| {
        std::fs::write(config.data_dir.join("master.key"), NEW).unwrap();
    });
    gets_its_secrets(&setup.await).await;
}

#[tokio::test]
async fn a_key_that_is_given_as_text_is_rotated_to_one_that_is_given_with_it() {
    let given = |text: &str| {
        let text = text.to_owned();
        move |config: &mut Config| config.master_key = Some(text.as_str().into())
    };
    let setup = Setup::with(&[], given(OLD)).await;
    furnish(&setup).await;
    let mut config = config(&setup.dir);
    given(OLD)(&mut config);
    let alone = rotate_master_key(&config).await;
    assert!(matches!(alone, Err(Error::MasterKey(MasterKeyError::NothingToGoTo))), "{alone:?}");
    given(&format!("{NEW},{OLD}"))(&mut config);
    let setup = again(setup, config.clone(), |_| ()).await;
    gets_its_secrets(&setup).await;
    rotate_master_key(&config).await.unwrap();
    gets_its_secrets(&setup).await;
    let setup = again(setup, config, given(NEW)).await;
    gets_its_secrets(&setup).await;
    for (name, bytes) in files(setup.dir.path()) {
        assert!(!holds(&bytes, NEW) && !holds(&bytes, OLD), "{name}");
    }
}

#[tokio::test]
async fn a_wrong_key_changes_nothing() {
    let setup = Setup::new(&[]).await;
    let mut config = config(&setup.dir);
    let file = setup.dir.path().join("other.key");
    std::fs::write(&file, OLD).unwrap();
    config.master_key_file = Some(file.clone());
    let refused = rotate_master_key(&config).await;
    assert!(matches!(refused, Err(Error::Seal(SealError::OtherKey { .. }))), "{refused:?}");
    assert_eq!(std::fs::read_to_string(file).unwrap(), OLD);
    setup.delivered().await;
}
