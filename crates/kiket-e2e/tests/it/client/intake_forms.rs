//! Intake forms. The platform keeps none.

mod submissions;

use kiket_contract::api::intake_forms::Period;

use super::world::{World, answered, is_missing, lacks_scopes};

pub(super) async fn calls(world: &World) {
    let forms = world.kiket.intake_forms(27);
    let list = || forms.list().active(true).public(false).limit(5);
    assert!(list().await.unwrap().data.is_empty());
    assert!(list().cursor("3").await.unwrap().data.is_empty());
    let elsewhere = world.kiket.intake_forms(28).list().await;
    assert_eq!(answered(elsewhere), (403, "other_project".to_owned()));
    is_missing(forms.get("bug").await);
    is_missing(forms.public_url("bug").await);
    is_missing(forms.stats("bug", Period::Day).await);
    submissions::calls(world).await;
}

pub(super) async fn refusals(world: &World) {
    let forms = world.powerless.intake_forms(27);
    lacks_scopes(forms.list().await);
    lacks_scopes(forms.get("bug").await);
    lacks_scopes(forms.public_url("bug").await);
    lacks_scopes(forms.stats("bug", None).await);
    submissions::refusals(world).await;
}
