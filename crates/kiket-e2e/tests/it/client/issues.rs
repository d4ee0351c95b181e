//! Issues. The platform keeps none.

use kiket_contract::api::issues::IssueFields;

use super::world::{World, answered, is_missing, lacks_scopes};

fn fields() -> IssueFields {
    IssueFields { title: Some("It is down".to_owned()), ..IssueFields::default() }
}

pub(super) async fn calls(world: &World) {
    let issues = world.kiket.issues();
    let list = || issues.list().project(27).limit(5);
    assert!(list().await.unwrap().data.is_empty());
    assert!(list().cursor("3").await.unwrap().data.is_empty());
    let elsewhere = issues.list().project(28).await;
    assert_eq!(answered(elsewhere), (403, "other_project".to_owned()));
    is_missing(issues.get("SHOP-1").await);
    let made = answered(issues.create(fields()).await);
    assert_eq!(made, (404, "not_kept_here".to_owned()));
    is_missing(issues.update("SHOP-1", fields()).await);
    is_missing(issues.set_custom_field("SHOP-1", "gateway", "stripe").await);
    is_missing(issues.transition(1, "done").await);
    is_missing(issues.comment(1, "The gateway answers again.").await);
    is_missing(issues.comments(1).await);
}

pub(super) async fn refusals(world: &World) {
    let issues = world.powerless.issues();
    lacks_scopes(issues.list().await);
    lacks_scopes(issues.get(1).await);
    lacks_scopes(issues.create(fields()).await);
    lacks_scopes(issues.update(1, fields()).await);
    lacks_scopes(issues.set_custom_field(1, "gateway", "stripe").await);
    lacks_scopes(issues.transition(1, "done").await);
    lacks_scopes(issues.comment(1, "x").await);
    lacks_scopes(issues.comments(1).await);
}
