//! No route lets in who has no credential, one that is over, or a neighbour's.
//!
//! The routes come from the description that the platform serves, so one that is added later is
//! tried here without a word about it; its path is filled with what the first installation has, and
//! its body with the least that its schema takes. What that installation has is compared in the
//! database before and after.

mod described;
mod world;

use serde_json::Value;

use crate::harness::{Setup, call};
use described::{Callers, Operation, operations};
use world::{Credential, Neighbour, PROJECT, World};

/// Marks what is the first installation's, and nobody else's.
const MARK: &str = "m4rk3d";

/// One call of an operation about what the first installation has.
async fn try_it(world: &World, operation: &Operation, credential: &Credential) -> (u16, Value) {
    let mut headers: Vec<(&str, &str)> = Vec::new();
    if let Some((name, value)) = credential.header() {
        headers.push((name, value));
    }
    let (path, body) = (operation.filled(world, PROJECT), operation.body());
    call(&world.setup.origin(), &operation.method, &path, &headers, &body).await
}

#[tokio::test]
async fn every_operation_says_who_may_call_it() {
    let setup = Setup::not_delivering().await;
    let operations = operations(&setup).await;
    for callers in [Callers::Anyone, Callers::Operators, Callers::Extensions] {
        assert!(operations.iter().any(|it| it.callers == callers), "{callers:?}");
    }
}

#[tokio::test]
async fn nothing_is_open_to_who_has_no_good_credential() {
    let world = World::new().await;
    let before = world.everything().await;
    for operation in operations(&world.setup).await {
        if operation.callers == Callers::Anyone {
            continue;
        }
        for (what, credential, code) in &world.bad {
            let (status, body) = try_it(&world, &operation, credential).await;
            assert_eq!(status, 401, "{operation} with {what}: {body}");
            assert!(!body.to_string().contains(MARK), "{operation} with {what}: {body}");
            assert!(body["request_id"].is_string(), "{operation} with {what}: {body}");
            if operation.callers == Callers::Extensions {
                assert_eq!(body["code"], *code, "{operation} with {what}: {body}");
            }
        }
    }
    assert_eq!(world.everything().await, before);
}

#[tokio::test]
async fn what_anyone_may_call_tells_and_changes_nothing_of_anybodys() {
    let world = World::new().await;
    let before = world.of_the_first().await;
    let operations = operations(&world.setup).await;
    for operation in operations.iter().filter(|it| it.callers == Callers::Anyone) {
        let (_, body) = try_it(&world, operation, &Credential::Nothing).await;
        assert!(!body.to_string().contains(MARK), "{operation}: {body}");
    }
    assert_eq!(world.of_the_first().await, before);
}

#[tokio::test]
async fn no_credential_reaches_what_is_a_neighbours() {
    let world = World::new().await;
    let before = world.of_the_first().await;
    assert!(before.iter().any(|row| row.contains(&world::hex(MARK))), "the search works");
    for operation in operations(&world.setup).await {
        if operation.callers == Callers::Anyone {
            continue;
        }
        for Neighbour { whose, credential, is_in_the_project } in &world.neighbours {
            if *is_in_the_project && !operation.path.contains("{extension_id}") {
                continue;
            }
            let (status, body) = try_it(&world, &operation, credential).await;
            assert!(
                matches!(status, 401 | 403 | 404),
                "{operation} with {whose} was answered {status}: {body}"
            );
            assert!(!body.to_string().contains(MARK), "{operation} with {whose}: {body}");
            // Naming no project, it is about the neighbour's own, if about anything.
            let headers: Vec<_> = credential.header().into_iter().collect();
            let (path, body) = (operation.filled(&world, ""), operation.body());
            let origin = world.setup.origin();
            let (_, body) = call(&origin, &operation.method, &path, &headers, &body).await;
            assert!(!body.to_string().contains(MARK), "{operation} with {whose}: {body}");
        }
    }
    assert_eq!(world.of_the_first().await, before);
}

#[tokio::test]
async fn a_missing_scope_is_named() {
    let world = World::new().await;
    let before = world.of_the_first().await;
    for operation in operations(&world.setup).await {
        if operation.scopes.is_empty() {
            continue;
        }
        let (status, body) = try_it(&world, &operation, &world.powerless).await;
        assert_eq!((status, &body["code"]), (403, &Value::from("missing_scopes")), "{operation}");
        assert_eq!(body["missing_scopes"], Value::from(operation.scopes.clone()), "{operation}");
        assert_eq!(body["required_scopes"], body["missing_scopes"], "{operation}");
    }
    assert_eq!(world.of_the_first().await, before);
}

#[tokio::test]
async fn the_same_calls_are_let_in_with_the_installations_own_credentials() {
    let world = World::new().await;
    let operations = operations(&world.setup).await;
    let mut done = 0;
    for operation in operations.iter().filter(|it| it.callers == Callers::Extensions) {
        for (what, credential) in &world.own {
            let (status, body) = try_it(&world, operation, credential).await;
            assert!(!matches!(status, 401 | 403), "{operation} with {what}: {status} {body}");
            done += u32::from(status < 300);
        }
    }
    assert!(done > 0, "none of the calls was as it should be");
}
