//! Service level events. The platform keeps no issues, so there are none.

use super::world::{World, answered, lacks_scopes};

pub(super) async fn calls(world: &World) {
    let list = || world.kiket.sla_events(27).list().issue(4).state("imminent").limit(5);
    assert!(list().await.unwrap().data.is_empty());
    assert!(list().cursor("3").await.unwrap().data.is_empty());
    let elsewhere = world.kiket.sla_events(28).list().await;
    assert_eq!(answered(elsewhere), (403, "other_project".to_owned()));
}

pub(super) async fn refusals(world: &World) {
    lacks_scopes(world.powerless.sla_events(27).list().await);
}
