//! Secrets that the extension keeps.

use kiket_sdk::client::Error;

use super::world::{EXTENSION, World, answered, lacks_scopes};

const KEY: &str = "CRM_TOKEN";

pub(super) async fn calls(world: &World) {
    let kiket = &world.kiket;
    assert!(kiket.secret(EXTENSION, KEY).await.unwrap().is_none());
    for value in ["first", "second"] {
        kiket.set_secret(EXTENSION, KEY, value.into()).await.unwrap();
        let stored = kiket.secret(EXTENSION, KEY).await.unwrap().unwrap();
        assert_eq!(stored.expose(), value);
    }
    assert_eq!(kiket.list_secrets(EXTENSION).await.unwrap(), [KEY]);
    kiket.delete_secret(EXTENSION, KEY).await.unwrap();
    kiket.delete_secret(EXTENSION, KEY).await.unwrap();
    assert!(kiket.list_secrets(EXTENSION).await.unwrap().is_empty());
    let other = kiket.secret("com.example.other", KEY).await;
    assert_eq!(answered(other), (403, "other_extension".to_owned()));
    let unfit = kiket.set_secret(EXTENSION, "a/b", "x".into()).await;
    assert!(matches!(unfit, Err(Error::InvalidKey)), "{unfit:?}");
}

pub(super) async fn refusals(world: &World) {
    let kiket = &world.powerless;
    lacks_scopes(kiket.list_secrets(EXTENSION).await);
    lacks_scopes(kiket.secret(EXTENSION, KEY).await);
    lacks_scopes(kiket.set_secret(EXTENSION, KEY, "x".into()).await);
    lacks_scopes(kiket.delete_secret(EXTENSION, KEY).await);
}
